package alerts

import (
	"slices"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// KindOutage is the kind of an alert about many devices that fell silent together. Only the program itself raises it.
const KindOutage = "outage"

// By what devices belong together that fail together.
const (
	ByGateway = "gateway" // they speak the same protocol, and so come in through the same gateway
	ByCarrier = "carrier" // their cards are of the same mobile network
	ByArea    = "area"    // they stand in the same district, street or community, by its official code
)

// Cause is what the devices of an outage have in common. An outage is one centre's: its people are checked on by those who may know
// of them.
type Cause struct {
	Centre registry.CentreID `json:"centre"`
	By     string            `json:"by"`
	Value  string            `json:"value"`
}

func (c Cause) joinKey() []byte {
	return []byte("outage/" + string(c.Centre) + "/" + c.By + "/" + c.Value)
}

// CheckState is how far the check on one person of an outage has come.
type CheckState string

// The states of a check. Who is unchecked or back may have the other said of them at any time; who was checked stays so, whatever
// their device does.
//
//	unchecked ──▶ well, help (somebody looked)        unchecked ──▶ back (their device is heard again)
//	back ──▶ unchecked (silent again)                 well ◀──▶ help (looked again)
//	well ──▶ unchecked (the device is still silent hours later)
const (
	Unchecked   CheckState = "unchecked"
	CheckedWell CheckState = "well" // reached, and all is well
	NeedsHelp   CheckState = "help" // an emergency was raised for them
	BackAgain   CheckState = "back" // a device of theirs is heard again
)

// CheckUnreached is an outcome of a check that leaves the person unchecked: nobody could be reached.
const CheckUnreached Outcome = "unreached"

// CheckSilent is what a machine finds: the telephone was lifted, and nobody pressed a key or spoke. The person stays unchecked, at the head
// of the list.
const CheckSilent Outcome = "no_speech"

// checkOutcomes are how a check on somebody can end.
func checkOutcomes() []Outcome {
	return []Outcome{Outcome(CheckedWell), Outcome(NeedsHelp), CheckUnreached}
}

// Outage is how the check on the people of an outage stands. Who they are stands in a list beside the alert (Engine.OutagePeople):
// there may be a hundred thousand of them.
type Outage struct {
	By        string `json:"by"`
	Value     string `json:"value"`
	People    int    `json:"people"`
	Unchecked int    `json:"unchecked"`
	Well      int    `json:"well"`
	Help      int    `json:"help"`
	Back      int    `json:"back"`
}

// count is where the people of a state are counted; nil for no state.
func (o *Outage) count(s CheckState) *int {
	switch s {
	case Unchecked:
		return &o.Unchecked
	case CheckedWell:
		return &o.Well
	case NeedsHelp:
		return &o.Help
	case BackAgain:
		return &o.Back
	}
	return nil
}

// move counts n people from one state to another; from "" they are new.
func (o *Outage) move(from, to CheckState, n int) {
	if c := o.count(from); c != nil {
		*c -= n
	} else {
		o.People += n
	}
	if c := o.count(to); c != nil {
		*c += n
	}
}

// checkNews is what is new about the people of an outage.
type checkNews struct {
	from   CheckState         // in which they were; "" for who is new
	elders []registry.ElderID // commandGather, commandBack
	tasks  []AlertID          // commandGather: that join the outage
	tries  int                // CommandCheck: in vain, so far
	known  bool               // CommandCheck: the person belongs to the outage
	over   bool               // commandBack: no device of the outage is silent any more
}

// gathered puts people on the list, or back onto it.
func (d *decision) gathered() {
	if d.a.Outage == nil || d.a.State.Ended() {
		return
	}
	for _, id := range d.c.check.tasks {
		d.emit(EventLinked, Data{Other: id})
	}
	if len(d.c.check.elders) == 0 {
		return
	}
	gathered := Data{Elders: d.c.check.elders, Code: string(d.c.check.from)}
	if d.c.action != nil {
		gathered.Step = d.c.action.Step
	}
	d.emit(EventGathered, gathered)
}

// fold lets the task of a loss join the outage of which it turned out to be part: nobody works on the same loss twice.
func (d *decision) fold() {
	if d.a.Kind == KindLost && d.a.State.Working() {
		d.emit(EventJoined, Data{Other: d.c.Alert})
	}
}

// backAgain takes those off the list whose devices are heard again. When nobody is left to be checked on, and no device is
// silent any more, the outage ends by rule.
func (d *decision) backAgain() {
	if d.a.Outage == nil || d.a.State.Ended() {
		return
	}
	n := d.c.check
	if len(n.elders) > 0 {
		d.emit(EventBack, Data{Elders: n.elders, Code: string(Unchecked)})
	}
	if n.over && d.a.Outage.Unchecked == len(n.elders) {
		d.endOutage("back")
	}
}

// endOutage ends an outage by rule: nobody has to be called back about it.
func (d *decision) endOutage(why string) {
	if d.a.State != Resolved {
		d.emit(EventResolved, Data{Outcome: string(OutcomeOther), Code: why})
	}
	d.emit(EventClosed, Data{Code: why})
}

// check records how an operator found somebody.
func (d *decision) check() error {
	if d.a.Outage == nil {
		return fault.New(fault.Conflict, "only the people of an outage are checked on in this way")
	}
	if !d.c.check.known {
		return fault.InvalidFields("nobody of that name belongs to this outage", []fault.Field{{Name: "person", Problem: "want the id of an elder of this outage"}})
	}
	if !slices.Contains(checkOutcomes(), d.c.Outcome) {
		return fault.InvalidFields("how are they?", []fault.Field{{Name: "outcome", Problem: "want one of well, help, unreached"}})
	}
	was := d.c.check.from
	if CheckState(d.c.Outcome) == was {
		return nil
	}
	d.emit(EventChecked, Data{Person: d.c.Person, Outcome: string(d.c.Outcome), Code: string(was)})
	return nil
}

// mayEndOutage is the rule for who ends an outage by hand: nobody of its people may be left unchecked, unless a supervisor writes why.
func (d *decision) mayEndOutage() error {
	if d.a.Outage == nil || d.a.Outage.Unchecked == 0 || d.excused() {
		return nil
	}
	if d.c.Actor.supervises() {
		return missingReason("say why this ends although people are unchecked")
	}
	return fault.New(fault.Conflict, "nobody has checked on all people of this outage yet (%d are left); a supervisor may end it with a reason", d.a.Outage.Unchecked)
}

// evolveOutage keeps the count of who was checked.
func evolveOutage(a *Alert, e Event) {
	if a.Outage == nil {
		return
	}
	o, from := *a.Outage, CheckState(e.Data.Code)
	switch e.Type {
	case EventGathered:
		o.move(from, Unchecked, len(e.Data.Elders))
		soon := e.At.Add(time.Second) // there is somebody new to be called, when they stand on the list
		for id, m := range a.Steps {
			if m.Again != nil && m.Again.After(soon) {
				m.Again = &soon
				a.Steps[id] = m
			}
		}
	case EventBack:
		o.move(from, BackAgain, len(e.Data.Elders))
	case EventChecked:
		if o.count(CheckState(e.Data.Outcome)) != nil {
			o.move(from, CheckState(e.Data.Outcome), 1)
		}
	}
	a.Outage = &o
}

// recheckEvery is how often somebody looks who is to be checked on again.
const recheckEvery = time.Hour

// nightEnds is when people may be called again.
const nightEnds = "06:00"

// recheck has those of an outage checked on again who were found well long ago and are still cut off. It wakes nobody at night.
func (r *ruling) recheck() {
	o := r.a.Outage
	if o == nil || o.Well == 0 {
		return
	}
	s := r.step("recheck", Step{Do: doRecheck})
	at := r.a.BeganAt.Add(r.limit(r.plan.Limits.Recheck))
	if m, ok := r.a.Steps[s.ID]; ok && !m.At.Before(r.a.BeganAt) {
		at = later(at, m.At.Add(recheckEvery))
	}
	if wake := later(at, r.o.now); registry.Within(night(), wake, zoneOf(r.a)) {
		at = nextClock(nightEnds, wake, zoneOf(r.a))
	}
	r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
}
