package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"

	"anling/internal/fault"
)

const (
	maxQueue = 4096 // callers waiting; more wait to be let in
	maxBatch = 256  // callers that share a commit
	minOther = 8    // of them at least, when so many wait, who are not urgent: the rest of the work never stands still
)

// writer is the one goroutine that writes to the SQLite file. It hands its transaction to one caller after the
// other like a baton, so each caller's function runs on that caller's own goroutine: a
// panic, or a test's FailNow, unwinds where it belongs.
type writer struct {
	db    *DB
	pool  *sql.DB
	first chan *part // urgent ones
	queue chan *part
	done  chan struct{}

	// Only the writer's goroutine uses these; conn is nil after a connection had to be given up.
	conn *sql.Conn
	raw  *sqlite3.SQLiteConn
}

// part is what one caller adds to a batch.
type part struct {
	fn    func(*Tx) error
	begun atomic.Bool   // by the writer, or never to be by a caller who left
	turn  chan *Tx      // the baton; closed when all is decided
	back  chan struct{} // the baton returned

	// Set by whoever has the baton.
	tx     *Tx
	err    error
	gone   bool // the caller's function did not return
	failed bool // err is final
}

func newWriter(d *DB, pool *sql.DB) *writer {
	w := &writer{db: d, pool: pool, first: make(chan *part, maxQueue), queue: make(chan *part, maxQueue), done: make(chan struct{})}
	go w.loop()
	return w
}

// close lets the writer finish what is queued. Nobody may be in update.
func (w *writer) close() error {
	close(w.queue)
	close(w.first)
	<-w.done
	if w.conn == nil {
		return nil
	}
	return w.conn.Close()
}

// update is the caller's side: queue, run the function whenever the baton comes, wait for the end.
func (w *writer) update(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	p := &part{fn: fn, turn: make(chan *Tx), back: make(chan struct{}, 1)}
	queue := w.queue
	if isUrgent(ctx) {
		queue = w.first
	}
	select {
	case queue <- p:
	case <-ctx.Done():
		return nil, Fault(ctx.Err())
	}
	leave := ctx.Done()
	for {
		select {
		case tx, running := <-p.turn:
			if running {
				p.run(tx)
				continue
			}
			return p.tx, p.err
		case <-leave:
			if p.begun.CompareAndSwap(false, true) {
				return nil, Fault(ctx.Err())
			}
			leave = nil // too late: it is being done, and the answer shall say what came of it
		}
	}
}

func (p *part) run(tx *Tx) {
	p.gone = true
	defer func() { p.back <- struct{}{} }()
	err := tx.run(p.fn)
	p.tx, p.err, p.gone = tx, err, false
}

func (w *writer) loop() {
	defer close(w.done)
	batch := make([]*part, 0, maxBatch)
	first, queue := w.first, w.queue
	for first != nil || queue != nil {
		select {
		case p, open := <-first:
			if !open {
				first = nil
				continue
			}
			batch = w.fill(append(batch[:0], p), nil)
		case p, open := <-queue:
			if !open {
				queue = nil
				continue
			}
			batch = w.fill(batch[:0], p)
		}
		w.commit(batch)
		clear(batch)
	}
}

// fill takes what has queued, without waiting: urgent parts first, then the other one that was taken already, if any, and when there
// are urgent ones only minOther in all of the rest. Callers just released by the commit before get the processor first, so that their
// next part joins this batch.
func (w *writer) fill(batch []*part, other *part) []*part {
	runtime.Gosched()
	batch = take(w.first, batch, maxBatch-minOther)
	most := maxBatch
	if len(batch) > 0 {
		most = len(batch) + minOther
	}
	if other != nil {
		batch = append(batch, other)
	}
	return take(w.queue, batch, most)
}

func take(queue chan *part, batch []*part, most int) []*part {
	for len(batch) < most {
		select {
		case p, open := <-queue:
			if !open {
				return batch
			}
			batch = append(batch, p)
		default:
			return batch
		}
	}
	return batch
}

