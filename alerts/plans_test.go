package alerts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anling/notify"
)

// pressed is the world after a signal of a kind, under a built-in plan.
func pressed(t *testing.T, plan, kind string, minutesAway ...int) *world {
	t.Helper()
	w := newWorld(t, minutesAway...)
	w.plan = builtInPlan(t, plan)
	w.do(Command{Type: commandRaise, Actor: Actor{Kind: ActorDevice, ID: "d1"}, raise: &Raise{Kind: kind, Priority: w.plan.Priority, Plan: Ref(plan, 1),
		Pins: map[string]PlanRef{"emergency": "emergency@4", "safety": "safety@2"}, Zone: "Asia/Shanghai", Silent: kind == "silent",
		DoBy:  w.plan.Repair.doBy(Signal{Kind: kind}, w.now),
		Elder: "e1", Subject: "e1", Centre: "c1", Title: "张秀英", Language: "zh", PressedAt: w.now, People: []*Person{
			{ID: "e1", Part: PartElder, Numbers: 1, Channels: []string{"voice"}},
			{ID: "k1", Part: PartContact, Role: "family", Name: "女儿", Numbers: 1, Order: 1, Channels: []string{"sms", "voice"}},
			{ID: "k2", Part: PartContact, Role: "neighbour", Name: "邻居", Numbers: 2, Order: 2, Channels: []string{"sms", "voice"}, HasKey: true},
		}}})
	w.follow()
	return w
}

// wantAt asks when events of a type happened, in seconds after the press.
func (w *world) wantAt(t EventType, step string, want ...int) {
	w.t.Helper()
	var got []time.Duration
	for _, e := range w.events {
		if e.Type == t && e.Data.Step == step {
			got = append(got, e.At.Sub(start))
		}
	}
	if !slices.Equal(got, seconds(want...)) {
		w.t.Errorf("%s by %s at %v, want %v", t, step, got, seconds(want...))
	}
}

func TestSilentPlan(t *testing.T) {
	t.Parallel()
	w := pressed(t, "silent", "silent", 1, 2, 3, 9)
	w.pass(15 * time.Minute)
	if n := len(w.a.Person("e1").Messages); n != 0 {
		t.Errorf("%d messages went to the elder's side of a silent alarm", n)
	}
	w.wantAt(EventPrompted, "police", 120)
	w.wantAt(EventPrompted, "nobody-there-police", 600)
	for _, p := range w.a.Prompts {
		if p.Kind != "police" {
			t.Errorf("a silent alarm prompts for the %s", p.Kind)
		}
	}
	if w.a.Prompts[0].Words["zh"] == "" || w.a.Prompts[0].Words["en"] == "" {
		t.Error("the prompt has no words to say")
	}
	wantTold(t, w, "k1", "family_call", 0, 60, 120)
	wantTold(t, w, "h4", "helper_offer", 60)
	w.wantAt(EventEscalated, "seats-loud", 30)
	w.wantAt(EventEscalated, "supervisor", 60)
	w.wantAt(EventEscalated, "parent", 180)
}

func TestHazardPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.helpers = nil
	w = pressed(t, "hazard", "gas", 1, 2, 3, 4)
	w.wantAt(EventPrompted, "fire", 0)
	wantTold(t, w, "k2", "family_call", 0) // the neighbour, who has a key
	wantTold(t, w, "k1", "family_call", 0)
	w.pass(25 * time.Second)
	if got := w.told("k2", "family_call"); len(got) != 1 {
		t.Errorf("a call that is ringing was doubled: %v", got)
	}
	w.pass(10 * time.Minute)
	w.wantAt(EventPrompted, "nobody-there-fire", 600)
}

func TestHazardAsksKeyHoldersFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 7)
	w.helpers[3].HasKey = true
	w.plan = builtInPlan(t, "hazard")
	w.press()
	wantTold(t, w, "h4", "helper_offer", 0)
	wantTold(t, w, "h3", "helper_offer")
}

func TestInactivityAsksTheElderFirst(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", "inactivity", 1, 2, 3)
	w.pass(119 * time.Second)
	wantTold(t, w, "e1", "elder_check", 0, 60)
	if len(w.a.Person("k1").Messages) != 0 || w.a.Person("h1") != nil || w.a.Level != 0 {
		t.Fatal("somebody else was told before the elder was asked")
	}
	w.pass(time.Second)
	w.wantAt(EventContinued, "no-answer", 120)
	if w.a.Plan != "emergency@4" || w.a.Priority != 1 {
		t.Errorf("goes on with %s at priority %d, want the version of the press at priority 1", w.a.Plan, w.a.Priority)
	}
	w.pass(61 * time.Second)
	w.wantAt(EventEscalated, "seats", 120)
	w.wantAt(EventEscalated, "supervisor", 180)
	wantTold(t, w, "k1", "family_alarm", 120)
	wantTold(t, w, "h1", "helper_offer", 120)
}

