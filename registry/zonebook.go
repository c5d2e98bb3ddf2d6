package registry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"anling/geo/fence"
	"anling/internal/db"
)

// How often a node looks what others have changed, and how long it goes by what it has read: a consent may end by itself.
const (
	zonesFresh = 5 * time.Second
	zonesKept  = time.Minute
)

// zoneBook knows who has a safe zone at all, so that the fixes of all others cost nothing, and what was read of theirs.
type zoneBook struct {
	mu     sync.Mutex
	loaded bool
	looked time.Time // when it was last compared with the database
	newest int64     // microseconds: the latest change that it knows of
	all    map[ElderID]*ZoneSet
}

// ZoneSet is the safe zones of one elder.
type ZoneSet struct {
	Zones []SafeZone
	loc   *time.Location
	at    time.Time // when it was read
}

// Fences are those in force at a time.
func (z *ZoneSet) Fences(at time.Time) (all []fence.Fence) {
	for _, one := range z.Zones {
		if one.InForce(at, z.loc) {
			all = append(all, one.Fence())
		}
	}
	return all
}

// Every is all fences, in force or not.
func (z *ZoneSet) Every() (all []fence.Fence) {
	for _, one := range z.Zones {
		if !one.Locked {
			all = append(all, one.Fence())
		}
	}
	return all
}

// Begins is when the next zone may come into force; nil when none will by itself.
func (z *ZoneSet) Begins(after time.Time) *time.Time {
	var first *time.Time
	for _, one := range z.Zones {
		if at := one.Begins(after, z.loc); !at.IsZero() && (first == nil || at.Before(*first)) {
			first = &at
		}
	}
	return first
}

// changed forgets what was read of an elder.
func (b *zoneBook) changed(elder ElderID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.loaded {
		b.all[elder] = nil
	}
}

// has tells whether an elder may have zones, and gives them where they were read a moment ago.
func (b *zoneBook) has(elder ElderID, now time.Time) (set *ZoneSet, may bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	set, may = b.all[elder]
	if set != nil && now.Sub(set.at).Abs() > zonesKept {
		set = nil
	}
	return set, may
}

func (b *zoneBook) stale(now time.Time) (since int64, stale bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.loaded && now.Sub(b.looked).Abs() < zonesFresh {
		return 0, false
	}
	b.looked = now // one look at a time is enough
	return b.newest - zonesKept.Microseconds(), true
}

func (b *zoneBook) learn(changed []ElderID, newest int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[ElderID]*ZoneSet{}
	}
	for _, e := range changed {
		b.all[e] = nil
	}
	b.loaded, b.newest = true, max(b.newest, newest)
}

func (b *zoneBook) keep(elder ElderID, set *ZoneSet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[elder] = set
}

// ZonesTx gives the safe zones of an elder of whom it may be known where they are; nil, or without a zone, when there are none. For most elders that is a look
// into memory. What another node has changed is known here within five seconds.
func (r *Registry) ZonesTx(ctx context.Context, tx *db.Tx, elder ElderID) (*ZoneSet, error) {
	now := r.clock.Now()
	if since, stale := r.zoneBook.stale(now); stale {
		changed, newest, err := zonesChanged(ctx, tx, since)
		if err != nil {
			return nil, fmt.Errorf("look whose zones have changed: %w", err)
		}
		r.zoneBook.learn(changed, newest)
	}
	set, may := r.zoneBook.has(elder, now)
	if set != nil || !may {
		return set, nil
	}
	set, err := r.readZones(ctx, tx, elder)
	if err != nil {
		return nil, fmt.Errorf("read the zones of elder %s: %w", elder, err)
	}
	set.at = now
	r.zoneBook.keep(elder, set)
	return set, nil
}

// ZonesNowTx is ZonesTx as it is written, without what this node remembers.
func (r *Registry) ZonesNowTx(ctx context.Context, tx *db.Tx, elder ElderID) (*ZoneSet, error) {
	set, err := r.readZones(ctx, tx, elder)
	if err != nil {
		return nil, fmt.Errorf("read the zones of elder %s: %w", elder, err)
	}
	return set, nil
}

func (c *core) readZones(ctx context.Context, tx *db.Tx, elder ElderID) (*ZoneSet, error) {
	set := &ZoneSet{loc: time.UTC}
	rows, err := c.zones.store.list(ctx, tx, zonesOf(elder), maxLimit)
	if err != nil || len(rows) == 0 {
		return set, err
	}
	may, err := c.mayUse(ctx, tx, elder, "location")
	if err != nil || !may {
		return set, err
	}
	if set.Zones, err = c.zones.openAll(ctx, tx, rows); err != nil {
		return nil, err
	}
	centre, err := c.centres.findAnyway(ctx, tx, ScopeAll(), string(rows[0].Centre))
	if err != nil {
		return nil, err
	}
	set.loc = centre.Location()
	return set, nil
}
