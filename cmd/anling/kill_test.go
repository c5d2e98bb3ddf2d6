package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/config"
	"anling/registry"
)

// asProgram makes the test binary the program itself, so that a test can start it and kill it.
const asProgram = "ANLING_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), processEnvironment(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// program is the service in a process of its own.
type program struct {
	t     *testing.T
	data  string
	port  int
	token string
	cmd   *exec.Cmd
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{t: t, data: filepath.Join(t.TempDir(), "data"), port: freePort(t)}
	cfg := config.Default()
	cfg.Data = p.data
	a, err := newApp(t.Context(), cfg, parts{Clock: clock.Real(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if p.token, _, err = a.registry.CreateToken(t.Context(), registry.Token{Name: "test", Scope: registry.TokenAdmin}); err != nil {
		t.Fatal(err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
	})
	return p
}

// freePort finds a port below the range from which clients get theirs.
func freePort(t *testing.T) int {
	t.Helper()
	for port := 20000 + os.Getpid()%5000; port < 32768; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no free port")
	return 0
}

func (p *program) url(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", p.port, path) }

// start runs the program and waits until it says that it listens.
func (p *program) start() {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.Command(self, "serve", "--data", p.data, "--listen", fmt.Sprintf("127.0.0.1:%d", p.port), "--public-url", p.url(""))
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
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
	if err != nil || !strings.Contains(line, "listens") {
		p.t.Fatalf("the program did not start: %q %v\n%s", line, err, stderr.String())
	}
}

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

// press sends the n-th button's alarm; an error means that it was not acknowledged.
func (p *program) press(c *http.Client, n int) (alert string, err error) {
	body := fmt.Sprintf(`{"id":"press-%d","device":"button-%d","kind":"sos"}`, n, n)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url("/v1/signals"), strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	var ack struct{ Alert string }
	err = json.NewDecoder(resp.Body).Decode(&ack)
	return ack.Alert, err
}

// load is buttons being pressed, and what was acknowledged of it.
type load struct {
	mu    sync.Mutex
	next  int
	acked map[int]string
}

// press presses buttons, one after the other, until the program is dead; acknowledged is called under the lock.
func (l *load) press(p *program, c *http.Client, acknowledged func()) {
	for {
		l.mu.Lock()
		n := l.next
		l.next++
		l.mu.Unlock()
		alert, err := p.press(c, n)
		if err != nil {
			return // this press stays without an answer
		}
		l.mu.Lock()
		l.acked[n] = alert
		acknowledged()
		l.mu.Unlock()
	}
}

// until presses many buttons at a time until so many are acknowledged, kills the program in the midst of it, and waits
// for the pressers to notice.
func (l *load) until(p *program, c *http.Client, want int) {
	const pressers = 8
	var wg sync.WaitGroup
	enough, got := make(chan struct{}), 0
	for range pressers {
		wg.Go(func() {
			l.press(p, c, func() {
				if got++; got == want {
					close(enough)
				}
			})
		})
	}
	<-enough
	p.kill()
	wg.Wait()
}

// TestKilledUnderLoad kills the program ten times while buttons are pressed. Every acknowledged press must be there
// with the alert that was named, and a press that was sent again must not be there twice.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	const kills = 10
	p := newProgram(t)
	client := &http.Client{Timeout: 5 * time.Second}
	l := load{acked: map[int]string{}}
	for range kills {
		p.start()
		l.until(p, client, 40)
	}
	acked := l.acked
	p.start()
	for n := range l.next { // every device sends again what it has no answer for, and some what they have
		alert, err := p.press(client, n)
		if err != nil {
			t.Fatalf("press %d after the restart: %v", n, err)
		}
		if was, ok := acked[n]; ok && was != alert {
			t.Errorf("press %d was acknowledged as alert %s and is now %s", n, was, alert)
		}
		acked[n] = alert
	}
	p.counted(client, acked)
}

// counted compares the acknowledged alerts with all that there are.
func (p *program) counted(c *http.Client, acked map[int]string) {
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
		p.get(c, "/v1/alerts?limit=200&cursor="+cursor, &page)
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
			p.t.Errorf("press %d was acknowledged as alert %s, which is lost", n, id)
		}
	}
	if len(there) != len(acked) {
		p.t.Errorf("%d alerts for %d presses", len(there), len(acked))
	}
	p.t.Logf("%d presses, %d alerts, 10 kills", len(acked), len(there))
}

func (p *program) get(c *http.Client, path string, into any) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url(path), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := c.Do(req)
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
