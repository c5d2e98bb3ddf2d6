package alerts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anling/notify"
)

// bare is a plan that wants nothing by itself: what happens is done by the rules.
func bare(t *testing.T, limits string) *Plan {
	t.Helper()
	p, err := storedPlan([]byte("plan: bare\nname: {zh: 空, en: bare}\nfor: [sos]\npriority: 1\n" + limits))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// at lists when a step was carried out, counted from the press.
func (w *world) at(step string) []time.Duration {
	var out []time.Duration
	for _, e := range w.events {
		if e.Data.Step == step && (len(out) == 0 || out[len(out)-1] != e.At.Sub(start)) {
			out = append(out, e.At.Sub(start))
		}
	}
	return out
}

func wantAt(t *testing.T, w *world, step string, want ...int) {
	t.Helper()
	if got := w.at(step); !slices.Equal(got, seconds(want...)) {
		t.Errorf("%s at %v, want %v", step, got, seconds(want...))
	}
}

func TestAnAcceptedAlertIsNeverParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan = bare(t, "")
	w.press()
	w.pass(10 * time.Second)
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(3 * time.Minute)
	// Rings again after a minute, goes to the other seats half a minute later, to the supervisor a minute after that.
	wantAt(t, w, "rule/idle", 70)
	wantAt(t, w, "rule/give-back", 100)
	wantAt(t, w, "rule/unaccepted", 160)
	if w.a.State != Raised || w.a.Operator != nil || w.a.Returns != 1 || w.a.ReturnedWhy != returnIdle || w.a.Level != 3 {
		t.Errorf("state %s operator %v returns %d for %q level %d, want it raised again and loud", w.a.State, w.a.Operator, w.a.Returns, w.a.ReturnedWhy, w.a.Level)
	}
	w.must(Command{Type: CommandAccept, Actor: Actor{Kind: ActorOperator, ID: "other", Name: "林岚"}})
	if w.a.Operator.ID != "other" || w.a.WaitingSince != nil || w.a.Level != 0 {
		t.Errorf("operator %v, want the next one, and quiet", w.a.Operator)
	}
}

func TestADeedOrACallKeepsTheAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan = bare(t, "")
	w.press()
	op := operator("operator")
	w.must(Command{Type: CommandAccept, Actor: op})
	w.pass(50 * time.Second)
	w.must(Command{Type: CommandCall, Actor: op, Person: "elder"})
	w.pass(4 * time.Minute)
	if w.a.Operator == nil {
		t.Fatal("taken away from an operator who is speaking with the elder")
	}
	w.receipts("e1", notify.Voice, notify.StatusCompleted) // at 290 s; then nothing, and nobody is coming
	w.pass(4 * time.Minute)
	wantAt(t, w, "rule/idle", 470)
	wantAt(t, w, "rule/give-back", 500)
}

func TestACallOnHoldIsNoDeedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan = bare(t, "limits: {talking: 2m}")
	w.press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.pass(time.Second)
	w.must(Command{Type: CommandCall, Actor: operator("operator"), Person: "elder"})
	w.receipts("e1", notify.Voice, notify.StatusAnswered) // and then put on hold
	w.pass(10 * time.Minute)
	wantAt(t, w, "rule/give-back", 1+2*60+3*60+30)
}

func TestTheSupervisorIsCalledUntilSomebodyTakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan = bare(t, "")
	w.press()
	w.pass(24 * time.Hour)
	got := w.at("rule/unaccepted")
	if len(got) < 40 || got[0] != time.Minute {
		t.Fatalf("called %d times in a day, first %v", len(got), got)
	}
	for i := 1; i < len(got); i++ {
		if pause := got[i] - got[i-1]; pause < 5*time.Minute || pause > 30*time.Minute {
			t.Errorf("pause of %v between calls", pause)
		}
	}
}

