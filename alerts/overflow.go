package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// Share is an agreement as an alert carries it: which other centre sees it when nobody of its own has accepted it in time. It is
// copied at the press, so that the story can be told whatever is agreed upon later.
type Share struct {
	Agreement registry.AgreementID `json:"agreement"`
	To        registry.CentreID    `json:"to"`
	AfterS    int                  `json:"after_s"`
	Hours     []registry.Shift     `json:"hours"` // empty: always
	Zone      string               `json:"zone"`  // in which the hours are meant
}

// opens is the moment from which the partner may see an alert that began at base: not before the step's own time and that of the
// agreement, at once when nobody sits at the alert's centre, and only within the hours that were agreed upon. now is when it is asked: what
// was missed is not made up for outside of the hours.
func (g Share) opens(s *Step, a *Alert, base, now time.Time) (time.Time, bool) {
	at := base
	if !a.Unmanned {
		at = base.Add(max(time.Duration(s.At), time.Duration(g.AfterS)*time.Second))
	}
	open, ok := registry.OpensAt(g.Hours, later(at, now), registry.Zone(g.Zone))
	if !ok || !open.After(now) {
		return at, ok
	}
	return open, true
}

// nextShare says when each centre with which there is an agreement is to see the alert.
func nextShare(a *Alert, s *Step, base time.Time, o *outlook) {
	for _, g := range a.Overflow {
		if slices.Contains(a.Shared, g.To) || g.To == a.Centre {
			continue
		}
		if at, ok := g.opens(s, a, base, o.now); ok {
			o.at(at, Action{Step: s.ID + "/" + string(g.To), Do: s.Do, Line: s, To: g.To, Agreement: g.Agreement})
		}
	}
}

// evolveShared lets another centre see the alert, and sound for it.
func evolveShared(a *Alert, e Event) {
	if to := centreID(e.Data.To); !slices.Contains(a.Shared, to) {
		a.Shared = append(slices.Clone(a.Shared), to)
	}
	a.Level = max(a.Level, e.Data.Level)
}

// SharedWith reports whether a centre of the scope sees the alert, or has seen it while it was open, by an agreement.
func (a *Alert) SharedWith(scope registry.Scope) bool {
	return slices.ContainsFunc(a.Shared, scope.Has)
}

// overflow gives the agreements that hold for an alert of a centre, and whether nobody sits there.
func (e *Engine) overflow(ctx context.Context, tx *db.Tx, centre registry.CentreID, kind string) (all []Share, unmanned bool, err error) {
	roster := e.registry.Helpers()
	for _, g := range roster.Overflow(centre, kind, tx.Now()) {
		all = append(all, Share{Agreement: g.ID, To: g.To, AfterS: g.AfterS, Hours: g.Hours, Zone: roster.CentreZone(centre).String()})
	}
	if len(all) == 0 || e.seats == nil {
		return all, false, nil
	}
	manned, err := e.seats.Manned(ctx, tx, centre)
	if err != nil {
		return nil, false, fmt.Errorf("look who sits at centre %s: %w", centre, err)
	}
	return all, !manned, nil
}
