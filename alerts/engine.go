package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/notify"
	"anling/registry"
)

const (
	stepBatch = 64               // due alerts that are read at once
	pollEvery = time.Second      // safety net: what another node changed
	runaway   = 400              // actions that one press may cause before the plan is taken to be in a loop
	retries   = 5                // tries of a use-case that met a change made at the same moment
	findK     = 24               // helpers looked at for a wave: the soonest, among whom keys and training decide
	farthest  = 60 * time.Minute // nobody is asked to travel longer
)

// Options are what an Engine needs.
type Options struct {
	DB        *db.DB
	Vault     *seal.Vault
	Registry  *registry.Registry
	Outbox    *notify.Outbox
	Helpers   geo.Locator // who can be there soonest; nil: by air
	Policy    Policy      // whom to ask, and when; nil: Phases
	Clock     clock.Clock
	Log       *slog.Logger
	Seats     Seats  // who sits where; nil: somebody always does
	Workers   int    // alerts that are moved on at the same time; 0: one after the other
	PublicURL string // of the links in messages, without a slash at the end
}

// Engine is the shell around the pure core. Any number of engines may work on one database.
type Engine struct {
	db       *db.DB
	store    store
	registry *registry.Registry
	outbox   *notify.Outbox
	finder   geo.Locator
	clock    clock.Clock
	log      *slog.Logger
	public   string
	seats    Seats
	workers  int
	plans    planBook
	memories memories
	beats    beats
	centres  sync.Map // registry.CentreID → centre

	mu      sync.Mutex
	changed chan struct{} // closed at the next commit
	wake    chan struct{}
	written chan struct{} // the other nodes are to be told
}

// New makes an engine; Start must be called before it takes signals.
func New(o Options) *Engine {
	if o.Helpers == nil {
		o.Helpers = &geo.Finder{Helpers: o.Registry.Helpers().Index()}
	}
	return &Engine{
		db: o.DB, store: store{vault: o.Vault, fresh: &freshAlerts{}}, registry: o.Registry, outbox: o.Outbox,
		finder: o.Helpers,
		clock:  o.Clock, log: o.Log, public: o.PublicURL, seats: o.Seats, workers: o.Workers, plans: planBook{policy: o.Policy},
		changed: make(chan struct{}), wake: make(chan struct{}, 1), written: make(chan struct{}, 1),
	}
}

