package alerts

import (
	"slices"
	"time"

	"anling/internal/fault"
	"anling/notify"
)

// samePressWithin is how far apart the times may lie that two ways give to one press.
const samePressWithin = 30 * time.Second

// statusPause is the least time between two calls that tell the elder how it stands.
const statusPause = time.Minute

// samePress reports whether a signal is the last press once more, by another way: of the same kind, at the same time, and not by a
// way by which that press has come already. Whoever presses twice presses twice by the same way.
func (a *Alert) samePress(s *Signal) bool {
	if s.Path == "" || s.Kind != a.Kind || s.At.Sub(a.PressedAt).Abs() > samePressWithin {
		return false
	}
	return !slices.ContainsFunc(a.Paths, func(m PathMark) bool { return m.Path == s.Path && m.Press == a.Presses })
}

// pressedAgain makes the alert one step more urgent, and lets the elder hear how it stands.
func (d *decision) pressedAgain(s *Signal) {
	prio := d.a.Priority
	if d.p.Priority < 3 {
		prio = max(1, prio-1)
	}
	d.emit(EventPressedAgain, Data{Signal: s.ID, Kind: s.Kind, Channel: s.Path, Text: s.Text, Position: s.Position, Prio: prio})
	elder := d.a.elder()
	if d.p.Priority == 3 || elder == nil || elder.Numbers == 0 || d.a.Silent || s.Silent {
		return
	}
	for _, m := range elder.Messages {
		if m.Channel == string(notify.Voice) && d.now.Sub(m.ToldAt) < statusPause && !ended(m.Status) {
			return // the line is in use already
		}
	}
	d.told(elder, notify.Voice, "elder_status", rulePrefix+"second-press")
}

// came notes by which way a press came.
func (a *Alert) came(path string, at time.Time) {
	if path != "" {
		a.Paths = append(slices.Clone(a.Paths), PathMark{Path: path, Press: a.Presses, At: at})
	}
}

// joined takes over the people of an alert about the same event. An outage takes in nobody: whoever pressed would be one of thousands.
func (d *decision) joined() error {
	if d.a.Outage != nil {
		return fault.New(fault.Conflict, "an alarm is not linked to an outage: whoever pressed needs help of their own")
	}
	d.emit(EventLinked, Data{Other: d.c.Alert, People: d.strangers(d.c.people)})
	return nil
}

// strangers are the people of another alert about the same event who have no part in this one yet.
func (d *decision) strangers(all []*Person) []*Person {
	var out []*Person
	for _, p := range all {
		if d.a.Person(p.ID) == nil {
			out = append(out, p)
		}
	}
	return out
}
