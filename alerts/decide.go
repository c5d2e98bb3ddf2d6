package alerts

import (
	"slices"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/notify"
)

// maxText bounds what a person may write into the story, in bytes.
const maxText = 4000

// decide answers a command: the events that it causes, or a refusal. It is pure: everything it needs
// to know of the outside stands in the command. The events have no numbers yet.
//
// A command that is already fulfilled causes no events and no error, so that a repeated click or
// callback does no harm.
func decide(a *Alert, p *Plan, c Command, now time.Time) ([]Event, error) {
	d := decision{a: a, p: p, c: c, now: now}
	if c.Version != 0 && c.Version != a.Version {
		return nil, fault.New(fault.Conflict, "the alert has changed meanwhile (version %d, you saw %d); look again", a.Version, c.Version)
	}
	if err := d.allowed(); err != nil {
		return nil, err
	}
	var err error
	switch c.Type {
	case commandRaise:
		d.emit(EventRaised, Data{Raised: c.raise, Kind: c.raise.Kind, Signal: c.raise.Signal})
		d.tellAtOnce(c.raise.People, c.raise.tell)
	case commandPress:
		err = d.pressAgain()
	case commandReceipt:
		d.takeReceipt()
	case commandAnswer:
		err = d.takeAnswer()
	case commandAct:
		d.act()
	case commandJoin:
		err = d.joined()
	case commandReturn:
		d.giveBack()
	case commandTurn:
		d.giveTurn()
	case CommandNoSpeech:
		err = d.noSpeechByHand()
	case commandTrouble, commandMend, commandProve, commandRelease:
		err = d.troubled()
	case commandGather:
		d.gathered()
	case commandBack:
		d.backAgain()
	case commandFold:
		d.fold()
	case commandKeep:
		d.keep()
	case commandSaid:
		d.saidInOutage()
	case commandSilent:
		d.silentInOutage()
	case commandLocate:
		d.locate()
	case CommandLocate:
		err = d.locateByHand()
	case commandZone:
		d.zoneBack()
	case CommandCheck:
		err = d.check()
	case CommandAccept:
		err = d.accept()
	case CommandOffer, CommandAssign:
		err = d.offerByHand()
	case CommandDepart, CommandArrive:
		err = d.move()
	case CommandNote, CommandCall, CommandEscalate, CommandTransfer, CommandLink:
		err = d.steer()
	default:
		err = d.end()
	}
	return d.events, err
}

// decision is one run of decide.
type decision struct {
	a      *Alert
	p      *Plan
	c      Command
	now    time.Time
	events []Event
}

func (d *decision) emit(t EventType, data Data) {
	d.events = append(d.events, Event{Type: t, At: d.now, Actor: d.c.Actor, Data: data})
}

// told records that a message goes out; the shell makes the message from the event.
func (d *decision) told(who *Person, ch notify.Channel, template, step string) {
	repeat := 0
	for _, m := range who.Messages {
		if m.Step == step && m.Channel == string(ch) {
			repeat++
		}
	}
	d.emit(EventTold, Data{Person: who.ID, Channel: string(ch), Tmpl: template, Step: step, Repeat: repeat, Message: d.c.newID()})
}

// allowed is the first line of every command: who may give it, and in which state.
func (d *decision) allowed() error {
	switch d.c.Type {
	case commandRaise, commandPress, commandReceipt, commandAnswer, commandAct, commandJoin, commandReturn, commandTurn,
		commandTrouble, commandMend, commandProve, commandRelease, commandGather, commandBack, commandFold, commandKeep, commandSaid, commandSilent, commandLocate, commandZone:
		return nil
	case CommandDepart, CommandArrive:
		if d.c.Actor.Kind == ActorHelper || d.c.Actor.Kind == ActorContact {
			return d.working()
		}
	case CommandFollowUp, CommandClose, CommandReopen, CommandNote, CommandLink, CommandCall, CommandNoSpeech:
		return d.operator()
	}
	if err := d.operator(); err != nil {
		return err
	}
	return d.working()
}

func (d *decision) operator() error {
	if d.c.Actor.Kind != ActorOperator {
		return fault.New(fault.Denied, "only an operator of the centre may do this")
	}
	return nil
}

