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

// nobody stands in the table of routes where no log-in is needed, anybody where any will do.
const (
	nobody  registry.Action = ""
	anybody registry.Action = "*"
)

// caller is who makes a request.
type caller struct {
	role     registry.RoleID   // empty: without any right
	centre   registry.CentreID // where they work; empty for a token of all centres
	scope    registry.Scope
	actor    alerts.Actor
	operator *registry.Operator // of a session
	token    *registry.Token    // of a machine
	session  *registry.Session
	standing registry.Standing           // of the operator
	lacks    string                      // what a session has to do before anything else
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

// roleOfScope is the role that a token's scope stands for.
func roleOfScope(scope string) registry.RoleID { return registry.RoleID("token-" + scope) }

// admit finds out who calls and whether they may. Who sends a bearer token means that token, whatever
// cookies come with it.
func (s *Server) admit(r *http.Request, need registry.Action) error {
	if need == nobody {
		return nil
	}
	c, err := s.identify(r)
	if err != nil {
		return err
	}
	if err := c.refuseLacking(); err != nil {
		return err
	}
	// What is remembered of a session is shared by its requests; the role is as it is now.
	mine := *c
	mine.actor.Rights = s.lensOf(r.Context(), c).rights
	infoOf(r.Context()).caller = &mine
	if need == anybody {
		return nil
	}
	return s.demand(r.Context(), need)
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
	role := roleOfScope(t.Scope)
	scope := registry.ScopeAll()
	if t.Centre != "" {
		if scope, err = s.registry.ScopeUnder(ctx, t.Centre); err != nil {
			return nil, err
		}
	}
	return &caller{
		role:   role,
		centre: t.Centre,
		scope:  scope,
		actor:  alerts.Actor{Kind: alerts.ActorOperator, ID: t.ID, Name: t.Name, Role: wordForRole(t.Scope)},
		token:  &t,
		check: func(ctx context.Context) error {
			_, err := s.registry.CheckToken(ctx, plain)
			return err
		},
	}, nil
}

// wordForRole is what the story of an alert calls the role of a token.
func wordForRole(scope string) string {
	if scope == registry.TokenOperate {
		return registry.RoleOperator
	}
	return scope
}
