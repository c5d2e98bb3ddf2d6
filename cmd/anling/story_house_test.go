package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/notify/phonewall"
	"anling/registry"
)

var keep = flag.Bool("keep", false, "keep the data folder of a story that failed")

const (
	storyAccount = "AC11111111111111111111111111111111"
	storyToken   = "storytoken0123456789"
	storyNumber  = "+8619900090000"
	storyURL     = "http://anling.test"
)

// The people of a story.
const (
	elderPhone    = "+8619900000001"
	daughterPhone = "+8619900000101"
	sonPhone      = "+8619900000102"
	superPhone    = "+8619900000300"
	deskPhone     = "+8619900000400"
)

func helperPhone(n int) string { return fmt.Sprintf("+86199000002%02d", n) }

// story is the whole program with a telephone network beside it that outlives it, and a clock that the
// test turns. Nothing moves but by its hand, so a story is the same each time.
type story struct {
	t       *testing.T
	dir     string
	clock   *clock.Manual
	app     *app
	running atomic.Pointer[app] // what the telephone network reaches
	net     *phonewall.Network
	cfg     config.Config
	button  string // the device's token
	cookie  *http.Cookie
	log     *bytes.Buffer
	heard   callbacks // what the telephone network has told the program
}

// newStory is a quiet Monday morning: an elder with a daughter and a son, four helpers near by, an
// operator and a supervisor.
func newStory(t *testing.T) *story {
	t.Helper()
	return newStoryOn(t, "")
}

// newStoryOn plays on another database than the embedded one.
func newStoryOn(t *testing.T, database string) *story {
	t.Helper()
	s := &story{t: t, dir: t.TempDir(), clock: clock.NewManual(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}}
	s.cfg = config.Default()
	s.cfg.Data, s.cfg.PublicURL, s.cfg.Database = s.dir, storyURL, database
	s.cfg.TwilioAccountSID, s.cfg.TwilioAuthToken, s.cfg.TwilioFrom = storyAccount, storyToken, storyNumber
	s.cfg.TwilioAPIURL = "http://telephone.test"
	back := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := s.running.Load(); a != nil {
			s.heard.serve(a.web.Handler(), w, r)
			return
		}
		w.WriteHeader(http.StatusBadGateway) // the program is down
	})
	s.net = phonewall.New(phonewall.Options{AccountSID: storyAccount, AuthToken: storyToken, Number: storyNumber, PublicURL: storyURL,
		Clock: s.clock, Log: slog.New(slog.DiscardHandler), Client: &http.Client{Transport: direct{back}}})
	s.begin()
	t.Cleanup(s.finish)
	s.fill()
	return s
}

// begin starts the program on the story's data.
func (s *story) begin() {
	s.t.Helper()
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := newApp(s.t.Context(), s.cfg, parts{Clock: s.clock, Log: log, Telephone: direct{s.net.Handler()}})
	if err != nil {
		s.t.Fatalf("start: %v", err)
	}
	s.app = a
	s.running.Store(a)
}

// restart is the program killed and started again: everything in memory is gone.
func (s *story) restart() {
	s.t.Helper()
	s.running.Store(nil)
	s.ok(s.app.close())
	s.begin()
}

func (s *story) finish() {
	s.running.Store(nil)
	if err := s.app.close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
	if strings.Contains(s.log.String(), "+86") {
		s.t.Errorf("a telephone number stands in the log:\n%s", s.log)
	}
	if s.t.Failed() && *keep {
		kept := filepath.Join(os.TempDir(), "anling-"+strings.ReplaceAll(s.t.Name(), "/", "-"))
		if err := os.CopyFS(kept, os.DirFS(s.dir)); err == nil {
			s.t.Logf("data kept in %s", kept)
		}
	}
	if s.t.Failed() {
		s.t.Logf("log:\n%s", s.log)
	}
}

