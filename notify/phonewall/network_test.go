package phonewall

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "0123456789abcdef"
	number  = "+8619900000000"
	someone = "+8619900001234"
)

// service is the other side: it remembers the webhooks and answers with prepared TwiML by path.
type service struct {
	mu    sync.Mutex
	forms map[string][]url.Values
	twiml map[string]string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms[r.URL.Path] = append(s.forms[r.URL.Path], r.PostForm)
	if _, err := io.WriteString(w, s.twiml[r.URL.Path]); err != nil {
		panic(err)
	}
}

func (s *service) got(path, field string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, f := range s.forms[path] {
		out = append(out, f.Get(field))
	}
	return out
}

type bench struct {
	t       *testing.T
	clock   *clock.Manual
	net     *Network
	rest    http.Handler
	service *service
	url     string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s := &service{forms: map[string][]url.Values{}, twiml: map[string]string{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	n := New(Options{AccountSID: account, AuthToken: token, Number: number, PublicURL: server.URL, Clock: c, Log: slog.New(slog.DiscardHandler)})
	return &bench{t: t, clock: c, net: n, rest: n.Handler(), service: s, url: server.URL}
}

func (b *bench) request(method, path string, form url.Values) (int, map[string]any) {
	b.t.Helper()
	r := httptest.NewRequest(method, "/2010-04-01/Accounts/"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(account, token)
	w := httptest.NewRecorder()
	b.rest.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		b.t.Fatalf("%s %s: %v in %q", method, path, err, w.Body)
	}
	return w.Code, body
}

func (b *bench) call(form url.Values) string {
	b.t.Helper()
	all := url.Values{"To": {someone}, "From": {number}, "Url": {b.url + "/twiml"}, "StatusCallback": {b.url + "/status"}, "Timeout": {"20"}}
	for k, v := range form {
		all[k] = v
	}
	status, body := b.request(http.MethodPost, account+"/Calls.json", all)
	if status != http.StatusCreated {
		b.t.Fatalf("call: %d %v", status, body)
	}
	b.step()
	return body["sid"].(string)
}

func (b *bench) step() {
	b.t.Helper()
	if _, err := b.net.Step(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	for ; d > 0; d -= 500 * time.Millisecond {
		b.clock.Advance(500 * time.Millisecond)
		b.step()
	}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.step()
}

func TestRefusalsHaveTwiliosCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sms := url.Values{"To": {someone}, "From": {number}, "Body": {"x"}}
	call := url.Values{"To": {someone}, "From": {number}, "Url": {"https://anling.example/x"}}
	for _, c := range []struct {
		path   string
		base   url.Values
		field  string
		value  string
		status int
		code   float64
	}{
		{"Messages.json", sms, "To", "", 400, 21604},
		{"Messages.json", sms, "To", "12", 400, 21211},
		{"Messages.json", sms, "From", "", 400, 21603},
		{"Messages.json", sms, "Body", "", 400, 21602},
		{"Messages.json", sms, "Body", strings.Repeat("字", 1601), 400, 21617},
		{"Messages.json", sms, "StatusCallback", "nowhere", 400, 21609},
		{"Messages.json", sms, "ValidityPeriod", "0", 400, 30036},
		{"Calls.json", call, "To", "", 400, 21201},
		{"Calls.json", call, "From", "", 400, 21213},
		{"Calls.json", call, "Url", "x", 400, 21205},
		{"Calls.json", call, "Timeout", "abc", 400, 21228},
		{"Calls.json", call, "StatusCallbackEvent", "in-progres", 400, 21626},
		{"Calls.json", call, "MachineDetection", "yes", 400, 21220},
		{"Calls/CA0.json", call, "Status", "completed", 404, 20404},
	} {
		form := url.Values{}
		for k, v := range c.base {
			form[k] = v
		}
		form.Set(c.field, c.value)
		status, body := b.request(http.MethodPost, account+"/"+c.path, form)
		if status != c.status || body["code"] != c.code {
			t.Errorf("%s with %s=%.9q: %d %v", c.path, c.field, c.value, status, body)
		}
	}
	if status, _ := b.request(http.MethodPost, "AC1/Messages.json", sms); status != http.StatusNotFound {
		t.Errorf("another account: %d", status)
	}
	r := httptest.NewRequest(http.MethodPost, "/2010-04-01/Accounts/"+account+"/Messages.json", nil)
	w := httptest.NewRecorder()
	b.rest.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "20003") {
		t.Errorf("without a password: %d %s", w.Code, w.Body)
	}
}

func TestProgressIsReportedAsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.twiml["/twiml"] = "<Response><Say>好。</Say></Response>"
	b.call(url.Values{"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"}})
	b.must(b.net.Phone(someone).Answer())
	b.pass(5 * time.Second)
	if got := strings.Join(b.service.got("/status", "CallStatus"), " "); got != "initiated ringing in-progress completed" {
		t.Errorf("reported %q", got)
	}
	if got := strings.Join(b.service.got("/status", "SequenceNumber"), ""); got != "0123" {
		t.Errorf("numbered %q", got)
	}
}

func TestOnlyTheEndIsReportedWhenNothingIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.call(nil)
	b.pass(30 * time.Second)
	if got := strings.Join(b.service.got("/status", "CallStatus"), " "); got != "no-answer" {
		t.Errorf("reported %q", got)
	}
}

func TestGatherWithoutActionOnEmptyGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.twiml["/twiml"] = `<Response><Gather timeout="2" action="/key"><Say>请按键。</Say></Gather><Pause/><Play>x</Play><Redirect>/second</Redirect></Response>`
	b.service.twiml["/second"] = `<Response><Record timeout="3" action="/rec"/></Response>`
	b.service.twiml["/rec"] = `<Response><Hangup/></Response>`
	b.call(nil)
	b.must(b.net.Phone(someone).Answer())
	b.pass(20 * time.Second)
	if len(b.service.got("/key", "Digits")) != 0 || len(b.service.got("/rec", "RecordingUrl")) != 1 {
		t.Errorf("webhooks %v", b.service.forms)
	}
}

func TestSeveralDigitsAndFinishKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.twiml["/twiml"] = `<Response><Gather timeout="3" action="/key"><Say>请输入。</Say></Gather></Response>`
	b.call(nil)
	p := b.net.Phone(someone)
	b.must(p.Answer())
	for _, d := range []string{"4", "2", "#"} {
		b.must(p.Press(d))
	}
	if got := b.service.got("/key", "Digits"); len(got) != 1 || got[0] != "42" {
		t.Errorf("digits %q", got)
	}
}

func TestServiceChangesACallUnderWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.twiml["/twiml"] = `<Response><Pause length="60"/></Response>`
	sid := b.call(nil)
	p := b.net.Phone(someone)
	b.must(p.Answer())
	for _, form := range []url.Values{{"Twiml": {"<Response><Say>新消息。</Say><Pause length='60'/></Response>"}}, {"Url": {b.url + "/twiml"}}, {"Status": {"completed"}}} {
		if status, body := b.request(http.MethodPost, account+"/Calls/"+sid+".json", form); status != http.StatusOK {
			t.Fatalf("%v: %d %v", form, status, body)
		}
		b.step()
	}
	_, body := b.request(http.MethodGet, account+"/Calls/"+sid+".json", nil)
	if body["status"] != "completed" || len(p.Heard()) != 1 || p.View().State != "idle" {
		t.Errorf("%v, heard %q, phone %s", body["status"], p.Heard(), p.View().State)
	}
}

func TestPeopleCannotDoTheImpossible(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.net.Phone(someone)
	for name, err := range map[string]error{"answer": p.Answer(), "press": p.Press("1"), "hang up": p.Hangup(), "say": p.Say("x")} {
		if !errors.Is(err, ErrNotRinging) && !errors.Is(err, ErrNotTalking) {
			t.Errorf("%s on an idle phone: %v", name, err)
		}
	}
	b.service.twiml["/hooks/twilio/voice"] = `<Response><Pause length="60"/></Response>`
	b.must(p.Dial())
	if err := p.Dial(); !errors.Is(err, ErrInCall) {
		t.Errorf("dialled twice: %v", err)
	}
	if err := p.Press("12"); err == nil {
		t.Error("a key of two digits")
	}
}

func TestBrokenTwiMLEndsTheCall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.twiml["/twiml"] = "not TwiML"
	b.call(nil)
	p := b.net.Phone(someone)
	if err := p.Answer(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.net.Step(t.Context()); err == nil {
		t.Error("nobody hears of the mistake")
	}
	if p.View().State != "idle" {
		t.Errorf("phone %s", p.View().State)
	}
}

func TestRunWorksInRealTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.net.Run(ctx) }()
	w := b.net.Watch()
	defer w.Stop()
	b.must(b.net.Phone(someone).Reply("1"))
	<-w.Changed()
	if views := w.Take(); len(views) != 1 || views[0].Number != someone {
		t.Errorf("changes %+v", views)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.net.SetName(someone, "张丽", "family")
	page := httptest.NewServer(b.net.Page())
	t.Cleanup(page.Close)
	for path, kind := range map[string]string{"/phones": "text/html", "/phones/wall.css": "text/css", "/phones/wall.js": "text/javascript", "/phones/icon.svg": "image/svg+xml"} {
		res := mustDo(t, http.MethodGet, page.URL+path, "")
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || !strings.Contains(res.Header.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
	for path, want := range map[string]int{
		"/phones/api/phones/%2B8619900001234/reply": 204, "/phones/api/phones/%2B8619900001234/answer": 409, "/phones/api/phones/x/answer": 400,
		"/phones/api/phones/%2B8619900001234/fly": 404, "/phones/api/phones/%2B8619900001234/behave": 400, "/phones/api/outage": 400,
	} {
		if res := mustDo(t, http.MethodPost, page.URL+path, `{"value":"来"}`); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	var wall wallView
	res := mustDo(t, http.MethodGet, page.URL+"/phones/api/phones?q="+url.QueryEscape("张丽 来"), "")
	if err := json.NewDecoder(res.Body).Decode(&wall); err != nil || len(wall.Phones) != 1 || wall.Phones[0].Name != "张丽" {
		t.Errorf("found %+v, %v", wall, err)
	}
}

func mustDo(t *testing.T, method, address, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	})
	return res
}

func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := httptest.NewRequest(http.MethodPost, "/phones/api/outage", strings.NewReader(`{"value":"dropped"}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	b.net.Page().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || b.net.currentOutage() != Working {
		t.Errorf("%d, outage %q", w.Code, b.net.currentOutage())
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page := httptest.NewServer(b.net.Page())
	t.Cleanup(page.Close)
	res := mustDo(t, http.MethodGet, page.URL+"/phones/api/events", "")
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() && lines.Text() != "" {
		continue // the greeting
	}
	b.net.SetName(someone, "张丽", "family")
	for lines.Scan() {
		if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
			var v PhoneView
			if err := json.Unmarshal([]byte(data), &v); err != nil || v.Name != "张丽" || v.Entries == nil {
				t.Errorf("%s, %v", data, err)
			}
			return
		}
	}
	t.Error("the stream ended")
}
