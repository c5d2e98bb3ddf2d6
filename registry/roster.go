package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
)

// Roster holds every helper who is not archived in memory, and where each was last, so that
// finding who is near costs no query. Positions are written to the database together, a second later at most: losing one
// in a crash loses a second of a walk. What it gives must not be changed.
type Roster struct {
	*core
	index *geo.Index

	mu     sync.RWMutex
	byID   map[HelperID]Helper
	unsaid map[HelperID]geo.Position // moved, and not written yet
	rules  rules

	telling  sync.Mutex // never taken while mu is held
	follower Follower

	// Lock order: reading, then mu. reading lets one refresh run at a time.
	reading      sync.Mutex
	newest       int64 // latest change of a helper that was read
	newestPlaces int64
}

func newRoster(c *core) *Roster {
	return &Roster{core: c, index: geo.NewIndex(), byID: map[HelperID]Helper{}, unsaid: map[HelperID]geo.Position{}, rules: newRules()}
}

// Get gives a helper.
func (r *Roster) Get(id HelperID) (Helper, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.byID[id]
	return h, ok
}

// All gives every helper, in the order of their ids.
func (r *Roster) All() []Helper {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.SortedFunc(maps.Values(r.byID), func(a, b Helper) int { return cmp.Compare(a.ID, b.ID) })
}

// Index gives the places of all helpers who have one, on duty or not, by their ids.
func (r *Roster) Index() *geo.Index { return r.index }

// ModesOf gives how a helper can travel, in the words of package geo.
func (r *Roster) ModesOf(id string) []geo.Mode {
	h, _ := r.Get(HelperID(id))
	return h.Modes
}

// soon is how far a sender's clock may be ahead before it is not believed: a position from
// next year would otherwise hide every true one until then.
const soon = time.Minute

// MovePosition takes in where a helper is: in memory and in the index at once. A position older
// than the known one changes nothing; one without a time is taken for now.
func (r *Roster) MovePosition(id HelperID, p geo.Position) error {
	if err := p.Check(); err != nil {
		return err
	}
	if now := r.clock.Now(); p.At.IsZero() || p.At.After(now.Add(soon)) {
		p.At = now
	}
	if err := r.place(id, p); err != nil {
		return err
	}
	r.tell(id)
	return nil
}

// place puts a helper somewhere, if that is news.
func (r *Roster) place(id HelperID, p geo.Position) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.byID[id]
	if !ok {
		return fault.New(fault.NotFound, "there is no such helper")
	}
	if h.Position != nil && p.At.Before(h.Position.At) {
		return nil
	}
	r.unsaid[id] = p
	return r.put(h, &p)
}

// put places a helper, in memory and in the index. The caller holds mu.
func (r *Roster) put(h Helper, p *geo.Position) error {
	h.Position = p
	r.byID[h.ID] = h
	if p == nil {
		r.index.Remove(string(h.ID))
		return nil
	}
	return r.index.Put(string(h.ID), p.Point, p.At)
}

// take takes in a helper as the database has them; of two positions the later holds.
func (r *Roster) take(h Helper) error {
	err := r.keep(h)
	r.tell(h.ID)
	return err
}

func (r *Roster) keep(h Helper) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.byID[h.ID]
	if ok && known.Version > h.Version {
		return nil
	}
	r.standIn(known, h)
	if h.ArchivedAt != nil {
		delete(r.byID, h.ID)
		delete(r.unsaid, h.ID)
		r.index.Remove(string(h.ID))
		return nil
	}
	p := h.Position
	if p == nil {
		delete(r.unsaid, h.ID)
	} else if known.Position != nil && known.Position.At.After(p.At) {
		p = known.Position
	}
	return r.put(h, p)
}

