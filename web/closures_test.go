package web

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"anling/geo/road"
	"anling/registry"
)

// withStreets gives a house the streets of central Shanghai; closures take effect as cmd joins them.
func withStreets(t *testing.T) func(o *Options) {
	return func(o *Options) {
		m, err := road.Load(os.DirFS("../geo/mapdata"), "shanghai-centre.roads")
		if err != nil {
			t.Fatal(err)
		}
		crowd := road.NewCrowd(m)
		o.Registry.Helpers().Follow(crowd)
		var closed atomic.Pointer[road.Closures]
		o.Roads = road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: o.Registry.Helpers().Index(), Closed: closed.Load})
		reg := o.Registry
		o.ClosuresChanged = func() {
			all, err := reg.ClosedRoads(t.Context())
			if err != nil {
				t.Error(err)
			}
			var list []road.Closed
			for _, c := range all {
				if at, _, ok := m.NearestSegment(c.Point, 5); ok {
					list = append(list, road.Closed{Segment: at.ID, Modes: c.Modes})
				}
			}
			closed.Store(m.Close(list))
		}
	}
}

// TestARoadIsClosed closes a road on the way, looks at the longer way, and opens it again.
func TestARoadIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withStreets(t))
	const way = "/v1/route?from=31.2304,121.4737&to=31.2254,121.4657&mode=foot"
	free := h.get(way, "read")
	line := free["geometry"].(map[string]any)["coordinates"].([]any)
	if free["by_road"] != true || len(line) < 10 || free["geometry"].(map[string]any)["type"] != "LineString" {
		t.Fatalf("%v", free)
	}
	var made map[string]any
	var body string
	for _, at := range line[1 : len(line)-1] { // a stretch for which there is no other just as short
		body = fmt.Sprintf(`{"lon":%v,"lat":%v,"modes":["foot"],"reason":"flood"}`, at.([]any)[0], at.([]any)[1])
		closing := h.do(ask{method: "POST", path: "/v1/closures", token: h.tokens["operate"], body: body})
		closing.want(t, 201)
		made = closing.json(t)
		if h.get(way, "read")["duration_s"].(float64) > free["duration_s"].(float64) {
			break
		}
		h.do(ask{method: "DELETE", path: "/v1/closures/" + made["id"].(string), token: h.tokens["operate"]}).want(t, 200)
	}
	if made["geometry"] == nil || made["until"] != h.clock.Now().Add(12*time.Hour).UTC().Format(time.RFC3339) {
		t.Errorf("%v", made)
	}
	if round := h.get(way, "read"); round["duration_s"].(float64) <= free["duration_s"].(float64) {
		t.Errorf("the way around takes %v s, the free one took %v", round["duration_s"], free["duration_s"])
	}
	if car := h.get("/v1/route?from=31.2304,121.4737&to=31.2254,121.4657&mode=car", "read"); car["by_road"] != true {
		t.Errorf("cars are led %v", car)
	}
	if all := h.get("/v1/closures", "read")["items"].([]any); len(all) != 1 || all[0].(map[string]any)["reason"] != "flood" {
		t.Errorf("%v", all)
	}
	h.do(ask{method: "DELETE", path: "/v1/closures/" + made["id"].(string), token: h.tokens["operate"]}).want(t, 200)
	if again := h.get(way, "read"); again["duration_s"] != free["duration_s"] {
		t.Errorf("opened again it takes %v s, not %v", again["duration_s"], free["duration_s"])
	}
	if all := h.get("/v1/closures", "read")["items"].([]any); len(all) != 0 {
		t.Errorf("%v", all)
	}
	here := `"lon":121.4737,"lat":31.2304`
	for _, wrong := range []string{`{"lat":10,"lon":10,"reason":"flood"}`, `{"lat":91,"lon":10,"reason":"flood"}`, `{` + here + `}`,
		`{` + here + `,"reason":"works","modes":["tank"]}`, `{` + here + `,"reason":"works","until":"2020-01-01T00:00:00Z"}`} {
		h.do(ask{method: "POST", path: "/v1/closures", token: h.tokens["operate"], body: wrong}).want(t, 422)
	}
	h.do(ask{method: "POST", path: "/v1/closures", token: h.tokens["read"], body: body}).want(t, 403)
	h.do(ask{method: "GET", path: "/v1/route?from=1&to=2,3", token: h.tokens["read"]}).want(t, 422)
}

// TestAClosedRoadEndsByItself holds that nothing stays closed because it was forgotten.
func TestAClosedRoadEndsByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withStreets(t))
	c, err := h.reg.CloseRoad(t.Context(), registry.Closure{Reason: "works", Until: h.clock.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(time.Hour)
	if all, err := h.reg.ClosedRoads(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%v %v after %v", all, err, c.Until)
	}
	if _, err := h.reg.OpenRoad(t.Context(), c.ID); err != nil {
		t.Error(err)
	}
}
