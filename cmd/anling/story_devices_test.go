package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"anling/registry"
)

// gateway gives a token that may speak for any device.
func (s *story) gateway() string {
	s.t.Helper()
	token, _, err := s.app.registry.CreateToken(s.t.Context(), registry.Token{Name: "gateway", Scope: registry.TokenSignals})
	s.ok(err)
	return token
}

// says has a device send a signal, and what it said written down.
func (s *story) says(token, device, kind string) {
	s.t.Helper()
	code, body := s.call("POST", "/v1/signals", token, map[string]any{"id": device + kind + s.clock.Now().Format(time.RFC3339), "device": device, "kind": kind})
	if code != 202 {
		s.t.Fatalf("%s of %s: %d %s", kind, device, code, body)
	}
}

// listens lets time go by with the program listening all the while: silence in the time that a story skips counts against no device.
func (s *story) listens(d time.Duration) {
	s.t.Helper()
	for end := s.clock.Now().Add(d); s.clock.Now().Before(end); {
		s.pass(min(30*time.Second, end.Sub(s.clock.Now())))
	}
}

// open lists the open alerts of a kind, of one elder when there is one.
func (s *story) open(kind, elder string) (ids []string) {
	s.t.Helper()
	code, body := s.call("GET", "/v1/alerts?state=open&limit=200&elder="+url.QueryEscape(elder), "", nil)
	var list struct{ Items []struct{ ID, Kind string } }
	if err := json.Unmarshal(body, &list); code != 200 || err != nil {
		s.t.Fatalf("open alerts: %d %s", code, body)
	}
	for _, a := range list.Items {
		if a.Kind == kind {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// TestStoryADeviceFallsSilent: it becomes a task, its elder is called in another way, and a real press ends both.
func TestStoryADeviceFallsSilent(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	token := s.gateway()
	_, err := s.app.registry.CreateDevice(t.Context(), registry.Device{Identity: "hub-1", Protocol: "http", Kind: "hub", Elder: "zhang"})
	s.ok(err)
	s.logIn("ma")
	s.says(token, "hub-1", "test")
	for range 3 {
		s.says(token, "hub-1", "heartbeat")
		s.listens(5 * time.Minute)
	}
	if n := len(s.open("lost", "")) + len(s.open("safety", "")); n > 0 {
		t.Fatalf("%d tasks and safety plans while it reports", n)
	}
	s.listens(10 * time.Minute)
	if n := len(s.open("lost", "")); n > 0 {
		t.Fatalf("%d tasks after two missed reports", n)
	}
	s.restart()
	s.logIn("ma")
	s.listens(4 * time.Minute)
	tasks, safety := s.open("lost", "zhang"), s.open("safety", "zhang")
	if len(tasks) != 1 || len(safety) != 1 {
		t.Fatalf("%d tasks and %d safety plans for one silent device, want one of each", len(tasks), len(safety))
	}
	if n := s.rang(elderPhone); n == 0 {
		t.Error("the elder was not called")
	}
	s.listens(30 * time.Minute)
	if n := s.rang(daughterPhone); n == 0 {
		t.Error("the elder did not answer, and nobody was asked to look in")
	}
	s.refused(safety[0], "resolve", map[string]any{"outcome": "other"}, 422)
	s.says(token, "hub-1", "heartbeat")
	s.listens(time.Minute)
	if v := s.alert(tasks[0]); v.State != "closed" {
		t.Errorf("the task is %s after the device was heard, want it closed", v.State)
	}
	if v := s.alert(safety[0]); v.State == "closed" {
		t.Error("a heartbeat ended the safety plan: it proves no key")
	}
	s.says(token, "hub-1", "test")
	s.settle()
	if v := s.alert(safety[0]); v.State != "closed" {
		t.Errorf("the safety plan is %s after a real press, want it closed", v.State)
	}
	s.verified()
}

// listed is somebody of the list of an outage.
type listed struct {
	Elder, State, Name string
	Emergency          *string
	Why                []string
}

// listOf reads the whole list of an outage, a page at a time.
func (s *story) listOf(outage, state string) (all []listed) {
	s.t.Helper()
	for cursor := ""; ; {
		code, body := s.call("GET", "/v1/alerts/"+outage+"/people?limit=15&state="+state+"&cursor="+cursor, "", nil)
		var page struct {
			Items []listed
			Next  *string
		}
		if err := json.Unmarshal(body, &page); code != 200 || err != nil {
			s.t.Fatalf("people of the outage: %d %s", code, body)
		}
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		cursor = *page.Next
	}
}

// village is n people with a hub each, who tried it and were heard of just now. The last of them lives by oxygen, the one before is alone.
func (s *story) village(token string, n int) (hubs []string) {
	s.t.Helper()
	for i := range n {
		el := registry.Elder{ID: registry.ElderID(fmt.Sprintf("v%02d", i)), Centre: "c1", Name: fmt.Sprintf("村民%02d", i), BirthDate: "1955-01-01", Area: "310101005003"}
		switch i {
		case n - 1:
			el.Illnesses = []string{"家庭氧疗"}
		case n - 2:
			el.Living = "独居"
		}
		_, err := s.app.registry.CreateElder(s.t.Context(), el)
		s.ok(err)
		hub := "hub-" + string(el.ID)
		_, err = s.app.registry.CreateDevice(s.t.Context(), registry.Device{Identity: hub, Protocol: "http", Kind: "hub", Elder: el.ID})
		s.ok(err)
		s.says(token, hub, "test")
		hubs = append(hubs, hub)
	}
	return hubs
}

// TestStoryFortyDevicesFallSilent: one alert with the list of forty people, who are checked on, or are back by themselves.
func TestStoryFortyDevicesFallSilent(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("ma")
	token := s.gateway()
	hubs := s.village(token, 40)
	s.listens(16 * time.Minute)
	s.restart() // while the losses are gathered
	s.logIn("zhou")
	s.listens(2 * time.Minute)
	outages := s.open("outage", "")
	if len(outages) != 1 {
		t.Fatalf("%d outages, want one", len(outages))
	}
	id := outages[0]
	all := s.listOf(id, "")
	if len(all) != 40 || all[0].Elder != "v39" || all[0].Name != "村民39" || !slices.Contains(all[0].Why, "oxygen") || all[1].Elder != "v38" {
		t.Fatalf("the list has %d people and begins with %+v", len(all), all[:min(2, len(all))])
	}
	s.command(id, "accept", nil)
	s.command(id, "check", map[string]any{"person": "v39", "outcome": "help"})
	s.command(id, "check", map[string]any{"person": "v38", "outcome": "well"})
	s.command(id, "check", map[string]any{"person": "v00", "outcome": "unreached"})
	s.refused(id, "resolve", map[string]any{"outcome": "other"}, 409)
	s.refused(id, "check", map[string]any{"person": "zhang", "outcome": "well"}, 422)
	calls := s.open("call", "v39")
	if help := s.listOf(id, "help"); len(calls) != 1 || len(help) != 1 || help[0].Emergency == nil || *help[0].Emergency != calls[0] {
		t.Errorf("who needs help has the alarms %v and is listed as %+v", calls, help)
	}
	for _, hub := range hubs[:20] {
		s.says(token, hub, "heartbeat")
	}
	s.listens(time.Minute)
	if back, left := s.listOf(id, "back"), s.listOf(id, "unchecked"); len(back) != 20 || len(left) != 18 {
		t.Errorf("%d are back and %d unchecked, want 20 and 18", len(back), len(left))
	}
	if n := len(s.open("lost", "")) + len(s.open("safety", "")); n > 0 {
		t.Errorf("%d tasks and safety plans beside the outage, want none", n)
	}
	for _, hub := range hubs[20:] {
		s.says(token, hub, "heartbeat")
	}
	s.listens(time.Minute)
	if v := s.alert(id); v.State != "closed" {
		t.Errorf("the outage is %s when everybody is back, want it closed", v.State)
	}
	s.verified()
}
