package notify

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/seal"
	"anling/internal/words"
)

const (
	// attemptLimit bounds one request to a provider; leaseTime is longer, so that a request in
	// flight is never taken over by another node.
	attemptLimit = 8 * time.Second
	leaseTime    = 20 * time.Second
	freshTime    = 2 * time.Second // a job that has waited longer in memory is looked up again before it leaves

	// careTime is waited after a request of unknown fate: a callback may still tell that it was taken.
	careTime = 5 * time.Second

	pollEvery       = time.Second      // the safety net beside the hand-over in memory
	defaultDeadline = 15 * time.Minute // for a message that names none
	handLimit       = 4096             // messages in memory; beyond it the table alone holds them
	claimAtOnce     = 64

	replyWindow   = 24 * time.Hour // an SMS answers the newest question of this time
	answersAnHour = 5              // to one number: two automatic answerers must not talk for ever
)

// Options are what an Outbox is made of.
type Options struct {
	DB       *db.DB
	Vault    *seal.Vault
	Clock    clock.Clock
	Log      *slog.Logger
	Senders  map[Channel][]NamedSender // per channel, in the order in which they are tried
	Listener Listener
	Owner    string // of leases: unique among running programs, the same after a restart

	AlarmWorkers int // 0: 64
	RestWorkers  int // 0: 4
}

// Outbox holds what is to be told until it is told. Add puts messages in with the alert that
// causes them; Run (or, under a turned clock, Step) sends them; the Take methods bring back what
// the carriers and the people say.
type Outbox struct {
	o     Options
	store store
	alarm *lane
	rest  *lane

	results  *results
	silencer *silencer

	recovering sync.Mutex
	recovered  atomic.Bool // what an earlier life had in hand has been given back
}

// NewOutbox makes an outbox; nothing is sent until Run or Step.
func NewOutbox(o Options) *Outbox {
	if o.AlarmWorkers == 0 {
		o.AlarmWorkers = 64
	}
	if o.RestWorkers == 0 {
		o.RestWorkers = 4
	}
	return &Outbox{
		o:     o,
		store: store{vault: o.Vault},
		alarm: newLane(o.AlarmWorkers),
		rest:  newLane(o.RestWorkers),

		results:  newResults(),
		silencer: &silencer{wake: make(chan struct{}, 1)},
	}
}

// Add writes messages in the caller's transaction. Those due now are claimed by this outbox in
// the same commit, attempt row included, and handed to a sender in memory after it: between
// accepted and the request lies no second commit. Should the program die in between, the lease
// ends and the message is sent as a repeat.
//
// An odd number or an unserved channel is no error here, since that would take the alarm back
// with it; it comes back as a receipt with status failed.
func (o *Outbox) Add(ctx context.Context, tx *db.Tx, messages []Message) error {
	if len(messages) == 0 {
		return nil
	}
	until := time.Time{}
	// Before the first Run or Step nothing is claimed: the claim would look like an earlier life's.
	room := o.roomFor(len(messages))
	if o.recovered.Load() {
		now, err := tx.LeaseNow(ctx)
		if err != nil {
			return fmt.Errorf("add messages: %w", err)
		}
		until = now.Add(leaseTime)
	}
	records := make([]record, 0, len(messages))
	var jobs []job
	for _, m := range messages {
		r := o.newRecord(tx, m)
		// In a storm the table holds what memory has no room for; the first contact of an alarm never waits there.
		if (room || r.Priority == PriorityFirst) && !until.IsZero() && !r.DueAt.After(tx.Now()) {
			o.claim(&r, until)
			jobs = append(jobs, o.jobOf(r, tx.Now()))
		}
		records = append(records, r)
	}
	if err := o.store.insert(ctx, tx, records); err != nil {
		return fmt.Errorf("add messages: %w", err)
	}
	tx.AfterCommit(func() { o.hand(jobs) })
	return nil
}

func (o *Outbox) newRecord(tx *db.Tx, m Message) record {
	if m.ID == "" {
		m.ID = MessageID(db.NewID())
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt = tx.Now()
	}
	if m.DueAt.IsZero() {
		m.DueAt = tx.Now()
	}
	if m.Deadline.IsZero() {
		m.Deadline = m.DueAt.Add(defaultDeadline)
	}
	m.Language = words.Lang(m.Language)
	return record{Message: m, toHash: o.blind(m.To), status: StatusQueued, statusAt: tx.Now(), pending: true}
}

