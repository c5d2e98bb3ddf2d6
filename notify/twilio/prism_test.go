package twilio

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/notify"
	"anling/notify/notifytest"
)

// prism is an independent server that holds every request against Twilio's published interface.
type prism struct {
	address string
	log     *notifytest.Log
}

// TestPrism sends what we really send to a server that was not written by us, then proves that
// this server does look.
func TestPrism(t *testing.T) {
	t.Parallel()
	p := startPrism(t)
	p.takesOurRequests(t)
	p.refusesWrongRequests(t)
}

func (p *prism) takesOurRequests(t *testing.T) {
	t.Helper()
	s := mustSender(t, Options{AccountSID: account, AuthToken: token, From: number, PublicURL: "https://anling.example", APIURL: p.address})
	sms := text("【安铃】张秀英跌倒报警！")
	sms.Deadline = clock.Real().Now().Add(time.Minute)
	for name, m := range map[string]notify.Message{"sms": sms, "call": call("张秀英跌倒报警！"), "call without keys": {ID: "m-9", Channel: notify.Voice, To: daughter, Text: "一"}} {
		if res := s.Send(t.Context(), m); res.Outcome != notify.Accepted {
			t.Errorf("%s: %+v\n%s", name, res, p.log)
		}
	}
	service := mustSender(t, Options{AccountSID: account, AuthToken: token, From: "MG00000000000000000000000000000001", PublicURL: "https://anling.example", APIURL: p.address})
	if res := service.Send(t.Context(), sms); res.Outcome != notify.Accepted {
		t.Errorf("messaging service: %+v\n%s", res, p.log)
	}
	if err := s.Hangup(t.Context(), "CA00000000000000000000000000000001"); err != nil {
		t.Errorf("change of a call: %v\n%s", err, p.log)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("account: %v\n%s", err, p.log)
	}
	if violations := p.violations(); len(violations) > 0 {
		t.Errorf("Prism complains: %s", strings.Join(violations, "\n"))
	}
}

func (p *prism) refusesWrongRequests(t *testing.T) {
	t.Helper()
	path := p.address + "/2010-04-01/Accounts/" + account + "/Calls.json"
	good := url.Values{"To": {daughter}, "From": {number}, "Url": {"https://anling.example/x"}, "StatusCallbackEvent": {"initiated", "ringing"}}
	if got := post(t, path, good, true); got != http.StatusCreated {
		t.Fatalf("a good request: %d\n%s", got, p.log)
	}
	for name, change := range map[string]url.Values{
		"no number": {"To": nil}, "callback is not an address": {"StatusCallback": {"not an address"}},
		"method": {"StatusCallbackMethod": {"BOGUS"}}, "time": {"Timeout": {"abc"}},
	} {
		form := url.Values{}
		for _, from := range []url.Values{good, change} {
			for k, v := range from {
				form[k] = v
			}
		}
		if got := post(t, path, form, true); got != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, want 422", name, got)
		}
	}
	if got := post(t, path, good, false); got != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got)
	}
	if len(p.violations()) == 0 {
		t.Errorf("Prism's log shows no violation:\n%s", p.log)
	}
	// A wrong account makes our own sender's request wrong, and it must notice.
	s := mustSender(t, Options{AccountSID: account, AuthToken: token, From: number, PublicURL: "https://anling.example", APIURL: p.address})
	s.o.AccountSID = "ACwrong"
	if res := s.Send(t.Context(), text("一")); res.Outcome != notify.Rejected || !res.Permanent {
		t.Errorf("our wrong request: %+v", res)
	}
}

func (p *prism) violations() []string {
	var out []string
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, "VALIDATOR") && (strings.Contains(line, "✖") || strings.Contains(line, "rror")) {
			out = append(out, line)
		}
	}
	return out
}

func post(t *testing.T, address string, form url.Values, auth bool) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if auth {
		req.SetBasicAuth(account, token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// startPrism starts the server and waits until it listens. It is started with node itself: npx
// would leave it behind.
func startPrism(t *testing.T) *prism {
	t.Helper()
	peers, err := filepath.Abs("../../.ci/peers")
	if err != nil {
		t.Fatal(err)
	}
	mustPeers(t, peers)
	port := freePort(t)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "node", filepath.Join(peers, "node_modules/.bin/prism"),
		"mock", "--errors", "-h", "127.0.0.1", "-p", port, "testdata/twilio_api_v2010.prism.json")
	cmd.WaitDelay = 5 * time.Second
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("start Prism (is node installed?): %v", err)
	}
	p := &prism{address: "http://127.0.0.1:" + port, log: &notifytest.Log{}}
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() { p.read(out, ready); close(ended) }()
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait(); in.CloseWithError(io.EOF) }()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-ready:
	case err := <-exited:
		t.Fatalf("Prism ended: %v\n%s", err, p.log)
	case <-clock.Real().After(2 * time.Minute):
		t.Fatalf("Prism does not start\n%s", p.log)
	}
	return p
}

// read keeps Prism's log and closes ready when it listens.
func (p *prism) read(out io.Reader, ready chan struct{}) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	listening := false
	for lines.Scan() {
		if _, err := fmt.Fprintln(p.log, lines.Text()); err != nil {
			panic(err) // a Log does not fail
		}
		if !listening && strings.Contains(lines.Text(), "is listening on") {
			listening = true
			close(ready)
		}
	}
}

// mustPeers installs what package-lock.json names, once. Without it the test fails: a proof that is
// skipped is no proof.
func mustPeers(t *testing.T, dir string) {
	t.Helper()
	bin := filepath.Join(dir, "node_modules/.bin/prism")
	if _, err := os.Stat(bin); err == nil {
		return
	}
	cmd := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("install Prism: %v\n%s", err, out)
	}
}

// freePort finds a port below those that clients take.
func freePort(t *testing.T) string {
	t.Helper()
	for port := 24010 + os.Getpid()%4000; port < 32000; port++ {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(port)
	}
	t.Fatal("no free port")
	return ""
}
