package web

import (
	"context"
	"net/http"

	"anling/registry"
)

// moveBody asks for a move to another centre.
type moveBody struct {
	Centre registry.CentreID `json:"centre"`
	Reason string            `json:"reason"`
}

// answerBody is what the other centre says to a move.
type answerBody struct {
	Note string `json:"note,omitempty"`
}

// moveRoutes are how elders, devices and helpers go from one centre to another.
func (s *Server) moveRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	type reg = *registry.Registry
	return []route{
		{post, "/v1/elders/{id}/move", "elders.move", s.moves(func(ctx context.Context, r reg, id string, b moveBody) (registry.Move, error) {
			return r.MoveElder(ctx, registry.ElderID(id), b.Centre, b.Reason)
		})},
		{post, "/v1/devices/{id}/move", "elders.move", s.moves(func(ctx context.Context, r reg, id string, b moveBody) (registry.Move, error) {
			return r.MoveDevice(ctx, registry.DeviceID(id), b.Centre, b.Reason)
		})},
		{post, "/v1/helpers/{id}/move", "elders.move", s.moves(func(ctx context.Context, r reg, id string, b moveBody) (registry.Move, error) {
			return r.MoveHelper(ctx, registry.HelperID(id), b.Centre, b.Reason)
		})},
		{get, "/v1/moves", "elders.move", s.listMoves},
		{get, "/v1/moves/{id}", "elders.move", s.getMove},
		{post, "/v1/moves/{id}/accept", "elders.move", s.answerMove(registry.MoveAccepted)},
		{post, "/v1/moves/{id}/decline", "elders.move", s.answerMove(registry.MoveDeclined)},
		{post, "/v1/moves/{id}/withdraw", "elders.move", s.answerMove(registry.MoveWithdrawn)},
	}
}

// moves answers POST …/move: 201 with the move, which is done already or waits for the other centre.
func (s *Server) moves(move func(context.Context, *registry.Registry, string, moveBody) (registry.Move, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var b moveBody
		if err := decode(w, r, &b); err != nil {
			return err
		}
		m, err := move(r.Context(), s.registryFor(r), pathVar(r, "id"), b)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusCreated, redact(s.viewer(r.Context()), m))
	}
}

// listMoves answers GET /v1/moves: those from and to the caller's centres, newest first.
func (s *Server) listMoves(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	state, limit := q.text("state"), q.limit("limit", 100, 500)
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.registryFor(r).Moves(r.Context(), state, limit)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[gated[registry.Move]]{Items: redactAll(s.viewer(r.Context()), all)})
}

func (s *Server) getMove(w http.ResponseWriter, r *http.Request) error {
	m, err := s.registryFor(r).Move(r.Context(), registry.MoveID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(s.viewer(r.Context()), m))
}

func (s *Server) answerMove(state string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var b answerBody
		if err := decode(w, r, &b); err != nil {
			return err
		}
		m, err := s.registryFor(r).AnswerMove(r.Context(), registry.MoveID(pathVar(r, "id")), state, b.Note)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, redact(s.viewer(r.Context()), m))
	}
}
