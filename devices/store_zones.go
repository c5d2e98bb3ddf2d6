package devices

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// zoneRow reads when an elder is looked at next, and how they stand towards their zones; nil when nothing is known. A transaction that
// writes keeps others from it.
func zoneRow(ctx context.Context, tx *db.Tx, elder registry.ElderID) (turn *time.Time, cell []byte, err error) {
	query := `SELECT watch_at, record FROM zone_watch WHERE elder = ?`
	if tx.Writes() {
		query += tx.ForUpdate()
	}
	var at sql.NullInt64
	err = tx.QueryRow(ctx, query, elder).Scan(&at, &cell)
	if fault.Is(err, fault.NotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("how elder %s stands towards their zones: %w", elder, err)
	}
	return db.NullTime(at), cell, nil
}

func setZoned(ctx context.Context, tx *db.Tx, elder registry.ElderID, next *time.Time, cell []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO zone_watch (elder, watch_at, record) VALUES (?, ?, ?)
		ON CONFLICT (elder) DO UPDATE SET watch_at = excluded.watch_at, record = excluded.record`, elder, db.NullMicros(next), cell)
	if err != nil {
		return fmt.Errorf("keep how elder %s stands: %w", elder, err)
	}
	return nil
}

func postponeZone(ctx context.Context, tx *db.Tx, elder registry.ElderID, to time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE zone_watch SET watch_at = ? WHERE elder = ?`, db.Micros(to), elder); err != nil {
		return fmt.Errorf("postpone elder %s: %w", elder, err)
	}
	return nil
}

func dropZoned(ctx context.Context, tx *db.Tx, elder registry.ElderID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM zone_watch WHERE elder = ?`, elder); err != nil {
		return fmt.Errorf("forget how elder %s stands: %w", elder, err)
	}
	return nil
}

func dueForZone(ctx context.Context, tx *db.Tx, limit int) (all []registry.ElderID, err error) {
	rows, err := tx.Query(ctx, `SELECT elder FROM zone_watch WHERE watch_at <= ? ORDER BY watch_at, elder LIMIT `+strconv.Itoa(limit), db.Micros(tx.Now()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id registry.ElderID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read an elder: %w", err)
		}
		all = append(all, id)
	}
	return all, db.Fault(rows.Err())
}

// nextZone is when the next elder has their turn; zero when none has.
func nextZone(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT MIN(watch_at) FROM zone_watch WHERE watch_at > ?`, db.Micros(tx.Now())).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return db.Time(at.Int64), nil
}
