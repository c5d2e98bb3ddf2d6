package web

import (
	"net/http"
	"time"

	"anling/alerts/coverage"
	"anling/geo"
	"anling/geo/cover"
	"anling/registry"
)

// ElderCoverageView is who could be at one elder's door in time, now and in the week.
type ElderCoverageView struct {
	State   string               `json:"state"`  // ready; stale: something newer is on its way; computing: something is still missing
	Placed  bool                 `json:"placed"` // it is known where they live
	Minutes int                  `json:"minutes"`
	At      *time.Time           `json:"at"`    // of which moment now is
	Count   int                  `json:"count"` // people who could be there now
	ByFoot  int                  `json:"by_foot"`
	ByBike  int                  `json:"by_bike"`
	ByCar   int                  `json:"by_car"`
	First   []gated[ArrivalView] `json:"first"` // the first three of them
	Zone    string               `json:"zone"`
	Hours   string               `json:"hours"` // a sign for each hour of the week: how many could be there, 0, 1, or 2 for more; "" while it is not known
}

// ArrivalView is somebody who could be at a door.
type ArrivalView struct {
	Helper    registry.HelperID `json:"helper"`
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	Mode      geo.Mode          `json:"mode"`
	DurationS int               `json:"duration_s"`
	ByRoad    bool              `json:"by_road"`
}

// elderCoverage answers GET /v1/elders/{id}/coverage.
func (s *Server) elderCoverage(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	minutes := q.limit("minutes", coverage.UsualMinutes, coverage.MostMinutes)
	if err := q.err(); err != nil {
		return err
	}
	e, err := s.registryFor(r).Elder(r.Context(), registry.ElderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	now, coming := s.coverage.Look(coverage.Ask{Minutes: minutes})
	week, later := s.coverage.Look(coverage.Ask{Minutes: minutes, Week: true})
	out := ElderCoverageView{State: "ready", Placed: e.Position != nil, Minutes: minutes, First: []gated[ArrivalView]{}, Zone: s.coverage.Zone().String()}
	if coming || later {
		out.State = "stale"
	}
	if now == nil || week == nil {
		out.State = "computing"
	}
	if now != nil {
		out.At = &now.At
		s.fillMoment(r, &out, now, e.ID)
	}
	if week != nil {
		if c, known := week.Of(e.ID); known {
			out.Hours = counts(c.Week)
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) fillMoment(r *http.Request, v *ElderCoverageView, now *coverage.Result, id registry.ElderID) {
	c, known := now.Of(id)
	if !known {
		return
	}
	m := c.Moment
	v.Count, v.ByFoot, v.ByBike, v.ByCar = int(m.Count), int(m.By[0]), int(m.By[1]), int(m.By[2])
	for i, who := range c.Helpers {
		h, ok := s.registry.Helpers().Get(who)
		if !ok || !callerOf(r.Context()).scope.Has(h.Centre) {
			continue
		}
		a := m.First[i]
		v.First = append(v.First, redact(s.viewerIn(r.Context(), h.Centre), ArrivalView{Helper: h.ID, Name: h.Name, Kind: h.Kind, Mode: cover.Modes()[a.Mode],
			DurationS: int(a.Duration.Seconds()), ByRoad: a.ByRoad}))
	}
}

func counts(w cover.Week) string {
	out := []byte(signs(w.Once))
	w.Twice.Each(func(hour int) { out[hour] = '2' })
	return string(out)
}
