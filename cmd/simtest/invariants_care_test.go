package simtest

import (
	"slices"
	"strings"
	"time"

	"anling/alerts"
	"anling/notify"
	"anling/registry"
)

// careInvariants are about what people may rely on who help, and who need help.
func careInvariants() []invariant {
	return []invariant{{
		name:     "spared",
		sentence: "A helper is asked beyond the offers of their week, or in a quiet hour, only for a life, and then the record of the offer says so.",
		check:    spared,
	}, {
		name:     "pinned",
		sentence: "An alert keeps the version of its plan, and goes on only with the versions that were fixed at the press, whatever a manager has written since.",
		check:    pinned,
	}, {
		name:     "safety-until-pressed",
		sentence: "An elder whose device cannot be relied on is looked after until a real press of that device has come through, or a supervisor writes why not.",
		check:    safetyUntilPressed,
	}, {
		name:        "watched",
		sentence:    "Who promised to come and is late is asked, and when no answer comes one more is asked in their place.",
		whenSettled: true,
		check:       watched,
	}, {
		name:     "kept",
		sentence: "Nobody who is on the way is lost but by their own word, a stand-down, the end, or by being late when a plan begins anew.",
		check:    kept,
	}, {
		name:        "closure",
		sentence:    "Who is stood down is thanked, and after the end everybody who was told of an alarm for life is told that it has ended.",
		whenSettled: true,
		check:       closure,
	}, {
		name:     "alone-again",
		sentence: "When the last one at the door says they have gone before the end, whoever had been sent home may be asked again in the same step.",
		check:    aloneAgain,
	}, {
		name:        "called-back",
		sentence:    "A caller whom no seat could answer is called back by machine as soon as a seat has taken the alert.",
		whenSettled: true,
		check:       calledBack,
	}, {
		name:     "one-press",
		sentence: "The same press by two ways is one press, and the arrival by each way is kept; two presses are never taken for one.",
		check:    onePress,
	}, {
		name:        "silent-console",
		sentence:    "What an operator has whose console has fallen silent goes back to the queue within a minute, unless they took it by telephone after that.",
		whenSettled: true,
		check:       silentConsole,
	}}
}

// spared compares each offer of the program with what the helper has wished for, as the registry of the town was written.
func spared(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		if e.Type != alerts.EventOffered || e.Data.Step == "by-hand" {
			continue
		}
		a := v.alerts[e.Alert]
		h := w.helper(e.Data.Person)
		said := func(code string) bool {
			return slices.ContainsFunc(e.Data.Reasons, func(r alerts.Reason) bool { return r.Code == code })
		}
		if recalled := said(alerts.ReasonRecalled); h == nil || recalled {
			continue
		}
		local := inTown(e.At)
		if quiet := len(h.QuietHours) > 0 && (local.Hour() >= 20 || local.Hour() < 7); quiet && !(a.Priority == 1 && said(alerts.ReasonQuiet)) {
			bad("%s was asked in a quiet hour (%s), by priority %d, %v", h.ID, local.Format("15:04"), a.Priority, e.Data.Reasons)
		}
		if over := h.WeeklyOffers != nil && v.askedElsewhere(e) >= *h.WeeklyOffers; over && !(a.Priority == 1 && said(alerts.ReasonOverBudget)) {
			bad("%s was asked beyond %d offers a week, by priority %d, %v", h.ID, *h.WeeklyOffers, a.Priority, e.Data.Reasons)
		}
	}
}

func (w *world) helper(id string) *registry.Helper {
	for i := range w.helpers {
		if string(w.helpers[i].ID) == id {
			return &w.helpers[i]
		}
	}
	return nil
}

// askedElsewhere counts the other alerts in which somebody had been asked in the week of an offer.
func (v *view) askedElsewhere(offer alerts.Event) (n int) {
	year, week := inTown(offer.At).ISOWeek()
	for _, id := range v.order {
		if id != offer.Alert && slices.ContainsFunc(v.events[id], func(e alerts.Event) bool {
			y, k := inTown(e.At).ISOWeek()
			return e.Type == alerts.EventOffered && e.Data.Person == offer.Data.Person && e.Global < offer.Global && y == year && k == week
		}) {
			n++
		}
	}
	return n
}

