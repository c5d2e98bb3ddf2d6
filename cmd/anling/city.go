package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/geo"
	"anling/internal/clock"
	"anling/internal/fault"
	"anling/registry"
	"anling/web"
)

// demoPassword is that of every account of the demo; the banner prints it.
const demoPassword = "demo12345678"

// Pace of the demo's city.
const (
	stepEvery = time.Second
	beatEvery = 2 * time.Minute // each device; they are spread over the time
	beatBatch = 50
)

// city is an invented city that lives: its people are in the registry, its helpers walk, its devices report, and
// its buttons can be pressed. Fill it, connect it, run it.
type city struct {
	*world
	registry *registry.Registry
	walkers  *walkers
	clock    clock.Clock
	log      *slog.Logger

	api     *apiClient                  // the running service; nil until connected
	gateway string                      // token of the gateway that brings the heartbeats
	tokens  map[registry.ElderID]string // of the elders' own devices
	device  map[registry.ElderID]registry.Device

	mu     sync.Mutex
	rand   *rand.Rand
	random func(n int) int
	nextID int
	beat   int // the device whose heartbeat comes next
}

// fillCity invents a city, whose helpers go along the ways, and puts it into a registry that has none yet. The same seed gives the same people.
func fillCity(ctx context.Context, reg *registry.Registry, ways wayfinder, seed uint64, sz sizes) (*city, error) {
	w, err := newWorld(seed, sz, "")
	if err != nil {
		return nil, err
	}
	c := &city{world: w, registry: reg, clock: clock.Real(), log: slog.New(slog.DiscardHandler),
		tokens: map[registry.ElderID]string{}, device: map[registry.ElderID]registry.Device{}, rand: rand.New(rand.NewPCG(seed, 0xcafe))}
	now := c.clock.Now()
	w.asOf(now)
	c.walkers = newWalkers(w, ways, seed, now)
	for _, d := range w.devices {
		c.device[d.Elder] = d
	}
	if err := c.fillCentres(ctx); err != nil {
		return nil, err
	}
	for _, p := range w.providers {
		if _, err := reg.CreateProvider(ctx, p); err != nil {
			return nil, fmt.Errorf("create provider %s: %w", p.ID, err)
		}
	}
	if err := c.fillOperators(ctx); err != nil {
		return nil, err
	}
	if err := inParallel(ctx, w.elders, c.fillElder); err != nil {
		return nil, err
	}
	create := func(ctx context.Context, h registry.Helper) error {
		if _, err := reg.CreateHelper(ctx, h); err != nil {
			return fmt.Errorf("create helper %s: %w", h.ID, err)
		}
		return nil
	}
	// Who stands in for another must be there before them.
	if err := inParallel(ctx, w.helpers[:1], create); err != nil {
		return nil, err
	}
	return c, inParallel(ctx, w.helpers[1:], create)
}

func (c *city) fillCentres(ctx context.Context) error {
	for _, k := range c.centres {
		if _, err := c.registry.CreateCentre(ctx, k); err != nil {
			return fmt.Errorf("create centre %s: %w", k.ID, err)
		}
	}
	_, err := c.registry.CreateAgreement(ctx, registry.Agreement{ID: "night-help", Centre: districtCentre, To: neighbourCentre, AfterS: 60,
		Note: "夜间及繁忙时互助"})
	if err != nil {
		return fmt.Errorf("create the agreement: %w", err)
	}
	c.gateway, _, err = c.registry.CreateToken(ctx, registry.Token{Name: "demo gateway", Scope: registry.TokenSignals})
	if err != nil {
		return fmt.Errorf("create the gateway's token: %w", err)
	}
	return nil
}

// fillOperators adds who logs in; one of them works for a provider, which must be there.
func (c *city) fillOperators(ctx context.Context) error {
	for _, o := range c.operators {
		if _, err := c.registry.CreateOperator(ctx, o); err != nil {
			return fmt.Errorf("create operator %s: %w", o.ID, err)
		}
		if err := c.registry.SetPassword(ctx, o.Name, demoPassword); err != nil {
			return fmt.Errorf("password of operator %s: %w", o.ID, err)
		}
	}
	return nil
}

