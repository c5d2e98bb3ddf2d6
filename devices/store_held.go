package devices

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"anling/internal/db"
)

// listOf reads all signals that are sealed under a subject's key.
func listOf(ctx context.Context, tx *db.Tx, subject string) (out []sealedRecord, err error) {
	rows, err := tx.Query(ctx, `
		SELECT id, device, subject, protocol, kind, at, received_at, late, alert, repeats, personal
		FROM signals WHERE subject = ? ORDER BY received_at, id`, subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("read a signal: %w", err)
		}
		out = append(out, r)
	}
	return out, db.Fault(rows.Err())
}

func forgetOf(ctx context.Context, tx *db.Tx, subject string) error {
	if _, err := tx.Exec(ctx, `UPDATE signals SET personal = NULL WHERE subject = ?`, subject); err != nil {
		return fmt.Errorf("forget signals: %w", err)
	}
	return nil
}

func dropReports(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	return drop(ctx, tx, `kind IN ('heartbeat', 'position') AND received_at < ?`, before, limit)
}

func dropSignals(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	return drop(ctx, tx, `received_at < ?
		AND NOT EXISTS (SELECT 1 FROM elders WHERE elders.id = signals.subject AND elders.legal_hold)
		AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.id = signals.alert)`, before, limit)
}

func drop(ctx context.Context, tx *db.Tx, where string, before time.Time, limit int) (int, error) {
	res, err := tx.Exec(ctx, `DELETE FROM signals WHERE dedupe IN (SELECT dedupe FROM signals WHERE `+where+` LIMIT `+strconv.Itoa(limit)+`)`, db.Micros(before))
	if err != nil {
		return 0, fmt.Errorf("delete old signals: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
