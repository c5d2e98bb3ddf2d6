package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"anling/internal/fault"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	big := `{"device":"` + strings.Repeat("x", 70<<10) + `","kind":"sos"}`
	huge := "[" + strings.Repeat(" ", maxSignalBatch) + "]"
	for _, c := range []struct {
		name   string
		ask    ask
		status int
		names  string
	}{
		{"nothing there", ask{method: "GET", path: "/v1/nothing"}, 404, ""},
		{"wrong method", ask{method: "PUT", path: "/v1/alerts"}, 405, ""},
		{"not JSON", ask{method: "POST", path: "/v1/signals", body: `{"device":`}, 400, ""},
		{"no fields", ask{method: "POST", path: "/v1/signals", body: `{}`}, 422, "kind"},
		{"two wrong fields", ask{method: "POST", path: "/v1/signals", body: `{"kind":"position","device":7.5,"position":{"lat":91,"lon":"x"}}`}, 422, "position"},
		{"hostile nesting", ask{method: "POST", path: "/v1/signals", body: strings.Repeat("[", 20000)}, 400, ""},
		{"null bytes", ask{method: "POST", path: "/v1/signals", body: "\x00\x00"}, 400, ""},
		{"empty batch", ask{method: "POST", path: "/v1/signals", body: "[]"}, 400, ""},
		{"single too large", ask{method: "POST", path: "/v1/signals", body: big}, 413, ""},
		{"batch too large", ask{method: "POST", path: "/v1/signals", body: huge}, 413, ""},
		{"wrong type of content", ask{method: "POST", path: "/v1/signals", body: `{}`, header: map[string]string{"Content-Type": "text/xml"}}, 415, ""},
		{"elder without a name", ask{method: "POST", path: "/v1/elders", body: `{"phones":["12"],"birth_date":"yesterday"}`}, 422, "birth_date"},
		{"unknown field", ask{method: "POST", path: "/v1/elders", body: `{"name":"x","adress":"y"}`}, 422, "adress"},
		{"stale version", ask{method: "PATCH", path: "/v1/elders/e1", body: `{"version":99,"name":"x"}`}, 409, ""},
		{"no version", ask{method: "PATCH", path: "/v1/elders/e1", body: `{"name":"x"}`}, 422, "version"},
		{"twice", ask{method: "POST", path: "/v1/devices", body: `{"identity":"pendant-1","protocol":"http"}`}, 409, "identity"},
		{"wrong query", ask{method: "GET", path: "/v1/nearest?lat=abc&limit=0"}, 422, "lat"},
		{"wrong limit", ask{method: "GET", path: "/v1/alerts?limit=many"}, 422, "limit"},
		{"wrong cursor", ask{method: "GET", path: "/v1/elders?cursor=@@"}, 422, "cursor"},
		{"wrong position", ask{method: "PUT", path: "/v1/helpers/h1/position", body: `{"lat":200,"lon":1}`}, 422, "lat"},
		{"wrong plan", ask{method: "POST", path: "/v1/plans", body: `{"body":"plan: x"}`}, 422, "priority"},
	} {
		c.ask.token = h.tokens["admin"]
		a := h.do(c.ask)
		if a.StatusCode != c.status {
			t.Errorf("%s: got %d, want %d: %s", c.name, a.StatusCode, c.status, a.body)
			continue
		}
		checkProblem(t, c.name, a)
		if c.names != "" && !strings.Contains(string(a.body), c.names) {
			t.Errorf("%s: %s does not name %s", c.name, a.body, c.names)
		}
	}
}

func checkProblem(t *testing.T, name string, a answer) {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Errorf("%s: %v: %s", name, err, a.body)
		return
	}
	if a.Header.Get("Content-Type") != "application/problem+json" || p.Status != a.StatusCode || p.Title == "" ||
		!strings.HasPrefix(p.Type, "urn:anling:problem:") || p.Instance != "urn:anling:request:"+a.Header.Get("X-Request-Id") {
		t.Errorf("%s: problem %+v with headers %v", name, p, a.Header)
	}
}

func TestWrongMethodSaysWhichAreRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.do(ask{method: "PUT", path: "/v1/elders/e1"})
	a.want(t, 405)
	if got := a.Header.Get("Allow"); got != "DELETE, GET, PATCH" {
		t.Errorf("Allow: %q", got)
	}
}

func TestWhatIsInternalStaysInside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := "secret 13912345678"
	s := h.server
	rt := route{http.MethodGet, "/x", nobody, func(http.ResponseWriter, *http.Request) error { panic(secret) }}
	h.server.routes = append(h.server.routes, rt)
	s.handler = s.observe(s.adapt(rt))
	a := h.serve("GET", "/x")
	if a.Code != 500 || strings.Contains(a.Body.String(), secret) {
		t.Errorf("a panic answers %d %s", a.Code, a.Body)
	}
	s.handler = s.observe(s.adapt(route{http.MethodGet, "/y", nobody, func(http.ResponseWriter, *http.Request) error {
		return fault.Wrap(fault.Internal, http.ErrHandlerTimeout, "%s", secret)
	}}))
	if a = h.serve("GET", "/y"); a.Code != 500 || strings.Contains(a.Body.String(), secret) {
		t.Errorf("an internal error answers %d %s", a.Code, a.Body)
	}
	if !strings.Contains(h.log.String(), `"level":"ERROR"`) {
		t.Error("an internal error wakes nobody")
	}
}

func TestLogNamesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	link := h.carrier.linkOf("k1")
	h.do(ask{method: "GET", path: link}).want(t, 200)
	h.do(ask{method: "GET", path: "/v1/elders?q=张秀英", token: h.tokens["read"]}).want(t, 200)
	h.do(ask{method: "GET", path: "/v1/alerts/" + id, token: h.tokens["read"]}).want(t, 200)
	log := h.log.String()
	for _, secret := range []string{strings.TrimPrefix(link, "/f/"), "张秀英", "19900000001", h.tokens["read"], "黄陂北路"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, `"route":"/f/{token}"`) {
		t.Error("the log lacks the template of the route")
	}
	metrics := string(h.do(ask{method: "GET", path: "/metrics"}).body)
	for _, want := range []string{`anling_http_requests_total{method="GET",route="/f/{token}",status="200"} 1`, "anling_press_commit_seconds_count 1", "anling_open_alerts 1", "anling_stream_clients 0"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	for path, csp := range map[string]string{"/v1/config": cspAPI, "/console/": cspConsole, "/docs": cspConsole, h.carrier.linkOf("k1"): cspPage, "/nothing": cspAPI} {
		a := h.do(ask{method: "GET", path: path})
		for k, want := range map[string]string{"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if got := a.Header.Get(k); got != want {
				t.Errorf("%s: %s is %q, want %q", path, k, got, want)
			}
		}
	}
}
