package web

import (
	"strings"
	"testing"

	"anling/devices"
	"anling/registry"
)

// TestRegistryLife creates, reads, finds, changes and archives one record of each kind, by its example.
func TestRegistryLife(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/v1/elders", "/v1/contacts", "/v1/devices", "/v1/helpers", "/v1/providers", "/v1/centres", "/v1/operators"} {
		do := func(method, path, body string, status int) map[string]any {
			t.Helper()
			a := h.do(ask{method: method, path: path, token: h.tokens["admin"], body: body})
			a.want(t, status)
			if len(a.body) == 0 {
				return nil
			}
			return a.json(t)
		}
		id := do("POST", path, docs()["POST "+path].example, 201)["id"].(string)
		one := path + "/" + id
		if v := do("GET", one, "", 200)["version"]; v != float64(1) {
			t.Errorf("%s: version %v", path, v)
		}
		if list := h.do(ask{method: "GET", path: path + "?limit=500", token: h.tokens["admin"]}); !strings.Contains(string(list.body), id) {
			t.Errorf("%s: not in the list", path)
		}
		if v := do("PATCH", one, `{"version":1}`, 200)["version"]; v != float64(2) {
			t.Errorf("%s: version %v after a change", path, v)
		}
		do("PATCH", one, `{"version":1}`, 409)
		do("DELETE", one, "", 204)
		if list := h.do(ask{method: "GET", path: path + "?limit=500", token: h.tokens["admin"]}); strings.Contains(string(list.body), `"id":"`+id+`"`) {
			t.Errorf("%s: archived and still in the list", path)
		}
		do("GET", one, "", 200)
	}
}

func TestListInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.get("/v1/helpers?limit=2", "read")
	next, ok := first["next"].(string)
	if !ok || len(first["items"].([]any)) != 2 {
		t.Fatalf("first page: %v", first)
	}
	second := h.get("/v1/helpers?limit=2&cursor="+next, "read")
	if second["next"] != nil || len(second["items"].([]any)) != 1 {
		t.Errorf("second page: %v", second)
	}
}

func TestNewHelperIsOnDuty(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.do(ask{method: "POST", path: "/v1/helpers", token: h.tokens["operate"], body: `{"name":"周涛","phones":["+8619900002009"]}`})
	a.want(t, 201)
	if a.json(t)["on_duty"] != true {
		t.Errorf("got %s", a.body)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	items := h.get("/v1/nearest?lat=31.23&lon=121.47&limit=2&mode=foot", "read")["items"].([]any)
	if len(items) != 2 {
		t.Fatalf("got %v", items)
	}
	first := items[0].(map[string]any)
	if first["helper"] != "h1" || first["mode"] != "foot" || first["duration_s"].(float64) <= 0 || first["by_road"] != false {
		t.Errorf("first: %v", first)
	}
	if n := len(h.get("/v1/nearest?lat=31.23&lon=121.47&service=plumbing", "read")["items"].([]any)); n != 0 {
		t.Errorf("%d helpers offer plumbing", n)
	}
	if n := len(h.get("/v1/nearest?lat=31.23&lon=121.47&mode=car", "read")["items"].([]any)); n != 0 {
		t.Errorf("%d helpers have a car", n)
	}
}

func TestHelperMoves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// A phone whose clock is a year ahead must not pin its owner to one place.
	h.do(ask{method: "PUT", path: "/v1/helpers/h3/position", token: h.tokens["operate"], body: `{"lat":31.2301,"lon":121.4701,"time":"2027-11-23T08:00:00Z"}`}).want(t, 204)
	if first := h.get("/v1/nearest?lat=31.23&lon=121.47", "read")["items"].([]any)[0].(map[string]any); first["helper"] != "h3" || first["position_age_s"] != float64(0) {
		t.Errorf("nearest: %v", first)
	}
	h.do(ask{method: "PUT", path: "/v1/helpers/none/position", token: h.tokens["operate"], body: `{"lat":31.2301,"lon":121.4701}`}).want(t, 404)
}

