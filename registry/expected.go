package registry

import (
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Expected tells whether a helper is to be reckoned with at an hour that is still to come: as Availability does, but that who is off
// duty at this moment and has a schedule is taken to be back in their next shift.
func (r *Roster) Expected(id HelperID, at time.Time) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.byID[id]
	if !ok {
		return false
	}
	h.OnDuty = h.OnDuty || len(h.Schedule) > 0
	return h.Availability(at, r.circumstances(h, "")).OK()
}

// Base is where somebody is taken to set out from at an hour that is still to come: the staff of a provider from its place, where
// that is known, others from where they were last.
func (r *Roster) Base(h Helper) (orb.Point, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if p, ok := r.rules.providers[h.Provider]; ok && h.Provider != "" && p.Position != nil {
		return p.Position.Point, true
	}
	if h.Position == nil {
		return orb.Point{}, false
	}
	return h.Position.Point, true
}

// Centres lists the centres that are not archived, those without one above them first, then by their ids.
func (r *Roster) Centres() []CentreID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var top, below []CentreID
	for id, c := range r.rules.centres {
		switch {
		case c.ArchivedAt != nil:
		case c.Parent == "":
			top = append(top, id)
		default:
			below = append(below, id)
		}
	}
	slices.Sort(top)
	slices.Sort(below)
	return append(top, below...)
}

// ElderChanges gives every elder who has changed since, archived and locked ones too, and from where to go on the next time; 0 begins. It is
// for who keeps something of every elder in memory; some are given more than once.
func (r *Registry) ElderChanges(ctx context.Context, since int64, take func(Elder)) (next int64, err error) {
	return eachChange(ctx, r.elders, since, take)
}
