package web

import (
	"context"
	"net/http"

	"anling/alerts"
	"anling/internal/fault"
	"anling/registry"
)

// mergeRoutes are those of records that may be of one person.
func (s *Server) mergeRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/elders/duplicates", "elders.merge", s.listDuplicates},
		{http.MethodPost, "/v1/elders/{id}/merge", "elders.merge", s.mergeElders},
	}
}

// DuplicateView are two records that may be of one person.
type DuplicateView struct {
	A       gated[registry.Elder] `json:"a"`
	B       gated[registry.Elder] `json:"b"`
	Score   int                   `json:"score"` // per cent
	Reasons []string              `json:"reasons"`
}

// listDuplicates answers GET /v1/elders/duplicates, the likeliest first.
func (s *Server) listDuplicates(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	limit := q.limit("limit", 50, 200)
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.registryFor(r).Duplicates(r.Context(), limit)
	if err != nil {
		return err
	}
	count := len(all)
	if err := s.look(r.Context(), look{action: "elders.compared", resource: "elder", seen: seen{Count: &count}}); err != nil {
		return err
	}
	out := page[DuplicateView]{Items: []DuplicateView{}}
	for _, d := range all {
		out.Items = append(out.Items, DuplicateView{A: redact(s.listed(r.Context(), d.A), d.A), B: redact(s.listed(r.Context(), d.B), d.B),
			Score: d.Score, Reasons: d.Reasons})
	}
	return writeJSON(w, http.StatusOK, out)
}

// mergeElders answers POST /v1/elders/{id}/merge. While one of the two has an open alert the records stay as they are: whoever works
// it must not lose the person from the screen.
func (s *Server) mergeElders(w http.ResponseWriter, r *http.Request) error {
	var m registry.Merging
	if err := decode(w, r, &m); err != nil {
		return err
	}
	id := registry.ElderID(pathVar(r, "id"))
	for _, e := range []registry.ElderID{id, m.From} {
		if err := s.atRest(r.Context(), e); err != nil {
			return err
		}
	}
	if err := s.guardMerge(r, id, m); err != nil {
		return err
	}
	e, err := s.registryFor(r).MergeElders(r.Context(), id, m)
	if err != nil {
		return err
	}
	who, err := s.opened(r.Context(), e)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(who.viewer, e))
}

// guardMerge refuses to merge, and to change by merging, what the caller may not change: both records are there for them, and
// the fields that are given are theirs to write.
func (s *Server) guardMerge(r *http.Request, id registry.ElderID, m registry.Merging) error {
	if len(m.Fields) == 0 {
		return nil
	}
	e, err := s.registryFor(r).Elder(r.Context(), id)
	if err != nil {
		return err
	}
	return s.guardChange(r.Context(), e, m.Fields)
}

func (s *Server) atRest(ctx context.Context, e registry.ElderID) error {
	open, _, err := s.engine.List(ctx, registry.ScopeAll(), alerts.Filter{State: "open", Elder: e, Limit: 1})
	if err == nil && len(open) > 0 {
		return fault.New(fault.Conflict, "one of the two has an open alert; merge the records when it is over")
	}
	return err
}
