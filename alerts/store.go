package alerts

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/registry"
)

// store holds the SQL of alerts. Every function takes the transaction of its caller. Limits stand in the text of a
// query: SQLite would prepare it anew for each bound one.
type store struct {
	vault *seal.Vault
	fresh *freshAlerts
}

// load reads an alert and locks it for the rest of the transaction. Its state is taken from memory when that is what the
// database holds.
func (s store) load(ctx context.Context, tx *db.Tx, id AlertID) (*Alert, error) {
	if known := s.fresh.take(id); known != nil {
		var head []byte
		err := tx.QueryRow(ctx, `SELECT head FROM alerts WHERE id = ?`+tx.ForUpdate(), string(id)).Scan(&head)
		if err == nil && bytes.Equal(head, known.Head) {
			// Memory must not bring back whom an erasure has made unreadable.
			if _, err := s.vault.Existing(ctx, tx, known.Subject); err != nil {
				return nil, fmt.Errorf("key of alert %s: %w", id, err)
			}
			return known, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("lock alert %s: %w", id, err)
		}
	}
	return s.read(ctx, tx, id, tx.ForUpdate())
}

// read reads an alert without a lock.
func (s store) read(ctx context.Context, tx *db.Tx, id AlertID, lock string) (*Alert, error) {
	var subject string
	var snapshot []byte
	err := tx.QueryRow(ctx, `SELECT subject, snapshot FROM alerts WHERE id = ?`+lock, string(id)).Scan(&subject, &snapshot)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.NotFound, "there is no such alert")
		}
		return nil, fmt.Errorf("read alert %s: %w", id, err)
	}
	return s.open(ctx, tx, id, subject, snapshot)
}

func (s store) open(ctx context.Context, tx *db.Tx, id AlertID, subject string, snapshot []byte) (*Alert, error) {
	key, err := s.vault.Existing(ctx, tx, subject)
	if err != nil {
		return nil, fmt.Errorf("key of alert %s: %w", id, err)
	}
	var a Alert
	if err := key.OpenJSON("alerts", "snapshot", string(id), snapshot, &a); err != nil {
		return nil, fmt.Errorf("open alert %s: %w", id, err)
	}
	return &a, nil
}