// Run writes positions every second and takes in what other nodes and commands have changed,
// until ctx ends; then it writes what is left.
func (r *Roster) Run(ctx context.Context) error {
	const looks = 5 // seconds between looks at the changes of others
	for n := 0; ; n++ {
		if n%looks == 0 {
			r.warn(r.refresh(ctx), "helpers in memory may be out of date")
		}
		r.warn(r.Flush(ctx), "positions of helpers are not written")
		select {
		case <-ctx.Done():
			return r.Flush(context.WithoutCancel(ctx))
		case <-r.clock.After(time.Second):
		}
	}
}

// warn tells of what is tried again anyway.
func (r *Roster) warn(err error, what string) {
	if err != nil && !errors.Is(err, context.Canceled) {
		r.log.Warn(what, "error", err)
	}
}

// Flush writes the positions that are only in memory.
func (r *Roster) Flush(ctx context.Context) error {
	moved := r.takeUnsaid()
	ids := slices.Sorted(maps.Keys(moved)) // in one order on every node: two never wait for each other
	for part := range slices.Chunk(ids, chunk) {
		err := r.db.Update(ctx, func(tx *db.Tx) error {
			for _, id := range part {
				if err := r.savePlace(ctx, tx, id, moved[id]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			r.putBack(moved)
			return fmt.Errorf("write positions of helpers: %w", err)
		}
		for _, id := range part {
			delete(moved, id)
		}
	}
	return nil
}

func (r *Roster) takeUnsaid() map[HelperID]geo.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	moved := r.unsaid
	r.unsaid = map[HelperID]geo.Position{}
	return moved
}

func (r *Roster) putBack(moved map[HelperID]geo.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, p := range moved {
		if _, newer := r.unsaid[id]; !newer {
			r.unsaid[id] = p
		}
	}
}

// placeColumn names the sealed position, in SQL and in what it is authenticated with.
const (
	placeTable  = "helper_positions"
	placeColumn = "place"
)

func (c *core) savePlace(ctx context.Context, tx *db.Tx, id HelperID, p geo.Position) error {
	key, err := c.vault.Key(ctx, tx, string(id))
	if err != nil {
		return fmt.Errorf("key of helper %s: %w", id, err)
	}
	cell, err := key.SealJSON(placeTable, placeColumn, string(id), p)
	if err != nil {
		return fmt.Errorf("seal position of helper %s: %w", id, err)
	}
	return setPlace(ctx, tx, place{helper: id, at: p.At, cell: cell})
}

func (c *core) openPlace(ctx context.Context, tx *db.Tx, p place) (*geo.Position, error) {
	key, err := c.vault.Existing(ctx, tx, string(p.helper))
	if err != nil {
		return nil, fmt.Errorf("key of helper %s: %w", p.helper, unsealed(err))
	}
	var at geo.Position
	if err := key.OpenJSON(placeTable, placeColumn, string(p.helper), p.cell, &at); err != nil {
		return nil, fmt.Errorf("open position of helper %s: %w", p.helper, unsealed(err))
	}
	return &at, nil
}

// helperOpened gives a helper the latest known position: from memory, else as it was written.
func (c *core) helperOpened(ctx context.Context, tx *db.Tx, h *Helper) error {
	c.roster.warnHelper(h, tx.Now())
	if live, ok := c.roster.Get(h.ID); ok {
		h.Position = live.Position
		return nil
	}
	p, err := placeOf(ctx, tx, h.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h.Position, err = c.openPlace(ctx, tx, p)
	if errors.Is(err, errSealed) {
		return nil // the place was lost, not the helper
	}
	return err
}

// helperStored writes a position that was set by hand, and tells the roster after the commit.
func (c *core) helperStored(ctx context.Context, tx *db.Tx, d draft[Helper]) error {
	old, now := d.old, d.x
	var before *geo.Position
	if old != nil {
		before = old.Position
	}
	if !samePosition(before, now.Position) {
		if err := c.setByHand(ctx, tx, &now); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { c.roster.warn(c.roster.take(now), "a helper was not taken into memory") })
	return nil
}

func (c *core) setByHand(ctx context.Context, tx *db.Tx, h *Helper) error {
	if h.Position == nil {
		return dropPlace(ctx, tx, h.ID)
	}
	p := *h.Position
	if p.At.IsZero() || p.At.After(tx.Now()) {
		p.At = tx.Now()
	}
	h.Position = &p
	return c.savePlace(ctx, tx, h.ID, p)
}

func samePosition(a, b *geo.Position) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Point == b.Point && a.AccuracyM == b.AccuracyM && a.Source == b.Source && a.At.Equal(b.At)
}

// refresh reads what has changed in the database since the last time.
func (r *Roster) refresh(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	if err := r.refreshRules(ctx); err != nil {
		return err
	}
	if err := r.readCustomFields(ctx); err != nil {
		return err
	}
	if err := r.refreshHelpers(ctx); err != nil {
		return fmt.Errorf("read helpers: %w", err)
	}
	if err := r.refreshPlaces(ctx); err != nil {
		return fmt.Errorf("read positions of helpers: %w", err)
	}
	return nil
}

func (r *Roster) refreshHelpers(ctx context.Context) error {
	from := stamp{at: r.newest - overlap.Microseconds()}
	for more := true; more; {
		var changed []Helper
		err := r.db.View(ctx, func(tx *db.Tx) error {
			rows, err := r.helpers.changedSince(ctx, tx, from, chunk)
			if err != nil {
				return err
			}
			if more = len(rows) == chunk; len(rows) > 0 {
				last := rows[len(rows)-1]
				from = stamp{at: db.Micros(last.Updated), id: last.ID}
			}
			changed, err = r.helpers.openAll(ctx, tx, slices.DeleteFunc(rows, r.knows))
			return err
		})
		if err != nil {
			return err
		}
		for _, h := range changed {
			if err := r.take(h); err != nil {
				return err
			}
		}
		r.newest = max(r.newest, from.at)
	}
	return nil
}

func (r *Roster) knows(x row[Helper]) bool {
	h, ok := r.Get(HelperID(x.ID))
	return ok && h.Version >= x.Version && !h.Locked || !ok && x.Archived != nil
}

// refreshPlaces takes in where other nodes have seen helpers.
func (r *Roster) refreshPlaces(ctx context.Context) error {
	from := stamp{at: r.newestPlaces - overlap.Microseconds()}
	for more := true; more; {
		var moved []place
		var at []*geo.Position
		err := r.db.View(ctx, func(tx *db.Tx) error {
			all, err := placesSince(ctx, tx, from, chunk)
			if err != nil {
				return err
			}
			if more = len(all) == chunk; len(all) > 0 {
				from = all[len(all)-1].stamp
			}
			moved = slices.DeleteFunc(all, r.isOld)
			at, err = r.openPlaces(ctx, tx, moved)
			return err
		})
		if err != nil {
			return err
		}
		r.move(moved, at)
		r.newestPlaces = max(r.newestPlaces, from.at)
	}
	return nil
}

// openPlaces leaves nil for those that cannot be opened: a locked registry must not stop the rest.
func (r *Roster) openPlaces(ctx context.Context, tx *db.Tx, all []place) ([]*geo.Position, error) {
	opened := make([]*geo.Position, len(all))
	for i, p := range all {
		var err error
		opened[i], err = r.openPlace(ctx, tx, p)
		if err != nil && !errors.Is(err, errSealed) {
			return nil, err
		}
	}
	return opened, nil
}

func (r *Roster) isOld(p place) bool {
	h, ok := r.Get(p.helper)
	return !ok || h.Position != nil && !h.Position.At.Before(p.at)
}

func (r *Roster) move(who []place, to []*geo.Position) {
	r.tell(r.moveAll(who, to)...)
}

// moveAll gives those who have moved.
func (r *Roster) moveAll(who []place, to []*geo.Position) (moved []HelperID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, p := range who {
		h, ok := r.byID[p.helper]
		if !ok || to[i] == nil || h.Position != nil && h.Position.At.After(to[i].At) {
			continue
		}
		r.warn(r.put(h, to[i]), "a helper was not placed")
		moved = append(moved, h.ID)
	}
	return moved
}