func TestInactivityEndsWhenTheElderIsWell(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", "inactivity", 1)
	w.pass(20 * time.Second)
	w.answer("e1", notify.AnswerWell)
	if w.a.State != Closed || w.a.Outcome != OutcomeFalseAlarm || w.a.Reached != string(ReachedElder) {
		t.Errorf("state %s, outcome %s, reached %q; want closed as a false alarm with the elder reached", w.a.State, w.a.Outcome, w.a.Reached)
	}
	w.pass(time.Hour)
	if w.count(EventContinued, "") != 0 {
		t.Error("an elder who is well became an emergency")
	}
}

func TestAVoicemailIsNoElder(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", "inactivity", 1)
	w.pass(5 * time.Second)
	w.receipts("e1", notify.Voice, notify.StatusVoicemail)
	w.pass(2 * time.Minute)
	if w.count(EventContinued, "no-answer") != 1 {
		t.Error("a voicemail passed for an elder who is well")
	}
}

func TestAnUnwellElderIsAnEmergencyAtOnce(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", "door", 1)
	w.pass(20 * time.Second)
	w.answer("e1", notify.AnswerUnwell)
	w.wantAt(EventContinued, "unwell", 20)
	wantTold(t, w, "h1", "helper_offer", 20)
	w.pass(5 * time.Minute)
	if w.count(EventContinued, "") != 1 {
		t.Errorf("went over %d times, want once", w.count(EventContinued, ""))
	}
}

func TestWhoLeftTheZoneIsListenedTo(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", "zone", 1)
	w.answer("e1", notify.AnswerWell)
	if w.a.State != Raised || w.a.Level != 1 {
		t.Errorf("state %s, level %d; want an operator to be rung for", w.a.State, w.a.Level)
	}
	w.pass(4 * time.Minute)
	w.wantAt(EventEscalated, "rule/unaccepted", 180)
}

func TestTechnicalClocks(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]map[string]time.Duration{
		"fault":       {"overdue": 2 * time.Hour, "overdue-parent": 4 * time.Hour},
		"lost":        {"overdue": 2 * time.Hour, "overdue-parent": 4 * time.Hour},
		"low_battery": {"overdue": 24 * time.Hour, "overdue-parent": 26 * time.Hour},
		"mains_lost":  {"overdue": 4 * time.Hour, "overdue-parent": 6 * time.Hour},
	} {
		w := pressed(t, "technical", kind, 1)
		w.pass(48 * time.Hour)
		got := map[string]time.Duration{}
		for _, e := range w.events {
			if e.Type == EventEscalated && e.Data.Level > 0 && !strings.HasPrefix(e.Data.Step, rulePrefix) {
				got[e.Data.Step] = e.At.Sub(start)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
		for step, at := range want {
			if got[step] != at {
				t.Errorf("%s: %s at %v, want %v", kind, step, got[step], at)
			}
		}
		if len(w.a.Person("k1").Messages)+len(w.a.Person("e1").Messages) > 0 {
			t.Errorf("%s: somebody outside the centre was told", kind)
		}
	}
}

func TestTestPlanTellsOnlyTheElder(t *testing.T) {
	t.Parallel()
	w := pressed(t, "test", "test", 1)
	wantTold(t, w, "e1", "test_ok", 0)
	if w.a.State != Closed || w.a.Outcome != OutcomeTest || len(w.a.Person("k1").Messages) != 0 || w.a.Level != 0 {
		t.Errorf("state %s, outcome %s, level %d", w.a.State, w.a.Outcome, w.a.Level)
	}
}

func TestVIPPlanIsSooner(t *testing.T) {
	t.Parallel()
	w := pressed(t, "vip", "sos", 1)
	w.pass(31 * time.Second)
	w.wantAt(EventEscalated, "own-contact", 0)
	w.wantAt(EventEscalated, "seats-loud", 20)
	w.wantAt(EventEscalated, "supervisor", 30)
	wantTold(t, w, "k1", "family_alarm", 0)
	wantTold(t, w, "h1", "helper_offer", 0)
}

// The world begins at 16:00 in Shanghai.
func TestSafetyPlanAsksMorningAndEvening(t *testing.T) {
	t.Parallel()
	w := pressed(t, "safety", "safety", 5)
	wantTold(t, w, "e1", "elder_check", 0)
	w.answer("e1", notify.AnswerWell)
	const evening, morning = 2*time.Hour + 30*time.Minute, 16*time.Hour + 30*time.Minute
	w.pass(evening)
	w.wantAt(EventContinued, "evening", int(evening.Seconds()))
	w.answer("e1", notify.AnswerWell)
	w.pass(morning - evening)
	w.wantAt(EventContinued, "morning", int(morning.Seconds()))
	w.pass(11 * time.Minute) // nobody answers this morning
	wantTold(t, w, "e1", "elder_check", 0, int(evening.Seconds()), int(morning.Seconds()), int(morning.Seconds())+600)
	if len(w.a.Person("k2").Messages) != 0 {
		t.Error("a contact was asked before the second call had failed")
	}
	w.pass(10 * time.Minute)
	wantTold(t, w, "k2", "look_in", int(morning.Seconds())+1200) // has a key
	w.answer("k2", notify.AnswerComing)
	w.pass(70 * time.Minute) // and is not heard of again
	w.wantAt(EventContinued, "no-report", int(morning.Seconds())+80*60)
	if got := w.told("h1", "helper_offer"); len(got) == 0 || got[len(got)-1] != morning+80*time.Minute {
		t.Errorf("the helper was asked at %v, want for the emergency again", got)
	}
	if w.a.Plan != "emergency@4" || w.a.Priority != 1 {
		t.Errorf("goes on with %s at priority %d", w.a.Plan, w.a.Priority)
	}
}

func TestSafetyPlanLetsPeopleSleep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = start.Add(8 * time.Hour) // midnight in Shanghai
	began := w.now
	w.plan = builtInPlan(t, "safety")
	w.do(Command{Type: commandRaise, raise: &Raise{Kind: "safety", Priority: 3, Plan: "safety@1", Zone: "Asia/Shanghai", PressedAt: w.now,
		People: []*Person{{ID: "e1", Part: PartElder, Numbers: 1, Channels: []string{"voice"}}}}})
	w.follow()
	w.pass(8 * time.Hour)
	if n := len(w.a.Person("e1").Messages); n != 0 {
		t.Fatalf("the elder was rung %d times in the night", n)
	}
	w.pass(31 * time.Minute)
	if got := w.told("e1", "elder_check"); len(got) != 1 || start.Add(got[0]) != began.Add(8*time.Hour+30*time.Minute) {
		t.Errorf("asked at %v, want once at 08:30", got)
	}
}

