package notify

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/seal"
)

// carrier is a Sender whose answers are given beforehand; when they run out it accepts.
type carrier struct {
	mu      sync.Mutex
	answers []Result
	got     []Message
	arrived chan Message  // when set, each request is announced
	hold    chan struct{} // when set, requests wait for it
}

func (c *carrier) Send(_ context.Context, m Message) Result {
	if c.arrived != nil {
		c.arrived <- m
	}
	if c.hold != nil {
		<-c.hold
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, m)
	if len(c.answers) == 0 {
		return Result{Outcome: Accepted, Ref: "ref-" + string(m.ID)}
	}
	res := c.answers[0]
	c.answers = c.answers[1:]
	return res
}

func (c *carrier) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, m := range c.got {
		out = append(out, m.Text)
	}
	return out
}

// diary is a Listener that remembers.
type diary struct {
	mu       sync.Mutex
	receipts []Receipt
	replies  []Reply
	say      string
	fail     error
}

func (d *diary) TakeReceipts(_ context.Context, tx *db.Tx, all []Receipt) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	tx.AfterCommit(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.receipts = append(d.receipts, all...)
	})
	return nil
}

func (d *diary) TakeReply(_ context.Context, tx *db.Tx, r Reply) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	tx.AfterCommit(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.replies = append(d.replies, r)
	})
	return d.say, nil
}

func (d *diary) statuses() []Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Status
	for _, r := range d.receipts {
		out = append(out, r.Status)
	}
	return out
}

// bench is an outbox on a database with a turned clock.
type bench struct {
	t      *testing.T
	db     *db.DB
	vault  *seal.Vault
	clock  *clock.Manual
	sms    *carrier
	voice  *carrier
	diary  *diary
	outbox *Outbox
}

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// each runs f with a fresh bench on both engines.
func each(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { f(t, newBench(t, o)) })
}

func newBench(t *testing.T, o db.Options) *bench {
	t.Helper()
	c := clock.NewManual(start)
	d := dbtest.Open(t, o, c)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring.json"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, db: d, vault: seal.NewVault(d, ring), clock: c, sms: &carrier{}, voice: &carrier{}, diary: &diary{}}
	b.outbox = b.newOutbox("node-1")
	return b
}

// newOutbox is another life of the program, or another node, on the same database.
func (b *bench) newOutbox(owner string) *Outbox {
	return NewOutbox(Options{
		DB: b.db, Vault: b.vault, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Listener: b.diary, Owner: owner,
		Senders: map[Channel][]NamedSender{SMS: {{Name: "fake", Sender: b.sms}}, Voice: {{Name: "fake", Sender: b.voice}}},
	})
}

func family(n string) Message {
	return Message{
		ID: MessageID("m-" + n), Subject: "elder-1", Alert: "alert-" + n, Code: "C0D" + n, Person: "contact-" + n,
		Channel: SMS, To: "+8619900001234", Language: "zh", Priority: PriorityAlarm, Template: "family_alarm", Text: "张秀英紧急求助" + n,
		Keys: map[string]Answer{"1": AnswerComing, "2": AnswerCannot},
	}
}

func (b *bench) add(ms ...Message) {
	b.t.Helper()
	err := b.db.Update(b.t.Context(), func(tx *db.Tx) error { return b.outbox.Add(b.t.Context(), tx, ms) })
	if err != nil {
		b.t.Fatalf("add: %v", err)
	}
}

func (b *bench) step() (int, time.Time) {
	b.t.Helper()
	did, next, err := b.outbox.Step(b.t.Context())
	if err != nil {
		b.t.Fatalf("step: %v", err)
	}
	return did, next
}

func (b *bench) status(id MessageID) Status {
	b.t.Helper()
	_, s, err := b.outbox.Message(b.t.Context(), id)
	if err != nil {
		b.t.Fatalf("message %s: %v", id, err)
	}
	return s
}

func (b *bench) take(rep StatusReport) {
	b.t.Helper()
	if rep.Provider == "" {
		rep.Provider = "fake"
	}
	if err := b.outbox.TakeStatus(b.t.Context(), rep); err != nil {
		b.t.Fatalf("take status %+v: %v", rep, err)
	}
}

func (b *bench) write(id, text string) string {
	b.t.Helper()
	say, err := b.outbox.TakeSMS(b.t.Context(), IncomingSMS{ID: id, From: "+8619900001234", To: "+8619900000000", Text: text})
	if err != nil {
		b.t.Fatalf("take SMS: %v", err)
	}
	return say
}

func (b *bench) wantStatuses(want ...Status) {
	b.t.Helper()
	if got := b.diary.statuses(); !slices.Equal(got, want) {
		b.t.Errorf("receipts: got %v, want %v", got, want)
	}
}

func (b *bench) wantSent(want ...string) {
	b.t.Helper()
	if got := b.sms.texts(); !slices.Equal(got, want) {
		b.t.Errorf("sent: got %s, want %s", strings.Join(got, " | "), strings.Join(want, " | "))
	}
}

// attempts counts the rows of a message by outcome.
func (b *bench) attempts(id MessageID) map[string]int {
	b.t.Helper()
	out := map[string]int{}
	err := b.db.View(b.t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(b.t.Context(), `SELECT outcome FROM attempts WHERE message = ?`, string(id))
		if err != nil {
			return err
		}
		for rows.Next() {
			var outcome string
			if err := rows.Scan(&outcome); err != nil {
				return err
			}
			out[outcome]++
		}
		return rows.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}
