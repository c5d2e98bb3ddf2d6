package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/schollz/progressbar/v3"

	"anling/devices"
	"anling/registry"
)

// simulation is what anling simulate has been asked for.
type simulation struct {
	url, token      string
	elders, helpers int
	rate            float64 // presses a second, sent when their time comes whatever became of the others
	storm           int     // presses at one instant, at the beginning
	duration        time.Duration
	drain           time.Duration // how long to wait at the end for what is under way
	seed            uint64
	people          bool    // operators and helpers who act
	pace            float64 // of the people: 2 is twice as fast as life
	again           float64 // share of the presses that come over two paths at once
}

// simulate is load and life against a running service, through its public interfaces only.
func simulate(ctx context.Context, e environment, args []string) int {
	fs := newFlags(e, "simulate")
	var s simulation
	fs.StringVar(&s.url, "url", "http://localhost:8080", "where the service is")
	fs.StringVar(&s.token, "token", e.Getenv("ANLING_TOKEN"), "a token of the scope admin, which may enrol, press and act; or ANLING_TOKEN")
	fs.IntVar(&s.elders, "elders", 100, "elders to invent and enrol; 0 presses the buttons that are enrolled already")
	fs.IntVar(&s.helpers, "helpers", 50, "helpers to invent and enrol")
	fs.Float64Var(&s.rate, "rate", 1, "presses a second")
	fs.IntVar(&s.storm, "storm", 0, "presses at one instant, at the beginning")
	fs.DurationVar(&s.duration, "duration", 30*time.Second, "how long")
	fs.DurationVar(&s.drain, "drain", 30*time.Second, "how long to wait for answers at the end")
	fs.Uint64Var(&s.seed, "seed", 1, "what the city is invented from")
	fs.BoolVar(&s.people, "people", true, "operators and helpers act; without them only buttons do")
	fs.Float64Var(&s.pace, "pace", 1, "how much faster than life the people are")
	fs.Float64Var(&s.again, "again", 0.1, "share of the presses that come twice at once, over two paths")
	rest, err := parse(fs, args)
	if err == nil {
		err = s.check(rest)
	}
	if err != nil {
		return finish(e, "simulate", err)
	}
	ctx, stop := untilStopped(ctx)
	defer stop()
	return finish(e, "simulate", s.run(ctx, e))
}

func (s simulation) check(rest []string) error {
	u, err := url.Parse(s.url)
	switch {
	case len(rest) > 0:
		return usageOf("simulate takes settings only, not %q", rest[0])
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return usageOf("--url must be the address of a service, like http://localhost:8080")
	case s.token == "":
		return usageOf("--token is missing; make one with: anling token create --name simulate --scope admin")
	case s.elders < 0 || s.helpers < 0 || s.storm < 0 || s.rate < 0 || s.duration < 0 || s.pace <= 0 || s.again < 0 || s.again > 1:
		return usageOf("numbers must not be negative, --pace must be more than 0, --again at most 1")
	}
	return nil
}

func usageOf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// errLost ends a simulation in which the service did not keep its word.
var errLost = errors.New("the service did not keep what it had acknowledged")

// errNothing ends a simulation that proves nothing.
var errNothing = errors.New("no press was acknowledged")

// stage is a simulation under way.
type stage struct {
	simulation
	e       environment
	api     *apiClient
	world   *world
	rand    *rand.Rand
	buttons []registry.Device
	watch   *watch
	ledger  *ledger
	seats   *seats
}

func (s simulation) run(ctx context.Context, e environment) error {
	transport := &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, IdleConnTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	w, err := newWorld(s.seed, sizes{elders: s.elders, helpers: s.helpers}, fmt.Sprintf("s%d-", s.seed))
	if err != nil {
		return err
	}
	ways, err := openStreets()
	if err != nil {
		return err
	}
	st := &stage{simulation: s, e: e, world: w, rand: rand.New(rand.NewPCG(s.seed, 0x51)),
		api: newAPIClient(s.url, s.token, &http.Client{Transport: transport}), ledger: newLedger()}
	if err := st.probe(ctx); err != nil {
		return err
	}
	if err := st.enrol(ctx); err != nil {
		return err
	}
	if err := st.findButtons(ctx); err != nil {
		return err
	}
	st.watch = newWatch(st.api)
	st.seats = newSeats(st, ways)
	if err := st.play(ctx); err != nil {
		return err
	}
	lost, err := st.audit(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("check what was acknowledged: %w", err)
	}
	st.report(lost)
	switch {
	case len(lost) > 0:
		return fmt.Errorf("%w: %d faults", errLost, len(lost))
	case st.ledger.count().acknowledged == 0 && (s.storm > 0 || s.rate > 0):
		return errNothing
	}
	return nil
}

// probe asks whether the token may do what a simulation does, before anything is enrolled.
func (st *stage) probe(ctx context.Context) error {
	err := st.api.do(ctx, http.MethodPost, "/v1/signals", heartbeat(registry.Device{Identity: "anling-simulate"}, time.Now(), 100), nil)
	switch statusOf(err) {
	case http.StatusForbidden, http.StatusUnauthorized:
		return fmt.Errorf("the token may not do all that a simulation does; make one with: anling token create --name simulate --scope admin (%w)", err)
	}
	if err != nil {
		return fmt.Errorf("the service does not answer as it should: %w", err)
	}
	return nil
}

