package registry

import (
	_ "embed" // the kinds of service that everybody knows
	"strings"
	"sync"
	"time"
)

// ServiceCode names a kind of service, or a class of kinds.
type ServiceCode string

// ServiceType is a kind of service 服务类型: one of the tree that comes with the program, or a centre's own. One that is archived is
// deprecated: it is offered to nobody any more, and stays readable where a record names it.
type ServiceType struct {
	Code       ServiceCode `json:"code"`
	Centre     CentreID    `json:"centre"` // whose own; empty for what comes with the program
	Parent     ServiceCode `json:"parent"` // the class; empty for a class
	Name       Bilingual   `json:"name"`
	Level      int         `json:"level"` // 1 a class, 2 a kind
	Note       string      `json:"note"`
	BuiltIn    bool        `json:"built_in"`
	Version    int64       `json:"version"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
	ArchivedAt *time.Time  `json:"archived_at"`
}

// Bilingual is a name in both languages.
type Bilingual struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

//go:embed data/services.tsv
var servicesFile string

// builtInServices is the tree that comes with the program: each class, and behind it its kinds.
var builtInServices = sync.OnceValue(func() []ServiceType {
	var all []ServiceType
	var class ServiceCode
	for line := range strings.Lines(servicesFile) {
		kind := strings.HasPrefix(line, "\t")
		part := strings.Split(strings.TrimSpace(line), "\t")
		x := ServiceType{Code: ServiceCode(part[0]), Name: Bilingual{Zh: part[1], En: part[2]}, BuiltIn: true, Level: 1}
		if kind {
			x.Parent, x.Level = class, 2
		} else {
			class = x.Code
		}
		all = append(all, x)
	}
	return all
})

func (s *ServiceType) defaults() {}

func (s *ServiceType) normalise(_ *problems) {
	s.Code = ServiceCode(strings.ToLower(tidy(string(s.Code))))
	s.Parent = ServiceCode(strings.ToLower(tidy(string(s.Parent))))
	s.Name = Bilingual{Zh: tidy(s.Name.Zh), En: tidy(s.Name.En)}
	s.Name.En = orDefault(s.Name.En, s.Name.Zh)
	s.Note, s.BuiltIn, s.Level = tidy(s.Note), false, 2
	if s.Parent == "" {
		s.Level = 1
	}
}

func (s *ServiceType) check(c *problems, _ time.Time) {
	c.name("name.zh", s.Name.Zh)
	c.text("name.en", s.Name.En, maxName)
	c.text("note", s.Note, maxLine)
}

func (s *ServiceType) head() head {
	return head{ID: string(s.Code), Centre: s.Centre, Version: s.Version,
		Created: s.CreatedAt, Updated: s.UpdatedAt, Archived: s.ArchivedAt}
}

func (s *ServiceType) setHead(h head) {
	s.Code, s.Centre, s.Version = ServiceCode(h.ID), h.Centre, h.Version
	s.CreatedAt, s.UpdatedAt, s.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (s *ServiceType) subject() string      { return noSubject }
func (s *ServiceType) values() []any        { return []any{s.Parent} }
func (s *ServiceType) dests() []any         { return []any{&s.Parent} }
func (s *ServiceType) adopt(o *ServiceType) { s.Parent = o.Parent }
func (s *ServiceType) lock()                {}
func (s *ServiceType) lookups() []lookup    { return nil }

func (s *ServiceType) words() []word {
	return wordsOf(OpenWords, string(s.Code), s.Name.Zh, s.Name.En, s.Note)
}