func pinned(w *world, v *view, bad func(string, ...any)) {
	for id, before := range v.before {
		at, raised := alerts.PlanRef(""), v.events[id][0].Data.Raised
		if before != nil {
			at = before.plan
		} else {
			at = raised.Plan
		}
		for _, e := range v.fresh {
			if e.Alert != id || e.Type != alerts.EventContinued {
				continue
			}
			name, _, _ := strings.Cut(string(e.Data.Plan), "@")
			if e.Data.Plan != raised.Pins[name] && e.Data.Plan != raised.Plan {
				bad("%s goes on with %s, and %v were fixed at the press", w.alertName(id), e.Data.Plan, raised.Pins)
			}
			at = e.Data.Plan
		}
		if now := v.alerts[id].Plan; now != at {
			bad("%s had plan %s, and has %s now", w.alertName(id), at, now)
		}
	}
}

// safetyUntilPressed believes no alert: a device is proved when the world has seen its key pressed since the trouble.
func safetyUntilPressed(w *world, v *view, bad func(string, ...any)) {
	for elder, devices := range v.troubled {
		cared := slices.ContainsFunc(v.order, func(id alerts.AlertID) bool {
			a := v.alerts[id]
			return string(a.Elder) == elder && a.Kind == alerts.KindSafety && !a.State.Ended()
		})
		for device, since := range devices {
			pressed := slices.ContainsFunc(w.ledger.pressed[device], func(p pressing) bool { return p.at.After(since.Add(-pressSlack)) })
			if !cared && !pressed {
				bad("nobody looks after %s any more, and the key of %s has not been pressed since %s ago", elder, device, w.now.Sub(since))
			}
		}
	}
}

// pressSlack is how far the machine's clock may be wrong when it judges whether a press is newer than a fault.
const pressSlack = 3 * time.Minute

// lateLimit, answerLimit and wayLimit are the limits late, answer and contact_way of the built-in plans.
const (
	lateLimit   = 3 * time.Minute
	answerLimit = 30 * time.Second
	wayLimit    = 20 * time.Minute
)

func watched(w *world, v *view, bad func(string, ...any)) {
	machine := w.clock.Now()
	for _, id := range v.order {
		a := v.alerts[id]
		if !a.State.Working() || a.OnSceneAt != nil || a.Test {
			continue
		}
		for _, p := range a.People {
			if p.PromisedAt == nil || p.State != alerts.PersonComing && p.State != alerts.PersonDeparted {
				continue
			}
			late := machine.Sub(dueAtDoor(p)) - lateLimit - slack
			asked, known := a.Steps["rule/ask/"+p.ID]
			replaced := a.Steps["rule/replace/"+p.ID]
			switch {
			case late > 0 && w.steadySince(slack) && (!known || asked.At.Before(lastWord(p))):
				bad("%s is %s late for %s and has not been asked", p.ID, late, w.alertName(id))
			case late > answerLimit+slack && machine.Sub(asked.At) > answerLimit+slack && w.steadySince(slack) && replaced.At.Before(asked.At):
				bad("%s is %s late for %s, does not answer, and nobody is asked in their place", p.ID, late, w.alertName(id))
			}
		}
	}
}

// lastWord is when somebody on the way last said anything.
func lastWord(p *alerts.Person) time.Time {
	if p.SaidAt != nil && p.SaidAt.After(*p.PromisedAt) {
		return *p.SaidAt
	}
	return *p.PromisedAt
}

// dueAtDoor is when somebody who promised to come should be there; a word on the way is waited for, too.
func dueAtDoor(p *alerts.Person) time.Time {
	due := p.PromisedAt.Add(wayLimit)
	if p.TravelS > 0 {
		due = p.PromisedAt.Add(time.Duration(p.TravelS) * time.Second)
	}
	if said := lastWord(p); said.After(due) {
		return said
	}
	return due
}

func kept(w *world, v *view, bad func(string, ...any)) {
	for id, before := range v.before {
		a := v.alerts[id]
		if before == nil || !a.State.Working() {
			continue
		}
		for person, was := range before.people {
			now := a.Person(person).State
			if was != alerts.PersonComing && was != alerts.PersonDeparted || now.Coming() {
				continue
			}
			if !slices.ContainsFunc(v.fresh, func(e alerts.Event) bool { return e.Alert == id && frees(e, person, before) }) {
				bad("%s was %s in %s and is %s now, and nothing says why", person, was, w.alertName(id), now)
			}
		}
	}
}

