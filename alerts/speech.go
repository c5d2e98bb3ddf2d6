package alerts

import (
	"time"

	"anling/internal/fault"
	"anling/notify"
)

// elderTries is how often the elder is called again by machine on whose line nobody spoke.
const elderTries = 3

// speech cares for a line on which nobody speaks: it is the most urgent kind of alarm, not a false one. Help is made ready while
// the line is tried again (facts: the Macauley inquiry).
func (r *ruling) speech() {
	at := r.a.NoSpeechAt
	if at == nil || r.a.OnSceneAt != nil {
		return
	}
	r.once(r.step("no-speech", Step{Do: doPrompt, Prompt: "ambulance"}), *at, *at)
	elder := r.a.elder()
	if elder == nil || elder.Numbers == 0 || r.a.Silent || elder.SaidAt != nil && elder.SaidAt.After(*at) {
		return
	}
	s := r.step("try-again", Step{Do: doAskElder, Who: "elder", Say: "elder_check"})
	tries, next := 0, *at
	for _, m := range elder.Messages {
		if m.Step == s.ID && !m.ToldAt.Before(*at) {
			tries++
			next = later(next, later(m.ToldAt, m.At))
		}
	}
	if tries < elderTries {
		r.o.at(next.Add(time.Duration(r.plan.Limits.RetryElder)), Action{Step: s.ID, Do: s.Do, Line: s, Repeat: tries})
	}
}

// elder is the first elder of the alert, or nil when nobody knows who it is.
func (a *Alert) elder() (first *Person) {
	a.Each(PartElder, func(e *Person) {
		if first == nil {
			first = e
		}
	})
	return first
}

// askElder calls the elder by machine, unless nothing may ring there.
func (d *decision) askElder(act *Action) {
	elder := d.a.elder()
	if elder == nil || elder.Numbers == 0 || d.a.Silent && d.a.State.Working() {
		d.emit(EventStepDue, Data{Step: act.Step})
		return
	}
	d.told(elder, notify.Voice, act.Line.Say, act.Step)
}

// noSpeech records that a line was open and nobody spoke. After the end of the help it begins anew.
func (d *decision) noSpeech(step string) {
	if d.a.State.Ended() {
		return
	}
	if d.a.State == Resolved {
		d.emit(EventReopened, Data{Reason: string(EventNoSpeech)})
	}
	d.emit(EventNoSpeech, Data{Step: step})
}

// silentLine reports whether a receipt says that the elder's telephone was picked up, no key was pressed and nothing was said.
func (d *decision) silentLine(who *Person, m *MessageState, status string) bool {
	if who.Part != PartElder || m.Template != "elder_check" || notify.Status(status) != notify.StatusCompleted {
		return false
	}
	return who.SaidAt == nil || who.SaidAt.Before(m.ToldAt)
}

// noSpeechByHand is the operator's word that nobody speaks on the line.
func (d *decision) noSpeechByHand() error {
	if d.a.State.Ended() {
		return fault.New(fault.Conflict, "the alert is %s; reopen it first", d.a.State)
	}
	d.noSpeech("")
	return nil
}

// unwell opens an alert again whose help had ended: the elder says that they are not well.
func (d *decision) unwell(who *Person) {
	if who.Part == PartElder && d.a.State == Resolved && d.c.answer.Answer == notify.AnswerUnwell {
		d.emit(EventReopened, Data{Reason: "unwell"})
	}
}
