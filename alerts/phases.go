package alerts

import (
	"cmp"
	"slices"
	"time"
)

// Phases asks as the phases of a plan say: so many helpers, soonest at the door first, within so many minutes. A phase opens at
// its time and is filled up again at once when somebody declines, withdraws or cannot be reached – by a reserve who had said
// yes before anybody new is asked.
type Phases struct{}

// Whoever could not be found may have come into reach: a phase that was short is looked at again after againFirst, then each
// time when twice as long has passed since it opened, and not any more after againUntil.
const (
	againFirst = 30 * time.Second
	againUntil = time.Hour
)

// recallPatience is how long a reserve who was called back has to answer before the next one is called as well.
const recallPatience = 20 * time.Second

// notAskedK is how many of those who could come and are not asked are explained.
const notAskedK = 8

// When opens a phase at its time, and wants to look at once when a place in it has become free.
func (Phases) When(q Asking) (time.Time, bool) {
	if !q.Phase.begun() {
		return q.Phase.OpensAt, true
	}
	free, reserves := q.free(), len(q.reserves())
	switch {
	case free > 0 && (!q.Phase.Short || reserves > 0):
		return q.Now, true
	case reserves > 0 && !q.Enough:
		return q.nextRecall(), true
	case free > 0:
		return q.Phase.Again, !q.Phase.Again.IsZero()
	}
	return time.Time{}, false
}

// Ask fills the free places of a phase.
func (Phases) Ask(q Asking) Asked {
	var out Asked
	free := max(0, q.free())
	recall := free
	if !q.Enough && !q.nextRecall().After(q.Now) {
		recall = max(recall, 1)
	}
	for _, r := range q.reserves() {
		if len(out.Recall) < recall {
			out.Recall = append(out.Recall, Choice{Person: r.Person, Reasons: []Reason{{Code: ReasonRecalled}, travelReason(r.Travel)}})
		}
	}
	ordered := order(q)
	if q.Phase.KeysFirst {
		slices.SortStableFunc(ordered, func(x, y Candidate) int { return cmp.Compare(hasNoKey(x), hasNoKey(y)) })
	}
	wanted := max(0, free-len(out.Recall))
	picked := q.pick(ordered, wanted)
	out.Offer = picked
	out.Not = q.passedOver(ordered, picked)
	if out.Short = len(picked) < wanted; out.Short {
		out.Again = q.lookAgain()
	}
	return out
}

func hasNoKey(c Candidate) int {
	if c.HasKey {
		return 0
	}
	return 1
}

// Needed turns away a helper who brings neither key nor training when enough are coming who will all be there sooner. Far
// people answer first, so nobody is turned away for having been preceded by somebody slower.
func (Phases) Needed(q Asking, who Party) (bool, []Reason) {
	if who.HasKey || who.Trained || !q.Enough {
		return true, nil
	}
	eta, sooner := q.Now.Add(who.Travel), 0
	for _, p := range q.People {
		if !p.State.Coming() {
			continue
		}
		if p.EtaAt.IsZero() && p.State != PersonArrived || p.EtaAt.After(eta) {
			return true, nil
		}
		sooner++
	}
	return false, []Reason{{Code: ReasonEnough, Value: sooner}, travelReason(who.Travel)}
}

// free counts the places of the phase that nobody holds. A reserve who was called back in somebody's place holds that place
// beside their own.
func (q Asking) free() int {
	free := q.Phase.Helpers
	for _, p := range q.People {
		if p.Part != PartHelper || !p.live() {
			continue
		}
		if p.Phase == q.Phase.ID {
			free--
		}
		if p.RecalledBy == q.Phase.ID {
			free--
		}
	}
	return free
}

// nextRecall is when the next reserve may be called back though no place is free – a contact who was coming has withdrawn:
// one at a time, for a reserve has said yes before and answers soon.
func (q Asking) nextRecall() time.Time {
	at := q.Now
	for _, p := range q.People {
		if p.RecalledBy != "" && (p.State == PersonTold || p.State == PersonRinging || p.State == PersonAnswered) {
			at = later(at, p.AskedAt.Add(recallPatience))
		}
	}
	return at
}

// reserves are those who were asked to stand by, or sent home and not forgotten: who had said yes first, then the nearest.
func (q Asking) reserves() []Party {
	var out []Party
	said := func(p Party) int {
		if p.PromisedAt.IsZero() {
			return 1
		}
		return 0
	}
	for _, p := range q.People {
		if p.Part == PartHelper && p.standsBy() {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y Party) int {
		return cmp.Or(cmp.Compare(said(x), said(y)), cmp.Compare(x.Travel, y.Travel))
	})
	return out
}

// pick takes the first n who may be asked. When a life is at stake, weekly budgets and quiet hours are exceeded, but only after
// everybody else who can be there in time has been asked; and when nobody at all is in reach, those are asked who are on the
// way to another alert. What was exceeded stands among the reasons.
func (q Asking) pick(ordered []Candidate, n int) []Choice {
	homes := q.homes()
	out := q.take(ordered, n, homes, nil)
	if q.life() && len(out) < n {
		out = append(out, q.take(ordered, n-len(out), homes, []string{ReasonOverBudget, ReasonQuiet})...)
	}
	if q.life() && len(out) == 0 && !q.anybody() {
		out = q.take(ordered, n, homes, exceeded())
	}
	return out
}

