package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"anling/internal/db"
)

// Reached is how a contact could be reached in the alarms of the last GradeDays days.
type Reached struct {
	Contact  ContactID  `json:"contact"`
	Asked    int        `json:"asked"`    // alarms in which they were told or called
	Answered int        `json:"answered"` // of these, alarms in which a human answered
	LastAt   *time.Time `json:"last_at"`  // when they last answered; nil: never
	At       time.Time  `json:"at"`       // when this was worked out
}

// Add sums what two alarms tell of a contact.
func (r Reached) Add(o Reached) Reached {
	r.Asked, r.Answered = r.Asked+o.Asked, r.Answered+o.Answered
	if r.LastAt == nil || o.LastAt != nil && o.LastAt.After(*r.LastAt) {
		r.LastAt = o.LastAt
	}
	return r
}

// reachedBatch is how many contacts are written in one transaction: an alarm may wait behind it.
const reachedBatch = 100

// SetReached writes how contacts could be reached; of whoever is not named nothing is known any more.
func (r *Registry) SetReached(ctx context.Context, all map[ContactID]Reached) error {
	at := r.clock.Now()
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(all)), reachedBatch) {
		err := r.db.Update(ctx, func(tx *db.Tx) error {
			for _, id := range ids {
				x := all[id]
				x.Contact, x.At = id, at
				if err := saveReached(ctx, tx, x); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("write how contacts could be reached: %w", err)
		}
	}
	// Another node may work out the same at this hour, by a clock of its own: what it has just written stays.
	return r.db.Update(ctx, func(tx *db.Tx) error { return dropReached(ctx, tx, at.Add(-time.Hour)) })
}

// ReachedOf tells how the contacts of an elder could be reached: of those who were asked, in the order of their ids.
func (r *Registry) ReachedOf(ctx context.Context, id ElderID) (all []Reached, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if _, err := r.elders.load(ctx, tx, r.scope, string(id)); err != nil {
			return err
		}
		all, err = reachedOf(ctx, tx, id)
		return err
	})
	return all, err
}
