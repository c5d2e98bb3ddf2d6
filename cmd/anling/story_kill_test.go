package main

import (
	"fmt"
	"testing"
	"time"

	"anling/internal/db/dbtest"
)

// TestStoryKilledBetweenAnyTwoSteps plays one story over and over, each time killed at another place, and wants
// the same end: nobody forgotten, the elder helped, the chain whole.
func TestStoryKilledBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	for at := range len(killStory()) {
		t.Run(fmt.Sprintf("before step %d", at), func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.logIn("zhou")
			var id string
			for i, step := range killStory() {
				if i == at {
					s.restart()
				}
				step(s, &id)
			}
			s.wantState(id, "closed")
			if n := s.texts(daughterPhone, "/f/", "1"); n == 0 {
				t.Error("the daughter was never told")
			}
			if s.texts(helperPhone(1), "4471") == 0 {
				t.Error("the helper never got the door code")
			}
			s.verified()
		})
	}
}

// TestStoryOnPostgreSQL is the main job on the other engine, with the program killed in the middle.
func TestStoryOnPostgreSQL(t *testing.T) {
	t.Parallel()
	s := newStoryOn(t, dbtest.URL(t))
	s.logIn("zhou")
	var id string
	for i, step := range killStory() {
		if i == 5 {
			s.restart()
		}
		step(s, &id)
	}
	s.wantState(id, "closed")
	s.verified()
}

// killStory is the main job in steps; between any two the program may die.
func killStory() []func(s *story, id *string) {
	do := func(name string, body map[string]any) func(*story, *string) {
		return func(s *story, id *string) { s.command(*id, name, body) }
	}
	return []func(*story, *string){
		func(s *story, id *string) { *id = s.press("p1") }, // acknowledged, nothing sent yet
		func(s *story, _ *string) { s.settle() },
		func(s *story, _ *string) { s.pass(10 * time.Second) },
		do("accept", nil),
		func(s *story, _ *string) { s.pass(15 * time.Second) },
		func(s *story, _ *string) { s.ok(s.phone(helperPhone(1)).Reply("1")); s.settle() },
		func(s *story, _ *string) { s.pass(90 * time.Second) },
		do("arrive", map[string]any{"person": "h1"}),
		do("resolve", map[string]any{"outcome": "helped"}),
		do("follow-up", map[string]any{"satisfaction": "satisfied", "reached": true}),
		do("close", nil),
	}
}

// TestStoryKilledWhileItWaits kills the program at every deadline of the plan: what was to happen while it was down
// happens when it is back.
func TestStoryKilledWhileItWaits(t *testing.T) {
	t.Parallel()
	for _, down := range []time.Duration{15 * time.Second, 45 * time.Second, 90 * time.Second, 150 * time.Second} {
		t.Run(down.String(), func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.logIn("zhou")
			id := s.press("p1")
			s.running.Store(nil)
			s.ok(s.app.close())
			s.clock.Advance(down)
			s.begin()
			s.pass(4*time.Minute - down)
			v := s.alert(id)
			if v.Level != 3 || len(v.Prompts) != 1 {
				t.Errorf("level %d prompts %v, want 3 and the ambulance", v.Level, v.Prompts)
			}
			if s.texts(daughterPhone, "/f/") == 0 || s.rang(sonPhone) == 0 || s.rang(superPhone) == 0 {
				t.Error("somebody was forgotten")
			}
			s.verified()
		})
	}
}
