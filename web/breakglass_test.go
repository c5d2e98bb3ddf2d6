package web

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/audit"
	"anling/registry"
)

const emergency = "邻居来电说老人倒在门口，须开门"

// glassHouse is a house with somebody to be told in the centre.
func glassHouse(t *testing.T) (h *house, operator string) {
	t.Helper()
	h = newHouse(t)
	for id, role := range map[string]string{"chief": "supervisor", "dpo": "privacy"} {
		_, err := h.reg.CreateOperator(t.Context(), registry.Operator{ID: registry.OperatorID(id), Centre: "c1", Name: id, Role: role, Phone: "+8619900007001"})
		must(t, err)
	}
	_, err := h.reg.CreateElder(t.Context(), registry.Elder{ID: "e2", Centre: "c1", Name: "王秀兰", Access: "门禁 5582#"})
	must(t, err)
	return h, h.session("o1")
}

func (h *house) breakGlass(who string) string {
	h.t.Helper()
	return h.wantDirect(201, "POST", "/v1/break-glass", who, `{"elder":"e1","reason":"`+emergency+`"}`)["id"].(string)
}

func (h *house) reads(who, path, secret string) bool {
	return strings.Contains(h.direct("GET", path, who, "").Body.String(), secret)
}

func TestABrokenGlassOpensAllOfOneElder(t *testing.T) {
	t.Parallel()
	h, who := glassHouse(t)
	elsewhere := h.session("o1")
	id := h.breakGlass(who)
	if !h.reads(who, "/v1/elders/e1", "4471#") || !h.reads(who, "/v1/elders/e1", "高血压") {
		t.Error("it does not open the elder")
	}
	if h.reads(who, "/v1/elders/e2", "5582#") || h.reads(who, "/v1/elders", "4471#") || h.reads(elsewhere, "/v1/elders/e1", "4471#") {
		t.Error("it opens another elder, or a list, or holds in another session")
	}
	h.wantDirect(200, "PATCH", "/v1/elders/e1", who, `{"version":1,"access":"门禁 9911#"}`)
	g := h.wantDirect(200, "GET", "/v1/break-glass/"+id, who, "")
	if g["state"] != "open" || g["looks"] != 3.0 || g["reason"] != emergency || g["operator"] != "o1" || g["elder"] != "e1" {
		t.Errorf("the record: %v", g)
	}
	marked := 0
	for _, row := range h.looks(audit.Query{Subject: "e1", Action: "elder.seen", Actor: "o1"}) {
		if bytes.Contains(row.Data, []byte("break_glass "+id)) {
			marked++
		}
	}
	if marked != 3 {
		t.Errorf("%d looks carry its id, want 3: two, and the answer to the change", marked)
	}
	h.clock.Advance(registry.GlassOpenFor + time.Second)
	if h.reads(who, "/v1/elders/e1", "9911#") {
		t.Error("it is open after its time")
	}
	h.wantDirect(403, "PATCH", "/v1/elders/e1", who, `{"version":2,"access":"x"}`)
	if n := h.direct("GET", "/metrics", "", "").Body.String(); !strings.Contains(n, "anling_break_glass_waiting 1") {
		t.Error("the metric does not count it")
	}
}

// TestOthersAreToldOfABrokenGlassAtOnce: by SMS, in their language, without a word about the elder.
func TestOthersAreToldOfABrokenGlassAtOnce(t *testing.T) {
	t.Parallel()
	h, who := glassHouse(t)
	h.breakGlass(who)
	h.settle()
	told := map[string]string{}
	h.carrier.mu.Lock()
	for _, m := range h.carrier.sent {
		told[m.Person] = m.Text
	}
	h.carrier.mu.Unlock()
	if len(told) != 2 || told["chief"] == "" || told["dpo"] == "" {
		t.Errorf("told %v", told)
	}
	for person, text := range told {
		for _, word := range []string{"张", "秀英", "e1", "邻居", "倒", "黄陂", "19900000001"} {
			if strings.Contains(text, word) {
				t.Errorf("%s is told %q: %s", person, word, text)
			}
		}
		if !strings.Contains(text, "周晓") || !strings.Contains(text, "30") {
			t.Errorf("%s is not told who and for how long: %s", person, text)
		}
	}
	if log := h.log.String(); strings.Contains(log, "邻居") || strings.Contains(log, "19900007001") {
		t.Error("the program's log tells the reason or a number")
	}
}

