package simtest

import (
	"slices"
	"strings"
	"time"

	"anling/alerts"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

func messageInvariants() []invariant {
	return []invariant{{
		name:     "told-is-sent",
		sentence: "Every telling in a timeline has its message in the outbox, or the record that it was not made; and no message is there that no timeline tells of.",
		check:    toldIsSent,
	}, {
		name:     "attempt-first",
		sentence: "No request leaves before its attempt is durable.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			for _, r := range v.requests {
				if !r.attempt {
					bad("%s left for %s without an attempt", w.messageName(r.m), r.m.Person)
				}
			}
		},
	}, {
		name:     "in-time",
		sentence: "Nothing is sent after the time up to which it was worth sending.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			for _, r := range v.requests {
				if r.m.Deadline.Add(slack).Before(r.machine) {
					bad("%s left %s too late", w.messageName(r.m), r.machine.Sub(r.m.Deadline))
				}
			}
		},
	}, {
		name:     "copy-says-so",
		sentence: "What may reach somebody a second time says that it is a repeat.",
		check:    copySaysSo,
	}, {
		name:     "status-climbs",
		sentence: "What is known of a message that a carrier has taken never becomes less.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			for id, was := range v.earlier {
				m := v.messages[id]
				if was.status.After(notify.StatusUnknown) && was.status.After(m.status) {
					bad("%s went from %s to %s", w.name("message", string(id)), was.status, m.status)
				}
			}
		},
	}, {
		name:     "nobody-after-stand-down",
		sentence: "Who has been stood down, has declined, or whose alert has ended, is not asked and not called any more: only thanked, told how it ended, or called back.",
		check:    nobodyAfter,
	}, {
		name:     "silent",
		sentence: "At the elder's side of a silent alarm nothing rings and nothing buzzes while it is open.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			for _, r := range v.requests {
				a := v.alerts[alerts.AlertID(r.m.Alert)]
				if a == nil || !a.Silent || r.m.Person != string(a.Elder) {
					continue
				}
				if seq, _ := freedAt(v.events[a.ID], "", r.seq); seq == 0 {
					bad("%s went to %s", w.messageName(r.m), r.m.Person)
				}
			}
		},
	}, {
		name:     "hushed",
		sentence: "While somebody has a silent alarm open, nothing reaches their side because of any other alert either.",
		check:    hushed,
	}, {
		name:     "door-code",
		sentence: "A helper who has not promised to come learns neither name, nor house, nor door code.",
		check:    doorCodeKept,
	}}
}

func hushed(w *world, v *view, bad func(string, ...any)) {
	for _, r := range v.requests {
		for _, id := range v.order {
			a := v.alerts[id]
			if string(a.Elder) != r.m.Person || !a.Silent || a.Test || !a.State.Working() || !a.RaisedAt.Add(slack).Before(r.machine) {
				continue
			}
			bad("%s went to %s, who has %s open", w.messageName(r.m), r.m.Person, w.alertName(id))
		}
	}
}

// silentOpen tells whether an elder has a silent alarm open.
func (v *view) silentOpen(elder registry.ElderID) bool {
	return slices.ContainsFunc(v.order, func(id alerts.AlertID) bool {
		a := v.alerts[id]
		return a.Elder == elder && a.Silent && !a.Test && a.State.Working()
	})
}

func toldIsSent(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		if e.Type != alerts.EventTold {
			continue
		}
		id := notify.MessageID(e.Data.Message)
		if _, kept := v.messages[id]; !kept && !v.unmade[id] {
			bad("%s tells %s of a message that is nowhere", w.alertName(e.Alert), e.Data.Person)
		}
	}
	for _, id := range v.moved {
		if _, is := v.told[id]; !is {
			bad("%s to %s stands in no timeline", w.name("message", string(id)), v.messages[id].person)
		}
	}
	if v.rest.lost > 0 {
		bad("%d messages are gone", v.rest.lost)
	}
}

func copySaysSo(w *world, v *view, bad func(string, ...any)) {
	for _, r := range v.requests {
		copies := w.ledger.taken[r.m.ID]
		for i := 1; i < len(copies); i++ {
			if !strings.HasPrefix(copies[i].Text, words.T(copies[i].Language, "repeat_mark", nil)) {
				bad("copy %d of %s looks like the first", i+1, w.name("message", string(r.m.ID)))
			}
		}
	}
}

