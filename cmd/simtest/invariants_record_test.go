package simtest

import (
	"slices"
	"strings"

	"anling/alerts"
	"anling/notify"
)

func recordInvariants() []invariant {
	return []invariant{{
		name:     "chain",
		sentence: "Every timeline is numbered without gaps, the global numbers are, too, in the order in which they became visible, and nothing that was seen is ever changed or gone.",
		check:    chain,
	}, {
		name:     "time",
		sentence: "Within an alert time never goes back, whatever is done to the clocks of machines.",
		check: func(w *world, v *view, bad func(string, ...any)) {
			for _, e := range v.fresh {
				if e.Seq > 1 && e.At.Before(v.events[e.Alert][e.Seq-2].At) {
					bad("%s of %s is earlier than what was before it", e.Type, w.alertName(e.Alert))
				}
			}
		},
	}, {
		name:     "whole",
		sentence: "The state that is shown is the sum of the events, and each event follows the hash of the one before (anling verify finds nothing).",
		check:    func(*world, *view, func(string, ...any)) {}, // looked at when the story ends, and now and then: it reads everything
	}, {
		name:     "moves",
		sentence: "An alert moves only as the drawing of its states allows.",
		check:    moves,
	}, {
		name:     "no-end-without",
		sentence: "No alert is closed without an outcome and a human reached, or cancelled without one, unless a supervisor has written why.",
		check:    noEndWithout,
	}, {
		name:     "only-humans-end",
		sentence: "Only an operator ends an alert; never an SMS, a receipt or the time. A test ends by itself, the question after long inactivity with the elder's own word that all is well, and work on a device with the press that proves it, or with the fault.",
		check:    onlyHumansEnd,
	}, {
		name:     "busy",
		sentence: "Who is on the way to an open alert counts as busy, and nobody else does.",
		check:    busy,
	}}
}

func chain(w *world, v *view, bad func(string, ...any)) {
	next := v.global - int64(len(v.fresh))
	seq := map[alerts.AlertID]int64{}
	for _, e := range v.fresh {
		next++
		if e.Global != next {
			bad("event %d became visible where %d was expected", e.Global, next)
		}
		if seq[e.Alert] == 0 {
			seq[e.Alert] = int64(len(v.events[e.Alert])) - int64(countOf(v.fresh, e.Alert))
		}
		seq[e.Alert]++
		if e.Seq != seq[e.Alert] {
			bad("event %d of %s follows event %d", e.Seq, w.alertName(e.Alert), seq[e.Alert]-1)
		}
	}
	if v.rest.events != v.seen {
		bad("there are %d events, %d had been seen", v.rest.events, v.seen)
	}
}

func countOf(events []alerts.Event, id alerts.AlertID) (n int) {
	for _, e := range events {
		if e.Alert == id {
			n++
		}
	}
	return n
}

// allowed is the drawing in alerts/alert.go.
func allowed(from, to alerts.State) bool {
	if from == to {
		return true
	}
	switch from {
	case "":
		return true
	case alerts.Resolved, alerts.Closed, alerts.Cancelled, alerts.Joined:
		return to == alerts.Closed && from == alerts.Resolved || to.Working()
	}
	return to != alerts.Closed
}

func moves(w *world, v *view, bad func(string, ...any)) {
	for _, id := range v.order {
		before, changed := v.before[id]
		if !changed || before == nil {
			continue
		}
		now := v.alerts[id]
		reopened := slices.ContainsFunc(v.fresh, func(e alerts.Event) bool { return e.Alert == id && e.Type == alerts.EventReopened })
		resolved := slices.ContainsFunc(v.fresh, func(e alerts.Event) bool { return e.Alert == id && e.Type == alerts.EventResolved })
		switch {
		case before.state.Working() || !now.State.Working() || reopened:
		default:
			bad("%s went from %s to %s and nobody reopened it", w.alertName(id), before.state, now.State)
		}
		if !allowed(before.state, now.State) && !resolved {
			bad("%s went from %s to %s", w.alertName(id), before.state, now.State)
		}
	}
}