// save writes the state of an alert; it must follow its events in the same transaction.
func (s store) save(ctx context.Context, tx *db.Tx, a *Alert, joinKey []byte) error {
	key, err := s.vault.Key(ctx, tx, a.Subject)
	if err != nil {
		return fmt.Errorf("key of alert %s: %w", a.ID, err)
	}
	snapshot, err := key.SealJSON("alerts", "snapshot", string(a.ID), a)
	if err != nil {
		return fmt.Errorf("seal alert %s: %w", a.ID, err)
	}
	var join any
	if a.State.Working() && joinKey != nil {
		join = joinKey
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO alerts (id, number, centre, elder, device, subject, kind, priority, state, outcome, plan, join_key,
			raised_at, due_at, ended_at, seq, global, head, snapshot, operator)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET centre = excluded.centre, priority = excluded.priority, state = excluded.state,
			outcome = excluded.outcome, join_key = excluded.join_key, due_at = excluded.due_at,
			ended_at = excluded.ended_at, seq = excluded.seq, global = excluded.global, head = excluded.head,
			snapshot = excluded.snapshot, operator = excluded.operator`,
		string(a.ID), a.Number, string(a.Centre), string(a.Elder), string(a.Device), a.Subject, a.Kind, a.Priority,
		string(a.State), string(a.Outcome), string(a.Plan), join, db.Micros(a.RaisedAt), db.NullMicros(a.DueAt),
		db.NullMicros(a.ClosedAt), a.Seq, a.Global, a.Head, snapshot, a.holder())
	if err != nil {
		return fmt.Errorf("save alert %s: %w", a.ID, err)
	}
	tx.AfterCommit(func() { s.fresh.put(a) })
	return nil
}

// row is an event with what its row needs beside it.
type row struct {
	Event
	link
	bytes []byte // salt and data, as they are sealed
}

// appendEvents adds events to the timeline, many in one statement: a press leaves some twenty.
func (s store) appendEvents(ctx context.Context, tx *db.Tx, subject string, rows []row) error {
	key, err := s.vault.Key(ctx, tx, subject)
	if err != nil {
		return fmt.Errorf("key of events: %w", err)
	}
	const columns = 11
	for len(rows) > 0 {
		part := rows[:min(len(rows), 16)]
		rows = rows[len(part):]
		args := make([]any, 0, columns*len(part))
		for _, r := range part {
			cell := key.Seal("events", "data", eventRow(r.Alert, r.Seq), r.bytes)
			args = append(args, string(r.Alert), r.Seq, r.Global, string(r.Type), db.Micros(r.At),
				string(r.Actor.Kind), r.Actor.ID, r.prev, r.commitment, r.hash, cell)
		}
		values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), ", len(part)), ", ")
		_, err := tx.Exec(ctx, `
			INSERT INTO events (alert, seq, global, type, at, actor_kind, actor_id, prev, commitment, hash, data)
			VALUES `+values, args...)
		if err != nil {
			return fmt.Errorf("append events: %w", err)
		}
	}
	return nil
}

func eventRow(id AlertID, seq int64) string { return fmt.Sprintf("%s/%d", id, seq) }

// events reads rows of timelines by a condition on the table events e joined with alerts a.
func (s store) events(ctx context.Context, tx *db.Tx, where string, args ...any) ([]row, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.alert, e.seq, e.global, e.type, e.at, e.actor_kind, e.actor_id, e.prev, e.commitment, e.hash, e.data,
			a.subject
		FROM events e JOIN alerts a ON a.id = e.alert WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	var out []row
	var cells [][]byte
	var subjects []string
	for rows.Next() {
		var r row
		var at int64
		var cell []byte
		var subject string
		err := rows.Scan(&r.Alert, &r.Seq, &r.Global, &r.Type, &at, &r.Actor.Kind, &r.Actor.ID, &r.prev, &r.commitment,
			&r.hash, &cell, &subject)
		if err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		r.At = db.Time(at)
		out, cells, subjects = append(out, r), append(cells, cell), append(subjects, subject)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	for i := range out {
		if err := s.openEvent(ctx, tx, &out[i], subjects[i], cells[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// openEvent opens an event's data. A key that has been erased or is missing leaves the data empty: the
// chain can still be checked.
func (s store) openEvent(ctx context.Context, tx *db.Tx, r *row, subject string, cell []byte) error {
	r.Hash = fmt.Sprintf("%x", r.hash)
	key, err := s.vault.Existing(ctx, tx, subject)
	if fault.Is(err, fault.NotFound) || isLocked(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("key of event %s/%d: %w", r.Alert, r.Seq, err)
	}
	r.bytes, err = key.Open("events", "data", eventRow(r.Alert, r.Seq), cell)
	if isLocked(err) {
		return nil // sealed under a key that was erased; the alert has been given another one
	}
	if err != nil {
		return fmt.Errorf("open event %s/%d: %w", r.Alert, r.Seq, err)
	}
	return r.decode()
}

// openByKey finds the open alert that a press with this key belongs to; "" when there is none.
func (s store) openByKey(ctx context.Context, tx *db.Tx, joinKey []byte) (AlertID, error) {
	var id AlertID
	err := tx.QueryRow(ctx, `SELECT id FROM alerts WHERE join_key = ?`, joinKey).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find open alert: %w", err)
	}
	return id, nil
}

// joinKey reads the key by which later presses find this alert.
func (s store) joinKey(ctx context.Context, tx *db.Tx, id AlertID) ([]byte, error) {
	var key []byte
	if err := tx.QueryRow(ctx, `SELECT join_key FROM alerts WHERE id = ?`, string(id)).Scan(&key); err != nil {
		return nil, fmt.Errorf("read join key of alert %s: %w", id, err)
	}
	return key, nil
}

// dueAlert is an alert whose time has come.
type dueAlert struct {
	id AlertID
	at int64 // microseconds
}

// due lists a page of the alerts whose time has come, most overdue first; the page follows after, the zero one for the first page.
func (s store) due(ctx context.Context, tx *db.Tx, now time.Time, after dueAlert) ([]dueAlert, error) {
	rows, err := tx.Query(ctx, `SELECT id, due_at FROM alerts WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT `+strconv.Itoa(stepBatch),
		db.Micros(now), after.at, string(after.id))
	if err != nil {
		return nil, fmt.Errorf("find due alerts: %w", err)
	}
	defer rows.Close()
	var out []dueAlert
	for rows.Next() {
		var d dueAlert
		if err := rows.Scan(&d.id, &d.at); err != nil {
			return nil, fmt.Errorf("read a due alert: %w", err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// idsAfter lists alerts in the order of their ids.
func (s store) idsAfter(ctx context.Context, tx *db.Tx, after AlertID, limit int) ([]AlertID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM alerts WHERE id > ? ORDER BY id LIMIT `+strconv.Itoa(limit), string(after))
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return scanIDs(rows)
}

// head reads the number and hash of the last event, as the alert remembers them.
func (s store) head(ctx context.Context, tx *db.Tx, id AlertID) (seq int64, head []byte, err error) {
	if err := tx.QueryRow(ctx, `SELECT seq, head FROM alerts WHERE id = ?`, string(id)).Scan(&seq, &head); err != nil {
		return 0, nil, fmt.Errorf("read head of alert %s: %w", id, err)
	}
	return seq, head, nil
}

