package registry

import (
	"context"
	"slices"
	"time"

	"anling/geo"
	"anling/geo/fence"
	"anling/internal/db"
)

// SafeZoneID is the id of a safe zone.
type SafeZoneID string

// Bounds of a safe zone.
const (
	maxZones      = 8    // of one elder
	usualMargin   = 50   // metres
	longestMargin = 2000 // metres
	longestPause  = 31 * 24 * time.Hour
)

// SafeZone is ground on which an elder is safe while it is in force. Of several that are in force at once, one is enough.
type SafeZone struct {
	ID         SafeZoneID  `json:"id"`
	Elder      ElderID     `json:"elder"`
	Name       string      `json:"name"`
	Shape      fence.Shape `json:"shape"`
	MarginM    int         `json:"margin_m"`     // by how much one may be outside, metres
	Hours      []Shift     `json:"hours"`        // when it is in force, in the time zone of the elder's centre; none: always
	PauseUntil *time.Time  `json:"paused_until"` // it is not in force before: an outing; nil: not paused
	Tell       []ContactID `json:"tell"`         // who of the contacts is told at once by text when it is left, and when the elder is back
	Note       string      `json:"note"`
	Version    int64       `json:"version"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
	ArchivedAt *time.Time  `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`

	centre CentreID // always that of the elder
}

// InForce tells whether the zone holds at a time.
func (z SafeZone) InForce(at time.Time, loc *time.Location) bool {
	return z.ArchivedAt == nil && !z.Locked && !z.pausedAt(at) && Within(z.Hours, at, loc)
}

func (z SafeZone) pausedAt(at time.Time) bool { return z.PauseUntil != nil && at.Before(*z.PauseUntil) }

// Fence is what fixes are judged by.
func (z SafeZone) Fence() fence.Fence {
	return fence.Fence{Shape: z.Shape, Margin: geo.Metres(z.MarginM)}
}

// Begins is the first moment after a time at which the zone may come into force; zero when nothing of the kind is in sight.
func (z SafeZone) Begins(after time.Time, loc *time.Location) time.Time {
	if z.pausedAt(after) {
		return *z.PauseUntil
	}
	var first time.Time
	for _, s := range z.Hours {
		if at := s.begins(after, loc); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// begins is when a shift begins next. A time that a change of clocks leaves out is the moment after the change.
func (s Shift) begins(after time.Time, loc *time.Location) time.Time {
	from, ok := minuteOf(s.From)
	if !ok {
		return time.Time{}
	}
	local := after.In(loc)
	for day := range 9 {
		at := time.Date(local.Year(), local.Month(), local.Day()+day, 0, from, 0, 0, loc)
		if at.After(after) && slices.Contains(s.Days, weekday(at)) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// NewZone is a zone of which nothing has been said yet.
func NewZone() (z SafeZone) {
	z.defaults()
	return z
}

func (z *SafeZone) defaults() { z.MarginM = usualMargin }
func (z *SafeZone) blank()    { z.Hours, z.Tell = []Shift{}, []ContactID{} }

func (z *SafeZone) normalise(*problems) {
	z.Elder = ElderID(tidy(string(z.Elder)))
	z.Name, z.Note, z.Hours = tidy(z.Name), tidy(z.Note), tidyShifts(z.Hours)
	if z.Tell == nil {
		z.Tell = []ContactID{}
	}
	slices.Sort(z.Tell)
	z.Tell = slices.Compact(z.Tell)
}

func (z *SafeZone) check(c *problems, now time.Time) {
	c.required("elder", string(z.Elder))
	c.name("name", z.Name)
	c.text("note", z.Note, maxText)
	c.when("shape", z.Shape.Problem())
	c.between("margin_m", z.MarginM, 0, longestMargin)
	c.shifts("hours", z.Hours)
	if z.PauseUntil != nil && z.PauseUntil.After(now.Add(longestPause)) {
		c.add("paused_until", "must lie in the next 31 days: a zone that is not wanted is archived")
	}
}

func (z *SafeZone) head() head {
	return head{ID: string(z.ID), Centre: z.centre, Version: z.Version, Created: z.CreatedAt, Updated: z.UpdatedAt, Archived: z.ArchivedAt}
}

func (z *SafeZone) setHead(h head) {
	z.ID, z.centre, z.Version = SafeZoneID(h.ID), h.Centre, h.Version
	z.CreatedAt, z.UpdatedAt, z.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (z *SafeZone) subject() string   { return string(z.Elder) }
func (z *SafeZone) values() []any     { return []any{z.Elder} }
func (z *SafeZone) dests() []any      { return []any{&z.Elder} }
func (z *SafeZone) adopt(o *SafeZone) { z.Elder = o.Elder }
func (z *SafeZone) lock()             { z.Locked = true }
func (z *SafeZone) lookups() []lookup { return nil }
func (z *SafeZone) words() []word     { return nil }

// shelveZones lays out the safe zones.
func (c *core) shelveZones() {
	c.zones = &shelf[SafeZone, *SafeZone]{core: c, noun: "zone", store: newStore[SafeZone, *SafeZone]("safe_zones", "elder"),
		filters: map[string]filter{"elder": textFilter}, relate: c.relateZone, stored: c.zoneStored}
}

// relateZone looks at whom a zone is for: somebody of whom it may be known where they are.
func (c *core) relateZone(ctx context.Context, tx *db.Tx, d *draft[SafeZone]) (err error) {
	if d.x.Elder == "" || d.x.ArchivedAt != nil {
		return nil
	}
	if d.x.centre, err = c.centreOfElder(ctx, tx, asked(d), d.x.Elder); err != nil || d.bad.has("elder") {
		return err
	}
	if err := c.relateTold(ctx, tx, d); err != nil || d.old != nil && d.old.ArchivedAt == nil {
		return err // whether it may be known where they are is asked whenever they are looked at
	}
	may, err := c.mayUse(ctx, tx, d.x.Elder, "location")
	if err != nil {
		return err
	}
	if !may {
		d.bad.add("elder", "has not agreed that their place is used: write down a consent, or another basis, for location first")
	}
	n, err := c.zones.count(ctx, tx, zonesOf(d.x.Elder), maxZones)
	if err == nil && n >= maxZones {
		d.bad.add("elder", "has 8 zones already: archive one first")
	}
	return err
}

func (c *core) relateTold(ctx context.Context, tx *db.Tx, d *draft[SafeZone]) error {
	if len(d.x.Tell) == 0 {
		return nil
	}
	rows, err := contactsOf(ctx, tx, c.contacts.store, d.x.Elder)
	if err != nil {
		return err
	}
	for _, id := range d.x.Tell {
		known := slices.ContainsFunc(rows, func(r row[Contact]) bool { return r.ID == string(id) })
		if !known && (d.old == nil || !slices.Contains(d.old.Tell, id)) {
			d.bad.add("tell", "names somebody who is not a contact of this elder")
		}
	}
	return nil
}

func zonesOf(elder ElderID) (c condition) {
	c.equal("elder", elder)
	c.archived(false)
	return c
}

// zoneStored has the elder looked at anew: they may be outside already.
func (c *core) zoneStored(ctx context.Context, tx *db.Tx, d draft[SafeZone]) error {
	tx.AfterCommit(func() { c.zoneBook.changed(d.x.Elder) })
	if d.old != nil && d.old.Elder != d.x.Elder {
		if err := zonesSoon(ctx, tx, d.old.Elder); err != nil {
			return err
		}
	}
	return zonesSoon(ctx, tx, d.x.Elder)
}

// CreateZone draws a safe zone.
func (r *Registry) CreateZone(ctx context.Context, x SafeZone) (SafeZone, error) {
	return r.zones.create(ctx, r, x)
}

// ChangeZone changes a safe zone by a merge patch.
func (r *Registry) ChangeZone(ctx context.Context, id SafeZoneID, patch []byte) (SafeZone, error) {
	return r.zones.change(ctx, r, string(id), patch)
}

// ArchiveZone ends a safe zone.
func (r *Registry) ArchiveZone(ctx context.Context, id SafeZoneID) error {
	return r.zones.archive(ctx, r, string(id))
}

// Zone gives a safe zone.
func (r *Registry) Zone(ctx context.Context, id SafeZoneID) (SafeZone, error) {
	return r.zones.one(ctx, r, string(id))
}

// Zones gives the safe zones of an elder, those that are archived not among them.
func (r *Registry) Zones(ctx context.Context, elder ElderID) (all []SafeZone, err error) {
	if _, err := r.Elder(ctx, elder); err != nil {
		return nil, err
	}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		all, err = opened(ctx, tx, r.zones, zonesOf(elder))
		return err
	})
	return all, err
}
