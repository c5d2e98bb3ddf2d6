package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
	"anling/notify"
)

// progress is one alert on its way through one transaction.
type progress struct {
	e        *Engine
	tx       *db.Tx
	a        *Alert
	plan     *Plan
	rows     []row
	messages []notify.Message
	people   addresses
	ledger   *ledger   // of who was asked, and what came of it
	now      time.Time // by the alert's own time, which never goes back
	urgent   bool      // others wait for this transaction: helpers are looked for in the next one
}

// advance carries commands into an alert, then everything that the plan wants done now, and writes it
// all: events, state, next due time and messages. Without a command it only asks the plan. For a new alert a is
// empty and the first command raises it.
func (e *Engine) advance(ctx context.Context, tx *db.Tx, a *Alert, commands ...Command) error {
	p := &progress{e: e, tx: tx, a: a, urgent: urgent(commands), now: a.moment(tx.Now())}
	if a.ID == "" {
		c := commands[0]
		p.people = c.raise.known
		a.ID, a.Plan = AlertID(db.NewID()), c.raise.Plan
		c.raise.Code = notify.ShortCode(string(a.ID))
		if a.Subject = c.raise.Subject; a.Subject == "" {
			a.Subject, c.raise.Subject = string(a.ID), string(a.ID)
		}
	}
	plan, err := e.plans.get(ctx, tx, a.Plan)
	if err != nil {
		return fmt.Errorf("plan of alert %s: %w", a.ID, err)
	}
	p.plan = plan
	for _, c := range commands {
		if err := p.do(ctx, c); err != nil {
			return err
		}
	}
	if err := p.follow(ctx); err != nil {
		return err
	}
	if err := p.write(ctx); err != nil {
		return err
	}
	return e.stillAtRisk(ctx, tx, a)
}

// do decides one command and carries its events into the state.
func (p *progress) do(ctx context.Context, c Command) error {
	c.newID = db.NewID
	if err := p.prepare(ctx, &c); err != nil {
		return err
	}
	events, err := decide(p.a, p.plan, c, p.now)
	if err != nil {
		return err
	}
	for _, ev := range events {
		if err := p.take(ctx, ev); err != nil {
			return err
		}
	}
	return nil
}

// prepare gathers what a command needs to know of the outside.
func (p *progress) prepare(ctx context.Context, c *Command) error {
	var err error
	act := c.action
	switch {
	case c.Type == CommandOffer || c.Type == CommandAssign:
		ids := c.Helpers
		if c.Helper != "" {
			ids = append(ids, c.Helper)
		}
		c.candidates, err = p.e.named(p.now, p.a, ids)
	case act != nil && act.Do == doLook:
		c.candidates = p.e.whereabouts(p.now, p.a, act.Person)
	case act != nil && act.Do == doRecheck:
		c.check, err = p.e.store.wellAndSilent(ctx, p.tx, p.a.ID, p.tx.Now().Add(-time.Duration(p.plan.Limits.Recheck)))
	case act != nil && act.Do == doCheck:
		c.roll, err = p.e.store.callNext(ctx, p.tx, p.a.ID, act.Line)
	case act != nil && act.Do == doOffer:
		err = p.ask(ctx, c)
	case act != nil && act.Do == doContinue:
		c.plan, err = p.e.plans.get(ctx, p.tx, p.a.goesOnWith(act.Line.With))
	case c.Type == CommandReopen && repairKind(p.a.Kind):
		c.elsewhere, err = p.e.store.workedOnElsewhere(ctx, p.tx, p.a)
	case c.Type == CommandCheck:
		c.check, err = p.e.store.checkOf(ctx, p.tx, p.a.ID, c.Person)
	case c.Type == CommandTransfer && c.Centre != "":
		c.overflow, _, err = p.e.overflow(ctx, p.tx, c.Centre, p.a.Kind)
	case c.Type == CommandEscalate || act != nil && act.Do == doEscalate:
		to := c.To
		if act != nil {
			to = act.Line.To
		}
		c.people, err = p.e.superiors(ctx, p.tx, p.a, to)
	}
	return err
}

// take numbers an event, chains it, carries it into the state, and does what must happen with it in the same
// transaction.
func (p *progress) take(ctx context.Context, ev Event) error {
	ev.Alert, ev.Seq = p.a.ID, p.a.Seq+1
	ev.Data.ActorName, ev.Data.ActorRole = ev.Actor.Name, ev.Actor.Role
	bytes, err := stored(ev.Data)
	if err != nil {
		return err
	}
	r := row{Event: ev, bytes: bytes}
	r.prev, r.commitment = p.a.Head, commit(bytes)
	if r.prev == nil {
		r.prev = []byte{}
	}
	r.hash = eventHash(ev, r.prev, r.commitment)
	evolve(p.a, ev)
	p.a.Head = r.hash
	p.rows = append(p.rows, r)
	return p.consequence(ctx, ev)
}

