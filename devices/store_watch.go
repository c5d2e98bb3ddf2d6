package devices

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"anling/alerts"
	"anling/internal/db"
)

// dueForWatch gives devices whose turn it is, the most overdue first.
func dueForWatch(ctx context.Context, tx *db.Tx, limit int) (all []watched, err error) {
	rows, err := tx.Query(ctx, `
		SELECT w.watch_at, w.bound_at, d.id, d.centre, d.elder, d.protocol, d.kind, d.carrier, d.last_seen_at, d.tested_at, d.archived_at,
			d.beat_s, d.battery_hours, COALESCE(e.area, ''),
			EXISTS (SELECT 1 FROM device_troubles t WHERE t.device = d.id AND t.kind = ? AND t.mended_at IS NULL),
			EXISTS (SELECT 1 FROM device_troubles t WHERE t.device = d.id AND t.kind = ?),
			EXISTS (SELECT 1 FROM device_troubles t
				WHERE t.device = d.id AND (d.archived_at IS NOT NULL OR t.elder <> '' AND t.elder <> d.elder))
		FROM device_watch w JOIN devices d ON d.id = w.device LEFT JOIN elders e ON e.id = d.elder
		WHERE w.watch_at <= ?
		ORDER BY w.watch_at, w.device LIMIT `+strconv.Itoa(limit), alerts.KindLost, alerts.KindUntested, db.Micros(tx.Now()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w watched
		var bound, seen, tested, archived sql.NullInt64
		d := &w.device
		err := rows.Scan(&w.watchAt, &bound, &d.ID, &d.Centre, &d.Elder, &d.Protocol, &d.Kind, &d.Carrier, &seen, &tested, &archived,
			&d.BeatS, &d.BatteryHours, &w.area, &w.knownLost, &w.knownUntested, &w.estranged)
		if err != nil {
			return nil, fmt.Errorf("read a device: %w", err)
		}
		w.boundAt, d.LastSeenAt = db.NullTime(bound), db.NullTime(seen)
		d.TestedAt, d.ArchivedAt = db.NullTime(tested), db.NullTime(archived)
		all = append(all, w)
	}
	return all, db.Fault(rows.Err())
}

// nextWatch is when the next device has its turn; zero when none has.
func nextWatch(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var at sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT MIN(watch_at) FROM device_watch WHERE watch_at > ?`, db.Micros(tx.Now())).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return db.Time(at.Int64), nil
}

// setWatch writes when a device has its next turn. It is false when somebody else has done so, or something has changed, since it was
// looked at. A device from before there was supervision has its time to be tried from now on.
func setWatch(ctx context.Context, tx *db.Tx, j judged) (ours bool, err error) {
	res, err := tx.Exec(ctx, `UPDATE device_watch SET watch_at = ?, bound_at = COALESCE(bound_at, ?) WHERE device = ? AND watch_at = ?`,
		db.NullMicros(j.next), db.Micros(tx.Now()), string(j.device.ID), j.watchAt)
	if err != nil {
		return false, fmt.Errorf("write the next turn of device %s: %w", j.device.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// heardUntil gives when anybody listened.
func heardUntil(ctx context.Context, tx *db.Tx) (h Hearing, err error) {
	rows, err := tx.Query(ctx, `SELECT began_at, alive_at FROM listening ORDER BY began_at`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, err
		}
		h = append(h, Stretch{db.Time(from), db.Time(to)})
	}
	return h, db.Fault(rows.Err())
}

// keepListening notes that somebody listens now. The nodes share their stretches: a device that any of them would have heard was
// listened to.
func keepListening(ctx context.Context, tx *db.Tx) error {
	now := db.Micros(tx.Now())
	res, err := tx.Exec(ctx, `
		UPDATE listening SET alive_at = CASE WHEN alive_at < ? THEN ? ELSE alive_at END WHERE alive_at >= ?`,
		now, now, db.Micros(tx.Now().Add(-deafAfter)))
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil || n > 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO listening (began_at, alive_at) VALUES (?, ?) ON CONFLICT (began_at) DO NOTHING`, now, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM listening WHERE alive_at < ?`, db.Micros(tx.Now().AddDate(0, 0, -hearingFor)))
	return err
}