// enrol puts the invented people into the registry. Who is there already, from an earlier run with the same
// seed, is taken as they are.
func (st *stage) enrol(ctx context.Context) error {
	if len(st.world.elders)+len(st.world.helpers) == 0 {
		return nil
	}
	bar := st.bar(len(st.world.elders)+len(st.world.helpers), "enrolling")
	defer st.finishBar(bar)
	err := inParallel(ctx, st.world.elders, func(ctx context.Context, e registry.Elder) error {
		defer st.tick(bar)
		return st.enrolElder(ctx, e)
	})
	if err != nil {
		return fmt.Errorf("enrol elders: %w", firstOf(err))
	}
	err = inParallel(ctx, st.world.helpers, func(ctx context.Context, h registry.Helper) error {
		defer st.tick(bar)
		return st.create(ctx, "/v1/helpers", map[string]any{"id": h.ID, "name": h.Name, "phones": h.Phones, "language": h.Language, "kind": h.Kind,
			"position": h.Position, "skills": h.Skills, "services": h.Services, "on_duty": true, "modes": h.Modes, "schedule": h.Schedule, "keys_for": h.KeysFor})
	})
	if err != nil {
		return fmt.Errorf("enrol helpers: %w", firstOf(err))
	}
	return nil
}

func (st *stage) enrolElder(ctx context.Context, e registry.Elder) error {
	err := st.create(ctx, "/v1/elders", map[string]any{"id": e.ID, "name": e.Name, "sex": e.Sex, "birth_date": e.BirthDate, "phones": e.Phones,
		"language": e.Language, "address": e.Address, "position": e.Position, "tier": e.Tier, "living": e.Living, "illnesses": e.Illnesses,
		"medicines": e.Medicines, "allergies": e.Allergies, "mobility": e.Mobility, "access": e.Access, "notes": e.Notes})
	if err != nil {
		return err
	}
	for _, k := range st.world.contactsOf(e.ID) {
		err := st.create(ctx, "/v1/elders/"+string(e.ID)+"/contacts", map[string]any{"id": k.ID, "name": k.Name, "role": k.Role, "relation": k.Relation,
			"phones": k.Phones, "channels": k.Channels, "order": k.Order, "language": k.Language, "has_key": k.HasKey})
		if err != nil {
			return err
		}
	}
	for _, d := range st.world.devices {
		if d.Elder != e.ID {
			continue
		}
		return st.create(ctx, "/v1/devices", map[string]any{"id": d.ID, "identity": d.Identity, "protocol": d.Protocol, "kind": d.Kind, "elder": d.Elder})
	}
	return nil
}

// create makes one record; a conflict means that it is there.
func (st *stage) create(ctx context.Context, path string, body map[string]any) error {
	err := st.api.do(ctx, http.MethodPost, path, body, nil)
	if statusOf(err) == http.StatusConflict {
		return nil
	}
	return err
}

// firstOf is the first of many errors that say the same.
func firstOf(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
		return many.Unwrap()[0]
	}
	return err
}

// findButtons lists the devices that can be pressed: those invented, else those that the service knows.
func (st *stage) findButtons(ctx context.Context) error {
	for _, d := range st.world.devices {
		if d.Protocol == registry.ProtocolHTTP {
			st.buttons = append(st.buttons, d)
		}
	}
	if st.elders > 0 {
		return nil
	}
	var page struct {
		Items []registry.Device `json:"items"`
		Next  *string           `json:"next"`
	}
	next := ""
	for {
		if err := st.api.do(ctx, http.MethodGet, "/v1/devices?protocol=http&limit=200&cursor="+url.QueryEscape(next), nil, &page); err != nil {
			return fmt.Errorf("list devices: %w", err)
		}
		for _, d := range page.Items {
			if d.Elder != "" && d.ArchivedAt == nil {
				st.buttons = append(st.buttons, d)
			}
		}
		if page.Next == nil {
			break
		}
		next, page.Next, page.Items = *page.Next, nil, nil
	}
	if len(st.buttons) == 0 {
		return errors.New("the service knows no button; enrol some with --elders")
	}
	return nil
}

// heartbeat is what a device says when nothing is the matter.
func heartbeat(d registry.Device, now time.Time, battery int) devices.Signal {
	return devices.Signal{Device: d.Identity, Kind: devices.Heartbeat, Time: now.UTC(), Battery: &battery}
}

func (st *stage) bar(n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(st.e.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription(what), progressbar.OptionThrottle(200*time.Millisecond))
}

// tick moves a bar on. Where it cannot be drawn nobody is looking.
func (st *stage) tick(bar *progressbar.ProgressBar) {
	if err := bar.Add(1); err != nil {
		return
	}
}

func (st *stage) finishBar(bar *progressbar.ProgressBar) {
	if err := bar.Finish(); err == nil {
		say(st.e.Stderr, "\n")
	}
}
