package main

import (
	"testing"
	"time"

	"anling/notify/phonewall"
)

func TestStoryFromThePressToTheDoor(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.settle()
	if s.texts(daughterPhone, "张秀英", "/f/") != 1 || s.texts(sonPhone, "张秀英") != 1 {
		t.Error("not every contact got the SMS")
	}
	if !s.phone(daughterPhone).Ringing() || s.phone(sonPhone).Ringing() {
		t.Error("the first contact's phone should ring, and the second's not yet")
	}
	for n := 1; n <= 3; n++ {
		if !s.phone(helperPhone(n)).Ringing() {
			t.Errorf("helper %d does not ring", n)
		}
	}
	s.command(id, "accept", nil)
	s.answers(helperPhone(2), "1")
	s.wantState(id, "helping")
	if s.texts(helperPhone(2), "4471", "502") != 1 {
		t.Error("who comes was not told the door and its code")
	}
	if s.texts(helperPhone(1), "4471") != 0 {
		t.Error("who has not answered was told the door code")
	}
	if s.texts(daughterPhone, "帮手2") != 1 {
		t.Error("the family was not told who comes")
	}
	s.pass(2 * time.Minute)
	s.command(id, "arrive", map[string]any{"person": "h2"})
	s.wantState(id, "on_scene")
	if s.texts(helperPhone(1), "谢谢") == 0 {
		t.Error("the others were not stood down with thanks")
	}
	s.refused(id, "close", nil, 409)
	s.command(id, "resolve", map[string]any{"outcome": "helped"})
	s.refused(id, "close", nil, 409)
	s.command(id, "call", map[string]any{"person": "elder"})
	s.answers(elderPhone, "1")
	s.command(id, "follow-up", map[string]any{"satisfaction": "satisfied", "reached": true})
	s.command(id, "close", nil)
	s.wantState(id, "closed")
	s.pass(24 * time.Hour)
	s.logIn("zhou") // the shift of yesterday is over
	s.wantState(id, "closed")
	s.verified()
}

func TestStoryPhonesStopRingingWhenSomebodyIsThere(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.settle()
	s.answers(helperPhone(1), "1")
	if !s.phone(helperPhone(2)).Ringing() {
		t.Fatal("the second helper does not ring")
	}
	s.ok(s.phone(daughterPhone).Reply("1"))
	s.settle()
	if s.phone(daughterPhone).Ringing() {
		t.Error("the daughter has answered by SMS, and her phone rings on")
	}
	s.command(id, "arrive", map[string]any{"person": "h1"})
	for _, p := range []string{helperPhone(2), helperPhone(3)} {
		if s.phone(p).Ringing() {
			t.Errorf("%s rings on though somebody is there", p)
		}
	}
	s.verified()
}

func TestStoryNobodyAnswers(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.pass(4 * time.Minute)
	for _, p := range []string{daughterPhone, sonPhone} {
		if n := s.rang(p); n != 3 {
			t.Errorf("%s was called %d times, want 3", p, n)
		}
	}
	if s.rang(superPhone) == 0 {
		t.Error("the supervisor was not called")
	}
	v := s.alert(id)
	if v.State != "raised" || v.Level != 3 {
		t.Errorf("state %s level %d, want raised and 3", v.State, v.Level)
	}
	if len(v.Prompts) != 1 || v.Prompts[0].Kind != "ambulance" {
		t.Errorf("prompts %v, want the ambulance", v.Prompts)
	}
	s.pass(24 * time.Hour)
	s.logIn("zhou") // the shift of yesterday is over
	s.wantState(id, "raised")
	s.verified()
}

func TestStoryTheSecondContactAnswers(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.phone(daughterPhone).Behave(phonewall.Busy)
	id := s.press("p1")
	s.settle()
	s.answers(sonPhone, "1") // at once: a busy line does not cost 20 seconds
	if got := s.person(id, "son"); got != "coming" {
		t.Errorf("son is %s, want coming", got)
	}
	s.pass(3 * time.Minute)
	if n := s.rang(daughterPhone); n != 1 {
		t.Errorf("the daughter was called %d times although the son is coming", n)
	}
	s.verified()
}

func TestStoryAHelperDeclinesAndTwoAccept(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.settle()
	s.answers(helperPhone(1), "2")
	if !s.phone(helperPhone(4)).Ringing() {
		t.Error("the fourth was not asked at once in the place of the first")
	}
	s.answers(helperPhone(2), "1")
	s.ok(s.phone(helperPhone(3)).Reply("１。"))
	s.settle()
	if a, b := s.person(id, "h2"), s.person(id, "h3"); a != "coming" || b != "coming" {
		t.Errorf("helpers are %s and %s, want both coming", a, b)
	}
	s.answers(helperPhone(4), "1")
	if got := s.person(id, "h4"); got != "reserve" {
		t.Errorf("the third is %s, want reserve", got)
	}
	s.verified()
}

