package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// Merging says which record becomes part of another, and what the one that stays says where they differ.
type Merging struct {
	From    ElderID         `json:"from"`
	Fields  json.RawMessage `json:"fields"` // a merge patch, without a version
	Version int64           `json:"version"`
}

// MergeElders makes two records of one person one. What the one that stays does not say, it takes from the other; its devices,
// contacts, consents and attachments go over, sealed anew under the key of the one that stays; the other becomes an archived record
// that points to it. It is one transaction: all of it happens, or nothing.
func (r *Registry) MergeElders(ctx context.Context, id ElderID, m Merging) (Elder, error) {
	var x Elder
	err := r.db.Update(ctx, func(tx *db.Tx) (err error) {
		into, from, err := r.bothOf(ctx, tx, id, m)
		if err != nil {
			return err
		}
		d := draft[Elder]{old: &into, scope: r.scope, actor: r.actor}
		if d.x, err = r.elders.copyOf(into); err != nil {
			return err
		}
		d.x.absorb(from)
		p := patch{noun: "elder", now: into.head()}
		fields := bytes.TrimSpace(m.Fields)
		if len(fields) == 0 {
			fields = []byte("{}")
		}
		var asked map[string]json.RawMessage
		if asked, err = objectOf(fields, "elder"); err != nil {
			return err
		}
		p.assign(&d.x, asked, &d.bad)
		d.bad.settle()
		r.elders.prepare(&d)
		if err := r.moveAll(ctx, tx, from, into); err != nil {
			return err
		}
		if err := r.pointTo(ctx, tx, from, id); err != nil {
			return err
		}
		if x, err = r.elders.put(ctx, tx, d); err != nil {
			return err
		}
		if r.audit != nil {
			r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "elder.merged", Resource: "elder", ID: string(id), Subject: string(id),
				Centre: string(x.Centre), Data: map[string]string{"from": string(from.ID)}})
		}
		return nil
	})
	return x, err
}

// bothOf gives the two records, neither of them archived, the first in the version that was seen.
func (r *Registry) bothOf(ctx context.Context, tx *db.Tx, id ElderID, m Merging) (into, from Elder, err error) {
	if into, err = r.elders.find(ctx, tx, r.scope, string(id)); err != nil {
		return into, from, err
	}
	var bad problems
	from, err = r.elders.find(ctx, tx, r.scope, string(m.From))
	switch {
	case fault.Is(err, fault.NotFound) || m.From == id || err == nil && from.ArchivedAt != nil:
		bad.add("from", "is not an elder who is known")
		return into, from, bad.err("elder")
	case err != nil:
		return into, from, err
	case into.ArchivedAt != nil:
		return into, from, fault.New(fault.Conflict, "this %s is archived; set archived_at to null to restore it", "elder")
	case into.Version != m.Version:
		return into, from, fault.New(fault.Conflict, "this %s has changed since you saw it: it has version %d now", "elder", into.Version)
	}
	return into, from, nil
}

// absorb takes over what a record does not say itself. Lists get what they lack: an allergy that stands in one of two records is one.
func (e *Elder) absorb(o Elder) {
	for _, f := range []struct{ to, from *string }{{&e.Sex, &o.Sex}, {&e.BirthDate, &o.BirthDate}, {&e.Dialect, &o.Dialect}, {&e.Area, &o.Area},
		{&e.Address, &o.Address}, {&e.Household, &o.Household}, {&e.Living, &o.Living}, {&e.CareLevel, &o.CareLevel}, {&e.Mobility, &o.Mobility},
		{&e.Access, &o.Access}, {&e.Photo, &o.Photo}} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if e.IDNumber == "" {
		e.IDKind, e.IDNumber = o.IDKind, o.IDNumber
	}
	for _, f := range []struct{ to, from *[]string }{{&e.Phones, &o.Phones}, {&e.Illnesses, &o.Illnesses}, {&e.Medicines, &o.Medicines}, {&e.Allergies, &o.Allergies}} {
		*f.to = withNumbers(*f.to, *f.from)
	}
	e.Phones = e.Phones[:min(len(e.Phones), maxPhones)]
	if e.Position == nil {
		e.Position = o.Position
	}
	if !e.SafetyPlan.on() && o.SafetyPlan.on() {
		e.SafetyPlan = o.SafetyPlan
	}
	for key, v := range o.Custom {
		if _, has := e.Custom[key]; !has {
			e.Custom[key] = v
		}
	}
	if o.Notes != "" && !strings.Contains(e.Notes, o.Notes) {
		e.Notes = strings.TrimSpace(e.Notes + "\n" + o.Notes)
	}
	if o.LegalHold && !e.LegalHold {
		e.LegalHold, e.HoldReason = true, o.HoldReason
	}
}

func (p *SafetyPlan) on() bool { return p != nil && p.On }

// pointTo archives a record that is now part of another.
func (r *Registry) pointTo(ctx context.Context, tx *db.Tx, from Elder, into ElderID) error {
	d := draft[Elder]{old: &from, x: from, scope: r.scope, actor: r.actor}
	now := tx.Now()
	d.x.ArchivedAt, d.x.MergedInto, d.x.Household = &now, into, ""
	_, err := r.elders.put(ctx, tx, d)
	return err
}