func scanIDs(rows *sql.Rows) ([]AlertID, error) {
	defer rows.Close()
	var ids []AlertID
	for rows.Next() {
		var id AlertID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read alert id: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// nextDue is the next moment at which an alert wants attention; zero when none does.
func (s store) nextDue(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var at sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT MIN(due_at) FROM alerts WHERE due_at IS NOT NULL`).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("find next due alert: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return db.Time(at.Int64), nil
}

// list reads a page of alerts, newest first.
func (s store) list(ctx context.Context, tx *db.Tx, scope registry.Scope, f Filter) ([]*Alert, *string, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, values ...any) {
		where, args = append(where, cond), append(args, values...)
	}
	if !scope.All() {
		condition, values := visible(scope)
		add(condition, values...)
	}
	switch f.State {
	case "", "all":
	case "open":
		add("ended_at IS NULL")
	case "closed":
		add("ended_at IS NOT NULL")
	default:
		add("state = ?", f.State)
	}
	for column, value := range map[string]string{"elder": string(f.Elder), "device": string(f.Device), "centre": string(f.Centre)} {
		if value != "" {
			add(column+" = ?", value)
		}
	}
	if f.Cursor != "" {
		add("id < ?", f.Cursor)
	}
	rows, err := tx.Query(ctx, `
		SELECT id FROM alerts WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT `+strconv.Itoa(f.Limit+1), args...)
	if err != nil {
		return nil, nil, fmt.Errorf("list alerts: %w", err)
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return nil, nil, err
	}
	return s.page(ctx, tx, ids, f.Limit)
}

func (s store) page(ctx context.Context, tx *db.Tx, ids []AlertID, limit int) ([]*Alert, *string, error) {
	var next *string
	if len(ids) > limit {
		ids = ids[:limit]
		cursor := string(ids[limit-1])
		next = &cursor
	}
	out := make([]*Alert, 0, len(ids))
	for _, id := range ids {
		a, err := s.read(ctx, tx, id, "")
		if err != nil {
			return nil, nil, err
		}
		out = append(out, a)
	}
	return out, next, nil
}

// doneAlready records a command's key, and tells whether it had been carried out before.
func (s store) doneAlready(ctx context.Context, tx *db.Tx, c Command, id AlertID) (bool, error) {
	if c.Key == "" {
		return false, nil
	}
	actor := string(c.Actor.Kind) + ":" + c.Actor.ID
	var known AlertID
	err := tx.QueryRow(ctx, `SELECT alert FROM commands_done WHERE actor = ? AND key = ?`, actor, c.Key).Scan(&known)
	if err == nil {
		if known != id {
			return false, fault.New(fault.Conflict, "this Idempotency-Key was used for another alert")
		}
		return true, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, fmt.Errorf("look up command key: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO commands_done (actor, key, alert, at) VALUES (?, ?, ?, ?)`,
		actor, c.Key, string(id), db.Micros(tx.Now()))
	if err != nil {
		return false, fmt.Errorf("record command key: %w", err)
	}
	return false, nil
}

// engage keeps the list of who is on the way in step with an alert.
func (s store) engage(ctx context.Context, tx *db.Tx, helper string, id AlertID, busy bool) error {
	query := `DELETE FROM engagements WHERE helper = ? AND alert = ?`
	if busy {
		query = `INSERT INTO engagements (helper, alert) VALUES (?, ?) ON CONFLICT (helper, alert) DO NOTHING`
	}
	if _, err := tx.Exec(ctx, query, helper, string(id)); err != nil {
		return fmt.Errorf("record load: %w", err)
	}
	return nil
}

// disengageAll frees everybody at the end of an alert and takes its links back.
func (s store) disengageAll(ctx context.Context, tx *db.Tx, id AlertID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM engagements WHERE alert = ?`, string(id)); err != nil {
		return fmt.Errorf("free helpers of alert %s: %w", id, err)
	}
	return nil
}

// loads counts, for every busy helper, the alerts that they are on the way to, except one.
func (s store) loads(ctx context.Context, tx *db.Tx, except AlertID) (map[string]int, error) {
	rows, err := tx.Query(ctx, `SELECT helper, COUNT(*) FROM engagements WHERE alert <> ? GROUP BY helper`, string(except))
	if err != nil {
		return nil, fmt.Errorf("read load: %w", err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var helper string
		var n int
		if err := rows.Scan(&helper, &n); err != nil {
			return nil, fmt.Errorf("read load: %w", err)
		}
		out[helper] = n
	}
	return out, rows.Err()
}

// lastGlobal is the newest number of the stream.
func (s store) lastGlobal(ctx context.Context, tx *db.Tx) (int64, error) {
	var n int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(global), 0) FROM events`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read newest event number: %w", err)
	}
	return n, nil
}
