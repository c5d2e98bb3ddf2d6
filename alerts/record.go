package alerts

import (
	"slices"
	"strings"
	"time"

	"anling/geo"
	"anling/notify"
	"anling/registry"
)

// Record is what became of asking one person once in one alert. It is what a policy learns from: nothing in it is personal but
// the ids. Records follow from the events and can be made anew from them.
type Record struct {
	Alert    AlertID   `json:"alert"`
	Person   string    `json:"person"`
	Seq      int64     `json:"seq"`  // of the event that asked
	Part     Part      `json:"part"` // helper or contact
	Kind     string    `json:"kind"`
	Priority int       `json:"priority"`
	Phase    string    `json:"phase"`    // the step that asked; by-hand when an operator did
	Channels []string  `json:"channels"` // by which they were asked before they answered, in that order
	AskedAt  time.Time `json:"asked_at"`
	Hour     int       `json:"hour"` // of the day at the alert's centre, 0–23

	TravelS      int      `json:"travel_s"` // to the door; 0: not known
	Metres       int      `json:"distance_m"`
	Mode         geo.Mode `json:"mode"`
	PositionAgeS *int     `json:"position_age_s"` // how old the position was from which that was reckoned; null: not known
	Others       int      `json:"others"`         // how many of the same part had been asked before them
	Beyond       []string `json:"beyond"`         // what was exceeded for a life: over_budget, quiet_hours, busy

	Answer      string     `json:"answer"` // the notify.Answer that counts; "" while they are silent
	AnsweredAt  *time.Time `json:"answered_at"`
	AnsweredBy  string     `json:"answered_by"` // the channel, or the kind of actor who said so for them
	DepartedAt  *time.Time `json:"departed_at"`
	ArrivedAt   *time.Time `json:"arrived_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`  // said yes, and then that they cannot
	ReservedAt  *time.Time `json:"reserved_at"`   // told that others are nearer
	RecalledAt  *time.Time `json:"recalled_at"`   // and then that they are needed after all
	StoodDownAt *time.Time `json:"stood_down_at"` // told that nobody is needed any more
	UnreachedAt *time.Time `json:"unreached_at"`  // no message got through
}

// Delay is how long the answer took; false when there is none, or an operator gave it for them.
func (r Record) Delay() (time.Duration, bool) {
	if r.AnsweredAt == nil || r.AnsweredBy == string(ActorOperator) {
		return 0, false
	}
	return r.AnsweredAt.Sub(r.AskedAt), true
}

func (r Record) promised() bool { return r.Answer == string(notify.AnswerComing) }

// ledger holds the records of one alert, in the order in which people were asked.
type ledger struct {
	all     []*Record
	changed []*Record
}

// notes reports whether an event may change a record.
func notes(ev Event) bool {
	switch ev.Type {
	case EventTold:
		return keysOf(ev.Data.Tmpl) != nil
	case EventAnswered:
		return ev.Data.Code == "" && notify.Answer(ev.Data.Answer) != notify.AnswerUnclear
	case EventReceipt, EventOffered, EventAssigned, EventDeparted, EventArrived, EventReserved, EventStoodDown:
		return true
	}
	return false
}

// note carries an event into the records, after it has been carried into the alert. hour is that of the event at the centre.
func (l *ledger) note(a *Alert, ev Event, hour int) {
	who := a.Person(ev.Data.Person)
	if who == nil || who.Part != PartHelper && who.Part != PartContact {
		return
	}
	r := l.of(a, who.ID)
	switch {
	case r != nil && who.RecalledBy != "" && (ev.Type == EventOffered || ev.Type == EventAssigned):
		r.RecalledAt = &ev.At
	case ev.Type == EventOffered, ev.Type == EventAssigned && r == nil:
		r = l.open(a, who, ev, hour)
	case ev.Type == EventTold && r == nil && who.Part == PartContact:
		r = l.open(a, who, ev, hour)
	}
	if r != nil && r.take(who, ev) && !slices.Contains(l.changed, r) {
		l.changed = append(l.changed, r)
	}
}