// frees tells whether an event is a reason why somebody is not on the way any more.
func frees(e alerts.Event, person string, before *standing) bool {
	switch e.Type {
	case alerts.EventAnswered, alerts.EventStoodDown, alerts.EventReserved:
		return e.Data.Person == person
	case alerts.EventReopened, alerts.EventResolved, alerts.EventCancelled, alerts.EventJoined:
		return true
	case alerts.EventContinued:
		return before.expected[person].Before(e.At)
	}
	return false
}

func closure(w *world, v *view, bad func(string, ...any)) {
	if !w.steadySince(slack) {
		return
	}
	for _, id := range v.order {
		a := v.alerts[id]
		over := a.ResolvedAt
		if a.State == alerts.Cancelled {
			over = a.ClosedAt
		}
		if a.Test || a.Priority > 2 || over == nil || a.State != alerts.Resolved && a.State != alerts.Cancelled || w.clock.Now().Sub(*over) < slack {
			continue
		}
		for _, p := range a.People {
			if told := p.Part == alerts.PartContact && slices.Contains(p.Channels, "sms") || p.Part == alerts.PartHelper; !told || p.Numbers == 0 || p.State == alerts.PersonUnreached {
				continue
			}
			if asked, ended := toldBetween(v.events[id], p.ID, *over); asked && !ended {
				bad("%s has ended, and %s does not learn it", w.alertName(id), p.ID)
			}
		}
	}
	for _, e := range v.fresh {
		thanks := func(t alerts.Event) bool {
			return t.Type == alerts.EventTold && t.Data.Person == e.Data.Person && t.Seq > e.Seq && t.Data.Tmpl == "stand_down_arrived"
		}
		if e.Type == alerts.EventStoodDown && v.alerts[e.Alert].Person(e.Data.Person).Numbers > 0 && !slices.ContainsFunc(v.events[e.Alert], thanks) {
			bad("%s was stood down in %s without thanks", e.Data.Person, w.alertName(e.Alert))
		}
	}
}

// toldBetween tells whether somebody was told of an alarm before its end, and of its end. What they were told for the sake of an earlier round
// of a plan that goes on for days was another matter: who was asked last night to look in need not hear how this morning's alarm ended.
func toldBetween(events []alerts.Event, person string, over time.Time) (asked, ended bool) {
	plan := ""
	for _, e := range events {
		switch {
		case e.Type == alerts.EventRaised:
			plan, _, _ = e.Data.Raised.Plan.Split()
		case e.Type == alerts.EventContinued:
			next, _, _ := e.Data.Plan.Split()
			onTheWay := slices.ContainsFunc(e.Data.People, func(p *alerts.Person) bool { return p.ID == person })
			asked = asked && (next != plan || onTheWay)
			plan = next
		case e.Type == alerts.EventTold && e.Data.Person == person:
			asked = asked || e.At.Before(over)
			ended = ended || !e.At.Before(over)
		}
	}
	return asked, ended
}

func calledBack(w *world, v *view, bad func(string, ...any)) {
	for _, id := range v.order {
		a := v.alerts[id]
		if a.KeptAt == nil || a.AcceptedAt == nil || !a.State.Working() || a.OnSceneAt != nil || a.Silent || v.silentOpen(a.Elder) || !w.steadySince(slack) {
			continue
		}
		since := *a.KeptAt
		if a.AcceptedAt.After(since) {
			since = *a.AcceptedAt
		}
		elder := a.Person(string(a.Elder))
		reached := elder == nil || elder.Numbers == 0 || elder.SaidAt != nil && !elder.SaidAt.Before(*a.KeptAt)
		called := slices.ContainsFunc(v.events[id], func(e alerts.Event) bool {
			return e.Type == alerts.EventTold && e.Data.Tmpl == "elder_callback" && !e.At.Before(*a.KeptAt)
		})
		if !reached && !called && w.clock.Now().Sub(since) > slack {
			bad("the caller of %s has waited for %s since a seat took it, and is not called back", w.alertName(id), w.clock.Now().Sub(since))
		}
	}
}

func aloneAgain(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		a, before := v.alerts[e.Alert], v.before[e.Alert]
		gone := e.Type == alerts.EventAnswered && e.Data.Answer == string(notify.AnswerCannot) && before != nil && before.people[e.Data.Person] == alerts.PersonArrived
		if !gone || a.Priority == 3 || !a.State.Working() || a.OnSceneAt != nil {
			continue
		}
		a.Each(alerts.PartHelper, func(h *alerts.Person) {
			if h.State == alerts.PersonStoodDown {
				bad("%s has gone from %s, nobody is there, and %s stays sent home", e.Data.Person, w.alertName(e.Alert), h.ID)
			}
		})
	}
}

