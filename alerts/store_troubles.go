package alerts

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// openTrouble is a trouble as its row says it, with the elder whom it puts at risk.
type openTrouble struct {
	Trouble
	elder     registry.ElderID
	standing  string // of what is no task of its own
	safety    bool   // its elder is on the safety plan because of it, or such a device puts nobody on it
	fragility int    // of the elder, while it waits
}

// repair is the repair task of a trouble; "" while it waits for its turn, or is part of an outage.
func (t openTrouble) repair() AlertID {
	if t.standing != standsTask {
		return ""
	}
	return t.Task
}

const troubleColumns = `device, kind, elder, alert, since_at, mended_at, standing, safety, fragility`

func scanTroubles(rows *sql.Rows, err error) ([]openTrouble, error) {
	if err != nil {
		return nil, fmt.Errorf("read troubles of devices: %w", err)
	}
	defer rows.Close()
	var all []openTrouble
	for rows.Next() {
		var t openTrouble
		var since int64
		var mended sql.NullInt64
		var safety int
		if err := rows.Scan(&t.Device, &t.Kind, &t.elder, &t.Task, &since, &mended, &t.standing, &safety, &t.fragility); err != nil {
			return nil, fmt.Errorf("read a trouble of a device: %w", err)
		}
		t.Since, t.Mended, t.safety = db.Time(since), db.NullTime(mended), safety == 1 || t.standing == standsTask
		all = append(all, t)
	}
	return all, rows.Err()
}

// troublesOf gives what is known to be wrong with devices.
func (s store) troublesOf(ctx context.Context, tx *db.Tx, devices []registry.DeviceID) ([]openTrouble, error) {
	args := make([]any, len(devices))
	for i, d := range devices {
		args[i] = string(d)
	}
	return scanTroubles(tx.Query(ctx, `
		SELECT `+troubleColumns+` FROM device_troubles WHERE device IN (`+db.InList(len(args))+`)
		ORDER BY device, since_at, kind`, args...))
}

// troublesOfElder gives why an elder is at risk.
func (s store) troublesOfElder(ctx context.Context, tx *db.Tx, elder registry.ElderID) ([]openTrouble, error) {
	return scanTroubles(tx.Query(ctx, `
		SELECT `+troubleColumns+` FROM device_troubles WHERE elder = ? AND elder <> '' AND (safety = 1 OR standing = '')
		ORDER BY device, since_at, kind`, string(elder)))
}

// openSafety finds the safety plan that an elder is on, also one that has become an emergency; "" when there is none.
func (s store) openSafety(ctx context.Context, tx *db.Tx, elder registry.ElderID) (id AlertID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id FROM alerts WHERE elder = ? AND kind = ? AND ended_at IS NULL
		ORDER BY priority DESC, id LIMIT 1`, string(elder), KindSafety).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the safety plan of elder %s: %w", elder, err)
	}
	return id, nil
}

// addTrouble writes that something is wrong with a device. What was wrong already is wrong since then.
func (s store) addTrouble(ctx context.Context, tx *db.Tx, t openTrouble) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO device_troubles (`+troubleColumns+`, task_at) VALUES (?, ?, ?, ?, ?, NULL, '', 1, 0, ?)
		ON CONFLICT (device, kind) DO UPDATE SET elder = excluded.elder, alert = excluded.alert, mended_at = NULL, standing = '', safety = 1, fragility = 0, task_at = excluded.task_at,
			since_at = CASE WHEN device_troubles.mended_at IS NULL THEN device_troubles.since_at ELSE excluded.since_at END`,
		string(t.Device), t.Kind, string(t.elder), string(t.Task), db.Micros(t.Since), db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("write the trouble of device %s: %w", t.Device, err)
	}
	return nil
}