func TestStoryTheOperatorDoesNothing(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.pass(61 * time.Second)
	if got := s.alert(id).Level; got != 3 {
		t.Errorf("level %d after a minute, want 3", got)
	}
	s.answers(superPhone, "1")
	if v := s.alert(id); v.Operator == nil || v.Operator.ID != "ma" {
		t.Errorf("operator %v, want the supervisor", v.Operator)
	}
	s.pass(2 * time.Minute) // taken, and then nothing: it rings again
	if got := s.alert(id).Level; got != 2 {
		t.Errorf("level %d after a minute without a deed, want 2", got)
	}
	s.verified()
}

func TestStoryVoicemailIsNobody(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	for _, p := range []string{daughterPhone, sonPhone, helperPhone(1), helperPhone(2), helperPhone(3), helperPhone(4), superPhone} {
		s.phone(p).Behave(phonewall.Voicemail)
	}
	id := s.press("p1")
	s.pass(5 * time.Minute)
	v := s.alert(id)
	if v.State != "raised" || len(v.Prompts) == 0 {
		t.Errorf("state %s prompts %v: a machine was taken for a human", v.State, v.Prompts)
	}
	s.verified()
}

func TestStoryTheCarrierIsDown(t *testing.T) {
	t.Parallel()
	for _, outage := range []phonewall.Outage{phonewall.Unavailable, phonewall.Limited, phonewall.Dropped, phonewall.AnswerLost} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.logIn("zhou")
			s.net.SetOutage(outage)
			id := s.press("p1")
			s.pass(30 * time.Second)
			s.wantState(id, "raised")
			s.net.SetOutage(phonewall.Working)
			s.pass(2 * time.Minute)
			if s.texts(daughterPhone, "张秀英") == 0 || s.rang(daughterPhone) == 0 {
				t.Error("the daughter was never told, though the carrier came back")
			}
			s.verified()
		})
	}
}

func TestStoryCallbacksTwiceAndLost(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.phone(daughterPhone).Behave(phonewall.CallbacksTwice)
	s.phone(helperPhone(1)).Behave(phonewall.CallbacksLost)
	id := s.press("p1")
	s.settle()
	s.answers(daughterPhone, "1")
	s.answers(helperPhone(1), "1")
	if a, b := s.person(id, "daughter"), s.person(id, "h1"); a != "coming" || b != "coming" {
		t.Errorf("daughter %s, helper %s, want both coming", a, b)
	}
	s.pass(time.Minute)
	s.verified()
}

func TestStoryARepeatedPressJoins(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	if again := s.press("p1"); again != id {
		t.Error("the same signal gave another alert")
	}
	s.settle()
	if v := s.alert(id); v.Presses != 1 {
		t.Errorf("%d presses, want 1: a re-sent signal is the same press", v.Presses)
	}
	if again := s.press("p2"); again != id {
		t.Error("a second press raised a second alert")
	}
	s.settle()
	if v := s.alert(id); v.Presses != 2 {
		t.Errorf("%d presses, want 2", v.Presses)
	}
	if n := s.texts(daughterPhone, "/f/"); n != 1 {
		t.Errorf("the daughter got %d alarm SMS, want 1", n)
	}
	s.verified()
}

func TestStoryAnElderCalls(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.ok(s.phone(elderPhone).Dial())
	s.settle()
	s.pass(20 * time.Second) // the greeting is spoken
	if !s.phone(deskPhone).Ringing() {
		t.Fatal("the operator's phone does not ring")
	}
	if len(s.phone(elderPhone).Heard()) == 0 {
		t.Error("the elder heard nothing")
	}
	s.ok(s.phone(deskPhone).Answer())
	s.settle()
	code, body := s.call("GET", "/v1/alerts?state=open", "", nil)
	if code != 200 || !contains(body, `"elder":"zhang"`) {
		t.Errorf("no alert for the caller: %d %s", code, body)
	}
	s.verified()
}

func TestStoryAStrangerCalls(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.ok(s.phone("+8619900000999").Dial())
	s.settle()
	for _, e := range s.phone("+8619900000999").View().Entries {
		t.Log(e.Kind, e.Text)
	}
	code, body := s.call("GET", "/v1/alerts?state=open", "", nil)
	if code != 200 || !contains(body, `"unidentified":true`) {
		t.Errorf("a stranger's call raised nothing: %d %s", code, body)
	}
}
