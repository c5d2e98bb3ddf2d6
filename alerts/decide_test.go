package alerts

import (
	"testing"
	"time"

	"anling/internal/fault"
	"anling/notify"
)

func wantKind(t *testing.T, err error, want fault.Kind, what string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: got %v, want kind %s", what, err, want)
	}
}

func TestNoEndWithoutOutcomeAndHuman(t *testing.T) {
	t.Parallel()
	op, super := operator("operator"), operator("supervisor")
	w := newWorld(t, 1).press()

	wantKind(t, w.do(Command{Type: CommandClose, Actor: op}), fault.Conflict, "close before resolve")
	wantKind(t, w.do(Command{Type: CommandResolve, Actor: op}), fault.Invalid, "resolve without an outcome")
	wantKind(t, w.do(Command{Type: CommandCancel, Actor: op, Reason: "mistake"}), fault.Conflict, "cancel with nobody reached")
	wantKind(t, w.do(Command{Type: CommandCancel, Actor: super}), fault.Invalid, "cancel by a supervisor without a reason")

	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
	wantKind(t, w.do(Command{Type: CommandClose, Actor: op, Reason: "busy"}), fault.Conflict, "close without a call-back")
	wantKind(t, w.do(Command{Type: CommandClose, Actor: super}), fault.Conflict, "close by a supervisor without a reason")
	w.must(Command{Type: CommandFollowUp, Actor: op, Satisfaction: Unconfirmed})
	wantKind(t, w.do(Command{Type: CommandClose, Actor: op}), fault.Conflict, "close after a call-back that reached nobody")
	w.must(Command{Type: CommandFollowUp, Actor: op, Satisfaction: Satisfied, Reached: ReachedElder})
	w.must(Command{Type: CommandClose, Actor: op})
	if w.a.State != Closed || w.a.Satisfaction != Satisfied {
		t.Errorf("state %s, satisfaction %s", w.a.State, w.a.Satisfaction)
	}
}

func TestASupervisorMayCloseWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther})
	w.must(Command{Type: CommandClose, Actor: operator("supervisor"), Reason: "elder in hospital, daughter informed us"})
	if w.a.State != Closed {
		t.Errorf("state %s, want closed", w.a.State)
	}
}

func TestOnlyOneOperatorTakesAnAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.must(Command{Type: CommandAccept, Actor: Actor{Kind: ActorOperator, ID: "one", Name: "one", Role: "operator"}})
	wantKind(t, w.do(Command{Type: CommandAccept, Actor: operator("operator")}), fault.Conflict, "second accept")
	seq := w.a.Seq
	w.must(Command{Type: CommandAccept, Actor: Actor{Kind: ActorOperator, ID: "one", Role: "operator"}})
	if w.a.Seq != seq {
		t.Error("a repeated click left events")
	}
	wantKind(t, w.do(Command{Type: CommandAccept, Actor: Actor{Kind: ActorHelper, ID: "h1"}}), fault.Denied, "accept by a helper")
}

func TestAMachineIsNoHuman(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1).press()
	for _, s := range []notify.Status{notify.StatusSent, notify.StatusRinging, notify.StatusAnswered, notify.StatusCompleted} {
		w.receipts("k1", notify.Voice, s)
		w.receipts("h1", notify.Voice, s)
	}
	w.receipts("k1", notify.SMS, notify.StatusDelivered)
	if w.a.State != Raised || w.plan.holds("human", w.a) {
		t.Errorf("state %s: receipts were taken for a human", w.a.State)
	}
}

func TestASecondPressMakesItMoreUrgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.a.Priority = 2
	w.must(Command{Type: commandPress, signal: &Signal{ID: "s2", Kind: "sos"}})
	w.must(Command{Type: commandPress, signal: &Signal{ID: "s3", Kind: "fall"}})
	if w.a.Presses != 3 || w.a.Priority != 1 {
		t.Errorf("presses %d priority %d, want 3 and 1", w.a.Presses, w.a.Priority)
	}
	w.must(Command{Type: commandPress, signal: &Signal{ID: "s4", Kind: "cancel"}})
	if w.a.State != Raised || w.count(EventCancelAsked, "") != 1 {
		t.Error("a cancel from the device must be shown, and must not cancel")
	}
}

func TestSupervisorTakesItByTelephone(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.pass(61 * time.Second)
	w.must(Command{Type: commandAnswer, Actor: Actor{Kind: ActorOperator, ID: "s1"}, answer: &answer{Person: "s1", Answer: notify.AnswerTake, Via: "voice"}})
	if w.a.AcceptedAt == nil || w.a.Operator.ID != "s1" || w.a.Level != 0 {
		t.Errorf("operator %v level %d", w.a.Operator, w.a.Level)
	}
}

func TestAcceptedAndThenNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(61 * time.Second)
	if w.a.Level != 2 {
		t.Errorf("level %d after a minute without a deed, want 2: it must ring again", w.a.Level)
	}
}

func TestALateAnswerIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1).press()
	w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeFamily})
	w.answer("h1", notify.AnswerComing)
	if w.a.State != Resolved || w.count(EventAnswered, "") != 1 {
		t.Errorf("state %s, answers %d", w.a.State, w.count(EventAnswered, ""))
	}
}

func TestReopenRunsTheEndAgain(t *testing.T) {
	t.Parallel()
	op := operator("operator")
	w := newWorld(t).press()
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
	w.pass(time.Minute)
	wantKind(t, w.do(Command{Type: CommandReopen, Actor: op}), fault.Invalid, "reopen without a reason")
	w.must(Command{Type: CommandReopen, Actor: op, Reason: "she called again"})
	w.pass(time.Minute)
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHospital})
	if got := len(w.told("k1", "resolved")); got != 2 {
		t.Errorf("family told of the end %d times, want 2", got)
	}
}

func TestReopenAsksEverybodyAnew(t *testing.T) {
	t.Parallel()
	op := operator("operator")
	w := newWorld(t, 1, 2, 3).press()
	w.answer("h1", notify.AnswerComing)
	w.must(Command{Type: CommandArrive, Actor: op, Person: "h1"})
	w.pass(10 * time.Minute)
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
	w.pass(time.Hour)
	w.must(Command{Type: CommandReopen, Actor: op, Reason: "she fell again"})
	if w.a.State != Accepted || w.a.OnSceneAt != nil {
		t.Fatalf("state %s, want accepted: who was there an hour ago may have gone", w.a.State)
	}
	if got := w.told("h1", "helper_offer"); len(got) != 2 {
		t.Errorf("the nearest helper was asked %d times, want again after the reopening", len(got))
	}
	w.pass(21 * time.Second)
	if a, b := w.told("k1", "family_call"), w.told("k2", "family_call"); len(a) != 2 || len(b) == 0 {
		t.Errorf("contacts were called %d and %d times, want them called again", len(a), len(b))
	}
}

func TestStaleVersionIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	wantKind(t, w.do(Command{Type: CommandAccept, Actor: operator("operator"), Version: 1}), fault.Conflict, "stale version")
}