func TestTheNextMorning(t *testing.T) {
	t.Parallel()
	zone := &Alert{Zone: "Europe/Berlin"}
	s := Step{Next: "morning"}
	for from, want := range map[string]string{
		"2026-11-23T14:00:00Z": "2026-11-24T08:00:00Z", // in the afternoon
		"2026-11-23T22:30:00Z": "2026-11-24T08:00:00Z",
		"2026-11-24T01:30:00Z": "2026-11-24T08:00:00Z", // in the night: the same morning
		"2026-11-24T03:00:00Z": "2026-11-25T08:00:00Z", // at four it is no next morning yet
		"2026-10-24T20:00:00Z": "2026-10-25T08:00:00Z", // the night in which the clocks go back
		"2026-03-28T20:00:00Z": "2026-03-29T07:00:00Z", // and forward
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.dueAt(zone, at).Format(time.RFC3339); got != want {
			t.Errorf("after %s: %s, want %s", from, got, want)
		}
	}
}

// TestTheWordOfOneElderSaysNothingOfAnother: two alerts were linked, and one of the two elders said that they are well.
func TestTheWordOfOneElderSaysNothingOfAnother(t *testing.T) {
	t.Parallel()
	a := &Alert{People: []*Person{{ID: "e2", Part: PartElder}}}
	a.join(&Person{ID: "e3", Part: PartElder, Said: "well"})
	if (&Plan{}).condition("elder_well", a, start) {
		t.Error("nobody has spoken with one of them, and both are taken to be well")
	}
	a.People[0].Said = "well"
	if !(&Plan{}).condition("elder_well", a, start) {
		t.Error("both say that they are well")
	}
}

// TestEveryConditionIsUnderstood holds that a word which the check takes changes what a plan does.
func TestEveryConditionIsUnderstood(t *testing.T) {
	t.Parallel()
	p := &Plan{Enough: Enough{Helpers: 1}}
	now := start
	full := &Alert{State: OnScene, AcceptedAt: &now, ActedAt: now.Add(time.Second), OnSceneAt: &now, FollowedUpAt: &now, Silent: true, Alone: true,
		LateS: 90, Presses: 2, BackAt: &now, Unidentified: true, Unmanned: true, Classes: []string{"vip", "important"}, Outcome: OutcomeTest, Outage: &Outage{Unchecked: 1},
		BeganAt: start.Add(15 * time.Hour), Steps: map[string]StepMark{"x": {Short: true}}, People: []*Person{
			{Part: PartContact, State: PersonArrived, Numbers: 1, HasKey: true}, {Part: PartHelper, State: PersonComing},
			{Part: PartElder, Said: "well"}, {Part: PartElder, Said: "unwell"}}}
	empty := &Alert{BeganAt: start}
	for _, c := range conditionNames() {
		yes := full
		switch c {
		case "elder_phone":
			yes = &Alert{People: []*Person{{Part: PartElder, Numbers: 1}}}
		case "elder_well":
			yes = &Alert{People: []*Person{{Part: PartElder, Said: "well"}}}
		case "no_speech": // until somebody is there
			yes = &Alert{NoSpeechAt: &now}
		}
		if !p.condition(c, yes, start.Add(15*time.Hour)) || p.condition(c, empty, start) || !p.condition("not "+c, empty, start) {
			t.Errorf("the condition %q is not understood", c)
		}
	}
}
