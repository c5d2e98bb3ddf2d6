package alerts

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// addWaiting writes a trouble that is nobody's task yet. What is known to be wrong already stays as it is, unless it has gone since.
func (s store) addWaiting(ctx context.Context, tx *db.Tx, t openTrouble) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO device_troubles (device, kind, elder, alert, since_at, mended_at, standing, fragility) VALUES (?, ?, ?, '', ?, NULL, ?, ?)
		ON CONFLICT (device, kind) DO UPDATE SET elder = excluded.elder, alert = '', since_at = excluded.since_at, mended_at = NULL,
			standing = excluded.standing, fragility = excluded.fragility,
			safety = CASE WHEN device_troubles.elder = excluded.elder AND (device_troubles.safety = 1 OR device_troubles.standing = '') THEN 1 ELSE 0 END
		WHERE device_troubles.mended_at IS NOT NULL`,
		string(t.Device), t.Kind, string(t.elder), db.Micros(t.Since), t.standing, t.fragility)
	if err != nil {
		return fmt.Errorf("note the trouble of device %s: %w", t.Device, err)
	}
	return nil
}

// atRisk notes that the elder of a lost or untried device is put on the safety plan because of it; false when it is noted already, or the
// trouble has gone. It waits for a task of its own by that.
func (s store) atRisk(ctx context.Context, tx *db.Tx, t openTrouble) (ours bool, err error) {
	res, err := tx.Exec(ctx, `
		UPDATE device_troubles SET standing = ?, safety = 1, elder = ?
		WHERE device = ? AND kind = ? AND (standing = ? OR standing = ? AND safety = 0)`,
		StandsAlone, string(t.elder), string(t.Device), t.Kind, StandsGathered, StandsAlone)
	if err != nil {
		return false, fmt.Errorf("note that device %s puts its elder at risk: %w", t.Device, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// gathered gives those of some devices that are lost and part of no outage yet, in the order of their ids.
func (s store) gathered(ctx context.Context, tx *db.Tx, devices []registry.DeviceID) ([]openTrouble, error) {
	return scanTroubles(tx.Query(ctx, `
		SELECT `+troubleColumns+` FROM device_troubles
		WHERE device IN (`+db.InList(len(devices))+`) AND kind = ? AND standing <> ? AND mended_at IS NULL
		ORDER BY device`+tx.ForUpdate(), append(texts(devices), KindLost, standsOutage)...))
}

// intoOutage makes lost devices part of an outage.
func (s store) intoOutage(ctx context.Context, tx *db.Tx, id AlertID, lost []openTrouble) error {
	devices := make([]registry.DeviceID, len(lost))
	for i, t := range lost {
		devices[i] = t.Device
	}
	_, err := tx.Exec(ctx, `UPDATE device_troubles SET alert = ?, standing = ? WHERE kind = ? AND device IN (`+db.InList(len(devices))+`)`,
		append([]any{string(id), standsOutage, KindLost}, texts(devices)...)...)
	if err != nil {
		return fmt.Errorf("make %d devices part of outage %s: %w", len(devices), id, err)
	}
	return nil
}

// outOfOutage has every device that is still silent wait for a task of its own.
func (s store) outOfOutage(ctx context.Context, tx *db.Tx, id AlertID) error {
	_, err := tx.Exec(ctx, `UPDATE device_troubles SET alert = '', standing = ? WHERE alert = ? AND standing = ?`, StandsAlone, string(id), standsOutage)
	if err != nil {
		return fmt.Errorf("let the devices of outage %s go: %w", id, err)
	}
	return nil
}

// leaveOutage takes a device out of an outage whose elder was on the safety plan before it.
func (s store) leaveOutage(ctx context.Context, tx *db.Tx, t openTrouble) error {
	_, err := tx.Exec(ctx, `UPDATE device_troubles SET alert = '', standing = '' WHERE device = ? AND kind = ?`, string(t.Device), t.Kind)
	if err != nil {
		return fmt.Errorf("take device %s out of outage %s: %w", t.Device, t.Task, err)
	}
	return nil
}

// outageOver tells whether no device of an outage is silent any more.
func (s store) outageOver(ctx context.Context, tx *db.Tx, id AlertID) (over bool, err error) {
	err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM device_troubles WHERE alert = ? AND standing = 'outage')`, string(id)).Scan(&over)
	if err != nil {
		return false, fmt.Errorf("look whether outage %s is over: %w", id, err)
	}
	return over, nil
}