func onePress(w *world, v *view, bad func(string, ...any)) {
	for _, two := range w.ledger.twice {
		var is []alerts.EventType
		for _, s := range two {
			is = append(is, v.arrivals(s)...)
		}
		if two[0].alert != two[1].alert || len(is) != 2 || (is[0] == alerts.EventPath) == (is[1] == alerts.EventPath) {
			bad("one press by two ways is %v in %s and %s", is, w.name("alert", two[0].alert), w.name("alert", two[1].alert))
		}
	}
	for _, e := range v.fresh {
		if twin, known := w.twinOf(e); e.Type == alerts.EventPath && known && !twin {
			bad("a press of its own in %s was taken for another one once more", w.alertName(e.Alert))
		}
	}
}

// twinOf tells whether the signal of an event was sent by two ways; known is false when nobody was told that it has come.
func (w *world) twinOf(e alerts.Event) (twin, known bool) {
	for _, s := range w.ledger.signals {
		if s.receipt == e.Data.Signal {
			return s.twin, true
		}
	}
	return false, false
}

// arrivals are the types of the events by which a signal stands in the timeline of its alert.
func (v *view) arrivals(s signal) (is []alerts.EventType) {
	for _, e := range v.events[alerts.AlertID(s.alert)] {
		if e.Type == alerts.EventProved {
			continue // names a press that has its own place
		}
		if e.Data.Signal == s.receipt || e.Data.Raised != nil && e.Data.Raised.Signal == s.receipt {
			is = append(is, e.Type)
		}
	}
	return is
}

// silentLimit is how long after its last sign a console's alerts may stay where they are: stale after 45 s, looked at every 5 s.
const silentLimit = alerts.SeatStale + 5*time.Second + slack

func silentConsole(w *world, v *view, bad func(string, ...any)) {
	for _, op := range w.desk {
		if op.gone.IsZero() || w.now.Sub(op.gone) < silentLimit || !w.steadySince(silentLimit) {
			continue
		}
		for _, id := range v.order {
			if a := v.alerts[id]; a.State.Working() && a.AcceptedAt != nil && a.Operator.ID == string(op.ID) && a.AcceptedAt.Sub(op.beat) < alerts.SeatStale {
				bad("%s has been silent for %s and still has %s", op.ID, w.now.Sub(op.gone), w.alertName(id))
			}
		}
	}
}

// inTown is what the clocks of the town's centres show.
func inTown(t time.Time) time.Time { return t.In(time.FixedZone("Asia/Shanghai", 8*60*60)) }

// noteTrouble keeps which devices of which elder cannot be relied on, by what the timelines say.
func (v *view) noteTrouble(w *world, e alerts.Event) {
	a := v.alerts[e.Alert]
	elder, device := string(a.Elder), string(e.Data.Device)
	switch e.Type {
	case alerts.EventResolved, alerts.EventCancelled:
		if a.Kind == alerts.KindSafety && a.Priority == 3 && e.Actor.Role == "supervisor" && e.Data.Reason != "" {
			delete(v.troubled, elder)
		}
	case alerts.EventTrouble:
		if v.troubled[elder] == nil {
			v.troubled[elder] = map[string]time.Time{}
		}
		if _, known := v.troubled[elder][device]; !known && device != "" {
			v.troubled[elder][device] = w.now
		}
	case alerts.EventReleased:
		delete(v.troubled[elder], device)
	case alerts.EventProved:
		if slices.ContainsFunc(w.ledger.pressed[device], func(p pressing) bool { return p.at.After(v.troubled[elder][device].Add(-pressSlack)) }) {
			delete(v.troubled[elder], device)
		}
	}
}

// deviceOf is the id of a town's device by its identity.
func deviceOf(identity string) string { return strings.Replace(identity, "button-", "d", 1) }

// surelyOne tells whether a signal that comes by two ways can be taken for nothing but one press: the elder has pressed nothing else of that
// kind about that time, and its alert is open.
func (w *world) surelyOne(s signal) bool {
	a := w.view.alerts[alerts.AlertID(s.alert)]
	return a != nil && a.State.Working() && !slices.ContainsFunc(w.ledger.pressed[deviceOf(s.device)], func(p pressing) bool {
		return p.kind == s.kind && !p.at.Equal(s.at)
	})
}
