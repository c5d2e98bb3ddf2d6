package registry

import (
	"context"
	"fmt"
	"slices"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// asking is who asks for what, when a record is put into a centre.
type asking struct {
	scope Scope
	bad   *problems
}

func asked[T any](d *draft[T]) asking { return asking{scope: d.scope, bad: &d.bad} }

// home checks the centre that a record names, and finds one when it names none: that of the
// scope, else the top one.
func (c *core) home(ctx context.Context, tx *db.Tx, a asking, centre *CentreID) error {
	if *centre == "" && len(a.scope.centres) > 0 {
		*centre = a.scope.centres[0]
	}
	if *centre == "" && a.scope.All() {
		top, err := topCentre(ctx, tx, "")
		if fault.Is(err, fault.NotFound) {
			made, err := c.defaultCentre(ctx, tx)
			*centre = made.ID
			return err
		}
		*centre = top
		return err
	}
	_, err := parentOf(ctx, tx, *centre)
	if fault.Is(err, fault.NotFound) && *centre == defaultCentreID && a.scope.All() {
		// As in an export of another registry, taken into an empty one.
		if _, err := c.defaultCentre(ctx, tx); err != nil {
			return err
		}
		_, err = parentOf(ctx, tx, *centre)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !a.scope.Has(*centre) {
		a.bad.add("centre", "is not a centre that is known")
		return nil
	}
	return err
}

// defaultCentreID is the id of the centre that is made when there is none.
const defaultCentreID = "main"

// DefaultCentreTx gives the centre for whatever belongs to none, such as a call from an unknown number: the
// oldest at the top. In an empty registry it makes one, because an alarm cannot wait for somebody to do so.
func (r *Registry) DefaultCentreTx(ctx context.Context, tx *db.Tx) (Centre, error) {
	return r.defaultCentre(ctx, tx)
}

func (c *core) defaultCentre(ctx context.Context, tx *db.Tx) (Centre, error) {
	id, err := topCentre(ctx, tx, "")
	if err == nil {
		return c.centres.findAnyway(ctx, tx, ScopeAll(), string(id))
	}
	if !fault.Is(err, fault.NotFound) {
		return Centre{}, fmt.Errorf("find the top centre: %w", err)
	}
	d := draft[Centre]{x: Centre{ID: defaultCentreID, Name: "总台 Main centre"}, scope: ScopeAll()}
	c.centres.prepare(&d)
	return c.centres.put(ctx, tx, d)
}

func (c *core) relateElder(ctx context.Context, tx *db.Tx, d *draft[Elder]) error {
	if err := c.home(ctx, tx, asked(d), &d.x.Centre); err != nil {
		return err
	}
	numbers, err := c.dialLocal(ctx, tx, d.x.Centre, &d.bad)
	if err != nil {
		return err
	}
	d.x.Phones = withNumbers(d.x.Phones, numbers)
	values := customValues{resource: "elder", centre: d.x.Centre, now: d.x.Custom, bad: &d.bad}
	if d.old != nil {
		values.old = d.old.Custom
	}
	if err := c.checkCustom(ctx, tx, values); err != nil {
		return err
	}
	if d.x.MergedInto != "" && d.x.ArchivedAt == nil {
		d.bad.add("archived_at", "cannot be taken back: the record is part of another one now")
	}
	if p := d.x.SafetyPlan; p != nil && p.On && p.Since == nil {
		now := tx.Now()
		p.Since = &now
	}
	return c.numberElder(ctx, tx, d)
}

// numberElder sees to it that an elder has a number in their centre. One who comes to a centre where theirs is taken gets
// another; one who is archived keeps what they had.
func (c *core) numberElder(ctx context.Context, tx *db.Tx, d *draft[Elder]) error {
	moved := d.old != nil && d.old.Centre != d.x.Centre && d.old.Number == d.x.Number
	if moved && d.x.Number != "" {
		_, err := rowBy(ctx, tx, numberLookup, c.vault.Blind(numberLookup, numberText(&d.x)))
		if err == nil {
			d.x.Number = ""
		} else if !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("look up number: %w", err)
		}
	}
	if d.x.Number == "" && d.x.ArchivedAt == nil {
		n, err := nextCount(ctx, tx, elderCounter)
		d.x.Number = fmt.Sprintf("A%07d", n)
		return err
	}
	var n int64
	if _, err := fmt.Sscanf(d.x.Number, "A%07d", &n); err != nil || len(d.x.Number) != len("A0000001") {
		return nil // not one of ours: no later one can be the same
	}
	if d.old != nil && d.old.Number == d.x.Number {
		return nil
	}
	return raiseCount(ctx, tx, elderCounter, n)
}

// elderCounter counts the numbers that were given to elders.
const elderCounter = "elder_number"

// elderStored takes along what belongs to the elder: to another centre; and from an archived
// elder the devices, which can then be somebody else's.
func (c *core) elderStored(ctx context.Context, tx *db.Tx, d draft[Elder]) error {
	old, now := d.old, d.x
	if old == nil {
		return nil
	}
	if old.Centre != now.Centre {
		if err := followElder(ctx, tx, now.ID, now.Centre); err != nil {
			return err
		}
	}
	if now.ArchivedAt == nil || old.ArchivedAt != nil {
		return nil
	}
	var theirs condition
	theirs.equal("elder", now.ID)
	theirs.archived(false)
	rows, err := c.devices.store.list(ctx, tx, theirs, maxLimit)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := c.unbind(ctx, tx, r, d.actor); err != nil {
			return err
		}
	}
	return nil
}

