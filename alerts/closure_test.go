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

// TestOnlyWhoCanKnowSaysHowTheElderIs: neither a supervisor, nor a helper who never came.
func TestOnlyWhoCanKnowSaysHowTheElderIs(t *testing.T) {
	t.Parallel()
	for person, may := range map[string]bool{"k1": true, "e1": true, "h1": true, "h2": false, "s1": false, "nobody": false} {
		for _, end := range []CommandType{CommandCancel, CommandFollowUp} {
			w := newWorld(t, 3, 4, 5).press()
			w.pass(time.Minute) // the supervisor is called
			w.answer("h2", notify.AnswerCannot)
			w.answer("h1", notify.AnswerArrived)
			if end == CommandFollowUp {
				w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
			}
			if w.a.Person("s1") == nil {
				t.Fatal("no supervisor was called")
			}
			err := w.do(Command{Type: end, Actor: operator("operator"), Reason: "she is well", Satisfaction: Satisfied, Reached: Reached(person)})
			if (err == nil) != may {
				t.Errorf("%s by the word of %s: %v, want allowed: %v", end, person, err, may)
			}
		}
	}
}

// TestNoReplyEndsAnAlarm: whatever anybody answers, by a digit, an SMS or a link, an alarm is ended by the desk alone.
func TestNoReplyEndsAnAlarm(t *testing.T) {
	t.Parallel()
	all := []notify.Answer{notify.AnswerComing, notify.AnswerCannot, notify.AnswerHeard, notify.AnswerArrived, notify.AnswerWell, notify.AnswerUnwell,
		notify.AnswerTake, notify.AnswerUnclear}
	for _, person := range []string{"e1", "k1", "h1", "s1"} {
		for _, an := range all {
			w := newWorld(t, 3, 4).press()
			w.pass(time.Minute)
			w.answer(person, an)
			w.pass(time.Minute)
			if !w.a.State.Working() {
				t.Errorf("%s answers %s, and the alarm is %s", person, an, w.a.State)
				continue
			}
			w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
			w.answer(person, an)
			if w.a.State.Ended() {
				t.Errorf("%s answers %s after the help, and the alarm is %s", person, an, w.a.State)
			}
		}
	}
}
