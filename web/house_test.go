package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/devices"
	"anling/geo"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/retention"
	"anling/internal/seal"
	"anling/notify"
	"anling/notify/webhook"
	"anling/registry"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// carrier is a telephone company that takes everything and remembers it.
type carrier struct {
	mu   sync.Mutex
	sent []notify.Message
}

func (c *carrier) Send(_ context.Context, m notify.Message) notify.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, m)
	return notify.Result{Outcome: notify.Accepted, Ref: "ref-" + string(m.ID)}
}

// linkOf is the newest link that a person was sent.
func (c *carrier) linkOf(person string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := ""
	for _, m := range c.sent {
		if i := strings.Index(m.Text, "http://anling.test/"); i >= 0 && m.Person == person {
			out, _, _ = strings.Cut(m.Text[i+len("http://anling.test"):], " ")
			out = strings.TrimRight(out, "]。")
		}
	}
	return out
}

type listener struct{ *alerts.Engine }

// house is the whole program but its main function, on SQLite, under a clock turned by hand.
type house struct {
	t       testing.TB
	db      *db.DB
	audit   *audit.Log
	reg     *registry.Registry
	engine  *alerts.Engine
	outbox  *notify.Outbox
	intake  *devices.Intake
	clock   *clock.Manual
	carrier *carrier
	server  *Server
	log     *lockedBuffer
	url     string
	elder   registry.Elder
	tokens  map[string]string // by scope
	hooks   *webhook.Hooks
	posts   *posts // what webhooks were told
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const operatorPassword = "a long enough phrase"

func newHouse(t testing.TB, change ...func(*Options)) *house {
	t.Helper()
	clk := clock.NewManual(start)
	d := dbtest.Open(t, db.Options{Path: dbtest.Path(t)}, clk)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	must(t, err)
	h := &house{t: t, db: d, clock: clk, carrier: &carrier{}, log: &lockedBuffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	vault := seal.NewVault(d, ring)
	h.audit = audit.New(d, vault)
	h.reg = registry.New(registry.Options{DB: d, Vault: vault, Clock: h.clock, PasswordKiB: 64, Log: log, Audit: h.audit})
	both := []notify.NamedSender{{Name: "fake", Sender: h.carrier}}
	link := &listener{}
	h.outbox = notify.NewOutbox(notify.Options{DB: d, Vault: vault, Clock: h.clock, Log: log, Owner: "test",
		Senders: map[notify.Channel][]notify.NamedSender{notify.SMS: both, notify.Voice: both}, Listener: link})
	h.engine = alerts.New(alerts.Options{DB: d, Vault: vault, Registry: h.reg, Outbox: h.outbox, Clock: h.clock, Log: log, PublicURL: "http://anling.test"})
	link.Engine = h.engine
	must(t, h.engine.Start(t.Context()))
	h.intake = devices.NewIntake(devices.Options{DB: d, Vault: vault, Registry: h.reg, Engine: h.engine, Clock: h.clock, Log: log})
	h.fill()
	o := Options{DB: d, Registry: h.reg, Engine: h.engine, Intake: h.intake, Audit: h.audit, Outbox: h.outbox, Privacy: noPrivacy{}, Retention: h.keeper(log), Clock: h.clock, Log: log, PublicURL: "http://anling.test"}
	h.posts = &posts{}
	h.hooks = webhook.Open(webhook.Options{DB: d, Vault: vault, Clock: h.clock, Log: log, Kinds: WebhookKinds(), Transport: h.posts})
	o.Webhooks = h.hooks
	for _, f := range change {
		f(&o)
	}
	h.server, err = New(o)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP(ctx)
	ts.Start()
	h.url = ts.URL
	t.Cleanup(func() { cancel(); ts.Close() })
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) fill() {
	h.t.Helper()
	ctx := h.t.Context()
	_, err := h.reg.CreateCentre(ctx, registry.Centre{ID: "c1", Name: "黄浦中心", Phone: "+8619900009999"})
	must(h.t, err)
	_, err = h.reg.CreateCentre(ctx, registry.Centre{ID: "c2", Name: "别处中心", Phone: "+8619900009998"})
	must(h.t, err)
	home := &geo.Position{Point: orb.Point{121.47, 31.23}}
	h.elder, err = h.reg.CreateElder(ctx, registry.Elder{ID: "e1", Centre: "c1", Name: "张秀英", Sex: "f", Address: "黄陂北路88弄3号502室", Position: home,
		BirthDate: "1944-03-15", Phones: []string{"+8619900000001"}, Access: "门禁 4471#", Allergies: []string{"青霉素"}, Illnesses: []string{"高血压"},
		Mobility: "stick", Notes: "耳背"})
	must(h.t, err)
	for _, k := range []registry.Contact{
		{ID: "k1", Name: "张丽", Role: "family", Relation: "女儿", Phones: []string{"+8619900001001"}},
		{ID: "k2", Name: "王强", Role: "neighbour", Phones: []string{"+8619900001002"}, HasKey: true},
	} {
		k.Elder = "e1"
		_, err = h.reg.CreateContact(ctx, k)
		must(h.t, err)
	}
	for i, name := range []string{"李强", "陈静", "赵敏"} {
		_, err = h.reg.CreateHelper(ctx, registry.Helper{ID: registry.HelperID("h" + itoa(i+1)), Centre: "c1", Name: name, Kind: "volunteer", OnDuty: true,
			Phones: []string{"+861990000200" + itoa(i)}, Modes: []geo.Mode{geo.Foot},
			Position: &geo.Position{Point: orb.Point{121.47 + 0.0008*float64(i+1), 31.23}, At: start}})
		must(h.t, err)
	}
	for _, o := range []registry.Operator{
		{ID: "o1", Centre: "c1", Name: "zhou", DisplayName: "周晓", Role: "operator"},
		{ID: "o2", Centre: "c2", Name: "wu", DisplayName: "吴明", Role: "operator"},
	} {
		_, err = h.reg.CreateOperator(ctx, o)
		must(h.t, err)
	}
	_, err = h.reg.CreateDevice(ctx, registry.Device{ID: "d1", Identity: "pendant-1", Protocol: "http", Kind: "pendant", Elder: "e1"})
	must(h.t, err)
	for _, scope := range []string{"signals", "read", "operate", "admin"} {
		h.tokens[scope], _, err = h.reg.CreateToken(ctx, registry.Token{Name: scope, Scope: scope})
		must(h.t, err)
	}
}

// settle lets everything happen that is due now.
func (h *house) settle() {
	h.t.Helper()
	for range 50 {
		a, _, err := h.engine.Step(h.t.Context())
		must(h.t, err)
		b, _, err := h.outbox.Step(h.t.Context())
		must(h.t, err)
		if a+b == 0 {
			return
		}
	}
	h.t.Fatal("the house does not come to rest")
}

// ask is a request to the house; token may be empty.
type ask struct {
	method, path, token, body string
	header                    map[string]string
}

type answer struct {
	*http.Response
	body []byte
}

func (h *house) do(a ask) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), a.method, h.url+a.path, strings.NewReader(a.body))
	must(h.t, err)
	if a.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	for k, v := range a.header {
		req.Header.Set(k, v)
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	must(h.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(h.t, err)
	return answer{Response: resp, body: b}
}

// get asks with the token of a scope, and wants 200.
func (h *house) get(path, scope string) map[string]any {
	h.t.Helper()
	a := h.do(ask{method: "GET", path: path, token: h.tokens[scope]})
	a.want(h.t, 200)
	return a.json(h.t)
}

func (a answer) want(t testing.TB, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: got %d, want %d: %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%s: %v: %s", a.Request.URL.Path, err, a.body)
	}
	return v
}