func (c *core) unbind(ctx context.Context, tx *db.Tx, r row[Device], by audit.Actor) error {
	old, err := c.devices.open(ctx, tx, r)
	if err != nil {
		return err
	}
	d := draft[Device]{old: &old, x: old, scope: ScopeAll(), actor: by}
	d.x.Elder = ""
	_, err = c.devices.put(ctx, tx, d)
	return err
}

func (c *core) relateContact(ctx context.Context, tx *db.Tx, d *draft[Contact]) (err error) {
	if d.x.Elder == "" || d.x.ArchivedAt != nil {
		return nil // said already, or no longer of interest
	}
	if d.x.centre, err = c.centreOfElder(ctx, tx, asked(d), d.x.Elder); err != nil {
		return err
	}
	numbers, err := c.dialLocal(ctx, tx, d.x.centre, &d.bad)
	d.x.Phones = withNumbers(d.x.Phones, numbers)
	return err
}

// centreOfElder is empty, and the field elder wrong, when there is no such elder in the scope.
func (c *core) centreOfElder(ctx context.Context, tx *db.Tx, a asking, elder ElderID) (CentreID, error) {
	centre, err := centreOf(ctx, tx, elder)
	if fault.Is(err, fault.NotFound) || err == nil && !a.scope.Has(centre) {
		a.bad.add("elder", "is not an elder who is known")
		return "", nil
	}
	return centre, err
}

// relateDevice lets a device follow its elder's centre.
func (c *core) relateDevice(ctx context.Context, tx *db.Tx, d *draft[Device]) (err error) {
	if d.old != nil && d.old.Elder != d.x.Elder {
		d.x.TestedAt = nil // its way from the new home is not proved yet
	}
	if d.x.Elder == "" || d.x.ArchivedAt != nil {
		return c.home(ctx, tx, asked(d), &d.x.Centre)
	}
	d.x.Centre, err = c.centreOfElder(ctx, tx, asked(d), d.x.Elder)
	return err
}

// deviceStored has the supervision look at the device, and keeps the history of whose it was.
func (c *core) deviceStored(ctx context.Context, tx *db.Tx, d draft[Device]) error {
	old, now := d.old, d.x
	var before, after ElderID
	if old != nil && old.ArchivedAt == nil {
		before = old.Elder
	}
	if now.ArchivedAt == nil {
		after = now.Elder
	}
	if err := watchSoon(ctx, tx, now.ID, before != after && after != ""); err != nil {
		return err
	}
	if before == after {
		return nil
	}
	if before != "" {
		if err := endBinding(ctx, tx, now.ID); err != nil {
			return fmt.Errorf("end binding of device %s: %w", now.ID, err)
		}
	}
	if after == "" {
		return nil
	}
	if err := beginBinding(ctx, tx, now.ID, after); err != nil {
		return fmt.Errorf("begin binding of device %s: %w", now.ID, err)
	}
	return nil
}

