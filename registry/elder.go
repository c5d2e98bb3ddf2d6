package registry

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"anling/geo"
)

// ElderID is the id of an elder.
type ElderID string

// Elder is a person who may press a button.
type Elder struct {
	ID         ElderID       `json:"id"`
	Centre     CentreID      `json:"centre"`
	Number     string        `json:"number"` // the centre's own, unique in it; made by the program when none is given
	Name       string        `json:"name"`
	Sex        string        `json:"sex"`        // "f", "m", or empty when not known
	BirthDate  string        `json:"birth_date"` // 1944-03-15, 1944-03 or 1944
	IDKind     string        `json:"id_kind"`    // resident, passport …: what paper id_number is of
	IDNumber   string        `json:"id_number"`
	Phones     []string      `json:"phones"` // E.164, the first is called first
	Language   string        `json:"language"`
	Dialect    string        `json:"dialect"` // in the elder's words: 上海话, Hokkien
	Area       string        `json:"area"`    // official code of the community, else of the street
	Address    string        `json:"address"`
	Position   *geo.Position `json:"position"`  // of the home
	Household  string        `json:"household"` // the same for those who share a home; empty when alone
	Tier       string        `json:"tier"`      // a code of the centre's own; "normal" by default
	Living     string        `json:"living"`    // how the elder lives: alone, couple, family …
	CareLevel  string        `json:"care_level"`
	Illnesses  []string      `json:"illnesses"`
	Medicines  []string      `json:"medicines"`
	Allergies  []string      `json:"allergies"`
	Mobility   string        `json:"mobility"`
	Access     string        `json:"access"` // how to get in: door code, key safe, who has the key
	SafetyPlan *SafetyPlan   `json:"safety_plan"`
	Custom     Custom        `json:"custom"` // the centre's own fields, by their keys
	Notes      string        `json:"notes"`
	Photo      string        `json:"photo"`       // the attachment that shows the face
	MergedInto ElderID       `json:"merged_into"` // of an archived record: which one it is part of
	LegalHold  bool          `json:"legal_hold"`
	HoldReason string        `json:"legal_hold_reason"`
	Version    int64         `json:"version"`
	CreatedAt  time.Time     `json:"created_at"`
	UpdatedAt  time.Time     `json:"updated_at"`
	ArchivedAt *time.Time    `json:"archived_at"`

	// Locked says that the sealed part could not be opened, because its key is missing or was
	// erased: only ID, Centre, Area, Household, Tier, LegalHold and the times are known. The Tx methods alone give such a record.
	Locked bool `json:"locked,omitempty"`
}

// Age is the elder's age in whole years at now, and 0 when it is not known. Of a birth date
// that names only a year or a month, the age is that at its end.
func (e Elder) Age(now time.Time) int {
	born, ok := lastDay(e.BirthDate)
	if !ok || now.Before(born) {
		return 0
	}
	years := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		years--
	}
	return years
}

// lastDay gives the last day that a date of any of the three precisions can mean.
func lastDay(date string) (time.Time, bool) {
	if t, err := time.Parse("2006-01-02", date); err == nil {
		return t, true
	}
	if t, err := time.Parse("2006-01", date); err == nil {
		return t.AddDate(0, 1, -1), true
	}
	t, err := time.Parse("2006", date)
	return t.AddDate(1, 0, -1), err == nil
}

func (e *Elder) defaults() { e.Tier, e.Language = defaultTier, defaultLanguage }

// blank is what a record has that was sealed before these fields came.
func (e *Elder) blank() { e.Custom = Custom{} }

func (e *Elder) normalise(c *problems) {
	e.Number, e.Name = strings.ToUpper(narrow(tidy(e.Number))), tidy(e.Name)
	e.IDKind, e.IDNumber = paperOf(e.IDKind, e.IDNumber)
	e.Area, e.Household, e.Photo = orDefault(AreaCode(e.Area), narrow(tidy(e.Area))), tidy(e.Household), tidy(e.Photo)
	e.CareLevel, e.Dialect = careLevelOf(e.CareLevel), tidy(e.Dialect)
	e.SafetyPlan, e.Custom = e.SafetyPlan.tidied(), e.Custom.tidied()
	if e.HoldReason = tidy(e.HoldReason); !e.LegalHold {
		e.HoldReason = ""
	}
	e.Sex = sexOf(e.Sex)
	e.BirthDate = dateOf(e.BirthDate)
	e.Phones = c.phones("phones", e.Phones)
	e.Language = languageOf(e.Language)
	e.Address = tidy(e.Address)
	e.Tier = orDefault(tidy(e.Tier), defaultTier)
	e.Living = tidy(e.Living)
	e.Illnesses, e.Medicines, e.Allergies = tidyList(e.Illnesses), tidyList(e.Medicines), tidyList(e.Allergies)
	e.Mobility, e.Access, e.Notes = tidy(e.Mobility), tidy(e.Access), tidy(e.Notes)
}

