package registry

import (
	"slices"
	"time"
)

// ContactID is the id of a contact.
type ContactID string

// The roles of a contact.
const (
	RoleFamily    = "family"
	RoleLiaison   = "liaison"
	RoleDoctor    = "doctor"
	RoleGuard     = "guard"
	RoleNeighbour = "neighbour"
	RoleOther     = "other"
)

// The channels over which a person can be told.
const (
	ChannelSMS   = "sms"
	ChannelVoice = "voice"
	ChannelPush  = "push"
)

// Contact is somebody to be told when an elder needs help.
type Contact struct {
	ID         ContactID  `json:"id"`
	Elder      ElderID    `json:"elder"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	Relation   string     `json:"relation"` // in the family's words: 女儿, son-in-law
	Phones     []string   `json:"phones"`   // E.164, the first is called first
	Channels   []string   `json:"channels"` // in the order in which they are tried
	Order      int        `json:"order"`    // who is told first; 1 is the first
	Language   string     `json:"language"`
	Languages  []string   `json:"languages"` // others that they speak
	Hours      []Shift    `json:"hours"`     // when they are best told; empty: always. They are never left out for it
	HasKey     bool       `json:"has_key"`
	Note       string     `json:"note"`
	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`

	centre CentreID // always that of the elder
}

// contactDefaultOrder puts a contact of whom no order was said behind those of whom it was.
const contactDefaultOrder = 99

func (k *Contact) defaults() {
	k.Role, k.Language, k.Order = RoleOther, defaultLanguage, contactDefaultOrder
	k.Channels = []string{ChannelSMS, ChannelVoice}
}

func (k *Contact) blank() { k.Languages, k.Hours = []string{}, []Shift{} }

func (k *Contact) normalise(c *problems) {
	k.Elder = ElderID(tidy(string(k.Elder)))
	k.Name, k.Relation = tidy(k.Name), tidy(k.Relation)
	k.Role = orDefault(roleOf(k.Role), RoleOther)
	k.Phones = c.phones("phones", k.Phones)
	k.Language, k.Languages = languageOf(k.Language), languagesOf(k.Languages)
	k.Hours, k.Note = tidyShifts(k.Hours), tidy(k.Note)
	if k.Channels = codeList(k.Channels); len(k.Channels) == 0 {
		k.Channels = []string{ChannelSMS, ChannelVoice}
	}
	if k.Order == 0 {
		k.Order = contactDefaultOrder
	}
}

func (k *Contact) check(c *problems, _ time.Time) {
	c.required("elder", string(k.Elder))
	c.name("name", k.Name)
	c.oneOf("role", k.Role, RoleFamily, RoleLiaison, RoleDoctor, RoleGuard, RoleNeighbour, RoleOther)
	c.text("relation", k.Relation, maxLine)
	c.language("language", k.Language)
	for _, l := range k.Languages {
		c.language("languages", l)
	}
	c.shifts("hours", k.Hours)
	c.text("note", k.Note, maxText)
	c.eachOf("channels", k.Channels, ChannelSMS, ChannelVoice, ChannelPush)
	c.between("order", k.Order, 1, 999)
	if len(k.Phones) == 0 && !c.has("phones") {
		c.add("phones", "must have at least one number: a contact is there to be told")
	}
}

func (k *Contact) head() head {
	return head{ID: string(k.ID), Centre: k.centre, Version: k.Version,
		Created: k.CreatedAt, Updated: k.UpdatedAt, Archived: k.ArchivedAt}
}

func (k *Contact) setHead(h head) {
	k.ID, k.centre, k.Version = ContactID(h.ID), h.Centre, h.Version
	k.CreatedAt, k.UpdatedAt, k.ArchivedAt = h.Created, h.Updated, h.Archived
}

// subject is the elder: what is known of a contact is known for the elder's sake and goes with the elder.
func (k *Contact) subject() string { return string(k.Elder) }
func (k *Contact) values() []any   { return []any{k.Elder, k.Role, k.Order, k.HasKey} }
func (k *Contact) dests() []any    { return []any{&k.Elder, &k.Role, &k.Order, &k.HasKey} }
func (k *Contact) lock()           { k.Locked = true }

func (k *Contact) adopt(o *Contact) {
	k.Elder, k.Role, k.Order, k.HasKey = o.Elder, o.Role, o.Order, o.HasKey
}

func (k *Contact) lookups() []lookup { return nil }

func (k *Contact) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(k.ID)), wordsOf(NameWords, k.Name, k.Relation), wordsOf(PhoneWords, k.Phones...))
}
