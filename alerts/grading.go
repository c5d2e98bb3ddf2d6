package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// lateBy is how much later than expected somebody may be at the door before it counts as late: traffic lights are red.
const lateBy = 3 * time.Minute

// figuresOf is what each helper did in one alert that has ended. Tests say nothing of anybody.
func figuresOf(a *Alert) map[registry.HelperID]registry.Figures {
	out := map[registry.HelperID]registry.Figures{}
	if a.Test || !a.State.Ended() {
		return out
	}
	a.Each(PartHelper, func(p *Person) {
		f := registry.Figures{Offers: 1}
		promised := p.PromisedAt != nil
		arrived := p.State == PersonArrived
		if promised || arrived || p.State.Human() {
			f.Answered = 1
		}
		if promised || arrived {
			f.Accepted = 1
		}
		switch {
		case arrived:
			f.Arrived = 1
			if promised && p.TravelS > 0 && p.Since.After(p.PromisedAt.Add(travelTime(p)+lateBy)) {
				f.Late = 1
			}
			if a.Satisfaction == Satisfied {
				f.Satisfied = 1
			}
			if a.Satisfaction == Dissatisfied {
				f.Dissatisfied = 1
			}
		case promised && p.State == PersonCannot:
			f.Withdrawn = 1
		case promised:
			f.Accepted = 0 // stood down with thanks on the way: that is nobody's fault
		}
		out[registry.HelperID(p.ID)] = f
	})
	return out
}

// reachedIn is which contacts somebody tried to reach in one alert that has ended, and who answered. Whoever was still to be
// told, or was stood down unasked, says nothing.
func reachedIn(a *Alert) map[registry.ContactID]registry.Reached {
	out := map[registry.ContactID]registry.Reached{}
	if a.Test || !a.State.Ended() {
		return out
	}
	a.Each(PartContact, func(p *Person) {
		r := registry.Reached{Asked: 1}
		switch {
		case p.State.Human() || p.PromisedAt != nil:
			since := p.Since
			r.Answered, r.LastAt = 1, &since
		case p.State == PersonWaiting || p.State == PersonStoodDown:
			return
		}
		out[registry.ContactID(p.ID)] = r
	})
	return out
}

// past is what the alerts of the last days tell of people.
type past struct {
	helpers  map[registry.HelperID]registry.Figures
	contacts map[registry.ContactID]registry.Reached
}

// gradeBatch is how many alerts are read in one transaction when grades are worked out.
const gradeBatch = 200

// Grade works out the credit grades of all helpers and providers from the alerts of the last days, and how contacts could be
// reached. It gives how many grades have changed.
func (e *Engine) Grade(ctx context.Context) (changed int, err error) {
	sums := past{map[registry.HelperID]registry.Figures{}, map[registry.ContactID]registry.Reached{}}
	after := AlertID("")
	since := e.clock.Now().AddDate(0, 0, -registry.GradeDays)
	for more := true; more; {
		err := e.db.View(ctx, func(tx *db.Tx) error {
			ids, err := e.store.endedSince(ctx, tx, since, page{after, gradeBatch})
			if err != nil {
				return err
			}
			more = len(ids) == gradeBatch
			for _, id := range ids {
				if err := e.sumUp(ctx, tx, id, sums); err != nil {
					return err
				}
				after = id
			}
			return nil
		})
		if err != nil {
			return 0, fmt.Errorf("read ended alerts: %w", err)
		}
	}
	if err := e.registry.SetReached(ctx, sums.contacts); err != nil {
		return 0, err
	}
	return e.registry.SetGrades(ctx, sums.helpers)
}

// sumUp adds the figures of one alert. One that was erased or cannot be opened any more says nothing.
func (e *Engine) sumUp(ctx context.Context, tx *db.Tx, id AlertID, sums past) error {
	a, err := e.store.read(ctx, tx, id, "")
	if fault.Is(err, fault.NotFound) || isLocked(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for helper, f := range figuresOf(a) {
		sums.helpers[helper] = sums.helpers[helper].Add(f)
	}
	for contact, r := range reachedIn(a) {
		sums.contacts[contact] = sums.contacts[contact].Add(r)
	}
	return nil
}

// gradeEvery and gradeHour say when grades are worked out: once a day, when few alarms come.
const (
	gradeEvery = 24 * time.Hour
	gradeHour  = 19 // UTC: three in the morning in Shanghai
)

// RunGrading works out the grades each night until ctx ends. Several nodes do the same work and come to the same result.
func (e *Engine) RunGrading(ctx context.Context) error {
	for {
		now := e.clock.Now().UTC()
		next := now.Truncate(gradeEvery).Add(gradeHour * time.Hour)
		if !next.After(now) {
			next = next.Add(gradeEvery)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.clock.After(next.Sub(now)):
		}
		n, err := e.Grade(ctx)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			e.log.Warn("the credit grades could not be worked out; they are tomorrow", "err", err)
		default:
			e.log.Info("credit grades were worked out", "changed", n)
		}
	}
}
