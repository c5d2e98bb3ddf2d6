package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// watchSoon has the supervision look at a device at its next turn. bound says that it has just been given to an elder.
func watchSoon(ctx context.Context, tx *db.Tx, device DeviceID, bound bool) error {
	now := db.Micros(tx.Now())
	var since any
	if bound {
		since = now
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO device_watch (device, watch_at, bound_at) VALUES (?, ?, ?)
		ON CONFLICT (device) DO UPDATE SET watch_at = excluded.watch_at,
			bound_at = COALESCE(excluded.bound_at, device_watch.bound_at)`, device, now, since)
	if err != nil {
		return fmt.Errorf("have device %s looked at: %w", device, err)
	}
	return nil
}
