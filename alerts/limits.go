package alerts

import (
	"fmt"
	"time"

	"anling/internal/fault"
)

// Limits are the numbers of the rules that no plan can switch off (rules.go). A plan may move each of them within its
// bounds; what it does not name stands at its default. All are lengths of time.
type Limits struct {
	Idle        Span `yaml:"idle"`         // accepted, and then no deed of the operator: it rings again
	Parked      Span `yaml:"parked"`       // begun, nobody coming, and no further deed
	Under       Span `yaml:"under_way"`    // somebody is coming, and no further deed
	Scene       Span `yaml:"on_scene"`     // somebody is there, and no further deed
	Talking     Span `yaml:"talking"`      // a call of the operator counts as a deed for at most so long
	NextSeat    Span `yaml:"next_seat"`    // rung again, and still nothing: it goes to the other seats
	Supervisor  Span `yaml:"supervisor"`   // waiting for a seat: the supervisor is called, again and again
	Still       Span `yaml:"still"`        // promised to come and has not moved: asked
	Late        Span `yaml:"late"`         // later than the travel time allows: asked
	Answer      Span `yaml:"answer"`       // asked on the way and no answer: one more is asked to come
	ContactWay  Span `yaml:"contact_way"`  // how long somebody may need whose travel time is not known
	CallBack    Span `yaml:"call_back"`    // from the end of the help to the call-back 回访
	Unreached   Span `yaml:"unreached"`    // ended, but nobody at the door was reached: the supervisor is called
	Remind      Span `yaml:"remind"`       // between reminders of a call-back
	RetryElder  Span `yaml:"retry_elder"`  // nobody spoke on the elder's line: it is tried again
	Recheck     Span `yaml:"recheck"`      // of an outage: found well, and still cut off: checked on again
	ExtraWithin Span `yaml:"extra_within"` // how far the one may be who is asked in the place of another
}

// limit is one number with its default and its bounds.
type limit struct {
	name          string
	at            func(*Limits) *Span
	def, min, max time.Duration
}

func limitTable() []limit {
	const s, m, h = time.Second, time.Minute, time.Hour
	return []limit{
		{"idle", func(l *Limits) *Span { return &l.Idle }, 60 * s, 15 * s, 5 * m},
		{"parked", func(l *Limits) *Span { return &l.Parked }, 3 * m, 1 * m, 10 * m},
		{"under_way", func(l *Limits) *Span { return &l.Under }, 10 * m, 3 * m, 30 * m},
		{"on_scene", func(l *Limits) *Span { return &l.Scene }, 30 * m, 10 * m, 2 * h},
		{"talking", func(l *Limits) *Span { return &l.Talking }, 5 * m, 1 * m, 15 * m},
		{"next_seat", func(l *Limits) *Span { return &l.NextSeat }, 30 * s, 10 * s, 2 * m},
		{"supervisor", func(l *Limits) *Span { return &l.Supervisor }, 60 * s, 20 * s, 3 * m},
		{"still", func(l *Limits) *Span { return &l.Still }, 60 * s, 30 * s, 5 * m},
		{"late", func(l *Limits) *Span { return &l.Late }, 3 * m, 1 * m, 10 * m},
		{"answer", func(l *Limits) *Span { return &l.Answer }, 30 * s, 15 * s, 2 * m},
		{"contact_way", func(l *Limits) *Span { return &l.ContactWay }, 20 * m, 5 * m, 1 * h},
		{"call_back", func(l *Limits) *Span { return &l.CallBack }, 2 * h, 10 * m, 24 * h},
		{"unreached", func(l *Limits) *Span { return &l.Unreached }, 5 * m, 1 * m, 30 * m},
		{"remind", func(l *Limits) *Span { return &l.Remind }, 30 * m, 10 * m, 4 * h},
		{"retry_elder", func(l *Limits) *Span { return &l.RetryElder }, 30 * s, 10 * s, 5 * m},
		{"recheck", func(l *Limits) *Span { return &l.Recheck }, 6 * h, 1 * h, 24 * h},
		{"extra_within", func(l *Limits) *Span { return &l.ExtraWithin }, 20 * m, 5 * m, 1 * h},
	}
}

// fill puts the defaults where a plan says nothing, and names what lies outside the bounds.
func (l *Limits) fill() (wrong []fault.Field) {
	for _, k := range limitTable() {
		v := k.at(l)
		if *v == 0 {
			*v = Span(k.def)
		}
		if d := time.Duration(*v); d < k.min || d > k.max {
			wrong = append(wrong, fault.Field{Name: "limits." + k.name,
				Problem: fmt.Sprintf("want between %s and %s, got %s", k.min, k.max, d)})
		}
	}
	return wrong
}
