package alerts

import (
	"context"
	"strings"

	"anling/internal/audit"
	"anling/internal/db"
)

// chainPrefix begins the names of timelines among the chains that the checkpoints cover.
const chainPrefix = "alert:"

// Chains are the timelines as chains that the checkpoints of the audit log cover, too.
func (e *Engine) Chains() audit.Chains { return chains{e.store} }

type chains struct{ store store }

// Moved gives the timelines that have grown behind a number of the global sequence.
func (c chains) Moved(ctx context.Context, tx *db.Tx, mark int64, limit int) (heads []audit.Head, next int64, err error) {
	heads, next, err = c.store.moved(ctx, tx, mark, limit)
	for i := range heads {
		heads[i].Chain = chainPrefix + heads[i].Chain
	}
	return heads, next, err
}

// Link gives the length of a timeline and the hash of one of its events.
func (c chains) Link(ctx context.Context, tx *db.Tx, chain string, n int64) (length int64, hash []byte, err error) {
	id, ours := strings.CutPrefix(chain, chainPrefix)
	if !ours {
		return 0, nil, nil
	}
	return c.store.linkOf(ctx, tx, AlertID(id), n)
}
