package web

import (
	"strings"
	"testing"
	"time"
)

func TestAHelperTellsWhyTheyAreNotAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	do := func(method, path, body string) answer {
		return h.do(ask{method: method, path: "/v1/helpers/" + path, token: h.tokens["operate"], body: body})
	}
	wantSaid := func(id, want string) {
		t.Helper()
		a := do("GET", id+"/availability", "")
		a.want(t, 200)
		if got := strings.TrimSpace(string(a.body)); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	wantSaid("h1", `{"available":true,"why":[],"in_place_of":""}`)

	today := h.clock.Now().Format(time.DateOnly)
	do("PATCH", "h1", `{"version":1,"on_duty":false,"absences":[{"from":"`+today+`","until":"`+today+`","substitute":"h2"}]}`).want(t, 200)
	wantSaid("h1", `{"available":false,"why":["absent"],"in_place_of":""}`)
	do("PATCH", "h2", `{"version":1,"on_duty":false}`).want(t, 200)
	wantSaid("h2", `{"available":true,"why":[],"in_place_of":"h1"}`)
	do("GET", "none/availability", "").want(t, 404)
}
