package simtest

import (
	"slices"
	"time"

	"anling/alerts"
	"anling/notify"
)

// invariant is something that must hold after every step of every story.
type invariant struct {
	name     string
	sentence string
	// whenSettled: looked at only when everything that was due has been done.
	whenSettled bool
	check       func(w *world, v *view, bad func(format string, args ...any))
}

// slack is what a machine may take for what is due at once.
const slack = 3 * time.Second

// invariants are all of them, in the order of docs/invariants.md.
func invariants() []invariant {
	return slices.Concat(signalInvariants(), timeInvariants(), recordInvariants(), messageInvariants(), humanInvariants(), careInvariants(), outageInvariants())
}

func signalInvariants() []invariant {
	return []invariant{{
		name:     "signal-kept",
		sentence: "An acknowledged alarm has an alert, and the alert's timeline names the signal. None is lost, whatever dies or refuses.",
		check:    signalKept,
	}, {
		name:     "signal-once",
		sentence: "A signal that is sent again gets the same answer, and nothing happens a second time.",
		check:    signalOnce,
	}, {
		name:     "refused",
		sentence: "Nobody is told that something is done which the database has refused to keep.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			if w.ledger.lies > 0 {
				bad("%d calls ended well though their commit had been refused", w.ledger.lies)
			}
		},
	}, {
		name:     "one-open-alert",
		sentence: "Presses of one elder about one thing are one open alert; only one that was opened again, or goes on with the plan of another, may stand beside it.",
		check:    oneOpenAlert,
	}, {
		name:     "test-tells-nobody",
		sentence: "A test press reaches nobody's telephone but the elder's, who hears that the button works.",
		check:    testTellsNobody,
	}}
}

func testTellsNobody(w *world, v *view, bad func(string, ...any)) {
	for _, r := range v.requests {
		if a := v.alerts[alerts.AlertID(r.m.Alert)]; a != nil && a.Test && (r.m.Person != string(a.Elder) || r.m.Template != "test_ok") {
			bad("%s went to %s because of a test", r.m.Template, r.m.Person)
		}
	}
	for _, e := range v.fresh {
		a := v.alerts[e.Alert]
		if elder := a.Person(string(a.Elder)); e.Type != alerts.EventClosed || !a.Test || elder == nil || elder.Numbers == 0 || a.Silent || v.silentOpen(a.Elder) {
			continue
		}
		if !slices.ContainsFunc(v.events[e.Alert], func(t alerts.Event) bool {
			return t.Type == alerts.EventTold && t.Data.Tmpl == "test_ok" && !v.unmade[notify.MessageID(t.Data.Message)]
		}) {
			bad("%s does not hear that the button works", a.Elder)
		}
	}
}

// quiet are the kinds that raise nothing by themselves.
func quiet(kind string) bool {
	return slices.Contains([]string{"heartbeat", "position", "battery_ok", "mains_ok", "fault_ok", "cancel"}, kind)
}

func signalKept(w *world, v *view, bad func(string, ...any)) {
	for _, s := range w.ledger.signals {
		if s.alert == "" {
			if !quiet(s.kind) {
				bad("%s (%s) was acknowledged without an alert", s.id, s.kind)
			}
			continue
		}
		if v.alerts[alerts.AlertID(s.alert)] == nil || v.named[s.receipt] == 0 {
			bad("%s (%s) was acknowledged, and no event of %s names it", s.id, s.kind, w.name("alert", s.alert))
		}
	}
}

func signalOnce(w *world, v *view, bad func(string, ...any)) {
	first := map[string]signal{}
	for _, s := range w.ledger.signals {
		known, again := first[s.id]
		if !again {
			first[s.id] = s
		} else if known.alert != s.alert || known.receipt != s.receipt {
			bad("%s was answered with %s first, and with %s when it came again", s.id, w.name("alert", known.alert), w.name("alert", s.alert))
		}
	}
	for _, e := range v.fresh {
		if e.Data.Signal != "" && v.named[e.Data.Signal] > 1 {
			bad("a signal stands twice in the timelines: %s of %s", e.Type, w.alertName(e.Alert))
		}
	}
}

func oneOpenAlert(w *world, v *view, bad func(string, ...any)) {
	open := map[string]alerts.AlertID{}
	for _, id := range v.order {
		a := v.alerts[id]
		if a.Elder == "" || a.Test || !a.State.Working() {
			continue
		}
		key := string(a.Elder) + " " + string(a.Plan)
		if open[key] != "" && !reopened(v.events[open[key]]) && !reopened(v.events[id]) {
			bad("%s and %s are open for one elder at once", w.alertName(open[key]), w.alertName(id))
		}
		open[key] = id
	}
}

// reopened tells whether an alert was opened again, or has become one of the other kind: there may have been another one by then.
func reopened(events []alerts.Event) bool {
	return slices.ContainsFunc(events, func(e alerts.Event) bool { return e.Type == alerts.EventReopened || e.Type == alerts.EventContinued })
}

