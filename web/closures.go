package web

import (
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
	"anling/registry"
)

// ClosureView is a closed road with its line.
type ClosureView struct {
	registry.Closure
	Position PointView `json:"position"` // the middle of the stretch
	Geometry *LineView `json:"geometry"` // null when today's map does not have the road
}

// PointView is a place, WGS-84.
type PointView struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

type closureBody struct {
	Lat    float64    `json:"lat"`
	Lon    float64    `json:"lon"`
	Modes  []geo.Mode `json:"modes"`
	Reason string     `json:"reason"`
	Until  time.Time  `json:"until"`
}

// closureRoutes are those of closed roads. They are for whoever works alerts: a road that is under water is closed by who hears of it.
func (s *Server) closureRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/closures", "alerts.see", s.listClosures},
		{http.MethodPost, "/v1/closures", "alerts.work", s.closeRoad},
		{http.MethodDelete, "/v1/closures/{id}", "alerts.work", s.openRoad},
	}
}

func docsClosures() map[string]doc {
	const tag = "geo"
	return map[string]doc{
		"GET /v1/closures": {tag: tag, summary: "Roads that nobody is led through now", answer: page[ClosureView]{}},
		"POST /v1/closures": {tag: tag, summary: "Close the stretch of road at a place, from one crossing to the next; travel times change at once. Reasons: works, flood, accident, fire, event, gate, snow, other. Without until for 12 hours, without modes to all",
			body: closureBody{}, answer: ClosureView{}, status: 201, want: 422, example: `{"lat":31.2304,"lon":121.4737,"modes":["car"],"reason":"flood"}`},
		"DELETE /v1/closures/{id}": {tag: tag, summary: "Open it again before its time", answer: ClosureView{}, want: 404},
	}
}

// clickWithin is how far from a road somebody may click and still mean it.
const clickWithin geo.Metres = 50

func (s *Server) closeRoad(w http.ResponseWriter, r *http.Request) error {
	var body closureBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	at := orb.Point{body.Lon, body.Lat}
	if !geo.Valid(at) {
		return fault.InvalidFields("a road cannot be closed there", []fault.Field{{Name: "lat", Problem: "must be a place on earth"}})
	}
	segment, _, ok := s.roads.Map().NearestSegment(at, clickWithin)
	if !ok {
		return fault.InvalidFields("a road cannot be closed there", []fault.Field{{Name: "lat", Problem: "there is no road within 50 metres"}})
	}
	c := registry.Closure{Centre: centreOf(callerOf(r.Context())), Point: segment.Middle(), Name: segment.Name, Modes: body.Modes, Reason: body.Reason, Until: body.Until}
	c, err := s.registryFor(r).CloseRoad(r.Context(), c)
	if err != nil {
		return err
	}
	s.closuresChanged()
	return writeJSON(w, http.StatusCreated, s.viewClosure(c))
}

func (s *Server) openRoad(w http.ResponseWriter, r *http.Request) error {
	c, err := s.registryFor(r).OpenRoad(r.Context(), pathVar(r, "id"))
	if err != nil {
		return err
	}
	s.closuresChanged()
	return writeJSON(w, http.StatusOK, s.viewClosure(c))
}

func (s *Server) listClosures(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registryFor(r).ClosedRoads(r.Context())
	if err != nil {
		return err
	}
	out := page[ClosureView]{Items: []ClosureView{}}
	for _, c := range all {
		out.Items = append(out.Items, s.viewClosure(c))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) viewClosure(c registry.Closure) ClosureView {
	v := ClosureView{Closure: c, Position: PointView{Lat: c.Point.Lat(), Lon: c.Point.Lon()}}
	if segment, _, ok := s.roads.Map().NearestSegment(c.Point, clickWithin); ok {
		v.Geometry = &LineView{Type: "LineString", Coordinates: segment.Line}
	}
	return v
}

// centreOf is the centre of an operator; a token has none.
func centreOf(c *caller) registry.CentreID {
	if c.operator == nil {
		return ""
	}
	return c.operator.Centre
}
