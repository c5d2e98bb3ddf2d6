package alerts

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Candidates lists the helpers who could come, in the order in which they would be asked, with the
// reasons; those who have a part in the alert are marked with their state. leftOut are some of those who are near and
// would not be asked, nearest first, with why not; an operator may send them all the same.
func (e *Engine) Candidates(ctx context.Context, id AlertID, limit int) (found, leftOut []Candidate, err error) {
	err = e.db.View(ctx, func(tx *db.Tx) error {
		a, err := e.store.read(ctx, tx, id, "")
		if err != nil {
			return err
		}
		q := asking(a, false, tx.Now())
		if q.Known, err = e.reach(ctx, tx, a, max(findK, limit)); err != nil {
			return err
		}
		if err = e.recall(ctx, tx, q.Known); err != nil {
			return err
		}
		found, leftOut = q.spared(order(q))
		leftOut = append(leftOut, e.leftOut(a, tx.Now())...)
		slices.SortStableFunc(leftOut, func(x, y Candidate) int { return cmp.Compare(x.Duration, y.Duration) })
		leftOut = leftOut[:min(len(leftOut), leftOutK)]
		return nil
	})
	return found[:min(len(found), limit)], leftOut, err
}

// leftOutK is how many of those who would not be asked are shown.
const leftOutK = 10

// leftOut finds who is near and would not be asked.
func (e *Engine) leftOut(a *Alert, now time.Time) []Candidate {
	if a.Position == nil || !geo.Valid(a.Position.Point) {
		return nil
	}
	roster := e.registry.Helpers()
	found := e.finder.Nearest(geo.Query{Point: a.Position.Point, K: leftOutK, Within: farthest, Now: now, Modes: roster.ModesOf,
		Keep: func(id string) bool {
			return a.Person(id) == nil && !roster.Availability(registry.HelperID(id), now, a.Centre).OK()
		}})
	var out []Candidate
	for _, f := range found {
		h, ok := roster.Get(registry.HelperID(f.ID))
		if !ok {
			continue
		}
		c := candidateOf(h, a.Elder, roster.DayOf(h, now))
		c.place(f, now)
		c.Reasons = append(hindrances(roster.Availability(h.ID, now, a.Centre)), Reason{Code: ReasonTravel, Value: int(c.Duration.Seconds())})
		out = append(out, c)
	}
	return out
}

// hindrances are the reasons why somebody would not be asked.
func hindrances(av registry.Availability) []Reason {
	var out []Reason
	for _, w := range av.Why {
		out = append(out, Reason{Code: string(w)})
	}
	return out
}

// reach finds who could come to the alert.
func (e *Engine) reach(ctx context.Context, tx *db.Tx, a *Alert, k int) ([]Candidate, error) {
	if a.Position == nil || !geo.Valid(a.Position.Point) {
		return nil, nil
	}
	now, roster := tx.Now(), e.registry.Helpers()
	standIn := map[string]bool{}
	found := e.finder.Nearest(geo.Query{Point: a.Position.Point, K: k, Within: farthest, Now: now, Modes: roster.ModesOf,
		Keep: func(id string) bool {
			av := roster.Availability(registry.HelperID(id), now, a.Centre)
			if av.InPlaceOf != "" {
				standIn[id] = true
			}
			return av.OK() || a.Person(id) != nil
		}})
	loads, err := e.store.loads(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Candidate, 0, len(found))
	for _, f := range found {
		h, ok := roster.Get(registry.HelperID(f.ID))
		if !ok {
			continue
		}
		c := candidateOf(h, a.Elder, roster.DayOf(h, now))
		c.StandIn = standIn[f.ID]
		c.place(f, now)
		c.Load = loads[f.ID]
		c.inAlert(a)
		out = append(out, c)
	}
	return out, nil
}

func (c *Candidate) place(f geo.Candidate, now time.Time) {
	c.Position = geo.Position{Point: f.Point}
	c.PositionAge = f.PositionAge
	if f.PositionAge < math.MaxInt64 {
		c.Position.At = now.Add(-f.PositionAge)
	}
	c.Mode, c.Duration, c.Metres, c.ByRoad = f.Travel.Mode, f.Travel.Duration, int(f.Travel.Metres), f.Travel.ByRoad
}