// walks lets h1 go along a path: metres at 0 s, 30 s, 60 s …; the last one holds.
func walks(path ...int) func(string, time.Duration) (int, bool) {
	return func(id string, since time.Duration) (int, bool) {
		if id != "h1" {
			return 0, false
		}
		return path[min(int(since/(30*time.Second)), len(path)-1)], true
	}
}

func TestWhoIsOnTheWayIsWatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		path  []int
		asked []int
	}{
		{"comes", []int{600, 540, 480, 420, 360, 300, 240, 180, 120, 60, 10}, []int{900}}, // late only, when never said to be there
		{"does not move", []int{600}, []int{60}},
		{"stops", []int{600, 540, 480}, []int{120}},
		{"goes the wrong way", []int{600, 630, 700, 770, 840}, []int{90}},
		{"position unknown", nil, []int{900}},
	} {
		w := newWorld(t, 12)
		w.plan = bare(t, "")
		if c.path != nil {
			w.walk = walks(c.path...)
		}
		w.press()
		w.must(Command{Type: CommandOffer, Actor: operator("operator"), candidates: w.helpers})
		w.answer("h1", notify.AnswerComing)
		w.pass(20 * time.Minute)
		var got []time.Duration
		for _, at := range w.told("h1", "ask_progress") {
			got = append(got, at.Round(time.Second))
		}
		if !slices.Equal(got, seconds(c.asked...)) {
			t.Errorf("%s: asked at %v, want %v", c.name, got, seconds(c.asked...))
		}
		if got := w.a.Person("h1").State; !got.Coming() {
			t.Errorf("%s: the first is lost: %s", c.name, got)
		}
	}
}

func TestWhoDoesNotAnswerOnTheWayIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 12, 15)
	w.plan, w.walk = bare(t, ""), walks(600)
	w.press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.must(Command{Type: CommandOffer, Actor: operator("operator"), candidates: w.helpers[:1]})
	w.answer("h1", notify.AnswerComing)
	w.pass(2 * time.Minute)
	wantTold(t, w, "h1", "ask_progress_call", 60)
	wantTold(t, w, "h2", "helper_offer", 90)
	if w.plan.enough(w.a) || w.a.Level != 2 {
		t.Errorf("a helper who neither moves nor answers counts as coming; level %d", w.a.Level)
	}
	w.answer("h1", notify.AnswerComing) // "still on the way"
	if w.a.doubtful(w.a.Person("h1")) {
		t.Error("whoever answers is believed again")
	}
	w.pass(2 * time.Minute)
	wantTold(t, w, "h1", "ask_progress_call", 60, 180) // asked again a minute after their word
}

func TestWhoLeavesHasSetOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 7)
	w.walk = walks(600, 590, 540)
	w.press()
	w.answer("h1", notify.AnswerComing)
	w.pass(45 * time.Second)
	if got := w.a.Person("h1").State; got != PersonComing {
		t.Errorf("after 10 m: %s, want coming", got)
	}
	w.pass(30 * time.Second)
	if got := w.a.Person("h1").State; got != PersonDeparted {
		t.Errorf("after 60 m: %s, want departed", got)
	}
}

func TestTheElderHearsWhoComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8, 2)
	w.plan = bare(t, "")
	w.press()
	w.must(Command{Type: CommandOffer, Actor: operator("operator"), candidates: w.helpers})
	w.answer("h1", notify.AnswerComing)
	wantTold(t, w, "e1", "elder_coming", 0)
	wantTold(t, w, "h1", "helper_details", 0)
	w.pass(30 * time.Second)
	w.answer("h2", notify.AnswerComing) // will be there sooner
	wantTold(t, w, "e1", "elder_coming", 0, 30)
}

func TestWhoWouldComeLaterIsKeptInReserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 7).press()
	w.answer("h1", notify.AnswerComing)
	w.answer("h2", notify.AnswerComing)
	w.pass(5 * time.Second)
	if got := w.a.Person("h3").State; got != PersonTold {
		t.Fatalf("h3 is %s at once, want to wait ten seconds", got)
	}
	w.pass(6 * time.Second)
	if got := w.a.Person("h3").State; got != PersonReserve {
		t.Errorf("h3 is %s, want reserve: both others will be there sooner", got)
	}
	wantTold(t, w, "h3", "stand_down_enough", 10)
}

