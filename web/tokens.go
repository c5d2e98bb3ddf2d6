package web

import (
	"net/http"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// tokenRoutes are the bearer tokens of machines.
func (s *Server) tokenRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/tokens", "tokens.see", s.listTokens},
		{http.MethodPost, "/v1/tokens", "tokens.change", s.stepped(s.createToken)},
		{http.MethodDelete, "/v1/tokens/{id}", "tokens.change", s.stepped(s.revokeToken)},
	}
}

// listTokens answers GET /v1/tokens: those of the caller's centres.
func (s *Server) listTokens(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registry.ListTokens(r.Context())
	if err != nil {
		return err
	}
	v := page[registry.Token]{Items: []registry.Token{}}
	for _, t := range all {
		if callerOf(r.Context()).holds(t) {
			v.Items = append(v.Items, t)
		}
	}
	return writeJSON(w, http.StatusOK, v)
}

// holds tells whether a token is one of the caller's centres.
func (c *caller) holds(t registry.Token) bool {
	return c.scope.All() || t.Centre != "" && c.scope.Has(t.Centre)
}

// tokenBody is a token to be made.
type tokenBody struct {
	Name    string            `json:"name"`
	Scope   string            `json:"scope"`
	Device  registry.DeviceID `json:"device,omitempty"`
	Centre  registry.CentreID `json:"centre,omitempty"`
	Expires time.Time         `json:"expires,omitzero"`
}

// TokenView is a new token; what it is, is told this once.
type TokenView struct {
	Token registry.Token `json:"token"`
	Plain string         `json:"plain"`
}

// createToken answers POST /v1/tokens. Nobody makes a token that may do what they may not, or that reaches further than they do.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request) error {
	var body tokenBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	if body.Centre == "" && !c.scope.All() {
		body.Centre = c.centre
	}
	if theirs := s.registry.RightsOf(r.Context(), roleOfScope(body.Scope)); theirs != nil {
		for _, a := range theirs.Actions() {
			if !s.may(r.Context(), a) {
				return fault.New(fault.Denied, "this token could do more than you may do yourself")
			}
		}
	}
	plain, made, err := s.registryFor(r).CreateToken(r.Context(), registry.Token{Name: body.Name, Scope: body.Scope, Device: body.Device,
		Centre: body.Centre, Expires: body.Expires})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, TokenView{Token: made, Plain: plain})
}

// revokeToken answers DELETE /v1/tokens/{id}.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registry.ListTokens(r.Context())
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID != pathVar(r, "id") || !callerOf(r.Context()).holds(t) {
			continue
		}
		if err := s.registryFor(r).RevokeToken(r.Context(), t.ID); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return fault.New(fault.NotFound, "there is no such token")
}