func (c *Candidate) inAlert(a *Alert) {
	if p := a.Person(c.Helper); p != nil {
		c.State = p.State
	}
}

// named looks at helpers whom an operator has chosen, wherever they are and whether on duty or not.
func (e *Engine) named(now time.Time, a *Alert, ids []string) ([]Candidate, error) {
	roster := e.registry.Helpers()
	var out []Candidate
	var wrong []fault.Field
	for _, id := range slices.Compact(slices.Clone(ids)) {
		h, ok := roster.Get(registry.HelperID(id))
		if !ok {
			wrong = append(wrong, fault.Field{Name: "helpers", Problem: "there is no such helper: " + id})
			continue
		}
		c := candidateOf(h, a.Elder, roster.DayOf(h, now))
		if at, since, ok := roster.Index().Get(id); ok && a.Position != nil {
			c.place(e.travel(geo.Neighbour{ID: id, Point: at, At: since}, a.Position.Point, h.Modes, now), now)
		}
		c.inAlert(a)
		c.Reasons = append([]Reason{{Code: ReasonByHand}}, hindrances(roster.Availability(h.ID, now, a.Centre))...)
		out = append(out, c)
	}
	if len(wrong) > 0 {
		return nil, fault.InvalidFields("not everybody could be asked", wrong)
	}
	return out, nil
}

// whereabouts is where somebody on the way is now; nothing when the roster does not know them any more.
func (e *Engine) whereabouts(now time.Time, a *Alert, id string) []Candidate {
	found, err := e.named(now, a, []string{id})
	if err != nil {
		return nil
	}
	return found
}

func (e *Engine) travel(n geo.Neighbour, to orb.Point, modes []geo.Mode, now time.Time) geo.Candidate {
	age := time.Duration(math.MaxInt64)
	if !n.At.IsZero() {
		age = max(0, now.Sub(n.At))
	}
	t := e.finder.Estimate(geo.Trip{From: n.Point, To: to, Modes: modes, PositionAge: age, At: now,
		Density: geo.DensityAt(e.registry.Helpers().Index(), to)})
	return geo.Candidate{ID: n.ID, Point: n.Point, PositionAge: age, Travel: t}
}

// superiors are the people to whom an alert is escalated: the supervisors of its centre, or of the centre
// above it.
func (e *Engine) superiors(ctx context.Context, tx *db.Tx, a *Alert, to string) ([]*Person, error) {
	centre := a.Centre
	if to == "parent" {
		c, err := e.centre(ctx, tx, centre)
		if err != nil {
			return nil, err
		}
		if c.Parent != "" {
			centre = c.Parent
		}
	}
	ops, err := e.registry.SupervisorsTx(ctx, tx, centre)
	if err != nil {
		return nil, fmt.Errorf("supervisors: %w", err)
	}
	var out []*Person
	for _, o := range ops {
		p := &Person{ID: string(o.ID), Part: PartSupervisor, Name: o.DisplayName, Role: o.Role, Language: o.Language,
			Channels: []string{"voice", "sms"}, Since: tx.Now()}
		if o.Phone != "" {
			p.Numbers = 1
		}
		out = append(out, p)
	}
	return out, nil
}

// centre is what an alert needs of its centre.
type centre struct {
	registry.Centre
	loc *time.Location
	at  time.Time
}

// centreFresh is how long a centre is remembered; it changes once in years.
const centreFresh = 10 * time.Second

// centre reads a centre and its time zone; an unknown one is empty, in UTC.
func (e *Engine) centre(ctx context.Context, tx *db.Tx, id registry.CentreID) (centre, error) {
	if c, ok := e.centres.Load(id); ok && tx.Now().Sub(c.(centre).at) < centreFresh {
		return c.(centre), nil
	}
	c := centre{loc: time.UTC, at: tx.Now()}
	found, err := e.registry.CentreTx(ctx, tx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return c, fmt.Errorf("centre %s: %w", id, err)
	}
	if err == nil {
		c.Centre, c.loc = found, found.Location()
		e.centres.Store(id, c)
	}
	return c, nil
}
