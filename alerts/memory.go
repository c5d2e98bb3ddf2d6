package alerts

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// note carries an event into the records of who was asked. They are written with the events, in the same transaction.
func (p *progress) note(ctx context.Context, ev Event) error {
	if !notes(ev) {
		return nil
	}
	if p.ledger == nil {
		p.ledger = &ledger{}
		if !p.raising() { // a new alert has none
			var err error
			if p.ledger.all, err = p.e.store.records(ctx, p.tx, `alert = ? ORDER BY seq`, string(p.a.ID)); err != nil {
				return err
			}
		}
	}
	c, err := p.e.centre(ctx, p.tx, p.a.Centre)
	if err != nil {
		return err
	}
	p.ledger.note(p.a, ev, ev.At.In(c.loc).Hour())
	return nil
}

func (p *progress) saveNotes(ctx context.Context) error {
	if p.ledger == nil {
		return nil
	}
	p.e.memories.add(p.ledger.changed)
	return p.e.store.saveRecords(ctx, p.tx, p.ledger.changed)
}

// recall adds to candidates what is known of them, and what they are to be spared; only of whom memory knows nothing the database
// is asked.
func (e *Engine) recall(ctx context.Context, tx *db.Tx, all []Candidate) error {
	now, roster := tx.Now(), e.registry.Helpers()
	weeks := map[string]time.Time{} // of those who are not known
	var ids []string
	for i := range all {
		c := &all[i]
		comfort := roster.Comfort(registry.HelperID(c.Helper), now)
		c.Quiet, c.Budget = comfort.Quiet, comfort.Offers
		var known bool
		if c.Known, known = e.memories.known(c.Helper, comfort.Week, now); !known {
			weeks[c.Helper] = comfort.Week
			ids = append(ids, c.Helper)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	last, err := e.lastRecords(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if week, read := weeks[c.Helper]; read {
			c.Known = know(last[c.Helper], week, now)
		}
	}
	return nil
}

// lastRecords reads the newest records of people, and keeps them in memory. A transaction that only reads may look at what has
// been overtaken already, so what it reads is not kept.
func (e *Engine) lastRecords(ctx context.Context, tx *db.Tx, ids []string) (map[string][]Record, error) {
	versions := e.memories.versions(ids)
	last, err := e.store.lastRecords(ctx, tx, ids)
	if err == nil && tx.Writes() {
		e.memories.keep(ids, versions, last, tx.Now())
	}
	return last, err
}

// Recall is what is known of a helper, and how often they want to be asked.
type Recall struct {
	Known
	Budget *int `json:"weekly_offers"` // null: any number
	Quiet  bool `json:"quiet"`         // it is one of their quiet hours
}

// Recall tells what is known of a helper from their last offers.
func (e *Engine) Recall(ctx context.Context, id registry.HelperID) (Recall, error) {
	one := []Candidate{{Helper: string(id)}}
	err := e.db.View(ctx, func(tx *db.Tx) error { return e.recall(ctx, tx, one) })
	return Recall{Known: one[0].Known, Budget: one[0].Budget, Quiet: one[0].Quiet}, err
}

// Remember makes the records of who was asked anew from the events: of all alerts whose events can be read. Those of others stay
// as they are. It gives the number of records.
func (e *Engine) Remember(ctx context.Context) (made int, err error) {
	after := AlertID("")
	for more := true; more; {
		err := e.update(ctx, func(tx *db.Tx) error {
			ids, err := e.store.idsAfter(ctx, tx, after, gradeBatch)
			if err != nil {
				return err
			}
			more = len(ids) == gradeBatch
			for _, id := range ids {
				n, err := e.remember(ctx, tx, id)
				if err != nil {
					return fmt.Errorf("who was asked in alert %s: %w", id, err)
				}
				made, after = made+n, id
			}
			return nil
		})
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

func (e *Engine) remember(ctx context.Context, tx *db.Tx, id AlertID) (int, error) {
	_, err := e.store.read(ctx, tx, id, tx.ForUpdate())
	if fault.Is(err, fault.NotFound) || isLocked(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	rows, err := e.store.events(ctx, tx, `e.alert = ? ORDER BY e.seq`, string(id))
	if err != nil || len(rows) == 0 || rows[0].Data.Raised == nil {
		return 0, err // erased: the state was kept, the story cannot be read
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = r.Event
	}
	all, err := recordsOf(events, func(c registry.CentreID) (*time.Location, error) {
		known, err := e.centre(ctx, tx, c)
		return known.loc, err
	})
	if err != nil {
		return 0, err
	}
	if err := e.store.dropRecords(ctx, tx, id); err != nil {
		return 0, err
	}
	return len(all), e.store.saveRecords(ctx, tx, all)
}
