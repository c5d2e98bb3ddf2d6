package alerts

import (
	"testing"
	"time"

	"anling/notify"
)

// TestWhoWasSentHomeIsAskedAgainWhenTheElderIsAlone: two had promised, a third was at the door sooner, and has gone.
func TestWhoWasSentHomeIsAskedAgainWhenTheElderIsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3, 4, 5, 6, 7).press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.answer("h2", notify.AnswerComing)
	w.answer("h1", notify.AnswerArrived)
	if got := w.a.Person("h2").State; got != PersonStoodDown {
		t.Fatalf("h2 is %s, want stood down", got)
	}
	w.pass(10 * time.Minute)
	gone := int(w.now.Sub(start).Seconds())
	w.answer("h1", notify.AnswerCannot)
	if w.a.OnSceneAt != nil || w.a.Level < 2 {
		t.Errorf("somebody there since %v, loudness %d: want nobody, and loud at once", w.a.OnSceneAt, w.a.Level)
	}
	wantTold(t, w, "h2", "helper_recall", gone)
	wantTold(t, w, "h4", "helper_offer", gone) // the next, who was not asked before
	wantTold(t, w, "k1", "family_alarm", 0, gone)
	if n := len(w.told("h1", "helper_offer")) + len(w.told("h1", "helper_recall")); n != 1 {
		t.Errorf("who has just gone was asked %d times, want the first time only", n)
	}
	w.pass(2 * time.Minute) // nobody answers
	if len(w.told("h6", "helper_offer")) == 0 {
		t.Error("nobody answered, and the next ones were not asked")
	}
	if n := w.count(EventReturned, "rule/give-back"); n != 1 {
		t.Errorf("the operator who did nothing kept it: given back %d times", n)
	}
	thanks := len(w.told("h2", "stand_down_arrived"))
	w.answer("h4", notify.AnswerArrived)
	if n := len(w.told("h2", "stand_down_arrived")) - thanks; n != 1 {
		t.Errorf("who was called back was thanked %d times when somebody else came, want once", n)
	}
}

// TestWhoStaysKeepsTheOthersAway: of two at the door one goes.
func TestWhoStaysKeepsTheOthersAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3, 4).press()
	w.answer("h1", notify.AnswerArrived)
	w.answer("k2", notify.AnswerArrived)
	asked := w.count(EventOffered, "")
	w.answer("h1", notify.AnswerCannot)
	w.pass(5 * time.Minute)
	if w.a.State != OnScene || w.count(EventLeft, "") != 0 || w.count(EventOffered, "") != asked {
		t.Errorf("%s, left %d times, %d more were asked: k2 is there", w.a.State, w.count(EventLeft, ""), w.count(EventOffered, "")-asked)
	}
}

// TestWhoIsOnTheWayComesWhenAnotherLeaves: a contact who was on the way is neither lost nor called again.
func TestWhoIsOnTheWayComesWhenAnotherLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3, 4).press()
	w.answer("k1", notify.AnswerComing)
	w.answer("h1", notify.AnswerArrived)
	calls := len(w.told("k1", "family_call"))
	w.answer("h1", notify.AnswerCannot)
	w.pass(time.Minute)
	if got := w.a.Person("k1").State; got != PersonComing || w.a.State != Helping {
		t.Errorf("k1 is %s, the alert %s: want coming, helping", got, w.a.State)
	}
	if n := len(w.told("k1", "family_call")); n != calls {
		t.Errorf("who is on the way was called %d times more", n-calls)
	}
}

// TestATaskThatSomebodyLeavesGoesOn: work on a device has its own clock, and is no emergency because somebody went home.
func TestATaskThatSomebodyLeavesGoesOn(t *testing.T) {
	t.Parallel()
	w := pressed(t, "technical", "low_battery", 2, 3)
	w.must(Command{Type: CommandAssign, Actor: operator("operator"), candidates: w.helpers[:1]})
	w.answer("h1", notify.AnswerArrived)
	w.answer("h1", notify.AnswerCannot)
	if w.count(EventLeft, "") != 0 || w.a.State.Ended() {
		t.Errorf("left %d times, %s", w.count(EventLeft, ""), w.a.State)
	}
}
