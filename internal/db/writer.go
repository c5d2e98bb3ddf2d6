package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"

	"anling/internal/fault"
)

const (
	maxQueue = 4096 // callers waiting; more wait to be let in
	maxBatch = 256  // callers that share a commit
)

// behind is how many callers of an urgency share a commit with more urgent ones, when so many wait: no work ever stands still.
func behind(u urgency) int { return map[urgency]int{whenever: 2, soon: 4}[u] }

// writer is the one goroutine that writes to the SQLite file. It hands its transaction to one caller after the
// other like a baton, so each caller's function runs on that caller's own goroutine: a
// panic, or a test's FailNow, unwinds where it belongs.
type writer struct {
	db     *DB
	pool   *sql.DB
	queues [urgencies]chan *part
	done   chan struct{}

	written func() // called after every checkpointAfter parts

	// Only the writer's goroutine uses these; conn is nil after a connection had to be given up.
	parts int                // since written was called
	held  [urgencies][]*part // taken from the queues and not begun
	conn  *sql.Conn
	raw   *sqlite3.SQLiteConn
}

// part is what one caller adds to a batch.
type part struct {
	fn    func(*Tx) error
	how   urgency
	begun atomic.Bool   // by the writer, or never to be by a caller who left
	turn  chan *Tx      // the baton; closed when all is decided
	back  chan struct{} // the baton returned

	// Set by whoever has the baton.
	tx     *Tx
	err    error
	gone   bool // the caller's function did not return
	failed bool // err is final
}

func newWriter(d *DB, pool *sql.DB, written func()) *writer {
	w := &writer{db: d, pool: pool, queues: newQueues(), done: make(chan struct{}), written: written}
	go w.loop()
	return w
}

func newQueues() (queues [urgencies]chan *part) {
	for i := range queues {
		queues[i] = make(chan *part, maxQueue)
	}
	return queues
}

// close lets the writer finish what is queued. Nobody may be in update.
func (w *writer) close() error {
	for _, q := range w.queues {
		close(q)
	}
	<-w.done
	if w.conn == nil {
		return nil
	}
	return w.conn.Close()
}

// update is the caller's side: queue, run the function whenever the baton comes, wait for the end.
func (w *writer) update(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	p := &part{fn: fn, how: urgencyOf(ctx), turn: make(chan *Tx), back: make(chan struct{}, 1)}
	select {
	case w.queues[p.how] <- p:
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
			if p.begin() {
				return nil, Fault(ctx.Err())
			}
			leave = nil // too late: it is being done, and the answer shall say what came of it
		}
	}
}

// begin is for the writer, and for a caller who leaves; false for the later of the two.
func (p *part) begin() bool { return p.begun.CompareAndSwap(false, true) }

func (p *part) run(tx *Tx) {
	p.gone = true
	defer func() { p.back <- struct{}{} }()
	err := tx.run(p.fn)
	p.tx, p.err, p.gone = tx, err, false
}

func (w *writer) loop() {
	defer close(w.done)
	batch := make([]*part, 0, maxBatch)
	for {
		batch = w.fill(batch[:0])
		if len(batch) > 0 {
			w.commit(batch)
			clear(batch)
			continue
		}
		p := w.wait()
		if p == nil {
			return
		}
		w.held[p.how] = append(w.held[p.how], p)
	}
}

// wait gives the next part; nil when the queues are closed and empty.
func (w *writer) wait() *part {
	open := w.queues // a closed one is left out
	for open != [urgencies]chan *part{} {
		var p *part
		var u urgency
		select {
		case p = <-open[atOnce]:
			u = atOnce
		case p = <-open[soon]:
			u = soon
		case p = <-open[whenever]:
			u = whenever
		}
		if p != nil {
			return p
		}
		open[u] = nil
	}
	return nil
}

// fill takes what has queued, without waiting: the most urgent parts first, and of each urgency below only a few when there are more
// urgent ones. Callers just released by the commit before get the processor first, so that their next part joins this batch.
func (w *writer) fill(batch []*part) []*part {
	runtime.Gosched()
	room := maxBatch - behind(soon) - behind(whenever)
	for u := atOnce; u >= whenever; u-- {
		most := room
		if len(batch) > 0 {
			most = len(batch) + behind(u)
		}
		n := max(0, min(most-len(batch), len(w.held[u])))
		batch = append(batch, w.held[u][:n]...)
		w.held[u] = slices.Delete(w.held[u], 0, n)
		batch = take(w.queues[u], batch, most)
		room += behind(u - 1)
	}
	return batch
}

// putBack keeps parts that were not begun, before others of their urgency.
func (w *writer) putBack(parts []*part) {
	for _, p := range slices.Backward(parts) {
		w.held[p.how] = slices.Insert(w.held[p.how], 0, p)
	}
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

// commit brings a batch, or the beginning of it, to its end and tells everybody.
func (w *writer) commit(batch []*part) {
	begun, ok := w.together(batch)
	for _, p := range begun {
		if !ok && !p.gone && !p.failed {
			w.alone(p)
		}
	}
	for _, p := range begun {
		if !p.gone {
			close(p.turn)
		}
	}
	if w.parts += len(begun); w.parts >= checkpointAfter {
		w.parts = 0
		w.written()
	}
}

// together runs parts in one transaction, and gives those that it began. An alarm that comes while others are at work is the next,
// and they wait for the transaction after. It gives false when the transaction came to nothing through no fault of
// the parts that are not marked as failed: they have to be run alone.
func (w *writer) together(batch []*part) (begun []*part, ok bool) {
	if err := w.begin(); err != nil {
		for _, p := range batch {
			if p.begin() {
				p.err, p.failed = err, true
				begun = append(begun, p)
			}
		}
		return begun, true
	}
	yields := batch[0].how < atOnce
	clean := true // nothing has been done in the transaction
	for len(batch) > 0 {
		p := batch[0]
		batch = batch[1:]
		if !p.begin() {
			continue
		}
		begun = append(begun, p)
		if clean {
			ok = w.asFirst(p)
			clean = p.failed
		} else {
			ok = w.under(p)
		}
		if !ok {
			w.rollback()
			w.putBack(batch)
			return begun, false
		}
		if yields && len(w.queues[atOnce]) > 0 {
			w.putBack(batch)
			batch = take(w.queues[atOnce], nil, maxBatch-len(begun))
			yields = false
		}
	}
	if clean {
		w.rollback()
		return begun, true
	}
	_, err := w.exec("COMMIT")
	if err == nil {
		return begun, true
	}
	w.rollback()
	if len(begun) == 1 {
		begun[0].err, begun[0].failed = refused(err), true
		return begun, true
	}
	w.db.log.Warn("a batch could not be committed; its parts are tried one by one", "parts", len(begun), "err", err)
	return begun, false
}

// asFirst runs a part in a transaction in which nothing has been done, which needs no savepoint. It gives false when the transaction is lost.
func (w *writer) asFirst(p *part) bool {
	w.hand(p)
	if !p.gone && p.err == nil {
		return true
	}
	lost := w.raw.AutoCommit()
	w.rollback()
	if lost {
		return false
	}
	p.failed = true
	return w.begin() == nil
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
		p.err = refused(err)
		w.rollback()
	}
}

func refused(commit error) error { return fmt.Errorf("commit: %w", Fault(commit)) }

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
	if w.conn == nil || w.raw.AutoCommit() {
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