// check refuses what cannot be right. Age is no reason: 60 and over is the usual, not a rule.
func (e *Elder) check(c *problems, now time.Time) {
	c.name("name", e.Name)
	c.oneOf("sex", e.Sex, "", "f", "m")
	c.birthDate("birth_date", e.BirthDate, now)
	c.language("language", e.Language)
	c.text("address", e.Address, maxLine)
	c.position("position", e.Position)
	c.code("tier", e.Tier)
	c.text("living", e.Living, maxLine)
	c.list("illnesses", e.Illnesses)
	c.list("medicines", e.Medicines)
	c.list("allergies", e.Allergies)
	c.text("mobility", e.Mobility, maxLine)
	c.text("access", e.Access, maxText)
	c.text("notes", e.Notes, maxText)
	e.checkStanding(c)
}

// checkStanding checks where the elder stands in the centre's books.
func (e *Elder) checkStanding(c *problems) {
	for field, id := range map[string]string{"number": e.Number, "household": e.Household, "photo": e.Photo} {
		if id != "" {
			c.id(field, id)
		}
	}
	if e.Area != "" && AreaCode(e.Area) == "" {
		c.add("area", "must be the official code of a community, a street or a district, like 310101002009")
	}
	c.paper(e.IDKind, e.IDNumber)
	c.text("dialect", e.Dialect, maxLine)
	c.oneOf("care_level", e.CareLevel, append(careLevels(), "")...)
	e.SafetyPlan.check(c)
	e.Custom.check(c)
	c.text("legal_hold_reason", e.HoldReason, maxText)
	if e.LegalHold && e.HoldReason == "" {
		c.add("legal_hold_reason", "is required: why nothing of this person may be erased")
	}
}

func (e *Elder) head() head {
	return head{ID: string(e.ID), Centre: e.Centre, Version: e.Version,
		Created: e.CreatedAt, Updated: e.UpdatedAt, Archived: e.ArchivedAt}
}

func (e *Elder) setHead(h head) {
	e.ID, e.Centre, e.Version = ElderID(h.ID), h.Centre, h.Version
	e.CreatedAt, e.UpdatedAt, e.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (e *Elder) subject() string { return string(e.ID) }
func (e *Elder) lock()           { e.Locked = true }

// elderColumns are the clear columns of an elder's own.
func elderColumns() []string {
	return []string{"tier", "area", "household", "safety_plan", "legal_hold", "merged_into"}
}

func (e *Elder) values() []any {
	return []any{e.Tier, e.Area, e.Household, e.SafetyPlan != nil && e.SafetyPlan.On, e.LegalHold, e.MergedInto}
}

func (e *Elder) dests() []any {
	return []any{&e.Tier, &e.Area, &e.Household, new(bool), &e.LegalHold, &e.MergedInto}
}

func (e *Elder) adopt(o *Elder) {
	e.Tier, e.Area, e.Household, e.LegalHold, e.MergedInto = o.Tier, o.Area, o.Household, o.LegalHold, cmp.Or(o.MergedInto, e.MergedInto)
}

func (e *Elder) lookups() []lookup {
	var all []lookup
	if e.Number != "" {
		all = append(all, lookup{kind: numberLookup, text: numberText(e)})
	}
	for _, text := range e.alikes() {
		all = append(all, lookup{kind: alikeLookup, text: text})
	}
	if e.IDNumber != "" {
		all = append(all, lookup{kind: paperLookup, text: e.IDNumber})
	}
	for _, p := range e.Phones {
		all = append(all, lookup{kind: callerLookup, text: p})
	}
	return all
}

func numberText(e *Elder) string { return string(e.Centre) + "\x00" + e.Number }

func (e *Elder) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(e.ID), e.Number), wordsOf(NameWords, e.Name), wordsOf(AddressWords, e.Address),
		wordsOf(PhoneWords, e.Phones...), wordsOf(PaperWords, e.IDNumber), wordsOf(NoteWords, e.Notes))
}
