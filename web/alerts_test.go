package web

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromThePressToTheClosing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	a := h.get("/v1/alerts/"+id, "operate")
	want := map[string]any{"state": "raised", "title": "张秀英", "age": float64(82), "unidentified": false, "elder": "e1", "device": "d1", "operator": nil, "outcome": nil}
	for k, v := range want {
		if diff := cmp.Diff(v, a[k]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", k, diff)
		}
	}
	profile := a["profile"].(map[string]any)
	if profile["access"] != "门禁 4471#" || len(a["contacts"].([]any)) != 2 || len(a["people"].([]any)) < 3 || len(a["next"].([]any)) == 0 {
		t.Errorf("profile, contacts, people or next is missing: %v", a)
	}
	for _, step := range []struct{ command, body, state string }{
		{"accept", "", "accepted"},
		{"assign", `{"helper":"h1"}`, ""},
		{"depart", `{"person":"h1"}`, "helping"},
		{"arrive", `{"person":"h1"}`, "on_scene"},
		{"note", `{"text":"sits on a chair, speaks clearly"}`, "on_scene"},
		{"resolve", `{"outcome":"helped","note":"well"}`, "resolved"},
		{"follow-up", `{"satisfaction":"satisfied","reached":true}`, "resolved"},
		{"close", `{}`, "closed"},
	} {
		r := h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/" + step.command, token: h.tokens["operate"], body: step.body})
		r.want(t, 200)
		if got := r.json(t)["state"]; step.state != "" && got != step.state {
			t.Errorf("after %s: got %v, want %s", step.command, got, step.state)
		}
	}
	events := h.get("/v1/alerts/"+id+"/events", "operate")["items"].([]any)
	if first := events[0].(map[string]any); first["type"] != "raised" || first["hash"] == "" {
		t.Errorf("the first event is %v", first)
	}
	if n := len(h.get("/v1/alerts?state=open", "read")["items"].([]any)); n != 0 {
		t.Errorf("%d alerts are open after the closing", n)
	}
	history := h.get("/v1/alerts/"+h.pressAgain()+"", "read")["history"].([]any)
	if len(history) != 1 {
		t.Errorf("history has %d alerts, want 1", len(history))
	}
}

func (h *house) pressAgain() string {
	h.t.Helper()
	a := h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `[{"id":"s2","device":"pendant-1","kind":"fall"},{"id":"s3","device":"pendant-1","kind":"heartbeat"}]`})
	a.want(h.t, 202)
	var all []struct{ Alert *string }
	must(h.t, json.Unmarshal(a.body, &all))
	if len(all) != 2 || all[0].Alert == nil || all[1].Alert != nil {
		h.t.Fatalf("answer to a batch: %s", a.body)
	}
	return *all[0].Alert
}

func TestCommandTwiceWithOneKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	note := ask{method: "POST", path: "/v1/alerts/" + id + "/note", token: h.tokens["operate"], body: `{"text":"once"}`,
		header: map[string]string{"Idempotency-Key": "k1"}}
	first, second := h.do(note), h.do(note)
	first.want(t, 200)
	second.want(t, 200)
	if first.json(t)["seq"] != second.json(t)["seq"] {
		t.Errorf("the second one changed the alert: %s then %s", first.body, second.body)
	}
}

func TestCommandRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	for _, c := range []struct {
		name, command, body string
		status              int
		field               string
	}{
		{"unknown command", "explode", `{}`, 404, ""},
		{"unknown field", "accept", `{"operatr":"x"}`, 422, "operatr"},
		{"wrong type", "note", `{"text":7}`, 422, "text"},
		{"no text", "note", `{}`, 422, "text"},
		{"wrong outcome", "resolve", `{"outcome":"great"}`, 422, "outcome"},
		{"stale", "accept", `{"version":1}`, 409, ""},
		{"array", "note", `[]`, 400, ""},
		{"not JSON", "note", `{"text":`, 400, ""},
		{"two objects", "note", `{"text":"a"}{"text":"b"}`, 400, ""},
	} {
		r := h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/" + c.command, token: h.tokens["operate"], body: c.body})
		if r.StatusCode != c.status || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got %d %s, want %d: %s", c.name, r.StatusCode, r.Header.Get("Content-Type"), c.status, r.body)
			continue
		}
		if c.field != "" && !strings.Contains(string(r.body), `"field":"`+c.field+`"`) {
			t.Errorf("%s: %s does not name %s", c.name, r.body, c.field)
		}
	}
}

func TestCandidatesSayWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	items := h.get("/v1/alerts/"+h.press()+"/candidates", "operate")["items"].([]any)
	if len(items) != 3 {
		t.Fatalf("got %d candidates, want 3", len(items))
	}
	first := items[0].(map[string]any)
	reasons := first["reasons"].([]any)
	if first["helper"] != "h1" || first["rank"] != float64(1) || len(reasons) == 0 {
		t.Fatalf("first candidate: %v", first)
	}
	for _, r := range reasons {
		zh := r.(map[string]any)["zh"].(string)
		if zh == "" || strings.Contains(zh, "reason.") {
			t.Errorf("reason without words: %v", r)
		}
	}
}

func TestAlertsOfAnotherCentreAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	foreign := map[string]string{"Cookie": h.logIn("wu")}
	for _, path := range []string{"/v1/alerts/" + id, "/v1/alerts/" + id + "/events", "/v1/alerts/" + id + "/candidates", "/v1/elders/e1",
		"/v1/elders/e1/contacts", "/v1/contacts/k1", "/v1/devices/d1", "/v1/devices/d1/signals", "/v1/helpers/h1", "/v1/centres/c1"} {
		h.do(ask{method: "GET", path: path, header: foreign}).want(t, 404)
	}
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/accept", header: foreign}).want(t, 404)
	for _, path := range []string{"/v1/alerts", "/v1/elders", "/v1/contacts", "/v1/devices", "/v1/helpers", "/v1/nearest?lat=31.23&lon=121.47"} {
		r := h.do(ask{method: "GET", path: path, header: foreign})
		r.want(t, 200)
		if n := len(r.json(t)["items"].([]any)); n != 0 {
			t.Errorf("%s shows %d records of another centre", path, n)
		}
	}
	own := map[string]string{"Cookie": h.logIn("zhou")}
	h.do(ask{method: "GET", path: "/v1/alerts/" + id, header: own}).want(t, 200)
}