func (s *story) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) fill() {
	s.t.Helper()
	ctx, reg := s.t.Context(), s.app.registry
	_, err := reg.CreateCentre(ctx, registry.Centre{ID: "city", Name: "市中心"})
	s.ok(err)
	_, err = reg.CreateCentre(ctx, registry.Centre{ID: "c1", Name: "黄浦中心", Phone: deskPhone, Parent: "city"})
	s.ok(err)
	_, err = reg.CreateElder(ctx, registry.Elder{ID: "zhang", Centre: "c1", Name: "张秀英", BirthDate: "1944-03-15", Sex: "f",
		Address: "黄陂北路88弄3号502室", Position: &geo.Position{Point: orb.Point{121.4700, 31.2300}}, Phones: []string{elderPhone},
		Access: "门禁 4471", Allergies: []string{"青霉素"}})
	s.ok(err)
	for i, c := range []registry.Contact{{ID: "daughter", Name: "张丽", Relation: "女儿", Phones: []string{daughterPhone}},
		{ID: "son", Name: "张强", Relation: "儿子", Phones: []string{sonPhone}}} {
		c.Elder, c.Role, c.Channels, c.Order = "zhang", "family", []string{"sms", "voice"}, i+1
		_, err = reg.CreateContact(ctx, c)
		s.ok(err)
	}
	// Each is farther along the streets than the one before.
	for n, east := range []float64{0.001, 0.002, 0.004, 0.005} {
		i := n + 1
		_, err = reg.CreateHelper(ctx, registry.Helper{ID: registry.HelperID(fmt.Sprintf("h%d", i)), Centre: "c1", Name: fmt.Sprintf("帮手%d", i),
			Kind: "volunteer", OnDuty: true, Phones: []string{helperPhone(i)}, Modes: []geo.Mode{geo.Foot},
			Position: &geo.Position{Point: orb.Point{121.4700 + east, 31.2300}, At: s.clock.Now()}})
		s.ok(err)
	}
	for _, o := range []registry.Operator{{ID: "zhou", Name: "zhou", DisplayName: "周晓", Role: "operator", Phone: deskPhone},
		{ID: "ma", Name: "ma", DisplayName: "马班长", Role: "supervisor", Phone: superPhone}} {
		o.Centre = "c1"
		_, err = reg.CreateOperator(ctx, o)
		s.ok(err)
		s.ok(reg.SetPassword(ctx, o.Name, "correct horse battery"))
	}
	d, err := reg.CreateDevice(ctx, registry.Device{Identity: "pendant-1", Protocol: "http", Kind: "pendant", Elder: "zhang"})
	s.ok(err)
	s.button, _, err = reg.CreateToken(ctx, registry.Token{Name: "pendant", Scope: registry.TokenSignals, Device: d.ID})
	s.ok(err)
	s.settle()
}