func nobodyAfter(w *world, v *view, bad func(string, ...any)) {
	for _, r := range v.requests {
		id := alerts.AlertID(r.m.Alert)
		a := v.alerts[id]
		if a == nil || !isCall(r.m) {
			continue
		}
		seq, why := freedAt(v.events[id], r.m.Person, r.seq)
		if seq == 0 || seq < toldAt(v.events[id], r.m.ID) {
			continue
		}
		since := r.machine.Sub(v.events[id][seq-1].At)
		if since > slack {
			bad("%s left for %s %s after %s", w.messageName(r.m), r.m.Person, since, why)
		}
	}
}

// toldAt is the number of the event that tells of a message.
func toldAt(events []alerts.Event, id notify.MessageID) int64 {
	for _, e := range events {
		if e.Type == alerts.EventTold && e.Data.Message == string(id) {
			return e.Seq
		}
	}
	return 0
}

func doorCodeKept(w *world, v *view, bad func(string, ...any)) {
	for _, r := range v.requests {
		a := v.alerts[alerts.AlertID(r.m.Alert)]
		if a == nil || !strings.HasPrefix(r.m.Person, "h") || promisedBy(v.events[a.ID], r.m.Person, r.seq) || v.ofLinked(a.ID, func(e []alerts.Event) bool { return promisedBy(e, r.m.Person, e[len(e)-1].Seq) }) {
			continue
		}
		for _, secret := range w.secrets {
			if strings.Contains(r.m.Text, secret) {
				bad("%s tells %q to %s, who has not promised to come", w.messageName(r.m), secret, r.m.Person)
			}
		}
	}
}

// promisedBy tells whether somebody had promised to come, by an event's number.
func promisedBy(events []alerts.Event, person string, seq int64) bool {
	return slices.ContainsFunc(events, func(e alerts.Event) bool {
		if e.Seq > seq || e.Data.Person != person {
			return false
		}
		switch e.Type {
		case alerts.EventAssigned, alerts.EventDeparted, alerts.EventArrived:
			return true
		}
		return e.Type == alerts.EventAnswered && e.Data.Answer == string(notify.AnswerComing)
	})
}

func humanInvariants() []invariant {
	return []invariant{{
		name:     "proof-of-human",
		sentence: "Nobody counts as reached by a human without a key, a word, a tap or an operator's deed: never by a receipt, a lifted phone or a voicemail.",
		check:    proofOfHuman,
	}, {
		name:     "receipts-move-nothing",
		sentence: "What carriers report never moves an alert on, and neither does time: silence on an open line opens it again, time gives it back to the queue, and a new round of a plan has nobody on the way who is late.",
		check:    receiptsMoveNothing,
	}, {
		name:     "answer-kept",
		sentence: "An answer that was taken stands in the timeline, once; one that comes after the end, too.",
		check:    answerKept,
	}, {
		name:     "command-once",
		sentence: "An acknowledged command has been carried out, and its repetition has done nothing more.",
		check:    commandOnce,
	}, {
		name:        "thanked",
		sentence:    "When somebody is at the door all helpers who are not there are stood down at once; at the end everybody who was asked to come is told how it ended.",
		whenSettled: true,
		check:       thanked,
	}}
}

func proofOfHuman(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		a, before := v.alerts[e.Alert], v.before[e.Alert]
		for _, p := range a.People {
			if !p.State.Human() || p.State == alerts.PersonReserve && p.SaidAt == nil || before != nil && before.people[p.ID].Human() {
				continue
			}
			if !spoke(v.events[e.Alert], p.ID) && !v.ofLinked(e.Alert, func(all []alerts.Event) bool { return spoke(all, p.ID) }) {
				bad("%s is %s in %s, and has never said anything", p.ID, p.State, w.alertName(e.Alert))
			}
		}
	}
}

// ofLinked asks the timelines of the alerts that have joined one, as they were then: their people came along.
func (v *view) ofLinked(id alerts.AlertID, is func([]alerts.Event) bool) bool {
	return v.linkedBefore(id, v.global+1, is)
}

