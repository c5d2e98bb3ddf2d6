package registry

import (
	"context"
	"fmt"
	"strconv"

	"anling/internal/db"
)

// moveWaiting tells whether a move of a record waits for an answer.
func moveWaiting(ctx context.Context, tx *db.Tx, record string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM moves WHERE record_id = ? AND state = 'requested')`, record).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for moves of %s: %w", record, err)
	}
	return yes, nil
}

// concerns limits moves to those from and to the centres of a scope.
func (c *condition) concerns(scope Scope) {
	if !scope.All() {
		in, centres := "("+db.InList(len(scope.centres))+")", anys(scope.centres)
		c.and("(centre IN "+in+" OR to_centre IN "+in+")", append(centres, centres...)...)
	}
}

// movesOf lists moves, newest first.
func movesOf(ctx context.Context, tx *db.Tx, s store[Move, *Move], c condition, limit int) ([]row[Move], error) {
	query := `SELECT ` + s.columns + ` FROM moves`
	for i, w := range c.where {
		query += []string{" WHERE ", " AND "}[min(i, 1)] + w
	}
	rows, err := tx.Query(ctx, query+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list moves: %w", err)
	}
	return collect(rows, func() (row[Move], error) { return s.scan(rows.Scan) })
}
