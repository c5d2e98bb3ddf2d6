package alerts

import (
	"context"
	"time"

	"anling/internal/db"
	"anling/notify"
	"anling/registry"
)

// A caller whom no seat could answer was told by a voice that they will be called back. Their call is kept: it waits like every alert for
// its turn at a free seat (seats.go), and the seat that takes it is connected with the caller by machine.

// Kept notes that a caller could not be connected with any seat. What ended, or is noted already, stays as it is.
func (e *Engine) Kept(ctx context.Context, id AlertID) error {
	return e.update(ctx, func(tx *db.Tx) error {
		return e.tell(ctx, tx, id, Command{Type: commandKeep, Actor: System()})
	})
}

// keep is pure: a call is kept once, until somebody has spoken with the caller.
func (d *decision) keep() {
	if !d.a.State.Working() || d.a.keeps() {
		return
	}
	kept := Data{}
	if _, err := registry.NormalizePhone(d.a.Caller); d.a.elder() == nil && err == nil {
		kept.Who = &Person{ID: callerID, Part: PartElder, Language: d.a.Language, Channels: []string{string(notify.Voice)}, Numbers: 1, Since: d.now}
	}
	d.emit(EventKept, kept)
}

// callerID stands for a caller whom nobody knows. They have a part in the alert once they wait to be called back, in the place of an elder;
// their number stands on the alert.
const callerID = "caller"

// evolveKept notes that a caller waits.
func evolveKept(a *Alert, e Event) {
	a.KeptAt = &e.At
	if e.Data.Who != nil {
		a.join(e.Data.Who)
	}
}

// keeps reports whether a caller waits to be called back. A call that reached no one is not that.
func (a *Alert) keeps() bool {
	if a.KeptAt == nil {
		return false
	}
	elder := a.elder()
	if elder == nil {
		return true
	}
	for _, m := range elder.Messages {
		if m.Template == "elder_callback" && m.ToldAt.After(*a.KeptAt) && !failed(m.Status) {
			return false
		}
	}
	return elder.SaidAt == nil || elder.SaidAt.Before(*a.KeptAt)
}

// callBackPause is between two calls by machine to a caller who did not lift.
const callBackPause = time.Minute

// callBack connects the seat that has taken the alert with the caller who could not be answered: at once, and again until they were
// reached, as often as an elder on whose line nobody speaks. After that the operator goes on by hand.
func (r *ruling) callBack() {
	a := r.a
	elder := a.elder()
	if a.AcceptedAt == nil || a.OnSceneAt != nil || a.Silent || elder == nil || elder.Numbers == 0 || !a.keeps() {
		return
	}
	s := r.step("call-back-caller", Step{Do: doAskElder, Who: "elder", Say: "elder_callback"})
	tries, at := 0, *a.AcceptedAt
	for _, m := range elder.Messages {
		if m.Step == s.ID && !m.ToldAt.Before(*a.AcceptedAt) {
			tries++
			at = later(at, m.ToldAt.Add(callBackPause))
		}
	}
	if tries < elderTries {
		r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s, Repeat: tries})
	}
}

// talks reports whether a message is a conversation of the operator, or the way to one.
func talks(m *MessageState) bool {
	return m.Step == byHand || m.Step == rulePrefix+"call-back-caller"
}