// Do carries out a command on an alert and gives the state after it. Kinds: Invalid for a wrong body,
// Denied for who may not, Conflict for what the state does not allow, NotFound.
func (e *Engine) Do(ctx context.Context, id AlertID, c Command) (*Alert, error) {
	var after *Alert
	err := e.update(ctx, func(tx *db.Tx) error {
		a, err := e.store.load(ctx, tx, id)
		if err != nil {
			return err
		}
		after, a.shown = a, true
		if done, err := e.store.doneAlready(ctx, tx, c, id); done || err != nil {
			return err
		}
		if c.Type == CommandLink && c.Alert != "" && c.Alert != id {
			if err := e.linked(ctx, tx, c, a); err != nil {
				return err
			}
		}
		return e.advance(ctx, tx, a, c)
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// linked tells the other alert that one has joined it, and who comes over with it: both are worked as one from now on.
func (e *Engine) linked(ctx context.Context, tx *db.Tx, c Command, a *Alert) error {
	other, err := e.store.load(ctx, tx, c.Alert)
	if err != nil {
		return err
	}
	if !other.State.Working() {
		return fault.New(fault.Conflict, "the other alert is %s", other.State)
	}
	return e.advance(ctx, tx, other, Command{Type: commandJoin, Actor: c.Actor, Alert: a.ID, people: a.People, kind: a.silentKind()})
}

// update runs a use-case in a transaction, again when another one was quicker.
func (e *Engine) update(ctx context.Context, f func(tx *db.Tx) error) error {
	var err error
	for range retries {
		if err = e.db.Update(ctx, f); !fault.Is(err, fault.Retry) {
			return err
		}
	}
	return err
}

// Step carries out what is due on any alert: one pass. It tells how many alerts it moved, and when to
// look again (zero: when something changes). Alerts that cannot be moved, however many, do not hold up the others; the error
// names them.
func (e *Engine) Step(ctx context.Context) (did int, next time.Time, err error) {
	var stuck []error
	var last dueAlert
	for more := true; more; {
		var page []dueAlert
		err := e.db.View(ctx, func(tx *db.Tx) error {
			err := e.freshPlans(ctx, tx)
			if err != nil {
				return err
			}
			if page, err = e.store.due(ctx, tx, tx.Now(), last); err != nil {
				return err
			}
			next, err = e.store.nextDue(ctx, tx)
			return err
		})
		if err != nil {
			return did, time.Time{}, errors.Join(append(stuck, fmt.Errorf("look for due alerts: %w", err))...)
		}
		n, cannot := e.stepAll(ctx, page)
		did, stuck = did+n, append(stuck, cannot)
		if more = len(page) == stepBatch; more {
			last = page[len(page)-1]
		}
	}
	return did, next, errors.Join(stuck...)
}

// stepAll moves alerts on, as many at a time as the engine has workers: those share commits.
func (e *Engine) stepAll(ctx context.Context, due []dueAlert) (did int, err error) {
	moved, stuck := make([]bool, len(due)), make([]error, len(due))
	var last atomic.Int64
	work := func() {
		for i := int(last.Add(1)) - 1; i < len(due); i = int(last.Add(1)) - 1 {
			if moved[i], stuck[i] = e.stepOne(ctx, due[i].id); stuck[i] != nil {
				moved[i], stuck[i] = false, fmt.Errorf("move alert %s on: %w", due[i].id, stuck[i])
			}
		}
	}
	var others sync.WaitGroup
	for range min(e.workers, len(due)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	for _, m := range moved {
		if m {
			did++
		}
	}
	return did, errors.Join(stuck...)
}

func (e *Engine) stepOne(ctx context.Context, id AlertID) (moved bool, err error) {
	err = e.update(ctx, func(tx *db.Tx) error {
		a, err := e.store.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.DueAt == nil || a.DueAt.After(tx.Now()) {
			return nil // another node was here
		}
		moved = true
		return e.advance(ctx, tx, a)
	})
	return moved, err
}

// Run carries out what is due until ctx ends.
func (e *Engine) Run(ctx context.Context) error {
	for {
		_, next, err := e.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		wait := pollEvery
		if err != nil {
			// What is stuck is tried again at every poll, not at once.
			e.log.Error("not every alert could be moved on", "err", err)
		} else if !next.IsZero() {
			wait = min(wait, max(next.Sub(e.clock.Now()), 10*time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.wake:
		case <-e.clock.After(wait):
		}
	}
}

// Changed gives a channel that is closed after the next commit of this engine, or of another node while Listen runs.
func (e *Engine) Changed() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.changed
}

// newsTopic is what nodes tell each other after each commit that leaves events.
const newsTopic = "alerts"

// Listen lets those who wait for Changed look when another node has written, and lets the other nodes know when this one has, until
// ctx ends. That is not done in the transaction itself: no alarm may fail because others cannot be told of it.
func (e *Engine) Listen(ctx context.Context) error {
	var telling sync.WaitGroup
	telling.Go(func() { e.tellNodes(ctx) })
	defer telling.Wait()
	return e.db.Listen(ctx, newsTopic, e.noticed)
}

func (e *Engine) tellNodes(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.written:
		}
		if err := e.db.Announce(ctx, newsTopic); err != nil && ctx.Err() == nil {
			e.log.Warn("other nodes could not be told; they find out by looking", "err", err)
		}
	}
}

func (e *Engine) noticed() {
	e.mu.Lock()
	close(e.changed)
	e.changed = make(chan struct{})
	e.mu.Unlock()
}

func (e *Engine) announce() {
	e.noticed()
	for _, c := range []chan struct{}{e.wake, e.written} {
		select {
		case c <- struct{}{}:
		default: // it will look in any case
		}
	}
}
