package alerts

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/registry"
)

// ofElder lists the alerts of an elder, and counts those that are not over, with the open outages in which they are to be checked on.
func (s store) ofElder(ctx context.Context, tx *db.Tx, elder registry.ElderID) (open int, ids []AlertID, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM alerts WHERE elder = ? AND ended_at IS NULL`, string(elder)).Scan(&open)
	if err != nil {
		return 0, nil, fmt.Errorf("count open alerts of %s: %w", elder, err)
	}
	var listed int
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM outage_people p JOIN alerts a ON a.id = p.alert WHERE p.elder = ? AND a.ended_at IS NULL`, string(elder)).Scan(&listed)
	if err != nil {
		return 0, nil, fmt.Errorf("count open outages of %s: %w", elder, err)
	}
	open += listed
	rows, err := tx.Query(ctx, `SELECT id FROM alerts WHERE elder = ? ORDER BY id`, string(elder))
	if err != nil {
		return 0, nil, fmt.Errorf("list alerts of %s: %w", elder, err)
	}
	ids, err = scanIDs(rows)
	return open, ids, err
}

// forget writes an alert of which only what is not personal is left, under its own key, and takes its links back.
func (s store) forget(ctx context.Context, tx *db.Tx, a *Alert) error {
	key, err := s.vault.Key(ctx, tx, a.Subject)
	if err != nil {
		return err
	}
	snapshot, err := key.SealJSON("alerts", "snapshot", string(a.ID), a)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE alerts SET subject = ?, device = '', snapshot = ? WHERE id = ?`, a.Subject, snapshot, string(a.ID)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM links WHERE alert = ?`, string(a.ID))
	return err
}

// expired lists alerts that ended before a time, but for those of elders under a legal hold, with the ends of their chains.
func (s store) expired(ctx context.Context, tx *db.Tx, before time.Time, limit int) (ids []AlertID, heads []audit.Head, err error) {
	rows, err := tx.Query(ctx, `
		SELECT id, seq, head FROM alerts
		WHERE ended_at < ? AND NOT EXISTS (SELECT 1 FROM elders WHERE elders.id = alerts.elder AND elders.legal_hold)
		ORDER BY id LIMIT `+strconv.Itoa(limit), db.Micros(before))
	if err != nil {
		return nil, nil, fmt.Errorf("look for old alerts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h audit.Head
		if err := rows.Scan(&h.Chain, &h.Length, &h.Hash); err != nil {
			return nil, nil, fmt.Errorf("read an old alert: %w", err)
		}
		ids, heads = append(ids, AlertID(h.Chain)), append(heads, h)
	}
	return ids, heads, db.Fault(rows.Err())
}

// unlist takes an elder off the lists of outages.
func (s store) unlist(ctx context.Context, tx *db.Tx, elder registry.ElderID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM outage_people WHERE elder = ?`, string(elder)); err != nil {
		return fmt.Errorf("take %s off the lists of outages: %w", elder, err)
	}
	return nil
}

// delete deletes an alert with all that is kept of it here.
func (s store) delete(ctx context.Context, tx *db.Tx, id AlertID) error {
	for _, table := range []string{"events", "links", "engagements", "commands_done", "asked", "outage_people"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE alert = ?`, string(id)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM alerts WHERE id = ?`, string(id)); err != nil {
		return err
	}
	return s.vault.Shred(ctx, tx, string(id))
}