// press sends an sos of the elder's device, and gives the alert.
func (h *house) press() string {
	h.t.Helper()
	a := h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `{"id":"s1","device":"pendant-1","kind":"sos"}`})
	a.want(h.t, 202)
	id, ok := a.json(h.t)["alert"].(string)
	if !ok {
		h.t.Fatalf("no alert in %s", a.body)
	}
	h.settle()
	return id
}

// enrol gives an operator a password; not in fill, because a password takes a while on purpose.
func (h *house) enrol(name string) {
	h.t.Helper()
	must(h.t, h.reg.SetPassword(h.t.Context(), name, operatorPassword))
}

// logIn gives the session's cookies.
func (h *house) logIn(name string) string {
	h.t.Helper()
	h.enrol(name)
	a := h.do(ask{method: "POST", path: "/v1/session", body: `{"name":"` + name + `","password":"` + operatorPassword + `"}`})
	a.want(h.t, 200)
	var all []string
	for _, c := range a.Cookies() {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// vaultOf is another vault on the same database.
func vaultOf(t testing.TB, d *db.DB) *seal.Vault {
	t.Helper()
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	must(t, err)
	return seal.NewVault(d, ring)
}

// serve asks the handler itself, without a connection.
func (h *house) serve(method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.server.handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

// noPrivacy does nothing: what reaches through all rooms is put together, and tried, in cmd.
type noPrivacy struct{}

func (noPrivacy) Erase(context.Context, *registry.Registry, registry.ElderID, Erasure) error {
	return nil
}

func (noPrivacy) SubjectAccess(_ context.Context, _ *registry.Registry, _ registry.ElderID, w io.Writer) error {
	_, err := io.WriteString(w, "zip")
	return err
}

func (h *house) keeper(log *slog.Logger) *retention.Keeper {
	return retention.New(retention.Options{DB: h.db, Clock: h.clock, Report: log, Audit: h.audit, Kinds: []retention.Kind{
		{Name: "positions", Days: 90, Min: 1, Expire: func(context.Context, *db.Tx, time.Time, int) (int, error) { return 0, nil }}}})
}
