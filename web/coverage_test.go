package web

import (
	"strings"
	"testing"
	"time"

	"anling/registry"
)

// covered asks until the answer is reckoned.
func (h *house) covered(query, token string) map[string]any {
	h.t.Helper()
	if first := h.get("/v1/coverage"+query, token); first["state"] == "computing" && len(first["features"].([]any)) > 0 {
		h.t.Fatalf("%v", first)
	}
	_, _, err := h.server.coverage.Step(h.t.Context())
	must(h.t, err)
	return h.get("/v1/coverage"+query, token)
}

func (h *house) elderCovered() map[string]any {
	h.t.Helper()
	if v := h.get("/v1/elders/e1/coverage", "admin"); v["state"] != "computing" || v["hours"] != "" {
		h.t.Errorf("%v", v)
	}
	_, _, err := h.server.coverage.Step(h.t.Context())
	must(h.t, err)
	return h.get("/v1/elders/e1/coverage", "admin")
}

func kindsOf(v map[string]any) map[string]int {
	out := map[string]int{}
	for _, f := range v["features"].([]any) {
		out[f.(map[string]any)["properties"].(map[string]any)["kind"].(string)]++
	}
	return out
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withStreets(t))
	now := h.covered("?minutes=10", "admin")
	if now["type"] != "FeatureCollection" || now["state"] != "ready" || now["elders"] != 1.0 || now["covered"] != 1.0 || now["by_foot"] != 1.0 ||
		now["by_car"] != 0.0 || now["helpers"] != 3.0 || now["share"] != 1.0 || len(now["uncovered"].([]any)) != 0 {
		t.Fatalf("%v", now)
	}
	cell := now["features"].([]any)[0].(map[string]any)
	ring := cell["geometry"].(map[string]any)["coordinates"].([]any)[0].([]any)
	if len(ring) != 7 || cell["geometry"].(map[string]any)["type"] != "Polygon" || cell["properties"].(map[string]any)["median_s"].(float64) < 30 {
		t.Errorf("%v", cell)
	}
	h.clock.Advance(time.Hour)
	if again := h.get("/v1/coverage?minutes=10", "admin"); again["state"] != "stale" || again["covered"] != 1.0 {
		t.Errorf("%v", again)
	}
	one := h.elderCovered()
	if first := one["first"].([]any); one["count"] != 3.0 || one["by_foot"] != 3.0 || len(first) != 3 || first[0].(map[string]any)["name"] != "李强" ||
		strings.Trim(one["hours"].(string), "2") != "" || one["state"] != "ready" {
		t.Errorf("%v", one)
	}
	for _, id := range []registry.HelperID{"h1", "h2", "h3"} {
		_, err := h.reg.ChangeHelper(t.Context(), id, []byte(`{"version":1,"schedule":[{"days":[1],"from":"08:00","to":"12:00"}]}`))
		must(t, err)
	}
	h.clock.Advance(time.Hour)
	week := h.covered("?at=week", "admin")
	open := week["uncovered"].([]any)[0].(map[string]any)
	if open["name"] != "张秀英" || open["open_hours"] != 164.0 || open["nights"] != 56.0 || !strings.HasPrefix(open["open"].(string), "111111110000111") {
		t.Errorf("%v", open)
	}
	if k := kindsOf(week); k["volunteer"] != 1 || k["key"] != 1 || k["provider"] != 1 || k["cell"] != 1 {
		t.Errorf("%v", k)
	}
	for _, f := range week["features"].([]any) {
		p := f.(map[string]any)["properties"].(map[string]any)
		if p["kind"] != "cell" && (p["rank"] != 1.0 || !strings.Contains(p["zh"].(string), "1 位老人") || !strings.Contains(p["en"].(string), "1 elder")) {
			t.Errorf("%v", p)
		}
	}
	if hour := h.get("/v1/coverage?at=9", "admin"); hour["covered"] != 1.0 || hour["when"] != "9" {
		t.Errorf("%v", hour)
	}
	if theirs := h.get("/v1/coverage?at=9&centre=c2", "admin"); theirs["elders"] != 0.0 {
		t.Errorf("%v", theirs)
	}
	for _, wrong := range []string{"?at=168", "?at=noon", "?mode=tank", "?minutes=0"} {
		h.do(ask{method: "GET", path: "/v1/coverage" + wrong, token: h.tokens["admin"]}).want(t, 422)
	}
	h.do(ask{method: "GET", path: "/v1/coverage", token: h.tokens["signals"]}).want(t, 403)
}

// TestWhoMayNotSeeEldersSeesOnlyRoughPlaces holds that an auditor, who sees figures, learns neither names nor nearly an address.
func TestWhoMayNotSeeEldersSeesOnlyRoughPlaces(t *testing.T) {
	t.Parallel()
	h := newMatrixHouse(t)
	auditor := h.as("auditor", "c1")
	ask := func() map[string]any { return h.wantDirect(200, "GET", "/v1/coverage?at=week", auditor, "") }
	ask()
	_, _, err := h.server.coverage.Step(t.Context())
	must(t, err)
	v := ask()
	if v["state"] != "ready" || v["elders"].(float64) < 1 || len(v["uncovered"].([]any)) != 0 {
		t.Errorf("%v", v)
	}
	for kind := range kindsOf(v) {
		if kind != "cell" {
			t.Errorf("there is a %s", kind)
		}
	}
	for _, f := range v["features"].([]any) {
		if cell := f.(map[string]any)["properties"].(map[string]any)["cell"].(string); cell[1] != '8' {
			t.Errorf("cell %s is finer than some 900 metres", cell)
		}
	}
}

func TestNightsAsASpreadsheet(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withStreets(t))
	h.clock.Advance(17*time.Hour + 30*time.Minute) // 01:30 UTC
	_, _, err := h.server.coverage.Step(t.Context())
	must(t, err)
	zone := h.server.coverage.Zone()
	for range 24 {
		h.clock.Advance(time.Hour)
		_, _, err := h.server.coverage.Step(t.Context())
		must(t, err)
	}
	all := h.get("/v1/coverage/nights", "admin")["items"].([]any)
	if len(all) == 0 || all[0].(map[string]any)["elders"] != 1.0 || all[0].(map[string]any)["before"] != nil || len(all[0].(map[string]any)["open"].([]any)) != 168 {
		t.Fatalf("%v (%v)", all, zone)
	}
	sheet := h.do(ask{method: "GET", path: "/v1/coverage/nights?format=csv", token: h.tokens["admin"]})
	sheet.want(t, 200)
	lines := strings.Split(strings.TrimSpace(string(sheet.body)), "\n")
	if len(lines) != len(all)+1 || !strings.HasPrefix(lines[0], "day,minutes,elders") || !strings.Contains(lines[1], ",100.0,,0,0") {
		t.Errorf("%v", lines)
	}
	h.do(ask{method: "GET", path: "/v1/coverage/nights?format=xml", token: h.tokens["admin"]}).want(t, 422)
}