func (o *Outbox) blind(number string) []byte { return o.o.Vault.Blind("phone", number) }

// claim makes this outbox the one that sends the record next, and counts the attempt.
func (o *Outbox) claim(r *record, until time.Time) {
	if r.status == StatusQueued || r.status == StatusUnknown {
		r.status = StatusSending
	}
	r.owner, r.leased = o.o.Owner, until
	r.generation++
	r.attempts++
	r.provider = o.provider(r.Channel, r.attempts).Name
}

// provider takes the channel's providers in turn, so that a failing one is followed by the next.
func (o *Outbox) provider(c Channel, attempt int64) NamedSender {
	all := o.o.Senders[c]
	if len(all) == 0 {
		return NamedSender{}
	}
	return all[int(attempt-1)%len(all)]
}

// Cancel takes back the alert's messages that have not been sent: to these persons, or to all when none
// is named. Their phones stop ringing. What a sender has in hand is not sent again, and not at all when it has waited.
func (o *Outbox) Cancel(ctx context.Context, tx *db.Tx, alert string, persons []string) error {
	return o.takeBack(ctx, tx, ofAlert(alert, persons))
}

// Silence takes back whatever has not been sent to these elders, about whichever alert: nothing may ring at their side any more.
func (o *Outbox) Silence(ctx context.Context, tx *db.Tx, elders []string) error {
	if len(elders) == 0 {
		return nil
	}
	return o.takeBack(ctx, tx, toElders(elders))
}

func (o *Outbox) takeBack(ctx context.Context, tx *db.Tx, w which) error {
	calls, err := o.store.ringing(ctx, tx, w)
	if err != nil {
		return fmt.Errorf("take messages back: %w", err)
	}
	tx.AfterCommit(func() { o.silencer.push(calls) })
	if err := o.store.cancel(ctx, tx, w); err != nil {
		return fmt.Errorf("take messages back: %w", err)
	}
	return nil
}

// Message gives a message as the person gets it, and how far it has come.
func (o *Outbox) Message(ctx context.Context, id MessageID) (Message, Status, error) {
	var r record
	err := o.o.DB.View(ctx, func(tx *db.Tx) error {
		var cell []byte
		var err error
		if r, cell, err = o.store.read(ctx, tx, id); err != nil {
			return err
		}
		return o.store.open(ctx, tx, &r, cell)
	})
	if err != nil {
		return Message{}, "", fmt.Errorf("read message: %w", err)
	}
	r.Text = r.spokenOrWritten()
	return r.Message, r.status, nil
}

// ForAlert lists the alert's messages, oldest first. The text is empty when its key is gone.
func (o *Outbox) ForAlert(ctx context.Context, alert string) ([]MessageView, error) {
	var views []MessageView
	err := o.o.DB.View(ctx, func(tx *db.Tx) error {
		records, cells, err := o.store.list(ctx, tx, `alert = ? ORDER BY created_at, id LIMIT 2000`, alert)
		if err != nil {
			return err
		}
		views = make([]MessageView, 0, len(records))
		for i, r := range records {
			if err := o.store.openIfPossible(ctx, tx, &r, cells[i]); err != nil {
				return err
			}
			views = append(views, r.view())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list messages of alert %s: %w", alert, err)
	}
	return views, nil
}

func (r record) view() MessageView {
	return MessageView{
		ID: r.ID, Alert: r.Alert, Person: r.Person, Channel: r.Channel, Status: r.status, At: r.statusAt,
		Step: r.Step, Template: r.Template, Priority: r.Priority, Repeat: r.Repeat, Attempts: int(r.attempts),
		Provider: r.provider, Code: r.refCode, Created: r.CreatedAt, Text: r.spokenOrWritten(),
	}
}

// Backlog tells how many messages are due and not yet sent, and since when the oldest of them
// waits: the figure with an alarm on it.
func (o *Outbox) Backlog(ctx context.Context) (n int64, oldest time.Time, err error) {
	err = o.o.DB.View(ctx, func(tx *db.Tx) error {
		var err error
		n, oldest, err = o.store.backlog(ctx, tx)
		return err
	})
	return n, oldest, err
}
