package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"anling/internal/fault"
)

// Tx is a transaction in the hands of one caller, good until the function that was given it
// returns. It is not for several goroutines.
type Tx struct {
	db    *DB
	q     queryer
	now   time.Time
	guard func() error // refuses when the engine has given the transaction up on its own; may be nil

	plainCtx bool // keep cancelling out of the driver
	readOnly bool // of View
	ended    bool
	spoilt   error // the first statement that failed
	open     []*sql.Rows
	lasts    []func() error
	hooks    []func()
	kept     map[any]any
}

// queryer is what *sql.Tx and *sql.Conn have in common.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Row is the one row that a query was asked for. Like sql.Row, with the errors of this package.
type Row struct {
	row *sql.Row
	tx  *Tx
	err error
}

// Scan copies the row's columns; without a row the error is NotFound.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	err := r.row.Scan(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r.tx.spoil(err)
	}
	return Fault(err)
}

// Exec runs a statement that gives no rows.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	text, err := tx.begin(ctx, query, args)
	if err != nil {
		return nil, err
	}
	res, err := tx.q.ExecContext(tx.driverCtx(ctx), text, args...)
	if err != nil {
		return nil, tx.spoil(err)
	}
	return res, nil
}

// Query runs a statement that gives rows. The caller closes them before the next statement (PostgreSQL
// has one conversation at a time) and asks their Err.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	text, err := tx.begin(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := tx.q.QueryContext(tx.driverCtx(ctx), text, args...)
	if err != nil {
		return nil, tx.spoil(err)
	}
	tx.open = append(tx.open, rows)
	return rows, nil
}

// QueryRow runs a statement that gives at most one row of interest.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	text, err := tx.begin(ctx, query, args)
	if err != nil {
		return &Row{err: err}
	}
	return &Row{row: tx.q.QueryRowContext(tx.driverCtx(ctx), text, args...), tx: tx}
}

// begin checks that the transaction can take one more statement, and gives the engine's text.
func (tx *Tx) begin(ctx context.Context, query string, args []any) (string, error) {
	if tx.ended {
		return "", fault.Wrap(fault.Internal, sql.ErrTxDone, "a transaction was used after its end")
	}
	if tx.spoilt != nil {
		return "", fmt.Errorf("after an earlier failure in the same transaction: %w", tx.spoilt)
	}
	if err := ctx.Err(); err != nil {
		return "", Fault(err)
	}
	if tx.guard != nil {
		if err := tx.guard(); err != nil {
			return "", tx.spoil(err)
		}
	}
	if err := tx.db.refused(query); err != nil {
		return "", tx.spoil(err)
	}
	st := tx.db.statements.get(query)
	if st.params != len(args) {
		// SQLite's driver would silently ignore what is too much.
		return "", tx.spoil(fmt.Errorf("query with %d placeholders was given %d arguments", st.params, len(args)))
	}
	return st.text, nil
}

func (tx *Tx) spoil(err error) error {
	err = Fault(hush(err))
	if tx.spoilt == nil {
		tx.spoilt = err
	}
	return err
}

// driverCtx keeps a context that can be cancelled from SQLite's driver on the writer: it would start a
// goroutine for each statement.
func (tx *Tx) driverCtx(ctx context.Context) context.Context {
	if tx.plainCtx {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Now gives the moment of the transaction, the same for all of it: UTC, in whole microseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Writes reports whether the transaction sees the newest state and may change it: that of Update, not of View.
func (tx *Tx) Writes() bool { return !tx.readOnly }

// LeaseNow gives the time by which leases are measured: one clock for all nodes, which is the
// database's on PostgreSQL and the injected one on SQLite.
func (tx *Tx) LeaseNow(ctx context.Context) (time.Time, error) {
	if tx.db.Engine() == sqliteEngine {
		return tx.now, nil
	}
	var us int64
	err := tx.QueryRow(ctx, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`).Scan(&us)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the database for its time: %w", err)
	}
	return Time(us), nil
}

// ForUpdate ends a SELECT that locks its rows: " FOR UPDATE", or nothing where there is one writer anyway.
func (tx *Tx) ForUpdate() string {
	if tx.db.Engine() == sqliteEngine {
		return ""
	}
	return " FOR UPDATE"
}

// SkipLocked ends a SELECT that takes rows nobody else is working on.
func (tx *Tx) SkipLocked() string {
	if tx.db.Engine() == sqliteEngine {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// NextSeq takes n numbers of a counter that starts at 1 and gives the first of them. There are no
// gaps, and the numbers become visible in their order, because the counter's row stays locked until the end
// of the transaction: call it last.
func (tx *Tx) NextSeq(ctx context.Context, name string, n int64) (first int64, err error) {
	if n < 1 {
		return 0, fmt.Errorf("take %d numbers of counter %s: at least one is needed", n, name)
	}
	var last int64
	err = tx.QueryRow(ctx, `
		INSERT INTO counters (name, n) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET n = counters.n + excluded.n
		RETURNING n`, name, n).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("take a number of counter %s: %w", name, err)
	}
	return last - n + 1, nil
}

// BeforeCommit has f called, in order, when the transaction's function has come to its end without an error: for what has
// to be written last, such as a row that every writer locks. An error of f takes the transaction back.
func (tx *Tx) BeforeCommit(f func() error) { tx.lasts = append(tx.lasts, f) }

// AfterCommit has f called once the transaction is durable, before Update returns, in order and
// in the caller's goroutine; never when it was rolled back. The order between
// different transactions is not kept.
func (tx *Tx) AfterCommit(f func()) { tx.hooks = append(tx.hooks, f) }

// Keep remembers a value for the rest of the transaction, under a key of its owner's own type; nil
// forgets it. What was read in a transaction need not be read twice.
func (tx *Tx) Keep(key, value any) {
	if tx.kept == nil {
		tx.kept = map[any]any{}
	}
	tx.kept[key] = value
}

// Kept gives what Keep remembered, or nil.
func (tx *Tx) Kept(key any) any { return tx.kept[key] }

// run gives the transaction to a caller's function and ends it; what is left open is closed.
func (tx *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		tx.ended = true
		if closing := tx.closeRows(); err == nil {
			err = closing
		}
	}()
	if err := fn(tx); err != nil {
		return Fault(hush(err))
	}
	for i := 0; i < len(tx.lasts) && tx.spoilt == nil; i++ {
		if err := tx.lasts[i](); err != nil {
			return Fault(hush(err))
		}
	}
	if tx.spoilt == nil && tx.guard != nil {
		tx.spoilt = tx.guard()
	}
	return tx.spoilt
}

func (tx *Tx) closeRows() error {
	var first error
	for _, r := range tx.open {
		if err := r.Close(); err != nil && first == nil {
			first = Fault(hush(err))
		}
	}
	tx.open = nil
	return first
}
