package alerts

import (
	"context"
	"fmt"
	"strconv"

	"anling/internal/db"
)

// held lists the open alerts that operators have.
func (s store) held(ctx context.Context, tx *db.Tx) ([]Held, error) {
	rows, err := tx.Query(ctx, `SELECT id, operator, state FROM alerts WHERE operator <> '' AND ended_at IS NULL ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list what operators have: %w", err)
	}
	defer rows.Close()
	var out []Held
	for rows.Next() {
		var h Held
		if err := rows.Scan(&h.Alert, &h.Operator, &h.State); err != nil {
			return nil, fmt.Errorf("read what an operator has: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// openOf lists the open alerts of an elder, tasks left out.
func (s store) openOf(ctx context.Context, tx *db.Tx, elder string) ([]AlertID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM alerts WHERE elder = ? AND ended_at IS NULL AND priority < 3`, elder)
	if err != nil {
		return nil, fmt.Errorf("list open alerts of elder %s: %w", elder, err)
	}
	return scanIDs(rows)
}

// waiting lists alerts about people that no operator has, the most urgent and the oldest first.
func (s store) waiting(ctx context.Context, tx *db.Tx, limit int) ([]AlertID, error) {
	rows, err := tx.Query(ctx, `
		SELECT id FROM alerts WHERE operator = '' AND ended_at IS NULL AND priority < 3 AND state IN ('raised', 'helping', 'on_scene')
		ORDER BY priority, id LIMIT `+strconv.Itoa(limit))
	if err != nil {
		return nil, fmt.Errorf("list what waits for an operator: %w", err)
	}
	return scanIDs(rows)
}
