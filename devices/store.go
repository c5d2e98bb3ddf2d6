package devices

import (
	"context"
	"database/sql"
	"fmt"

	"anling/alerts"
	"anling/internal/db"
	"anling/registry"
)

// insertOrMark writes a signal's row as far as it is in clear, or counts a repetition of the row
// that has its key. The row that is there afterwards comes back, without its sealed part.
func insertOrMark(ctx context.Context, tx *db.Tx, r Record) (Record, error) {
	var got Record
	var alert sql.NullString
	var at, receivedAt int64
	err := tx.QueryRow(ctx, `
		INSERT INTO signals (dedupe, id, device, subject, protocol, kind, at, received_at, late, repeats)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (dedupe) DO UPDATE SET
			repeats = signals.repeats + 1,
			repeated_at = excluded.received_at
		RETURNING id, kind, at, received_at, alert`,
		r.dedupe, r.ID, nullText(string(r.device)), r.subject, r.protocol, string(r.Kind), db.Micros(r.At),
		db.Micros(r.ReceivedAt), r.Late).
		Scan(&got.ID, &got.Kind, &at, &receivedAt, &alert)
	got.At, got.ReceivedAt = db.Time(at), db.Time(receivedAt)
	got.setAlert(alerts.AlertID(alert.String))
	return got, err
}

// complete adds to a new row what is known only after the alert is.
func complete(ctx context.Context, tx *db.Tx, r Record, cell []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE signals SET alert = ?, subject = ?, personal = ?
		WHERE dedupe = ?`,
		r.Alert, r.subject, cell, r.dedupe)
	return err
}

// replaceReport writes the last heartbeat or position of a device over the one before it.
func replaceReport(ctx context.Context, tx *db.Tx, r Record, cell []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO signals (dedupe, id, device, subject, protocol, kind, at, received_at, late, repeats, personal)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
		ON CONFLICT (dedupe) DO UPDATE SET
			id = excluded.id,
			subject = excluded.subject,
			at = excluded.at,
			received_at = excluded.received_at,
			late = excluded.late,
			personal = excluded.personal
		WHERE signals.received_at <= excluded.received_at`,
		r.dedupe, r.ID, nullText(string(r.device)), r.subject, r.protocol, string(r.Kind), db.Micros(r.At),
		db.Micros(r.ReceivedAt), r.Late, cell)
	return err
}

// sealedRecord is a row as it is stored.
type sealedRecord struct {
	Record
	cell []byte
}

// report reads the last heartbeat or position of a device by its key.
func report(ctx context.Context, tx *db.Tx, dedupe []byte) (sealedRecord, error) {
	return scanRecord(tx.QueryRow(ctx, `
		SELECT id, device, subject, protocol, kind, at, received_at, late, alert, repeats, personal
		FROM signals
		WHERE dedupe = ?`, dedupe))
}

// before is where a page of records begins: after the record received at Micros with ID.
type before struct {
	Micros int64
	ID     string
}

// list reads a device's records, newest first.
func list(ctx context.Context, tx *db.Tx, device registry.DeviceID, from before, limit int) (out []sealedRecord, err error) {
	rows, err := tx.Query(ctx, `
		SELECT id, device, subject, protocol, kind, at, received_at, late, alert, repeats, personal
		FROM signals
		WHERE device = ? AND (received_at < ? OR received_at = ? AND id < ?)
		ORDER BY received_at DESC, id DESC
		LIMIT ?`, string(device), from.Micros, from.Micros, from.ID, limit)
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

func scanRecord(row interface{ Scan(...any) error }) (sealedRecord, error) {
	var r sealedRecord
	var device, alert sql.NullString
	var at, receivedAt int64
	err := row.Scan(&r.ID, &device, &r.subject, &r.protocol, &r.Kind, &at, &receivedAt, &r.Late, &alert, &r.Repeats, &r.cell)
	r.device = registry.DeviceID(device.String)
	r.At, r.ReceivedAt = db.Time(at), db.Time(receivedAt)
	r.setAlert(alerts.AlertID(alert.String))
	r.alarms()
	return r, err
}

func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}
