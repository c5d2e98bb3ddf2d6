package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RoleID is the id of a role: the word that operators.role holds.
type RoleID string

// Whom a role is for.
const (
	RoleForPeople   = "person"
	RoleForMachines = "machine" // bearer tokens
	RoleForPages    = "page"    // pages without login
)

// Label is a name in both languages.
type Label struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Role says what somebody may do, and which fields of which records they may see and change, and when. Those that
// the program brings (roles/builtin.yaml) are changed by a record of the same id.
type Role struct {
	ID         RoleID       `json:"id"`
	Centre     CentreID     `json:"centre"` // whose people may change it; every centre may give it
	Name       Label        `json:"name"`
	About      Label        `json:"about"`
	Kind       string       `json:"kind"`
	Actions    []Action     `json:"actions"`
	Fields     []FieldRight `json:"fields"`
	BuiltIn    bool         `json:"built_in"`
	Version    int64        `json:"version"`
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
	ArchivedAt *time.Time   `json:"archived_at"`
}

// FieldRight grants rights to the fields of some resources: to those of a class, and to those that it names.
type FieldRight struct {
	Of    []string `json:"of"`              // elder, contact …; * for all
	Class []string `json:"class,omitempty"` // personal, health …; * for all
	Field []string `json:"field,omitempty"`
	May   []string `json:"may"`
	When  []string `json:"when,omitempty"` // none: always
}

const (
	maxRoleLines = 200
	maxRoleNames = 300
)

func (r *Role) defaults() { r.Kind = RoleForPeople }

func (r *Role) normalise(*problems) {
	r.Name, r.About = r.Name.tidy(), r.About.tidy()
	r.Kind = orDefault(tidy(r.Kind), RoleForPeople)
	slices.Sort(r.Actions)
	r.Actions = slices.Compact(r.Actions)
	if r.Actions == nil {
		r.Actions = []Action{}
	}
	if r.Fields == nil {
		r.Fields = []FieldRight{}
	}
}

func (l Label) tidy() Label { return Label{Zh: tidy(l.Zh), En: tidy(l.En)} }

func (r *Role) check(c *problems, _ time.Time) {
	c.name("name.zh", r.Name.Zh)
	c.name("name.en", r.Name.En)
	c.text("about.zh", r.About.Zh, maxLine)
	c.text("about.en", r.About.En, maxLine)
	c.oneOf("kind", r.Kind, RoleForPeople, RoleForMachines, RoleForPages)
	for i, a := range r.Actions {
		if !a.Known() {
			c.add(fmt.Sprintf("actions.%d", i), "is not an action: %q", clipped(string(a)))
		}
	}
	if len(r.Fields) > maxRoleLines {
		c.add("fields", "must have at most %d entries", maxRoleLines)
		return
	}
	for i, f := range r.Fields {
		f.check(c, fmt.Sprintf("fields.%d", i))
	}
}

func (f FieldRight) check(c *problems, at string) {
	if len(f.Of) == 0 {
		c.add(at+".of", "names no record; * is all of them")
	}
	if len(f.Class)+len(f.Field) == 0 {
		c.add(at+".class", "names neither a class nor a field")
	}
	if len(f.May) == 0 {
		c.add(at+".may", "names no right: see, see_masked, change, export")
	}
	for _, list := range [][]string{f.Of, f.Class, f.Field} {
		if len(list) > maxRoleNames || slices.ContainsFunc(list, func(s string) bool { return s != everything && !isCode(s) }) {
			c.add(at, "has a name that is none")
		}
	}
	for _, w := range f.May {
		if wordOf(rightWords(), w) == 0 {
			c.add(at+".may", "is not a right: %q", clipped(w))
		}
	}
	for _, w := range f.When {
		if wordOf(situationWords(), w) == 0 {
			c.add(at+".when", "is not a situation: %q", clipped(w))
		}
	}
}

// clipped keeps what is quoted in a sentence short.
func clipped(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "…"
}

func (r *Role) head() head {
	return head{ID: string(r.ID), Centre: r.Centre, Version: r.Version,
		Created: r.CreatedAt, Updated: r.UpdatedAt, Archived: r.ArchivedAt}
}

func (r *Role) setHead(h head) {
	r.ID, r.Centre, r.Version = RoleID(h.ID), h.Centre, h.Version
	r.CreatedAt, r.UpdatedAt, r.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (r *Role) subject() string   { return noSubject }
func (r *Role) values() []any     { return []any{r.Kind} }
func (r *Role) dests() []any      { return []any{&r.Kind} }
func (r *Role) adopt(o *Role)     { r.Kind = o.Kind }
func (r *Role) lock()             {}
func (r *Role) lookups() []lookup { return nil }
func (r *Role) words() []word     { return wordsOf(OpenWords, string(r.ID), r.Name.Zh, r.Name.En) }
