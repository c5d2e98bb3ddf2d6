package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/registry"
)

// allowed tells whether a token of the scope may do what a route needs.
func allowed(scope string, need registry.Action) bool {
	if need == anybody {
		return true
	}
	return registry.BuiltInRights(roleOfScope(scope)).May(need)
}

// TestMatrix tries every route without log-in and with every scope.
func TestMatrix(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := map[string]bool{"GET /": true, "GET /livez": true, "GET /readyz": true, "GET /metrics": true, "GET /openapi.json": true, "GET /docs": true,
		"GET /assets/{file}": true, "GET /console/{file:.*}": true, "GET /basemap/city.pmtiles": true, "POST /v1/session": true, "GET /v1/session": true,
		"DELETE /v1/session": true, "GET /v1/config": true, "GET /f/{token}": true, "POST /v1/session/passkey/begin": true, "POST /v1/session/passkey/finish": true, "POST /v1/browsers/redeem": true, "GET /v1/session/oidc": true, "GET /v1/session/oidc/callback": true, "POST /f/{token}": true, "GET /h/{token}": true, "POST /h/{token}": true}
	for _, rt := range h.server.routes {
		key := rt.method + " " + rt.path
		if rt.need == nobody {
			// What is an operator's own checks the log-in itself.
			if !open[key] && h.do(ask{method: rt.method, path: strings.ReplaceAll(rt.path, "{id}", "none"), body: "{}"}).StatusCode != 401 {
				t.Errorf("%s needs no log-in", key)
			}
			continue
		}
		path := strings.NewReplacer("{id}", "none", "{command}", "note").Replace(rt.path)
		if path == "/v1/stream" {
			continue // does not end by itself; TestStreamNeedsARight
		}
		h.do(ask{method: rt.method, path: path, body: "{}"}).want(t, 401)
		h.do(ask{method: rt.method, path: path, body: "{}", token: "anl_wrong"}).want(t, 401)
		for scope, token := range h.tokens {
			got := h.do(ask{method: rt.method, path: path, body: "{}", token: token}).StatusCode
			if refused := got == 401 || got == 403; refused == (allowed(scope, rt.need) && !slices.Contains(forPeople(), key)) || got >= 500 {
				t.Errorf("%s with scope %s: got %d", key, scope, got)
			}
		}
	}
}

func TestStreamNeedsARight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "GET", path: "/v1/stream"}).want(t, 401)
	h.do(ask{method: "GET", path: "/v1/stream", token: h.tokens["signals"]}).want(t, 403)
}

// TestScopesOfTokens holds what outsiders rely on: admin may do all that operate may, operate all that read may, and
// signals only sends signals.
func TestScopesOfTokens(t *testing.T) {
	t.Parallel()
	of := func(scope string) *registry.Rights { return registry.BuiltInRights(roleOfScope(scope)) }
	for _, a := range registry.Actions() {
		if of("read").May(a) && !of("operate").May(a) || of("operate").May(a) && !of("admin").May(a) {
			t.Errorf("%s is allowed to a scope and not to the one above it", a)
		}
		if got := of("signals").May(a); got != (a == registry.SignalsSend) {
			t.Errorf("%s with scope signals: %v", a, got)
		}
	}
	if of("read").May(registry.SignalsSend) || of("operate").May(registry.SignalsSend) || !of("admin").May(registry.SignalsSend) {
		t.Error("who may send signals: only the scopes signals and admin")
	}
	if of("nonsense").May(registry.AlertsSee) {
		t.Error("an unknown scope may do something")
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := map[string]string{"Cookie": h.logIn("zhou")}
	who := h.do(ask{method: "GET", path: "/v1/session", header: cookie})
	who.want(t, 200)
	op := who.json(t)["operator"].(map[string]any)
	if op["display_name"] != "周晓" || op["role"] != "operator" || op["centre"] != "c1" {
		t.Errorf("operator: %v", op)
	}
	h.do(ask{method: "GET", path: "/v1/alerts", header: cookie}).want(t, 200)
	h.do(ask{method: "POST", path: "/v1/centres", body: `{"name":"x"}`, header: cookie}).want(t, 403)
	h.do(ask{method: "DELETE", path: "/v1/session", header: cookie}).want(t, 204)
	h.do(ask{method: "GET", path: "/v1/alerts", header: cookie}).want(t, 401)
	h.do(ask{method: "GET", path: "/v1/session"}).want(t, 401)
}

func TestSessionEndsByItself(t *testing.T) {
	t.Parallel()
	for name, pass := range map[string][]time.Duration{
		"nobody at the seat": {registry.SessionIdle + time.Minute},
		"end of the shift":   {time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, 61 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			cookie := map[string]string{"Cookie": h.logIn("zhou")}
			for i, d := range pass {
				h.clock.Advance(d)
				want := 200
				if i == len(pass)-1 {
					want = 401
				}
				h.do(ask{method: "GET", path: "/v1/session", header: cookie}).want(t, want)
			}
		})
	}
}

func TestArchivedOperatorIsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := map[string]string{"Cookie": h.logIn("zhou")}
	must(t, h.reg.ArchiveOperator(t.Context(), "o1"))
	h.clock.Advance(sessionMemory)
	h.do(ask{method: "GET", path: "/v1/session", header: cookie}).want(t, 401)
}

func TestCookieIsBoundToTheHostOverTLS(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.PublicURL = "https://anling.test" })
	h.enrol("zhou")
	a := h.do(ask{method: "POST", path: "/v1/session", body: `{"name":"zhou","password":"` + operatorPassword + `"}`})
	a.want(t, 200)
	for _, c := range a.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s: %+v", c.Name, c)
		}
	}
	if a.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security over TLS")
	}
}

// TestAStrangerCannotLockAShiftOut floods an account with wrong passwords from everywhere, while the operator logs in
// from the workstation that is known.
func TestAStrangerCannotLockAShiftOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	known := map[string]string{"Cookie": h.logIn("zhou")}
	wrong := ask{method: "POST", path: "/v1/session", body: `{"name":"zhou","password":"not the right phrase"}`}
	for range 5 {
		h.do(wrong).want(t, 401)
	}
	slowed := h.do(wrong)
	slowed.want(t, 429)
	if slowed.Header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
	right := ask{method: "POST", path: "/v1/session", body: `{"name":"zhou","password":"` + operatorPassword + `"}`}
	h.do(right).want(t, 429) // an unknown browser shares the bucket of the flood
	right.header = known
	h.do(right).want(t, 200)
	h.clock.Advance(time.Minute)
	right.header = nil
	h.do(right).want(t, 200)
}

func TestThrottleCountsNetworks(t *testing.T) {
	t.Parallel()
	th := newThrottle()
	at := func(account, addr string) attempt { return attempt{account: account, addr: netip.MustParseAddr(addr)} }
	for i := range 20 {
		th.take(at("name"+itoa(i), "203.0.113."+itoa(i+1)), start)
	}
	if th.take(at("another", "203.0.113.99"), start) == 0 {
		t.Error("a network that guesses names is not slowed")
	}
	if d := th.take(at("another", "198.51.100.1"), start); d != 0 {
		t.Errorf("another network waits %v", d)
	}
	if network(netip.MustParseAddr("2001:db8:1:2:3::4")) != network(netip.MustParseAddr("2001:db8:1:2:9::9")) {
		t.Error("one /64 counts as several networks")
	}
	for i := range maxBuckets + 10 {
		th.take(at("n"+itoa(i), "10."+itoa(i/250%250)+"."+itoa(i%250)+".1"), start)
	}
	if len(th.buckets) > maxBuckets+2 {
		t.Errorf("%d buckets", len(th.buckets))
	}
}

func TestRequestsOfOtherSites(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := h.logIn("zhou")
	id := h.press()
	path := "/v1/alerts/" + id + "/accept"
	foreign := h.do(ask{method: "POST", path: path, header: map[string]string{"Cookie": cookie, "Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}})
	foreign.want(t, 403)
	if foreign.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a refusal of type %s", foreign.Header.Get("Content-Type"))
	}
	h.do(ask{method: "POST", path: path, header: map[string]string{"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}}).want(t, 200)
	// An old phone on a page behind a token sends "Origin: null", and must get through.
	h.do(ask{method: "POST", path: h.carrier.linkOf("k1"), body: "answer=cannot",
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"}}).want(t, 303)
}
