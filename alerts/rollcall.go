package alerts

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

// The roll call of an outage: a machine calls the people on its list, the most fragile first and so many at a time, and asks whether
// they are well. Only a key or a reply takes anybody off the list; who lifts and says nothing comes to its head.
const (
	askAgainAfter = 10 * time.Minute // a machine leaves so much time between two tries to reach one person
	askAnewAfter  = 24 * time.Hour   // when nobody is left to be asked; who comes onto the list is asked at once
	askLife       = 30 * time.Minute // how long such a call is worth making
)

// silentFirst is by how much somebody is more fragile, for the order of the list, on whose line nobody spoke.
const silentFirst = 1000

// listedOne is somebody of an outage who is called by machine.
type listedOne struct {
	elder registry.ElderID
	times int // before
}

// roll is who of an outage is called now.
type roll struct {
	all  []listedOne
	left bool // others could be called later
}

// nextCheck is when the next people of an outage are called by machine. It wakes nobody at night.
func nextCheck(a *Alert, s *Step, base time.Time, o *outlook) {
	if a.Outage == nil || a.Outage.Unchecked == 0 {
		return
	}
	at := s.dueAt(a, base)
	if m, ok := a.Steps[s.ID]; ok && !m.At.Before(base) {
		at = m.At.Add(time.Duration(s.Every))
		if m.Again != nil {
			at = *m.Again
		}
	}
	if wake := later(at, o.now); registry.Within(night(), wake, zoneOf(a)) {
		at = nextClock(nightEnds, wake, zoneOf(a))
	}
	o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
}

// callRoll has people of an outage called: the first time by the first way that the plan names, later by all of them.
func (d *decision) callRoll(act *Action) {
	for _, who := range d.c.roll.all {
		for i, by := range act.Line.By {
			if i == 0 || who.times > 0 {
				d.emit(EventTold, Data{Person: string(who.elder), Channel: by, Tmpl: rollTemplate(notify.Channel(by)), Step: act.Step,
					Repeat: who.times, Message: d.c.newID()})
			}
		}
	}
	due := Data{Step: act.Step}
	if len(d.c.roll.all) < act.Line.People {
		again := d.now.Add(askAnewAfter)
		if d.c.roll.left {
			again = d.now.Add(askAgainAfter)
		}
		due.Again = &again
	}
	d.emit(EventStepDue, due)
}

// rollTemplate is what somebody of an outage hears, or reads.
func rollTemplate(ch notify.Channel) string {
	if ch == notify.Voice {
		return "outage_call"
	}
	return "outage_sms"
}

// saidInOutage takes what somebody of an outage said to the machine. Their own word counts: well takes them off the list, and help is
// an emergency at once, whatever was known of them. After the end it is one, too (Engine.heardInRoll raises it).
func (d *decision) saidInOutage() {
	an, was := d.c.answer, d.c.check.from
	said := Data{Person: an.Person, Answer: string(an.Answer), Text: an.Text, Message: an.Message, Channel: an.Via}
	if !d.a.State.Working() {
		said.Code = "late"
		d.emit(EventAnswered, said)
		return
	}
	d.emit(EventAnswered, said)
	found := Data{Person: an.Person, Channel: an.Via, Message: an.Message, Code: string(was)}
	switch {
	case an.Answer == notify.AnswerUnwell:
		found.Outcome = string(NeedsHelp)
	case an.Answer == notify.AnswerWell && (was == Unchecked || was == BackAgain):
		found.Outcome = string(CheckedWell)
	case an.Answer == notify.AnswerUnclear:
		d.emit(EventEscalated, Data{To: "seats", Level: 1}) // somebody reads it
		return
	default:
		return
	}
	d.emit(EventChecked, found)
}

