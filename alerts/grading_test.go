package alerts

import (
	"testing"
	"time"

	"anling/notify"
	"anling/registry"
)

func TestWhatAnAlertSaysOfItsHelpers(t *testing.T) {
	t.Parallel()
	at := func(minutes int) *time.Time { x := start.Add(time.Duration(minutes) * time.Minute); return &x }
	a := &Alert{State: Closed, Satisfaction: Satisfied, People: []*Person{
		{ID: "in-time", Part: PartHelper, State: PersonArrived, PromisedAt: at(0), TravelS: 300, Since: *at(7)},
		{ID: "late", Part: PartHelper, State: PersonArrived, PromisedAt: at(0), TravelS: 300, Since: *at(9)},
		{ID: "turned-back", Part: PartHelper, State: PersonCannot, PromisedAt: at(0)},
		{ID: "no", Part: PartHelper, State: PersonCannot},
		{ID: "silent", Part: PartHelper, State: PersonUnreached},
		{ID: "thanked", Part: PartHelper, State: PersonStoodDown, PromisedAt: at(0)},
		{ID: "daughter", Part: PartContact, State: PersonArrived},
	}}
	got := figuresOf(a)
	for id, want := range map[registry.HelperID]registry.Figures{
		"in-time":     {Offers: 1, Answered: 1, Accepted: 1, Arrived: 1, Satisfied: 1},
		"late":        {Offers: 1, Answered: 1, Accepted: 1, Arrived: 1, Late: 1, Satisfied: 1},
		"turned-back": {Offers: 1, Answered: 1, Accepted: 1, Withdrawn: 1},
		"no":          {Offers: 1, Answered: 1},
		"silent":      {Offers: 1},
		"thanked":     {Offers: 1, Answered: 1},
	} {
		if got[id] != want {
			t.Errorf("%s: got %+v, want %+v", id, got[id], want)
		}
	}
	if _, ok := got["daughter"]; ok {
		t.Error("a contact is graded")
	}
	reached := reachedIn(a)
	if r := reached["daughter"]; r.Asked != 1 || r.Answered != 1 || r.LastAt == nil || len(reached) != 1 {
		t.Errorf("contacts: %+v", reached)
	}
	a.People = []*Person{{ID: "son", Part: PartContact, State: PersonUnreached}, {ID: "nurse", Part: PartContact, State: PersonWaiting},
		{ID: "guard", Part: PartContact, State: PersonStoodDown}}
	if reached := reachedIn(a); reached["son"] != (registry.Reached{Asked: 1}) || len(reached) != 1 {
		t.Errorf("who did not answer: %+v", reached)
	}
	a.State = Helping
	if len(figuresOf(a)) != 0 {
		t.Error("an alert that has not ended is counted")
	}
	a.State, a.Test = Closed, true
	if len(figuresOf(a)) != 0 {
		t.Error("a test is counted")
	}
}

// TestGradesComeFromWhatHappened lets the nearest helper come five times, then works out the grades as the night does.
func TestGradesComeFromWhatHappened(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		for i := range 5 {
			if n, err := h.engine.Grade(t.Context()); n != 0 || err != nil {
				t.Fatalf("after %d alerts %d grades changed, %v: want none by chance", i, n, err)
			}
			id := h.press("sos")
			h.settle()
			h.do(id, Command{Type: CommandAccept, Actor: op})
			_, _, err := h.outbox.TakeDigit(t.Context(), notify.Digit{Message: h.carrier.to("h1", "helper_offer_call")[i].ID, Digits: "1", Call: "CA1"})
			h.ok(err)
			h.settle()
			for _, c := range []Command{{Type: CommandArrive, Person: "h1"}, {Type: CommandResolve, Outcome: OutcomeHelped},
				{Type: CommandFollowUp, Satisfaction: Satisfied, Reached: ReachedElder}, {Type: CommandClose}} {
				c.Actor = op
				h.do(id, c)
			}
			h.settle()
		}
		if n, err := h.engine.Grade(t.Context()); n == 0 || err != nil {
			t.Fatalf("%d grades changed, %v", n, err)
		}
		got, err := h.reg.HelperGrade(t.Context(), "h1")
		h.ok(err)
		if want := (registry.Figures{Offers: 5, Answered: 5, Accepted: 5, Arrived: 5, Satisfied: 5}); got.Figures != want || got.Grade != registry.GradeA {
			t.Errorf("got %s from %+v, want %+v", got.Grade, got.Figures, want)
		}
		told, err := h.reg.ReachedOf(t.Context(), h.elder.ID)
		h.ok(err)
		if len(told) == 0 || told[0].Contact != "k1" || told[0].Asked != 5 || told[0].Answered != 0 {
			t.Errorf("the daughter, who never answered: %+v", told)
		}
		h.clock.Advance((registry.GradeDays + 1) * 24 * time.Hour)
		_, err = h.engine.Grade(t.Context())
		h.ok(err)
		if got, err = h.reg.HelperGrade(t.Context(), "h1"); got.Grade != "" || got.Figures != (registry.Figures{}) {
			t.Errorf("half a year later: %s from %+v, %v", got.Grade, got.Figures, err)
		}
		if told, err := h.reg.ReachedOf(t.Context(), h.elder.ID); len(told) != 0 || err != nil {
			t.Errorf("half a year later: %+v, %v", told, err)
		}
	})
}
