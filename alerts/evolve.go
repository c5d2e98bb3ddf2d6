package alerts

import (
	"cmp"
	"time"

	"anling/geo"
	"anling/notify"
)

// evolve carries one event into the state. It is total: every event that was ever stored is taken,
// and nothing but the event decides the outcome. The state is changed in place.
func evolve(a *Alert, e Event) {
	d := e.Data
	a.Seq, a.Global, a.Version = e.Seq, e.Global, e.Seq
	if e.Actor.Kind == ActorOperator {
		a.acted(e.At)
	}
	mark(a, e)
	switch e.Type {
	case EventRaised:
		begin(a, e)
	case EventPressedAgain:
		a.Presses++
		a.PressedAt = e.At
		a.Priority = d.Prio
		if d.Prio < 3 {
			a.Level = max(a.Level, 1)
		}
		a.pressed(d.Kind, e.At.Add(-time.Duration(d.Late)*time.Second))
		a.came(d.Channel, a.Presses, e.At)
		if d.Position != nil {
			a.addPosition(*d.Position)
		}
		if d.Kind == KindZone {
			a.BackAt = nil
		}
	case EventZoneBack:
		a.BackAt = &e.At
	case EventLinked:
		for _, p := range d.People {
			a.join(p)
		}
		a.Silent = a.Silent || d.Kind == silentKind
		a.settle(e.At)
	case EventAccepted, EventTransferred, EventReopened, EventReturned:
		evolveOwner(a, e)
	case EventNoSpeech:
		a.NoSpeechAt, a.Priority, a.Level = &e.At, 1, 3
	case EventLeft:
		evolveLeft(a, e)
	case EventKept:
		evolveKept(a, e)
	case EventTurn:
		a.Turn = &Turn{Operator: d.To, At: e.At}
	case EventPath:
		a.came(d.Channel, cmp.Or(d.Press, a.Presses), e.At)
		if d.Position != nil {
			a.addPosition(*d.Position)
		}
	case EventLocated:
		evolveLocated(a, e)
	case EventTold, EventReceipt:
		evolveMessage(a, e)
	case EventAnswered, EventOffered, EventAssigned, EventDeparted, EventArrived, EventReserved, EventStoodDown, EventProgress:
		evolvePerson(a, e)
	case EventShared:
		evolveShared(a, e)
	case EventEscalated:
		a.Level = max(a.Level, d.Level)
	case EventPrompted:
		a.Prompts = append(a.Prompts, Prompt{Kind: d.Kind, At: e.At, Words: d.Words})
	case EventContinued:
		evolveContinued(a, e)
	case EventRepeated:
		a.Presses++
	case EventTrouble, EventMended, EventProved, EventReleased:
		evolveTrouble(a, e)
	case EventGathered, EventChecked, EventBack:
		evolveOutage(a, e)
	case EventStepDue:
		if d.Who != nil {
			a.join(d.Who)
		}
		if who := a.Person(d.Person); who != nil && d.Reason != "" {
			who.Trouble = d.Reason
		}
	default:
		evolveEnd(a, e)
	}
	a.LastAt = later(a.LastAt, e.At)
}

// mark remembers that a step of the plan has been carried out.
func mark(a *Alert, e Event) {
	if e.Data.Step == "" {
		return
	}
	if a.Steps == nil {
		a.Steps = map[string]StepMark{}
	}
	m := a.Steps[e.Data.Step]
	if m.At.Before(a.BeganAt) {
		m.Short, m.Again = false, nil
	}
	m.At = e.At
	if e.Type == EventStepDue {
		m.Short, m.Again = e.Data.Short, e.Data.Again
	}
	a.Steps[e.Data.Step] = m
}

func begin(a *Alert, e Event) {
	r := e.Data.Raised
	*a = Alert{
		ID: e.Alert, Number: r.Number, Code: r.Code, State: Raised, Kind: r.Kind, Priority: r.Priority,
		Elder: r.Elder, Device: r.Device, Centre: r.Centre, Subject: r.Subject, Title: r.Title, Age: r.Age, Sex: r.Sex,
		Language: r.Language, Caller: r.Caller, Address: r.Address, Text: r.Text, Battery: r.Battery, Test: r.Test,
		Unidentified: r.Unidentified, Locked: r.Locked, Silent: r.Silent, Presses: 1, LateS: r.LateS,
		RaisedAt: e.At, BeganAt: e.At, WaitingSince: &e.At, PressedAt: r.PressedAt, ActedAt: e.At, Plan: r.Plan,
		Overflow: r.Overflow, Unmanned: r.Unmanned, Ahead: r.Ahead, Pins: r.Pins, Zone: r.Zone, Alone: r.Alone, Classes: r.Classes,
		DoBy: r.DoBy, Pressable: r.Pressable, Outage: r.Outage,
		Steps: map[string]StepMark{}, Seq: e.Seq, Global: e.Global, Version: e.Seq,
	}
	a.Positions = append([]geo.Position(nil), r.Positions...)
	a.place()
	a.settleAt(r.Place)
	a.pressed(r.Kind, r.PressedAt)
	a.came(r.Path, a.Presses, e.At)
	for _, p := range r.People {
		a.join(p)
	}
}

