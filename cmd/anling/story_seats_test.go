package main

import (
	"encoding/json"
	"testing"
	"time"
)

// beats lets the console of who is logged in be heard of for a time.
func (s *story) beats(d time.Duration) {
	s.t.Helper()
	for end := s.clock.Now().Add(d); s.clock.Now().Before(end); {
		if code, body := s.call("POST", "/v1/seat", "", map[string]any{"free": true}); code != 200 {
			s.t.Fatalf("beat: %d %s", code, body)
		}
		s.pass(min(15*time.Second, end.Sub(s.clock.Now())))
	}
}

func TestStoryAConsoleFallsSilent(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.beats(15 * time.Second)
	id := s.press("p1")
	s.settle()
	if v := s.alert(id); v.Turn == nil || v.Turn.Operator != "zhou" {
		t.Errorf("turn %v, want the alert to stand at the only free seat", v.Turn)
	}
	s.command(id, "accept", nil)
	for range 6 { // at work: heard of, and doing something
		s.beats(15 * time.Second)
		s.command(id, "note", map[string]any{"text": "speaking with her"})
	}
	if v := s.alert(id); v.Operator == nil || v.Returns != 0 {
		t.Fatalf("operator %v after 90 s of work, returns %d", v.Operator, v.Returns)
	}
	s.pass(25 * time.Second) // the screen is black, the line cut: 40 s without a word
	if v := s.alert(id); v.Operator == nil {
		t.Error("given back after 40 s of silence, want 45")
	}
	s.pass(20 * time.Second)
	v := s.alert(id)
	if v.Operator != nil || v.Returns != 1 || v.Level == 0 {
		t.Errorf("operator %v, returns %d, level %d: want it back in the queue, and ringing", v.Operator, v.Returns, v.Level)
	}
	s.verified()
}

func TestStoryWhoGoesHomeLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	s.beats(15 * time.Second)
	id := s.press("p1")
	s.command(id, "accept", nil)
	if code, body := s.call("DELETE", "/v1/session", "", nil); code != 204 {
		t.Fatalf("log out: %d %s", code, body)
	}
	s.settle()
	s.logIn("ma")
	if v := s.alert(id); v.Operator != nil || v.Returns != 1 {
		t.Errorf("operator %v, returns %d: who has gone still has it", v.Operator, v.Returns)
	}
	s.beats(time.Second)
	code, body := s.call("GET", "/v1/seats", "", nil)
	var seats struct {
		Items []struct{ Operator, State string }
	}
	if err := json.Unmarshal(body, &seats); code != 200 || err != nil || len(seats.Items) != 1 || seats.Items[0].Operator != "ma" || seats.Items[0].State != "free" {
		t.Errorf("seats: %d %s", code, body)
	}
	s.verified()
}
