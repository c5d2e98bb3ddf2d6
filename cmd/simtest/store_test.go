package simtest

import (
	"database/sql"
	"fmt"
	"testing"

	"anling/alerts"
	"anling/internal/db"
	"anling/notify"

	_ "github.com/mattn/go-sqlite3" // the probe's driver
)

// openProbe opens a connection beside the program's own.
func openProbe(t testing.TB, path string) *sql.DB {
	t.Helper()
	probe, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=OFF&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	probe.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := probe.Close(); err != nil {
			t.Error(err)
		}
	})
	return probe
}

// clear takes an earlier story out of the database. The registry stays.
func (tn *town) clear() {
	for _, table := range []string{"alerts", "events", "links", "engagements", "commands_done", "messages", "attempts", "replies", "recordings", "signals"} {
		_, err := tn.probe.Exec(`DELETE FROM ` + table)
		tn.must(err)
	}
	_, err := tn.probe.Exec(`DELETE FROM counters WHERE name IN ('alert_number', 'events')`)
	tn.must(err)
	_, err = tn.probe.Exec(`DELETE FROM data_keys WHERE created_at > ?`, db.Micros(built.AddDate(0, 0, 1)))
	tn.must(err)
}

// version changes whenever anybody else has committed.
func (tn *town) version() (n int64) {
	tn.must(tn.probe.QueryRow(`PRAGMA data_version`).Scan(&n))
	return n
}

// durable tells what of a message's alert and attempt is in the database at this moment.
func (w *world) durable(m notify.Message) (seq int64, attempt bool) {
	err := w.probe.QueryRow(`
		SELECT (SELECT seq FROM alerts WHERE id = ?), (SELECT COUNT(*) FROM attempts WHERE message = ? AND ended_at = 0) > 0`,
		m.Alert, string(m.ID)).Scan(&seq, &attempt)
	w.must(err)
	return seq, attempt
}

// alertRow is the clear part of an alert.
type alertRow struct {
	id    alerts.AlertID
	seq   int64
	state alerts.State
	due   sql.NullInt64
}

func (w *world) readAlerts() []alertRow {
	rows, err := w.probe.Query(`SELECT id, seq, state, due_at FROM alerts ORDER BY number`)
	w.must(err)
	defer rows.Close()
	var out []alertRow
	for rows.Next() {
		var r alertRow
		w.must(rows.Scan(&r.id, &r.seq, &r.state, &r.due))
		out = append(out, r)
	}
	w.must(rows.Err())
	return out
}

// messageRow is the clear part of a message.
type messageRow struct {
	id       notify.MessageID
	alert    alerts.AlertID
	person   string
	channel  notify.Channel
	template string
	status   notify.Status
	attempts int64
	pending  bool
	due      int64
	deadline int64
	leased   int64
	copies   int64
}

func (w *world) readMessages() map[notify.MessageID]messageRow {
	rows, err := w.probe.Query(`
		SELECT id, alert, person, channel, template, status, attempts, pending, due_at, deadline_at, leased_at, copies FROM messages`)
	w.must(err)
	defer rows.Close()
	out := map[notify.MessageID]messageRow{}
	for rows.Next() {
		var r messageRow
		w.must(rows.Scan(&r.id, &r.alert, &r.person, &r.channel, &r.template, &r.status, &r.attempts, &r.pending, &r.due, &r.deadline,
			&r.leased, &r.copies))
		out[r.id] = r
	}
	w.must(rows.Err())
	return out
}

// readBusy gives who is on the way to which alert, as "helper alert".
func (w *world) readBusy() map[string]bool {
	rows, err := w.probe.Query(`SELECT helper, alert FROM engagements`)
	w.must(err)
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var helper, alert string
		w.must(rows.Scan(&helper, &alert))
		out[helper+" "+alert] = true
	}
	w.must(rows.Err())
	return out
}

// count asks for one number.
func (w *world) count(query string, args ...any) (n int) {
	if err := w.probe.QueryRow(query, args...).Scan(&n); err != nil {
		w.must(fmt.Errorf("%s: %w", query, err))
	}
	return n
}