func TestWhomAnOperatorAsksAfterTheArrivalIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 9).press()
	w.answer("h1", notify.AnswerComing)
	op := operator("operator")
	w.must(Command{Type: CommandArrive, Actor: op, Person: "h1"})
	w.pass(time.Minute)
	w.must(Command{Type: CommandAssign, Actor: op, candidates: w.helpers[3:]})
	w.pass(time.Minute)
	if got := w.a.Person("h4").State; got != PersonComing {
		t.Errorf("the second pair of hands is %s, want coming", got)
	}
}

func TestEverybodyLearnsTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3).press()
	w.answer("h1", notify.AnswerComing)
	op := operator("operator")
	w.must(Command{Type: CommandArrive, Actor: op, Person: "h1"})
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
	wantTold(t, w, "k1", "resolved", 0)
	wantTold(t, w, "h1", "resolved", 0)
	wantTold(t, w, "h2", "closure_helper", 0)
	wantTold(t, w, "h2", "resolved")
}

func TestAnEndThatNobodySawIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5).press()
	op := operator("operator")
	w.must(Command{Type: CommandAccept, Actor: op})
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeFalseAlarm})
	wantTold(t, w, "e1", "elder_check", 0)
	if w.a.Level != 2 {
		t.Errorf("level %d, want 2: nobody has seen or heard the elder", w.a.Level)
	}
	w.pass(6 * time.Minute)
	if got := w.told("s1", "supervisor_call"); len(got) == 0 || got[len(got)-1] != 5*time.Minute {
		t.Errorf("supervisor called at %v, want five minutes after the end", got)
	}
	wantKind(t, w.do(Command{Type: CommandClose, Actor: op}), "conflict", "close an alert that nobody saw the end of")
	w.must(Command{Type: commandAnswer, Actor: Actor{Kind: ActorElder, ID: "e1"}, answer: &answer{Person: "e1", Answer: notify.AnswerUnwell, Via: "voice"}})
	if w.a.State != Raised || w.a.WaitingSince == nil {
		t.Errorf("state %s: an elder who says they are not well is an alarm", w.a.State)
	}
}

func TestALineOnWhichNobodySpeaksIsTheMostUrgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5).press()
	op := operator("operator")
	w.must(Command{Type: CommandAccept, Actor: op})
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeFalseAlarm})
	w.pass(20 * time.Second)
	w.receipts("e1", notify.Voice, notify.StatusAnswered)
	w.receipts("e1", notify.Voice, notify.StatusCompleted) // and no key was pressed
	if w.a.State != Raised || w.a.NoSpeechAt == nil || w.a.Priority != 1 || w.a.Level != 3 {
		t.Fatalf("state %s, priority %d, level %d: a silent line is no false alarm", w.a.State, w.a.Priority, w.a.Level)
	}
	if len(w.a.Prompts) != 1 || w.a.Prompts[0].Kind != "ambulance" {
		t.Errorf("prompts %v, want the ambulance made ready at once", w.a.Prompts)
	}
	w.pass(5 * time.Minute)
	wantTold(t, w, "e1", "elder_check", 0, 50, 80, 110)
	if err := w.do(Command{Type: CommandNoSpeech, Actor: op}); err != nil {
		t.Errorf("the operator cannot say so, too: %v", err)
	}
}

func TestAMachineAtTheEldersSideIsNoSilentLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeFalseAlarm})
	w.receipts("e1", notify.Voice, notify.StatusVoicemail)
	if w.a.NoSpeechAt != nil || w.a.seen() {
		t.Error("a voicemail was taken for an open line, or for the elder")
	}
}

func TestTheCallBackIsRemindedOfUntilDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1).press()
	w.answer("h1", notify.AnswerComing)
	op := operator("operator")
	w.must(Command{Type: CommandArrive, Actor: op, Person: "h1"})
	w.must(Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
	w.pass(5 * time.Hour)
	if got := w.at("rule/call-back"); len(got) < 4 || got[0] != 2*time.Hour || got[1] != 150*time.Minute {
		t.Errorf("reminded at %v, want after two hours and every half hour", got)
	}
	if got := w.told("s1", "supervisor_call"); len(got) == 0 || got[0] != 4*time.Hour {
		t.Errorf("supervisor told at %v, want after four hours", got)
	}
	n := len(w.at("rule/call-back"))
	w.must(Command{Type: CommandFollowUp, Actor: op, Satisfaction: Unconfirmed})
	w.pass(time.Hour)
	if len(w.at("rule/call-back")) == n {
		t.Error("a call-back in which nobody was reached ends the reminders")
	}
	w.must(Command{Type: CommandFollowUp, Actor: op, Satisfaction: Satisfied, Reached: ReachedElder})
	n = len(w.at("rule/call-back"))
	w.pass(5 * time.Hour)
	if len(w.at("rule/call-back")) != n {
		t.Error("reminded of a call-back that was made")
	}
}

func TestLimitsHaveBounds(t *testing.T) {
	t.Parallel()
	_, err := ParsePlan([]byte("plan: p\nname: {zh: 预, en: p}\nfor: [sos]\npriority: 1\nlimits: {idle: 2h, late: 90s}\n"))
	if err == nil || !strings.Contains(err.Error(), "limits.idle") || strings.Contains(err.Error(), "limits.late") {
		t.Errorf("a plan that lets an operator do nothing for two hours: %v", err)
	}
}

func TestTheSamePressByTwoWaysIsOnePress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan = bare(t, "")
	w.press() // by no way that is told
	at := w.now
	press := func(path string, at time.Time) {
		w.must(Command{Type: commandPress, Actor: Actor{Kind: ActorDevice, ID: "d1"}, signal: &Signal{ID: path, Kind: "sos", Path: path, At: at, ReceivedAt: w.now}})
	}
	w.pass(10 * time.Second)
	press("gsm", at)
	w.pass(10 * time.Minute)
	press("sms", at.Add(5*time.Second)) // ten minutes late, and still the same press
	if w.a.Presses != 1 || len(w.a.Paths) != 2 || w.count(EventPath, "") != 2 {
		t.Fatalf("%d presses, paths %v, want one press by two ways", w.a.Presses, w.a.Paths)
	}
	wantTold(t, w, "e1", "elder_status")
	press("gsm", at.Add(8*time.Second)) // a second time by the same way: pressed again
	if w.a.Presses != 2 || w.a.Level == 0 {
		t.Errorf("%d presses, level %d, want a second press", w.a.Presses, w.a.Level)
	}
	wantTold(t, w, "e1", "elder_status", 610)
}

func TestASecondPressAsksHowTheElderIs(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		w := newWorld(t, 3)
		w.plan = bare(t, "")
		w.plan.Priority = 2
		w.do(Command{Type: commandRaise, raise: &Raise{Kind: "sos", Priority: 2, Silent: silent, Plan: "bare@1", Elder: "e1", Path: "http",
			PressedAt: w.now, People: []*Person{{ID: "e1", Part: PartElder, Numbers: 1}}}})
		w.pass(2 * time.Minute)
		w.must(Command{Type: commandPress, signal: &Signal{Kind: "sos", Path: "http", At: w.now}})
		want := 1
		if silent {
			want = 0
		}
		if got := len(w.told("e1", "elder_status")); got != want || w.a.Priority != 1 || w.a.Presses != 2 {
			t.Errorf("silent %v: status told %d times, priority %d, presses %d", silent, got, w.a.Priority, w.a.Presses)
		}
	}
}
