package alerts

import (
	"context"
	"slices"
	"time"

	"anling/notify"
)

// asks is the policy by which the plan asks for help.
func (p *Plan) asks() Policy {
	if p.policy == nil {
		return Phases{}
	}
	return p.policy
}

// nextOffer asks the policy when it wants to look at a step that asks for help.
func (p *Plan) nextOffer(a *Alert, act Action, at time.Time, o *outlook) {
	act.Phase = Phase{ID: act.Step, Helpers: act.Line.Helpers, Within: time.Duration(act.Line.Within), OpensAt: at,
		KeysFirst: act.Line.Keys == "first"}
	if done(a, act.Step, o.since) {
		m := a.Steps[act.Step]
		act.Phase.AskedAt, act.Phase.Short = m.At, m.Short
		if m.Again != nil {
			act.Phase.Again = *m.Again
		}
	}
	q := asking(a, p.enough(a), o.now)
	q.Phase = act.Phase
	if when, again := p.asks().When(q); again {
		o.at(when, act)
	}
}

// ask lets the policy choose among those who could come. Where the nearest are to be spared, or are not whom the step means, the
// search widens until as many are found as are wanted, or everybody who can be there in the phase's minutes: nobody is woken
// while somebody farther away but in time is awake.
func (p *progress) ask(ctx context.Context, c *Command) error {
	phase := c.action.Phase
	for k := findK; ; k *= widen {
		found, err := p.e.reach(ctx, p.tx, p.a, k)
		if err == nil {
			err = p.e.recall(ctx, p.tx, found)
		}
		if err != nil {
			return err
		}
		all := len(found) < k || slices.ContainsFunc(found, func(f Candidate) bool { return f.Duration > phase.Within })
		c.candidates = c.action.Line.meant(found)
		q := asking(p.a, false, p.now)
		q.Phase, q.Known = phase, c.candidates
		if all || k >= mostK || q.ready() >= phase.Helpers {
			break
		}
	}
	c.asked = p.plan.choose(p.a, phase, c.candidates, p.now)
	return nil
}

// How far a search widens, once: from findK to mostK people.
const (
	widen = 16
	mostK = findK * widen
)

// ready counts the candidates whom nothing bars.
func (q Asking) ready() int {
	n := 0
	for _, c := range q.Known {
		if _, part := q.waiting(c.Helper); !part && len(q.bars(c)) == 0 {
			n++
		}
	}
	return n
}

//house:parameters an alert, its phase, and who is there at which time
func (p *Plan) choose(a *Alert, phase Phase, known []Candidate, now time.Time) *Asked {
	q := asking(a, p.enough(a), now)
	q.Phase, q.Known = phase, known
	asked := p.asks().Ask(q)
	return &asked
}

// ask carries out what the policy has chosen, and records whom it passed over, and why.
func (d *decision) ask(act *Action) {
	asked := d.c.asked
	for _, c := range asked.Recall {
		d.recall(c, act.Step)
	}
	for _, c := range asked.Offer {
		if k, ok := d.candidate(c.Person); ok {
			k.Reasons = c.Reasons
			d.offer(k, act.Step)
		}
	}
	done := Data{Step: act.Step, Short: asked.Short, NotAsked: asked.Not}
	if !asked.Again.IsZero() {
		done.Again = &asked.Again
	}
	d.emit(EventStepDue, done)
}

func (d *decision) candidate(person string) (Candidate, bool) {
	for _, k := range d.c.candidates {
		if k.Helper == person {
			return k, true
		}
	}
	return Candidate{}, false
}

// recall tells a reserve that they are needed after all. They are asked again: much may have happened since they said yes.
func (d *decision) recall(c Choice, step string) {
	who := d.a.Person(c.Person)
	if who == nil {
		return
	}
	said := Data{Person: who.ID, Step: step, Reasons: c.Reasons}
	if k, ok := d.candidate(who.ID); ok {
		said.Travel = k.travel()
	}
	d.emit(EventOffered, said)
	if who.Numbers > 0 {
		d.told(who, notify.SMS, "helper_recall", step)
		d.told(who, notify.Voice, "helper_recall_call", step)
	}
}

// triage makes a reserve of a helper who has just said yes, when the policy does not need them.
func (d *decision) triage(who *Person) {
	if who.Part != PartHelper {
		return
	}
	needed, why := d.p.asks().Needed(asking(d.a, d.p.enough(d.a), d.now), partyOf(who))
	if !needed {
		d.emit(EventReserved, Data{Person: who.ID, Reason: "enough", Reasons: why})
	}
}
