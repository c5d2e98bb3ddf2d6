package web

import (
	"context"

	"anling/alerts"
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
}

// listed is how the caller stands to a record in a list. A list never opens what only an alert opens.
func (s *Server) listed(ctx context.Context, record any) viewer {
	c := callerOf(ctx)
	switch x := record.(type) {
	case registry.Elder:
		return s.viewerIn(ctx, x.Centre)
	case registry.Device:
		return s.viewerIn(ctx, x.Centre)
	case registry.Helper:
		return s.viewerIn(ctx, x.Centre)
	case registry.Provider:
		return s.viewerIn(ctx, x.Centre)
	case registry.Centre:
		return s.viewerIn(ctx, x.ID)
	case registry.Operator:
		v := s.viewerIn(ctx, x.Centre)
		if c.operator != nil && c.operator.ID == x.ID {
			v = v.in(registry.OwnRecord)
		}
		return v
	}
	return s.viewer(ctx)
}

// opened is how the caller stands to a record that is looked at by itself.
func (s *Server) opened(ctx context.Context, record any) (standing, error) {
	st := standing{viewer: s.listed(ctx, record)}
	elder, is := record.(registry.Elder)
	if !is {
		return st, nil
	}
	var err error
	if st.alert, err = s.alertOf(ctx, elder.ID); err == nil && st.alert != "" {
		st.viewer = st.in(registry.DuringAlert)
	}
	return st, err
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
