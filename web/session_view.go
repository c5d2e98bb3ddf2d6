package web

import (
	"context"
	"net/http"
	"time"

	"anling/registry"
)

// SessionView is who is logged in and what they may do: the console shows and hides by it. What it says is no more than
// a courtesy; every request is judged anew.
type SessionView struct {
	Operator  OperatorView                   `json:"operator"`
	Role      RoleRef                        `json:"role"`
	Actions   []registry.Action              `json:"actions"`
	Fields    map[string]map[string][]string `json:"fields"`
	Centres   []registry.CentreID            `json:"centres"`
	ID        string                         `json:"id"`
	Assurance string                         `json:"assurance"` // password or second_factor
	Lacks     string                         `json:"lacks"`     // what has to be done before anything else: password, second_factor or enrolment
	EndsAt    time.Time                      `json:"ends_at"`
}

// RoleRef names a role.
type RoleRef struct {
	ID   registry.RoleID `json:"id"`
	Name registry.Label  `json:"name"`
}

// OperatorView is an operator as the operator sees themself.
type OperatorView struct {
	ID          registry.OperatorID `json:"id"`
	Name        string              `json:"name"`
	DisplayName string              `json:"display_name"`
	Role        string              `json:"role"`
	Centre      registry.CentreID   `json:"centre"`
	Language    string              `json:"language"`
}

// viewSession tells who a caller with a session is. Of each field it lists the rights; one that does not hold always
// has its situation behind an @: "see@during_alert". Fields without any right are left out.
func (s *Server) viewSession(ctx context.Context, c *caller) (SessionView, error) {
	op, l := c.operator, s.lensOf(ctx, c)
	v := SessionView{Operator: OperatorView{ID: op.ID, Name: op.Name, DisplayName: op.DisplayName,
		Role: op.Role, Centre: op.Centre, Language: op.Language},
		Actions: []registry.Action{}, Fields: map[string]map[string][]string{},
		ID: c.session.ID, Assurance: c.session.Level, Lacks: c.lacks, EndsAt: c.session.EndsAt}
	v.Role.ID = registry.RoleID(op.Role)
	if l.rights != nil {
		v.Role.Name, v.Actions = l.rights.Name(), some(l.rights.Actions())
	}
	for _, f := range s.gate.catalogue() {
		if words := rightsOf(l.rights, f); len(words) > 0 {
			if v.Fields[f.Resource] == nil {
				v.Fields[f.Resource] = map[string][]string{}
			}
			v.Fields[f.Resource][f.Name] = words
		}
	}
	var err error
	v.Centres, err = s.centresOf(ctx, c)
	return v, err
}

// rightsOf lists what may be done with a field, each right with the situations in which it holds.
func rightsOf(r *registry.Rights, f registry.Field) []string {
	always := r.Of(f, registry.Always)
	out := always.Words()
	for _, s := range registry.Situations() {
		for _, w := range (r.Of(f, s) &^ always).Words() {
			out = append(out, w+"@"+s.Words()[0])
		}
	}
	return out
}

// centresOf lists the centres of a caller's scope.
func (s *Server) centresOf(ctx context.Context, c *caller) ([]registry.CentreID, error) {
	if !c.scope.All() {
		return some(c.scope.Centres()), nil
	}
	out := []registry.CentreID{}
	q := registry.Query{Limit: 500}
	for {
		found, err := s.registry.ListCentres(ctx, registry.ScopeAll(), q)
		if err != nil {
			return nil, err
		}
		for _, centre := range found.Items {
			out = append(out, centre.ID)
		}
		if found.Next == nil {
			return out, nil
		}
		q.Cursor = *found.Next
	}
}

// whoAmI answers GET /v1/session.
func (s *Server) whoAmI(w http.ResponseWriter, r *http.Request) error {
	c, err := s.self(r)
	if err != nil {
		return err
	}
	v, err := s.viewSession(r.Context(), c)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, v)
}