func TestSignals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	send := func(body string) answer {
		return h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: body})
	}
	first, again := send(`{"id":"1","device":"pendant-1","kind":"sos"}`), send(`{"id":"1","device":"pendant-1","kind":"sos"}`)
	first.want(t, 202)
	if string(first.body) != string(again.body) {
		t.Errorf("sent again: %s then %s", first.body, again.body)
	}
	unknown := send(`{"id":"2","device":"nobody knows it","kind":"fall"}`)
	unknown.want(t, 202)
	id := unknown.json(t)["alert"].(string)
	if a := h.get("/v1/alerts/"+id, "read"); a["unidentified"] != true {
		t.Errorf("alert of an unknown device: %v", a)
	}
	if beat := send(`{"device":"pendant-1","kind":"heartbeat"}`).json(t); beat["alert"] != nil || beat["signal"] == "" {
		t.Errorf("heartbeat: %v", beat)
	}
	if d := h.get("/v1/devices/d1", "read"); d["last_seen_at"] == nil {
		t.Error("the device has just pressed and was never heard of")
	}
	items := h.get("/v1/devices/d1/signals", "operate")["items"].([]any)
	if len(items) == 0 || !strings.Contains(items[len(items)-1].(map[string]any)["raw"].(string), "sos") {
		t.Errorf("signals of the device: %v", items)
	}
	if masked := h.get("/v1/devices/d1/signals", "read")["items"].([]any)[0].(map[string]any); masked["raw"] != "" {
		t.Errorf("a reader sees what was sent: %v", masked)
	}
}

func TestTokenOfOneDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.reg.CreateDevice(t.Context(), registry.Device{ID: "d2", Identity: "pendant-2", Protocol: "http"})
	must(t, err)
	plain, _, err := h.reg.CreateToken(t.Context(), registry.Token{Name: "one", Scope: registry.TokenSignals, Device: "d1"})
	must(t, err)
	h.do(ask{method: "POST", path: "/v1/signals", token: plain, body: `{"id":"1","kind":"sos"}`}).want(t, 202)
	h.do(ask{method: "POST", path: "/v1/signals", token: plain, body: `{"id":"2","device":"pendant-2","kind":"sos"}`}).want(t, 403)
}

// TestAlarmIsNeverRefusedForLoad fills the intake with heartbeats until it sheds them.
func TestAlarmIsNeverRefusedForLoad(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) {
		o.Intake = devices.NewIntake(devices.Options{DB: o.DB, Vault: vaultOf(t, o.DB), Registry: o.Registry, Engine: o.Engine, Clock: o.Clock, Pending: 1})
	})
	for i := range 3 {
		a := h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `{"device":"sensor-` + itoa(i) + `","kind":"heartbeat"}`})
		if a.StatusCode == 503 && a.Header.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
		if a.StatusCode != 202 && a.StatusCode != 503 {
			t.Errorf("heartbeat %d: %d", i, a.StatusCode)
		}
	}
	h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `{"id":"1","device":"pendant-1","kind":"sos"}`}).want(t, 202)
}

func TestPasswordAndPlans(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "PUT", path: "/v1/operators/o1/password", token: h.tokens["admin"], body: `{"password":"short"}`}).want(t, 422)
	h.do(ask{method: "PUT", path: "/v1/operators/o1/password", token: h.tokens["admin"], body: `{"password":"quite another phrase"}`}).want(t, 204)
	h.do(ask{method: "POST", path: "/v1/session", body: `{"name":"zhou","password":"quite another phrase"}`}).want(t, 200)
	plans := h.get("/v1/plans", "read")["items"].([]any)
	if len(plans) == 0 {
		t.Fatal("no plans")
	}
	h.get("/v1/plans/emergency", "read")
	h.do(ask{method: "GET", path: "/v1/plans/none", token: h.tokens["read"]}).want(t, 404)
}
