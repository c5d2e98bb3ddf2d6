package alerts

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"anling/notify"
)

// away is a helper so many minutes away.
func away(id string, minutes int) Candidate {
	return Candidate{Helper: id, Numbers: 1, Duration: time.Duration(minutes) * time.Minute, ByRoad: true}
}

// inPhase is an alert at whose first phase so many are wanted within eight minutes.
func inPhase(helpers int, known ...Candidate) Asking {
	return Asking{Alert: "a1", Priority: 1, Now: start, Known: known,
		Phase: Phase{ID: "wave-1", Helpers: helpers, Within: 8 * time.Minute, OpensAt: start}}
}

func asked(all []Choice) []string {
	out := []string{}
	for _, c := range all {
		out = append(out, c.Person)
	}
	return out
}

// said finds a reason by its code.
func said(all []Choice, person, code string) (value int, ok bool) {
	for _, c := range all {
		for _, r := range c.Reasons {
			if c.Person == person && r.Code == code {
				return r.Value, true
			}
		}
	}
	return 0, false
}

func TestWhomPhasesAsk(t *testing.T) {
	t.Parallel()
	key, mute, busy := away("key", 5), away("mute", 1), away("busy", 1)
	key.HasKey, mute.Numbers, busy.Load = true, 0, 1
	couple := []Candidate{away("he", 1), away("she", 2), away("other", 4)}
	couple[0].Household, couple[1].Household = "home", "home"
	for _, c := range []struct {
		name string
		q    Asking
		with []Party
		want []string
		not  map[string]string
	}{
		{"the nearest, and a key is worth two minutes", inPhase(2, away("far", 6), key, away("near", 2)), nil, []string{"near", "key"}, map[string]string{"far": ReasonNotNeeded}},
		{"nobody who is too far", inPhase(2, away("near", 8), away("far", 9)), nil, []string{"near"}, map[string]string{"far": ReasonTooFar}},
		{"nobody who cannot be called", inPhase(2, mute, away("near", 2)), nil, []string{"near"}, map[string]string{"mute": ReasonNoPhone}},
		{"nobody who goes elsewhere while somebody else is in reach", inPhase(2, busy, away("near", 2)), nil, []string{"near"}, map[string]string{"busy": ReasonBusy}},
		{"who goes elsewhere, when a life is at stake and there is nobody else", inPhase(2, busy), nil, []string{"busy"}, nil},
		{"nobody who goes elsewhere while somebody is asked", inPhase(2, busy), []Party{{Person: "x", Part: PartHelper, State: PersonTold, Phase: "wave-1"}}, []string{}, map[string]string{"busy": ReasonBusy}},
		{"nobody who said no, in a new round either", inPhase(2, away("no", 1), away("near", 2)), []Party{{Person: "no", Part: PartHelper, State: PersonWaiting, Declined: true}}, []string{"near"}, map[string]string{"no": ReasonDeclined}},
		{"who did not say no, in a new round", inPhase(2, away("old", 1)), []Party{{Person: "old", Part: PartHelper, State: PersonWaiting}}, []string{"old"}, nil},
		{"one of a home", inPhase(2, couple...), nil, []string{"he", "other"}, map[string]string{"she": ReasonHousehold}},
		{"the other of a home, when the one cannot", inPhase(1, couple...), []Party{{Person: "he", Part: PartHelper, State: PersonCannot, Household: "home"}}, []string{"she"}, nil},
	} {
		c.q.People = c.with
		got := Phases{}.Ask(c.q)
		if !slices.Equal(asked(got.Offer), c.want) {
			t.Errorf("%s: asked %v, want %v", c.name, asked(got.Offer), c.want)
		}
		for who, code := range c.not {
			if _, ok := said(got.Not, who, code); !ok {
				t.Errorf("%s: %s is not asked because of %v, want %s", c.name, who, got.Not, code)
			}
		}
		for _, o := range got.Offer {
			if _, ok := said(got.Offer, o.Person, ReasonTravel); !ok {
				t.Errorf("%s: %s is asked without a figure: %v", c.name, o.Person, o.Reasons)
			}
		}
	}
	if got := (Phases{}).Ask(inPhase(1, busy)); len(got.Offer) != 1 {
		t.Error("nobody was asked for a life alarm")
	} else if n, ok := said(got.Offer, "busy", ReasonBusy); !ok || n != 1 {
		t.Errorf("it is not recorded that they go elsewhere: %v", got.Offer)
	}
	urgent := inPhase(1, busy)
	if urgent.Priority = 2; len((Phases{}).Ask(urgent).Offer) != 0 {
		t.Error("somebody on the way to another was called away from them, for no life")
	}
}

