package db

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"anling/internal/clock"
	"anling/internal/fault"
)

const (
	sqliteEngine   = "sqlite"
	postgresEngine = "postgres"
)

// Options say which database to open: the file at Path, or the PostgreSQL at URL when there is one.
type Options struct {
	Path  string // SQLite file; its folder is made when absent
	URL   string // postgres://…
	Log   *slog.Logger
	Clock clock.Clock

	// Refuse lets a test be a database that does not do what it is told: the error that it gives for a statement, or for BEGIN, COMMIT
	// and ROLLBACK, stands in the place of carrying it out. The service sets none.
	Refuse func(statement string) error
}

// DB is an open database.
type DB struct {
	engine     engine
	name       string
	node       string // of this process, among those that use the database
	log        *slog.Logger
	clock      clock.Clock
	statements statements
	migrations []migration
	refuse     func(statement string) error // of Options

	mu     sync.RWMutex
	closed bool
	users  sync.WaitGroup // calls under way; one is added only under mu and while not closed
}

// engine is what the two engines do differently.
type engine interface {
	// update and view give the transaction that came through, for its AfterCommit.
	update(ctx context.Context, fn func(*Tx) error) (*Tx, error)
	view(ctx context.Context, fn func(*Tx) error) (*Tx, error)
	ping(ctx context.Context) error
	// listen calls f when another node announces a topic, until ctx ends or the connection is lost.
	listen(ctx context.Context, topic string, f func()) error
	// script runs statements of a migration, and lockMigrations keeps others from migrating
	// until the transaction ends.
	script(ctx context.Context, tx *Tx, text string) error
	lockMigrations(ctx context.Context, tx *Tx) error
	hasTable(ctx context.Context, tx *Tx, name string) (bool, error)
	close() error
}

// ErrClosed comes from a database that has been closed. Its kind is Retry: another node, or
// this one after its restart, will do it.
var ErrClosed = fault.New(fault.Retry, "the database is closed")

// Open opens a database. It refuses settings with which a commit could be lost; it does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{log: o.Log, clock: o.Clock, node: NewID(), refuse: o.Refuse}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.clock == nil {
		d.clock = clock.Real()
	}
	var err error
	if d.migrations, err = embedded(); err != nil {
		return nil, err
	}
	switch {
	case o.URL != "":
		d.name, d.statements.numbered = postgresEngine, true
		d.engine, err = openPostgres(ctx, d, o.URL)
	case o.Path != "":
		d.name = sqliteEngine
		d.engine, err = openSQLite(ctx, d, o.Path)
	default:
		err = fault.New(fault.Invalid, "neither a file nor a URL of a database was given")
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

// Engine gives "sqlite" or "postgres".
func (d *DB) Engine() string { return d.name }

// Ping asks the database whether it is there.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.users.Done()
	return Fault(d.engine.ping(ctx))
}

// Update runs fn in a transaction and returns when it is durable, or with an error when nothing
// of it was kept. fn may be run again after a failure that was not its own, so it has no effects but through the
// transaction and AfterCommit. An error of fn comes back as it is, one of the database
// with its kind (Fault). A Retry error of a connection lost during the commit itself
// is the one case in which the outcome is not known.
//
// Once fn has begun, cancelling ctx stops its next statement but never the commit: the answer always tells
// what happened.
func (d *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	return d.transact(ctx, d.engine.update, fn)
}

// urgency is how soon a transaction is to have its turn.
type urgency int

const (
	whenever urgency = iota
	soon
	atOnce
	urgencies int = iota
)

type urgencyKey struct{}

// Urgent gives a context in which Update goes before what others have queued: for alarms, and for nothing else. With
// PostgreSQL transactions do not queue here.
func Urgent(ctx context.Context) context.Context { return context.WithValue(ctx, urgencyKey{}, atOnce) }

// Soon gives a context in which Update goes after alarms and before the rest: for what becomes of an alarm's messages.
func Soon(ctx context.Context) context.Context { return context.WithValue(ctx, urgencyKey{}, soon) }

func urgencyOf(ctx context.Context) urgency {
	u, _ := ctx.Value(urgencyKey{}).(urgency)
	return u
}

// View runs fn in a transaction that sees one unchanging state and cannot change it.
func (d *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return d.transact(ctx, d.engine.view, func(tx *Tx) error {
		tx.readOnly = true
		return fn(tx)
	})
}

// Close waits for the calls under way and closes. Later calls get ErrClosed.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	d.mu.Unlock()
	d.users.Wait()
	if err := d.engine.close(); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

type transactor func(context.Context, func(*Tx) error) (*Tx, error)

// transact runs what waits for the commit when the call itself has ended: it may use the
// database again, even close it.
func (d *DB) transact(ctx context.Context, how transactor, fn func(*Tx) error) error {
	tx, err := d.counted(ctx, how, fn)
	if err != nil {
		return err
	}
	for _, f := range tx.hooks {
		f()
	}
	return nil
}

func (d *DB) counted(ctx context.Context, how transactor, fn func(*Tx) error) (*Tx, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.users.Done()
	return how(ctx, fn)
}

// enter counts a call; who entered calls users.Done.
func (d *DB) enter() error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return ErrClosed
	}
	d.users.Add(1)
	return nil
}

// refused gives the error of a statement that a test has refused.
func (d *DB) refused(statement string) error {
	if d.refuse == nil {
		return nil
	}
	return d.refuse(statement)
}

func (d *DB) newTx(q queryer) *Tx {
	return &Tx{db: d, q: q, now: d.clock.Now().UTC().Truncate(time.Microsecond)}
}
