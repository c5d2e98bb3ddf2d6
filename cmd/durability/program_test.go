package durability

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the service in a process of its own.
type program struct {
	t      *testing.T
	data   string
	broken string   // how; whole when not
	env    []string // more of its environment
	token  string
	addr   string
	cmd    *exec.Cmd
	client *http.Client
}

func newProgram(t *testing.T, data, broken string) *program {
	t.Helper()
	p := &program{t: t, data: data, broken: broken, client: &http.Client{Timeout: 10 * time.Second}}
	p.token = p.command("token", "create", "--name", "proof", "--scope", "admin")
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
	})
	return p
}

func (p *program) environment(broken string) []string {
	return append(append(os.Environ(), "ANLING_BROKEN="+broken, "ANLING_DATA="+p.data), p.env...)
}

// command runs another command of the program, whole, on the same data and gives its last line.
func (p *program) command(args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), theProgram(), args...)
	cmd.Env = p.environment(whole)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("anling %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

var listening = regexp.MustCompile(`listens on ([0-9.:]+)`)

// start runs the program and waits until it says that it listens.
func (p *program) start() {
	p.t.Helper()
	p.cmd = exec.Command(theProgram(), "serve", "--listen", "127.0.0.1:0")
	p.cmd.Env = p.environment(p.broken)
	var stderr bytes.Buffer
	p.cmd.Stderr = &stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	found := listening.FindStringSubmatch(line)
	if err != nil || found == nil {
		p.t.Fatalf("the program did not start: %q %v\n%s", line, err, stderr.String())
	}
	p.addr = found[1]
}

// kill ends the program as a failing power supply would: at once, without a word.
func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	// It was killed, so it ends with an error; what counts is that it has ended.
	if err := p.cmd.Wait(); err == nil {
		p.t.Error("the program ended by itself")
	}
	p.cmd = nil
}

// send sends the n-th signal of a kind; an error means that it was not acknowledged.
func (p *program) send(kind string, n int) (alert string, err error) {
	body := fmt.Sprintf(`{"id":"%s-%d","device":"button-%d","kind":%q}`, kind, n, n, kind)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://"+p.addr+"/v1/signals", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return "", refused(resp.StatusCode)
	}
	var ack struct{ Alert string }
	err = json.NewDecoder(resp.Body).Decode(&ack)
	return ack.Alert, err
}

// refused is the status of an answer that is no acknowledgement.
type refused int

func (r refused) Error() string { return fmt.Sprintf("status %d", int(r)) }

// load is buttons being pressed, and what was acknowledged of it.
type load struct {
	mu    sync.Mutex
	next  int
	acked map[int]string // press → alert
	last  error
}

// press presses buttons, one after the other, until the program is dead; acknowledged is called under the lock.
func (l *load) press(p *program, acknowledged func()) {
	for {
		l.mu.Lock()
		n := l.next
		l.next++
		l.mu.Unlock()
		alert, err := p.send("sos", n)
		l.last = err
		if no := refused(0); errors.As(err, &no) {
			continue // alive; what is broken may stumble over itself
		}
		if err != nil {
			return // this press stays without an answer
		}
		l.mu.Lock()
		l.acked[n] = alert
		acknowledged()
		l.mu.Unlock()
	}
}

// until presses eight buttons at a time until so many presses are acknowledged, kills the program in the midst of it, does what
// has to be done at that very moment, and waits for the pressers to notice.
func (l *load) until(p *program, want int, then func()) {
	const pressers = 8
	var wg sync.WaitGroup
	enough, got := make(chan struct{}), 0
	for range pressers {
		wg.Go(func() {
			l.press(p, func() {
				if got++; got == want {
					close(enough)
				}
			})
		})
	}
	select {
	case <-enough:
	case <-time.After(time.Minute): // real time: the program is another process
		p.t.Errorf("only %d of %d presses were acknowledged within two minutes; the last one: %v", len(l.acked), want, l.last)
	}
	p.kill()
	then()
	wg.Wait()
}

// lost lists the acknowledged presses whose alert is not there, and counts the alerts.
func (p *program) lost(acked map[int]string) (lost []int, alerts int) {
	p.t.Helper()
	there := map[string]bool{}
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				ID      string
				Presses int
			}
			Next *string
		}
		p.get("/v1/alerts?limit=200&cursor="+cursor, &page)
		for _, a := range page.Items {
			there[a.ID] = true
			if a.Presses != 1 {
				p.t.Errorf("alert %s has %d presses, want 1", a.ID, a.Presses)
			}
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	for n, id := range acked {
		if !there[id] {
			lost = append(lost, n)
		}
	}
	return lost, len(there)
}

func (p *program) get(path string, into any) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, "http://"+p.addr+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, into)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d %s %v", path, resp.StatusCode, body, err)
	}
}
