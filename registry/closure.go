package registry

import (
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// Closure is a stretch of road, from one crossing to the next, that nobody is led through for a while.
type Closure struct {
	ID      string     `json:"id"`
	Centre  CentreID   `json:"centre"`
	Point   orb.Point  `json:"-"`     // the middle of the stretch, WGS-84
	Name    string     `json:"name"`  // of the road; empty when it has none
	Modes   []geo.Mode `json:"modes"` // to whom it is closed; none: to all
	Reason  string     `json:"reason"`
	At      time.Time  `json:"at"`
	Until   time.Time  `json:"until"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
}

// The reasons for which a road is closed. They are codes: what one types of one's own accord names people.
func closureReasons() []string {
	return []string{"works", "flood", "accident", "fire", "event", "gate", "snow", "other"}
}

// How long a road may be closed, and is when nobody says how long. One that stays closed is closed again, by somebody who has looked.
const (
	usualClosure   = 12 * time.Hour
	longestClosure = 90 * 24 * time.Hour
)

// CloseRoad closes a stretch from now on. It refuses, as Invalid, an unknown mode or reason and an end that is past or too far off.
func (r *Registry) CloseRoad(ctx context.Context, c Closure) (Closure, error) {
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		c.ID, c.At, c.EndedAt = db.NewID(), tx.Now(), nil
		if c.Until.IsZero() {
			c.Until = c.At.Add(usualClosure)
		}
		if err := c.check(); err != nil {
			return err
		}
		if err := insertClosure(ctx, tx, c, r.actor); err != nil {
			return err
		}
		r.noteClosure(ctx, tx, c, "closed")
		return nil
	})
	return c, err
}

func (c Closure) check() error {
	var bad problems
	for _, m := range c.Modes {
		if !m.Valid() {
			bad.add("modes", "must be foot, bike or car")
		}
	}
	if !slices.Contains(closureReasons(), c.Reason) {
		bad.add("reason", "must be works, flood, accident, fire, event, gate, snow or other")
	}
	if !c.Until.After(c.At) || c.Until.Sub(c.At) > longestClosure {
		bad.add("until", "must lie in the next 90 days")
	}
	return bad.err("closed road")
}

func (r *Registry) noteClosure(ctx context.Context, tx *db.Tx, c Closure, verb string) {
	r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "road." + verb, Resource: "road", ID: c.ID, Centre: string(c.Centre),
		Data: map[string]any{"name": c.Name, "modes": c.Modes, "reason": c.Reason, "until": c.Until}})
}

// OpenRoad ends a closure before its time; one that has ended already stays as it is. NotFound: there is none, or another
// centre has closed it. What a machine has closed, anybody opens.
func (r *Registry) OpenRoad(ctx context.Context, id string) (c Closure, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		c, err = findClosure(ctx, tx, id)
		if fault.Is(err, fault.NotFound) || err == nil && c.Centre != "" && !r.scope.Has(c.Centre) {
			return fault.New(fault.NotFound, "there is no such closed road")
		}
		if err != nil {
			return err
		}
		now := tx.Now()
		if c.EndedAt != nil || !now.Before(c.Until) {
			return nil
		}
		c.EndedAt = &now
		if err := endClosure(ctx, tx, c); err != nil {
			return err
		}
		r.noteClosure(ctx, tx, c, "opened")
		return nil
	})
	return c, err
}

// ClosedRoads lists what is closed now, the newest first.
func (r *Registry) ClosedRoads(ctx context.Context) (all []Closure, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		all, err = listClosures(ctx, tx)
		return err
	})
	return all, err
}
