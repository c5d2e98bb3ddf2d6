package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
)

const (
	// checkpointEvery and checkpointRows: whichever comes first.
	checkpointEvery = time.Minute
	checkpointRows  = 1000
	notaryLooks     = 5 * time.Second
	// headsTogether is how many chains one transaction takes into the tree.
	headsTogether = 500
)

// NotaryOptions are what a Notary works with.
type NotaryOptions struct {
	Log    *Log
	Seed   []byte // the secret of its signature, the same on every node
	Others Chains // may be nil
	Clock  clock.Clock
	Report *slog.Logger
	File   string // where checkpoints are written outside the database; empty: nowhere
}

// Notary makes the checkpoints: every minute, and after 1000 rows, the heads of all chains that have grown become leaves of a
// tree that only grows, and its root is signed. Whoever holds a later copy of such a note can prove that
// nothing before it was altered, removed or cut off; so it is written to the program's log and to a file,
// which belong on another machine.
type Notary struct {
	log    *Log
	others Chains
	clock  clock.Clock
	report *slog.Logger
	signer note.Signer
	key    string
	file   *outside // nil: none
}

// NewNotary makes a notary; Run lets it work.
func NewNotary(o NotaryOptions) (*Notary, error) {
	s, vkey, err := signer(o.Seed)
	if err != nil {
		return nil, err
	}
	n := &Notary{log: o.Log, others: o.Others, clock: o.Clock, report: o.Report, signer: s, key: vkey}
	if o.File != "" {
		n.file = &outside{path: o.File}
	}
	return n, nil
}

// Key is the public key by which anybody can check a checkpoint.
func (n *Notary) Key() string { return n.key }

// Latest gives the newest checkpoint; NotFound before the first.
func (n *Notary) Latest(ctx context.Context) (c Checkpoint, err error) {
	err = n.log.db.View(ctx, func(tx *db.Tx) error {
		c, err = latestCheckpoint(ctx, tx)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "there is no checkpoint yet")
	}
	return c, err
}

// Run makes checkpoints until ctx ends, and a last one then.
func (n *Notary) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			n.try(context.WithoutCancel(ctx), 0)
			return nil
		case <-n.clock.After(notaryLooks):
		}
		wait := checkpointEvery
		if n.log.written.Load() >= checkpointRows {
			wait = 0
		}
		n.try(ctx, wait)
	}
}

func (n *Notary) try(ctx context.Context, wait time.Duration) {
	err := n.checkpoint(ctx, wait)
	if err == nil {
		err = n.writeOutside(ctx)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		n.report.Error("no checkpoint of the audit log could be made; it is tried again", "err", err)
	}
}

// Make makes a checkpoint now, if anything has happened since the last one, and writes it outside.
func (n *Notary) Make(ctx context.Context) error {
	if err := n.checkpoint(ctx, 0); err != nil {
		return err
	}
	return n.writeOutside(ctx)
}

// checkpoint makes one, unless the last – perhaps another node's – is younger than wait.
func (n *Notary) checkpoint(ctx context.Context, wait time.Duration) error {
	if err := n.log.vault.Check(ctx); err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err) // with the wrong ring it would be the wrong signature
	}
	for {
		var made *Checkpoint
		more := false
		err := n.log.db.Update(ctx, func(tx *db.Tx) (err error) {
			made, more, err = n.extend(ctx, tx, wait)
			return err
		})
		if err != nil {
			return err
		}
		if made != nil {
			n.report.Info("audit checkpoint", "size", made.Size, "root", made.Root, "at", made.At)
		}
		if !more {
			return nil
		}
		wait = 0
	}
}

// extend takes chains that have grown into the tree and signs it; nil when none has.
func (n *Notary) extend(ctx context.Context, tx *db.Tx, wait time.Duration) (made *Checkpoint, more bool, err error) {
	t, err := lockTree(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	if age := tx.Now().Sub(t.at); age >= 0 && age < wait {
		return nil, false, nil
	}
	n.log.written.Store(0)
	leaves, next, err := n.grown(ctx, tx, t.mark)
	if err != nil || len(leaves) == 0 {
		return nil, false, err
	}
	stored := tree{tx: tx, fresh: map[int64]tlog.Hash{}}
	for i := range leaves {
		leaves[i].N, leaves[i].At = t.size+int64(i), db.Micros(tx.Now())
		if err := stored.add(ctx, leaves[i]); err != nil {
			return nil, false, err
		}
		if err := insertLeaf(ctx, tx, leaves[i]); err != nil {
			return nil, false, err
		}
	}
	c := Checkpoint{Size: t.size + int64(len(leaves)), At: tx.Now()}
	if c.Root, err = stored.root(ctx, c.Size); err != nil {
		return nil, false, err
	}
	if err := c.sign(n.signer); err != nil {
		return nil, false, err
	}
	if err := insertCheckpoint(ctx, tx, c); err != nil {
		return nil, false, err
	}
	return &c, len(leaves) >= headsTogether, moveTree(ctx, tx, treeHead{size: c.Size, mark: next, at: c.At})
}

// grown gives leaves for what has changed since the last checkpoint: chains of this log, chains of others, and chains that
// were deleted because they had been kept long enough.
func (n *Notary) grown(ctx context.Context, tx *db.Tx, mark int64) ([]Leaf, int64, error) {
	leaves, err := takeGone(ctx, tx, headsTogether)
	if err != nil {
		return nil, 0, err
	}
	own, err := takeGrown(ctx, tx, headsTogether)
	if err != nil {
		return nil, 0, err
	}
	leaves = append(leaves, own...)
	if n.others == nil {
		return leaves, mark, nil
	}
	heads, next, err := n.others.Moved(ctx, tx, mark, headsTogether)
	if err != nil {
		return nil, 0, fmt.Errorf("heads of other chains: %w", err)
	}
	for _, h := range heads {
		leaves = append(leaves, Leaf{Chain: h.Chain, Length: h.Length, Hash: h.Hash})
	}
	return leaves, next, nil
}

// GoneTx says that a whole chain is deleted in this transaction because it has been kept long enough. The next
// checkpoint remembers how long it was and its last hash.
func (l *Log) GoneTx(ctx context.Context, tx *db.Tx, h Head) error { return insertGone(ctx, tx, h) }
