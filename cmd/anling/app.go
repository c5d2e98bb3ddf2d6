package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"anling/alerts"
	"anling/alerts/coverage"
	"anling/devices"
	"anling/devices/phone"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/retention"
	"anling/notify"
	"anling/notify/phonewall"
	"anling/notify/twilio"
	"anling/notify/webhook"
	"anling/web"
)

// engineWorkers is how many alerts are moved on at the same time: they wait for the disk together.
const engineWorkers = 16

// parts are what serve, demo and the story tests give the program differently.
type parts struct {
	Clock clock.Clock
	Log   *slog.Logger

	// Demo, when set, offers what only the demo does; phones are then open to everybody.
	Demo *web.Demo
	// PhoneLatency is what the phone wall lets pass between the stages of a call; 0 for stories.
	PhoneLatency time.Duration
	// Telephone, when set, carries the requests to the provider in place of the network: the stories
	// hand in a telephone network of their own, which outlives the program.
	Telephone http.RoundTripper
}

// app is the whole program, put together and standing still: nothing moves until Run, or Step under a
// clock that somebody turns.
type app struct {
	*storage
	engine  *alerts.Engine
	outbox  *notify.Outbox
	intake  *devices.Intake
	watch   *devices.Watch
	zones   *devices.ZoneWatch
	line    *phone.Line
	wall    *phonewall.Network // nil when messages leave through Twilio
	notary  *audit.Notary
	privacy *privacy
	keeper  *retention.Keeper
	web     *web.Server
	roads   *roadNet
	cover   *coverage.Watch
	hooks   *webhook.Hooks
	lock    *lock
	workers []worker
	entrance
}

// worker does what is due: again and again in Run, once in step, which tells how much it did and when
// something is due next (zero: when something happens).
type worker struct {
	name string
	run  func(context.Context) error
	step func(context.Context) (did int, next time.Time, err error) // nil for what lives in real time only
}

// newApp opens the data, and joins the rooms of the house. Close it.
func newApp(ctx context.Context, cfg config.Config, p parts) (*app, error) {
	held, err := lockData(cfg.Data)
	if err != nil {
		return nil, err
	}
	a := &app{lock: held}
	if err := a.build(ctx, cfg, p); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *app) build(ctx context.Context, cfg config.Config, p parts) (err error) {
	if a.storage, err = openStorage(ctx, cfg, p); err != nil {
		return err
	}
	if err := a.vault.Check(ctx); err != nil {
		// An alarm must not wait for a key: it is taken, stored and shown, without names.
		a.log.Error("personal data is locked; put the key ring back from its own backup and start again", "file", cfg.KeyRingPath(), "err", err)
	}
	if err := a.registry.Load(ctx); err != nil {
		return fmt.Errorf("load the helpers: %w", err)
	}
	if a.entrance, err = openEntrance(cfg, p); err != nil {
		return err
	}
	sender, err := a.telephone(cfg, p)
	if err != nil {
		return err
	}
	if err := a.joinRooms(ctx, cfg, sender); err != nil {
		return err
	}
	a.hooks = webhook.Open(webhook.Options{DB: a.db, Vault: a.vault, Clock: a.clock, Log: a.log, Kinds: web.WebhookKinds(),
		Allow: cfg.WebhookNetworks(), Died: a.webhookDied})
	if a.web, err = web.New(a.webOptions(ctx, cfg, p, sender)); err != nil {
		return fmt.Errorf("make the web server: %w", err)
	}
	a.workers = a.listWorkers()
	return nil
}

// joinRooms makes outbox, engine and intake. The outbox tells the engine what came back, and the engine
// puts into the outbox: the ear is handed over when both exist.
func (a *app) joinRooms(ctx context.Context, cfg config.Config, sender *twilio.Sender) error {
	owner, err := nodeID(cfg.Data)
	if err != nil {
		return err
	}
	ear := &listener{}
	carrier := []notify.NamedSender{{Name: "twilio", Sender: sender}}
	a.outbox = notify.NewOutbox(notify.Options{
		DB: a.db, Vault: a.vault, Clock: a.clock, Log: a.log, Owner: owner, Listener: ear,
		Senders: map[notify.Channel][]notify.NamedSender{notify.SMS: carrier, notify.Voice: carrier},
	})
	a.roads = openRoadNet(a, cfg.Data)
	a.cover = coverage.New(coverage.Options{DB: a.db, Registry: a.registry, Roads: a.roads.Finder, Clock: a.clock, Log: a.log})
	a.engine = alerts.New(alerts.Options{
		DB: a.db, Vault: a.vault, Registry: a.registry, Helpers: a.roads, Outbox: a.outbox, Clock: a.clock, Log: a.log, Seats: web.Seats{}, PublicURL: cfg.PublicURL,
		Workers: engineWorkers,
	})
	ear.Listener = a.engine
	if a.notary, err = a.storage.notary(a.engine, cfg.AuditCheckpoints); err != nil {
		return err
	}
	if err := a.engine.Start(ctx); err != nil {
		return fmt.Errorf("start the alert engine: %w", err)
	}
	a.intake = devices.NewIntake(devices.Options{
		DB: a.db, Vault: a.vault, Registry: a.registry, Engine: a.engine, Clock: a.clock, Log: a.log,
	})
	a.watch = devices.NewWatch(devices.WatchOptions{DB: a.db, Intake: a.intake, Tasks: a.engine, Clock: a.clock, Log: a.log})
	a.zones = devices.NewZoneWatch(a.intake)
	a.privacy = &privacy{storage: a.storage, engine: a.engine, outbox: a.outbox, intake: a.intake}
	a.keeper = a.privacy.keeper()
	if n, err := a.privacy.replay(ctx, cfg.Data); err != nil || n > 0 {
		a.log.Warn("an older database was put back: who was erased since is erased again", "people", n, "err", err)
	}
	a.line = phone.New(phone.Options{DB: a.db, Intake: a.intake, Registry: a.registry})
	return nil
}

