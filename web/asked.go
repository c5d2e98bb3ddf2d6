package web

import (
	"net/http"

	"anling/registry"
)

// helperAsked answers GET /v1/helpers/{id}/asked: how often somebody was asked this week, and what they did the last times.
func (s *Server) helperAsked(w http.ResponseWriter, r *http.Request) error {
	id := pathVar(r, "id")
	if err := s.ownerWithin(r, registry.HelperAttachments, id); err != nil {
		return err
	}
	if _, err := s.registryFor(r).Helper(r.Context(), registry.HelperID(id)); err != nil {
		return err
	}
	known, err := s.engine.Recall(r.Context(), registry.HelperID(id))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, known)
}
