package registry

import (
	"slices"
	"strings"
	"time"
)

// OperatorID is the id of an operator.
type OperatorID string

// The roles that code names; there are more, and each centre may make its own.
const (
	RoleOperator   = "operator"
	RoleSupervisor = "supervisor"
	RoleManager    = "manager"
	RoleAdmin      = "admin"
	RoleProvider   = "provider" // somebody of a firm
)

// Operator is a person who logs in.
type Operator struct {
	ID          OperatorID `json:"id"`
	Centre      CentreID   `json:"centre"`
	Name        string     `json:"name"` // to log in with; case does not matter
	DisplayName string     `json:"display_name"`
	Role        string     `json:"role"`
	Provider    ProviderID `json:"provider"` // the firm they work for, when not the centre: they see that and its staff alone
	Phone       string     `json:"phone"`
	Language    string     `json:"language"`
	Version     int64      `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	ArchivedAt  *time.Time `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`
}

func (o *Operator) defaults() { o.Role, o.Language = RoleOperator, defaultLanguage }

func (o *Operator) normalise(c *problems) {
	o.Name = tidy(o.Name)
	o.DisplayName = orDefault(tidy(o.DisplayName), o.Name)
	o.Role = orDefault(strings.ToLower(tidy(o.Role)), RoleOperator)
	o.Language = languageOf(o.Language)
	if o.Phone = tidy(o.Phone); o.Phone != "" {
		o.Phone = c.phone("phone", o.Phone)
	}
}

func (o *Operator) check(c *problems, _ time.Time) {
	c.name("name", o.Name)
	c.name("display_name", o.DisplayName)
	if o.Role == RoleProvider {
		c.required("provider", string(o.Provider))
	}
	c.code("role", o.Role) // whether there is such a role is for relateOperator to say
	c.language("language", o.Language)
}

func (o *Operator) head() head {
	return head{ID: string(o.ID), Centre: o.Centre, Version: o.Version,
		Created: o.CreatedAt, Updated: o.UpdatedAt, Archived: o.ArchivedAt}
}

func (o *Operator) setHead(h head) {
	o.ID, o.Centre, o.Version = OperatorID(h.ID), h.Centre, h.Version
	o.CreatedAt, o.UpdatedAt, o.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (o *Operator) subject() string   { return string(o.ID) }
func (o *Operator) values() []any     { return []any{o.Role} }
func (o *Operator) dests() []any      { return []any{&o.Role} }
func (o *Operator) adopt(x *Operator) { o.Role = x.Role }
func (o *Operator) lock()             { o.Locked = true }

func (o *Operator) lookups() []lookup {
	return []lookup{operatorLookupOf(o.Name)}
}

// operatorLookupOf makes 小王, Wang and WANG find whom they mean, and one of each exist.
func operatorLookupOf(name string) lookup {
	return lookup{kind: operatorLookup, text: strings.ToLower(tidy(name))}
}

func (o *Operator) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(o.ID)), wordsOf(NameWords, o.Name, o.DisplayName), wordsOf(PhoneWords, o.Phone))
}
