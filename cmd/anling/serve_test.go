package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"anling/internal/config"
)

// running is a command that goes on until it is stopped, and says where it listens.
type running struct {
	t    *testing.T
	url  string
	text string // what it said until then
	stop context.CancelFunc
	code chan int
}

// mustStart runs a command and waits until it says its address in the form of the expression.
func mustStart(t *testing.T, address string, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	r := &running{t: t, stop: stop, code: make(chan int, 1)}
	e := environment{Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: write, Stderr: io.Discard}
	go func() {
		r.code <- run(ctx, e, args)
		write.Close()
	}()
	t.Cleanup(stop)
	form := regexp.MustCompile(address)
	for lines := bufio.NewScanner(read); lines.Scan(); {
		r.text += lines.Text() + "\n"
		if m := form.FindStringSubmatch(lines.Text()); m != nil {
			r.url = "http://" + m[1]
			go io.Copy(io.Discard, read)
			return r
		}
	}
	t.Fatalf("anling %q ended with %d and said\n%s", args, <-r.code, r.text)
	return nil
}

// ended stops the command and gives its exit code.
func (r *running) ended() int {
	r.t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		return code
	case <-time.After(20 * time.Second):
		r.t.Fatal("the command does not end when it is told to")
		return -1
	}
}

func (r *running) get(path string) (int, string) {
	r.t.Helper()
	res, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestServeStartsAndStopsInOrder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	r := mustStart(t, `listens on (\S+);`, "serve", "--listen", "127.0.0.1:0", "--data", data)
	if code, body := r.get("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz answered %d %s", code, body)
	}
	if code, _ := r.get("/phones"); code != http.StatusOK {
		t.Errorf("the phone wall answered %d to this machine, want 200", code)
	}
	if code, _ := r.get("/demo"); code != http.StatusNotFound {
		t.Errorf("/demo answered %d outside the demo, want 404", code)
	}
	second := newShell(t)
	second.data = data
	second.refused(exitFailed, "another anling serves", "serve", "--listen", "127.0.0.1:0")
	if code := r.ended(); code != exitDone {
		t.Errorf("serve ended with %d, want 0", code)
	}
}

func TestPhoneWallIsNotForStrangers(t *testing.T) {
	t.Parallel()
	inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, tt := range []struct {
		from, header string
		want         int
	}{
		{"127.0.0.1:5", "", 200}, {"[::1]:5", "", 200},
		{"192.0.2.7:5", "", 403}, {"", "", 403},
		{"127.0.0.1:5", "X-Forwarded-For", 403}, {"127.0.0.1:5", "Forwarded", 403}, {"127.0.0.1:5", "Via", 403},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/phones", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.RemoteAddr = tt.from
		if tt.header != "" {
			req.Header.Set(tt.header, "192.0.2.7")
		}
		rec := &recording{header: http.Header{}}
		onlyHere(inner).ServeHTTP(rec, req)
		if rec.status != tt.want {
			t.Errorf("from %q with %q: %d, want %d", tt.from, tt.header, rec.status, tt.want)
		}
	}
}

func TestDemoCanBePressed(t *testing.T) {
	t.Parallel()
	r := mustStart(t, `Press here\s+http://(\S+)/demo`, "demo", "--listen", "127.0.0.1:0", "--elders", "3", "--helpers", "3")
	if code, body := r.get("/demo"); code != http.StatusOK || !strings.Contains(body, "<option") {
		t.Errorf("/demo answered %d %s", code, body)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(r.url+"/demo", url.Values{"elder": {""}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("a press answered %d, want 303", res.StatusCode)
	}
	if code := r.ended(); code != exitDone {
		t.Errorf("demo ended with %d, want 0", code)
	}
}

func TestDemoTouchesNothingReal(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Database, cfg.KeyRing = "postgres://real", "/real/ring.json"
	cfg.TwilioAccountSID, cfg.TwilioAuthToken, cfg.TwilioFrom = wallAccount, "x", wallNumber
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := alone(cfg, l); got.Twilio() || got.Database != "" || got.KeyRing != "" {
		t.Errorf("the demo would use %+v", got)
	}
}
