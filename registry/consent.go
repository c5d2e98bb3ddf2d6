package registry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// ConsentID is the id of a consent.
type ConsentID string

// ConsentPurposes are for what personal data is used.
func ConsentPurposes() []string {
	return []string{"care", "location", "recording", "sharing", "photo", "research"}
}

// ConsentBases are why it may be used. It is a field of each purpose: an alarm service rests on several.
func ConsentBases() []string {
	return []string{"consent", "contract", "vital_interest", "public_task", "legal_duty"}
}

// Consent is that personal data of an elder may be used for a purpose, on what basis, and until when. It is not changed after it
// was given: it is withdrawn, and another one given.
type Consent struct {
	ID          ConsentID  `json:"id"`
	Elder       ElderID    `json:"elder"`
	Purpose     string     `json:"purpose"`
	Basis       string     `json:"basis"`
	Scope       string     `json:"scope"`    // to what it extends, in words
	GivenAt     *time.Time `json:"given_at"` // now, when none is said
	GivenBy     string     `json:"given_by"` // the elder, or who acts for them and why
	How         string     `json:"how"`      // paper, spoken, electronic, or in words of one's own
	Document    string     `json:"document"` // the attachment that proves it
	Until       *time.Time `json:"until"`    // nil: until it is withdrawn
	Note        string     `json:"note"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`
	WithdrawnBy string     `json:"withdrawn_by"` // who asked for it
	Version     int64      `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	ArchivedAt  *time.Time `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`

	centre CentreID // always that of the elder
}

// Valid tells whether the consent holds at now.
func (k Consent) Valid(now time.Time) bool {
	return k.WithdrawnAt == nil && k.ArchivedAt == nil && k.GivenAt != nil && !k.GivenAt.After(now) && (k.Until == nil || now.Before(*k.Until))
}

func (k *Consent) defaults() { k.Basis = "consent" }

func (k *Consent) normalise(*problems) {
	k.Elder = ElderID(tidy(string(k.Elder)))
	k.Purpose, k.Basis = strings.ToLower(tidy(k.Purpose)), orDefault(strings.ToLower(tidy(k.Basis)), "consent")
	k.Scope, k.GivenBy, k.How, k.Document = tidy(k.Scope), tidy(k.GivenBy), tidy(k.How), tidy(k.Document)
	k.Note, k.WithdrawnBy = tidy(k.Note), tidy(k.WithdrawnBy)
}

func (k *Consent) check(c *problems, now time.Time) {
	c.required("elder", string(k.Elder))
	c.oneOf("purpose", k.Purpose, ConsentPurposes()...)
	c.oneOf("basis", k.Basis, ConsentBases()...)
	for field, text := range map[string]string{"scope": k.Scope, "note": k.Note} {
		c.text(field, text, maxText)
	}
	for field, text := range map[string]string{"given_by": k.GivenBy, "how": k.How, "withdrawn_by": k.WithdrawnBy} {
		c.text(field, text, maxLine)
	}
	if k.Document != "" {
		c.id("document", k.Document)
	}
	if k.GivenAt != nil && k.GivenAt.After(now.Add(soon)) {
		c.add("given_at", "lies in the future")
	}
	if k.Until != nil && k.GivenAt != nil && !k.Until.After(*k.GivenAt) {
		c.add("until", "must not end before it begins")
	}
}

func (k *Consent) head() head {
	return head{ID: string(k.ID), Centre: k.centre, Version: k.Version, Created: k.CreatedAt, Updated: k.UpdatedAt, Archived: k.ArchivedAt}
}

func (k *Consent) setHead(h head) {
	k.ID, k.centre, k.Version = ConsentID(h.ID), h.Centre, h.Version
	k.CreatedAt, k.UpdatedAt, k.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (k *Consent) subject() string   { return string(k.Elder) }
func (k *Consent) lock()             { k.Locked = true }
func (k *Consent) lookups() []lookup { return nil }
func (k *Consent) words() []word     { return nil }

func consentColumns() []string {
	return []string{"elder", "purpose", "basis", "given_at", "until_at", "withdrawn_at"}
}

func (k *Consent) values() []any {
	return []any{k.Elder, k.Purpose, k.Basis, db.NullMicros(k.GivenAt), db.NullMicros(k.Until), db.NullMicros(k.WithdrawnAt)}
}

func (k *Consent) dests() []any {
	return []any{&k.Elder, &k.Purpose, &k.Basis, microsInto{&k.GivenAt}, microsInto{&k.Until}, microsInto{&k.WithdrawnAt}}
}

func (k *Consent) adopt(o *Consent) {
	k.Elder, k.Purpose, k.Basis, k.GivenAt, k.Until, k.WithdrawnAt = o.Elder, o.Purpose, o.Basis, o.GivenAt, o.Until, o.WithdrawnAt
}

func (c *core) relateConsent(ctx context.Context, tx *db.Tx, d *draft[Consent]) (err error) {
	if d.old == nil {
		d.x.WithdrawnAt, d.x.WithdrawnBy = nil, ""
	}
	if d.x.GivenAt == nil {
		now := tx.Now()
		d.x.GivenAt = &now
	}
	if d.x.Elder == "" || d.old != nil {
		return nil
	}
	if d.x.centre, err = c.centreOfElder(ctx, tx, asked(d), d.x.Elder); err != nil || d.x.Document == "" {
		return err
	}
	a, err := c.attachments.get(ctx, tx, d.x.Document)
	if fault.Is(err, fault.NotFound) || err == nil && (a.clear.Resource != ElderAttachments || a.clear.Owner != string(d.x.Elder)) {
		d.bad.add("document", "is not an attachment of this elder")
		return nil
	}
	return err
}

// Consents gives what an elder has agreed to, withdrawn and past ones too, newest last.
func (r *Registry) Consents(ctx context.Context, elder ElderID) ([]Consent, error) {
	if _, err := r.Elder(ctx, elder); err != nil {
		return nil, err
	}
	page, err := r.consents.list(ctx, r, r.scope, Query{Filters: map[string]string{"elder": string(elder)}, Limit: maxLimit})
	return page.Items, err
}

// GiveConsent writes down what an elder has agreed to.
func (r *Registry) GiveConsent(ctx context.Context, x Consent) (Consent, error) {
	return r.consents.create(ctx, r, x)
}

// WithdrawConsent ends a consent as easily as it was given: who asked for it is enough. A second time changes nothing.
func (r *Registry) WithdrawConsent(ctx context.Context, id ConsentID, by, note string) (Consent, error) {
	var x Consent
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		old, err := r.consents.find(ctx, tx, r.scope, string(id))
		if err != nil {
			return err
		}
		if x = old; old.WithdrawnAt != nil {
			return nil
		}
		d := draft[Consent]{old: &old, x: old, scope: r.scope, actor: r.actor}
		now := tx.Now()
		d.x.WithdrawnAt, d.x.WithdrawnBy = &now, by
		if note = tidy(note); note != "" {
			d.x.Note = strings.TrimSpace(d.x.Note + "\n" + note)
		}
		r.consents.prepare(&d)
		x, err = r.consents.put(ctx, tx, d)
		return err
	})
	return x, err
}

// mayUse tells whether an elder has a consent or another basis for a purpose that holds now. It asks only clear columns.
func (c *core) mayUse(ctx context.Context, tx *db.Tx, elder ElderID, purpose string) (bool, error) {
	var at condition
	at.equal("elder", elder)
	at.equal("purpose", purpose)
	at.archived(false)
	rows, err := c.consents.store.list(ctx, tx, at, maxLimit)
	if err != nil {
		return false, fmt.Errorf("look up consents of %s: %w", elder, err)
	}
	for _, r := range rows {
		r.clear.setHead(r.head)
		if r.clear.Valid(tx.Now()) {
			return true, nil
		}
	}
	return false, nil
}

// MayUse tells whether an elder's data may be used for a purpose now.
func (r *Registry) MayUse(ctx context.Context, elder ElderID, purpose string) (may bool, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		may, err = r.mayUse(ctx, tx, elder, purpose)
		return err
	})
	return may, err
}