func (d *decision) working() error {
	if !d.a.State.Working() {
		return fault.New(fault.Conflict, "the alert is %s; reopen it first", d.a.State)
	}
	return nil
}

// pressAgain takes a further report to the open alert: the same press by another way, or a press of its own.
func (d *decision) pressAgain() error {
	s := d.c.signal
	if s.Kind == "cancel" {
		d.emit(EventCancelAsked, Data{Signal: s.ID, Text: s.Text})
		return nil
	}
	if deviceTask(d.a.Kind) {
		d.emit(EventRepeated, Data{Signal: s.ID, Kind: s.Kind, Text: s.Text})
		return nil
	}
	if n := d.a.samePress(s, d.now); n > 0 {
		d.emit(EventPath, Data{Signal: s.ID, Channel: s.Path, Position: s.Position, Late: d.late(s), Press: n})
		d.placeAgain(s, s.fromHome() || d.a.Place != nil && d.a.Place.AtHome)
		return nil
	}
	d.pressedAgain(s)
	return nil
}

// takeReceipt records what the carrier reports, if it is news. A receipt never proves a human.
func (d *decision) takeReceipt() {
	r := d.c.receipt
	who := d.a.Person(r.Person)
	if who == nil {
		return
	}
	for _, m := range who.Messages {
		if m.ID == r.Message && notify.Status(r.Status).After(notify.Status(m.Status)) {
			d.emit(EventReceipt, Data{Person: r.Person, Message: r.Message, Channel: m.Channel, Status: r.Status, Code: r.Code})
			if d.silentLine(who, m, r.Status) {
				d.noSpeech("")
			}
		}
	}
}

func (d *decision) accept() error {
	if d.a.Operator != nil && d.a.AcceptedAt != nil {
		if d.a.Operator.ID == d.c.Actor.ID {
			return nil
		}
		if !d.c.Actor.supervises() {
			return fault.New(fault.Conflict, "%s has already taken this alert", d.a.Operator.Name)
		}
	}
	d.emit(EventAccepted, Data{})
	return nil
}

// byHand is the step of what an operator does without a plan.
const byHand = "by-hand"

// offerByHand asks helpers, or sends one who has said yes by another way.
func (d *decision) offerByHand() error {
	if len(d.c.candidates) == 0 {
		return fault.InvalidFields("nobody to ask", []fault.Field{{Name: "helpers", Problem: "name at least one helper"}})
	}
	for _, k := range d.c.candidates {
		if d.c.Type == CommandOffer {
			if who := d.a.Person(k.Helper); who == nil || !who.State.Coming() {
				d.offer(k, byHand)
			}
			continue
		}
		d.emit(EventAssigned, Data{Person: k.Helper, Step: byHand, Travel: k.travel(), Reasons: k.Reasons, Who: k.person(d.now)})
	}
	return nil
}

// offer asks one helper by every way at once.
func (d *decision) offer(k Candidate, step string) {
	who := k.person(d.now)
	d.emit(EventOffered, Data{Person: k.Helper, Step: step, Travel: k.travel(), Reasons: k.Reasons, Who: who})
	if known := d.a.Person(k.Helper); known != nil {
		who = known
	}
	if who.Numbers == 0 {
		return
	}
	if d.offersBy(notify.SMS) {
		d.told(who, notify.SMS, "helper_offer", step)
	}
	if d.offersBy(notify.Voice) {
		d.told(who, notify.Voice, "helper_offer_call", step)
	}
}

// move records that somebody has set out, or is at the door.
func (d *decision) move() error {
	id := d.c.Person
	if id == "" && d.c.Actor.Kind != ActorOperator {
		id = d.c.Actor.ID
	}
	who := d.a.Person(id)
	if who == nil || who.Part == PartElder {
		return fault.InvalidFields("nobody of that name belongs to this alert", []fault.Field{{Name: "person", Problem: "want the id of a helper or contact of this alert"}})
	}
	if d.c.Actor.Kind != ActorOperator && d.c.Actor.ID != who.ID {
		return fault.New(fault.Denied, "only for oneself")
	}
	switch {
	case who.State == PersonArrived:
	case d.c.Type == CommandArrive:
		d.emit(EventArrived, Data{Person: who.ID})
	case who.State != PersonDeparted:
		d.emit(EventDeparted, Data{Person: who.ID})
	}
	return nil
}

