package web

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo/address"
)

// withPlaces gives a house a street with one numbered house, and a clinic.
func withPlaces(o *Options) {
	at := orb.Point{121.469, 31.233}
	o.Places = address.New([]address.Entry{
		{Kind: address.Street, Category: "highway=residential", Name: "黄陂北路", Others: []string{"Huangpi Road North"}, Area: "黄浦区", Code: "310101", Point: at,
			Lines: []orb.LineString{{{121.467, 31.233}, {121.471, 31.233}}}, Houses: []address.House{{Number: "227", Point: orb.Point{121.4685, 31.2331}}}},
		{Kind: address.POI, Category: "amenity=clinic", Name: "社区卫生服务中心", Point: orb.Point{121.4687, 31.2332}},
	})
}

func TestAddressesOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withPlaces)
	for query, want := range map[string]map[string]any{
		"q=hpbl": {"name": "黄陂北路", "kind": "street", "match": "exact", "exact": "street", "area_code": "310101", "label": "黄浦区黄陂北路", "category": "highway=residential"},
		"q=huangpi+road+north+227&lat=31.24&lon=121.47": {"exact": "house", "number": "227", "label": "黄浦区黄陂北路227号", "matched": "Huangpi Road North", "distance_m": 780.0},
		"lat=31.2332&lon=121.4685":                      {"exact": "house", "number": "227", "distance_m": 11.0},
	} {
		items := h.get("/v1/addresses?"+query, "read")["items"].([]any)
		if len(items) == 0 {
			t.Errorf("%s: found nothing", query)
			continue
		}
		first := items[0].(map[string]any)
		for field, v := range want {
			if first[field] != v {
				t.Errorf("%s: %s is %v, want %v", query, field, first[field], v)
			}
		}
		if p := first["position"].(map[string]any); p["lat"] == nil || p["lon"] == nil {
			t.Errorf("%s: has no position: %v", query, first)
		}
	}
	if all := h.get("/v1/addresses?lat=31.2332&lon=121.4685", "read")["items"].([]any); len(all) != 3 {
		t.Errorf("at a point there are a house, a street and a clinic; got %d", len(all))
	}
	if none := h.get("/v1/addresses?q=qqqq", "read")["items"].([]any); len(none) != 0 {
		t.Errorf("found %v", none)
	}
	for path, status := range map[string]int{"/v1/addresses": 422, "/v1/addresses?lat=31": 422, "/v1/addresses?q=x&lat=91&lon=0": 422, "/v1/addresses?q=x&limit=999": 422,
		"/v1/addresses?q=" + strings.Repeat("x", longestQuery+1): 422, "/v1/areas?lat=31": 422, "/v1/areas?lat=31.23&lon=121.47": 200} {
		h.do(ask{method: "GET", path: path, token: h.tokens["read"]}).want(t, status)
	}
	h.do(ask{method: "GET", path: "/v1/addresses?q=hpbl"}).want(t, 401)
	h.do(ask{method: "GET", path: "/v1/addresses?q=hpbl", token: h.tokens["signals"]}).want(t, 403)
}

// TestNoPlaces holds that a service without a file of places answers, with nothing.
func TestNoPlaces(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, query := range []string{"q=hpbl", "lat=31&lon=121"} {
		if all := h.get("/v1/addresses?"+query, "read")["items"].([]any); len(all) != 0 {
			t.Errorf("%s: found %v", query, all)
		}
	}
}

func TestAreasAtAPointOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	send := func(media, body string) answer {
		return h.do(ask{method: "POST", path: "/v1/areas/import?system=gcj02", token: h.tokens["admin"], body: body, header: map[string]string{"Content-Type": media}})
	}
	send("text/csv", "code,name,parent,level\n31,上海市,,1\n3101,上海市,31,2\n310101,黄浦区,3101,3\n").want(t, 200)
	send("application/geo+json", `{"type":"Feature","properties":{"code":"310101"},"geometry":{"type":"Polygon","coordinates":[[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.3],[121.4,31.2]]]}}`).want(t, 200)
	items := h.get("/v1/areas?lat=31.23&lon=121.47", "read")["items"].([]any)
	if len(items) != 3 {
		t.Fatalf("got %v", items)
	}
	if last := items[2].(map[string]any); last["code"] != "310101" || last["approximate"] != false || last["distance_m"] != 0.0 {
		t.Errorf("got %v", last)
	}
}

// TestAddressFarFromThePoint holds that who writes an elder's address is told when the point is elsewhere, in their language.
func TestAddressFarFromThePoint(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withPlaces)
	a := h.do(ask{method: "PATCH", path: "/v1/elders/e1", token: h.tokens["operate"], body: `{"version":1,"address":"黄陂北路227号502室","position":{"lat":31.2431,"lon":121.4685}}`,
		header: map[string]string{"Accept-Language": "zh"}})
	a.want(t, 200)
	if body := string(a.body); !strings.Contains(body, "离地图上的点有 1110 米") || !strings.Contains(body, "problem.advice.address_far") || !strings.Contains(body, "黄陂北路227号502室") {
		t.Errorf("got %s", body)
	}
}
