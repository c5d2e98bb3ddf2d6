package simtest

import (
	"testing"
	"time"

	"anling/alerts"
)

// TestWhoIsOwedAClosure: whom the invariant counts as told of an alarm.
func TestWhoIsOwedAClosure(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return built.Add(time.Duration(minute) * time.Minute) }
	raised := func(plan string) alerts.Event {
		return alerts.Event{Type: alerts.EventRaised, At: at(0), Data: alerts.Data{Raised: &alerts.Raise{Plan: alerts.Ref(plan, 1)}}}
	}
	told := func(minute int) alerts.Event {
		return alerts.Event{Type: alerts.EventTold, At: at(minute), Data: alerts.Data{Person: "h7"}}
	}
	goesOn := func(minute int, plan string, onTheWay ...*alerts.Person) alerts.Event {
		return alerts.Event{Type: alerts.EventContinued, At: at(minute), Data: alerts.Data{Plan: alerts.Ref(plan, 2), People: onTheWay}}
	}
	coming := &alerts.Person{ID: "h7"}
	for name, c := range map[string]struct {
		events []alerts.Event
		asked  bool
	}{
		"asked":                       {[]alerts.Event{raised("emergency"), told(1)}, true},
		"asked as it was less":        {[]alerts.Event{raised("inactivity"), told(1), goesOn(2, "emergency")}, true},
		"asked in a round before":     {[]alerts.Event{raised("safety"), told(1), goesOn(300, "safety"), goesOn(301, "emergency")}, false},
		"on the way since then":       {[]alerts.Event{raised("safety"), told(1), goesOn(2, "safety", coming), goesOn(3, "emergency", coming)}, true},
		"asked in that round as well": {[]alerts.Event{raised("safety"), told(1), goesOn(300, "safety"), told(301)}, true},
	} {
		if asked, ended := toldBetween(c.events, "h7", at(400)); asked != c.asked || ended {
			t.Errorf("%s: counts as told of it: %v, of its end: %v; want %v, false", name, asked, ended, c.asked)
		}
		if _, ended := toldBetween(append(c.events, told(400)), "h7", at(400)); !ended {
			t.Errorf("%s: was told at the end, and does not count as told", name)
		}
	}
}

// TestAProofIsNoArrival, seed 46757: a press that proves a device stands in the alert that it joins, and once more as the proof.
func TestAProofIsNoArrival(t *testing.T) {
	t.Parallel()
	event := func(kind alerts.EventType) alerts.Event {
		return alerts.Event{Type: kind, Data: alerts.Data{Signal: "s1"}}
	}
	v := view{events: map[alerts.AlertID][]alerts.Event{"a1": {event(alerts.EventPressedAgain), event(alerts.EventProved)}}}
	if got := v.arrivals(signal{receipt: "s1", alert: "a1"}); len(got) != 1 || got[0] != alerts.EventPressedAgain {
		t.Errorf("the press arrived as %v, want pressed_again only", got)
	}
}