// steer carries out what an operator does along the way.
func (d *decision) steer() error {
	c := d.c
	switch c.Type {
	case CommandNote:
		text := strings.TrimSpace(c.Text)
		if text == "" || len(text) > maxText {
			return fault.InvalidFields("the note was not taken", []fault.Field{{Name: "text", Problem: "write something, at most 4000 bytes"}})
		}
		d.emit(EventNote, Data{Text: text})
	case CommandCall:
		return d.call()
	case CommandEscalate:
		if c.To != "supervisor" && c.To != "parent" {
			return fault.InvalidFields("escalate to whom?", []fault.Field{{Name: "to", Problem: "want supervisor or parent"}})
		}
		d.escalate(c.To, byHand, 3)
	case CommandTransfer:
		if c.Operator == "" && c.Centre == "" || strings.TrimSpace(c.Reason) == "" {
			return fault.InvalidFields("transfer to whom, and why?", []fault.Field{{Name: "operator", Problem: "name an operator or a centre"}, {Name: "reason", Problem: "say why"}})
		}
		d.emit(EventTransferred, Data{To: string(c.Operator), Code: string(c.Centre), Reason: c.Reason, Overflow: c.overflow})
	case CommandLink:
		return d.link()
	}
	return nil
}

func (d *decision) link() error {
	switch {
	case d.c.Alert == "" || d.c.Alert == d.a.ID:
		return fault.InvalidFields("link to what?", []fault.Field{{Name: "alert", Problem: "want the id of another alert"}})
	case d.a.State == Joined && d.a.JoinedTo == d.c.Alert:
		return nil
	}
	if d.a.isTask() || d.a.Outage != nil {
		return fault.New(fault.Conflict, "a task cannot be linked away: it ends when it is done")
	}
	if err := d.working(); err != nil {
		return err
	}
	d.emit(EventJoined, Data{Other: d.c.Alert})
	return nil
}

// callTemplates says what is spoken before somebody is connected with the operator.
var callTemplates = map[Part]string{
	PartElder: "elder_callback", PartContact: "operator_connect", PartHelper: "operator_connect", PartSupervisor: "supervisor_call",
}

func (d *decision) call() error {
	who := d.a.Person(d.c.Person)
	if d.c.Person == "elder" {
		d.a.Each(PartElder, func(e *Person) { who = e })
	}
	if who == nil {
		return fault.InvalidFields("call whom?", []fault.Field{{Name: "person", Problem: "want elder or the id of a person of this alert"}})
	}
	if who.Numbers == 0 {
		return fault.New(fault.Conflict, "no telephone number is known for %s", who.Part)
	}
	if who.Part == PartElder && d.a.Silent && d.a.State.Working() {
		return fault.New(fault.Conflict, "this is a silent alarm: nothing may ring at the elder's side")
	}
	d.emit(EventCalled, Data{Person: who.ID})
	d.told(who, notify.Voice, callTemplates[who.Part], byHand)
	return nil
}

func (d *decision) escalate(to, step string, level int) {
	d.emit(EventEscalated, Data{To: to, Step: step, Level: level, Reason: d.c.Reason})
	for _, s := range d.c.people {
		known := d.a.Person(s.ID)
		if known == nil {
			d.emit(EventStepDue, Data{Person: s.ID, Who: s})
			known = s
		}
		if known.Numbers > 0 {
			d.told(known, notify.SMS, "supervisor_sms", step)
			d.told(known, notify.Voice, "supervisor_call", step)
		}
	}
}

// end carries out the commands with which an alert ends, or begins again.
func (d *decision) end() error {
	switch d.c.Type {
	case CommandResolve:
		return d.resolve()
	case CommandFollowUp:
		return d.followUp()
	case CommandClose:
		return d.close()
	case CommandReopen:
		if d.a.State.Working() {
			return nil
		}
		if strings.TrimSpace(d.c.Reason) == "" {
			return missingReason("say why the alert is opened again")
		}
		if d.c.elsewhere != 0 {
			return fault.New(fault.Conflict, "what is wrong with this device is worked on in alert %d; go on there", d.c.elsewhere)
		}
		d.emit(EventReopened, Data{Reason: d.c.Reason})
		return nil
	case CommandCancel:
		return d.cancel()
	}
	return fault.New(fault.NotFound, "there is no command %q", d.c.Type)
}

