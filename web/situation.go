package web

import (
	"context"
	"reflect"
	"slices"

	"anling/alerts"
	"anling/internal/fault"
	"anling/registry"
)

// The roles of the pages without login.
const (
	pageFamily registry.RoleID = "page-family"
	pageHelper registry.RoleID = "page-helper"
)

// standing is how the caller stands to a record: the viewer, and the alert that lets them see more, if one does.
type standing struct {
	viewer
	alert alerts.AlertID
	glass string // the id of the emergency access that lets them
}

// note names the emergency access in the log.
func (st standing) note() string {
	if st.glass == "" {
		return ""
	}
	return glassNote + st.glass
}

// standing is how the caller stands to a record that does not exist yet.
func (s *Server) standing(ctx context.Context, record any) viewer {
	return s.listed(ctx, record)
}

// listed is how the caller stands to a record in a list. A list never opens what only an alert opens.
func (s *Server) listed(ctx context.Context, record any) viewer {
	c, v := callerOf(ctx), viewer{}
	own := false
	switch x := record.(type) {
	case registry.Elder:
		v = s.viewerIn(ctx, x.Centre)
	case registry.Device:
		v, own = s.viewerIn(ctx, x.Centre), c.is(x.InstalledBy)
	case registry.Helper:
		v, own = s.viewerIn(ctx, x.Centre), c.firm() != "" && x.Provider == c.firm()
	case registry.Provider:
		v, own = s.viewerIn(ctx, x.Centre), c.firm() != "" && x.ID == c.firm()
	case registry.Centre:
		v = s.viewerIn(ctx, x.ID)
	case registry.Operator:
		v, own = s.viewerIn(ctx, x.Centre), c.is(string(x.ID))
	default:
		v = s.viewer(ctx)
	}
	if own {
		v = v.in(registry.OwnRecord)
	}
	return v
}

// opened is how the caller stands to a record that is looked at by itself.
func (s *Server) opened(ctx context.Context, record any) (standing, error) {
	st := standing{viewer: s.listed(ctx, record)}
	switch x := record.(type) {
	case registry.Elder:
		return s.openedElder(ctx, st, x)
	case registry.Contact:
		return s.throughGlass(ctx, st, x.Elder)
	case registry.Device:
		return s.throughGlass(ctx, st, x.Elder)
	}
	return st, nil
}

func (s *Server) openedElder(ctx context.Context, st standing, elder registry.Elder) (standing, error) {
	st, err := s.throughGlass(ctx, st, elder.ID)
	if err != nil {
		return st, err
	}
	if st.alert, err = s.alertOf(ctx, elder.ID); err != nil {
		return st, err
	}
	if st.alert != "" {
		st.viewer = st.in(registry.DuringAlert)
	}
	fitted, err := s.fittedFor(ctx, st.viewer, elder.ID)
	if fitted {
		st.viewer = st.in(registry.OwnRecord)
	}
	if err != nil || callerOf(ctx).firm() == "" {
		return st, err
	}
	st.alert, err = s.acceptedFor(ctx, elder.ID)
	if st.alert != "" {
		st.viewer = st.in(registry.AfterAccept)
	}
	return st, err
}

// is tells whether the caller is the operator with an id.
func (c *caller) is(id string) bool {
	return id != "" && c.operator != nil && string(c.operator.ID) == id
}

// firm is the provider for whom the caller works; empty for who works for a centre.
func (c *caller) firm() registry.ProviderID {
	if c.operator == nil {
		return ""
	}
	return c.operator.Provider
}

// fittedFor tells whether the caller has fitted a device that is the elder's now. It is looked up only for whom it
// changes what they see.
func (s *Server) fittedFor(ctx context.Context, v viewer, elder registry.ElderID) (bool, error) {
	door := registry.Field{Resource: "elder", Name: "access", Class: string(access)}
	if r := v.lens.rights; r.Of(door, registry.OwnRecord)&^r.Of(door, registry.Always) == 0 {
		return false, nil
	}
	found, err := s.registry.ListDevices(ctx, callerOf(ctx).scope, registry.Query{Filters: map[string]string{"elder": string(elder)}, Limit: 100})
	return slices.ContainsFunc(found.Items, func(d registry.Device) bool { return callerOf(ctx).is(d.InstalledBy) }), err
}

// acceptedFor is the open alert of an elder to whom somebody of the caller's firm has promised to come.
func (s *Server) acceptedFor(ctx context.Context, elder registry.ElderID) (alerts.AlertID, error) {
	open, _, err := s.engine.List(ctx, registry.ScopeAll(), alerts.Filter{State: "open", Elder: elder, Limit: 1})
	if err != nil || len(open) == 0 {
		return "", err
	}
	for _, p := range open[0].People {
		h, ok := s.registry.Helpers().Get(registry.HelperID(p.ID))
		if ok && p.Part == alerts.PartHelper && p.State.Coming() && h.Provider == callerOf(ctx).firm() {
			return open[0].ID, nil
		}
	}
	return "", nil
}

// within refuses, as if it were not there, what is none of the business of somebody from a firm: other firms, their
// people, and elders to whom nobody of theirs has promised to come.
func (s *Server) within(ctx context.Context, record any) error {
	firm, ok := callerOf(ctx).firm(), false
	if firm == "" {
		return nil
	}
	var err error
	switch x := record.(type) {
	case registry.Provider:
		ok = x.ID == firm
	case registry.Helper:
		ok = x.Provider == firm
	case registry.Elder:
		var alert alerts.AlertID
		alert, err = s.acceptedFor(ctx, x.ID)
		ok = alert != ""
	case registry.Centre, registry.ServiceType:
		ok = true
	}
	if err == nil && !ok {
		return fault.New(fault.NotFound, "there is no such %s", s.gate.resources[reflect.TypeOf(record)])
	}
	return err
}

// alertOf is an open alert of an elder that the caller may work; empty when there is none.
func (s *Server) alertOf(ctx context.Context, elder registry.ElderID) (alerts.AlertID, error) {
	if !s.may(ctx, registry.AlertsWork) {
		return "", nil
	}
	open, _, err := s.engine.List(ctx, callerOf(ctx).scope, alerts.Filter{State: "open", Elder: elder, Limit: 1})
	if err != nil || len(open) == 0 {
		return "", err
	}
	return open[0].ID, nil
}

// alertViewer is how a caller stands to what belongs to an alert.
func (s *Server) alertViewer(ctx context.Context, c *caller, a *alerts.Alert) viewer {
	v := viewer{lens: s.lensOf(ctx, c), situation: registry.Always}
	if c.centre != "" && c.centre == a.Centre {
		v = v.in(registry.OwnCentre)
	}
	if !a.State.Ended() && v.lens.rights.May(registry.AlertsWork) && a.VisibleTo(c.scope) {
		v = v.in(registry.DuringAlert)
	}
	return v
}

// showsHelpers tells whether a caller may see where helpers are.
func (s *Server) showsHelpers(ctx context.Context, c *caller) bool {
	l := s.lensOf(ctx, c)
	place := registry.Field{Resource: "helper", Name: "position", Class: string(personal)}
	return l.rights.May("helpers.see") && l.rights.Of(place, registry.Always)&registry.MaySee != 0
}
