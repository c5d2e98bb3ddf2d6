package alerts

import (
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/words"
	"anling/notify"
)

// What the simulation in cmd/simtest found, each as a plain test.

func TestNobodyTakesThePlacesOfThoseStoodDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 4, 5, 6, 7, 9, 10, 11)
	w.press()
	w.pass(90 * time.Second) // two waves are out
	asked := w.count(EventOffered, "")
	w.must(Command{Type: CommandArrive, Actor: operator("operator"), Person: "k1"})
	if n := w.count(EventOffered, "") - asked; n != 0 {
		t.Errorf("%d more helpers were asked in the moment in which the others were stood down", n)
	}
	w.a.Each(PartHelper, func(h *Person) {
		if h.State != PersonStoodDown {
			t.Errorf("%s is %s, though somebody is there", h.ID, h.State)
		}
	})
}

func TestOnceSomebodyIsThereNobodyIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 4, 5, 6, 7, 9)
	w.press()
	w.answer("k1", notify.AnswerComing) // and is not heard of again
	w.must(Command{Type: CommandArrive, Actor: operator("operator"), Person: "k2"})
	asked := w.count(EventOffered, "")
	w.pass(time.Hour)
	if n := w.count(EventOffered, "") - asked; n != 0 {
		t.Errorf("%d helpers were asked in the place of a contact who is late, though another is there", n)
	}
}

func TestAReserveWhoNeverSpokeProvesNoHuman(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.press()
	silent, spoke := &Person{ID: "h8", Part: PartHelper, State: PersonReserve}, &Person{ID: "h9", Part: PartHelper, State: PersonReserve, SaidAt: &w.now}
	for want, who := range map[bool]*Person{false: silent, true: spoke} {
		if got := w.plan.holds("human", &Alert{People: []*Person{who}}); got != want {
			t.Errorf("a reserve who has spoken: %v counts as a human: %v", want, got)
		}
	}
}

func TestWhatATransactionWasGoingToTellIsTakenBackWithItsReason(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.settle()
		h.do(id, Command{Type: CommandArrive, Actor: op, Person: "k1"})
		h.pass(time.Second)
		// A helper who was stood down says yes: they would be told the way and stood down in one breath.
		if _, err := h.engine.Answer(t.Context(), id, "h1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if n := len(h.carrier.to("h1", "helper_details")); n != 0 {
			t.Errorf("the door code went out %d times to somebody who was stood down in the same moment", n)
		}
		if n := len(h.carrier.to("h1", "stand_down_arrived")); n != 2 {
			t.Errorf("thanked %d times, want each time", n)
		}
		h.verified()
	})
}

func TestAPressAfterTheReopeningJoinsAgain(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		h.do(id, Command{Type: CommandReopen, Actor: op, Reason: "she called again"})
		if again := h.press("sos"); again != id {
			t.Error("a press while the reopened alert is open raised another one")
		}
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		next := h.press("sos")
		h.do(id, Command{Type: CommandReopen, Actor: op, Reason: "the first was not over"})
		if again := h.press("sos"); again != next {
			t.Error("the newer open alert lost its presses to the reopened one")
		}
		h.verified()
	})
}

// Found by cmd/simtest, seed 3: who was asked, said yes only after the end, and then counted as busy for ever.
func TestAYesAfterTheEndBindsNobody(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.do(id, Command{Type: CommandAssign, Actor: op, Helper: "h1"})
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		if _, err := h.engine.Answer(t.Context(), id, "h1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		again := h.press("sos")
		h.settle()
		next := h.get(again)
		if who := next.Person("h1"); who == nil || who.Step != "wave-1" {
			t.Errorf("the nearest helper was not asked for the next alarm: %+v", who)
		}
	})
}

