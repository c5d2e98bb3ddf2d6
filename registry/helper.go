package registry

import (
	"slices"
	"time"

	"anling/geo"
)

// HelperID is the id of a helper.
type HelperID string

// The kinds of helper.
const (
	KindVolunteer = "volunteer"
	KindNeighbour = "neighbour"
	KindProvider  = "provider"
	KindStaff     = "staff"
)

// Helper is somebody who can go to an elder.
type Helper struct {
	ID       HelperID      `json:"id"`
	Centre   CentreID      `json:"centre"`
	Name     string        `json:"name"`
	Phones   []string      `json:"phones"`
	Language string        `json:"language"`
	Kind     string        `json:"kind"`
	Position *geo.Position `json:"position"` // the last known
	Skills   []string      `json:"skills"`
	Services []string      `json:"services"`
	OnDuty   bool          `json:"on_duty"`
	Modes    []geo.Mode    `json:"modes"`    // how they can travel
	Schedule []Shift       `json:"schedule"` // empty: always
	KeysFor  []ElderID     `json:"keys_for"` // whose doors they have a key for

	WeeklyOffers *int    `json:"weekly_offers"` // how often they want to be asked in a week; null: as their centre says, 0: not at all
	QuietHours   []Shift `json:"quiet_hours"`   // when they are not asked unless a life is at stake; empty: never
	Household    string  `json:"household"`     // the same for helpers who live together; empty: not known

	Provider        ProviderID      `json:"provider"` // whose staff they are; they follow its centre
	Areas           []string        `json:"areas"`    // codes of the areas that they serve; empty: any
	Certificates    []Certificate   `json:"certificates"`
	BackgroundCheck BackgroundCheck `json:"background_check"`
	Status          string          `json:"status"`
	StatusReason    string          `json:"status_reason"`
	StatusFrom      string          `json:"status_from"`  // a day; empty: at once
	StatusUntil     string          `json:"status_until"` // the last day of a suspension; empty: open
	Notices         []Notice        `json:"notices"`
	Absences        []Absence       `json:"absences"`
	Grade           string          `json:"grade"`    // worked out from history
	Warnings        []Warning       `json:"warnings"` // what somebody should see to; worked out anew at each look
	Custom          Custom          `json:"custom"`   // the centre's own fields, by their keys

	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`
}

// Shift is a time of the week in which a helper can be asked. One that ends before it begins
// goes on into the next day; one that ends when it begins lasts the whole day.
type Shift struct {
	Days []int  `json:"days"` // 1 is Monday, 7 is Sunday
	From string `json:"from"` // 08:00, in the time zone of the helper's centre
	To   string `json:"to"`
}

func (s Shift) covers(local time.Time) bool {
	from, okFrom := minuteOf(s.From)
	to, okTo := minuteOf(s.To)
	if !okFrom || !okTo {
		return false
	}
	at, day := local.Hour()*60+local.Minute(), weekday(local)
	if from < to {
		return at >= from && at < to && slices.Contains(s.Days, day)
	}
	yesterday := (day+5)%7 + 1
	return at >= from && slices.Contains(s.Days, day) || at < to && slices.Contains(s.Days, yesterday)
}

func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// minuteOf reads 08:30; 24:00 is the end of the day.
func minuteOf(clock string) (int, bool) {
	if clock == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", clock)
	return t.Hour()*60 + t.Minute(), err == nil
}

func (h *Helper) defaults() {
	h.Language, h.Kind, h.OnDuty, h.Modes = defaultLanguage, KindVolunteer, true, []geo.Mode{geo.Foot}
}

func (h *Helper) normalise(c *problems) {
	h.Name = tidy(h.Name)
	h.Phones = c.phones("phones", h.Phones)
	h.Language = languageOf(h.Language)
	h.Kind = helperKindOf(h.Kind)
	h.Skills, h.Services = tidyList(h.Skills), tidyList(h.Services)
	h.Modes = codeList(h.Modes)
	if len(h.Modes) == 0 {
		h.Modes = []geo.Mode{geo.Foot}
	}
	h.KeysFor = codeKeepCase(h.KeysFor)
	h.QuietHours, h.Household = tidyShifts(h.QuietHours), tidy(h.Household)
	h.Schedule, h.Certificates, h.Notices, h.Absences = some(h.Schedule), some(h.Certificates), some(h.Notices), some(h.Absences)
	h.Provider = ProviderID(tidy(string(h.Provider)))
	h.Areas = codeKeepCase(h.Areas)
	h.Status, h.StatusReason = statusOf(h.Status), tidy(h.StatusReason)
	h.Custom = h.Custom.tidied()
}

func (h *Helper) check(c *problems, _ time.Time) {
	c.name("name", h.Name)
	c.language("language", h.Language)
	c.oneOf("kind", h.Kind, KindVolunteer, KindNeighbour, KindProvider, KindStaff)
	c.position("position", h.Position)
	c.list("skills", h.Skills)
	c.list("services", h.Services)
	for _, m := range h.Modes {
		c.oneOf("modes", string(m), string(geo.Foot), string(geo.Bike), string(geo.Car))
	}
	for _, s := range h.Schedule {
		s.check(c)
	}
	c.shifts("quiet_hours", h.QuietHours)
	c.weeklyOffers(h.WeeklyOffers)
	c.text("household", h.Household, maxCode)
	h.checkStanding(c)
	if len(h.Phones) == 0 && !c.has("phones") {
		c.add("phones", "must have at least one number: a helper is there to be called")
	}
}

func (h *Helper) checkStanding(c *problems) {
	s := h.standing()
	c.status(&s, h.StatusReason)
	h.StatusFrom, h.StatusUntil = s.from, s.until
	c.areas("areas", h.Areas)
	c.certificates(h.Certificates)
	c.backgroundCheck(&h.BackgroundCheck)
	c.notices(h.Notices)
	h.Custom.check(c)
	c.absences(h.Absences, h.ID)
}

func (s Shift) check(c *problems) { s.checkAs(c, "schedule") }

func (s Shift) checkAs(c *problems, field string) {
	if len(s.Days) == 0 || slices.ContainsFunc(s.Days, func(d int) bool { return d < 1 || d > 7 }) {
		c.add(field, "must name days from 1 (Monday) to 7 (Sunday)")
	}
	_, from := minuteOf(s.From)
	_, to := minuteOf(s.To)
	if !from || !to {
		c.add(field, "must have times like 08:00 in from and to")
	}
}

func (h *Helper) head() head {
	return head{ID: string(h.ID), Centre: h.Centre, Version: h.Version,
		Created: h.CreatedAt, Updated: h.UpdatedAt, Archived: h.ArchivedAt}
}

func (h *Helper) setHead(x head) {
	h.ID, h.Centre, h.Version = HelperID(x.ID), x.Centre, x.Version
	h.CreatedAt, h.UpdatedAt, h.ArchivedAt = x.Created, x.Updated, x.Archived
}

func (h *Helper) subject() string   { return string(h.ID) }
func (h *Helper) values() []any     { return []any{h.Kind, h.OnDuty, h.Provider, h.Status, h.Grade} }
func (h *Helper) dests() []any      { return []any{&h.Kind, &h.OnDuty, &h.Provider, &h.Status, &h.Grade} }
func (h *Helper) lock()             { h.Locked = true }
func (h *Helper) lookups() []lookup { return nil }

func (h *Helper) adopt(o *Helper) {
	h.Kind, h.OnDuty, h.Provider, h.Status, h.Grade = o.Kind, o.OnDuty, o.Provider, o.Status, o.Grade
}

func (h *Helper) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(h.ID)), wordsOf(NameWords, h.Name), wordsOf(PhoneWords, h.Phones...),
		wordsOf(OpenWords, h.Skills...), wordsOf(OpenWords, h.Services...))
}
