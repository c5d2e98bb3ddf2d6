package registry

import (
	"slices"
	"time"

	"anling/geo"
)

// ProviderID is the id of a provider.
type ProviderID string

// The kinds of provider.
const (
	ProviderEnterprise = "enterprise"
	ProviderNonprofit  = "nonprofit"
	ProviderMedical    = "medical"
	ProviderProperty   = "property"
	ProviderPublic     = "public"
	ProviderOther      = "other"
)

// Provider is an affiliated service provider 加盟企业: somebody who sends their people.
type Provider struct {
	ID           ProviderID    `json:"id"`
	Centre       CentreID      `json:"centre"`
	Name         string        `json:"name"`
	Kind         string        `json:"kind"`
	Phones       []string      `json:"phones"`
	ContactName  string        `json:"contact_name"` // who is asked for there
	Address      string        `json:"address"`
	Position     *geo.Position `json:"position"`
	Services     []string      `json:"services"`
	Areas        []string      `json:"areas"` // codes of the areas that they serve; empty: any
	Schedule     []Shift       `json:"schedule"`
	Certificates []Certificate `json:"certificates"`
	Inspections  []Inspection  `json:"inspections"`
	Status       string        `json:"status"`
	StatusReason string        `json:"status_reason"`
	StatusFrom   string        `json:"status_from"`
	StatusUntil  string        `json:"status_until"`
	Notices      []Notice      `json:"notices"`
	Grade        string        `json:"grade"`    // worked out from the history of its staff
	Warnings     []Warning     `json:"warnings"` // what somebody should see to; worked out anew at each look
	Custom       Custom        `json:"custom"`   // the centre's own fields, by their keys
	Version      int64         `json:"version"`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
	ArchivedAt   *time.Time    `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`
}

func (p *Provider) defaults() { p.Kind, p.Status = ProviderEnterprise, StatusActive }

func (p *Provider) normalise(c *problems) {
	p.Name, p.ContactName, p.Address = tidy(p.Name), tidy(p.ContactName), tidy(p.Address)
	p.Kind, p.Status, p.StatusReason = providerKindOf(p.Kind), statusOf(p.Status), tidy(p.StatusReason)
	p.Phones = c.phones("phones", p.Phones)
	p.Custom = p.Custom.tidied()
	p.Services, p.Areas = tidyList(p.Services), codeKeepCase(p.Areas)
	p.Schedule, p.Certificates, p.Inspections, p.Notices = some(p.Schedule), some(p.Certificates), some(p.Inspections), some(p.Notices)
}

func (p *Provider) check(c *problems, _ time.Time) {
	c.name("name", p.Name)
	c.oneOf("kind", p.Kind, ProviderEnterprise, ProviderNonprofit, ProviderMedical, ProviderProperty, ProviderPublic, ProviderOther)
	c.text("contact_name", p.ContactName, maxName)
	c.text("address", p.Address, maxLine)
	c.position("position", p.Position)
	c.list("services", p.Services)
	c.areas("areas", p.Areas)
	for _, s := range p.Schedule {
		s.check(c)
	}
	s := p.standing()
	c.status(&s, p.StatusReason)
	p.StatusFrom, p.StatusUntil = s.from, s.until
	c.certificates(p.Certificates)
	c.inspections(p.Inspections)
	c.notices(p.Notices)
	p.Custom.check(c)
}

func (p *Provider) head() head {
	return head{ID: string(p.ID), Centre: p.Centre, Version: p.Version,
		Created: p.CreatedAt, Updated: p.UpdatedAt, Archived: p.ArchivedAt}
}

func (p *Provider) setHead(h head) {
	p.ID, p.Centre, p.Version = ProviderID(h.ID), h.Centre, h.Version
	p.CreatedAt, p.UpdatedAt, p.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (p *Provider) subject() string   { return string(p.ID) }
func (p *Provider) values() []any     { return []any{p.Kind, p.Status, p.Grade} }
func (p *Provider) dests() []any      { return []any{&p.Kind, &p.Status, &p.Grade} }
func (p *Provider) adopt(o *Provider) { p.Kind, p.Status, p.Grade = o.Kind, o.Status, o.Grade }
func (p *Provider) lock()             { p.Locked = true }
func (p *Provider) lookups() []lookup { return nil }

func (p *Provider) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(p.ID)), wordsOf(NameWords, p.Name, p.ContactName), wordsOf(AddressWords, p.Address), wordsOf(PhoneWords, p.Phones...),
		wordsOf(OpenWords, p.Services...))
}
