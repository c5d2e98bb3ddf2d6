package alerts

import (
	"slices"
	"time"

	"anling/notify"
	"anling/registry"
)

// callWindow is how long a call may still be answered before it counts as ended, should no word come
// from the carrier: ring time plus the carrier's slack.
const callWindow = 60 * time.Second

// Action is something that the plan wants done now.
type Action struct {
	Step      string // the step, or step/person for a step that is carried out for each
	Do        string
	Line      *Step
	Person    string
	To        registry.CentreID // the centre that is to see the alert
	Agreement registry.AgreementID
	Count     int
	Repeat    int
	Phase     Phase  // of a step that asks for help
	Reason    string // why it is done, for the story
}

// Upcoming is a step that will be carried out if nothing changes; the console counts it down.
type Upcoming struct {
	Step   string            `json:"step"`
	Action string            `json:"action"`
	At     time.Time         `json:"at"`
	Text   map[string]string `json:"text"`
}

// outlook gathers what a plan wants: actions that are due, and steps to come.
type outlook struct {
	now   time.Time
	since time.Time // what the step under review counts from; older deeds belong to an earlier round
	due   []Action
	next  []Upcoming
}

func (o *outlook) at(t time.Time, act Action) {
	if !t.After(o.now) {
		o.due = append(o.due, act)
		return
	}
	o.next = append(o.next, Upcoming{Step: act.Step, Action: act.Do, At: t, Text: act.Line.What})
}

// Next says what should have happened by now and has not, and what comes after it, soonest first. It
// is recomputed from the state each time: a restart, a crash or a clock jump forgets nothing and
// repeats nothing.
func (p *Plan) Next(a *Alert, now time.Time) (due []Action, upcoming []Upcoming) {
	o := outlook{now: now}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.After == "coming" {
			p.nextForEach(a, s, &o)
			continue
		}
		base, ok := base(a, s.After)
		if !ok || p.met(s.Until, a) || !p.wanted(s, a, s.dueAt(a, base)) {
			continue
		}
		p.nextStep(a, s, base, &o)
	}
	p.rules(a, &o)
	slices.SortStableFunc(o.next, func(x, y Upcoming) int { return x.At.Compare(y.At) })
	return o.due, o.next
}

func (p *Plan) nextStep(a *Alert, s *Step, base time.Time, o *outlook) {
	at := s.dueAt(a, base)
	act := Action{Step: s.ID, Do: s.Do, Line: s, Count: s.Helpers}
	switch s.Do {
	case doCall:
		o.since = base
		nextCall(a, s, at, o)
	case doOffer:
		o.since = base
		p.nextOffer(a, act, at, o)
	case doShare:
		nextShare(a, s, base, o)
	case doCheck:
		nextCheck(a, s, base, o)
	default:
		if !done(a, act.Step, base) {
			o.at(at, act)
		}
	}
}

// done reports whether a step has been carried out since its clock began: a second resolution, or a
// second promise to come, begins it anew.
func done(a *Alert, step string, base time.Time) bool {
	m, ok := a.Steps[step]
	return ok && !m.At.Before(base)
}

// nextForEach looks at a step that is carried out once for each person who is coming.
func (p *Plan) nextForEach(a *Alert, s *Step, o *outlook) {
	if !a.State.Working() || p.met(s.Until, a) {
		return
	}
	for _, who := range a.People {
		if who.PromisedAt == nil || who.State != PersonComing && who.State != PersonDeparted {
			continue
		}
		at := who.PromisedAt.Add(time.Duration(s.At))
		if s.Late > 0 {
			if who.EtaAt == nil {
				continue
			}
			at = who.EtaAt.Add(time.Duration(s.Late))
		}
		if !p.wanted(s, a, at) {
			continue
		}
		act := Action{Step: s.ID + "/" + who.ID, Do: s.Do, Line: s, Person: who.ID, Count: s.Helpers}
		if s.Do == doOffer {
			o.since = *who.PromisedAt
			p.nextOffer(a, act, at, o)
		} else if !done(a, act.Step, *who.PromisedAt) {
			o.at(at, act)
		}
	}
}

// nextCall finds whom to call next, and when: in order, the next one as well when the last has not
// answered in time, at once when it is known that they will not come.
func nextCall(a *Alert, s *Step, at time.Time, o *outlook) {
	var pick *Person
	tries, pickTries := 0, 0
	for _, c := range s.callees(a) {
		calls, live := callsTo(c, s.ID, o)
		tries += calls
		if live || c.State.Human() || calls >= s.Tries || c.Numbers == 0 || !slices.Contains(c.Channels, string(notify.Voice)) {
			continue
		}
		if pick == nil || calls < pickTries {
			pick, pickTries = c, calls
		}
	}
	if pick == nil {
		waitForCalls(a, s, o)
		return
	}
	if tries > 0 {
		at = later(at, nextCallAt(a, s, o.now))
	}
	for _, m := range pick.Messages {
		if m.Step == s.ID && m.Channel == string(notify.Voice) {
			at = later(at, m.ToldAt.Add(time.Duration(s.Every)))
		}
	}
	o.at(at, Action{Step: s.ID, Do: s.Do, Line: s, Person: pick.ID, Repeat: pickTries})
}

