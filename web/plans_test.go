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
	if told := wrong[0].(map[string]any)["told"].(map[string]any); told["zh"] != "没有这个名称的预案：emergencyy" || told["en"] != "there is no plan of this name: emergencyy" {
		t.Errorf("it is told as %v", told)
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

// TestAPlanIsReadInWords holds that who reads a plan, or has a text checked that is right, gets it in words of both languages.
func TestAPlanIsReadInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one := h.get("/v1/plans/emergency", "read")
	if one["priority"] != 1.0 || one["at"] == nil || one["for"].([]any)[0] != "sos" {
		t.Errorf("the plan is %v", one["for"])
	}
	zh := one["told"].(map[string]any)["zh"].(map[string]any)
	step := zh["steps"].([]any)[0].(map[string]any)
	if zh["name"] != "紧急求助" || step["from"] != "开始等待接警" || step["at"] != "立即" || step["what"] != "所有空闲座席响铃" {
		t.Errorf("it is told as %v", step)
	}
	for _, v := range h.get("/v1/plans", "read")["items"].([]any) {
		if p := v.(map[string]any); p["told"] != nil || p["priority"] == 0.0 {
			t.Errorf("the list has %v", p["id"])
		}
	}
	checked := h.do(ask{method: http.MethodPost, path: "/v1/plans/check", token: h.tokens["admin"], body: `{"body":` + doorPlan + `}`}).json(t)
	if len(checked["items"].([]any)) != 0 || checked["told"].(map[string]any)["en"].(map[string]any)["name"] != "Door" {
		t.Errorf("a good text: %v", checked)
	}
}

// doorPlan is a small good plan, as JSON writes a text.
const doorPlan = `"plan: door\nname: {zh: 开门, en: Door}\nfor: [door]\npriority: 2\nsteps:\n  - step: list\n    do: sound\n    level: 0\n    what: {zh: 列出, en: List}\n"`

// TestAPlanIsSavedOnWhatWasRead holds that a text made from an older version does not undo what somebody else has saved.
func TestAPlanIsSavedOnWhatWasRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol("zhou")
	for _, c := range []struct{ base, want int }{{0, 201}, {1, 201}, {1, 409}, {2, 201}, {0, 201}, {9, 409}} {
		h.do(ask{method: http.MethodPost, path: "/v1/plans", token: h.tokens["admin"], body: `{"centre":"c1","base":` + itoa(c.base) + `,"body":` + doorPlan + `}`}).want(t, c.want)
	}
	if all := h.get("/v1/plans/door~c1/versions", "admin")["items"].([]any); len(all) != 4 {
		t.Errorf("there are %d versions", len(all))
	}
}
