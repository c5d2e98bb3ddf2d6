package main

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// openOf gives the ids of the open alerts of a kind, as the API lists them.
func (s *story) openOf(kind string) (ids []string) {
	s.t.Helper()
	code, body := s.call("GET", "/v1/alerts?state=open&limit=200", "", nil)
	var page struct {
		Items []struct{ ID, Kind string }
	}
	if err := json.Unmarshal(body, &page); code != 200 || err != nil {
		s.t.Fatalf("list: %d %s", code, body)
	}
	for _, a := range page.Items {
		if a.Kind == kind {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// timeline gives the types of an alert's events.
func (s *story) timeline(alert string) (types []string) {
	s.t.Helper()
	code, body := s.call("GET", "/v1/alerts/"+alert+"/events", "", nil)
	var page struct{ Items []struct{ Type string } }
	if err := json.Unmarshal(body, &page); code != 200 || err != nil {
		s.t.Fatalf("events: %d %s", code, body)
	}
	for _, e := range page.Items {
		types = append(types, e.Type)
	}
	return types
}

// TestStoryACallerIsCalledBackInTurn: every seat is busy, a voice says that we call back, and whoever takes the alert is connected with the
// caller by machine.
func TestStoryACallerIsCalledBackInTurn(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.ok(s.phone(elderPhone).Dial())
	s.settle()
	s.pass(20 * time.Second)
	if !s.phone(deskPhone).Ringing() {
		t.Fatal("the operator's phone does not ring")
	}
	s.ok(s.phone(deskPhone).Hangup())
	s.pass(30 * time.Second)
	heard := s.phone(elderPhone).Heard()
	if len(heard) == 0 || heard[len(heard)-1] != "工作人员正忙，您的求助没有丢，我们会马上给您回电话。" {
		t.Fatalf("the caller heard %q", heard)
	}
	calls := s.openOf("sos")
	if len(calls) != 1 || !slices.Contains(s.timeline(calls[0]), "kept") {
		t.Fatalf("the alerts %v do not tell that a caller is to be called back", calls)
	}
	before := s.rang(elderPhone)
	s.command(calls[0], "accept", nil)
	s.pass(2 * time.Second)
	if n := s.rang(elderPhone) - before; n != 1 {
		t.Fatalf("the caller was called back %d times when a seat had taken the alert, want once and by machine", n)
	}
	ringing := s.rang(deskPhone)
	s.answers(elderPhone, "2")
	s.pass(20 * time.Second)
	if s.rang(deskPhone) != ringing+1 {
		t.Error("the caller was not connected with the seat")
	}
	s.ok(s.phone(deskPhone).Answer())
	s.pass(5 * time.Minute)
	if n := s.rang(elderPhone) - before; n != 1 {
		t.Errorf("who was reached was called %d times", n)
	}
	s.verified()
}

// TestStoryAPressFromLongAgo: it lay in a device for three hours, and counts from now.
func TestStoryAPressFromLongAgo(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	code, body := s.call("POST", "/v1/signals", s.button, map[string]any{"id": "old", "device": "pendant-1", "kind": "sos",
		"time": s.clock.Now().Add(-3 * time.Hour).Format(time.RFC3339)})
	var ack struct{ Alert string }
	if err := json.Unmarshal(body, &ack); code != 202 || err != nil || ack.Alert == "" {
		t.Fatalf("a press from three hours ago: %d %s", code, body)
	}
	s.settle()
	_, body = s.call("GET", "/v1/alerts/"+ack.Alert, "", nil)
	var v struct {
		Late     int       `json:"late_s"`
		RaisedAt time.Time `json:"raised_at"`
		Level    int
	}
	s.ok(json.Unmarshal(body, &v))
	if v.Late != 3*60*60 || s.clock.Now().Sub(v.RaisedAt) > time.Minute || v.Level == 0 {
		t.Errorf("late by %d s, raised at %v, level %d: want three hours, now, and ringing", v.Late, v.RaisedAt, v.Level)
	}
	if s.texts(daughterPhone, "/f/") != 1 {
		t.Error("the daughter was not told")
	}
	s.verified()
}

// TestStoryFalseAlarmsAreATaskAndNeverAMute: the third is a task for whose device it is, and the fourth press is an alarm like the first.
func TestStoryFalseAlarmsAreATaskAndNeverAMute(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	for _, id := range []string{"f1", "f2", "f3"} {
		if n := len(s.openOf("false_alarms")); n > 0 {
			t.Fatalf("%d tasks before the third false alarm", n)
		}
		alert := s.press(id)
		s.settle()
		s.command(alert, "accept", nil)
		s.command(alert, "resolve", map[string]any{"outcome": "false_alarm"})
		s.command(alert, "follow-up", map[string]any{"satisfaction": "satisfied", "reached": true})
		s.command(alert, "close", nil)
		s.pass(time.Hour)
	}
	if n := len(s.openOf("false_alarms")); n != 1 {
		t.Fatalf("%d tasks after three false alarms, want one", n)
	}
	told := s.texts(daughterPhone, "/f/")
	alert := s.press("f4")
	s.settle()
	if v := s.alert(alert); v.Level == 0 || v.Priority != 1 || s.texts(daughterPhone, "/f/") != told+1 {
		t.Errorf("the fourth press: level %d, priority %d, the daughter told %d times more; want an alarm like the first", v.Level, v.Priority, s.texts(daughterPhone, "/f/")-told)
	}
	s.verified()
}

// TestStoryOnePressByTwoWays: a button's press comes over the network, and its base calls the centre as well: one alert, and both arrivals.
func TestStoryOnePressByTwoWays(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.ok(s.phone(elderPhone).Dial())
	s.settle()
	s.pass(5 * time.Second)
	_, body := s.call("GET", "/v1/alerts/"+id, "", nil)
	var v struct {
		Presses int
		Paths   []struct {
			Path  string
			Press int
		}
	}
	s.ok(json.Unmarshal(body, &v))
	if v.Presses != 1 || len(v.Paths) != 2 || v.Paths[0].Path == v.Paths[1].Path || v.Paths[1].Press != 1 {
		t.Errorf("%d presses by %+v, want one by two ways", v.Presses, v.Paths)
	}
	if n := len(s.openOf("sos")); n != 1 || s.texts(daughterPhone, "/f/") != 1 {
		t.Errorf("%d alerts, and the daughter was told %d times; want one of each", n, s.texts(daughterPhone, "/f/"))
	}
	if !slices.Contains(s.timeline(id), "path") {
		t.Error("the timeline does not tell of the second arrival")
	}
	s.verified()
}
