package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// CustomFieldID is the id of the definition of a field.
type CustomFieldID string

// CustomField defines a field of a centre's own: the centre and those below it have it.
type CustomField struct {
	ID         CustomFieldID     `json:"id"`
	Centre     CentreID          `json:"centre"`
	Resource   string            `json:"resource"` // elder, helper, provider
	Key        string            `json:"key"`      // its name in custom, and custom.KEY in spreadsheets
	Label      map[string]string `json:"label"`    // zh, en
	Type       string            `json:"type"`     // text, number, date, bool, choice
	Choices    []string          `json:"choices"`
	Required   bool              `json:"required"` // missing is a warning, never a refusal: in an emergency a record is saved with gaps
	Class      string            `json:"class"`    // of the gate: who sees it
	Order      int               `json:"order"`
	Version    int64             `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	ArchivedAt *time.Time        `json:"archived_at"`
}

// CustomClasses are the classes of the gate that a centre's own field may have.
func CustomClasses() []string {
	return []string{"open", "personal", "number", "vital", "health", "access", "note"}
}

// defaultCustomClass is that of a value whose definition is gone.
const defaultCustomClass = "note"

func (f *CustomField) defaults() { f.Type, f.Class, f.Resource = "text", defaultCustomClass, "elder" }

func (f *CustomField) normalise(*problems) {
	f.Key, f.Resource = tidy(f.Key), orDefault(strings.ToLower(tidy(f.Resource)), "elder")
	f.Type, f.Class = orDefault(strings.ToLower(tidy(f.Type)), "text"), orDefault(strings.ToLower(tidy(f.Class)), defaultCustomClass)
	f.Choices = tidyList(f.Choices)
	label := map[string]string{}
	for lang, text := range f.Label {
		if text = tidy(text); text != "" {
			label[lang] = text
		}
	}
	f.Label = label
}

func (f *CustomField) check(c *problems, _ time.Time) {
	c.oneOf("resource", f.Resource, "elder", "helper", "provider")
	c.oneOf("type", f.Type, "text", "number", "date", "bool", "choice")
	c.oneOf("class", f.Class, CustomClasses()...)
	c.code("key", f.Key)
	c.list("choices", f.Choices)
	if f.Type == "choice" && len(f.Choices) < 2 {
		c.add("choices", "must have two entries at least")
	}
	if len(f.Label) == 0 {
		c.add("label", "is required")
	}
	for _, lang := range slices.Sorted(maps.Keys(f.Label)) {
		c.oneOf("label", lang, "zh", "en")
		c.text("label", f.Label[lang], maxName)
	}
}

func (f *CustomField) head() head {
	return head{ID: string(f.ID), Centre: f.Centre, Version: f.Version, Created: f.CreatedAt, Updated: f.UpdatedAt, Archived: f.ArchivedAt}
}

func (f *CustomField) setHead(h head) {
	f.ID, f.Centre, f.Version = CustomFieldID(h.ID), h.Centre, h.Version
	f.CreatedAt, f.UpdatedAt, f.ArchivedAt = h.Created, h.Updated, h.Archived
}

// subject is nobody: a definition tells of no person.
func (f *CustomField) subject() string      { return noSubject }
func (f *CustomField) lock()                {}
func (f *CustomField) lookups() []lookup    { return nil }
func (f *CustomField) words() []word        { return wordsOf(OpenWords, f.Key, f.Label["zh"], f.Label["en"]) }
func (f *CustomField) values() []any        { return []any{f.Resource} }
func (f *CustomField) dests() []any         { return []any{&f.Resource} }
func (f *CustomField) adopt(o *CustomField) { f.Resource = o.Resource }

// takes tells what is wrong with a value of the field.
func (f *CustomField) takes(v any) string {
	text, isText := v.(string)
	_, isNumber := v.(float64)
	_, isBool := v.(bool)
	switch f.Type {
	case "number":
		if !isNumber {
			return "must be a number"
		}
	case "bool":
		if !isBool {
			return "must be true or false"
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil || !isText {
			return "must be a day like 2026-11-25"
		}
	case "choice":
		if !isText || !slices.Contains(f.Choices, text) {
			return "must be one of " + strings.Join(f.Choices, ", ")
		}
	default:
		if !isText {
			return "must be a text"
		}
	}
	return ""
}

// customBook holds all definitions in memory: every record that leaves asks of which class a value is.
type customBook struct {
	all atomic.Pointer[[]CustomField]
}

func (b *customBook) fields() []CustomField {
	if all := b.all.Load(); all != nil {
		return *all
	}
	return nil
}

// readCustomFields brings the definitions in memory up to what is committed.
func (c *core) readCustomFields(ctx context.Context) error {
	var all []CustomField
	err := c.db.View(ctx, func(tx *db.Tx) error {
		var there condition
		there.archived(false)
		rows, err := c.customs.store.list(ctx, tx, there, 10*maxLimit)
		if err != nil {
			return err
		}
		all, err = c.customs.openAll(ctx, tx, rows)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the centres' own fields: %w", err)
	}
	c.ownFields.all.Store(&all)
	return nil
}

// CustomClass gives the classes of which a value is: those of all definitions of its key, because a record does not say by which of
// them it was written.
func (r *Registry) CustomClass(resource, key string) []string {
	var classes []string
	for _, f := range r.ownFields.fields() {
		if f.Resource == resource && f.Key == key {
			classes = append(classes, f.Class)
		}
	}
	if len(classes) == 0 {
		classes = append(classes, defaultCustomClass)
	}
	return classes
}

// customOf gives the definitions that a centre has, its own before those of the centres above.
func (c *core) customOf(ctx context.Context, tx *db.Tx, resource string, centre CentreID) (map[string]CustomField, error) {
	found := map[string]CustomField{}
	for range highest {
		for _, f := range c.ownFields.fields() {
			if _, nearer := found[f.Key]; !nearer && f.Resource == resource && f.Centre == centre {
				found[f.Key] = f
			}
		}
		if centre == "" || len(c.ownFields.fields()) == 0 {
			return found, nil
		}
		up, err := parentOf(ctx, tx, centre)
		if fault.Is(err, fault.NotFound) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		centre = up
	}
	return found, nil
}

// customValues are the centre's own values of a record about to be written, before and after.
type customValues struct {
	resource string
	centre   CentreID
	old, now Custom
	bad      *problems
}

// checkCustom refuses values that the definitions do not know or take. What stood there before may stay.
func (c *core) checkCustom(ctx context.Context, tx *db.Tx, v customValues) error {
	if len(v.now) == 0 {
		return nil
	}
	known, err := c.customOf(ctx, tx, v.resource, v.centre)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(v.now)) {
		if before, was := v.old[key]; was && before == v.now[key] {
			continue
		}
		f, ok := known[key]
		if !ok {
			v.bad.add("custom."+key, "is not a field of this centre")
			continue
		}
		v.bad.when("custom."+key, f.takes(v.now[key]))
	}
	return nil
}

// CreateCustomField defines a field.
func (r *Registry) CreateCustomField(ctx context.Context, x CustomField) (CustomField, error) {
	x, err := r.customs.create(ctx, r, x)
	return x, r.afterCustom(ctx, err)
}

// ChangeCustomField changes a definition by a merge patch. Key and resource stay: values are kept under them.
func (r *Registry) ChangeCustomField(ctx context.Context, id CustomFieldID, patch []byte) (CustomField, error) {
	x, err := r.customs.change(ctx, r, string(id), patch)
	return x, r.afterCustom(ctx, err)
}

// ArchiveCustomField archives a definition. Values stay in the records; they are shown as notes are.
func (r *Registry) ArchiveCustomField(ctx context.Context, id CustomFieldID) error {
	return r.afterCustom(ctx, r.customs.archive(ctx, r, string(id)))
}

func (r *Registry) afterCustom(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	return r.readCustomFields(ctx)
}

// CustomFieldByID gives a definition.
func (r *Registry) CustomFieldByID(ctx context.Context, id CustomFieldID) (CustomField, error) {
	return r.customs.one(ctx, r, string(id))
}

// ListCustomFields lists definitions.
func (r *Registry) ListCustomFields(ctx context.Context, scope Scope, q Query) (Page[CustomField], error) {
	return r.customs.list(ctx, r, scope, q)
}

func (c *core) relateCustomField(ctx context.Context, tx *db.Tx, d *draft[CustomField]) error {
	if d.old != nil && (d.old.Key != d.x.Key || d.old.Resource != d.x.Resource) {
		d.bad.add("key", "cannot be changed: values are kept under it")
	}
	if err := c.home(ctx, tx, asked(d), &d.x.Centre); err != nil || d.x.ArchivedAt != nil {
		return err
	}
	var same condition
	same.equal("centre", d.x.Centre)
	same.equal("resource", d.x.Resource)
	same.archived(false)
	rows, err := c.customs.store.list(ctx, tx, same, maxLimit)
	if err != nil {
		return err
	}
	all, err := c.customs.openAll(ctx, tx, rows)
	for _, f := range all {
		if f.Key == d.x.Key && f.ID != d.x.ID {
			d.bad.add("key", "belongs to another field already")
		}
	}
	return err
}
