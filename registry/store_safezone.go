package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// zonesChanged gives whose zones have changed since a time, and when the last one did.
func zonesChanged(ctx context.Context, tx *db.Tx, since int64) (all []ElderID, newest int64, err error) {
	rows, err := tx.Query(ctx, `SELECT elder, MAX(updated_at) FROM safe_zones WHERE updated_at >= ? GROUP BY elder`, since)
	if err != nil {
		return nil, 0, err
	}
	all, err = collect(rows, func() (id ElderID, err error) {
		var at int64
		err = db.Fault(rows.Scan(&id, &at))
		newest = max(newest, at)
		return id, err
	})
	return all, newest, err
}

// zonesSoon has an elder looked at as soon as possible.
func zonesSoon(ctx context.Context, tx *db.Tx, elder ElderID) error {
	_, err := tx.Exec(ctx, `INSERT INTO zone_watch (elder, watch_at) VALUES (?, ?) ON CONFLICT (elder) DO UPDATE SET watch_at = excluded.watch_at`,
		elder, db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("have elder %s looked at: %w", elder, err)
	}
	return nil
}
