package alerts

import (
	"anling/internal/fault"
	"anling/notify"
)

// receipt is a carrier's word about one message.
type receipt struct {
	Person, Message, Status, Code string
}

// answer is a human's word.
type answer struct {
	Person  string
	Answer  notify.Answer
	Text    string
	Message string
	Via     string // voice, sms or link
}

// takeAnswer records what a person said. An answer that comes after the end is still recorded: the
// story must be whole.
func (d *decision) takeAnswer() error {
	an := d.c.answer
	who := d.a.Person(an.Person)
	if who == nil {
		return fault.New(fault.NotFound, "this person does not belong to the alert")
	}
	said := Data{Person: who.ID, Answer: string(an.Answer), Text: an.Text, Message: an.Message, Channel: an.Via}
	if !d.a.State.Working() && an.Answer != notify.AnswerWell && an.Answer != notify.AnswerUnwell {
		said.Code = "late"
		d.emit(EventAnswered, said)
		return nil
	}
	switch an.Answer {
	case notify.AnswerArrived:
		if who.State != PersonArrived {
			d.emit(EventArrived, Data{Person: who.ID, Channel: an.Via, Message: an.Message})
		}
	case notify.AnswerTake:
		d.take(who, said)
	case notify.AnswerComing:
		d.coming(who, said)
	default:
		d.emit(EventAnswered, said)
		d.unwell(who)
		if an.Answer == notify.AnswerCannot && d.leavesAlone(who) {
			d.emit(EventLeft, Data{Person: who.ID})
		}
	}
	return nil
}

// take lets a supervisor accept the alert by telephone.
func (d *decision) take(who *Person, said Data) {
	d.emit(EventAnswered, said)
	if d.a.AcceptedAt == nil && who.Part == PartSupervisor {
		d.emit(EventAccepted, Data{Person: who.ID, Channel: said.Channel})
	}
}

// coming takes a promise to come. A helper whom the policy does not need becomes a reserve and is thanked.
func (d *decision) coming(who *Person, said Data) {
	if who.State.Coming() {
		if d.a.askedOnTheWay(who) {
			said.Code = codeStill
			d.emit(EventAnswered, said)
		}
		return
	}
	d.emit(EventAnswered, said)
	d.triage(who)
}
