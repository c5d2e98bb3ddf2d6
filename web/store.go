package web

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// store holds the SQL of the package.
type store struct{}

func (store) insertSession(ctx context.Context, tx *db.Tx, v session) error {
	_, err := tx.Exec(ctx, `INSERT INTO sessions (hash, operator, made_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?)`,
		v.hash, string(v.operator), db.Micros(v.made), db.Micros(v.seen), db.Micros(v.ends))
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

func (store) session(ctx context.Context, tx *db.Tx, hash []byte) (session, error) {
	v := session{hash: hash}
	var operator string
	var made, seen, ends int64
	err := tx.QueryRow(ctx, `SELECT operator, made_at, seen_at, ends_at FROM sessions WHERE hash = ?`, hash).
		Scan(&operator, &made, &seen, &ends)
	if err != nil {
		return session{}, fmt.Errorf("read session: %w", err)
	}
	v.operator = registry.OperatorID(operator)
	v.made, v.seen, v.ends = db.Time(made), db.Time(seen), db.Time(ends)
	return v, nil
}

func (store) touchSession(ctx context.Context, tx *db.Tx, hash []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET seen_at = ? WHERE hash = ?`, db.Micros(at), hash)
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

func (store) deleteSession(ctx context.Context, tx *db.Tx, hash []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE hash = ?`, hash)
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// deleteOldSessions forgets the sessions that are over.
func (store) deleteOldSessions(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE ends_at < ? OR seen_at < ?`,
		db.Micros(now), db.Micros(now.Add(-sessionIdle)))
	if err != nil {
		return fmt.Errorf("delete old sessions: %w", err)
	}
	return nil
}

func (store) knowsBrowser(ctx context.Context, tx *db.Tx, hash []byte) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM known_browsers WHERE hash = ?`, hash).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for browser: %w", err)
	}
	return n > 0, nil
}

func (store) rememberBrowser(ctx context.Context, tx *db.Tx, hash []byte, id registry.OperatorID) error {
	now := db.Micros(tx.Now())
	_, err := tx.Exec(ctx, `
		INSERT INTO known_browsers (hash, operator, made_at, seen_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET seen_at = excluded.seen_at`, hash, string(id), now, now)
	if err != nil {
		return fmt.Errorf("remember browser: %w", err)
	}
	return nil
}
