package alerts

import (
	"context"
	"strconv"

	"anling/internal/db"
	"anling/registry"
)

const (
	listLimit = 100
	listMax   = 500
)

// Filter chooses alerts for a list.
type Filter struct {
	State  string // open, closed, all (or ""), or a State
	Elder  registry.ElderID
	Device registry.DeviceID
	Centre registry.CentreID
	Cursor string
	Limit  int
}

// Change is one event together with the alert as it stands now.
type Change struct {
	Event Event
	Alert *Alert
}

// Get reads one alert.
func (e *Engine) Get(ctx context.Context, id AlertID) (*Alert, error) {
	var a *Alert
	err := e.db.View(ctx, func(tx *db.Tx) error {
		var err error
		a, err = e.store.read(ctx, tx, id, "")
		return err
	})
	return a, err
}

// List reads a page of alerts, newest first; next is the cursor of the page after it, or nil.
func (e *Engine) List(ctx context.Context, scope registry.Scope, f Filter) (items []*Alert, next *string, err error) {
	if f.Limit <= 0 {
		f.Limit = listLimit
	}
	f.Limit = min(f.Limit, listMax)
	err = e.db.View(ctx, func(tx *db.Tx) error {
		items, next, err = e.store.list(ctx, tx, scope, f)
		return err
	})
	return items, next, err
}

// Events reads the whole timeline of an alert.
func (e *Engine) Events(ctx context.Context, id AlertID) ([]Event, error) {
	var out []Event
	err := e.db.View(ctx, func(tx *db.Tx) error {
		if _, err := e.store.read(ctx, tx, id, ""); err != nil {
			return err
		}
		var err error
		out, err = e.part(ctx, tx, id, EventQuery{})
		return err
	})
	return out, err
}

// After reads what happened after a global number, in the order of the numbers. They have no gaps and become
// visible in order, so nothing is passed over that commits late.
func (e *Engine) After(ctx context.Context, global int64, limit int) ([]Change, error) {
	var out []Change
	err := e.db.View(ctx, func(tx *db.Tx) error {
		rows, err := e.store.events(ctx, tx, `e.global > ? ORDER BY e.global LIMIT `+strconv.Itoa(limit), global)
		if err != nil {
			return err
		}
		known := map[AlertID]*Alert{}
		for _, r := range rows {
			if known[r.Alert] == nil {
				if known[r.Alert], err = e.store.read(ctx, tx, r.Alert, ""); err != nil {
					return err
				}
			}
			out = append(out, Change{Event: r.Event, Alert: known[r.Alert]})
		}
		return nil
	})
	return out, err
}

// LastGlobal is the global number of the newest event; 0 when there is none.
func (e *Engine) LastGlobal(ctx context.Context) (int64, error) {
	var n int64
	err := e.db.View(ctx, func(tx *db.Tx) error {
		var err error
		n, err = e.store.lastGlobal(ctx, tx)
		return err
	})
	return n, err
}

// Upcoming says what the plan will do if nothing changes, soonest first.
func (e *Engine) Upcoming(a *Alert) []Upcoming {
	plan := e.plans.cached(a.Plan)
	if plan == nil {
		return nil
	}
	_, next := plan.Next(a, e.clock.Now())
	return next
}
