package alerts

import (
	"slices"
	"time"

	"anling/notify"
)

// act carries out one action of the response plan. Each action leaves at least one event that bears
// its step, so that it is not wanted a second time.
func (d *decision) act() {
	act := d.c.action
	line := act.Line
	switch act.Do {
	case doSound:
		d.emit(EventEscalated, Data{To: "seats", Step: act.Step, Level: line.Level})
	case doEscalate:
		d.escalate(line.To, act.Step, line.Level)
	case doPrompt:
		d.emit(EventPrompted, Data{Step: act.Step, Kind: d.promptKind(line.Prompt), Words: line.Words})
	case doTell:
		d.tell(act)
	case doCall:
		if who := d.a.Person(act.Person); who != nil {
			d.told(who, notify.Voice, line.Say, act.Step)
		}
	case doOffer:
		d.ask(act)
	case doStandDown:
		d.standDown(act)
	case doShare:
		d.emit(EventShared, Data{To: string(act.To), Code: string(act.Agreement), Step: act.Step, Level: line.Level})
	case doGiveBack:
		d.emit(EventReturned, Data{Step: act.Step, Reason: returnIdle})
	case doLook:
		d.look(act)
	case doReserve:
		d.reserve(act)
	case doRecheck:
		d.gathered()
	case doCheck:
		d.callRoll(act)
	case doAskElder:
		d.askElder(act)
	case doFinish:
		d.finish(act)
	case doContinue:
		d.goOn(act)
	}
}

// promptKind turns an ambulance prompt into a police prompt for a silent alarm.
func (d *decision) promptKind(kind string) string {
	if d.a.Silent && kind == "ambulance" {
		return "police"
	}
	return kind
}

func (d *decision) tell(act *Action) {
	for _, who := range d.recipients(act) {
		for _, by := range act.Line.By {
			ch := notify.Channel(by)
			// What a plan may not do: make a sound at the side of a silent alarm.
			if who.Part == PartElder && d.a.Silent || who.Numbers == 0 {
				continue
			}
			if who.Part == PartContact && len(act.Line.By) == 1 && !slices.Contains(who.Channels, by) {
				continue
			}
			d.told(who, ch, templateFor(act.Line.Say, ch, who), act.Step)
		}
	}
	d.emit(EventStepDue, Data{Step: act.Step, Person: act.Person, Reason: act.Reason})
}

// templateFor picks the form of a text for the channel and the person, where there is one of its own: a voice reads another
// sentence than a message shows, and a helper who never promised to come learns no name.
func templateFor(say string, ch notify.Channel, who *Person) string {
	switch {
	case ch == notify.Voice && say == "ask_progress":
		return "ask_progress_call"
	case say == "resolved" && who.Part == PartHelper && who.PromisedAt == nil:
		return "closure_helper"
	}
	return say
}

func (d *decision) recipients(act *Action) []*Person {
	var out []*Person
	for _, p := range d.a.People {
		var is bool
		switch act.Line.Who {
		case "contacts":
			is = p.Part == PartContact && act.Line.suits(p.Role, p.Language, nil, p.HasKey)
		case "helpers":
			is = p.Part == PartHelper && p.State.Coming()
		case "elder":
			is = p.Part == PartElder
		case "arrived":
			is = p.State == PersonArrived
		case "involved":
			is = p.Part == PartContact || p.Part == PartHelper && len(p.Messages) > 0 && p.State != PersonUnreached
		case "everyone":
			is = p.Part == PartContact || p.Part == PartHelper && p.State.Coming()
		case "that_person":
			is = p.ID == act.Person
		}
		if is {
			out = append(out, p)
		}
	}
	return out
}

// standDown thanks every helper who need not come any more.
func (d *decision) standDown(act *Action) {
	d.a.Each(PartHelper, func(h *Person) {
		if !d.a.mayStandDown(h) {
			return
		}
		d.emit(EventStoodDown, Data{Person: h.ID, Step: act.Step, Reason: "arrived"})
		if h.Numbers > 0 {
			d.told(h, notify.SMS, act.Line.Say, act.Step)
		}
	})
	d.emit(EventStepDue, Data{Step: act.Step})
}

// calledOff tells everybody who was told of an alarm that it has been cancelled: nobody shall set out, or walk on, for nothing. Who said that
// they cannot come is told as well, here and when it is resolved: they know that somebody near them is in need, and wonder. Of a plan that
// goes on for days, who was asked in an earlier round was asked about another matter and hears nothing (anew forgets their messages).
func (d *decision) calledOff() {
	for _, p := range d.a.People {
		texts := p.Part == PartHelper || p.Part == PartContact && slices.Contains(p.Channels, string(notify.SMS))
		if texts && len(p.Messages) > 0 && p.Numbers > 0 && p.State != PersonUnreached {
			d.told(p, notify.SMS, templateFor("resolved", notify.SMS, p), rulePrefix+"closure")
		}
	}
}

func travelTime(p *Person) time.Duration { return time.Duration(p.TravelS) * time.Second }