// listPeople puts people on the list of an outage, or back onto it.
func (s store) listPeople(ctx context.Context, tx *db.Tx, id AlertID, lost []openTrouble) error {
	const columns = 5
	for part := range slices.Chunk(lost, 100) {
		args := make([]any, 0, columns*len(part))
		for _, el := range eldersOf(part) {
			i := slices.IndexFunc(part, func(t openTrouble) bool { return t.elder == el })
			args = append(args, string(id), string(el), part[i].fragility, string(Unchecked), db.Micros(tx.Now()))
		}
		if len(args) == 0 {
			continue
		}
		values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, 0, ''), ", len(args)/columns), ", ")
		_, err := tx.Exec(ctx, `
			INSERT INTO outage_people (alert, elder, fragility, state, state_at, tries, emergency) VALUES `+values+`
			ON CONFLICT (alert, elder) DO UPDATE SET state = excluded.state, state_at = excluded.state_at, asked = 0
			WHERE outage_people.state = 'back'`, args...)
		if err != nil {
			return fmt.Errorf("list the people of outage %s: %w", id, err)
		}
	}
	return nil
}

// checkStates tells how the check on people of an outage stands; who does not belong to it is left out.
func (s store) checkStates(ctx context.Context, tx *db.Tx, id AlertID, elders []registry.ElderID) (map[registry.ElderID]CheckState, error) {
	rows, err := tx.Query(ctx, `SELECT elder, state FROM outage_people WHERE alert = ? AND elder IN (`+db.InList(len(elders))+`)`,
		append([]any{string(id)}, texts(elders)...)...)
	if err != nil {
		return nil, fmt.Errorf("read who was checked on in outage %s: %w", id, err)
	}
	defer rows.Close()
	out := map[registry.ElderID]CheckState{}
	for rows.Next() {
		var el registry.ElderID
		var state CheckState
		if err := rows.Scan(&el, &state); err != nil {
			return nil, fmt.Errorf("read who was checked on in outage %s: %w", id, err)
		}
		out[el] = state
	}
	return out, rows.Err()
}