func evolveOwner(a *Alert, e Event) {
	at := e.At
	who := e.Actor
	switch e.Type {
	case EventAccepted:
		if p := a.Person(e.Data.Person); p != nil { // a supervisor by telephone
			who = Actor{Kind: ActorOperator, ID: p.ID, Name: p.Name, Role: p.Role}
			a.ActedAt = at
		}
	case EventTransferred:
		if e.Data.Code != "" {
			a.Centre, a.Overflow, a.Unmanned = centreID(e.Data.Code), e.Data.Overflow, false
		}
		a.unowned(at)
		return
	case EventReturned:
		a.Returns++
		a.ReturnedWhy = e.Data.Reason
		a.unowned(at)
		return
	case EventReopened:
		a.State, a.ResolvedAt, a.ClosedAt, a.FollowedUpAt = Accepted, nil, nil, nil
		a.Outcome, a.Satisfaction, a.Reached, a.JoinedTo = "", "", "", ""
		a.again(at, func(*Person) bool { return false })
		if who.Kind != ActorOperator {
			a.State = Raised
			a.unowned(at)
			return
		}
	}
	a.Operator, a.AcceptedAt, a.WaitingSince, a.Turn, a.Level = &who, &at, nil, nil, 0
	a.settle(at)
}

// unowned puts the alert back into the queue: it waits for an operator from now on.
func (a *Alert) unowned(at time.Time) {
	a.Operator, a.AcceptedAt, a.WaitingSince, a.Turn, a.Level = nil, nil, &at, nil, max(a.Level, 1)
	a.settle(at)
}

// acted notes a deed of somebody at the centre. It silences what rang because nothing was done.
func (a *Alert) acted(at time.Time) {
	a.ActedAt = at
	if a.AcceptedAt != nil && a.State.Working() {
		a.Level = 0
	}
}

// again begins a new round: whoever was there may have gone, so the plan asks anew – all but those who are coming.
func (a *Alert) again(at time.Time, coming func(*Person) bool) {
	a.BeganAt, a.OnSceneAt, a.HelpingAt, a.NoSpeechAt = at, nil, nil, nil
	for _, p := range a.People {
		if (p.Part == PartContact || p.Part == PartHelper) && !coming(p) {
			p.become(PersonWaiting, at)
			p.EtaAt, p.PromisedAt, p.Way, p.Trouble = nil, nil, nil, ""
		}
	}
}

func evolveMessage(a *Alert, e Event) {
	d := e.Data
	who := a.Person(d.Person)
	if who == nil {
		return
	}
	if e.Type == EventTold {
		who.Messages = append(who.Messages, &MessageState{ID: d.Message, Channel: d.Channel, Template: d.Tmpl,
			Status: string(notify.StatusQueued), At: e.At, ToldAt: e.At, Step: d.Step, Repeat: d.Repeat})
		a.sent(who, d.Tmpl)
		if who.State == PersonWaiting || who.State == PersonUnreached {
			who.become(PersonTold, e.At)
		}
		return
	}
	live := false
	for _, m := range who.Messages {
		if m.ID == d.Message {
			m.Status, m.At = d.Status, e.At
		}
		live = live || !failed(m.Status)
	}
	if who.State.Human() || who.State == PersonStoodDown {
		return
	}
	switch notify.Status(d.Status) {
	case notify.StatusRinging:
		who.become(PersonRinging, e.At)
	case notify.StatusAnswered:
		who.become(PersonAnswered, e.At)
	default:
		switch {
		case !live:
			who.become(PersonUnreached, e.At)
		case ended(d.Status) && (who.State == PersonRinging || who.State == PersonAnswered):
			who.become(PersonTold, e.At)
		}
	}
}

// failed reports whether a message surely has not reached the person's hand.
func failed(status string) bool {
	switch notify.Status(status) {
	case notify.StatusFailed, notify.StatusExpired, notify.StatusCancelled, notify.StatusNoAnswer,
		notify.StatusBusy, notify.StatusVoicemail:
		return true
	}
	return false
}

func evolvePerson(a *Alert, e Event) {
	d := e.Data
	if d.Who != nil {
		a.join(d.Who)
	}
	who := a.Person(d.Person)
	if who == nil {
		return
	}
	switch e.Type {
	case EventOffered:
		who.offered(d, e.At)
		who.become(PersonTold, e.At)
	case EventAssigned:
		who.offered(d, e.At)
		who.promise(e.At)
	case EventAnswered:
		who.SaidAt, who.Trouble = &e.At, ""
		evolveAnswer(a, who, e)
	case EventProgress:
		who.moved(d, e.At)
	case EventDeparted:
		if !who.State.Coming() {
			who.promise(e.At)
		}
		who.become(PersonDeparted, e.At)
	case EventArrived:
		who.become(PersonArrived, e.At)
		who.EtaAt, who.Trouble = nil, ""
	case EventReserved:
		who.become(PersonReserve, e.At)
		who.EtaAt = nil
	case EventStoodDown:
		who.become(PersonStoodDown, e.At)
		who.EtaAt = nil
	}
	a.settle(e.At)
}

