package alerts

import (
	"time"

	"anling/notify"
)

// How somebody on the way is watched.
const (
	lookEvery  = 30 * time.Second // between looks at where they are
	freshFix   = 90 * time.Second // a position older than this says nothing of whether they move
	movedBy    = 20               // metres: less is the unrest of the receiver
	leftBy     = 30               // metres from where they promised: they have set out
	atDoor     = 80               // metres: who is so near stands still rightly
	wrongWayBy = 150              // metres farther away than they have been
)

// What may be wrong with somebody on the way, as keys of the message file.
const (
	troubleStill = "still"
	troubleAway  = "away"
	troubleLate  = "late"
)

// Way is how somebody comes nearer who has promised to come. Distances are metres to the elder.
type Way struct {
	Start   int       `json:"start_m"`  // at the first look after the promise
	Best    int       `json:"best_m"`   // the least since
	Metres  int       `json:"metres"`   // at the last look
	Mark    int       `json:"mark_m"`   // when they last had moved
	MovedAt time.Time `json:"moved_at"` // when that was
	FixAt   time.Time `json:"fix_at"`   // when the last position was taken
	SeenAt  time.Time `json:"seen_at"`  // when it was looked at
}

// fresh reports whether the last look saw where they are, and not where they were.
func (w *Way) fresh() bool { return w != nil && w.SeenAt.Sub(w.FixAt) <= freshFix }

// coming cares for everybody who has promised to come, until they are there.
func (r *ruling) coming() {
	details := r.step("details", Step{Do: doTell, Who: "that_person", By: []string{"sms"}, Say: "helper_details"})
	for _, who := range r.a.People {
		if who.PromisedAt == nil || who.State != PersonComing && who.State != PersonDeparted {
			continue
		}
		r.onceFor(details, who, *who.PromisedAt, *who.PromisedAt)
		r.watch(who)
	}
	r.talkBack()
}

// talkBack lets the elder hear who comes first, and in how many minutes.
func (r *ruling) talkBack() {
	first := r.a.firstComing()
	if first == nil || first.PromisedAt == nil || r.a.OnSceneAt != nil || r.a.Silent {
		return
	}
	s := r.step("talk-back", Step{Do: doTell, Who: "elder", By: []string{"voice"}, Say: "elder_coming"})
	r.onceFor(s, first, *first.PromisedAt, *first.PromisedAt)
}

// watch looks where somebody is, asks who does not come on, and asks one more in the place of who does not answer. The first is
// not lost by that: they may still come.
func (r *ruling) watch(who *Person) {
	l := r.plan.Limits
	if who.Part == PartHelper {
		r.look(who)
	}
	reason, at := r.a.trouble(who, l)
	said := who.lastWord()
	ask := r.step("ask", Step{Do: doTell, Who: "that_person", By: []string{"sms", "voice"}, Say: "ask_progress"})
	if id := ask.ID + "/" + who.ID; !done(r.a, id, said) {
		r.o.at(at, Action{Step: id, Do: ask.Do, Line: ask, Person: who.ID, Reason: reason})
	}
	asked, ok := r.a.Steps[ask.ID+"/"+who.ID]
	if !ok || asked.At.Before(said) || at.After(r.o.now) {
		return // not asked, has answered, or is on the way again
	}
	if r.a.OnSceneAt != nil {
		return // somebody is there: nobody is asked in anybody's place
	}
	replace := asked.At.Add(r.limit(l.Answer))
	r.onceFor(r.step("missing", Step{Do: doSound, Level: 2}), who, asked.At, replace)
	extra := r.step("replace", Step{Do: doOffer, Helpers: 1, Within: l.ExtraWithin})
	since := r.o.since
	r.o.since = asked.At
	r.plan.nextOffer(r.a, Action{Step: extra.ID + "/" + who.ID, Do: doOffer, Line: extra, Person: who.ID, Count: 1}, replace, r.o)
	r.o.since = since
}

func (r *ruling) look(who *Person) {
	s := r.step("look", Step{Do: doLook})
	id := s.ID + "/" + who.ID
	at := *who.PromisedAt
	if m, ok := r.a.Steps[id]; ok && !m.At.Before(at) {
		at = m.At.Add(lookEvery)
	}
	r.o.at(at, Action{Step: id, Do: s.Do, Line: s, Person: who.ID})
}

// lastWord is when somebody on the way last said something themselves: their promise, or an answer since.
func (p *Person) lastWord() time.Time {
	at := *p.PromisedAt
	if p.SaidAt != nil {
		at = later(at, *p.SaidAt)
	}
	return at
}

// trouble says what is, or first will be, wrong with somebody on the way, and from when on.
func (a *Alert) trouble(who *Person, l Limits) (reason string, at time.Time) {
	said := who.lastWord()
	due := who.PromisedAt.Add(time.Duration(l.ContactWay))
	if who.TravelS > 0 {
		due = who.PromisedAt.Add(travelTime(who))
	}
	reason, at = troubleLate, later(due, said).Add(time.Duration(l.Late))
	w := who.Way
	if !w.fresh() || w.Metres <= atDoor {
		return reason, at
	}
	if w.Metres > w.Best+max(wrongWayBy, w.Best/4) && w.SeenAt.After(said) && w.SeenAt.Before(at) {
		reason, at = troubleAway, w.SeenAt
	}
	if still := later(w.MovedAt, said).Add(time.Duration(l.Still)); still.Before(at) {
		reason, at = troubleStill, still
	}
	return reason, at
}