// setCheck writes how people were found.
func (s store) setCheck(ctx context.Context, tx *db.Tx, id AlertID, elders []registry.ElderID, state CheckState) error {
	if len(elders) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE outage_people SET state = ?, state_at = ?, asked = 0 WHERE alert = ? AND elder IN (`+db.InList(len(elders))+`)`,
		append([]any{string(state), db.Micros(tx.Now()), string(id)}, texts(elders)...)...)
	if err != nil {
		return fmt.Errorf("write the check of outage %s: %w", id, err)
	}
	return nil
}

// triedInVain counts that somebody could not be reached.
func (s store) triedInVain(ctx context.Context, tx *db.Tx, id AlertID, elder registry.ElderID) error {
	_, err := tx.Exec(ctx, `UPDATE outage_people SET tries = tries + 1 WHERE alert = ? AND elder = ?`, string(id), string(elder))
	if err != nil {
		return fmt.Errorf("count a try of outage %s: %w", id, err)
	}
	return nil
}

// setEmergency notes which alert was raised for somebody.
func (s store) setEmergency(ctx context.Context, tx *db.Tx, id AlertID, elder registry.ElderID, emergency AlertID) error {
	_, err := tx.Exec(ctx, `UPDATE outage_people SET emergency = ? WHERE alert = ? AND elder = ?`, string(emergency), string(id), string(elder))
	if err != nil {
		return fmt.Errorf("note the alarm of outage %s: %w", id, err)
	}
	return nil
}

// outagePeople lists people, the most fragile first, one more than the limit.
//
//house:parameters what is asked for, of which outage, and from where on
func (s store) outagePeople(ctx context.Context, tx *db.Tx, id AlertID, q PeopleQuery, after *peopleCursor) ([]OutagePerson, error) {
	where, args := []string{"alert = ?"}, []any{string(id)}
	if q.State != "" {
		where, args = append(where, "state = ?"), append(args, string(q.State))
	}
	if after != nil {
		where = append(where, "(fragility < ? OR fragility = ? AND elder < ?)")
		args = append(args, after.Fragility, after.Fragility, string(after.Elder))
	}
	rows, err := tx.Query(ctx, `
		SELECT elder, state, state_at, tries, asked, emergency, fragility FROM outage_people WHERE `+strings.Join(where, " AND ")+`
		ORDER BY fragility DESC, elder DESC LIMIT `+strconv.Itoa(q.Limit+1), args...)
	if err != nil {
		return nil, fmt.Errorf("list the people of outage %s: %w", id, err)
	}
	defer rows.Close()
	var out []OutagePerson
	for rows.Next() {
		var p OutagePerson
		var at int64
		if err := rows.Scan(&p.Elder, &p.State, &at, &p.Tries, &p.Asked, &p.Emergency, &p.Fragility); err != nil {
			return nil, fmt.Errorf("read the people of outage %s: %w", id, err)
		}
		p.At = db.Time(at)
		out = append(out, p)
	}
	return out, db.Fault(rows.Err())
}

// listed gives in which outages an elder stood on the list.
func (s store) listed(ctx context.Context, tx *db.Tx, elder registry.ElderID) ([]Listed, error) {
	rows, err := tx.Query(ctx, `
		SELECT alert, state, state_at, tries, emergency, fragility FROM outage_people WHERE elder = ? ORDER BY alert`, string(elder))
	if err != nil {
		return nil, fmt.Errorf("list the outages of elder %s: %w", elder, err)
	}
	defer rows.Close()
	out := []Listed{}
	for rows.Next() {
		var l Listed
		var at int64
		if err := rows.Scan(&l.Outage, &l.State, &at, &l.Tries, &l.Emergency, &l.Fragility); err != nil {
			return nil, fmt.Errorf("read an outage of elder %s: %w", elder, err)
		}
		l.At = db.Time(at)
		out = append(out, l)
	}
	return out, db.Fault(rows.Err())
}

// checkOf tells how the check on one person stands; known is false for who does not belong to the outage.
func (s store) checkOf(ctx context.Context, tx *db.Tx, id AlertID, elder string) (*checkNews, error) {
	var n checkNews
	err := tx.QueryRow(ctx, `SELECT state, tries FROM outage_people WHERE alert = ? AND elder = ?`, string(id), elder).Scan(&n.from, &n.tries)
	if fault.Is(err, fault.NotFound) {
		return &checkNews{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the check of outage %s: %w", id, err)
	}
	n.known = true
	return &n, nil
}

// recheckBatch is how many people come back onto the list at once.
const recheckBatch = 500

// wellAndSilent gives people of an outage who were found well before a time, and of whom a device is still silent.
func (s store) wellAndSilent(ctx context.Context, tx *db.Tx, id AlertID, before time.Time) (*checkNews, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.elder FROM outage_people p
		WHERE p.alert = ? AND p.state = ? AND p.state_at <= ?
			AND EXISTS (SELECT 1 FROM device_troubles t WHERE t.alert = p.alert AND t.standing = 'outage' AND t.elder = p.elder)
		ORDER BY p.fragility DESC, p.elder DESC LIMIT `+strconv.Itoa(recheckBatch), string(id), string(CheckedWell), db.Micros(before))
	if err != nil {
		return nil, fmt.Errorf("look who of outage %s is to be checked on again: %w", id, err)
	}
	defer rows.Close()
	n := &checkNews{from: CheckedWell}
	for rows.Next() {
		var el registry.ElderID
		if err := rows.Scan(&el); err != nil {
			return nil, fmt.Errorf("read who of outage %s is to be checked on again: %w", id, err)
		}
		n.elders = append(n.elders, el)
	}
	return n, db.Fault(rows.Err())
}

// texts makes arguments of ids.
func texts[T ~string](ids []T) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}
