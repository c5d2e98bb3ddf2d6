package web

import (
	"context"
	"net/http"
	"strings"

	"anling/alerts"
	"anling/internal/audit"
	"anling/internal/fault"
	"anling/registry"
)

// right is what a route asks for. Beyond send each includes the one before it.
type right int

// The rights. A token of the scope signals may only send; nobody else may, but an admin, who may all.
const (
	nobody  right = iota // no log-in needed
	send                 // signals of devices
	read                 // alerts and the registry, without health, door codes and whole numbers
	operate              // handle alerts; enrol elders, contacts, devices and helpers
	manage               // response plans, providers, the list of operators
	admin                // centres, operators, everything
)

// allows reports whether somebody with the right may do what asks for need.
func (have right) allows(need right) bool {
	if need == send {
		return have == send || have == admin
	}
	return have >= need
}

// caller is who makes a request.
type caller struct {
	right    right
	scope    registry.Scope
	actor    alerts.Actor
	operator *registry.Operator // of a session
	token    *registry.Token    // of a machine
	session  *session
	check    func(context.Context) error // whether session or token still hold; nil for nobody
}

// logName says in the log who called: an id, never a name.
func (c *caller) logName() string {
	switch {
	case c.operator != nil:
		return "operator " + string(c.operator.ID)
	case c.token != nil:
		return "token " + c.token.ID
	}
	return "nobody"
}

// who is the caller in the audit log: an id, never a name.
func (c *caller) who() audit.Actor {
	switch {
	case c.operator != nil:
		return audit.Actor{Kind: audit.Operator, ID: string(c.operator.ID)}
	case c.token != nil:
		return audit.Actor{Kind: audit.Token, ID: c.token.ID}
	}
	return audit.Actor{Kind: audit.Nobody}
}

// callerOf is who makes the request; without log-in it is a caller without any right.
func callerOf(ctx context.Context) *caller { return infoOf(ctx).caller }

// rightOfRole is what an operator may do. A supervisor overrides rules of an alert by writing why,
// which alerts itself knows from the role.
func rightOfRole(role string) right {
	switch role {
	case registry.RoleOperator, registry.RoleSupervisor:
		return operate
	case registry.RoleManager:
		return manage
	case registry.RoleAdmin:
		return admin
	}
	return nobody
}

func rightOfScope(scope string) right {
	switch scope {
	case registry.TokenSignals:
		return send
	case registry.TokenRead:
		return read
	case registry.TokenOperate:
		return operate
	case registry.TokenAdmin:
		return admin
	}
	return nobody
}

// admit finds out who calls and whether they may. Who sends a bearer token means that token, whatever
// cookies come with it.
func (s *Server) admit(r *http.Request, need right) error {
	if need == nobody {
		return nil
	}
	c, err := s.identify(r)
	if err != nil {
		return err
	}
	infoOf(r.Context()).caller = c
	if !c.right.allows(need) {
		return fault.New(fault.Denied, "you may not do this")
	}
	return nil
}

func (s *Server) identify(r *http.Request) (*caller, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, plain, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") || plain == "" {
			return nil, fault.New(fault.Unauthenticated, "send a bearer token")
		}
		return s.bearer(r.Context(), strings.TrimSpace(plain))
	}
	if c, err := r.Cookie(s.cookieName()); err == nil && c.Value != "" {
		return s.sessions.caller(r.Context(), c.Value)
	}
	return nil, fault.New(fault.Unauthenticated, "log in or send a bearer token")
}

func (s *Server) bearer(ctx context.Context, plain string) (*caller, error) {
	t, err := s.registry.CheckToken(ctx, plain)
	if err != nil {
		if k := fault.KindOf(err); k == fault.NotFound || k == fault.Denied || k == fault.Invalid {
			return nil, fault.Wrap(fault.Unauthenticated, err, "the token is not valid")
		}
		return nil, err
	}
	role := t.Scope
	if role == registry.TokenOperate {
		role = registry.RoleOperator
	}
	scope := registry.ScopeAll()
	if t.Centre != "" {
		if scope, err = s.registry.ScopeUnder(ctx, t.Centre); err != nil {
			return nil, err
		}
	}
	return &caller{
		right: rightOfScope(t.Scope),
		scope: scope,
		actor: alerts.Actor{Kind: alerts.ActorOperator, ID: t.ID, Name: t.Name, Role: role},
		token: &t,
		check: func(ctx context.Context) error {
			_, err := s.registry.CheckToken(ctx, plain)
			return err
		},
	}, nil
}
