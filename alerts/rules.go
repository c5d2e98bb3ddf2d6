package alerts

import (
	"slices"
	"time"

	"anling/internal/words"
)

// The rules that no plan can switch off. Each is a step that Plan.Next adds by itself; a plan may move its numbers
// (Limits), never remove it. They come after the plan's own steps.
//
//	seat    accepted and then nothing: it rings again, then at the other seats, then the supervisor is called, again and again
//	coming  who promises to come learns the door; the elder hears who comes; who is late, lost or still is asked, then replaced
//	scene   somebody is there: everybody else is stood down with thanks, at once
//	end     everybody learns how it ended; the call-back is reminded of until somebody was reached
const rulePrefix = "rule/"

// rules adds to the outlook what the rules want of an alert.
func (p *Plan) rules(a *Alert, o *outlook) {
	if a.Test {
		return
	}
	r := ruling{plan: p, a: a, o: o}
	switch {
	case a.State.Working():
		r.seat()
		r.recheck()
		r.speech()
		r.callBack()
		r.coming()
		r.surplus()
		r.scene()
	case a.State == Resolved:
		r.ended()
	}
}

// ruling is one look of the rules at one alert.
type ruling struct {
	plan *Plan
	a    *Alert
	o    *outlook
}

func (r *ruling) limit(s Span) time.Duration { return time.Duration(s) }

// step makes the line of a rule; what is told about it stands in the message file under its name.
func (r *ruling) step(name string, s Step) *Step {
	s.ID = rulePrefix + name
	s.What = map[string]string{"zh": words.T("zh", "rule."+name, nil), "en": words.T("en", "rule."+name, nil)}
	return &s
}

// once wants a step once after base, at a time.
func (r *ruling) once(s *Step, base, at time.Time) {
	if !done(r.a, s.ID, base) {
		r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
	}
}

// onceFor wants a step once for a person, after base, at a time.
func (r *ruling) onceFor(s *Step, who *Person, base, at time.Time) {
	id := s.ID + "/" + who.ID
	if !done(r.a, id, base) {
		r.o.at(at, Action{Step: id, Do: s.Do, Line: s, Person: who.ID})
	}
}

// again wants a step at first, and then every so often, with longer and longer pauses: a quarter of the time that has passed.
func (r *ruling) again(s *Step, first time.Time, every pace) {
	at := first
	if m, ok := r.a.Steps[s.ID]; ok && !m.At.Before(first) {
		at = m.At.Add(min(max(m.At.Sub(first)/4, every.least), every.most))
	}
	r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
}

// pace bounds the pauses of something that is done again and again.
type pace struct{ least, most time.Duration }

// life reports whether the alert is about a person in need, not about a machine: by its plan, or by what has come about since – on
// the line of an elder who was only to be asked how they are, say, nobody spoke.
func (r *ruling) life() bool { return min(r.plan.Priority, r.a.Priority) < 3 }

// seat keeps somebody at the centre at work.
func (r *ruling) seat() {
	a, l := r.a, r.plan.Limits
	if !r.life() {
		r.overdue()
	}
	if a.AcceptedAt == nil {
		r.waiting()
		return
	}
	if !r.life() || a.Outage != nil && a.Outage.Unchecked == 0 {
		return // of an outage: everybody is checked on, and what is left is the carrier's work
	}
	quiet := r.quietSince()
	at := quiet.Add(r.patience())
	r.once(r.step("idle", Step{Do: doSound, Level: 2}), quiet, at)
	// Whoever has it now has not lost it yet, whatever a clock that was set back says of an earlier giving back.
	back := r.step("give-back", Step{Do: doGiveBack})
	r.o.at(at.Add(r.limit(l.NextSeat)), Action{Step: back.ID, Do: back.Do, Line: back})
}

// waiting calls the supervisor again and again while no seat has taken the alert. A plan that has done so by itself is not
// repeated.
func (r *ruling) waiting() {
	if r.a.WaitingSince == nil || r.a.OnSceneAt != nil && !r.life() {
		return
	}
	since, every := *r.a.WaitingSince, pace{5 * time.Minute, 30 * time.Minute}
	first := since.Add(r.limit(r.plan.Limits.Supervisor))
	if at := r.a.NoSpeechAt; at != nil && r.a.OnSceneAt == nil {
		first = later(since, *at) // nothing is more urgent: no plan lets such a line wait
	}
	s := r.step("unaccepted", Step{Do: doEscalate, To: "supervisor", Level: 3})
	if !r.life() {
		r.daily(s, since.Add(24*time.Hour))
		return
	}
	for i := range r.plan.Steps {
		s := &r.plan.Steps[i]
		if m, ok := r.a.Steps[s.ID]; ok && s.Do == doEscalate && !m.At.Before(since) && m.At.After(first.Add(-every.least)) {
			first = later(first, m.At.Add(every.least))
		}
	}
	r.again(s, first, every)
}