// nextCallAt is when the next contact may be called, given how the latest call went.
func nextCallAt(a *Alert, s *Step, now time.Time) time.Time {
	var last *MessageState
	var who *Person
	for _, c := range s.callees(a) {
		for _, m := range c.Messages {
			if m.Step == s.ID && m.Channel == string(notify.Voice) && (last == nil || !m.ToldAt.Before(last.ToldAt)) {
				last, who = m, c
			}
		}
	}
	if last == nil {
		return time.Time{}
	}
	if ended(last.Status) || who.State.Human() {
		return now
	}
	return last.ToldAt.Add(time.Duration(s.Every))
}

// waitForCalls asks to look again when every contact is either being called or used up: a call that is
// live now may end without an answer and without a word from the carrier.
func waitForCalls(a *Alert, s *Step, o *outlook) {
	for _, c := range s.callees(a) {
		calls, live := callsTo(c, s.ID, o)
		if !live || calls >= s.Tries {
			continue
		}
		for _, m := range c.Messages {
			if end := m.ToldAt.Add(callWindow); m.Step == s.ID && end.After(o.now) {
				o.at(end, Action{Step: s.ID, Do: s.Do, Line: s, Person: c.ID, Repeat: calls})
			}
		}
	}
}

func callsTo(c *Person, step string, o *outlook) (calls int, live bool) {
	for _, m := range c.Messages {
		if m.Step != step || m.Channel != string(notify.Voice) || m.ToldAt.Before(o.since) {
			continue
		}
		calls++
		if !ended(m.Status) && o.now.Before(m.ToldAt.Add(callWindow)) {
			live = true
		}
	}
	return calls, live
}

// ended reports whether a message will bring no answer any more.
func ended(status string) bool {
	switch notify.Status(status) {
	case notify.StatusCompleted, notify.StatusNoAnswer, notify.StatusBusy, notify.StatusVoicemail,
		notify.StatusFailed, notify.StatusExpired, notify.StatusCancelled:
		return true
	}
	return false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// base is the instant from which a step counts, and whether that has come and is not over.
func base(a *Alert, after string) (time.Time, bool) {
	of := func(t *time.Time, ok bool) (time.Time, bool) {
		if t == nil || !ok {
			return time.Time{}, false
		}
		return *t, true
	}
	working := a.State.Working()
	switch after {
	case "raised":
		return a.BeganAt, working
	case "waiting":
		return of(a.WaitingSince, working)
	case "accepted":
		return of(a.AcceptedAt, working)
	case "helping":
		return of(a.HelpingAt, working)
	case "on_scene":
		return of(a.OnSceneAt, working)
	case "resolved":
		return of(a.ResolvedAt, a.State == Resolved)
	case "do_by":
		return of(a.DoBy, working)
	}
	return time.Time{}, false
}

// met reports whether one of the conditions holds that make a step unnecessary.
func (p *Plan) met(until []string, a *Alert) bool {
	return slices.ContainsFunc(until, func(c string) bool { return p.condition(c, a, a.BeganAt) })
}

func (p *Plan) holds(condition string, a *Alert) bool {
	switch condition {
	case "accepted":
		return a.AcceptedAt != nil
	case "acted":
		return a.AcceptedAt != nil && a.ActedAt.After(*a.AcceptedAt) || a.coming() > 0
	case "contact_coming":
		return slices.ContainsFunc(a.People, func(c *Person) bool { return c.Part == PartContact && c.State.Coming() })
	case "enough":
		return a.OnSceneAt != nil || p.enough(a) // once somebody is there, the others are stood down, and nobody takes their places
	case "human":
		return a.AcceptedAt != nil || slices.ContainsFunc(a.People, func(c *Person) bool { return c.State.Human() && (c.State != PersonReserve || c.SaidAt != nil) })
	case "arrived":
		return a.OnSceneAt != nil
	case "followed_up":
		return a.FollowedUpAt != nil
	}
	return standing(condition, a)
}

// enough reports whether enough people are coming: so many helpers, or one with a key or training.
func (p *Plan) enough(a *Alert) bool {
	n := 0
	for _, h := range a.People {
		if !h.State.Coming() || a.doubtful(h) {
			continue
		}
		if h.HasKey && slices.Contains(p.Enough.OrOneWith, "key") || h.Trained && slices.Contains(p.Enough.OrOneWith, "trained") {
			return true
		}
		n++
	}
	return n >= max(1, p.Enough.Helpers)
}