// consequence does what an event brings about outside the alert's own state.
func (p *progress) consequence(ctx context.Context, ev Event) error {
	id := p.a.ID
	if err := p.note(ctx, ev); err != nil {
		return err
	}
	switch ev.Type {
	case EventRaised:
		return p.hush(ctx)
	case EventTold:
		return p.compose(ctx, ev)
	case EventContinued:
		var err error
		if p.plan, err = p.e.plans.get(ctx, p.tx, p.a.Plan); err != nil {
			return err
		}
		return p.freed(ctx)
	case EventShared:
		return p.e.store.share(ctx, p.tx, id, centreID(ev.Data.To))
	case EventStoodDown, EventAnswered, EventReserved:
		// Who has said what they will do is not asked again by the ways that are still open.
		if ev.Type == EventAnswered && notify.Answer(ev.Data.Answer) == notify.AnswerUnclear {
			break
		}
		if err := p.withdraw(ctx, []string{ev.Data.Person}); err != nil {
			return err
		}
	case EventResolved, EventCancelled, EventJoined:
		if err := p.withdrawAll(ctx); err != nil {
			return err
		}
		if err := p.e.store.disengageAll(ctx, p.tx, id); err != nil {
			return err
		}
		if err := errors.Join(p.endedOutage(ctx), p.falseAlarm(ctx)); err != nil {
			return err
		}
		if ev.Type != EventResolved {
			return p.e.store.revokeLinks(ctx, p.tx, id)
		}
	case EventLinked:
		return errors.Join(p.freed(ctx), p.hush(ctx))
	case EventReopened:
		return p.brokenAgain(ctx)
	case EventChecked:
		return p.checked(ctx, ev)
	case EventBack:
		return p.withdraw(ctx, idsOf(ev.Data.Elders))
	case EventGathered:
		return p.regathered(ctx, ev)
	case EventClosed:
		return p.e.store.revokeLinks(ctx, p.tx, id)
	}
	who := p.a.Person(ev.Data.Person)
	if who == nil || who.Part != PartHelper {
		return nil
	}
	switch ev.Type {
	case EventAnswered, EventAssigned, EventDeparted, EventArrived, EventReserved, EventStoodDown:
		// What somebody says after the end is recorded, and binds nobody.
		return p.e.store.engage(ctx, p.tx, who.ID, id, p.a.State.Working() && who.State.Coming())
	}
	return nil
}

// follow does what the plan wants done by now, until it wants nothing more, and sets the next due time.
func (p *progress) follow(ctx context.Context) error {
	p.a.Skew = p.now.Sub(p.tx.Now())
	for n := 0; ; n++ {
		due, next := p.plan.Next(p.a, p.now)
		if len(due) == 0 {
			p.a.DueAt = nil
			if len(next) > 0 {
				p.lookAgain(next[0].At)
			}
			return nil
		}
		act := p.first(due)
		if act == nil {
			p.lookAgain(p.now)
			return nil
		}
		if n == runaway {
			// A plan that goes round in circles must not stop the alarm; it is looked at again in a moment.
			p.e.log.Error("response plan does not come to rest", "alert", string(p.a.ID), "plan", string(p.a.Plan), "step", act.Step)
			p.lookAgain(p.now.Add(time.Second))
			return nil
		}
		before := p.a.Seq
		if err := p.do(ctx, Command{Type: commandAct, Actor: System(), action: act}); err != nil {
			return fmt.Errorf("step %s of alert %s: %w", act.Step, p.a.ID, err)
		}
		if p.a.Seq == before {
			if err := p.take(ctx, Event{Type: EventStepDue, At: p.now, Actor: System(), Data: Data{Step: act.Step}}); err != nil {
				return err
			}
		}
	}
}

// urgent reports whether a transaction is that of a press, or of what the carrier says of messages.
func urgent(commands []Command) bool {
	return slices.ContainsFunc(commands, func(c Command) bool { return c.Type == commandRaise || c.Type == commandReceipt })
}

// first gives what is to be done first of what is due; nil leaves the rest to the next transaction, which follows at once. In an
// urgent one nobody is looked for: the press is acknowledged and the family's messages leave before helpers are weighed, and in
// a burst everybody's first message before anybody's second.
func (p *progress) first(due []Action) *Action {
	if !p.urgent {
		return &due[0]
	}
	i := slices.IndexFunc(due, func(a Action) bool { return a.Do != doOffer })
	if i < 0 {
		return nil
	}
	return &due[i]
}

// write stores everything that has gathered. The counter of the stream comes last: on PostgreSQL its row is
// held until the commit.
func (p *progress) write(ctx context.Context) error {
	if err := p.e.outbox.Add(ctx, p.tx, p.messages); err != nil {
		return fmt.Errorf("messages of alert %s: %w", p.a.ID, err)
	}
	if err := p.saveNotes(ctx); err != nil {
		return err
	}
	joinKey, err := p.joinKey(ctx)
	if err != nil {
		return err
	}
	if len(p.rows) > 0 {
		first, err := p.tx.NextSeq(ctx, "events", int64(len(p.rows)))
		if err != nil {
			return err
		}
		for i := range p.rows {
			p.rows[i].Global = first + int64(i)
		}
		p.a.Global = first + int64(len(p.rows)) - 1
		if err := p.e.store.appendEvents(ctx, p.tx, p.a.Subject, p.rows); err != nil {
			return err
		}
		p.tx.AfterCommit(p.e.announce)
	}
	return p.e.store.save(ctx, p.tx, p.a, joinKey)
}

// raising reports whether this is the transaction of the press.
func (p *progress) raising() bool { return len(p.rows) > 0 && p.rows[0].Type == EventRaised }

// joinKey is by what a later press finds this alert, kept from its first transaction on.
func (p *progress) joinKey(ctx context.Context) ([]byte, error) {
	if p.raising() {
		return p.rows[0].Data.Raised.joinKey, nil
	}
	if !p.a.State.Working() {
		return nil, nil
	}
	if slices.ContainsFunc(p.rows, func(r row) bool { return r.Type == EventReopened || r.Type == EventContinued }) {
		if key, err := p.joinKeyAgain(ctx); key != nil || err != nil {
			return key, err
		}
	}
	return p.e.store.joinKey(ctx, p.tx, p.a.ID)
}
