package web

import (
	"strings"
	"testing"
	"time"

	"anling/registry"
)

func TestTokensOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.reg.CreateOperator(t.Context(), registry.Operator{ID: "o9", Centre: "c1", Name: "qin", Role: registry.RoleAdmin})
	must(t, err)
	qin := h.at("qin")
	made := qin.do("POST", "/v1/tokens", `{"name":"gateway","scope":"signals","device":"d1"}`)
	made.want(t, 201)
	plain := made.json(t)["plain"].(string)
	id := made.json(t)["token"].(map[string]any)["id"].(string)
	h.do(ask{method: "POST", path: "/v1/signals", token: plain, body: `{"id":"s1","device":"somebody-else","kind":"heartbeat"}`})
	h.do(ask{method: "GET", path: "/v1/alerts", token: plain}).want(t, 403)
	must(t, h.reg.FlushAccounts(t.Context()))
	list := qin.do("GET", "/v1/tokens", "")
	list.want(t, 200)
	if strings.Contains(string(list.body), plain) || !strings.Contains(string(list.body), `"used_at":"2026-11-23T08:00:00Z"`) {
		t.Errorf("listed %s", list.body)
	}
	h.clock.Advance(stepUpLife + time.Second)
	qin.do("DELETE", "/v1/tokens/"+id, "").wantProblem(t, 403, problemStepUp)
	qin.do("POST", "/v1/session/step-up", `{"password":"`+operatorPassword+`"}`).want(t, 200)
	qin.do("DELETE", "/v1/tokens/"+id, "").want(t, 204)
	h.do(ask{method: "POST", path: "/v1/signals", token: plain, body: `{"id":"s2","device":"pendant-1","kind":"sos"}`}).want(t, 401)
	h.at("zhou").do("GET", "/v1/tokens", "").want(t, 403)
}