func (d *decision) resolve() error {
	if !slices.Contains(Outcomes(), d.c.Outcome) {
		return fault.InvalidFields("how did it end?", []fault.Field{{Name: "outcome", Problem: "want one of " + strings.Join(outcomeNames(), ", ")}})
	}
	if err := d.settleByHand(); err != nil {
		return err
	}
	d.emit(EventResolved, Data{Outcome: string(d.c.Outcome), Text: d.c.Note, Reason: d.c.Reason})
	if d.a.Outage != nil {
		d.emit(EventClosed, Data{}) // nobody has to be called back: each was checked on
	}
	return nil
}

func (d *decision) followUp() error {
	if !slices.Contains([]Satisfaction{Satisfied, Dissatisfied, Unconfirmed}, d.c.Satisfaction) {
		return fault.InvalidFields("what did the elder say?", []fault.Field{{Name: "satisfaction", Problem: "want satisfied, dissatisfied or unconfirmed"}})
	}
	if d.a.State != Resolved && d.a.State != Closed {
		return fault.New(fault.Conflict, "the alert is %s; it is called back after it was resolved", d.a.State)
	}
	if err := d.vouched(); err != nil {
		return err
	}
	d.emit(EventFollowedUp, Data{Verdict: string(d.c.Satisfaction), Reached: string(d.c.Reached), Text: d.c.Note})
	return nil
}

// close is the rule that no plan can switch off: no end without an outcome and a human reached, unless a
// supervisor writes why.
func (d *decision) close() error {
	switch {
	case d.a.State == Closed:
		return nil
	case d.a.State != Resolved:
		return fault.New(fault.Conflict, "the alert is %s; write how it ended (resolve) before it is closed", d.a.State)
	case d.a.Reached == "" && !d.a.isTask() && !d.excused():
		return fault.New(fault.Conflict, "nobody has been reached in the call-back yet; call the elder back, or a supervisor closes with a reason")
	}
	d.emit(EventClosed, Data{Reason: d.c.Reason})
	return nil
}

func (d *decision) cancel() error {
	if strings.TrimSpace(d.c.Reason) == "" {
		return missingReason("say why the alert is cancelled")
	}
	if err := d.settleByHand(); err != nil {
		return err
	}
	if d.c.Reached == "" && !d.excused() {
		return fault.New(fault.Conflict, "an alert is cancelled only when the elder or somebody at the door has been reached (reached), or by a supervisor with a reason")
	}
	if err := d.vouched(); err != nil {
		return err
	}
	d.emit(EventCancelled, Data{Reason: d.c.Reason, Reached: string(d.c.Reached)})
	d.calledOff()
	return nil
}

// vouched asks that whoever was reached can say how the elder is: the elder, one of their contacts, or somebody who stands at the door. A
// supervisor's word, or that of a helper who never came, is no proof.
func (d *decision) vouched() error {
	if d.c.Reached == "" || d.c.Reached == ReachedElder {
		return nil
	}
	who := d.a.Person(string(d.c.Reached))
	if who == nil {
		return fault.InvalidFields("who was reached?", []fault.Field{{Name: "reached", Problem: "want true, \"elder\" or the id of a person of this alert"}})
	}
	if who.Part != PartElder && who.Part != PartContact && who.State != PersonArrived {
		return fault.InvalidFields("who was reached?", []fault.Field{{Name: "reached", Problem: "only the elder, a contact or somebody at the door can say how the elder is"}})
	}
	return nil
}

// excused reports whether a supervisor has written why a rule is set aside.
func (d *decision) excused() bool {
	return d.c.Actor.supervises() && strings.TrimSpace(d.c.Reason) != ""
}

func missingReason(problem string) error {
	return fault.InvalidFields("a reason is needed", []fault.Field{{Name: "reason", Problem: problem}})
}
