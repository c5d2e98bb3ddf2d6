package audit

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// ExpireTx deletes whole chains to which nothing was added since before a time, at most so many rows of one, and tells how
// many; 0 when there is nothing left to do. What remains of a chain is the last leaf of it in the checkpoints, which keeps
// its length and its end. Invalid: a time less than MinimumKept ago.
func (l *Log) ExpireTx(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	if tx.Now().Sub(before) < MinimumKept {
		return 0, fault.New(fault.Invalid, "the audit log is kept for %d days at least", int(MinimumKept.Hours())/24)
	}
	id, err := findExpiring(ctx, tx)
	if err != nil {
		return 0, err
	}
	if id == "" {
		h, err := findOld(ctx, tx, before)
		if err != nil || h.Chain == "" {
			return 0, err
		}
		id = h.Chain
		if err := markExpiring(ctx, tx, id); err != nil {
			return 0, err
		}
		h.Chain = chainName(id)
		if err := l.GoneTx(ctx, tx, h); err != nil {
			return 0, err
		}
	}
	n, err := deleteRows(ctx, tx, id, limit)
	if err != nil || n == limit {
		return n, err
	}
	if err := l.vault.Shred(ctx, tx, chainSubject(id)); err != nil {
		return n, err
	}
	if err := deleteChain(ctx, tx, id); err != nil {
		return n, fmt.Errorf("delete an audit chain: %w", err)
	}
	return max(n, 1), nil
}
