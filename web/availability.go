package web

import (
	"net/http"

	"anling/registry"
)

// AvailabilityView is whether a helper may be asked to go now, and everything that speaks against it.
type AvailabilityView struct {
	Available bool                 `json:"available"`
	Why       []registry.Hindrance `json:"why"`
	InPlaceOf registry.HelperID    `json:"in_place_of"` // who is away, when the helper stands in for somebody
}

// helperAvailability answers GET /v1/helpers/{id}/availability by the rule that decides whom an alert asks.
func (s *Server) helperAvailability(w http.ResponseWriter, r *http.Request) error {
	id := registry.HelperID(pathVar(r, "id"))
	h, err := s.registryFor(r).Helper(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.within(r.Context(), h); err != nil {
		return err
	}
	a := s.registry.Helpers().Availability(id, s.clock.Now(), "")
	return writeJSON(w, http.StatusOK, AvailabilityView{Available: a.OK(), Why: append([]registry.Hindrance{}, a.Why...), InPlaceOf: a.InPlaceOf})
}
