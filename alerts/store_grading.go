package alerts

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"anling/internal/db"
)

// page is a part of a list in the order of the ids.
type page struct {
	after AlertID
	limit int
}

// endedSince lists alerts that have ended since a time.
func (s store) endedSince(ctx context.Context, tx *db.Tx, since time.Time, p page) ([]AlertID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM alerts WHERE ended_at >= ? AND id > ? ORDER BY id LIMIT `+strconv.Itoa(p.limit),
		db.Micros(since), string(p.after))
	if err != nil {
		return nil, fmt.Errorf("list ended alerts: %w", err)
	}
	return scanIDs(rows)
}