// quietSince is when the operator last did something for this alert. A call that goes on counts, for a while: an alarm that was
// put on hold is an alarm that nobody works on (docs/invariants.md).
func (r *ruling) quietSince() time.Time {
	a := r.a
	quiet := later(*a.AcceptedAt, a.ActedAt)
	for _, who := range a.People {
		for _, m := range who.Messages {
			if !talks(m) || m.ToldAt.Before(*a.AcceptedAt) {
				continue
			}
			if ended(m.Status) {
				quiet = later(quiet, m.At)
			} else {
				quiet = later(quiet, m.ToldAt.Add(r.limit(r.plan.Limits.Talking)))
			}
		}
	}
	return quiet
}

// patience is how long an operator may do nothing, by how the alert stands.
func (r *ruling) patience() time.Duration {
	a, l := r.a, r.plan.Limits
	switch {
	case a.OnSceneAt != nil:
		return r.limit(l.Scene)
	case a.coming() > 0:
		return r.limit(l.Under)
	case a.ActedAt.After(*a.AcceptedAt):
		return r.limit(l.Parked)
	}
	return r.limit(l.Idle)
}

// scene stands everybody down who need not come any more, as soon as somebody is there.
func (r *ruling) scene() {
	if r.a.OnSceneAt == nil {
		return
	}
	at := *r.a.OnSceneAt
	s := r.step("stand-down", Step{Do: doStandDown, Say: "stand_down_arrived"})
	// Who promises, or is asked, after the arrival is told as well, and so is who comes over from a linked alert.
	if slices.ContainsFunc(r.a.People, func(h *Person) bool { return h.Part == PartHelper && r.a.mayStandDown(h) }) {
		r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
		return
	}
	r.once(s, at, at)
}

// mayStandDown reports whether a helper need not come any more now that somebody is there. Whom an operator has asked since is wanted.
func (a *Alert) mayStandDown(h *Person) bool {
	if a.OnSceneAt != nil && h.Step == byHand && h.AskedAt != nil && h.AskedAt.After(*a.OnSceneAt) {
		return false
	}
	switch h.State {
	case PersonArrived, PersonCannot, PersonUnreached, PersonStoodDown, PersonWaiting:
		return false // who waits has not been asked in this round
	}
	return true
}

// ended tells everybody how it went, and has the elder called back until somebody was reached.
func (r *ruling) ended() {
	a, l := r.a, r.plan.Limits
	if !r.life() || a.ResolvedAt == nil {
		return
	}
	at := *a.ResolvedAt
	r.once(r.step("closure", Step{Do: doTell, Who: "involved", By: []string{"sms"}, Say: "resolved"}), at, at)
	if a.Reached != "" {
		r.again(r.step("close", Step{Do: doSound, Level: 1}), later(at, followedUp(a)).Add(24*time.Hour), pace{24 * time.Hour, 24 * time.Hour})
		return
	}
	tried := followedUp(a)
	every := pace{r.limit(l.Remind), 4 * r.limit(l.Remind)}
	if a.seen() {
		r.again(r.step("call-back", Step{Do: doSound, Level: 1}), later(at.Add(r.limit(l.CallBack)), tried.Add(every.least)), every)
		r.again(r.step("call-back-late", Step{Do: doEscalate, To: "supervisor", Level: 1}),
			later(at.Add(2*r.limit(l.CallBack)), tried.Add(every.most)), pace{every.most, 24 * time.Hour})
		return
	}
	// Nobody has seen the elder, or heard them: the call-back is due now, by machine first.
	r.again(r.step("verify", Step{Do: doAskElder, Who: "elder", Say: "elder_check"}), later(at, tried.Add(every.least)), pace{5 * time.Minute, 30 * time.Minute})
	r.again(r.step("unreached", Step{Do: doSound, Level: 2}), later(at, tried.Add(every.least)), every)
	r.again(r.step("unreached-late", Step{Do: doEscalate, To: "supervisor", Level: 3}),
		later(at.Add(r.limit(l.Unreached)), tried.Add(every.least)), pace{15 * time.Minute, 2 * time.Hour})
}

func followedUp(a *Alert) time.Time {
	if a.FollowedUpAt == nil {
		return time.Time{}
	}
	return *a.FollowedUpAt
}

// seen reports whether in this round a human being has stood at the door, or the elder has answered.
func (a *Alert) seen() bool {
	if a.OnSceneAt != nil {
		return true
	}
	heard := false
	a.Each(PartElder, func(e *Person) { heard = heard || e.SaidAt != nil && !e.SaidAt.Before(a.BeganAt) })
	return heard
}