// silentInOutage takes that somebody of an outage has lifted the telephone, pressed no key and said nothing: they come to the head of
// the list, and it rings.
func (d *decision) silentInOutage() {
	if d.a.Outage == nil || !d.a.State.Working() || d.c.check.from != Unchecked {
		return
	}
	d.emit(EventChecked, Data{Person: d.c.Person, Outcome: string(CheckSilent), Code: string(Unchecked)})
	d.emit(EventEscalated, Data{To: "seats", Level: 2})
}

// heardInRoll takes the answer of somebody on the list of an outage.
func (e *Engine) heardInRoll(ctx context.Context, tx *db.Tx, a *Alert, an answer) (string, error) {
	check, err := e.store.checkOf(ctx, tx, a.ID, an.Person)
	if err != nil {
		return "", err
	}
	if !check.known {
		return "", fault.New(fault.NotFound, "this person does not belong to the alert")
	}
	by, late := Actor{Kind: ActorElder, ID: an.Person}, !a.State.Working()
	if err := e.advance(ctx, tx, a, Command{Type: commandSaid, Actor: by, answer: &an, check: check}); err != nil {
		return "", err
	}
	if late && an.Answer == notify.AnswerUnwell {
		now := tx.Now()
		if _, err := e.raise(ctx, tx, Signal{Kind: "call", Elder: registry.ElderID(an.Person), At: now, ReceivedAt: now, By: &by}); err != nil {
			return "", fmt.Errorf("raise the alarm for who needs help: %w", err)
		}
	}
	el, err := e.registry.ElderTx(ctx, tx, registry.ElderID(an.Person))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", fmt.Errorf("elder %s: %w", an.Person, err)
	}
	return notify.Confirm(an.Answer, words.Lang(el.Language), map[string]string{"name": el.Name}), nil
}

// silentLines are the calls of the roll call on which nobody pressed a key and nobody spoke, as commands to the outage. A receipt says
// nothing else of somebody on its list.
func (e *Engine) silentLines(ctx context.Context, tx *db.Tx, a *Alert, all []notify.Receipt) (out []Command, err error) {
	for _, r := range all {
		if r.Channel != notify.Voice || r.Status != notify.StatusCompleted {
			continue
		}
		check, err := e.store.checkOf(ctx, tx, a.ID, r.Person)
		if err != nil {
			return nil, err
		}
		if check.known && check.from == Unchecked {
			out = append(out, Command{Type: commandSilent, Actor: Actor{Kind: ActorCarrier, ID: r.Provider}, Person: r.Person, check: check})
		}
	}
	return out, nil
}

// composeRoll makes the message to somebody on the list of an outage, in their language and under their own key.
func (p *progress) composeRoll(ctx context.Context, ev Event) error {
	el, err := p.elder(ctx, registry.ElderID(ev.Data.Person))
	if err != nil {
		return err
	}
	if len(el.Phones) == 0 {
		return p.untold(ctx, ev, "no_number")
	}
	lang, now := words.Lang(el.Language), p.tx.Now()
	p.messages = append(p.messages, notify.Message{
		ID: notify.MessageID(ev.Data.Message), Subject: string(el.ID), Alert: string(p.a.ID), Code: p.a.Code, Person: string(el.ID),
		Channel: notify.Channel(ev.Data.Channel), To: el.Phones[ev.Data.Repeat%len(el.Phones)], Language: lang,
		Template: ev.Data.Tmpl, Step: ev.Data.Step, Text: notify.Render(ev.Data.Tmpl, lang, map[string]string{"name": el.Name, "code": p.a.Code}),
		Keys: keysOf(ev.Data.Tmpl), Priority: notify.PriorityRest, CreatedAt: now, DueAt: now, Deadline: now.Add(askLife),
	})
	return nil
}

// listed reports whether an event tells of somebody who is on the list of an outage, and has no part in the alert beyond it.
func (p *progress) listed(ev Event) bool {
	return p.a.Outage != nil && ev.Data.Person != "" && p.a.Person(ev.Data.Person) == nil
}

func idsOf(elders []registry.ElderID) []string {
	out := make([]string, len(elders))
	for i, id := range elders {
		out[i] = string(id)
	}
	return out
}
