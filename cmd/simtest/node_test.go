package simtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

// steadyLots asks like Phases, but draws the same lots in every alert: the id by which they are drawn is new in each run, and a seed
// must tell the same story again.
type steadyLots struct{ alerts.Phases }

// Ask fills the free places of a phase.
func (p steadyLots) Ask(q alerts.Asking) alerts.Asked {
	q.Alert = "story"
	return p.Phases.Ask(q)
}

// node is one running program: engine, outbox, intake and registry in memory, which a death takes away.
type node struct {
	*town
	name     string
	w        *world // the story that it is in
	registry *registry.Registry
	engine   *alerts.Engine
	outbox   *notify.Outbox
	intake   *devices.Intake

	awake   bool // has just done something: its loops look at once
	wrote   bool // something since it looked last
	looked  time.Time
	seen    int64 // version of the database when it looked last
	dead    bool
	looking bool      // does what is due, and nobody waits for the answer
	failing bool      // its last look ended with an error
	busy    bool      // the last story left it in the middle of something
	stalled time.Time // until when its senders stand still: a slow machine
	wake    time.Time // when it looks again by itself

	// What goes wrong next: after so many more statements of the database.
	statements int
	fate       fate
}

// fate is how a call of a node ends early.
type fate string

// never is the version of a database that has not been looked at.
const never = -1

const (
	refused     fate = "the database refuses"
	faulty      fate = "the disk fails"
	uncommitted fate = "the disk takes no commit"
	died        fate = "the process dies"
	diedAfter   fate = "the process dies right after a commit"
	fateless    fate = ""
	restartMin       = 2 * time.Second
)

// death unwinds a call of a node whose process has died.
type death struct{}

var errDead = errors.New("the process is dead")

// build starts the program: nothing of an earlier life is left but the database.
func (n *node) build(ctx context.Context) error {
	n.registry = registry.New(registry.Options{DB: n.db, Vault: n.vault, Clock: n.clock, Log: silentLog()})
	if err := n.registry.Load(ctx); err != nil {
		return fmt.Errorf("load the registry: %w", err)
	}
	senders := func(c notify.Channel) []notify.NamedSender {
		return []notify.NamedSender{{Name: "a", Sender: line{n, "a"}}, {Name: "b", Sender: line{n, "b"}}}
	}
	n.outbox = notify.NewOutbox(notify.Options{DB: n.db, Vault: n.vault, Clock: n.clock, Log: silentLog(), Owner: n.name,
		Senders: map[notify.Channel][]notify.NamedSender{notify.SMS: senders(notify.SMS), notify.Voice: senders(notify.Voice)}, Listener: ear{n}})
	n.engine = alerts.New(alerts.Options{Policy: steadyLots{}, DB: n.db, Vault: n.vault, Registry: n.registry, Outbox: n.outbox, Clock: n.clock, Log: silentLog(),
		PublicURL: "http://anling.test", Seats: seats{n}})
	if err := n.engine.Start(ctx); err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	n.open()
	n.busy = false
	return nil
}

// open makes the intake, which remembers what devices said.
func (n *node) open() {
	n.intake = devices.NewIntake(devices.Options{DB: n.db, Vault: n.vault, Registry: n.registry, Engine: mouth{n}, Clock: n.clock, Log: silentLog()})
}

// call lets the node do something. A death ends it in the middle; what it had begun and not committed is gone.
func (n *node) call(f func(ctx context.Context) error) (err error) {
	if n.dead {
		return errDead
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case death:
			n.die()
			err = errDead
		default:
			panic(r)
		}
	}()
	n.awake, n.wrote = true, true
	n.w.touched = true
	n.disk.acting, n.disk.refused = n, false
	defer func() { n.disk.acting = nil }()
	err = f(edge{context.Background(), n})
	if err == nil && n.disk.refused && !n.looking {
		n.w.ledger.lies++
	}
	if err == nil && n.fate == diedAfter && n.w.chance(50) {
		n.w.tell("%s is killed when all is written, before anybody hears of it", n.name)
		panic(death{})
	}
	return err
}

func (n *node) die() {
	n.dead, n.fate, n.statements = true, fateless, 0
	n.w.counts["death"]++
	n.w.tell("%s dies", n.name)
	n.w.after(restartMin+n.w.upTo(20*time.Second), "restart", n.restart)
}

func (n *node) restart() {
	n.dead, n.stalled, n.wake, n.seen = false, time.Time{}, time.Time{}, never
	if err := n.call(n.build); err != nil {
		n.dead = true
		n.w.tell("%s does not start: %v", n.name, err)
		n.w.after(restartMin, "restart", n.restart)
		return
	}
	n.w.tell("%s starts again", n.name)
	n.w.placeHelpers(n)
}

// edge is the context of a node's calls. It is asked before every statement of a transaction, and there the node meets its fate.
type edge struct {
	context.Context
	n *node
}

// Err is asked before every statement.
func (e edge) Err() error {
	n := e.n
	if n.w == nil {
		return nil
	}
	if n.w.now.Before(n.w.refusing) {
		return context.DeadlineExceeded
	}
	if n.statements == 0 || n.fate != died && n.fate != refused {
		return nil
	}
	if n.statements--; n.statements > 0 {
		return nil
	}
	if !betweenStatements() {
		n.statements = 1
		return nil
	}
	switch n.fate {
	case died:
		n.w.tell("%s is killed in the middle of a transaction", n.name)
		panic(death{})
	case refused:
		n.w.tell("the database refuses a statement of %s", n.name)
		n.fate = fateless
		return context.DeadlineExceeded
	}
	return nil
}

