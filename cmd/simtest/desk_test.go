package simtest

import (
	"context"
	"fmt"
	"time"

	"anling/alerts"
	"anling/internal/fault"
	"anling/registry"
)

// operator is somebody at the desk of a centre.
type operator struct {
	registry.Operator
	actor  alerts.Actor
	sleepy int // chance, at each deed, of falling asleep over the alert
	hasty  int // chance of trying what must be refused
	looks  bool

	gone, beat time.Time // since when their console is silent, by the true and by the machine's clock
	turn       time.Time // when an alert last stood at their seat
}

// seat puts an operator at their desk.
func (w *world) seat(o registry.Operator) *operator {
	op := &operator{Operator: o, actor: operatorOf(o)}
	switch w.rng.IntN(5) {
	case 0:
		op.sleepy = 30
	case 1:
		op.hasty = 30
	case 2:
		op.sleepy = 100 // has gone out
	}
	return op
}

// wakeDesk has the operators who may see an alert look at it, each in their own time.
func (w *world) wakeDesk(a *alerts.Alert) {
	for _, op := range w.desk {
		if op.looks || !op.gone.IsZero() || !op.sees(a) || w.chance(op.sleepy) {
			continue
		}
		op.looks = true
		w.after(w.between(2*time.Second, 70*time.Second), "look", func() { w.look(op) })
	}
}

// sees tells whether an operator has the alert before them: the one of their own centre, and at the city what was passed up.
func (op *operator) sees(a *alerts.Alert) bool {
	return a.Centre == op.Centre || op.Centre == "city" && a.Level >= 3
}

// look is an operator who takes what nobody has taken.
func (w *world) look(op *operator) {
	op.looks = false
	if !op.gone.IsZero() {
		return
	}
	for _, id := range w.view.order {
		a := w.view.alerts[id]
		if !a.State.Working() || a.AcceptedAt != nil || !op.sees(a) {
			continue
		}
		if w.chance(15) {
			w.wakeDesk(a)
			continue
		}
		w.command(op, id, alerts.Command{Type: alerts.CommandAccept}, func() { w.workOn(op, id) })
		return
	}
}

// workOn is what an operator does with an alert in a while, unless they fall asleep over it.
func (w *world) workOn(op *operator, id alerts.AlertID) {
	if w.chance(op.sleepy) {
		w.tell("%s falls asleep over %s", op.ID, w.alertName(id))
		return
	}
	w.after(w.between(5*time.Second, 90*time.Second), "work", func() { w.work(op, id) })
}

func (w *world) work(op *operator, id alerts.AlertID) {
	a := w.view.alerts[id]
	if !op.gone.IsZero() {
		return
	}
	again := func() { w.workOn(op, id) }
	if w.chance(op.hasty) {
		w.command(op, id, w.overhasty(a), nil)
		w.workOn(op, id)
		return
	}
	switch {
	case a.State.Ended():
		if w.chance(3) {
			w.command(op, id, alerts.Command{Type: alerts.CommandReopen, Reason: "she called again"}, again)
		}
	case a.State == alerts.Resolved:
		w.command(op, id, w.afterwards(a), again)
	case a.AcceptedAt == nil || a.Operator == nil || a.Operator.ID != string(op.ID):
		w.wakeDesk(a) // it is somebody else's now
	default:
		w.command(op, id, w.deed(a), again)
	}
}

// deed is what an operator does for somebody who needs help.
func (w *world) deed(a *alerts.Alert) alerts.Command {
	if a.Outage != nil {
		return w.checkOn()
	}
	if a.State == alerts.OnScene && w.chance(60) {
		return alerts.Command{Type: alerts.CommandResolve, Outcome: alerts.OutcomeHelped, Note: "she is well"}
	}
	switch n := w.rng.IntN(20); {
	case n < 5:
		return alerts.Command{Type: alerts.CommandCall, Person: "elder"}
	case n < 8 && len(a.People) > 1:
		return alerts.Command{Type: alerts.CommandCall, Person: a.People[w.rng.IntN(len(a.People))].ID}
	case n < 11:
		return alerts.Command{Type: alerts.CommandOffer, Helpers: []string{w.someHelper(), w.someHelper()}}
	case n < 13:
		return alerts.Command{Type: alerts.CommandAssign, Helper: w.someHelper()}
	case n < 14:
		return alerts.Command{Type: alerts.CommandEscalate, To: "supervisor", Reason: "I need help"}
	case n < 15:
		return w.transfer()
	case n < 16:
		return alerts.Command{Type: alerts.CommandResolve, Outcome: alerts.OutcomeFalseAlarm}
	case n < 17:
		return alerts.Command{Type: alerts.CommandCancel, Reason: "a mistake, she says", Reached: alerts.ReachedElder}
	case n < 18 && len(w.view.order) > 1:
		return alerts.Command{Type: alerts.CommandLink, Alert: w.view.order[w.rng.IntN(len(w.view.order))]}
	}
	return alerts.Command{Type: alerts.CommandNote, Text: "she sounds calm"}
}