func (v *view) linkedBefore(id alerts.AlertID, global int64, is func([]alerts.Event) bool) bool {
	return slices.ContainsFunc(v.events[id], func(e alerts.Event) bool {
		if e.Type != alerts.EventLinked || e.Global >= global {
			return false
		}
		then := slices.DeleteFunc(slices.Clone(v.events[e.Data.Other]), func(o alerts.Event) bool { return o.Global > e.Global })
		return is(then) || v.linkedBefore(e.Data.Other, e.Global, is)
	})
}

// spoke tells whether there is proof of somebody.
func spoke(events []alerts.Event, person string) bool {
	return slices.ContainsFunc(events, func(e alerts.Event) bool {
		if e.Data.Person != person {
			return false
		}
		switch e.Type {
		case alerts.EventAnswered:
			return e.Actor.Kind != alerts.ActorCarrier && e.Actor.Kind != alerts.ActorSystem
		case alerts.EventAssigned, alerts.EventDeparted, alerts.EventArrived:
			return e.Actor.Kind != alerts.ActorCarrier && e.Actor.Kind != alerts.ActorSystem
		}
		return false
	})
}

func receiptsMoveNothing(w *world, v *view, bad func(string, ...any)) {
	for id, before := range v.before {
		if before == nil || before.state == v.alerts[id].State {
			continue
		}
		byHuman := slices.ContainsFunc(v.fresh, func(e alerts.Event) bool {
			return e.Alert == id && (e.Actor.Kind != alerts.ActorCarrier && e.Actor.Kind != alerts.ActorSystem || e.Type == alerts.EventReturned || e.Type == alerts.EventContinued || v.overByRule(e) ||
				e.Type == alerts.EventReopened && e.Data.Reason == "no_speech")
		})
		if !byHuman && !v.alerts[id].Test {
			bad("%s went from %s to %s, and nobody did anything", w.alertName(id), before.state, v.alerts[id].State)
		}
	}
}

func answerKept(w *world, v *view, bad func(string, ...any)) {
	for _, p := range w.ledger.answers[v.answers:] {
		v.answers++
		if p.alert == "" || p.answer == "" {
			continue
		}
		for v.alerts[p.alert].JoinedTo != "" { // what is said about an alert that has joined another one stands there
			p.alert = v.alerts[p.alert].JoinedTo
		}
		is := slices.ContainsFunc(v.events[p.alert], func(e alerts.Event) bool {
			if e.Data.Person != p.person {
				return false
			}
			return e.Type == alerts.EventAnswered && e.Data.Answer == string(p.answer) ||
				e.Type == alerts.EventArrived && p.answer == notify.AnswerArrived ||
				p.answer == notify.AnswerComing && (e.Type == alerts.EventAssigned || e.Type == alerts.EventDeparted || e.Type == alerts.EventArrived)
		})
		if !is && !v.ofLinked(p.alert, func(all []alerts.Event) bool { return spoke(all, p.person) }) {
			bad("%s answered %s in %s, and it stands nowhere", p.person, p.answer, w.alertName(p.alert))
		}
	}
}

func commandOnce(w *world, v *view, bad func(string, ...any)) {
	for id, n := range w.ledger.notes {
		unsure := 0
		for _, at := range w.unsure {
			if at == id {
				unsure++
			}
		}
		if got := v.notes[id]; got < n || got > n+unsure {
			bad("%d notes were acknowledged in %s, %d stand there", n, w.alertName(id), got)
		}
	}
}

func thanked(w *world, v *view, bad func(string, ...any)) {
	for _, id := range v.order {
		a := v.alerts[id]
		if a.State != alerts.OnScene || w.healthySince.IsZero() || w.now.Sub(w.healthySince) < slack || w.clock.Now().Sub(*a.OnSceneAt) < slack {
			continue
		}
		a.Each(alerts.PartHelper, func(p *alerts.Person) {
			switch p.State {
			case alerts.PersonTold, alerts.PersonRinging, alerts.PersonAnswered, alerts.PersonComing, alerts.PersonDeparted, alerts.PersonReserve:
				wanted := p.Step == "by-hand" && p.AskedAt != nil && p.AskedAt.After(*a.OnSceneAt) // asked by an operator who knew
				if !wanted && p.Since.Add(slack+time.Second).Before(w.clock.Now()) {
					bad("somebody is there in %s, and %s is still %s", w.alertName(id), p.ID, p.State)
				}
			}
		})
	}
}
