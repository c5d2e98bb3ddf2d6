package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anling/registry"
)

// TestAFloodOfWrongPasswordsLocksNobodyOut tries 10 000 wrong passwords on every operator from 1 000 addresses, while the shift logs
// in from seats and browsers that are known, and a press is taken. The real way is gone, only the hash is cheaper.
func TestAFloodOfWrongPasswordsLocksNobodyOut(t *testing.T) {
	t.Parallel()
	const tries, addresses = 10_000, 1_000
	h := newHouse(t)
	for i, name := range []string{"sun", "qin"} {
		_, err := h.reg.CreateOperator(t.Context(), registry.Operator{ID: registry.OperatorID("o" + itoa(i+7)), Centre: "c1", Name: name, Role: registry.RoleSupervisor})
		must(t, err)
	}
	sun := h.at("sun")
	code := sun.do("POST", "/v1/browsers", `{"label":"夜班席"}`).json(t)["code"].(string)
	seat := h.person()
	seat.do("POST", "/v1/browsers/redeem", `{"code":"`+code+`"}`).want(t, 204)
	zhou := h.at("zhou")
	h.enrol("qin")

	names := []string{"zhou", "sun", "qin", "nobody"}
	statuses := map[int]int{}
	for i := range tries * len(names) {
		name, addr := names[i%len(names)], i%addresses
		r := httptest.NewRequest("POST", "/v1/session", strings.NewReader(`{"name":"`+name+`","password":"a guess of number `+itoa(i)+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.7:4711", addr/250, addr%250)
		w := httptest.NewRecorder()
		h.server.handler.ServeHTTP(w, r)
		statuses[w.Code]++
		if i%1000 == 0 {
			h.clock.Advance(time.Second)
		}
		if i == tries*len(names)/2 { // in the middle of it
			zhou.logIn("zhou", "").want(t, 200)
			seat.logIn("sun", "").want(t, 200)
			seat.logIn("qin", "").want(t, 200) // who has never logged in here
			h.press()
		}
	}
	if statuses[http.StatusOK] > 0 || statuses[http.StatusTooManyRequests] < tries*len(names)*9/10 || len(statuses) != 2 {
		t.Errorf("the flood was answered with %v", statuses)
	}
	zhou.logIn("zhou", "").want(t, 200)
	zhou.do("GET", "/v1/alerts", "").want(t, 200) // no session was ended by it
	h.person().logIn("zhou", "").want(t, 429)
}
