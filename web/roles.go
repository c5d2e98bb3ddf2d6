package web

import (
	"context"
	"net/http"

	"anling/internal/fault"
	"anling/registry"
)

// roleRoutes are the routes of the roles themselves.
func (s *Server) roleRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/roles", "roles.see", s.listRoles},
		{http.MethodPost, "/v1/roles", "roles.change", s.stepped(s.createRole)},
		{http.MethodGet, "/v1/roles/{id}", "roles.see", s.getRole},
		{http.MethodPatch, "/v1/roles/{id}", "roles.change", s.stepped(s.changeRole)},
		{http.MethodDelete, "/v1/roles/{id}", "roles.change", s.stepped(s.archiveRole)},
	}
}

// granting is what the caller of a request may give.
func (s *Server) granting(ctx context.Context) registry.Granting {
	return registry.Granting{By: s.lensOf(ctx, callerOf(ctx)).rights, Fields: s.gate.catalogue()}
}

// RolesView are the roles, and what they are made of.
type RolesView struct {
	Items      []registry.Role   `json:"items"`
	Next       *string           `json:"next"`
	Actions    []registry.Action `json:"actions"`
	Records    []RecordFields    `json:"records"`
	Rights     []string          `json:"rights"`
	Situations []string          `json:"situations"`
}

// RecordFields lists the fields of a kind of record by their classes.
type RecordFields struct {
	Record string              `json:"record"`
	Fields map[string][]string `json:"fields"`
}

// listRoles answers GET /v1/roles, with everything that a role can name.
func (s *Server) listRoles(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	archived := q.text("archived") == "true"
	all, err := s.registry.ListRoles(r.Context(), archived)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, RolesView{Items: some(all), Actions: registry.Actions(), Records: recordsOf(s.gate.catalogue()),
		Rights:     (registry.MaySee | registry.MaySeeMasked | registry.MayChange | registry.MayExport).Words(),
		Situations: (registry.Always | registry.OwnCentre | registry.DuringAlert | registry.OwnRecord | registry.AfterAccept).Words()})
}

func recordsOf(all []registry.Field) []RecordFields {
	out := []RecordFields{}
	for _, f := range all {
		if len(out) == 0 || out[len(out)-1].Record != f.Resource {
			out = append(out, RecordFields{Record: f.Resource, Fields: map[string][]string{}})
		}
		fields := out[len(out)-1].Fields
		fields[f.Class] = append(fields[f.Class], f.Name)
	}
	return out
}

// getRole answers GET /v1/roles/{id}.
func (s *Server) getRole(w http.ResponseWriter, r *http.Request) error {
	role, err := s.registry.Role(r.Context(), registry.RoleID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, role)
}

// createRole answers POST /v1/roles.
func (s *Server) createRole(w http.ResponseWriter, r *http.Request) error {
	var role registry.Role
	if err := decode(w, r, &role); err != nil {
		return err
	}
	made, err := s.registryFor(r).CreateRole(r.Context(), s.granting(r.Context()), role)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, made)
}

// changeRole answers PATCH /v1/roles/{id}.
func (s *Server) changeRole(w http.ResponseWriter, r *http.Request) error {
	patch, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	made, err := s.registryFor(r).ChangeRole(r.Context(), s.granting(r.Context()), registry.RoleID(pathVar(r, "id")), patch)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, made)
}

// archiveRole answers DELETE /v1/roles/{id}.
func (s *Server) archiveRole(w http.ResponseWriter, r *http.Request) error {
	if err := s.registryFor(r).ArchiveRole(r.Context(), s.granting(r.Context()), registry.RoleID(pathVar(r, "id"))); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// mayGive refuses to hand out, or to take over, a role that allows more than the caller's own: who may set the
// password of an administrator is one.
func (s *Server) mayGive(ctx context.Context, role string) error {
	rights := s.registry.RightsOf(ctx, registry.RoleID(role))
	if rights == nil {
		return nil // there is no such role: whoever has it can do nothing
	}
	if lacks := s.granting(ctx).Lacks(rights); len(lacks) > 0 {
		return &fault.Error{Kind: fault.Denied, Msg: "this role may do more than you", Fields: lacks}
	}
	return nil
}
