package alerts

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/seal"
	"anling/notify"
	"anling/registry"
)

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

// to lists what went to a person by a template.
func (c *carrier) to(person, template string) []notify.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []notify.Message
	for _, m := range c.sent {
		if m.Person == person && (template == "" || m.Template == template) {
			out = append(out, m)
		}
	}
	return out
}

// listener lets the outbox and the engine know each other.
type listener struct{ *Engine }

// house is an engine with everything around it, on a real database, under a clock turned by hand.
type house struct {
	t       testing.TB
	db      *db.DB
	vault   *seal.Vault
	reg     *registry.Registry
	engine  *Engine
	outbox  *notify.Outbox
	clock   *clock.Manual
	carrier *carrier
	elder   registry.Elder
	device  registry.Device
}

func eachHouse(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		clk := clock.NewManual(start)
		f(t, newHouse(t, dbtest.Open(t, o, clk), clk))
	})
}

func newHouse(t *testing.T, d *db.DB, clk *clock.Manual) *house {
	t.Helper()
	h := newBenchHouse(t, d, clk)
	h.clock = clk
	return h
}

func newBenchHouse(t testing.TB, d *db.DB, clk clock.Clock) *house {
	t.Helper()
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	if err != nil {
		t.Fatalf("ring: %v", err)
	}
	h := &house{t: t, db: d, vault: seal.NewVault(d, ring), carrier: &carrier{}}
	log := slog.New(slog.DiscardHandler)
	h.reg = registry.New(registry.Options{DB: d, Vault: h.vault, Clock: clk, Log: log})
	both := []notify.NamedSender{{Name: "fake", Sender: h.carrier}}
	link := &listener{}
	h.outbox = notify.NewOutbox(notify.Options{DB: d, Vault: h.vault, Clock: clk, Log: log, Owner: "test",
		Senders: map[notify.Channel][]notify.NamedSender{notify.SMS: both, notify.Voice: both}, Listener: link})
	h.engine = New(Options{DB: d, Vault: h.vault, Registry: h.reg, Outbox: h.outbox, Clock: clk, Log: log, PublicURL: "http://anling.test"})
	link.Engine = h.engine
	if err := h.engine.Start(t.Context()); err != nil {
		t.Fatalf("start: %v", err)
	}
	h.fill()
	return h
}

func (h *house) fill() {
	h.t.Helper()
	ctx := h.t.Context()
	centre, err := h.reg.CreateCentre(ctx, registry.Centre{ID: "c1", Name: "Centre", Phone: "+8619900009999"})
	h.ok(err)
	home := &geo.Position{Point: orb.Point{121.47, 31.23}}
	h.elder, err = h.reg.CreateElder(ctx, registry.Elder{Centre: centre.ID, Name: "张秀英", Address: "黄陂北路88弄3号502室", Position: home,
		BirthDate: "1944-03-15", Phones: []string{"+8619900000001"}, Access: "door code 4471", Allergies: []string{"penicillin"}})
	h.ok(err)
	for i, name := range []string{"女儿", "邻居"} {
		_, err = h.reg.CreateContact(ctx, registry.Contact{ID: registry.ContactID([]string{"k1", "k2"}[i]), Elder: h.elder.ID, Name: name,
			Role: "family", Phones: []string{"+861990000010" + string(rune('0'+i))}, Channels: []string{"sms", "voice"}, Order: i + 1})
		h.ok(err)
	}
	for i := range 6 {
		id := registry.HelperID("h" + string(rune('1'+i)))
		_, err = h.reg.CreateHelper(ctx, registry.Helper{ID: id, Centre: centre.ID, Name: "Helper", Kind: "volunteer", OnDuty: true,
			Phones: []string{"+861990000020" + string(rune('0'+i))}, Modes: []geo.Mode{geo.Foot},
			Position: &geo.Position{Point: orb.Point{121.47 + 0.0008*float64(i+1), 31.23}, At: start}})
		h.ok(err)
	}
	_, err = h.reg.CreateOperator(ctx, registry.Operator{ID: "s1", Centre: centre.ID, Name: "super", DisplayName: "班长", Role: "supervisor", Phone: "+8619900000300"})
	h.ok(err)
	h.device, err = h.reg.CreateDevice(ctx, registry.Device{Identity: "pendant-1", Protocol: "http", Kind: "pendant", Elder: h.elder.ID})
	h.ok(err)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// press sends a signal of the house's device.
func (h *house) press(kind string) AlertID {
	h.t.Helper()
	return h.signal(Signal{ID: db.NewID(), Kind: kind, Device: h.device, Elder: h.elder.ID, Protocol: "http", Identity: "pendant-1",
		At: h.clock.Now(), ReceivedAt: h.clock.Now()})
}

func (h *house) signal(s Signal) (id AlertID) {
	h.t.Helper()
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) (err error) {
		id, err = h.engine.Signal(h.t.Context(), tx, s)
		return err
	}))
	return id
}

// settle lets engine and outbox do what is due now.
func (h *house) settle() {
	h.t.Helper()
	for range 100 {
		a, _, err := h.engine.Step(h.t.Context())
		h.ok(err)
		b, _, err := h.outbox.Step(h.t.Context())
		h.ok(err)
		if a+b == 0 {
			return
		}
	}
	h.t.Fatal("the house does not come to rest")
}

// pass lets time go by in steps small enough for every deadline of the plan.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
		h.clock.Advance(min(5*time.Second, end.Sub(h.clock.Now())))
		h.settle()
	}
}

func (h *house) get(id AlertID) *Alert {
	h.t.Helper()
	a, err := h.engine.Get(h.t.Context(), id)
	h.ok(err)
	return a
}

func (h *house) do(id AlertID, c Command) *Alert {
	h.t.Helper()
	a, err := h.engine.Do(h.t.Context(), id, c)
	h.ok(err)
	return a
}

// verified checks that every chain is whole.
func (h *house) verified() {
	h.t.Helper()
	rep, err := h.engine.Verify(h.t.Context())
	h.ok(err)
	if len(rep.Problems) > 0 {
		h.t.Errorf("verify: %v", rep.Problems)
	}
}
