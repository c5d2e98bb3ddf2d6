package coverage

import (
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/cover"
	"anling/registry"
)

// Kind is what a proposal proposes.
type Kind string

// The kinds of proposal.
const (
	KindVolunteer Kind = "volunteer" // somebody who lives there, on foot
	KindKey       Kind = "key"       // keys for a helper whom there is
	KindProvider  Kind = "provider"  // somebody who sets out from there by car
)

// Proposal is where one more helps, beside those proposed before it.
type Proposal struct {
	Kind     Kind
	Point    orb.Point          // the middle of a cell; for a key nothing
	Cell     cover.Cell         // for a key nothing
	Helper   registry.HelperID  // whom to give keys
	Keys     []registry.ElderID // whose
	Elders   int                // who gain
	Hours    int64              // hours of the week of all of them that gain
	Gain     int64              // the same, weighted by how much each elder counts
	Chiefly  When
	PerElder int // hours of the week that each gains, on average
}

// When is in which hours the gain lies.
type When string

// The parts of a week: more than half of the gain lies there.
const (
	ChieflyNights   When = "nights"   // from ten in the evening to six in the morning
	ChieflyWeekends When = "weekends" // Saturday and Sunday
	ChieflyDays     When = "days"     // nine tenths of the gain: on workdays, not at night
	ChieflyAll      When = "all"      // all over the week
)

// kindOptions are those who could be added of one kind.
type kindOptions struct {
	kind    Kind
	cells   []cover.Cell
	helpers []registry.HelperID
	needs   []cover.Need // by home
	options []cover.Option
}

// How many places are looked at, how many proposals are made, and how many keys one person keeps.
const (
	volunteerPlaces = 1500
	providerPlaces  = 500
	mostProposals   = 5
	mostKeys        = 12
)

// streetWithin is how far from a street the middle of a cell may be for somebody to live there.
const streetWithin geo.Metres = 200

// findOptions looks who could be added; q is the question of the week.
func (r *Result) findOptions(ctx context.Context, w *Watch, q cover.Asking) error {
	needs := make([]cover.Need, len(r.homes))
	for i, h := range r.homes {
		needs[i] = cover.Need{Weight: h.weight, Open: cover.Always().Without(r.weeks[i].Once)}
	}
	for _, k := range []struct {
		kind            Kind
		mode            geo.Mode
		resolution, max int
	}{{KindVolunteer, geo.Foot, cover.Fine, volunteerPlaces}, {KindProvider, geo.Car, cover.Coarse, providerPlaces}} {
		o := kindOptions{kind: k.kind, needs: needs}
		q := q
		q.Helpers = nil
		for _, c := range cover.Around(r.openHomes(needs), k.resolution, k.max) {
			if _, _, ok := w.Roads.Map().NearestSegment(cover.Middle(c), streetWithin); ok {
				o.cells = append(o.cells, c)
				q.Helpers = append(q.Helpers, cover.Helper{Point: cover.Middle(c), At: r.At, Modes: []geo.Mode{k.mode}, Hours: cover.Always()})
			}
		}
		if err := o.reach(ctx, q, 0); err != nil {
			return err
		}
		r.options = append(r.options, o)
	}
	return r.findKeys(ctx, w, q)
}

// openHomes are those with an hour without anybody, each with what it lacks.
func (r *Result) openHomes(needs []cover.Need) map[orb.Point]int64 {
	out := map[orb.Point]int64{}
	for i, n := range needs {
		if open := n.Open.Len(); open > 0 {
			out[r.homes[i].point] += n.Weight * int64(open)
		}
	}
	return out
}

func (o *kindOptions) reach(ctx context.Context, q cover.Asking, most int) error {
	reached, err := cover.Reached(ctx, q)
	if err != nil {
		return err
	}
	for i, doors := range reached {
		doors = slices.DeleteFunc(doors, func(d int32) bool { return o.needs[d].Open == cover.Hours{} })
		o.options = append(o.options, cover.Option{Hours: q.Helpers[i].Hours, Doors: slices.Clip(doors), Most: most})
	}
	return nil
}

// findKeys looks who could keep whose key: helpers who are near, for hours in which nobody with a key is.
func (r *Result) findKeys(ctx context.Context, w *Watch, q cover.Asking) error {
	o := kindOptions{kind: KindKey, helpers: r.helpers, needs: make([]cover.Need, len(r.homes))}
	for i, h := range r.homes {
		o.needs[i] = cover.Need{Weight: h.weight, Open: cover.Always()}
	}
	if err := o.reach(ctx, q, mostKeys); err != nil {
		return err
	}
	for i, id := range r.helpers {
		h, _ := w.Registry.Helpers().Get(id)
		o.options[i].Most = mostKeys - len(h.KeysFor)
		for _, d := range o.options[i].Doors {
			if slices.Contains(h.KeysFor, r.homes[d].id) {
				o.needs[d].Open = o.needs[d].Open.Without(q.Helpers[i].Hours)
			}
		}
		if o.options[i].Most <= 0 {
			o.options[i] = cover.Option{} // has as many keys as one keeps
		}
	}
	r.options = append(r.options, o)
	return nil
}

// Proposals tells where one more would help the elders of some centres most: of each kind at most five, the first of a kind the most.
// Of a moment there are none.
func (r *Result) Proposals(scope registry.Scope) []Proposal {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := scopeKey(scope)
	if known, ok := r.proposed[key]; ok {
		return known
	}
	var out []Proposal
	for _, o := range r.options {
		needs := slices.Clone(o.needs)
		for i, h := range r.homes {
			if !scope.Has(h.centre) {
				needs[i].Open = cover.Hours{}
			}
		}
		for _, c := range cover.Choose(needs, o.options, mostProposals) {
			out = append(out, r.proposal(o, c))
		}
	}
	r.proposed[key] = out
	return out
}

func (r *Result) proposal(o kindOptions, c cover.Choice) Proposal {
	p := Proposal{Kind: o.kind, Elders: len(c.Doors), Gain: c.Gain}
	night, weekend := 0, 0
	for _, h := range c.Hours {
		p.Hours += int64(h.Len())
		night += h.And(cover.Nights()).Len()
		weekend += h.And(cover.Weekends()).Len()
	}
	p.Chiefly = chiefly(p.Hours, int64(night), int64(weekend))
	p.PerElder = int((p.Hours + int64(p.Elders)/2) / int64(p.Elders))
	if o.kind == KindKey {
		p.Helper = o.helpers[c.Option]
		for _, d := range c.Doors {
			p.Keys = append(p.Keys, r.homes[d].id)
		}
		return p
	}
	p.Cell = o.cells[c.Option]
	p.Point = cover.Middle(p.Cell)
	return p
}

func chiefly(all, night, weekend int64) When {
	switch {
	case 2*night > all:
		return ChieflyNights
	case 2*weekend > all:
		return ChieflyWeekends
	case 10*(night+weekend) < all:
		return ChieflyDays
	}
	return ChieflyAll
}

// within is how long somebody may need.
func (a Ask) within() time.Duration { return time.Duration(a.Minutes) * time.Minute }