// workedOnElsewhere gives the number of another open alert in which the fault of a repair task is worked on; 0: there is none.
func (s store) workedOnElsewhere(ctx context.Context, tx *db.Tx, task *Alert) (number int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT o.number FROM device_troubles t JOIN alerts o ON o.id = t.alert
		WHERE t.device = ? AND t.kind = ? AND t.alert <> ? AND t.mended_at IS NULL AND o.ended_at IS NULL`,
		string(task.Device), task.Kind, string(task.ID)).Scan(&number)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, fmt.Errorf("look where device %s is worked on: %w", task.Device, err)
	}
	return number, nil
}

// begunSince counts the tasks about devices of a centre that are lost or were never tried, which began after a time and are not done.
func (s store) begunSince(ctx context.Context, tx *db.Tx, centre registry.CentreID, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM device_troubles t JOIN devices d ON d.id = t.device
		WHERE t.task_at > ? AND t.standing = '' AND t.mended_at IS NULL AND t.kind IN (?, ?) AND d.centre = ?`,
		db.Micros(since), KindLost, KindUntested, string(centre)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the tasks that began at centre %s: %w", centre, err)
	}
	return n, nil
}

// mendTrouble writes that the fault has gone; what waited for a task needs none any more. The trouble of a device without an elder,
// who could be at risk, is over by that.
func (s store) mendTrouble(ctx context.Context, tx *db.Tx, t openTrouble) error {
	if t.elder == "" {
		return s.endTrouble(ctx, tx, t)
	}
	_, err := tx.Exec(ctx, `UPDATE device_troubles SET mended_at = ?, standing = '', alert = ? WHERE device = ? AND kind = ?`,
		db.Micros(tx.Now()), string(t.repair()), string(t.Device), t.Kind)
	if err != nil {
		return fmt.Errorf("write that device %s is mended: %w", t.Device, err)
	}
	return nil
}

// endTrouble takes a trouble away.
func (s store) endTrouble(ctx context.Context, tx *db.Tx, t openTrouble) error {
	_, err := tx.Exec(ctx, `DELETE FROM device_troubles WHERE device = ? AND kind = ?`, string(t.Device), t.Kind)
	if err != nil {
		return fmt.Errorf("end the trouble of device %s: %w", t.Device, err)
	}
	return nil
}

// watchAgain has the supervision look at a device at its next turn: it was lost, and is heard again.
func (s store) watchAgain(ctx context.Context, tx *db.Tx, device registry.DeviceID) error {
	if _, err := tx.Exec(ctx, `UPDATE device_watch SET watch_at = ? WHERE device = ?`, db.Micros(tx.Now()), string(device)); err != nil {
		return fmt.Errorf("have device %s looked at again: %w", device, err)
	}
	return nil
}

// hasProved tells whether an elder has a device, other than one, whose key has come through and with which nothing is wrong.
func (s store) hasProved(ctx context.Context, tx *db.Tx, elder registry.ElderID, other registry.DeviceID) (has bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM devices d
			WHERE d.elder = ? AND d.id <> ? AND d.archived_at IS NULL AND d.tested_at IS NOT NULL
				AND d.kind NOT IN ('smoke', 'gas', 'water', 'door', 'motion')
				AND NOT EXISTS (SELECT 1 FROM device_troubles t WHERE t.device = d.id))`, string(elder), string(other)).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look what works of elder %s: %w", elder, err)
	}
	return has, nil
}

// falseAlarms counts the alerts of the device of an alert, without that one, that ended as false alarms and began after a time, and after
// the last task about them.
func (s store) falseAlarms(ctx context.Context, tx *db.Tx, a *Alert, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM alerts
		WHERE device = ? AND id <> ? AND outcome = ? AND kind <> ? AND raised_at > ?
			AND raised_at > COALESCE((SELECT MAX(t.raised_at) FROM alerts t WHERE t.device = ? AND t.kind = ?), 0)`,
		string(a.Device), string(a.ID), string(OutcomeFalseAlarm), KindFalseAlarms, db.Micros(since), string(a.Device), KindFalseAlarms).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the false alarms of device %s: %w", a.Device, err)
	}
	return n, nil
}
