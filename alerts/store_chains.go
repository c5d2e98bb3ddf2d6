package alerts

import (
	"context"
	"fmt"

	"anling/internal/audit"
	"anling/internal/db"
)

// moved gives the heads of timelines that have events behind a global number, of the next so many events, and up
// to which number it looked.
func (s store) moved(ctx context.Context, tx *db.Tx, mark int64, limit int) ([]audit.Head, int64, error) {
	next := mark
	err := tx.QueryRow(ctx, `
		SELECT COALESCE(MAX(global), ?) FROM (SELECT global FROM events WHERE global > ? ORDER BY global LIMIT ?) AS part`,
		mark, mark, limit).Scan(&next)
	if err != nil || next == mark {
		return nil, mark, err
	}
	rows, err := tx.Query(ctx, `
		SELECT id, seq, head FROM alerts
		WHERE id IN (SELECT alert FROM events WHERE global > ? AND global <= ?)
		ORDER BY id`, mark, next)
	if err != nil {
		return nil, mark, fmt.Errorf("list timelines that have grown: %w", err)
	}
	defer rows.Close()
	var heads []audit.Head
	for rows.Next() {
		var h audit.Head
		if err := rows.Scan(&h.Chain, &h.Length, &h.Hash); err != nil {
			return nil, mark, fmt.Errorf("read the head of a timeline: %w", err)
		}
		heads = append(heads, h)
	}
	return heads, next, db.Fault(rows.Err())
}

// linkOf gives the number of events of a timeline, 0 when there is none, and the hash of event n.
func (s store) linkOf(ctx context.Context, tx *db.Tx, id AlertID, n int64) (length int64, hash []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM events WHERE alert = ?`, string(id)).Scan(&length)
	if err != nil || length < n {
		return length, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT hash FROM events WHERE alert = ? AND seq = ?`, string(id), n)
	if err != nil {
		return length, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&hash); err != nil {
			return length, nil, fmt.Errorf("read the hash of an event: %w", err)
		}
	}
	return length, hash, db.Fault(rows.Err())
}
