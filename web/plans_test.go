package web

import (
	"net/http"
	"strings"
	"testing"

	"anling/alerts"
)

func TestAPlanIsCheckedExplainedAndTried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.do(ask{method: http.MethodPost, path: "/v1/plans/check", token: h.tokens["admin"],
		body: `{"body":"plan: door\nname: {zh: 开门, en: Door}\nfor: [door]\npriority: 2\nsteps:\n  - step: on\n    do: continue\n    with: emergencyy\n    what: {zh: 转, en: On}\n"}`})
	got.want(t, 200)
	wrong := got.json(t)["items"].([]any)
	if len(wrong) != 1 {
		t.Fatalf("mistakes: %v", wrong)
	}
	if m := wrong[0].(map[string]any); m["line"] != 8.0 || m["path"] != "steps[1].with" || m["key"] != "problem.plan.no_plan" {
		t.Errorf("the mistake is %v", m)
	}
	why := h.get("/v1/plans/explain?elder=e1&kind=gas", "read")
	if why["chosen"].(map[string]any)["id"] != "hazard" || len(why["sentences"].(map[string]any)["zh"].([]any)) < 5 {
		t.Errorf("gas has %v", why["chosen"])
	}
	tried := h.do(ask{method: http.MethodPost, path: "/v1/plans/try", token: h.tokens["admin"], body: `{"elder":"e1","answers":[{"who":"contact1","what":"coming","after_s":40}]}`})
	tried.want(t, 200)
	if !strings.Contains(string(tried.body), "“I am coming”") || tried.json(t)["plan"] != "emergency@1" {
		t.Errorf("the trial is %s", tried.body)
	}
	for path, want := range map[string]int{"/v1/plans/explain?elder=none": 404, "/v1/plans/explain?centre=none": 404, "/v1/plans/explain?at=noon": 422,
		"/v1/plans/none/versions": 404, "/v1/plans/emergency/versions": 200} {
		h.do(ask{method: http.MethodGet, path: path, token: h.tokens["read"]}).want(t, want)
	}
	for body, want := range map[string]int{`{}`: 422, `{"elder":"none"}`: 404, `{"elder":"e1","plan":"none"}`: 404, `{"elder":"e1","body":"x"}`: 422} {
		h.do(ask{method: http.MethodPost, path: "/v1/plans/try", token: h.tokens["admin"], body: body}).want(t, want)
	}
	open := h.get("/v1/alerts", "read")["items"].([]any)
	if len(open) != 0 {
		t.Errorf("a trial left %d alerts", len(open))
	}
}

func TestAPlanIsWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol("zhou")
	admin := h.tokens["admin"]
	h.do(ask{method: http.MethodPost, path: "/v1/plans", token: admin,
		body: `{"centre":"c1","body":"plan: door\nname: {zh: 开门, en: Door}\nfor: [door]\npriority: 2\nsteps:\n  - step: list\n    do: sound\n    level: 0\n    what: {zh: 列出, en: List}\n"}`}).want(t, 201)
	for path, want := range map[string]int{"/v1/plans/door~c1": 404, "/v1/plans/emergency": 400, "/v1/plans/none?centre=c1": 404} {
		h.do(ask{method: http.MethodDelete, path: path, token: admin}).want(t, want)
	}
	h.do(ask{method: http.MethodDelete, path: "/v1/plans/door~c1?centre=c1", token: h.tokens["read"]}).want(t, 403)
	h.do(ask{method: http.MethodDelete, path: "/v1/plans/door~c1?centre=c1", token: admin}).want(t, 204)
	h.do(ask{method: http.MethodGet, path: "/v1/plans/door~c1", token: admin}).want(t, 404)
	all := h.get("/v1/plans/door~c1/versions", "admin")["items"].([]any)
	if len(all) != 2 || all[0].(map[string]any)["body"] != "" || all[1].(map[string]any)["at"] == nil {
		t.Errorf("the history is %v", all)
	}
}

// TestATrialWithoutNames holds that who does not see the people of an alert does not meet them in a trial.
func TestATrialWithoutNames(t *testing.T) {
	t.Parallel()
	got := alerts.TryResult{Lines: []alerts.TryLine{{Event: alerts.EventTold, Name: "女儿", What: map[string]string{"zh": "打电话", "en": "Call"}}}}
	hidden, shown := tryView(got, false).Lines[0], tryView(got, true).Lines[0]
	if hidden.Name != "" || strings.Contains(hidden.Told["zh"], "女儿") || !strings.Contains(shown.Told["zh"], "女儿") {
		t.Errorf("hidden %+v, shown %+v", hidden, shown)
	}
}