// codeStill marks the word of somebody on the way that they still are: it is no new promise.
const codeStill = "still"

// askedOnTheWay reports whether somebody who promised to come has been asked since their last word.
func (a *Alert) askedOnTheWay(who *Person) bool {
	m, ok := a.Steps[rulePrefix+"ask/"+who.ID]
	return ok && who.PromisedAt != nil && !m.At.Before(who.lastWord())
}

// doubtful reports whether somebody has been asked in vain whether they come: they do not count when it is asked whether enough
// people are coming, until they say a word or move.
func (a *Alert) doubtful(who *Person) bool {
	m, ok := a.Steps[rulePrefix+"replace/"+who.ID]
	if !ok || who.PromisedAt == nil || who.State == PersonArrived || m.At.Before(who.lastWord()) {
		return false
	}
	return who.Way == nil || who.Way.MovedAt.Before(m.At)
}

// look writes down where somebody on the way is. Who has left the place of their promise has set out, whether they say so or not. And
// whoever was told of a move shortly before the place moved on is told now, though nothing new has come in since.
func (d *decision) look(act *Action) {
	d.redirect(d.a.Place)
	who := d.a.Person(act.Person)
	if who == nil {
		return
	}
	var k Candidate
	if len(d.c.candidates) > 0 {
		k = d.c.candidates[0]
	}
	if k.Duration == 0 && k.Metres == 0 {
		d.emit(EventProgress, Data{Person: who.ID, Step: act.Step, Code: "unknown"})
		return
	}
	d.emit(EventProgress, Data{Person: who.ID, Step: act.Step, Travel: k.travel(), Late: int(k.PositionAge.Seconds())})
	if w := who.Way; w != nil && who.State == PersonComing && k.PositionAge <= freshFix && apart(k.Metres, w.Start) >= leftBy {
		d.emit(EventDeparted, Data{Person: who.ID, Code: "seen"})
	}
}

// moved takes one look into the way of a person.
func (p *Person) moved(d Data, at time.Time) {
	if d.Travel == nil {
		return
	}
	m, fix := d.Travel.Metres, at.Add(-time.Duration(d.Late)*time.Second)
	if p.Way == nil || p.PromisedAt != nil && p.Way.SeenAt.Before(*p.PromisedAt) {
		p.Way = &Way{Start: m, Best: m, Mark: m, MovedAt: at}
	}
	w := *p.Way
	w.Metres, w.Best, w.FixAt, w.SeenAt = m, min(w.Best, m), fix, at
	if apart(m, w.Mark) >= movedBy {
		w.Mark, w.MovedAt = m, at
		if m == w.Best {
			p.Trouble = ""
		}
	}
	p.Way = &w
	if w.fresh() && p.EtaAt != nil {
		eta := at.Add(time.Duration(d.Travel.Seconds) * time.Second)
		p.EtaAt = &eta
	}
}

func apart(a, b int) int { return max(a-b, b-a) }

// surplus makes reserves of those who were asked, have not answered, and would come later than all who are enough: their
// telephones stop. Far people answer first, so nobody is turned away who would be there sooner.
func (r *ruling) surplus() {
	if r.a.OnSceneAt != nil || !r.plan.enough(r.a) {
		return
	}
	s := r.step("reserve", Step{Do: doReserve, Say: "stand_down_enough"})
	r.a.Each(PartHelper, func(h *Person) {
		if since, not := r.unneeded(h); not {
			r.onceFor(s, h, askedAt(h), later(r.o.now, since.Add(reserveAfter)))
		}
	})
}

// reserveAfter is how long enough people must have been coming before others are told that they need not: promises come in pairs.
const reserveAfter = 10 * time.Second

// unneeded reports whether somebody who has not answered yet would be later than everybody who is coming, and since when that is so.
func (r *ruling) unneeded(h *Person) (since time.Time, not bool) {
	switch h.State {
	case PersonTold, PersonRinging, PersonAnswered, PersonHeard:
	default:
		return since, false
	}
	if h.HasKey || h.Trained || h.TravelS == 0 {
		return since, false
	}
	eta := r.o.now.Add(travelTime(h))
	for _, p := range r.a.People {
		if !p.State.Coming() || r.a.doubtful(p) {
			continue
		}
		if p.PromisedAt != nil {
			since = later(since, *p.PromisedAt)
		}
		if p.State != PersonArrived && (p.EtaAt == nil || p.EtaAt.After(eta)) {
			return since, false
		}
	}
	return since, true
}

// reserve thanks somebody who need not come for now.
func (d *decision) reserve(act *Action) {
	who := d.a.Person(act.Person)
	if who == nil {
		return
	}
	d.emit(EventReserved, Data{Person: who.ID, Step: act.Step, Reason: "enough"})
	if who.Numbers > 0 {
		d.told(who, notify.SMS, act.Line.Say, act.Step)
	}
}

// askedAt is when somebody was last asked to come.
func askedAt(p *Person) time.Time {
	if p.AskedAt == nil {
		return time.Time{}
	}
	return *p.AskedAt
}
