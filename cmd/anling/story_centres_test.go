package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"anling/registry"
)

// neighbour adds a second county with an operator, lin, who helps out by an agreement; hours may be none.
func (s *story) neighbour(hours ...registry.Shift) {
	s.t.Helper()
	ctx, reg := s.t.Context(), s.app.registry
	_, err := reg.CreateCentre(ctx, registry.Centre{ID: "c2", Name: "静安中心", Parent: "city"})
	s.ok(err)
	_, err = reg.CreateOperator(ctx, registry.Operator{ID: "lin", Centre: "c2", Name: "lin", DisplayName: "林岚", Role: "operator"})
	s.ok(err)
	s.ok(reg.SetPassword(ctx, "lin", "correct horse battery"))
	_, err = reg.CreateAgreement(ctx, registry.Agreement{Centre: "c1", To: "c2", Hours: hours, AfterS: 60})
	s.ok(err)
}

// sees tells whether the operator who is logged in sees an alert, by itself and in the list.
func (s *story) sees(alert string) bool {
	s.t.Helper()
	one, _ := s.call("GET", "/v1/alerts/"+alert, "", nil)
	code, list := s.call("GET", "/v1/alerts?state=open", "", nil)
	if code != http.StatusOK || (one == http.StatusOK) != contains(list, alert) {
		s.t.Fatalf("the alert itself: %d, and the list: %d %s", one, code, list)
	}
	return one == http.StatusOK
}

func TestStoryANightWithNobodyAtTheCentre(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.neighbour(registry.Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "22:00", To: "06:00"})
	s.pass(13 * time.Hour) // eleven in the evening
	s.logIn("lin")
	id := s.press("p1")
	s.settle()
	if !s.sees(id) {
		t.Fatal("nobody sits at the alert's centre, and the neighbour does not see it")
	}
	code, body := s.call("GET", "/v1/alerts/"+id, "", nil)
	if code != 200 || !contains(body, `"centre_name":"黄浦中心"`) || !contains(body, `"shared":["c2"]`) || !contains(body, "4471") {
		t.Errorf("where it comes from, and the door: %d %s", code, body)
	}
	if code, body = s.call("GET", "/v1/alerts/"+id+"/candidates", "", nil); code != 200 || !contains(body, `"h1"`) {
		t.Errorf("helpers: %d %s", code, body)
	}
	if code, _ = s.call("GET", "/v1/elders/zhang", "", nil); code != 404 {
		t.Errorf("the registry of the other centre is open: %d", code)
	}
	if code, body = s.call("GET", "/v1/elders", "", nil); code != 200 || contains(body, "zhang") {
		t.Errorf("the elders of the other centre are listed: %d %s", code, body)
	}
	s.command(id, "accept", nil)
	s.answers(daughterPhone, "1")
	s.command(id, "arrive", map[string]any{"person": "daughter"})
	s.command(id, "resolve", map[string]any{"outcome": "helped"})
	s.command(id, "follow-up", map[string]any{"satisfaction": "satisfied", "reached": true})
	s.command(id, "close", nil)
	if code, _ = s.call("GET", "/v1/alerts/"+id, "", nil); code != 404 {
		t.Errorf("the neighbour still sees a closed alert: %d", code)
	}
	s.logIn("zhou")
	s.wantState(id, "closed")
	s.verified()
}

func TestStoryOutsideOfTheHoursAgreedUpon(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.neighbour(registry.Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "22:00", To: "06:00"})
	s.logIn("lin")
	id := s.press("p1") // ten in the morning
	s.pass(5 * time.Minute)
	if s.sees(id) {
		t.Error("the neighbour sees it outside of the hours")
	}
	s.refused(id, "accept", nil, 404)
}

func TestStoryBothCentresAccept(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.neighbour()
	s.logIn("zhou")
	id := s.press("p1")
	s.pass(59 * time.Second)
	s.logIn("lin")
	if s.sees(id) {
		t.Error("somebody sits at the centre and has a minute, and the neighbour sees it already")
	}
	s.pass(2 * time.Second)
	if !s.sees(id) || s.alert(id).Level < 2 {
		t.Error("a minute is over, and the neighbour does not hear it")
	}
	s.logIn("zhou")
	s.command(id, "accept", nil)
	s.logIn("lin")
	s.refused(id, "accept", nil, 409)
	if got := s.alert(id); got.Operator == nil || got.Operator.ID != "zhou" {
		t.Errorf("who has it: %+v", got.Operator)
	}
}

// TestStoryABlacklistedCallerIsHelped: the mark is shown, and changes nothing.
func TestStoryABlacklistedCallerIsHelped(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	ctx, reg := s.t.Context(), s.app.registry
	for _, k := range []registry.CallerClass{{Elder: "zhang", Reason: "多次误报", Until: "2026-11-24"}, {Phone: elderPhone, Reason: "骚扰"}} {
		k.Class = registry.ClassBlacklist
		if k.Elder == "" {
			k.Centre = "c1"
		}
		_, err := reg.CreateClass(ctx, k)
		s.ok(err)
	}
	s.logIn("zhou")
	id := s.press("p1")
	s.settle()
	if !s.phone(daughterPhone).Ringing() || !s.phone(helperPhone(1)).Ringing() || s.texts(daughterPhone, "张秀英") != 1 {
		t.Error("nobody comes because of a mark")
	}
	classes := func() (out struct{ Classes []registry.CallerClass }) {
		code, body := s.call("GET", "/v1/alerts/"+id, "", nil)
		if code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		s.ok(json.Unmarshal(body, &out))
		return out
	}
	if got := classes().Classes; len(got) != 2 || got[0].Class != registry.ClassBlacklist {
		t.Errorf("the mark is not shown: %+v", got)
	}
	s.pass(48 * time.Hour)
	s.logIn("zhou")
	if got := classes().Classes; len(got) != 1 || got[0].Phone != elderPhone {
		t.Errorf("after the elder's mark has ended: %+v", got)
	}
}