func noEndWithout(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		a := v.alerts[e.Alert]
		excused := e.Actor.Kind == alerts.ActorOperator && e.Actor.Role == "supervisor" && e.Data.Reason != ""
		switch {
		case e.Type == alerts.EventClosed && a.State == alerts.Closed && a.Outcome == "":
			bad("%s was closed without an outcome", w.alertName(e.Alert))
		case e.Type == alerts.EventClosed && !excused && !a.Test && a.Outage == nil && !taskDone(v.events[e.Alert], e) && !reachedBefore(v.events[e.Alert], e.Seq):
			bad("%s was closed though nobody had been reached", w.alertName(e.Alert))
		case e.Type == alerts.EventCancelled && !excused && e.Data.Reached == "":
			bad("%s was cancelled though nobody had been reached", w.alertName(e.Alert))
		}
	}
}

// reachedBefore tells whether somebody had been reached since the last beginning of an alert.
func reachedBefore(events []alerts.Event, seq int64) bool {
	is := false
	for _, e := range events {
		if e.Seq > seq {
			break
		}
		switch e.Type {
		case alerts.EventFollowedUp:
			is = is || e.Data.Reached != ""
		case alerts.EventClosed:
			is = is || e.Seq == seq && e.Data.Reached != "" && elderWell(events, seq)
		case alerts.EventReopened:
			is = false
		}
	}
	return is
}

// taskDone tells whether an event ends work on a device because a press of it came through, or its fault has gone.
func taskDone(events []alerts.Event, e alerts.Event) bool {
	if kind := events[0].Data.Raised.Kind; kind != alerts.KindSafety && !slices.Contains([]string{"low_battery", "mains_lost", "fault", "tamper", "lost", "untested"}, kind) {
		return false
	}
	why := alerts.EventType(e.Data.Code)
	if why == alerts.EventMended && events[0].Data.Raised.Kind == alerts.KindSafety {
		return false
	}
	return (why == alerts.EventProved || why == alerts.EventMended) && slices.ContainsFunc(events[:e.Seq], func(p alerts.Event) bool { return p.Type == why })
}

// elderWell tells whether the elder's last word before an event was that all is well.
func elderWell(events []alerts.Event, seq int64) bool {
	well := false
	for _, e := range events {
		if e.Seq < seq && e.Type == alerts.EventAnswered && e.Actor.Kind == alerts.ActorElder {
			well = e.Data.Answer == string(notify.AnswerWell)
		}
	}
	return well
}

func onlyHumansEnd(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		switch e.Type {
		case alerts.EventResolved, alerts.EventClosed, alerts.EventCancelled, alerts.EventJoined:
			self := v.alerts[e.Alert].Test || strings.HasPrefix(string(v.alerts[e.Alert].Plan), "inactivity@") && elderWell(v.events[e.Alert], e.Seq) || taskDone(v.events[e.Alert], e) || v.overByRule(e)
			if e.Actor.Kind != alerts.ActorOperator && !self {
				bad("%s was %s by %s", w.alertName(e.Alert), e.Type, e.Actor.Kind)
			}
		}
	}
}

func busy(w *world, v *view, bad func(string, ...any)) {
	want := map[string]alerts.AlertID{}
	for _, id := range v.order {
		a := v.alerts[id]
		a.Each(alerts.PartHelper, func(p *alerts.Person) {
			if a.State.Working() && p.State.Coming() {
				want[p.ID+" "+string(id)] = id
			}
		})
	}
	for key, id := range want {
		if !v.busy[key] {
			bad("%s is on the way to %s and does not count as busy", key[:2], w.alertName(id))
		}
	}
	for key := range v.busy {
		if _, is := want[key]; !is {
			bad("%s counts as busy with %s and is not on the way", key[:2], w.name("alert", key[len(key)-36:]))
		}
	}
}

// personState gives how far somebody was after an event, as far as standing down and declining are concerned: the number of the last
// event after which they need not be asked any more, 0 while they may be.
func freedAt(events []alerts.Event, person string, upTo int64) (seq int64, why alerts.EventType) {
	for _, e := range events {
		if e.Seq > upTo {
			break
		}
		switch e.Type {
		case alerts.EventStoodDown:
			if e.Data.Person == person {
				seq, why = e.Seq, e.Type
			}
		case alerts.EventResolved, alerts.EventCancelled, alerts.EventJoined, alerts.EventClosed:
			seq, why = e.Seq, e.Type
		case alerts.EventReopened:
			seq = 0
		case alerts.EventAnswered:
			if e.Data.Person == person && e.Data.Answer == string(notify.AnswerCannot) && e.Data.Code != "late" {
				seq, why = e.Seq, e.Type
			}
		case alerts.EventOffered, alerts.EventAssigned:
			if e.Data.Person == person {
				seq = 0
			}
		}
	}
	return seq, why
}
