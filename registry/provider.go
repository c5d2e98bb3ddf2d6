package registry

import (
	"slices"
	"time"
)

// ProviderID is the id of a provider.
type ProviderID string

// Provider is an enterprise that sends its people.
type Provider struct {
	ID         ProviderID `json:"id"`
	Centre     CentreID   `json:"centre"`
	Name       string     `json:"name"`
	Phones     []string   `json:"phones"`
	Services   []string   `json:"services"`
	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

func (p *Provider) defaults() {}

func (p *Provider) normalise(c *problems) {
	p.Name = tidy(p.Name)
	p.Phones = c.phones("phones", p.Phones)
	p.Services = tidyList(p.Services)
}

func (p *Provider) check(c *problems, _ time.Time) {
	c.name("name", p.Name)
	c.list("services", p.Services)
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
func (p *Provider) values() []any     { return nil }
func (p *Provider) dests() []any      { return nil }
func (p *Provider) adopt(*Provider)   {}
func (p *Provider) lock()             {}
func (p *Provider) lookups() []lookup { return nil }

func (p *Provider) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(p.ID)), wordsOf(NameWords, p.Name), wordsOf(PhoneWords, p.Phones...),
		wordsOf(OpenWords, p.Services...))
}
