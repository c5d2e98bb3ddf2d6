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

// knownPresses is how many presses of an alert are remembered by their time: those of which a report may still be under way.
const knownPresses = 8

// Press is one press of an alert as whoever pressed sent it.
type Press struct {
	N    int       `json:"n"` // from 1
	Kind string    `json:"kind"`
	At   time.Time `json:"at"` // by the sender's own time
}

// pressed remembers the press that has just been counted.
func (a *Alert) pressed(kind string, at time.Time) {
	last := a.Known[max(0, len(a.Known)-knownPresses+1):]
	a.Known = append(slices.Clone(last), Press{N: a.Presses, Kind: kind, At: at})
}

// samePress gives which press a signal is once more, by another way; 0 when it is a press of its own. It is one of the same kind, at the
// same time, that has not come by this way yet: whoever presses twice presses twice by the same way, and who presses, and then falls,
// needs help twice. The report of an earlier press may come after a later one. A clock that is ahead is believed for a minute: where nothing
// was believed of it at the first report, nothing is at the second.
func (a *Alert) samePress(s *Signal, now time.Time) (n int) {
	if s.Path == "" {
		return 0
	}
	nearest := samePressWithin + 1
	for _, p := range a.presses() {
		at := s.At
		if at.After(now) && !p.At.After(a.arrived(p.N)) {
			at = now
		}
		apart := at.Sub(p.At).Abs()
		came := slices.ContainsFunc(a.Paths, func(m PathMark) bool { return m.Path == s.Path && m.Press == p.N })
		if p.Kind == s.Kind && apart < nearest && !came {
			n, nearest = p.N, apart
		}
	}
	return n
}

// arrived is when the first report of a press came in.
func (a *Alert) arrived(press int) (at time.Time) {
	for _, m := range a.Paths {
		if m.Press == press && (at.IsZero() || m.At.Before(at)) {
			at = m.At
		}
	}
	return at
}

// presses are those that are remembered; of an alert that an earlier program wrote, the last one as far as it is known.
func (a *Alert) presses() []Press {
	if len(a.Known) == 0 {
		return []Press{{N: a.Presses, Kind: a.Kind, At: a.PressedAt}}
	}
	return a.Known
}

// late is how old a signal is, in whole seconds.
func (d *decision) late(s *Signal) int { return max(0, int(d.now.Sub(s.At).Seconds())) }

// pressedAgain makes the alert one step more urgent, and lets the elder hear how it stands.
func (d *decision) pressedAgain(s *Signal) {
	prio := d.a.Priority
	if d.p.Priority < 3 {
		prio = max(1, prio-1)
	}
	d.emit(EventPressedAgain, Data{Signal: s.ID, Kind: s.Kind, Channel: s.Path, Text: s.Text, Position: s.Position, Prio: prio, Late: d.late(s)})
	d.placeAgain(s, s.fromHome())
	if s.Kind == KindZone {
		d.tellAtOnce(d.a.People, s.Tell)
		return // nobody has pressed anything, who could be told how it stands
	}
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
func (a *Alert) came(path string, press int, at time.Time) {
	if path != "" {
		a.Paths = append(slices.Clone(a.Paths), PathMark{Path: path, Press: press, At: at})
	}
}

// joined takes over the people of an alert about the same event. An outage takes in nobody: whoever pressed would be one of thousands.
func (d *decision) joined() error {
	if d.a.Outage != nil {
		return fault.New(fault.Conflict, "an alarm is not linked to an outage: whoever pressed needs help of their own")
	}
	d.emit(EventLinked, Data{Other: d.c.Alert, People: d.strangers(d.c.people), Kind: d.c.kind})
	return nil
}

// strangers are the people of another alert about the same event who have no part in this one yet.
func (d *decision) strangers(all []*Person) []*Person {
	var out []*Person
	for _, p := range all {
		if d.a.Person(p.ID) == nil && p.ID != callerID {
			out = append(out, p)
		}
	}
	return out
}