func TestWhoBreaksNoGlass(t *testing.T) {
	t.Parallel()
	h, who := glassHouse(t)
	_, err := h.reg.CreateProvider(t.Context(), registry.Provider{ID: "p-c1", Centre: "c1", Name: "安心", Phones: []string{"+8619900003001"}})
	must(t, err)
	good := `{"elder":"e1","reason":"` + emergency + `"}`
	for _, c := range []struct {
		name, who, body string
		status          int
	}{
		{"a reason that is none", who, `{"elder":"e1","reason":"急"}`, 422},
		{"no elder", who, `{"reason":"` + emergency + `"}`, 422},
		{"an elder of another centre", h.session("o2"), good, 404},
		{"an elder that there is not", who, `{"elder":"e9","reason":"` + emergency + `"}`, 404},
		{"a machine", "Bearer " + h.tokens["admin"], good, 403},
		{"an auditor", h.as("auditor", "c1"), good, 403},
		{"somebody of a firm", h.as("provider", "c1"), good, 403},
		{"nobody", "", good, 401},
	} {
		if w := h.direct("POST", "/v1/break-glass", c.who, c.body); w.Code != c.status {
			t.Errorf("%s: got %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
	}
	h.clock.Advance(stepUpLife + time.Second)
	v := h.wantDirect(403, "POST", "/v1/break-glass", who, good)
	if v["type"] != "urn:anling:problem:step-up" {
		t.Errorf("who has not just proved who they are is answered with %v", v)
	}
	h.settle()
	if len(h.carrier.sent) != 0 {
		t.Error("somebody was told of what has not happened")
	}
	if all := h.wantDirect(200, "GET", "/v1/break-glass", h.session("chief"), "")["items"].([]any); len(all) != 0 {
		t.Errorf("there are %v", all)
	}
}

// TestABrokenGlassNeedsNoRightToTheField: an installer, to whom no role shows health, sees what they say they must.
func TestABrokenGlassNeedsNoRightToTheField(t *testing.T) {
	t.Parallel()
	h, _ := glassHouse(t)
	who := h.as("installer", "c1")
	if h.reads(who, "/v1/elders/e1", "青霉素") {
		t.Fatal("an installer reads health without it")
	}
	h.breakGlass(who)
	if !h.reads(who, "/v1/elders/e1", "青霉素") {
		t.Error("it does not open health")
	}
	h.wantDirect(403, "PATCH", "/v1/elders/e1", who, `{"version":1,"access":"x"}`) // what one may do stays a matter of the role
	h.wantDirect(204, "DELETE", "/v1/session", who, "")
	if all := h.wantDirect(200, "GET", "/v1/break-glass?state=ended", h.session("dpo"), "")["items"].([]any); len(all) != 1 {
		t.Errorf("after the log-out %d wait for a review", len(all))
	}
}

func TestReviewOfABrokenGlass(t *testing.T) {
	t.Parallel()
	h, who := glassHouse(t)
	chief, dpo, foreign := h.session("chief"), h.session("dpo"), h.as("supervisor", "c2")
	id := h.breakGlass(who)
	review := func(who, body string) int { return h.direct("POST", "/v1/break-glass/"+id+"/review", who, body).Code }
	const fine = `{"verdict":"justified"}`
	h.wantDirect(404, "POST", "/v1/break-glass/"+id+"/end", h.as("clerk", "c1"), "")
	for name, c := range map[string][2]int{
		"while it is open": {review(chief, fine), 409}, "by who may not": {review(who, fine), 403}, "of another centre": {review(foreign, fine), 404},
		"by a machine": {review("Bearer "+h.tokens["admin"], fine), 403},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %d, want %d", name, c[0], c[1])
		}
	}
	h.wantDirect(200, "POST", "/v1/break-glass/"+id+"/end", who, "")
	if h.reads(who, "/v1/elders/e1", "4471#") {
		t.Error("it was ended by hand and is open")
	}
	own := h.breakGlass(chief)
	h.wantDirect(200, "POST", "/v1/break-glass/"+own+"/end", dpo, "")
	h.wantDirect(403, "POST", "/v1/break-glass/"+own+"/review", chief, fine)
	h.wantDirect(422, "POST", "/v1/break-glass/"+id+"/review", chief, `{"verdict":"not_justified"}`)
	g := h.wantDirect(200, "POST", "/v1/break-glass/"+id+"/review", dpo, `{"verdict":"not_justified","note":"当时家人在场"}`)
	if g["state"] != "reviewed" || g["reviewed_by"] != "dpo" || g["verdict"] != "not_justified" {
		t.Errorf("reviewed: %v", g)
	}
	h.wantDirect(409, "POST", "/v1/break-glass/"+id+"/review", chief, fine)
	for state, want := range map[string]int{"ended": 1, "reviewed": 1, "open": 0, "": 2} {
		if all := h.wantDirect(200, "GET", "/v1/break-glass?state="+state, chief, "")["items"].([]any); len(all) != want {
			t.Errorf("%q lists %d, want %d", state, len(all), want)
		}
	}
	mine := h.wantDirect(200, "GET", "/v1/break-glass", who, "")["items"].([]any)
	if len(mine) != 1 || h.direct("GET", "/v1/break-glass/"+own, who, "").Code != 404 {
		t.Errorf("an operator sees those of others: %v", mine)
	}
	if rows := h.looks(audit.Query{Resource: "break_glass", ID: id}); len(rows) != 3 {
		t.Errorf("the log has %d rows: opened, ended, reviewed are three", len(rows))
	}
	first := h.wantDirect(200, "GET", "/v1/break-glass?limit=1", chief, "")
	if second := h.wantDirect(200, "GET", "/v1/break-glass?limit=1&after="+fmt.Sprint(first["next"]), chief, "")["items"].([]any); second[0].(map[string]any)["id"] != id {
		t.Errorf("the second page: %v", second)
	}
}