// betweenStatements tells whether it is the transaction that asks. The driver asks, too, with locks in its hands that no death of a process
// would leave behind.
func betweenStatements() bool {
	callers := make([]uintptr, 1)
	runtime.Callers(3, callers)
	frame, _ := runtime.CallersFrames(callers).Next()
	return strings.HasSuffix(frame.Function, "db.(*Tx).begin")
}

// afterCommit kills the node right after the transaction has become durable, before anything that should follow.
func (n *node) afterCommit(tx *db.Tx) {
	if n.fate != diedAfter {
		return
	}
	tx.AfterCommit(func() {
		if n.fate == diedAfter {
			n.w.tell("%s is killed right after a commit", n.name)
			panic(death{})
		}
	})
}

// mouth is how the intake reaches the engine.
type mouth struct{ n *node }

// Signal hands a signal on.
func (m mouth) Signal(ctx context.Context, tx *db.Tx, s alerts.Signal) (alerts.AlertID, error) {
	m.n.afterCommit(tx)
	return m.n.engine.Signal(ctx, tx, s)
}

// Located hands on where devices are.
func (m mouth) Located(ctx context.Context, tx *db.Tx, fixes []alerts.Fix) error {
	m.n.afterCommit(tx)
	return m.n.engine.Located(ctx, tx, fixes)
}

// ZoneBack hands on that an elder is back in their zone.
func (m mouth) ZoneBack(ctx context.Context, tx *db.Tx, r alerts.ZoneReturn) error {
	m.n.afterCommit(tx)
	return m.n.engine.ZoneBack(ctx, tx, r)
}

// Heard hands on that devices were heard.
func (m mouth) Heard(ctx context.Context, tx *db.Tx, devices []registry.DeviceID) error {
	m.n.afterCommit(tx)
	return m.n.engine.Heard(ctx, tx, devices)
}

// ear is how the outbox reaches the engine.
type ear struct{ n *node }

// TakeReceipts hands receipts on.
func (e ear) TakeReceipts(_ context.Context, tx *db.Tx, all []notify.Receipt) error {
	e.n.afterCommit(tx)
	return e.n.engine.TakeReceipts(edge{context.Background(), e.n}, tx, all)
}

// TakeReply hands a reply on.
func (e ear) TakeReply(_ context.Context, tx *db.Tx, r notify.Reply) (string, error) {
	e.n.afterCommit(tx)
	return e.n.engine.TakeReply(edge{context.Background(), e.n}, tx, r)
}

// pollEvery is how often a node looks for what others have written; what it has written itself it hears of at once.
const pollEvery = time.Second

// curious tells whether the node looks now: its time has come, it has just done something of which more may follow, or something is due
// and it looks for it. When nothing is due a look finds nothing, so only some of those looks are played.
func (n *node) curious() bool {
	w := n.w
	switch {
	case n.dead:
		return false
	case !n.wake.IsZero() && !n.wake.After(w.now), n.awake:
		return true
	}
	due := w.view.due()
	if due.IsZero() || due.After(w.clock.Now()) {
		return false
	}
	return n.wrote || !n.polls(due).After(w.now) || w.view.version != n.seen && w.chance(30)
}

// looksAt is when the node looks next by itself: when its own last look said, or when something falls due – at once when it has written
// that itself, else at its next poll.
func (n *node) looksAt() time.Time {
	due := n.w.view.due()
	switch {
	case due.IsZero():
		return n.wake
	case n.wrote:
		return earlier(n.wake, n.w.wall(due))
	}
	return earlier(n.wake, n.polls(due))
}

// polls is when the node looks for what falls due at a moment, by the true time.
func (n *node) polls(due time.Time) time.Time {
	at := n.w.wall(due)
	if at.Before(n.looked) {
		at = n.looked
	}
	return at.Add(pollEvery)
}

// step lets the node do what is due, and tells whether it moved anything.
func (n *node) step() (moved bool) {
	n.looking = true
	defer func() {
		n.looking = false
		// What it has moved may have made more fall due: that is known by what was written, at once.
		n.wrote, n.looked = moved, n.w.now
		n.awake = moved && n.w.chance(10)
	}()
	var next time.Time
	err := n.call(func(ctx context.Context) error {
		did, at, err := n.engine.Step(ctx)
		moved, next = did > 0, at
		return err
	})
	if err == nil && !n.w.now.Before(n.stalled) {
		err = n.call(func(ctx context.Context) error {
			did, at, err := n.outbox.Step(ctx)
			moved, next = moved || did > 0, earlier(next, at)
			return err
		})
	}
	n.wake, n.failing = n.w.wall(next), err != nil
	if moved {
		n.wake = time.Time{}
	}
	if err != nil && !errors.Is(err, errDead) {
		n.w.tell("%s: %s", n.name, plain(err))
		n.wake = n.w.now.Add(time.Second) // as its loops do: not at once
		return false
	}
	if n.now().Before(n.stalled) {
		n.wake = earlier(n.wake, n.stalled)
	}
	return moved && !n.dead
}

func (n *node) now() time.Time { return n.w.now }

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// plain is an error as the story tells it.
func plain(err error) string {
	return fmt.Sprintf("%s (%s)", fault.KindOf(err), fault.MessageOf(err))
}
