package notify

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"anling/internal/db"
)

// heldCell is a message with its sealed part.
type heldCell struct {
	HeldMessage
	subject string
	cell    []byte
}

func gather[T any](rows *sql.Rows, read func(scan func(...any) error) (T, error)) (out []T, err error) {
	out = []T{}
	defer rows.Close()
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, db.Fault(err)
		}
		out = append(out, one)
	}
	return out, db.Fault(rows.Err())
}

func (store) heldCells(ctx context.Context, tx *db.Tx, alert string) ([]heldCell, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, subject, person, channel, cell, status, status_at, provider, created_at
		FROM messages WHERE alert = ? ORDER BY id`, alert)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (h heldCell, err error) {
		var status, created int64
		err = scan(&h.ID, &h.subject, &h.Person, &h.Channel, &h.cell, &h.Status, &status, &h.Provider, &created)
		h.StatusAt, h.CreatedAt = db.Time(status), db.Time(created)
		return h, err
	})
}

func (store) heldReplies(ctx context.Context, tx *db.Tx, alert string) ([]HeldReply, error) {
	rows, err := tx.Query(ctx, `SELECT id, person, answer, at FROM replies WHERE alert = ? ORDER BY at, id`, alert)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (h HeldReply, err error) {
		var at int64
		err = scan(&h.ID, &h.Person, &h.Answer, &at)
		h.At = db.Time(at)
		return h, err
	})
}

func (store) heldRecordings(ctx context.Context, tx *db.Tx, alert string) ([]HeldRecording, error) {
	rows, err := tx.Query(ctx, `SELECT ref, seconds, at FROM recordings WHERE alert = ? ORDER BY at, ref`, alert)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (h HeldRecording, err error) {
		var at int64
		err = scan(&h.Ref, &h.Seconds, &at)
		h.At = db.Time(at)
		return h, err
	})
}

func (store) forgetNumbers(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := tx.Exec(ctx, `UPDATE replies SET from_hash = ? WHERE message IN (SELECT id FROM messages WHERE subject = ?)`, []byte{}, subject)
	if err != nil {
		return fmt.Errorf("forget from where replies came: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE messages SET to_hash = ? WHERE subject = ?`, []byte{}, subject); err != nil {
		return fmt.Errorf("forget where messages went: %w", err)
	}
	return nil
}

func (store) dropAlert(ctx context.Context, tx *db.Tx, alert string) error {
	for _, query := range []string{
		`DELETE FROM attempts WHERE message IN (SELECT id FROM messages WHERE alert = ?)`,
		`DELETE FROM messages WHERE alert = ?`, `DELETE FROM replies WHERE alert = ?`, `DELETE FROM recordings WHERE alert = ?`,
	} {
		if _, err := tx.Exec(ctx, query, alert); err != nil {
			return fmt.Errorf("delete the messages of alert %s: %w", alert, err)
		}
	}
	return nil
}

// dropRecordings leaves those of elders under a legal hold.
func (store) dropRecordings(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	res, err := tx.Exec(ctx, `
		DELETE FROM recordings WHERE ref IN (
			SELECT ref FROM recordings
			WHERE at < ? AND NOT EXISTS (SELECT 1 FROM alerts JOIN elders ON elders.id = alerts.elder
				WHERE alerts.id = recordings.alert AND elders.legal_hold)
			LIMIT `+strconv.Itoa(limit)+`)`, db.Micros(before))
	if err != nil {
		return 0, fmt.Errorf("delete old recordings: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