// exceeded are the bars that are exceeded for a life.
func exceeded() []string { return []string{ReasonOverBudget, ReasonQuiet, ReasonBusy} }

// life reports whether a life may be at stake: what is for the comfort of helpers may be exceeded then, and is recorded.
func (q Asking) life() bool { return q.Priority == 1 }

// anybody reports whether a helper may still come of those who were asked.
func (q Asking) anybody() bool {
	return slices.ContainsFunc(q.People, func(p Party) bool { return p.Part == PartHelper && p.live() })
}

// take takes the first n whom nothing bars that may not be exceeded, one of each home.
//
//house:parameters of whom, how many, where somebody is asked already, and what may be exceeded
func (q Asking) take(ordered []Candidate, n int, homes map[string]bool, exceed []string) []Choice {
	var out []Choice
	for _, c := range ordered {
		if len(out) >= n {
			break
		}
		bars := q.bars(c)
		barred := slices.ContainsFunc(bars, func(r Reason) bool { return !slices.Contains(exceed, r.Code) })
		if _, part := q.waiting(c.Helper); part || barred || len(bars) == 0 && exceed != nil || homes[c.Household] {
			continue
		}
		if c.Household != "" {
			homes[c.Household] = true
		}
		out = append(out, Choice{Person: c.Helper, Reasons: withBars(c.Reasons, bars)})
	}
	return out
}

// withBars adds what was exceeded to the reasons of somebody's place; that they are busy stands there already.
func withBars(reasons, bars []Reason) []Reason {
	out := slices.Clone(reasons)
	for _, b := range bars {
		if b.Code != ReasonBusy {
			out = append(out, b)
		}
	}
	return out
}

// waiting finds out whether somebody has been asked already; whoever waits for a new round has not, unless they are called back in it.
func (q Asking) waiting(person string) (Party, bool) {
	p, known := q.party(person)
	return p, known && (p.State != PersonWaiting || p.standsBy())
}

// homes are the households of which somebody may still come: two who live together are reached, or not, together.
func (q Asking) homes() map[string]bool {
	out := map[string]bool{}
	for _, p := range q.People {
		if p.Part == PartHelper && p.Household != "" && p.live() {
			out[p.Household] = true
		}
	}
	return out
}

// bars is what speaks against asking somebody in this phase.
func (q Asking) bars(c Candidate) []Reason {
	var out []Reason
	when := func(is bool, code string, value int) {
		if is {
			out = append(out, Reason{Code: code, Value: value})
		}
	}
	p, _ := q.party(c.Helper)
	when(p.Declined, ReasonDeclined, 0)
	when(c.Numbers == 0, ReasonNoPhone, 0)
	when(c.Duration > q.Phase.Within, ReasonTooFar, int(q.Phase.Within.Seconds()))
	when(c.Load > 0, ReasonBusy, c.Load)
	when(c.Budget != nil && c.Known.ThisWeek >= *c.Budget, ReasonOverBudget, c.Known.ThisWeek)
	when(c.Quiet, ReasonQuiet, 0)
	return out
}

// passedOver explains the nearest who have no part in the alert and are not asked either.
func (q Asking) passedOver(ordered []Candidate, picked []Choice) []Choice {
	var out []Choice
	homes := q.homes()
	for _, c := range picked {
		homes[householdOf(ordered, c.Person)] = true
	}
	for _, c := range ordered {
		_, part := q.waiting(c.Helper)
		if part || slices.ContainsFunc(picked, func(p Choice) bool { return p.Person == c.Helper }) {
			continue
		}
		if len(out) == notAskedK {
			break
		}
		why := q.bars(c)
		if c.Household != "" && homes[c.Household] {
			why = append(why, Reason{Code: ReasonHousehold})
		}
		if len(why) == 0 {
			why = append(why, Reason{Code: ReasonNotNeeded, Value: q.Phase.Helpers})
		}
		out = append(out, Choice{Person: c.Helper, Reasons: append(why, travelReason(c.Duration))})
	}
	return out
}

// spared parts those who are to be spared from the others, as an operator sees them: they stand with those who are left out, or
// behind everybody else when a life is at stake, with the reason first in both.
func (q Asking) spared(ordered []Candidate) (found, out []Candidate) {
	for _, c := range ordered {
		var why []Reason
		for _, b := range q.bars(c) {
			if b.Code == ReasonOverBudget || b.Code == ReasonQuiet {
				why = append(why, b)
			}
		}
		if len(why) == 0 || c.State != "" {
			found = append(found, c)
			continue
		}
		c.Reasons = append(why, c.Reasons...)
		out = append(out, c)
	}
	if q.life() {
		return append(found, out...), nil
	}
	return found, out
}

func householdOf(all []Candidate, person string) string {
	for _, c := range all {
		if c.Helper == person {
			return c.Household
		}
	}
	return ""
}

func (q Asking) lookAgain() time.Time {
	open := q.Now.Sub(q.Phase.OpensAt)
	if open >= againUntil {
		return time.Time{}
	}
	return q.Now.Add(max(againFirst, open))
}

func travelReason(d time.Duration) Reason { return Reason{Code: ReasonTravel, Value: int(d.Seconds())} }