// commit brings a batch to its end and tells everybody.
func (w *writer) commit(batch []*part) {
	todo := batch[:0]
	for _, p := range batch {
		if p.begun.CompareAndSwap(false, true) {
			todo = append(todo, p)
		}
	}
	if len(todo) == 1 || !w.together(todo) {
		for _, p := range todo {
			if !p.gone && !p.failed {
				w.alone(p)
			}
		}
	}
	for _, p := range todo {
		if !p.gone {
			close(p.turn)
		}
	}
}

// together runs all parts in one transaction. It gives false when that transaction came to nothing through no fault of
// the parts that are not marked as failed: they have to be run alone.
func (w *writer) together(parts []*part) bool {
	if err := w.begin(); err != nil {
		for _, p := range parts {
			p.err, p.failed = err, true
		}
		return true
	}
	for _, p := range parts {
		if !w.under(p) {
			w.rollback()
			return false
		}
	}
	if _, err := w.exec("COMMIT"); err != nil {
		w.db.log.Warn("a batch could not be committed; its parts are tried one by one", "parts", len(parts), "err", err)
		w.rollback()
		return false
	}
	return true
}

// under runs a part under a savepoint. It gives false when the whole transaction is lost.
func (w *writer) under(p *part) bool {
	if _, err := w.exec("SAVEPOINT part"); err != nil {
		return false
	}
	w.hand(p)
	if !p.gone && p.err == nil {
		_, err := w.exec("RELEASE part")
		return err == nil
	}
	if w.raw.AutoCommit() { // a full disk, say, takes the whole transaction back
		return false
	}
	if _, err := w.exec("ROLLBACK TO part; RELEASE part"); err != nil {
		return false
	}
	p.failed = true
	return true
}

// alone runs one part in a transaction of its own.
func (w *writer) alone(p *part) {
	if p.err = w.begin(); p.err != nil {
		return
	}
	w.hand(p)
	if p.gone || p.err != nil {
		w.rollback()
		return
	}
	if _, err := w.exec("COMMIT"); err != nil {
		p.err = fmt.Errorf("commit: %w", Fault(err))
		w.rollback()
	}
}

func (w *writer) hand(p *part) {
	tx := w.db.newTx(w.conn)
	tx.plainCtx = true
	tx.guard = w.intact
	p.turn <- tx
	<-p.back
}

// intact refuses when SQLite has taken the transaction back on its own (disk full, I/O error): the
// next statement would be committed by itself.
func (w *writer) intact() error {
	if w.raw.AutoCommit() {
		return fault.New(fault.Internal, "the database took the transaction back")
	}
	return nil
}

func (w *writer) begin() error {
	if w.conn == nil {
		if err := w.connect(); err != nil {
			return fmt.Errorf("connect to the database: %w", Fault(err))
		}
	}
	_, err := w.exec("BEGIN IMMEDIATE")
	if err == nil {
		return nil
	}
	if err = Fault(err); !fault.Is(err, fault.Retry) {
		w.giveUp() // not merely busy
	}
	return fmt.Errorf("begin a transaction: %w", err)
}

func (w *writer) connect() error {
	conn, err := w.pool.Conn(context.Background())
	if err != nil {
		return err
	}
	err = conn.Raw(func(c any) error {
		w.raw = c.(*sqlite3.SQLiteConn)
		return nil
	})
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	w.conn = conn
	return nil
}

// rollback ends a transaction that came to nothing. A connection that cannot do even that is given up.
func (w *writer) rollback() {
	if w.raw.AutoCommit() {
		return
	}
	_, err := w.exec("ROLLBACK")
	if err == nil || w.raw.AutoCommit() {
		return
	}
	w.db.log.Error("a transaction could not be rolled back; connecting anew", "err", err)
	w.giveUp()
}

// giveUp parts with a broken connection; the next batch connects anew.
func (w *writer) giveUp() {
	err := w.conn.Raw(func(any) error { return driver.ErrBadConn }) // tells the pool to close it
	if !errors.Is(err, driver.ErrBadConn) {
		w.db.log.Error("a broken connection could not be closed", "err", err)
	}
	w.conn, w.raw = nil, nil
}

func (w *writer) exec(query string) (sql.Result, error) {
	if err := w.db.refused(query); err != nil {
		return nil, err
	}
	return w.conn.ExecContext(context.Background(), query)
}
