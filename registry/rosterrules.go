package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
)

// rules is what the roster holds beside the helpers, so that whether somebody may be asked costs no query: the centres with
// their demands, the providers, and who stands in for whom. The mutex of the roster guards it.
type rules struct {
	centres   map[CentreID]centreRule
	providers map[ProviderID]Provider
	standIns  map[HelperID][]HelperID // substitute → those who named them

	agreements  map[AgreementID]Agreement
	ownServices map[ServiceCode]ServiceType // the centres' own
	services    *ServiceTree

	newestCentre, newestProvider, newestAgreement, newestService int64 // latest changes that were read
}

type centreRule struct {
	Centre
	loc *time.Location
}

func newRules() rules {
	return rules{centres: map[CentreID]centreRule{}, providers: map[ProviderID]Provider{}, standIns: map[HelperID][]HelperID{},
		agreements: map[AgreementID]Agreement{}, ownServices: map[ServiceCode]ServiceType{}, services: treeOf(nil)}
}

// Availability tells whether a helper may be asked to go at now by a centre ("": their own), and why not.
func (r *Roster) Availability(id HelperID, now time.Time, by CentreID) Availability {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.byID[id]
	if !ok {
		return Availability{Why: []Hindrance{HinderedArchived}}
	}
	return h.Availability(now, r.circumstances(h, by))
}

// circumstances is called with mu held.
func (r *Roster) circumstances(h Helper, by CentreID) Circumstances {
	own := r.rules.centres[h.Centre]
	asks := own
	if by != h.Centre {
		asks = r.rules.centres[by]
	}
	c := Circumstances{Location: own.loc, Check: own.RequiresBackgroundCheck || asks.RequiresBackgroundCheck,
		Inspection: own.RequiresInspection || asks.RequiresInspection}
	if h.Provider != "" {
		if p, ok := r.rules.providers[h.Provider]; ok {
			c.Provider = &p
		}
	}
	for _, id := range r.rules.standIns[h.ID] {
		if away, ok := r.byID[id]; ok {
			c.For = append(c.For, away)
		}
	}
	return c
}

// DayOf gives the day that it is at a helper's centre.
func (r *Roster) DayOf(h Helper, now time.Time) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if loc := r.rules.centres[h.Centre].loc; loc != nil {
		now = now.In(loc)
	}
	return now.Format(time.DateOnly)
}

// standIn notes whom a helper has named as substitutes; was and is are the helper before and after a change. The
// caller holds mu.
func (r *Roster) standIn(was, is Helper) {
	for _, a := range was.Absences {
		in := slices.DeleteFunc(slices.Clone(r.rules.standIns[a.Substitute]), func(id HelperID) bool { return id == was.ID })
		if r.rules.standIns[a.Substitute] = in; len(in) == 0 {
			delete(r.rules.standIns, a.Substitute)
		}
	}
	for _, a := range is.Absences {
		if a.Substitute != "" && !slices.Contains(r.rules.standIns[a.Substitute], is.ID) {
			r.rules.standIns[a.Substitute] = append(slices.Clone(r.rules.standIns[a.Substitute]), is.ID)
		}
	}
}

func (r *Roster) takeProvider(p Provider) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.rules.providers[p.ID]; !ok || known.Version <= p.Version {
		r.rules.providers[p.ID] = p
	}
}

func (r *Roster) takeCentre(k Centre) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.rules.centres[k.ID]; !ok || known.Version <= k.Version {
		r.rules.centres[k.ID] = centreRule{Centre: k, loc: k.Location()}
	}
}

// above tells whether a centre stands above another in the tree.
func (r *Roster) above(top, centre CentreID) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for range highest {
		if centre = r.rules.centres[centre].Parent; centre == top || centre == "" {
			return centre == top
		}
	}
	return false
}

// refreshRules reads the centres and providers that have changed since the last time.
func (r *Roster) refreshRules(ctx context.Context) (err error) {
	r.rules.newestCentre, err = eachChange(ctx, r.centres, r.rules.newestCentre, r.takeCentre)
	if err != nil {
		return fmt.Errorf("read centres: %w", err)
	}
	r.rules.newestProvider, err = eachChange(ctx, r.providers, r.rules.newestProvider, r.takeProvider)
	if err != nil {
		return fmt.Errorf("read providers: %w", err)
	}
	r.rules.newestAgreement, err = eachChange(ctx, r.agreements, r.rules.newestAgreement, r.takeAgreement)
	if err != nil {
		return fmt.Errorf("read agreements: %w", err)
	}
	r.rules.newestService, err = eachChange(ctx, r.services, r.rules.newestService, r.takeService)
	if err != nil {
		return fmt.Errorf("read kinds of service: %w", err)
	}
	return nil
}

// eachChange gives every record of a noun that has changed since newest, and how far it has read.
func eachChange[T any, P record[T]](ctx context.Context, s *shelf[T, P], newest int64, take func(T)) (int64, error) {
	from := stamp{at: newest - overlap.Microseconds()}
	for more := true; more; {
		var all []T
		err := s.db.View(ctx, func(tx *db.Tx) error {
			rows, err := s.changedSince(ctx, tx, from, chunk)
			if err != nil {
				return err
			}
			if more = len(rows) == chunk; len(rows) > 0 {
				last := rows[len(rows)-1]
				from = stamp{at: db.Micros(last.Updated), id: last.ID}
			}
			all, err = s.openAll(ctx, tx, rows)
			return err
		})
		if err != nil {
			return newest, err
		}
		for _, x := range all {
			take(x)
		}
	}
	return max(newest, from.at), nil
}

// centreStored tells the roster what a centre demands now.
func (c *core) centreStored(_ context.Context, tx *db.Tx, d draft[Centre]) error {
	tx.AfterCommit(func() { c.roster.takeCentre(d.x) })
	return nil
}

// shelveRules lays out the nouns that are about no person of their own: how centres work together, and what things are called.
func (c *core) shelveRules() {
	c.services = &shelf[ServiceType, *ServiceType]{core: c, noun: "service",
		store:   newStore[ServiceType, *ServiceType]("service_types", "parent"),
		filters: map[string]filter{"centre": textFilter, "parent": textFilter},
		relate:  c.relateService, stored: c.serviceStored}
	c.classes = &shelf[CallerClass, *CallerClass]{core: c, noun: "class", leads: []lead{{classLookup, ""}},
		store:   newStore[CallerClass, *CallerClass]("caller_classes", "elder", "class"),
		filters: map[string]filter{"centre": textFilter, "elder": textFilter, "class": textFilter},
		relate:  c.relateClass}
	c.agreements = &shelf[Agreement, *Agreement]{core: c, noun: "agreement",
		store:   newStore[Agreement, *Agreement]("agreements", "partner"),
		filters: map[string]filter{"centre": textFilter},
		relate:  c.relateAgreement, stored: c.agreementStored}
	c.moves = &shelf[Move, *Move]{core: c, noun: "move",
		store:  newStore[Move, *Move]("moves", "resource", "record_id", "to_centre", "state"),
		relate: func(context.Context, *db.Tx, *draft[Move]) error { return nil }}
}