// call is a request to the program, as it would come over the network.
func (s *story) call(method, path, token string, body any) (int, []byte) {
	s.t.Helper()
	var r io.Reader
	if body != nil {
		b, ok := body.([]byte)
		if !ok {
			var err error
			b, err = json.Marshal(body)
			s.ok(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, storyURL+path, r)
	s.ok(err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	} else if s.cookie != nil {
		req.AddCookie(s.cookie)
	}
	resp, err := (&http.Client{Transport: direct{s.app.web.Handler()}}).Do(req)
	s.ok(err)
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if strings.Contains(c.Name, "anling") && c.MaxAge >= 0 && strings.HasSuffix(path, "/session") && method == http.MethodPost && c.HttpOnly && !strings.Contains(c.Name, "browser") {
			s.cookie = c
		}
	}
	out, err := io.ReadAll(resp.Body)
	s.ok(err)
	return resp.StatusCode, out
}

// logIn begins the shift of an operator.
func (s *story) logIn(name string) {
	s.t.Helper()
	s.cookie = nil
	if code, body := s.call("POST", "/v1/session", "", map[string]string{"name": name, "password": "correct horse battery"}); code != 200 {
		s.t.Fatalf("log in as %s: %d %s", name, code, body)
	}
}

// press is the button pressed; the same id is the same press sent again.
func (s *story) press(id string) (alert string) {
	s.t.Helper()
	code, body := s.call("POST", "/v1/signals", s.button, map[string]any{"id": id, "device": "pendant-1", "kind": "sos", "time": s.clock.Now().Format(time.RFC3339)})
	if code != http.StatusAccepted {
		s.t.Fatalf("press: %d %s", code, body)
	}
	var ack struct{ Signal, Alert string }
	s.ok(json.Unmarshal(body, &ack))
	if ack.Signal == "" || ack.Alert == "" {
		s.t.Fatalf("press was answered with %s", body)
	}
	return ack.Alert
}

// command is an operator's command, which must succeed.
func (s *story) command(alert, name string, body map[string]any) {
	s.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	if code, out := s.call("POST", "/v1/alerts/"+alert+"/"+name, "", body); code != 200 {
		s.t.Fatalf("%s: %d %s", name, code, out)
	}
	s.settle()
}

// refused is a command that must be refused with the status.
func (s *story) refused(alert, name string, body map[string]any, want int) {
	s.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	if code, out := s.call("POST", "/v1/alerts/"+alert+"/"+name, "", body); code != want {
		s.t.Errorf("%s: %d %s, want %d", name, code, out, want)
	}
}

// view is an alert as the console sees it.
type view struct {
	State    string
	Level    int
	Presses  int
	Priority int
	Outcome  string
	People   []struct {
		ID, State string
		Messages  []struct{ Channel, Status, Template string }
	}
	Prompts  []struct{ Kind string }
	Operator *struct{ ID string }
	Returns  int
	Turn     *struct{ Operator string }
}

func (s *story) alert(id string) view {
	s.t.Helper()
	code, body := s.call("GET", "/v1/alerts/"+id, "", nil)
	if code != 200 {
		s.t.Fatalf("get alert: %d %s", code, body)
	}
	var v view
	s.ok(json.Unmarshal(body, &v))
	return v
}

func (s *story) person(alert, id string) string {
	for _, p := range s.alert(alert).People {
		if p.ID == id {
			return p.State
		}
	}
	return "nobody"
}

// settle lets program and telephone network do what is due now.
func (s *story) settle() (next time.Time) {
	s.t.Helper()
	for range 1000 {
		at, err := s.app.Step(s.t.Context())
		s.ok(err)
		n, err := s.net.Step(s.t.Context())
		s.ok(err)
		if n == 0 {
			next = at
			if t, ok := s.net.Next(); ok && (next.IsZero() || t.Before(next)) {
				next = t
			}
			return next
		}
	}
	s.t.Fatal("the story does not come to rest")
	return next
}

// pass lets time go by, stopping wherever something is due.
func (s *story) pass(d time.Duration) {
	s.t.Helper()
	for end := s.clock.Now().Add(d); ; {
		next := s.settle()
		if next.IsZero() || next.After(end) {
			s.clock.Set(end)
			s.settle()
			return
		}
		if !next.After(s.clock.Now()) {
			next = s.clock.Now().Add(100 * time.Millisecond)
		}
		s.clock.Set(next)
	}
}

func (s *story) phone(number string) phonewall.Phone { return s.net.Phone(number) }

// answers lifts a ringing phone and presses a key.
func (s *story) answers(number, key string) {
	s.t.Helper()
	p := s.phone(number)
	if !p.Ringing() {
		s.t.Fatalf("%s does not ring", number)
	}
	s.ok(p.Answer())
	s.settle()
	if key != "" {
		s.ok(p.Press(key))
		s.settle()
	}
}

// rang counts the calls that a phone has got.
func (s *story) rang(number string) int {
	n := 0
	for _, e := range s.phone(number).View().Entries {
		if e.Kind == "note" && (strings.Contains(e.Text, "ringing") || strings.Contains(e.Text, "busy")) {
			n++
		}
	}
	return n
}

// texts counts the SMS of a phone that contain all of the words.
func (s *story) texts(number string, words ...string) int {
	n := 0
	for _, text := range s.phone(number).Texts() {
		all := true
		for _, w := range words {
			all = all && strings.Contains(text, w)
		}
		if all {
			n++
		}
	}
	return n
}

// verified checks every chain.
func (s *story) verified() {
	s.t.Helper()
	rep, err := s.app.engine.Verify(context.Background())
	s.ok(err)
	if len(rep.Problems) > 0 {
		s.t.Errorf("verify: %v", rep.Problems)
	}
}

func (s *story) wantState(alert, want string) {
	s.t.Helper()
	if got := s.alert(alert).State; got != want {
		s.t.Fatalf("the alert is %s, want %s", got, want)
	}
}

func contains(body []byte, part string) bool { return bytes.Contains(body, []byte(part)) }