// of finds the record of the last time that a person was asked in this round of the alert.
func (l *ledger) of(a *Alert, person string) *Record {
	for _, r := range slices.Backward(l.all) {
		if r.Person == person && !r.AskedAt.Before(a.BeganAt) {
			return r
		}
	}
	return nil
}

//house:parameters the alert, who is asked in it, by which event, and at which hour there
func (l *ledger) open(a *Alert, who *Person, ev Event, hour int) *Record {
	r := &Record{Alert: a.ID, Person: who.ID, Seq: ev.Seq, Part: who.Part, Kind: a.Kind, Priority: a.Priority, Phase: ev.Data.Step,
		AskedAt: ev.At, Hour: hour, TravelS: who.TravelS, Metres: who.Metres, Mode: who.Mode}
	for _, o := range l.all {
		if o.Part == who.Part && !o.AskedAt.Before(a.BeganAt) {
			r.Others++
		}
	}
	if w := ev.Data.Who; w != nil && w.Position != nil && !w.Position.At.IsZero() {
		age := int(ev.At.Sub(w.Position.At).Seconds())
		r.PositionAgeS = &age
	}
	for _, why := range ev.Data.Reasons {
		if slices.Contains(exceeded(), why.Code) {
			r.Beyond = append(r.Beyond, why.Code)
		}
	}
	l.all = append(l.all, r)
	return r
}

// take carries an event into a record, and reports whether it is one that changes it.
func (r *Record) take(who *Person, ev Event) bool {
	at := ev.At
	switch ev.Type {
	case EventOffered:
	case EventAssigned:
		r.answer(notify.AnswerComing, at, string(ev.Actor.Kind))
	case EventTold:
		if r.AnsweredAt != nil || slices.Contains(r.Channels, ev.Data.Channel) {
			return false
		}
		r.Channels = append(r.Channels, ev.Data.Channel)
	case EventReceipt:
		if who.State != PersonUnreached || !who.Since.Equal(at) {
			return false
		}
		r.UnreachedAt = &at
	case EventAnswered:
		r.answer(notify.Answer(ev.Data.Answer), at, ev.Data.Channel)
	case EventDeparted, EventArrived:
		r.move(ev)
	case EventReserved:
		r.ReservedAt = &at
	case EventStoodDown:
		r.StoodDownAt = &at
	}
	return true
}

// answer takes what somebody says. The first word counts, and a later yes; a no after a yes is a withdrawal.
func (r *Record) answer(said notify.Answer, at time.Time, by string) {
	switch {
	case r.promised() && said == notify.AnswerCannot:
		r.WithdrawnAt = &at
	case r.promised():
		r.WithdrawnAt = nil
	case r.Answer != string(notify.AnswerCannot) || said == notify.AnswerComing:
		r.Answer, r.AnsweredAt, r.AnsweredBy, r.UnreachedAt = string(said), &at, by, nil
	}
}

// move takes that somebody has set out, or is there. Who does has said yes by it.
func (r *Record) move(ev Event) {
	by := ev.Data.Channel
	if by == "" {
		by = string(ev.Actor.Kind)
	}
	if !r.promised() {
		r.answer(notify.AnswerComing, ev.At, by)
	}
	switch {
	case ev.Type == EventArrived:
		r.ArrivedAt = &ev.At
	case r.DepartedAt == nil:
		r.DepartedAt = &ev.At
	}
}

// recordsOf makes the records of an alert anew from its events. zone gives the time zone of a centre.
func recordsOf(events []Event, zone func(registry.CentreID) (*time.Location, error)) ([]*Record, error) {
	var a Alert
	var l ledger
	for _, ev := range events {
		evolve(&a, ev)
		if !notes(ev) {
			continue
		}
		loc, err := zone(a.Centre)
		if err != nil {
			return nil, err
		}
		l.note(&a, ev, ev.At.In(loc).Hour())
	}
	return l.all, nil
}

func joined(list []string) string { return strings.Join(list, ",") }

func parted(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
