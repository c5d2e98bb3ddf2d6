package retention

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
)

func listRules(ctx context.Context, tx *db.Tx) (map[string]Rule, error) {
	rows, err := tx.Query(ctx, `SELECT kind, days, last_run_at, last_rows FROM retention ORDER BY kind`)
	if err != nil {
		return nil, fmt.Errorf("list retention rules: %w", err)
	}
	defer rows.Close()
	all := map[string]Rule{}
	for rows.Next() {
		var r Rule
		var at int64
		if err := rows.Scan(&r.Kind, &r.Days, &at, &r.LastRows); err != nil {
			return nil, fmt.Errorf("read a retention rule: %w", err)
		}
		if at > 0 {
			t := db.Time(at)
			r.LastRun = &t
		}
		all[r.Kind] = r
	}
	return all, db.Fault(rows.Err())
}

func noteRun(ctx context.Context, tx *db.Tx, r Rule, rows int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO retention (kind, days, last_run_at, last_rows) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind) DO UPDATE SET last_run_at = excluded.last_run_at, last_rows = excluded.last_rows`, r.Kind, r.Days, db.Micros(tx.Now()), rows)
	if err != nil {
		return fmt.Errorf("note that old %s were deleted: %w", r.Kind, err)
	}
	return nil
}

func setDays(ctx context.Context, tx *db.Tx, r Rule) error {
	last := int64(0)
	if r.LastRun != nil {
		last = db.Micros(r.LastRun.Truncate(time.Microsecond))
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO retention (kind, days, last_run_at, last_rows) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind) DO UPDATE SET days = excluded.days`, r.Kind, r.Days, last, r.LastRows)
	if err != nil {
		return fmt.Errorf("change the retention of %s: %w", r.Kind, err)
	}
	return nil
}
