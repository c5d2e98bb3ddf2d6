package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
	"anling/registry"
)

// NearView is a helper near a place.
type NearView struct {
	Helper       registry.HelperID `json:"helper"`
	Name         string            `json:"name"`
	Kind         string            `json:"kind"`
	Mode         geo.Mode          `json:"mode"`
	DurationS    int               `json:"duration_s"`
	DistanceM    int               `json:"distance_m"`
	Position     *geo.Position     `json:"position"`
	PositionAgeS *int              `json:"position_age_s"`
	ByRoad       bool              `json:"by_road"`
}

// nearest answers GET /v1/nearest: the available helpers who can be at a place soonest.
func (s *Server) nearest(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	at := orb.Point{q.number("lon", -180, 180), q.number("lat", -90, 90)}
	limit := q.limit("limit", 5, 100)
	mode := geo.Mode(q.text("mode"))
	if mode != "" && !mode.Valid() {
		q.bad = append(q.bad, fault.Field{Name: "mode", Problem: "must be foot, bike or car"})
	}
	if err := q.err(); err != nil {
		return err
	}
	c := callerOf(r.Context())
	now := s.clock.Now()
	roster := s.registry.Helpers()
	found := s.roads.Nearest(geo.Query{
		Point: at, K: limit, Now: now, Modes: roster.ModesOf, By: only(mode),
		Keep: fitness{roster: roster, scope: c.scope, service: q.text("service"), mode: mode, now: now}.keep,
	})
	out := page[gated[NearView]]{Items: []gated[NearView]{}}
	for _, f := range found {
		if h, ok := roster.Get(registry.HelperID(f.ID)); ok && (c.firm() == "" || c.firm() == h.Provider) {
			out.Items = append(out.Items, redact(s.viewerIn(r.Context(), h.Centre), viewNear(h, f)))
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

// only gives the modes that count: all, or the one that was asked for.
func only(mode geo.Mode) []geo.Mode {
	if mode == "" {
		return nil
	}
	return []geo.Mode{mode}
}

// fitness is who may be found.
type fitness struct {
	roster  *registry.Roster
	scope   registry.Scope
	service string
	mode    geo.Mode
	now     time.Time
}

func (f fitness) keep(id string) bool {
	h, ok := f.roster.Get(registry.HelperID(id))
	if !ok || !f.scope.Has(h.Centre) {
		return false
	}
	return f.roster.Availability(h.ID, f.now, "").OK() &&
		(f.service == "" || f.roster.Services().Offers(h.Services, f.service)) &&
		(f.mode == "" || slices.Contains(h.Modes, f.mode))
}

func viewNear(h registry.Helper, f geo.Candidate) NearView {
	p := &geo.Position{Point: f.Point}
	if h.Position != nil && h.Position.Point == f.Point {
		p = h.Position
	}
	return NearView{
		Helper: h.ID, Name: h.Name, Kind: h.Kind, Mode: f.Travel.Mode,
		DurationS: int(f.Travel.Duration.Round(time.Second).Seconds()), DistanceM: int(f.Travel.Metres),
		Position: p, PositionAgeS: ageSeconds(f.PositionAge), ByRoad: f.Travel.ByRoad,
	}
}