// listener is the engine, once it exists.
type listener struct{ notify.Listener }

func (a *app) webOptions(ctx context.Context, cfg config.Config, p parts, sender *twilio.Sender) web.Options {
	hooks := mux.NewRouter()
	twilio.NewHooks(twilio.HookOptions{Sender: sender, Outbox: textDesk{a.outbox, a.line}, Caller: caller{a.line, a.engine}, Log: a.log}).Register(hooks)
	o := web.Options{
		DB: a.db, Registry: a.registry, Engine: a.engine, Intake: a.intake, Audit: a.audit, Outbox: a.outbox, Notary: a.notary, Privacy: a.privacy, Retention: a.keeper, Clock: a.clock, Log: a.log,
		PublicURL: cfg.PublicURL, Hooks: hooks, Webhooks: a.hooks, Demo: p.Demo,
		SecondFactor: cfg.SecondFactor, PasswordLife: cfg.PasswordLife, SSO: ssoOptions(cfg),
		Roads: a.roads.Finder, Coverage: a.cover, ClosuresChanged: a.roads.lookAgain, Basemap: basemap(cfg.Data), Map: a.mapView(ctx), Places: a.places(cfg.Data), OldestUnsent: a.oldestUnsent, SupervisionLate: a.watch.Late, TasksWaiting: a.watch.Waiting,
		Limits: web.Limits{Paced: true}, Proxies: cfg.Proxies(), CertificateUntil: a.until,
	}
	if a.wall != nil {
		o.Phones = a.wall.Page()
		if p.Demo == nil {
			o.Phones = onlyHere(o.Phones)
		}
	}
	return o
}

// oldestUnsent tells how long the oldest message that is due has waited.
func (a *app) oldestUnsent(ctx context.Context) (time.Duration, error) {
	n, oldest, err := a.outbox.Backlog(ctx)
	if err != nil || n == 0 {
		return 0, err
	}
	return max(0, a.clock.Now().Sub(oldest)), nil
}

func (a *app) listWorkers() []worker {
	flush := func(f func(context.Context) error) func(context.Context) (int, time.Time, error) {
		return func(ctx context.Context) (int, time.Time, error) { return 0, time.Time{}, f(ctx) }
	}
	all := []worker{
		{"alerts", a.engine.Run, a.engine.Step},
		{"news of other nodes", a.engine.Listen, nil},
		{"credit grades", a.engine.RunGrading, nil},
		{"seats", a.engine.RunSeats, a.engine.StepSeats},
		{"outbox", a.outbox.Run, a.outbox.Step},
		{"helpers", a.registry.Helpers().Run, flush(a.registry.Helpers().Flush)},
		{"closed roads", a.roads.Run, flush(a.roads.look)},
		{"coverage", a.cover.Run, a.cover.Step},
		{"intake", a.intake.Run, flush(a.intake.Flush)},
		{"supervision of devices", a.watch.Run, a.watch.Step},
		{"safe zones", a.zones.Run, a.zones.Step},
		{"audit checkpoints", a.notary.Run, nil},
		{"retention", a.keeper.Run, nil},
		{"search", a.registry.Searches().Run, nil},
		{"webhooks", a.hooks.Run, a.hooks.Step},
		{"events for webhooks", a.web.FeedWebhooks, a.web.StepWebhooks},
		{"accounts", a.registry.RunAccounts, flush(a.registry.FlushAccounts)},
		{"imports", a.registry.Imports().Run, a.registry.Imports().Step},
	}
	if a.cfg.ListenHTTP != "" {
		all = append(all, worker{"plain http", a.redirect, nil})
	}
	if len(a.entrance.names) > 0 {
		all = append(all, worker{"certificate", a.obtain, nil})
	}
	if a.wall != nil {
		all = append(all, worker{"phone wall", a.wall.Run, a.stepWall})
	}
	return all
}

// webhookDied writes down that a webhook was switched off.
func (a *app) webhookDied(ctx context.Context, tx *db.Tx, h webhook.Hook) {
	a.audit.AddTx(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: audit.System}, Action: "webhook.died", Resource: "webhook", ID: h.ID, Centre: h.Centre})
}

func (a *app) stepWall(ctx context.Context) (did int, next time.Time, err error) {
	did, err = a.wall.Step(ctx)
	if at, ok := a.wall.Next(); ok {
		next = at
	}
	return did, next, err
}

// Run lets every worker work until ctx ends or one of them cannot go on, and waits for all.
func (a *app) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, w := range a.workers {
		wg.Go(func() {
			if err := w.run(ctx); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", w.name, err))
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// maxRounds is how often Step goes round: more means that two workers keep each other busy for ever.
const maxRounds = 10_000

// Step lets every worker do what is due by the clock until nothing is left to do, and tells when something
// is due next; zero when the world stands still until somebody acts.
func (a *app) Step(ctx context.Context) (next time.Time, err error) {
	for range maxRounds {
		moved := 0
		next = time.Time{}
		for _, w := range a.workers {
			if w.step == nil {
				continue
			}
			did, at, err := w.step(ctx)
			if err != nil {
				return time.Time{}, fmt.Errorf("step of %s: %w", w.name, err)
			}
			moved += did
			if !at.IsZero() && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if moved == 0 {
			return next, nil
		}
	}
	return time.Time{}, fault.New(fault.Internal, "the program does not come to rest")
}

// close ends what newApp began. Run must have returned.
func (a *app) close() error {
	var errs []error
	if a.storage != nil {
		errs = append(errs, a.storage.close())
	}
	return errors.Join(append(errs, a.lock.release())...)
}
