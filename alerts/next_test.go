package alerts

import (
	"slices"
	"testing"
	"time"

	"anling/notify"
)

func seconds(s ...int) []time.Duration {
	var out []time.Duration
	for _, n := range s {
		out = append(out, time.Duration(n)*time.Second)
	}
	return out
}

func wantTold(t *testing.T, w *world, person, template string, want ...int) {
	t.Helper()
	if got := w.told(person, template); !slices.Equal(got, seconds(want...)) {
		t.Errorf("%s told by %s at %v, want %v", person, template, got, seconds(want...))
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3, 4, 9, 10, 15, 25).press()
	w.pass(15 * time.Minute)

	wantTold(t, w, "k1", "family_alarm", 0)
	wantTold(t, w, "k2", "family_alarm", 0)
	wantTold(t, w, "k1", "family_call", 0, 60, 120)
	wantTold(t, w, "k2", "family_call", 20, 80, 140)
	for _, h := range []string{"h1", "h2", "h3"} {
		wantTold(t, w, h, "helper_offer", 0)
		wantTold(t, w, h, "helper_offer_call", 0)
	}
	wantTold(t, w, "h4", "helper_offer", 60)
	wantTold(t, w, "h6", "helper_offer", 120)
	if w.a.Person("h7") != nil {
		t.Error("a helper 25 minutes away was asked; the plan ends at 20")
	}
	wantTold(t, w, "s1", "supervisor_call", 60, 180, 480, 780) // by the plan, then every five minutes
	if w.a.Level != 3 || len(w.a.Prompts) != 2 {
		t.Errorf("level %d and %d prompts, want 3 and 2", w.a.Level, len(w.a.Prompts))
	}
	if w.a.State != Raised {
		t.Errorf("state %s, want raised: nothing but a human may move it", w.a.State)
	}
}

func TestDeadCallsBringTheNextAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.pass(5 * time.Second)
	w.receipts("k1", notify.Voice, notify.StatusBusy)
	wantTold(t, w, "k2", "family_call", 5)
	w.pass(5 * time.Second)
	w.receipts("k2", notify.Voice, notify.StatusVoicemail)
	if got := w.a.Person("k2").State; got.Human() {
		t.Errorf("a voicemail counts as %s", got)
	}
	w.pass(10 * time.Second)
	wantTold(t, w, "k1", "family_call", 0, 20)
}

func TestADeclinedOfferIsFilledUpAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4).press()
	w.pass(7 * time.Second)
	w.answer("h2", notify.AnswerCannot)
	wantTold(t, w, "h4", "helper_offer", 7)
	w.answer("h4", notify.AnswerCannot) // nobody is left: the wave is short and does not spin
	if w.a.Steps["wave-1"].Short != true {
		t.Error("the wave does not know that it is short")
	}
}

func TestEnoughStopsTheWaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4, 5, 6).press()
	w.answer("h1", notify.AnswerComing)
	w.pass(30 * time.Second)
	if w.a.State != Helping {
		t.Fatalf("state %s, want helping", w.a.State)
	}
	w.answer("h2", notify.AnswerComing)
	w.pass(3 * time.Minute)
	if w.a.Person("h4") != nil {
		t.Error("a further wave was asked although two are coming")
	}
	// Third, and later than both: a reserve, with thanks.
	w.answer("h3", notify.AnswerComing)
	if got := w.a.Person("h3").State; got != PersonReserve {
		t.Errorf("third helper is %s, want reserve", got)
	}
}

func TestSomebodyNearerIsNotTurnedAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 6, 7).press()
	w.answer("h2", notify.AnswerComing)
	w.answer("h3", notify.AnswerComing)
	w.answer("h1", notify.AnswerComing)
	if got := w.a.Person("h1").State; got != PersonComing {
		t.Errorf("the nearest helper, who answered last, is %s, want coming", got)
	}
}

func TestKeyHolderAloneIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 9).press()
	w.answer("k2", notify.AnswerComing) // the neighbour has a key
	w.pass(10 * time.Minute)
	if w.a.Person("h4") != nil {
		t.Error("a further wave was asked although a key holder is coming")
	}
	if calls := w.told("k1", "family_call"); len(calls) != 1 {
		t.Errorf("the first contact was called %d times although another is coming", len(calls))
	}
}

func TestWhoWithdrawsIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4, 5).press()
	w.answer("h1", notify.AnswerComing)
	w.answer("h2", notify.AnswerComing)
	w.pass(90 * time.Second)
	w.answer("h1", notify.AnswerCannot)
	w.answer("h2", notify.AnswerCannot)
	if w.a.State != Raised || w.a.HelpingAt != nil {
		t.Fatalf("state %s, want raised again", w.a.State)
	}
	if p := w.a.Person("h5"); p == nil {
		t.Error("nobody was asked in the place of those who withdrew")
	}
}

func TestArrivalStandsTheOthersDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3).press()
	w.answer("h1", notify.AnswerComing)
	w.must(Command{Type: CommandArrive, Actor: Actor{Kind: ActorHelper, ID: "h1"}})
	if w.a.State != OnScene {
		t.Fatalf("state %s, want on_scene", w.a.State)
	}
	for _, h := range []string{"h2", "h3"} {
		if got := w.a.Person(h).State; got != PersonStoodDown {
			t.Errorf("%s is %s, want stood_down", h, got)
		}
		wantTold(t, w, h, "stand_down_arrived", 0)
	}
	wantTold(t, w, "h1", "stand_down_arrived")
	wantTold(t, w, "k1", "arrived", 0)
}

func TestLatecomersAreAskedAndReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 12, 13, 14) // one near, three who are only in reach of the late step
	w.helpers[0].Trained = true
	w.press()
	w.answer("h1", notify.AnswerComing)
	w.pass(10 * time.Minute)
	if got := w.told("h1", "ask_progress"); len(got) != 1 || got[0] != 5*time.Minute {
		t.Errorf("asked at %v, want once at 5m (2 min travel + 3 min)", got)
	}
	if w.count(EventOffered, "rule/replace/h1") != 1 {
		t.Error("nobody was asked in the place of the one who is late")
	}
}

func TestSilentAlarmMakesNoSound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.do(Command{Type: commandRaise, raise: &Raise{Kind: "sos", Priority: 1, Silent: true, Plan: "emergency@1", Elder: "e1", PressedAt: w.now,
		People: []*Person{{ID: "e1", Part: PartElder, Numbers: 1}}}})
	w.follow()
	w.answer("h1", notify.AnswerComing)
	w.pass(5 * time.Minute)
	if n := len(w.a.Person("e1").Messages); n != 0 {
		t.Errorf("%d messages went to the elder of a silent alarm", n)
	}
	if err := w.do(Command{Type: CommandCall, Person: "elder", Actor: operator("operator")}); err == nil {
		t.Error("an operator could ring at the elder's side during a silent alarm")
	}
}

func TestPlansComeToRest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"emergency", "silent", "hazard", "inactivity", "technical", "test", "vip"} {
		w := newWorld(t)
		w.plan = builtInPlan(t, name)
		w.do(Command{Type: commandRaise, raise: &Raise{Kind: "sos", Priority: 1, Plan: "x@1", PressedAt: w.now}})
		w.follow()
		w.pass(100 * time.Hour)
		if due, next := w.plan.Next(w.a, w.now); len(due) != 0 {
			t.Errorf("%s: still due after 100 h: %v, next %v", name, due, next)
		}
	}
}

func TestNextIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 9).press()
	w.pass(45 * time.Second)
	var again Alert
	for _, e := range w.events {
		evolve(&again, e)
	}
	if !sameState(&again, w.a) {
		t.Fatal("the events do not give the state")
	}
	_, before := w.plan.Next(w.a, w.now)
	_, after := w.plan.Next(&again, w.now)
	if !slices.EqualFunc(before, after, func(x, y Upcoming) bool { return x.Step == y.Step && x.At.Equal(y.At) }) {
		t.Errorf("after a restart the plan wants %v, want %v", after, before)
	}
}
