package simtest

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"anling/alerts"
	"anling/internal/db"
	"anling/notify"
)

// probe is a connection of the test's own, beside the program's, which no fault touches. It is asked after every step, so it speaks to
// the driver without a pool in between.
type probe struct {
	t    testing.TB
	conn *sqlite3.SQLiteConn
}

func openProbe(t testing.TB, path string) *probe {
	t.Helper()
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path + "?_journal_mode=WAL&_synchronous=OFF&_txlock=immediate&_stmt_cache_size=32")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return &probe{t: t, conn: conn.(*sqlite3.SQLiteConn)}
}

func (p *probe) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *probe) exec(query string, args ...driver.Value) {
	p.t.Helper()
	_, err := p.conn.Exec(query, args)
	p.must(err)
}

// each hands the rows of a query on, one after the other.
func (p *probe) each(query string, args []driver.Value, row func([]driver.Value)) {
	p.t.Helper()
	rows, err := p.conn.Query(query, args)
	p.must(err)
	values := make([]driver.Value, len(rows.Columns()))
	for err = rows.Next(values); err == nil; err = rows.Next(values) {
		row(values)
	}
	if !errors.Is(err, io.EOF) {
		p.must(err)
	}
	p.must(rows.Close())
}

// one asks for one row.
func (p *probe) one(query string, args ...driver.Value) (row []driver.Value) {
	p.t.Helper()
	p.each(query, args, func(values []driver.Value) { row = append(row, values...) })
	return row
}

// remember notes what every table holds before the first story.
func (tn *town) remember() {
	tn.rows = map[string]int64{}
	tn.probe.each(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`, nil, func(row []driver.Value) {
		tn.rows[row[0].(string)] = 0
	})
	for table := range tn.rows {
		tn.rows[table], _ = tn.probe.one(`SELECT MAX(rowid) FROM ` + table)[0].(int64)
	}
}

// clear takes an earlier story out of the database. The registry stays.
func (tn *town) clear() {
	for table, last := range tn.rows {
		tn.probe.exec(`DELETE FROM `+table+` WHERE rowid > ?`, last)
	}
	tn.probe.exec(`UPDATE device_watch SET watch_at = ?`, db.Micros(built)) // when a device is looked at next, who is heard again
}

// version changes whenever anybody else has committed.
func (tn *town) version() int64 { return tn.probe.one(`PRAGMA data_version`)[0].(int64) }

// durable tells what of a message's alert and attempt is in the database at this moment.
func (w *world) durable(m notify.Message) (seq int64, attempt bool) {
	row := w.probe.one(`
		SELECT (SELECT seq FROM alerts WHERE id = ?), EXISTS (SELECT 1 FROM attempts WHERE message = ? AND ended_at = 0)`, m.Alert, string(m.ID))
	seq, _ = row[0].(int64)
	return seq, row[1].(int64) > 0
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
	leased   int64
}

// rest is what the database held beside the events, as text: what has not changed need not be read again.
type rest struct {
	text     [3]string // of alerts, messages and engagements
	messages map[string]string
	ids      map[string]notify.MessageID // of messages, by their row
	newest   int64                       // row of the newest message
	events   int
	lost     int // messages that were there once
}

// readRest reads all of it in one question: what is due, what became of messages, who counts as busy.
func (w *world) readRest() {
	row := w.probe.one(`
		SELECT
			(SELECT group_concat(id || ' ' || COALESCE(due_at, 0)) FROM alerts),
			(SELECT group_concat(rowid || ' ' || status || ' ' || attempts || ' ' || pending || ' ' || due_at || ' ' || leased_at) FROM messages),
			(SELECT group_concat(helper || ' ' || alert) FROM engagements),
			(SELECT COUNT(*) FROM events)`)
	r, v := &w.view.rest, &w.view
	for i, take := range []func(string){v.takeDue, w.takeMessages, v.takeBusy} {
		text, _ := row[i].(string)
		if text != r.text[i] {
			take(text)
			r.text[i] = text
		}
	}
	r.events = int(row[3].(int64))
}

func (v *view) takeDue(text string) {
	for line := range strings.SplitSeq(text, ",") {
		id, due, _ := strings.Cut(line, " ")
		if a := v.alerts[alerts.AlertID(id)]; a != nil {
			a.DueAt = nil
			if us := number(due); us != 0 {
				at := db.Time(us)
				a.DueAt = &at
			}
		}
	}
}

func (v *view) takeBusy(text string) {
	clear(v.busy)
	for line := range strings.SplitSeq(text, ",") {
		if line != "" {
			v.busy[line] = true
		}
	}
}

// takeMessages notes which messages are new, or are not what they were.
func (w *world) takeMessages(text string) {
	v, r := &w.view, &w.view.rest
	w.probe.each(`SELECT rowid, id, alert, person, channel, template FROM messages WHERE rowid > ?`, []driver.Value{r.newest}, func(row []driver.Value) {
		m := messageRow{id: notify.MessageID(row[1].(string)), alert: alerts.AlertID(row[2].(string)), person: row[3].(string),
			channel: notify.Channel(row[4].(string)), template: row[5].(string)}
		r.newest = max(r.newest, row[0].(int64))
		r.ids[fmt.Sprint(row[0])] = m.id
		v.messages[m.id] = m
	})
	lines := 0
	for line := range strings.SplitSeq(text, ",") {
		lines++
		at, now, _ := strings.Cut(line, " ")
		if r.messages[at] == now {
			continue
		}
		_, known := r.messages[at]
		r.messages[at] = now
		m := v.messages[r.ids[at]]
		if known {
			v.earlier[m.id] = m
		}
		f := strings.Fields(now)
		m.status, m.attempts, m.pending, m.due, m.leased = notify.Status(f[0]), number(f[1]), f[2] == "1", number(f[3]), number(f[4])
		v.messages[m.id] = m
		v.moved = append(v.moved, m.id)
	}
	r.lost = len(r.messages) - lines
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err) // a column of the database that is no number
	}
	return n
}