func (w *world) transfer() alerts.Command {
	c := alerts.Command{Type: alerts.CommandTransfer, Reason: "end of my shift"}
	if c.Operator = "o2"; w.chance(50) {
		c.Operator, c.Centre = "", "beside"
	}
	return c
}

func (w *world) someHelper() string { return string(w.helpers[w.rng.IntN(len(w.helpers))].ID) }

// afterwards is the call-back, and the end.
func (w *world) afterwards(a *alerts.Alert) alerts.Command {
	switch {
	case a.FollowedUpAt == nil && w.chance(40):
		return alerts.Command{Type: alerts.CommandCall, Person: "elder"}
	case a.Reached == "":
		c := alerts.Command{Type: alerts.CommandFollowUp, Satisfaction: alerts.Satisfied, Reached: alerts.ReachedElder}
		if w.chance(25) {
			c.Satisfaction, c.Reached = alerts.Unconfirmed, ""
		}
		return c
	}
	return alerts.Command{Type: alerts.CommandClose}
}

// overhasty is what somebody tries who wants to be rid of an alert.
func (w *world) overhasty(a *alerts.Alert) alerts.Command {
	all := []alerts.Command{
		{Type: alerts.CommandClose}, {Type: alerts.CommandClose, Reason: "enough for today"},
		{Type: alerts.CommandCancel, Reason: "probably a mistake"}, {Type: alerts.CommandCancel, Reached: alerts.ReachedElder},
		{Type: alerts.CommandResolve}, {Type: alerts.CommandResolve, Outcome: "gone"},
		{Type: alerts.CommandReopen}, {Type: alerts.CommandAccept}, {Type: alerts.CommandCall, Person: "elder"},
		{Type: alerts.CommandLink, Alert: a.ID}, {Type: alerts.CommandArrive, Person: w.someHelper()},
		{Type: alerts.CommandFollowUp, Satisfaction: alerts.Satisfied},
	}
	return all[w.rng.IntN(len(all))]
}

// command gives an operator's command, again under the same key as long as nobody knows what came of it.
func (w *world) command(op *operator, id alerts.AlertID, c alerts.Command, then func()) {
	w.counts["command"]++
	c.Actor, c.Key = op.actor, fmt.Sprintf("key-%d", w.counts["command"])
	w.try(order{op: op, id: id, c: c, then: then, left: 8})
}

// order is a command on its way.
type order struct {
	op   *operator
	id   alerts.AlertID
	c    alerts.Command
	then func()
	left int
}

func (w *world) try(o order) {
	n := w.someNode()
	err := n.call(func(ctx context.Context) error {
		_, err := n.engine.Do(ctx, o.id, o.c)
		return err
	})
	w.tell("%s (%s) at %s: %s %s%s", o.op.ID, o.op.Role, n.name, o.c.Type, w.alertName(o.id), failed(err))
	switch {
	case err == nil:
		w.ledger.command(o)
		delete(w.unsure, o.c.Key)
		if w.chance(w.weather.double) && o.left > 0 {
			o.left = 0
			w.after(w.upTo(20*time.Second), "again", func() { w.try(o) }) // an impatient click
			return
		}
		if o.then != nil && o.left > 0 {
			o.then()
		}
	case mayTryAgain(err) && o.left > 1:
		o.left--
		if o.c.Type == alerts.CommandNote && !w.ledger.given[o.c.Key] {
			w.unsure[o.c.Key] = o.id
		}
		w.after(w.between(time.Second, 5*time.Second), "again", func() { w.try(o) })
	case fault.Is(err, fault.Internal):
		w.tell("%s gives up", o.op.ID)
	case o.then != nil:
		o.then()
	}
}
