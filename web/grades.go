package web

import (
	"net/http"
	"slices"

	"anling/registry"
)

// gradeRoutes tell how helpers and providers have done, and what of theirs somebody has to see to.
func (s *Server) gradeRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/helpers/{id}/grade", "helpers.see", s.helperGrade},
		{http.MethodGet, "/v1/providers/{id}/grade", "providers.see", s.providerGrade},
		{http.MethodGet, "/v1/helpers/{id}/availability", "helpers.see", s.helperAvailability},
		{http.MethodGet, "/v1/helpers/{id}/asked", "helpers.see", s.helperAsked},
		{http.MethodGet, "/v1/due", "helpers.see", s.listDue},
		{http.MethodGet, "/v1/elders/{id}/reachability", "contacts.see", s.listReached},
	}
}

func (s *Server) helperGrade(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownerWithin(r, registry.HelperAttachments, pathVar(r, "id")); err != nil {
		return err
	}
	g, err := s.registryFor(r).HelperGrade(r.Context(), registry.HelperID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g)
}

func (s *Server) providerGrade(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownerWithin(r, registry.ProviderAttachments, pathVar(r, "id")); err != nil {
		return err
	}
	g, err := s.registryFor(r).ProviderGrade(r.Context(), registry.ProviderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g)
}

// listReached answers GET /v1/elders/{id}/reachability: who of the contacts answered when an alarm asked.
func (s *Server) listReached(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registryFor(r).ReachedOf(r.Context(), registry.ElderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[registry.Reached]{Items: append([]registry.Reached{}, all...)})
}

// listDue answers GET /v1/due: certificates and inspections that expire within so many days, or are over.
func (s *Server) listDue(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	days := q.limit("days", 90, 366)
	if err := q.err(); err != nil {
		return err
	}
	all := s.registry.Helpers().Due(callerOf(r.Context()).scope, s.clock.Now(), days)
	if firm := string(callerOf(r.Context()).firm()); firm != "" {
		all = slices.DeleteFunc(all, func(d registry.Due) bool {
			return d.ID != firm && !s.isStaff(registry.HelperID(d.ID), registry.ProviderID(firm))
		})
	}
	return writeJSON(w, http.StatusOK, page[gated[registry.Due]]{Items: redactAll(s.viewer(r.Context()), all)})
}

// isStaff tells whether a helper is sent by a firm.
func (s *Server) isStaff(id registry.HelperID, firm registry.ProviderID) bool {
	h, ok := s.registry.Helpers().Get(id)
	return ok && h.Provider == firm
}