func TestWhoIsLetGoByTheNextPlanIsFreeForOthers(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("inactivity")
		h.do(id, Command{Type: CommandAssign, Actor: operator("operator"), Helper: "h1"})
		h.do(id, Command{Type: CommandTransfer, Actor: operator("operator"), Operator: "s1", Reason: "end of my shift"})
		h.pass(3 * time.Minute) // no answer: it goes on as an emergency
		if a := h.get(id); a.Plan != "emergency@1" {
			t.Fatalf("plan %s, want emergency", a.Plan)
		}
		busy := 0
		h.ok(h.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM engagements`).Scan(&busy)
		}))
		if who := h.get(id).Person("h1"); busy != 0 || who.State.Coming() {
			t.Errorf("h1 is %s, %d helpers count as busy", who.State, busy)
		}
	})
}

func TestWhoIsOnTheWayIsNotForgottenWhenThePlanGoesOn(t *testing.T) {
	t.Parallel()
	for plan, goesOn := range map[string]time.Duration{
		"inactivity": 2 * time.Minute,              // the elder has not answered: it is an emergency
		"safety":     2*time.Hour + 30*time.Minute, // the round of the evening
	} {
		w := pressed(t, plan, plan, 5, 6, 7)
		send := func(h Candidate) {
			w.must(Command{Type: CommandAssign, Actor: operator("operator"), candidates: []Candidate{h}})
		}
		send(w.helpers[1])
		w.a.Person("h2").Trouble = troubleStill // was asked why they do not come on
		w.pass(goesOn - time.Minute)
		send(w.helpers[0])
		w.pass(time.Minute)
		if w.count(EventContinued, "") == 0 {
			t.Fatalf("%s did not go on", plan)
		}
		if got := w.a.Person("h1").State; got != PersonComing {
			t.Errorf("%s: who set out a minute ago is %s, want coming", plan, got)
		}
		if got := w.a.Person("h2").State; got.Coming() {
			t.Errorf("%s: who never came on is %s, and keeps others from being asked", plan, got)
		}
	}
}

func TestWhoComesOverFromALinkedAlertIsStoodDownWhenSomebodyIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.press()
	w.must(Command{Type: CommandArrive, Actor: operator("operator"), Person: "k1"})
	w.pass(3 * time.Minute)
	since := w.now.Add(-10 * time.Minute)
	w.must(Command{Type: commandJoin, Actor: operator("operator"), Alert: "a2", people: []*Person{
		{ID: "h7", Part: PartHelper, Numbers: 1, State: PersonDeparted, Since: since, PromisedAt: &since}}})
	if got := w.a.Person("h7").State; got != PersonStoodDown {
		t.Errorf("who came over is %s, though somebody is there", got)
	}
	if got := w.told("h7", "stand_down_arrived"); len(got) != 1 {
		t.Errorf("thanked %d times, want once", len(got))
	}
}

func TestASilentLineIsTakenFromWhoDoesNothing(t *testing.T) {
	t.Parallel()
	w := pressed(t, "safety", "safety")
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(5 * time.Minute)
	if w.a.State != Accepted {
		t.Fatalf("a task was taken away: %s", w.a.State)
	}
	w.receipts("e1", notify.Voice, notify.StatusCompleted) // lifted, no key, no word
	if w.a.NoSpeechAt == nil || w.a.Priority != 1 {
		t.Fatalf("nobody spoke on the line at %v, priority %d", w.a.NoSpeechAt, w.a.Priority)
	}
	if w.a.State != Raised || w.count(EventReturned, "rule/give-back") != 1 {
		t.Errorf("state %s, given back %d times: a line on which nobody speaks lies with somebody who does nothing", w.a.State, w.count(EventReturned, "rule/give-back"))
	}
}

func TestWhoTriesTheButtonHearsThatItWorks(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("test")
		h.settle()
		if got := h.carrier.to(string(h.elder.ID), "test_ok"); len(got) != 1 || h.get(id).State != Closed {
			t.Errorf("the elder was told %d times that the button works, the test is %s; want once and closed", len(got), h.get(id).State)
		}
		h.pass(time.Hour)
		if all := len(h.carrier.sent); all != 1 {
			t.Errorf("%d messages went out because of a test, want only the elder's", all)
		}
		h.verified()
	})
}

func TestACancelledAlarmIsCalledOff(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		h.settle()
		if _, err := h.engine.Answer(t.Context(), id, "h1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		h.settle()
		h.do(id, Command{Type: CommandCancel, Actor: operator("operator"), Reason: "she leant on it", Reached: ReachedElder})
		h.settle()
		for _, who := range []string{"h1", "k1"} {
			if got := h.carrier.to(who, "resolved"); len(got) != 1 || !strings.Contains(got[0].Text, words.T("zh", "outcome.cancelled", nil)) {
				t.Errorf("%s was told %d times that nobody need come any more: %v", who, len(got), got)
			}
		}
		h.pass(time.Hour)
		if got := h.carrier.to("h6", ""); len(got) != 0 {
			t.Errorf("who had never been asked was told %v", got)
		}
		h.verified()
	})
}

func TestAClockThatIsSetBackLeavesNoAlarmWithWhoDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(90 * time.Second)
	w.now = w.now.Add(-40 * time.Second)
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(2 * time.Minute)
	if n := w.count(EventReturned, "rule/give-back"); n != 2 || w.a.State != Raised {
		t.Errorf("given back %d times and %s, want twice and raised", n, w.a.State)
	}
}

// TestASilentLineWaitsForNoPlan: after no activity the elder is asked first and the supervisor may wait three minutes; but somebody lifts,
// and nobody speaks.
func TestASilentLineWaitsForNoPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ plan, kind string }{{"inactivity", "inactivity"}, {"inactivity", "door"}, {"safety", "safety"}} {
		w := pressed(t, c.plan, c.kind, 1, 2, 3)
		w.pass(5 * time.Second)
		w.receipts("e1", notify.Voice, notify.StatusCompleted)
		if id, _, _ := w.a.Plan.Split(); id != "emergency" || w.a.NoSpeechAt == nil || w.a.urgency() != 0 {
			t.Errorf("%s: goes by %s, urgency %d: want an emergency before all others", c.kind, id, w.a.urgency())
		}
		wantTold(t, w, "k1", "family_alarm", 5)
		if w.count(EventEscalated, "rule/unaccepted") != 1 {
			t.Errorf("%s: the supervisor was called %d times at once, want once", c.kind, w.count(EventEscalated, "rule/unaccepted"))
		}
	}
}