// fillElder adds an elder with contacts, device and the device's token.
func (c *city) fillElder(ctx context.Context, e registry.Elder) error {
	if _, err := c.registry.CreateElder(ctx, e); err != nil {
		return fmt.Errorf("create elder %s: %w", e.ID, err)
	}
	for _, k := range c.contactsOf(e.ID) {
		if _, err := c.registry.CreateContact(ctx, k); err != nil {
			return fmt.Errorf("create contact %s: %w", k.ID, err)
		}
	}
	if err := c.fillConsents(ctx, e.ID); err != nil {
		return err
	}
	d := c.device[e.ID]
	if _, err := c.registry.CreateDevice(ctx, d); err != nil {
		return fmt.Errorf("create device %s: %w", d.ID, err)
	}
	if d.Protocol != registry.ProtocolHTTP {
		return nil
	}
	plain, _, err := c.registry.CreateToken(ctx, registry.Token{Name: "device " + string(d.ID), Scope: registry.TokenSignals, Device: d.ID})
	if err != nil {
		return fmt.Errorf("create token of device %s: %w", d.ID, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[e.ID] = plain
	return nil
}

// fillConsents has most elders agree on paper; one in ten was never asked, and the console shows it.
func (c *city) fillConsents(ctx context.Context, id registry.ElderID) error {
	if strings.HasSuffix(string(id), "7") {
		return nil
	}
	for _, purpose := range []string{"care", "location", "sharing"} {
		if _, err := c.registry.GiveConsent(ctx, registry.Consent{Elder: id, Purpose: purpose, GivenBy: "本人", How: "paper"}); err != nil {
			return fmt.Errorf("consent of elder %s: %w", id, err)
		}
	}
	return nil
}

// contactsOf gives an elder's contacts, in order.
func (w *world) contactsOf(id registry.ElderID) []registry.Contact {
	var out []registry.Contact
	for _, k := range w.contacts {
		if k.Elder == id {
			out = append(out, k)
		}
	}
	return out
}

// inParallel does something with every item, a few at a time: the database commits them together.
func inParallel[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	const width = 16
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	work := make(chan T)
	for range width {
		wg.Go(func() {
			for it := range work {
				if err := do(ctx, it); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, it := range items {
		work <- it
	}
	close(work)
	wg.Wait()
	return errors.Join(errs...)
}

// phoneBook names every telephone of the city, for the phone wall.
func (w *world) phoneBook(name func(number, name, role string)) {
	elders := map[registry.ElderID]string{}
	for _, e := range w.elders {
		elders[e.ID] = e.Name
		for _, p := range e.Phones {
			name(p, e.Name, "elder")
		}
	}
	for _, d := range w.devices {
		if d.Protocol == registry.ProtocolPhone {
			name(d.Identity, elders[d.Elder], "elder")
		}
	}
	for _, k := range w.contacts {
		for _, p := range k.Phones {
			name(p, k.Name+"（"+elders[k.Elder]+"的"+k.Relation+"）", k.Role)
		}
	}
	for _, h := range w.helpers {
		for _, p := range h.Phones {
			name(p, h.Name, h.Kind)
		}
	}
	for _, o := range w.operators {
		name(o.Phone, o.DisplayName, o.Role)
	}
	for _, k := range w.centres {
		name(k.Phone, k.Name, "centre")
	}
}

// connect tells the city where the service is that its devices speak to.
func (c *city) connect(url string, h *http.Client, log *slog.Logger) {
	c.api = newAPIClient(url, "", h)
	if log != nil {
		c.log = log
	}
}

// Run lets the city live until it is told to stop: helpers walk, devices report.
func (c *city) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.clock.After(stepEvery):
		}
		if err := c.Step(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("the demo's city stumbled", "err", err)
		}
	}
}

// Step walks every helper on to now, and lets those devices report whose turn it is.
func (c *city) Step(ctx context.Context) error {
	now := c.clock.Now()
	var errs []error
	for _, m := range c.walkers.step(now) {
		p := geo.Position{Point: m.at, AccuracyM: 8, At: now, Source: geo.SourceDevice}
		if err := c.registry.Helpers().MovePosition(m.helper, p); err != nil {
			errs = append(errs, fmt.Errorf("move helper %s: %w", m.helper, err))
		}
	}
	return errors.Join(append(errs, c.heartbeats(ctx))...)
}

// heartbeats sends the reports of the devices whose turn it is, as a gateway does: many in one request.
func (c *city) heartbeats(ctx context.Context) error {
	if c.api == nil || len(c.devices) == 0 {
		return nil
	}
	c.mu.Lock()
	n := min(beatBatch, 1+len(c.devices)*int(stepEvery)/int(beatEvery))
	var batch []devices.Signal
	for range n {
		d := c.devices[c.beat%len(c.devices)]
		c.beat++
		if d.Protocol != registry.ProtocolHTTP {
			continue
		}
		battery := 35 + (c.beat*7)%65
		batch = append(batch, devices.Signal{Device: d.Identity, Kind: devices.Heartbeat, Time: c.clock.Now().UTC(), Battery: &battery})
	}
	c.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	if err := c.api.as(c.gateway).do(ctx, http.MethodPost, "/v1/signals", batch, nil); err != nil {
		return fmt.Errorf("send heartbeats: %w", err)
	}
	return nil
}

// Press presses the button of an elder, or of anybody who has one, exactly as the button does: over the
// network, with its own token. It gives NotFound for an elder who has no button.
func (c *city) Press(ctx context.Context, elder registry.ElderID) (web.Pressed, error) {
	if c.api == nil {
		return web.Pressed{}, fault.New(fault.Retry, "the city is not connected yet")
	}
	if elder == "" {
		elder = c.anybody()
	}
	token, known := c.tokens[elder]
	if !known {
		return web.Pressed{}, fault.New(fault.NotFound, "this elder has no button in the demo")
	}
	s := devices.Signal{ID: c.pressID(), Device: c.device[elder].Identity, Kind: devices.SOS, Time: c.clock.Now().UTC()}
	var got devices.Receipt
	if err := c.api.as(token).do(ctx, http.MethodPost, "/v1/signals", s, &got); err != nil {
		return web.Pressed{}, fmt.Errorf("press the button of elder %s: %w", elder, err)
	}
	pressed := web.Pressed{Elder: elder}
	if got.Alert != nil {
		pressed.Alert = alerts.AlertID(*got.Alert)
	}
	return pressed, nil
}

// anybody picks an elder with a button. Everybody gets a turn before anybody gets a second one: the next
// click in the demo should show another door.
func (c *city) anybody() registry.ElderID {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := c.rand.IntN(len(c.elders))
	for i := range c.elders {
		if id := c.elders[(start+i)%len(c.elders)].ID; c.tokens[id] != "" {
			return id
		}
	}
	return ""
}

func (c *city) pressID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextID++
	return fmt.Sprintf("press-%d-%d", c.clock.Now().UnixMicro(), c.nextID)
}
