package alerts

import (
	"testing"
	"time"

	"anling/notify"
)

// TestWhoSaidNoLearnsHowItEnded: they know that somebody near them was in need.
func TestWhoSaidNoLearnsHowItEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]Command{
		"resolved":  {Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped},
		"cancelled": {Type: CommandCancel, Actor: operator("operator"), Reason: "a mistake", Reached: ReachedElder},
	} {
		w := newWorld(t, 3, 4, 5)
		w.press()
		w.answer("h1", notify.AnswerCannot)
		w.must(Command{Type: commandAnswer, Actor: Actor{Kind: ActorContact, ID: "k1"}, answer: &answer{Person: "k1", Answer: notify.AnswerCannot, Via: "voice"}})
		w.pass(time.Minute)
		w.must(end)
		if n := len(w.told("h1", "closure_helper")); n != 1 {
			t.Errorf("%s: a helper who said no learnt %d times how it ended, want once", name, n)
		}
		if n := len(w.told("k1", "resolved")); n != 1 {
			t.Errorf("%s: a contact who said no learnt %d times how it ended, want once", name, n)
		}
	}
}

// TestAnEarlierDaysRoundIsAnotherMatter, found by cmd/simtest, seed 33565: asked yesterday to look in, and not asked in today's alarm.
func TestAnEarlierDaysRoundIsAnotherMatter(t *testing.T) {
	t.Parallel()
	w := pressed(t, "safety", "safety", 3)
	w.must(Command{Type: CommandAssign, Actor: operator("operator"), candidates: w.helpers})
	w.answer("h1", notify.AnswerCannot)
	says := func(an notify.Answer) {
		w.must(Command{Type: commandAnswer, Actor: Actor{Kind: ActorElder, ID: "e1"}, answer: &answer{Person: "e1", Answer: an, Via: "voice"}})
	}
	says(notify.AnswerWell)
	w.pass(2*time.Hour + 31*time.Minute) // the evening's round
	says(notify.AnswerWell)
	w.pass(14 * time.Hour) // the morning's
	says(notify.AnswerUnwell)
	if id, _, _ := w.a.Plan.Split(); id != "emergency" {
		t.Fatalf("plan %s, want emergency", id)
	}
	w.must(Command{Type: CommandCancel, Actor: operator("operator"), Reason: "a mistake", Reached: ReachedElder})
	if n := len(w.told("k1", "resolved")); n != 1 {
		t.Errorf("the daughter was told %d times that it is over, want once", n)
	}
	if n := len(w.told("h1", "closure_helper")); n != 0 {
		t.Errorf("who was asked about another matter was told %d times how this one ended", n)
	}
}
