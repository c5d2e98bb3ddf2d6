package web

import (
	"context"
	"reflect"
	"sync"

	"anling/internal/fault"
	"anling/registry"
)

// lens is a role with what the gate has worked out for it: how each kind of record looks through it in each
// situation. A role that was changed gets a new lens.
type lens struct {
	gate   *gate
	rights *registry.Rights // nil: may nothing, sees nothing

	mu    sync.RWMutex
	plans map[planKey]*plan
}

type planKey struct {
	of        reflect.Type
	situation registry.Situation
}

// viewer is for whom a record leaves the house: a role, and how they stand to the record at the moment.
type viewer struct {
	lens      *lens
	situation registry.Situation
}

// in adds a situation.
func (v viewer) in(s registry.Situation) viewer {
	v.situation |= s
	return v
}

// lenses keeps one lens for each role that is in use.
type lenses struct {
	registry *registry.Registry
	gate     *gate

	mu   sync.RWMutex
	byID map[registry.RoleID]*lens
}

func newLenses(r *registry.Registry, g *gate) *lenses {
	return &lenses{registry: r, gate: g, byID: map[registry.RoleID]*lens{}}
}

// of gives the lens of a role as it is now.
func (l *lenses) of(ctx context.Context, role registry.RoleID) *lens {
	rights := l.registry.RightsOf(ctx, role)
	l.mu.RLock()
	found := l.byID[role]
	l.mu.RUnlock()
	if found != nil && found.rights == rights {
		return found
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if rights == nil {
		delete(l.byID, role) // names of roles that there are not must not fill the memory
		return l.gate.blind
	}
	if found = l.byID[role]; found == nil || found.rights != rights {
		found = l.gate.lens(rights)
		l.byID[role] = found
	}
	return found
}

// lensOf is the role that a request is made with, as it is now.
func (s *Server) lensOf(ctx context.Context, c *caller) *lens {
	if c.role == "" {
		return s.gate.blind
	}
	return s.lenses.of(ctx, c.role)
}

// viewer is the caller of a request, as they stand to any record.
func (s *Server) viewer(ctx context.Context) viewer {
	return viewer{lens: s.lensOf(ctx, callerOf(ctx)), situation: registry.Always}
}

// viewerIn is the caller as they stand to the records of a centre.
func (s *Server) viewerIn(ctx context.Context, centre registry.CentreID) viewer {
	v := s.viewer(ctx)
	if own := callerOf(ctx).centre; own != "" && own == centre {
		v = v.in(registry.OwnCentre)
	}
	return v
}

// may tells whether the caller of a request may do something.
func (s *Server) may(ctx context.Context, a registry.Action) bool {
	return s.lensOf(ctx, callerOf(ctx)).rights.May(a)
}

// demand refuses who may not do something.
func (s *Server) demand(ctx context.Context, a registry.Action) error {
	if !s.may(ctx, a) {
		return fault.New(fault.Denied, "you may not do this")
	}
	return nil
}

// page is who reads a page without login.
func (s *Server) pageViewer(ctx context.Context, role registry.RoleID) viewer {
	return viewer{lens: s.lenses.of(ctx, role), situation: registry.Always}
}