func timeInvariants() []invariant {
	return []invariant{{
		name:        "on-time",
		sentence:    "What is due is done: while a node lives and the database answers, no alert and no message waits beyond its time.",
		whenSettled: true,
		check:       onTime,
	}, {
		name:        "attended",
		sentence:    "An open alert has a next time to look at it, or somebody of the centre has it, or somebody is on the way or there. None is parked.",
		whenSettled: true,
		check:       attended,
	}, {
		name:        "given-back",
		sentence:    "An alarm for life that an operator has accepted, and then done nothing about while nobody comes, is taken from them after a minute and a half, counted from when the machine last called the caller back for them, and rings again.",
		whenSettled: true,
		check:       givenBack,
	}, {
		name:        "passed-up",
		sentence:    "An alarm for life that no human has answered in its time has called the supervisor, prompted the ambulance and gone up to the parent centre.",
		whenSettled: true,
		check:       passedUp,
	}, {
		name:        "rest",
		sentence:    "The program comes to rest: no two parts keep each other busy for ever.",
		whenSettled: true,
		check:       func(*world, *view, func(string, ...any)) {}, // the loop itself looks
	}}
}

func onTime(w *world, v *view, bad func(string, ...any)) {
	if w.healthySince.IsZero() || w.now.Sub(w.healthySince) < slack {
		return
	}
	machine := w.clock.Now()
	for _, id := range v.order {
		if due := v.alerts[id].DueAt; due != nil && due.Add(slack).Before(machine) {
			bad("%s was due %s ago", w.alertName(id), machine.Sub(*due))
		}
	}
	for _, m := range v.messages {
		// A lease of a node that died without coming back runs out first.
		free := time.UnixMicro(max(m.due, m.leased)).Add(slack)
		if m.pending && free.Before(machine) && w.steadySince(slack+30*time.Second) {
			bad("%s to %s was due %s ago and is %s", w.name("message", string(m.id)), m.person, machine.Sub(time.UnixMicro(m.due)), m.status)
		}
	}
}

func attended(w *world, v *view, bad func(string, ...any)) {
	for _, id := range v.order {
		a := v.alerts[id]
		if !a.State.Working() || a.DueAt != nil || a.AcceptedAt != nil || a.State == alerts.Helping || a.State == alerts.OnScene {
			continue
		}
		bad("%s is %s, nobody has it, and nobody will look at it again", w.alertName(id), a.State)
	}
}

// idleLimit is how long an operator may do nothing at all before the alert is given back: limits idle and next_seat.
const idleLimit = 90 * time.Second

func givenBack(w *world, v *view, bad func(string, ...any)) {
	if !w.steadySince(idleLimit + slack) {
		return
	}
	for _, id := range v.order {
		a := v.alerts[id]
		if a.State != alerts.Accepted || a.Priority > 2 || a.Outage != nil || a.Test || a.AcceptedAt == nil || a.ActedAt.After(*a.AcceptedAt) {
			continue
		}
		if idle := w.clock.Now().Sub(heldSince(a)); idle > idleLimit+slack {
			bad("%s has done nothing about %s for %s, and still has it", a.Operator.ID, w.alertName(id), idle)
		}
	}
}

// heldSince is when an operator took an alert, or when the machine last gave up to call its caller back for them: meanwhile they wait for
// the line.
func heldSince(a *alerts.Alert) time.Time {
	since := *a.AcceptedAt
	for _, p := range a.People {
		for _, m := range p.Messages {
			if m.Step == "rule/call-back-caller" && m.At.After(since) {
				since = m.At
			}
		}
	}
	return since
}

func passedUp(w *world, v *view, bad func(string, ...any)) {
	for _, id := range v.order {
		a := v.alerts[id]
		age := w.healthy - v.raised[id]
		if v.events[id][0].Data.Raised.Priority != 1 || a.Test || a.State != alerts.Raised || a.AcceptedAt != nil || a.WaitingSince == nil || *a.WaitingSince != a.RaisedAt {
			continue
		}
		human := slices.ContainsFunc(a.People, func(p *alerts.Person) bool { return p.State.Human() })
		did := func(t alerts.EventType, to string) bool {
			return slices.ContainsFunc(v.events[id], func(e alerts.Event) bool { return e.Type == t && (to == "" || e.Data.To == to) })
		}
		switch {
		case age > 60*time.Second+slack && !did(alerts.EventEscalated, "supervisor"):
			bad("%s waits for %s and no supervisor was called", w.alertName(id), age)
		case !human && age > 120*time.Second+slack && !did(alerts.EventPrompted, ""):
			bad("no human has answered %s for %s, and nobody was prompted to call an ambulance", w.alertName(id), age)
		case !human && age > 180*time.Second+slack && !did(alerts.EventEscalated, "parent"):
			bad("no human has answered %s for %s, and the parent centre does not know", w.alertName(id), age)
		}
	}
}

// isCall tells whether a message would make a phone ring or buzz for the alarm itself, and not thank or close.
func isCall(m notify.Message) bool {
	return !slices.Contains([]string{"test_ok", "stand_down_arrived", "resolved", "elder_callback", "operator_connect"}, m.Template)
}