func (c *core) relateHelper(ctx context.Context, tx *db.Tx, d *draft[Helper]) error {
	for _, elder := range d.x.KeysFor {
		if d.old != nil && slices.Contains(d.old.KeysFor, elder) {
			continue // it was right then; the elder may be archived now
		}
		centre, err := centreOf(ctx, tx, elder)
		if fault.Is(err, fault.NotFound) || err == nil && !d.scope.Has(centre) {
			d.bad.add("keys_for", "names an elder who is not known")
			continue
		}
		if err != nil {
			return err
		}
	}
	return c.relatePlace(ctx, tx, d)
}

// relatePlace puts a helper into a centre, and looks whether those exist whom the record names.
func (c *core) relatePlace(ctx context.Context, tx *db.Tx, d *draft[Helper]) error {
	if d.old == nil {
		d.x.Grade = ""
	}
	d.x.Services = c.roster.Services().codes(d.x.Services)
	if err := c.relateSubstitutes(ctx, tx, d); err != nil {
		return err
	}
	defer func() { c.roster.warnHelper(&d.x, tx.Now()) }()
	place := c.relateStaff
	if d.x.Provider == "" {
		place = func(ctx context.Context, tx *db.Tx, d *draft[Helper]) error {
			return c.home(ctx, tx, asked(d), &d.x.Centre)
		}
	}
	if err := place(ctx, tx, d); err != nil {
		return err
	}
	values := customValues{resource: "helper", centre: d.x.Centre, now: d.x.Custom, bad: &d.bad}
	if d.old != nil {
		values.old = d.old.Custom
	}
	return c.checkCustom(ctx, tx, values)
}

func (c *core) relateSubstitutes(ctx context.Context, tx *db.Tx, d *draft[Helper]) error {
	for _, a := range d.x.Absences {
		if a.Substitute == "" || d.old != nil && slices.Contains(d.old.Absences, a) {
			continue
		}
		row, err := c.helpers.get(ctx, tx, string(a.Substitute))
		if fault.Is(err, fault.NotFound) || err == nil && (row.Archived != nil || !d.scope.Has(row.Centre)) {
			d.bad.add("absences.substitute", "names a helper who is not known")
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// highest is how many levels of centres there can be; more is a circle.
const highest = 16

// relateCentre keeps the centres a tree, and an archived one empty.
func (c *core) relateCentre(ctx context.Context, tx *db.Tx, d *draft[Centre]) error {
	if d.x.ArchivedAt != nil {
		return c.closeCentre(ctx, tx, d.x.ID)
	}
	if d.x.Parent == "" {
		if d.old == nil && !d.scope.All() {
			d.bad.add("parent", "is required: the centre that the new one is below")
		}
		return nil
	}
	if !d.scope.Has(d.x.Parent) && (d.old == nil || d.old.Parent != d.x.Parent) {
		d.bad.add("parent", "is not a centre that is known")
		return nil
	}
	return c.climb(ctx, tx, d)
}

// closeCentre refuses to archive a centre that is in use, and the last one at the top: an alarm
// from nobody in particular must come in somewhere.
func (c *core) closeCentre(ctx context.Context, tx *db.Tx, id CentreID) error {
	used, err := centreInUse(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("look who belongs to centre %s: %w", id, err)
	}
	if used {
		return fault.New(fault.Conflict, "the centre still has people, devices or centres below it; move them first")
	}
	_, err = topCentre(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "the last centre cannot be archived")
	}
	return err
}

// climb goes up from the centre to the top, where it must not meet itself.
func (c *core) climb(ctx context.Context, tx *db.Tx, d *draft[Centre]) error {
	at := d.x.Parent
	for range highest {
		if at == "" {
			return nil
		}
		if at == d.x.ID {
			d.bad.add("parent", "lies below this centre")
			return nil
		}
		up, err := parentOf(ctx, tx, at)
		if fault.Is(err, fault.NotFound) {
			d.bad.add("parent", "is not a centre that is known")
			return nil
		}
		if err != nil {
			return err
		}
		at = up
	}
	d.bad.add("parent", "would make more than %d levels of centres", highest)
	return nil
}