func TestAReserveIsCalledBeforeAnybodyNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4).press()
	w.answer("h1", notify.AnswerComing)
	w.answer("h2", notify.AnswerComing)
	w.answer("h3", notify.AnswerComing)
	if got := w.a.Person("h3").State; got != PersonReserve {
		t.Fatalf("the third is %s, want reserve", got)
	}
	w.pass(7 * time.Second)
	w.answer("h1", notify.AnswerCannot)
	wantTold(t, w, "h3", "helper_recall", 7)
	wantTold(t, w, "h3", "helper_recall_call", 7)
	if w.a.Person("h4") != nil {
		t.Error("somebody new was asked although a reserve was there")
	}
	w.answer("h3", notify.AnswerComing)
	if got := w.a.Person("h3").State; got != PersonComing {
		t.Errorf("who was called back and said yes is %s", got)
	}
	w.answer("h3", notify.AnswerCannot)
	if w.a.Person("h4") == nil {
		t.Error("nobody new was asked after the reserve withdrew, too")
	}
	if !slices.Contains(w.a.Person("h3").Reasons, Reason{Code: ReasonRecalled}) {
		t.Errorf("it does not show that the reserve was called back: %v", w.a.Person("h3").Reasons)
	}
}

// TestReservesAreCalledWhenTooFewCome: somebody who was no part of the phase has withdrawn, and no place in it is free.
func TestReservesAreCalledWhenTooFewCome(t *testing.T) {
	t.Parallel()
	q := inPhase(3, away("new", 1))
	q.Phase.AskedAt = start
	q.People = []Party{{Person: "h1", Part: PartHelper, State: PersonComing, Phase: "wave-1"},
		{Person: "h2", Part: PartHelper, State: PersonReserve, Phase: "wave-1", Travel: 3 * time.Minute},
		{Person: "h3", Part: PartHelper, State: PersonReserve, Phase: "wave-1", Travel: 2 * time.Minute}}
	q.Enough = true
	if _, again := (Phases{}).When(q); again {
		t.Error("wants to look although enough are coming")
	}
	q.Enough = false
	if at, again := (Phases{}).When(q); !again || at.After(start) {
		t.Errorf("wants to look at %v, %v, want at once", at, again)
	}
	if got := (Phases{}).Ask(q); !slices.Equal(asked(got.Recall), []string{"h3"}) || len(got.Offer) > 0 || got.Short {
		t.Errorf("got %+v, want the nearer reserve and nobody new", got)
	}
	q.People[2].State, q.People[2].AskedAt, q.People[2].RecalledBy = PersonTold, start, "wave-1"
	if at, again := (Phases{}).When(q); !again || at.Sub(start) != recallPatience {
		t.Errorf("the next reserve is called at %v, %v, want when the first has had time to answer", at.Sub(start), again)
	}
}

func TestAShortPhaseLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 30).press()
	if !w.a.Steps["wave-1"].Short {
		t.Fatal("the wave does not know that it is short")
	}
	w.helpers[1].Duration = 3 * time.Minute // has come nearer
	w.pass(29 * time.Second)
	if w.a.Person("h2") != nil {
		t.Error("looked again too soon")
	}
	w.pass(2 * time.Second)
	wantTold(t, w, "h2", "helper_offer", 30)
	looks := w.count(EventStepDue, "wave-1")
	w.pass(5 * time.Hour)
	if got := w.count(EventStepDue, "wave-1") - looks; got > 8 {
		t.Errorf("looked %d times more, want few", got)
	}
}

// TestEqualsTakeTurns: twelve who are equally near, three asked each time: nobody is asked twice as often as another.
func TestEqualsTakeTurns(t *testing.T) {
	t.Parallel()
	const alerts, people = 400, 12
	count := map[string]int{}
	for i := range alerts {
		q := inPhase(3)
		q.Alert = AlertID(fmt.Sprintf("alert-%d", i))
		for n := range people {
			q.Known = append(q.Known, Candidate{Helper: fmt.Sprintf("h%d", n), Numbers: 1, Duration: 2*time.Minute + time.Duration(n)*time.Second})
		}
		first, again := asked(Phases{}.Ask(q).Offer), asked(Phases{}.Ask(q).Offer)
		if !slices.Equal(first, again) {
			t.Fatalf("the same question was answered with %v and %v", first, again)
		}
		for _, h := range first {
			count[h]++
		}
	}
	least, most := math.MaxInt, 0
	for n := range people {
		c := count[fmt.Sprintf("h%d", n)]
		least, most = min(least, c), max(most, c)
	}
	if least*2 < most {
		t.Errorf("one was asked %d times, another %d times: %v", least, most, count)
	}
}

