package alerts

import (
	"maps"
	"slices"
	"strings"
	"time"

	"anling/notify"
)

// goesOnWith is the version of another plan that was fixed at the press. What was not fixed, in alerts of an earlier program, is the
// built-in plan of that name in its first version.
func (a *Alert) goesOnWith(name string) PlanRef {
	if ref, ok := a.Pins[name]; ok {
		return ref
	}
	return Ref(name, 1)
}

// goOn hands the alert over to another plan, whose steps count from now. It never becomes less urgent by that.
func (d *decision) goOn(act *Action) {
	d.emit(EventContinued, Data{Step: act.Step, Plan: d.a.goesOnWith(act.Line.With), Prio: min(d.a.Priority, d.c.plan.Priority),
		People: d.a.expected(d.p.Limits, d.now)})
}

// expected are those who are on their way and still in time: they are neither lost nor asked anew when an alert goes on with another
// plan, or with another round of its own.
func (a *Alert) expected(l Limits, now time.Time) []*Person {
	var out []*Person
	for _, p := range a.People {
		if p.PromisedAt == nil || p.Trouble != "" || p.State != PersonComing && p.State != PersonDeparted {
			continue
		}
		eta := p.PromisedAt.Add(time.Duration(l.ContactWay))
		if p.EtaAt != nil {
			eta = *p.EtaAt
		}
		if !eta.Before(now) {
			out = append(out, &Person{ID: p.ID, Part: p.Part, State: p.State})
		}
	}
	return out
}

// evolveContinued begins a new round with another plan. Steps of the old one count as never done: the new one may have some of
// the same name. Whom the event names is on the way, and stays so.
func evolveContinued(a *Alert, e Event) {
	coming := func(p *Person) bool {
		return p.State != PersonArrived && slices.ContainsFunc(e.Data.People, func(q *Person) bool { return q.ID == p.ID })
	}
	if sameName(a.Plan, e.Data.Plan) {
		a.anew(e.At, coming)
	} else {
		a.askAnew(e.At, coming)
	}
	a.Plan, a.Priority, a.BeganAt = e.Data.Plan, e.Data.Prio, e.At
	maps.DeleteFunc(a.Steps, func(step string, _ StepMark) bool { return !strings.HasPrefix(step, rulePrefix) })
}

// askAnew forgets what people promised or declined for the sake of a lesser matter: who would not look in on somebody may well come to
// an emergency, and who was to look in and never arrived must not keep others from being asked. Who is at the door stays there.
func (a *Alert) askAnew(at time.Time, coming func(*Person) bool) {
	for _, p := range a.People {
		if p.State != PersonArrived && (p.Part == PartContact || p.Part == PartHelper) && !coming(p) {
			p.become(PersonWaiting, at)
			p.EtaAt, p.PromisedAt, p.Way, p.Trouble = nil, nil, nil, ""
		}
	}
	if a.AcceptedAt == nil {
		a.WaitingSince = &at // the seats are rung for from now on
	}
	a.settle(at)
}

// sameName reports whether two references name versions of one plan.
func sameName(a, b PlanRef) bool {
	x, _, _ := strings.Cut(string(a), "@")
	y, _, _ := strings.Cut(string(b), "@")
	return x == y
}

// messagesKept is how long a message is remembered across the rounds of a plan that begins anew: longer than any is under way.
const messagesKept = 3 * time.Hour

// anew begins a round of a plan that goes on for days: what people said and did in the last one counts no more, and whoever had
// accepted it has it no longer.
func (a *Alert) anew(at time.Time, coming func(*Person) bool) {
	a.again(at, coming)
	a.Operator, a.AcceptedAt, a.WaitingSince = nil, nil, &at
	for _, p := range a.People {
		p.Said = ""
		if !coming(p) {
			p.become(PersonWaiting, at)
		}
		p.Messages = slices.DeleteFunc(p.Messages, func(m *MessageState) bool { return at.Sub(m.ToldAt) > messagesKept })
	}
	a.settle(at)
}

// finish ends the alert as the plan says: the elder has said that all is well, or it was a test (plan_check.go allows nothing else).
func (d *decision) finish(act *Action) {
	d.emit(EventResolved, Data{Step: act.Step, Outcome: act.Line.Outcome})
	ended := Data{Step: act.Step}
	if d.a.eldersWell() {
		ended.Reached = string(ReachedElder)
	}
	d.emit(EventClosed, ended)
}

// offersBy reports whether helpers are asked by a channel: by those of the step, by all when it names none or an operator asks.
func (d *decision) offersBy(ch notify.Channel) bool {
	return d.c.action == nil || len(d.c.action.Line.By) == 0 || slices.Contains(d.c.action.Line.By, string(ch))
}
