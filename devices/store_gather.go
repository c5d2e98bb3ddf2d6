package devices

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"anling/alerts"
	"anling/internal/db"
)

// isRipe tells whether a loss has waited for others since a time, or before.
func isRipe(ctx context.Context, tx *db.Tx, since time.Time) (ripe bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM device_troubles WHERE standing = 'gathered' AND since_at <= ?)`, db.Micros(since)).Scan(&ripe)
	if err != nil {
		return false, fmt.Errorf("look whether losses wait: %w", err)
	}
	return ripe, nil
}

// peersOfGathered gives the devices that report by themselves of all centres in which losses wait. What was lost before a time,
// or is part of an outage already, says nothing any more.
func peersOfGathered(ctx context.Context, tx *db.Tx, lostSince time.Time) (all []peer, err error) {
	rows, err := tx.Query(ctx, `
		SELECT d.id, d.centre, d.elder, d.protocol, d.kind, d.carrier, d.beat_s, d.last_seen_at, COALESCE(e.area, ''),
			COALESCE(t.standing, 'no'), COALESCE(t.since_at, 0)
		FROM devices d LEFT JOIN elders e ON e.id = d.elder
			LEFT JOIN device_troubles t ON t.device = d.id AND t.kind = ? AND t.mended_at IS NULL
		WHERE d.centre IN (SELECT g.centre FROM device_troubles w JOIN devices g ON g.id = w.device WHERE w.standing = 'gathered')
			AND d.elder <> '' AND d.archived_at IS NULL AND d.last_seen_at IS NOT NULL
		ORDER BY d.id`, alerts.KindLost)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, counts, err := scanPeer(rows, lostSince)
		if err != nil {
			return nil, fmt.Errorf("read a device: %w", err)
		}
		if counts {
			all = append(all, p)
		}
	}
	return all, db.Fault(rows.Err())
}

// scanPeer reads one device; counts is false for what says nothing of an outage.
func scanPeer(rows *sql.Rows, lostSince time.Time) (p peer, counts bool, err error) {
	var w watched
	var seen, since int64
	var standing string
	d := &w.device
	err = rows.Scan(&d.ID, &d.Centre, &d.Elder, &d.Protocol, &d.Kind, &d.Carrier, &d.BeatS, &seen, &w.area, &standing, &since)
	if err != nil {
		return peer{}, false, err
	}
	beat, ok := BeatOf(*d)
	p = peer{id: d.ID, elder: d.Elder, centre: d.Centre, protocol: d.Protocol, carrier: d.Carrier, area: w.area, seen: db.Time(seen), beat: beat}
	switch standing {
	case "no":
		return p, ok, nil
	case alerts.StandsGathered:
		p.gathered = true
		return p, ok, nil
	case "", alerts.StandsAlone:
		p.lost = !db.Time(since).Before(lostSince)
		return p, ok && p.lost, nil
	}
	return p, false, nil
}

// waitingTasks gives what is wrong with devices and nobody's task yet: what is lost first, then the most fragile, then what waits longest.
func waitingTasks(ctx context.Context, tx *db.Tx) (all []waiting, err error) {
	rows, err := tx.Query(ctx, `
		SELECT t.kind, t.since_at, t.standing, t.safety, d.id, d.centre, d.elder, d.protocol, d.kind, d.carrier, d.beat_s, d.battery_hours
		FROM device_troubles t JOIN devices d ON d.id = t.device
		WHERE t.standing IN ('gathered', 'alone')
		ORDER BY CASE WHEN t.kind = ? THEN 0 ELSE 1 END, t.fragility DESC, t.since_at, t.device`, alerts.KindLost)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t waiting
		var since int64
		d := &t.device
		var safety int
		err := rows.Scan(&t.kind, &since, &t.standing, &safety, &d.ID, &d.Centre, &d.Elder, &d.Protocol, &d.Kind, &d.Carrier, &d.BeatS, &d.BatteryHours)
		if err != nil {
			return nil, fmt.Errorf("read what waits: %w", err)
		}
		t.since, t.cared = db.Time(since), safety == 1 && t.standing == alerts.StandsAlone
		all = append(all, t)
	}
	return all, db.Fault(rows.Err())
}

// claim takes something that waits to make a task of it; false when it does not wait any more.
func claim(ctx context.Context, tx *db.Tx, t waiting) (ours bool, err error) {
	res, err := tx.Exec(ctx, `UPDATE device_troubles SET standing = '' WHERE device = ? AND kind = ? AND standing = ?`,
		string(t.device.ID), t.kind, t.standing)
	if err != nil {
		return false, fmt.Errorf("claim the task of device %s: %w", t.device.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
