package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// ClassID is the id of an entry that classes a caller.
type ClassID string

// The classes of caller. They are marks for whoever answers: none of them opens or shuts a door, and an alarm is
// taken from everybody alike.
const (
	ClassVIP       = "vip"
	ClassImportant = "important"
	ClassBlacklist = "blacklist"
)

// CallerClass says that a number, or an elder, is of a class for a time, and why.
type CallerClass struct {
	ID         ClassID    `json:"id"`
	Centre     CentreID   `json:"centre"`
	Phone      string     `json:"phone"` // empty when it is about an elder, by whatever they call
	Elder      ElderID    `json:"elder"` // empty when it is about a number
	Class      string     `json:"class"`
	Reason     string     `json:"reason"`
	Until      string     `json:"until"` // the last day; empty: open
	By         string     `json:"by"`    // who wrote it, by id
	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

// HoldsOn tells whether the class still counts on a day.
func (k CallerClass) HoldsOn(day string) bool {
	return k.ArchivedAt == nil && (k.Until == "" || day <= k.Until)
}

func (k *CallerClass) defaults() {}

func (k *CallerClass) normalise(c *problems) {
	k.Class, k.Reason = classOf(k.Class), tidy(k.Reason)
	k.Elder = ElderID(tidy(string(k.Elder)))
	if k.Phone = tidy(k.Phone); k.Phone != "" {
		k.Phone = c.phone("phone", k.Phone)
	}
}

func (k *CallerClass) check(c *problems, _ time.Time) {
	c.oneOf("class", k.Class, ClassVIP, ClassImportant, ClassBlacklist)
	c.required("reason", k.Reason)
	c.text("reason", k.Reason, maxLine)
	c.day("until", &k.Until)
	if (k.Phone == "") == (k.Elder == "") && !c.has("phone") {
		c.add("phone", "give either a number or an elder")
	}
}

func classOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "贵宾":
		return ClassVIP
	case "重要", "重点":
		return ClassImportant
	case "黑名单":
		return ClassBlacklist
	}
	return s
}

func (k *CallerClass) head() head {
	return head{ID: string(k.ID), Centre: k.Centre, Version: k.Version,
		Created: k.CreatedAt, Updated: k.UpdatedAt, Archived: k.ArchivedAt}
}

func (k *CallerClass) setHead(h head) {
	k.ID, k.Centre, k.Version = ClassID(h.ID), h.Centre, h.Version
	k.CreatedAt, k.UpdatedAt, k.ArchivedAt = h.Created, h.Updated, h.Archived
}

// subject is the elder, so that what was written of them goes with them.
func (k *CallerClass) subject() string      { return cmp.Or(string(k.Elder), string(k.ID)) }
func (k *CallerClass) values() []any        { return []any{k.Elder, k.Class} }
func (k *CallerClass) dests() []any         { return []any{&k.Elder, &k.Class} }
func (k *CallerClass) adopt(o *CallerClass) { k.Elder, k.Class = o.Elder, o.Class }
func (k *CallerClass) lock()                {}

func (k *CallerClass) lookups() []lookup {
	if k.Phone == "" {
		return nil
	}
	return []lookup{{kind: classLookup, text: k.Phone}}
}

func (k *CallerClass) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(k.ID), k.Class), wordsOf(PhoneWords, k.Phone), wordsOf(NoteWords, k.Reason))
}

// relateClass puts a class where its elder is, and notes who has written it.
func (c *core) relateClass(ctx context.Context, tx *db.Tx, d *draft[CallerClass]) (err error) {
	if d.old == nil {
		d.x.By = d.actor.ID
	}
	if d.x.Elder == "" || d.x.ArchivedAt != nil {
		return c.home(ctx, tx, asked(d), &d.x.Centre)
	}
	d.x.Centre, err = c.centreOfElder(ctx, tx, asked(d), d.x.Elder)
	return err
}

// CreateClass classes a caller.
func (r *Registry) CreateClass(ctx context.Context, x CallerClass) (CallerClass, error) {
	return r.classes.create(ctx, r, x)
}

// ChangeClass changes the class of a caller.
func (r *Registry) ChangeClass(ctx context.Context, id ClassID, patch []byte) (CallerClass, error) {
	return r.classes.change(ctx, r, string(id), patch)
}

// ArchiveClass takes a class back.
func (r *Registry) ArchiveClass(ctx context.Context, id ClassID) error {
	return r.classes.archive(ctx, r, string(id))
}

// Class gives one entry.
func (r *Registry) Class(ctx context.Context, id ClassID) (CallerClass, error) {
	return r.classes.one(ctx, r, string(id))
}

// ListClasses lists the classes of callers. The filter phone finds those of a number.
func (r *Registry) ListClasses(ctx context.Context, scope Scope, q Query) (page Page[CallerClass], err error) {
	phone, asked := q.Filters["phone"]
	if !asked {
		return r.classes.list(ctx, r, scope, q)
	}
	number, err := NormalizePhone(phone)
	if err != nil {
		return page, fault.InvalidFields("the query is not valid", []fault.Field{{Name: "phone", Problem: "must be a telephone number"}})
	}
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		page.Items, err = r.In(scope).classesOf(ctx, tx, "", []string{number})
		return err
	})
	return page, err
}

// ClassesOf gives the classes that hold now of an elder and of numbers, in the registry's scope.
func (r *Registry) ClassesOf(ctx context.Context, elder ElderID, phones []string) (held []CallerClass, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		held, err = r.ClassesOfTx(ctx, tx, elder, phones)
		return err
	})
	return held, err
}

// ClassesOfTx does the same in the transaction of its caller.
func (r *Registry) ClassesOfTx(ctx context.Context, tx *db.Tx, elder ElderID, phones []string) (held []CallerClass, err error) {
	all, err := r.classesOf(ctx, tx, elder, phones)
	for _, k := range all {
		if k.HoldsOn(r.roster.DayAt(k.Centre, tx.Now())) {
			held = append(held, k)
		}
	}
	return held, err
}

func (r *Registry) classesOf(ctx context.Context, tx *db.Tx, elder ElderID, phones []string) ([]CallerClass, error) {
	var hashes [][]byte
	for _, p := range phones {
		if number, err := NormalizePhone(p); err == nil {
			hashes = append(hashes, r.vault.Blind(classLookup, number))
		}
	}
	rows, err := classRows(ctx, tx, r.classes.store, elder, hashes)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(x row[CallerClass]) bool { return !r.scope.Has(x.Centre) })
	return r.classes.openAll(ctx, tx, rows)
}