func evolveAnswer(a *Alert, who *Person, e Event) {
	if e.Data.Code == "late" || e.Data.Code == codeStill {
		return
	}
	if an := notify.Answer(e.Data.Answer); an != notify.AnswerUnclear {
		who.Said = string(an)
	}
	switch notify.Answer(e.Data.Answer) {
	case notify.AnswerComing:
		who.promise(e.At)
	case notify.AnswerCannot:
		who.become(PersonCannot, e.At)
		who.EtaAt, who.Declined = nil, true
	case notify.AnswerWell, notify.AnswerUnwell, notify.AnswerHeard, notify.AnswerTake, notify.AnswerUnclear:
		if !who.State.Human() {
			who.become(PersonHeard, e.At)
		}
	}
	if who.Part == PartElder && notify.Answer(e.Data.Answer) == notify.AnswerUnwell {
		a.Level = max(a.Level, 2)
	}
}

// settle brings the state in line with who is coming and who is there.
func (a *Alert) settle(at time.Time) {
	if !a.State.Working() {
		return
	}
	there := false
	for _, p := range a.People {
		there = there || p.State == PersonArrived
	}
	if !there {
		a.OnSceneAt = nil // whoever was there has gone: nobody counts as there any more
	}
	switch {
	case there:
		if a.OnSceneAt == nil {
			a.OnSceneAt = &at
		}
		a.State = OnScene
	case a.coming() > 0:
		if a.HelpingAt == nil {
			a.HelpingAt = &at
		}
		a.State = Helping
	case a.AcceptedAt != nil:
		a.State, a.HelpingAt = Accepted, nil
	default:
		a.State, a.HelpingAt = Raised, nil
	}
}

func evolveEnd(a *Alert, e Event) {
	d := e.Data
	at := e.At
	if d.Reached != "" {
		a.Reached = d.Reached
	}
	switch e.Type {
	case EventResolved:
		a.State, a.ResolvedAt, a.Outcome, a.Level = Resolved, &at, Outcome(d.Outcome), 0
	case EventFollowedUp:
		a.FollowedUpAt, a.Satisfaction, a.Level = &at, Satisfaction(d.Verdict), 0
		if d.Reached != "" {
			a.Reached = d.Reached
		}
	case EventClosed:
		a.State, a.ClosedAt, a.Level = Closed, &at, 0
	case EventCancelled:
		a.State, a.ClosedAt, a.Reached, a.Level = Cancelled, &at, d.Reached, 0
	case EventJoined:
		a.State, a.JoinedTo, a.ClosedAt, a.Level = Joined, d.Other, &at, 0
	}
}

func (p *Person) become(s PersonState, at time.Time) {
	if p.State != s {
		p.State, p.Since = s, at
	}
}

// promise records that the person is coming, and when to expect them.
func (p *Person) promise(at time.Time) {
	p.become(PersonComing, at)
	p.PromisedAt, p.EtaAt = &at, nil
	if p.TravelS > 0 {
		eta := at.Add(travelTime(p))
		p.EtaAt = &eta
	}
}

func (p *Person) offered(d Data, at time.Time) {
	p.AskedAt, p.Reasons = &at, d.Reasons
	if p.State == PersonReserve {
		p.RecalledBy = d.Step
	} else {
		p.Step, p.RecalledBy = d.Step, ""
	}
	if d.Travel != nil {
		p.TravelS, p.Metres, p.Mode = d.Travel.Seconds, d.Travel.Metres, d.Travel.Mode
	}
	if p.Since.IsZero() {
		p.Since = at
	}
}

// join adds a person to the alert, unless they are in it already.
func (a *Alert) join(p *Person) {
	if a.Person(p.ID) != nil {
		return
	}
	who := *p
	who.Messages = nil
	if who.State == "" {
		who.State = PersonWaiting
	}
	a.People = append(a.People, &who)
}

// addPosition takes a position that came with a press. Where nothing was decided yet, because an earlier program raised the alert, the
// newest counts, as it did then.
func (a *Alert) addPosition(p geo.Position) {
	if a.Place != nil {
		a.Positions = with(a.Positions, p)
		return
	}
	kept := []geo.Position{p}
	for _, q := range a.Positions {
		if q.Source != p.Source {
			kept = append(kept, q)
		}
	}
	a.Positions = kept
	a.place()
}

// place picks the position to go to as earlier programs did, whose stories are told as they were: the first one. What the rule
// chooses (locate.go) replaces it.
func (a *Alert) place() {
	a.Position = nil
	if len(a.Positions) > 0 {
		p := a.Positions[0]
		a.Position = &p
	}
}