// byPrice is a rule of the kind that will follow the phases: everybody is asked who adds enough to the chance that somebody is
// at the door in eight minutes; it plans anew after each event and every ten seconds. It is here to prove that a Policy can say
// all that such a rule has to say.
type byPrice struct{}

const (
	yes   = 0.4  // who says yes
	price = 0.08 // what one more offer must add
)

func (byPrice) When(q Asking) (time.Time, bool) {
	if q.Phase.AskedAt.IsZero() {
		return q.Now, true
	}
	for _, p := range q.People {
		if p.Since.After(q.Phase.AskedAt) {
			return q.Now, true
		}
	}
	return q.Phase.AskedAt.Add(10 * time.Second), true
}

func (byPrice) Ask(q Asking) Asked {
	out := Asked{Again: q.Now.Add(10 * time.Second)}
	none := 1.0
	for _, p := range q.People {
		none *= 1 - chance(p, q.Now)
	}
	for _, c := range order(q) {
		if _, part := q.party(c.Helper); part {
			continue
		}
		adds := 0.0
		if c.Duration <= 8*time.Minute {
			adds = none * yes
		}
		choice := Choice{Person: c.Helper, Reasons: []Reason{{Code: "adds", Value: int(100 * adds)}, {Code: "lifts_from", Value: int(100 * (1 - none))}}}
		if adds < price {
			out.Not = append(out.Not, choice)
			continue
		}
		none -= adds
		out.Offer = append(out.Offer, choice)
	}
	return out
}

// chance is that somebody will be there: silence lowers it by itself.
func chance(p Party, now time.Time) float64 {
	switch {
	case p.State.Coming():
		return 0.9
	case p.Part != PartHelper || !p.live() || p.State == PersonReserve:
		return 0
	}
	return yes * math.Exp(-now.Sub(p.AskedAt).Seconds()/60)
}

func (byPrice) Needed(q Asking, who Party) (bool, []Reason) {
	for _, p := range q.People {
		if p.State.Coming() && p.Travel < who.Travel {
			return false, []Reason{{Code: "sooner", Value: int((who.Travel - p.Travel).Seconds())}}
		}
	}
	return true, nil
}

func TestAnotherPolicyTakesThePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4, 5, 6, 7, 20)
	w.plan = mustPlan(t, "plan: x\nname: {zh: x, en: x}\nfor: [sos]\npriority: 1\nenough: {helpers: 2}\nsteps:\n  - {step: help, do: offer, helpers: 1, within: 30m, until: [arrived], what: {zh: x, en: x}}\n")
	w.plan.policy = byPrice{}
	w.press()
	// 40, 24, 14.4, 8.64 points: four are worth their price, the fifth would add 5.2.
	if got := w.count(EventOffered, "help"); got != 4 {
		t.Fatalf("%d were asked at once, want 4", got)
	}
	not := w.events[len(w.events)-1].Data.NotAsked
	if n, ok := said(not, "h5", "adds"); !ok || n != 5 {
		t.Errorf("why the fifth was not asked: %v", not)
	}
	w.pass(40 * time.Second)
	if w.a.Person("h5") == nil {
		t.Error("nobody was asked in the place of those who stay silent")
	}
	if w.a.Person("h8") != nil {
		t.Error("somebody was asked who adds nothing")
	}
	w.answer("h2", notify.AnswerComing)
	w.answer("h3", notify.AnswerComing)
	if got := w.a.Person("h3").State; got != PersonReserve {
		t.Errorf("who adds nothing is %s, want reserve", got)
	}
	w.answer("h1", notify.AnswerComing)
	if got := w.a.Person("h1").State; got != PersonComing {
		t.Errorf("who is nearer than the one who comes is %s, want coming", got)
	}
}

func mustPlan(t *testing.T, body string) *Plan {
	t.Helper()
	p, err := storedPlan([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
