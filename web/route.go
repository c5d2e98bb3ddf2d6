package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
)

// RouteView is a way from one place to another.
type RouteView struct {
	Mode      geo.Mode `json:"mode"`
	DurationS int      `json:"duration_s"`
	DistanceM int      `json:"distance_m"`
	ByRoad    bool     `json:"by_road"`
	Geometry  LineView `json:"geometry"`
}

// LineView is a line in the direction of travel, as GeoJSON (RFC 7946, section 3.1.4): longitude first.
type LineView struct {
	Type        string         `json:"type"` // LineString
	Coordinates orb.LineString `json:"coordinates"`
}

// showRoute answers GET /v1/route.
func (s *Server) showRoute(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	from, to := q.place("from"), q.place("to")
	mode := geo.Mode(cmp.Or(q.text("mode"), string(geo.Foot)))
	if !mode.Valid() {
		q.bad = append(q.bad, fault.Field{Name: "mode", Problem: "must be foot, bike or car"})
	}
	if err := q.err(); err != nil {
		return err
	}
	way := s.roads.Route(from, to, mode, s.clock.Now())
	return writeJSON(w, http.StatusOK, RouteView{
		Mode: mode, DurationS: int(way.Duration.Round(time.Second).Seconds()), DistanceM: int(way.Metres), ByRoad: way.ByRoad,
		Geometry: LineView{Type: "LineString", Coordinates: way.Line},
	})
}

// place reads a place written as latitude,longitude.
func (q *query) place(name string) orb.Point {
	lat, lon, both := strings.Cut(q.text(name), ",")
	y, wrongY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, wrongX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	p := orb.Point{x, y}
	if !both || wrongX != nil || wrongY != nil || !geo.Valid(p) {
		q.bad = append(q.bad, fault.Field{Name: name, Problem: "must be latitude,longitude in degrees, as 31.2304,121.4737"})
		return orb.Point{}
	}
	return p
}