// moveAll takes over whatever hangs on an elder.
func (r *Registry) moveAll(ctx context.Context, tx *db.Tx, from, into Elder) error {
	var theirs condition
	theirs.equal("elder", from.ID)
	theirs.archived(false)
	if err := moveRecords(ctx, tx, r.devices, r, theirs, func(d *draft[Device]) { d.x.Elder, d.x.Centre = into.ID, into.Centre }); err != nil {
		return fmt.Errorf("take over devices: %w", err)
	}
	own, err := r.ContactsTx(ctx, tx, into.ID)
	if err != nil {
		return err
	}
	err = moveRecords(ctx, tx, r.contacts, r, theirs, func(d *draft[Contact]) {
		if slices.ContainsFunc(own, func(k Contact) bool { return sharesNumber(k, d.x) }) {
			return // the one that stays has this person already
		}
		d.x.Elder, d.x.centre = into.ID, into.Centre
	})
	if err != nil {
		return fmt.Errorf("take over contacts: %w", err)
	}
	err = moveRecords(ctx, tx, r.consents, r, theirs, func(d *draft[Consent]) { d.x.Elder, d.x.centre = into.ID, into.Centre })
	if err != nil {
		return fmt.Errorf("take over consents: %w", err)
	}
	err = moveRecords(ctx, tx, r.zones, r, theirs, func(d *draft[SafeZone]) { d.x.Elder, d.x.centre = into.ID, into.Centre })
	if err != nil {
		return fmt.Errorf("take over safe zones: %w", err)
	}
	err = moveRecords(ctx, tx, r.classes, r, theirs, func(d *draft[CallerClass]) { d.x.Elder, d.x.Centre = into.ID, into.Centre })
	if err != nil {
		return fmt.Errorf("take over classes of caller: %w", err)
	}
	if err := r.moveAttachments(ctx, tx, from, into); err != nil {
		return fmt.Errorf("take over attachments: %w", err)
	}
	return r.moveKeys(ctx, tx, from.ID, into.ID)
}

// moveRecords changes every record that meets a condition. Writing one seals it under the key of whom it is about then.
//
//house:parameters a method cannot have type parameters, so the registry is one more
func moveRecords[T any, P record[T]](ctx context.Context, tx *db.Tx, s *shelf[T, P], r *Registry, of condition, change func(*draft[T])) error {
	rows, err := s.store.list(ctx, tx, of, maxLimit)
	if err != nil {
		return err
	}
	for _, row := range rows {
		old, err := s.open(ctx, tx, row)
		if err != nil {
			return err
		}
		d := draft[T]{old: &old, x: old, scope: r.scope, actor: r.actor}
		was := P(&old).subject()
		change(&d)
		if P(&d.x).subject() == was {
			continue
		}
		if _, err := s.put(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) moveAttachments(ctx context.Context, tx *db.Tx, from, into Elder) error {
	var theirs condition
	theirs.equal("resource", ElderAttachments)
	theirs.equal("owner", from.ID)
	theirs.archived(false)
	rows, err := r.attachments.store.list(ctx, tx, theirs, maxLimit)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := r.resealContent(ctx, tx, AttachmentID(row.ID), from, into); err != nil {
			return err
		}
	}
	return moveRecords(ctx, tx, r.attachments, r, theirs, func(d *draft[Attachment]) { d.x.Owner, d.x.centre = string(into.ID), into.Centre })
}

func (r *Registry) resealContent(ctx context.Context, tx *db.Tx, id AttachmentID, from, into Elder) error {
	cells, err := contentBy(ctx, tx, id)
	if err != nil {
		return err
	}
	old, err := r.vault.Existing(ctx, tx, string(from.ID))
	if err != nil {
		return err
	}
	fresh, err := r.vault.Key(ctx, tx, string(into.ID))
	if err != nil {
		return err
	}
	for column, cell := range map[string]*[]byte{"whole": &cells.whole, "small": &cells.small} {
		plain, err := old.Open(contentTable, column, string(id), *cell)
		if err != nil {
			return err
		}
		*cell = fresh.Seal(contentTable, column, string(id), plain)
	}
	return putContent(ctx, tx, cells)
}

// moveKeys lets those who hold a key of the door hold it for the record that stays.
func (r *Registry) moveKeys(ctx context.Context, tx *db.Tx, from, into ElderID) error {
	for _, h := range r.roster.All() {
		if !slices.Contains(h.KeysFor, from) {
			continue
		}
		old, err := r.helpers.find(ctx, tx, ScopeAll(), string(h.ID))
		if err != nil {
			return err
		}
		d := draft[Helper]{old: &old, x: old, scope: ScopeAll(), actor: r.actor}
		d.x.KeysFor = slices.DeleteFunc(slices.Clone(old.KeysFor), func(e ElderID) bool { return e == from || e == into })
		d.x.KeysFor = append(d.x.KeysFor, into)
		if _, err := r.helpers.put(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}
