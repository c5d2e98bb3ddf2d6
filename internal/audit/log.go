package audit

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"anling/internal/db"
	"anling/internal/seal"
)

// chainLife is how long a chain is added to before the next one begins, so that what has been kept long enough can
// go as a whole.
const chainLife = 7 * 24 * time.Hour

// maxTogether is how many waiting entries Add writes in one transaction.
const maxTogether = 512

// Log writes and reads the log. Any number of them may work on one database.
type Log struct {
	db    *db.DB
	vault *seal.Vault

	written atomic.Int64 // rows since the last checkpoint that was made here

	mu      sync.Mutex
	chain   string // of this run
	queue   []*waiting
	writing bool // somebody writes for all who wait
}

// New gives the log of a database. The chain of this run begins with its first row.
func New(d *db.DB, v *seal.Vault) *Log { return &Log{db: d, vault: v, chain: db.NewID()} }

// AddTx has entries written at the end of the caller's transaction, after everything else in it: the chain is locked from
// then on. Their order is kept. When they cannot be written the transaction comes to nothing.
func (l *Log) AddTx(ctx context.Context, tx *db.Tx, entries ...Entry) {
	if l == nil || len(entries) == 0 {
		return
	}
	mine := pendingOf{l}
	all, begun := tx.Kept(mine).(*[]Entry)
	if !begun {
		all = new([]Entry)
		tx.Keep(mine, all)
		tx.BeforeCommit(func() error { return l.write(ctx, tx, *all) })
	}
	*all = append(*all, entries...)
}

// pendingOf is under what a transaction keeps the entries that it will write.
type pendingOf struct{ log *Log }

// waiting are the entries of one caller of Add.
type waiting struct {
	entries []Entry
	done    chan error
	lead    chan struct{} // it is this caller's turn to write for all
}

// Add writes entries and returns when they are durable. Callers who come together are written together, by one of
// them. Once it has begun it does not heed ctx, for the others are written with it.
func (l *Log) Add(ctx context.Context, entries ...Entry) error {
	if l == nil || len(entries) == 0 {
		return nil
	}
	w := &waiting{entries: entries, done: make(chan error, 1), lead: make(chan struct{}, 1)}
	l.mu.Lock()
	l.queue = append(l.queue, w)
	if !l.writing {
		l.writing = true
		w.lead <- struct{}{}
	}
	l.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-w.lead:
		l.writeQueued(context.WithoutCancel(ctx))
		return <-w.done
	}
}

// writeQueued writes what is queued, which its caller's entries are among, and hands the turn on.
func (l *Log) writeQueued(ctx context.Context) {
	l.mu.Lock()
	n, batch := 0, l.queue
	for i, w := range l.queue {
		if n += len(w.entries); n > maxTogether && i > 0 {
			batch = l.queue[:i]
			break
		}
	}
	l.queue = l.queue[len(batch):]
	l.mu.Unlock()

	err := l.update(ctx, batch)
	for _, w := range batch {
		if err != nil && len(batch) > 1 {
			w.done <- l.update(ctx, []*waiting{w}) // one who cannot be written must not take the others along
			continue
		}
		w.done <- err
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		l.writing = false
		return
	}
	l.queue[0].lead <- struct{}{}
}

func (l *Log) update(ctx context.Context, batch []*waiting) error {
	err := l.db.Update(ctx, func(tx *db.Tx) error {
		for _, w := range batch {
			l.AddTx(ctx, tx, w.entries...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

// write adds rows to the chain of this run.
func (l *Log) write(ctx context.Context, tx *db.Tx, entries []Entry) error {
	c, err := l.open(ctx, tx)
	if err != nil {
		return fmt.Errorf("open the audit chain: %w", err)
	}
	rows := make([]Row, len(entries))
	for i, e := range entries {
		if e.Actor == (Actor{}) {
			e.Actor = Actor{Kind: System}
		}
		rows[i] = Row{Chain: c.id, Seq: c.length + 1, At: tx.Now(), Actor: e.Actor, Action: e.Action, Resource: e.Resource, ID: e.ID,
			Subject: e.Subject, Centre: e.Centre, Alert: e.Alert, prev: c.head}
		if err := l.seal(ctx, tx, &rows[i], e.Data); err != nil {
			return err
		}
		rows[i].hash = rows[i].sum()
		c.length, c.head = rows[i].Seq, rows[i].hash
	}
	if err := insertRows(ctx, tx, rows); err != nil {
		return fmt.Errorf("write audit rows: %w", err)
	}
	c.last = tx.Now()
	tx.AfterCommit(func() { l.written.Add(int64(len(rows))) })
	return updateChain(ctx, tx, c)
}

// seal seals the data of a row under the key of its subject. Of somebody who was erased, or never had a key, it is
// sealed under the chain's own: a new key would look as if there were something to open again.
func (l *Log) seal(ctx context.Context, tx *db.Tx, r *Row, data any) error {
	plain, err := salted(data)
	if err != nil {
		return err
	}
	r.commitment = commit(plain)
	if plain == nil {
		return nil
	}
	var key seal.Key
	ok := false
	if r.Subject != "" {
		if key, ok, err = l.vault.Living(ctx, tx, r.Subject); err != nil {
			return fmt.Errorf("key of an audit row: %w", err)
		}
	}
	r.sealedBy = r.Subject
	if !ok {
		r.sealedBy = chainSubject(r.Chain)
		if key, err = l.vault.Key(ctx, tx, r.sealedBy); err != nil {
			return fmt.Errorf("key of an audit chain: %w", err)
		}
	}
	r.cell = key.Seal(auditTable, cellColumn, r.place(), plain)
	return nil
}

// chainSubject is whose key seals what is no person's.
func chainSubject(chain string) string { return "audit:" + chain }

func (r *Row) place() string { return r.Chain + "/" + strconv.FormatInt(r.Seq, 10) }

// open gives the chain of this run, locked until the end of the transaction, and begins a new one when there is none, or it
// has ended or is old.
func (l *Log) open(ctx context.Context, tx *db.Tx) (chain, error) {
	id := l.current()
	c, err := findChain(ctx, tx, id)
	switch {
	case err != nil:
		return c, err
	case c.id == "":
		c.id = id
	case c.ended == nil && tx.Now().Sub(c.begun) < chainLife:
		return c, nil
	default:
		if err := endChain(ctx, tx, c.id); err != nil {
			return c, err
		}
		c = chain{id: db.NewID()}
		tx.AfterCommit(func() { l.goOn(id, c.id) })
	}
	c.begun, c.head = tx.Now(), []byte{}
	return c, insertChain(ctx, tx, c)
}

func (l *Log) current() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chain
}

// goOn makes a new chain that of this run, unless another one has already taken the old one's place.
func (l *Log) goOn(from, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.chain == from {
		l.chain = to
	}
}
