package registry

import (
	"slices"
	"strings"
	"time"
)

// The states of a helper or provider. From active one may be suspended or leave, and come back from both:
//
//	active ⇄ suspended        active, suspended ──▶ left ──▶ active
const (
	StatusActive    = "active"
	StatusSuspended = "suspended"
	StatusLeft      = "left"
)

// The grades of credit 信用等级, worked out from history (grade.go); "" while there is too little of it.
const (
	GradeA = "A"
	GradeB = "B"
	GradeC = "C"
	GradeD = "D"
)

// The states of a background check.
const (
	CheckNone    = "none"
	CheckPending = "pending"
	CheckPassed  = "passed"
	CheckFailed  = "failed"
)

// Certificate is a paper that says what somebody can or may do.
type Certificate struct {
	Kind    string `json:"kind"` // first_aid, nurse, …: counts like the skill of that name while it is valid
	Number  string `json:"number"`
	Issued  string `json:"issued"`  // a day; may be empty
	Expires string `json:"expires"` // the last day on which it is valid; empty: never
}

// ValidOn tells whether the certificate holds on a day.
func (k Certificate) ValidOn(day string) bool {
	return (k.Issued == "" || k.Issued <= day) && (k.Expires == "" || day <= k.Expires)
}

// BackgroundCheck is whether somebody's past has been looked at before they are sent into homes.
type BackgroundCheck struct {
	State string `json:"state"`
	Date  string `json:"date"`
	By    string `json:"by"`
}

// Notice is something that whoever deals with a helper or provider must know, for a time.
type Notice struct {
	Text  string `json:"text"`
	From  string `json:"from"`  // a day; empty: at once
	Until string `json:"until"` // the last day; empty: until it is taken away
}

// Absence is a time in which a helper is away, and who stands in for them.
type Absence struct {
	From       string   `json:"from"`  // a day, or a day and a time: 2026-11-25 14:00
	Until      string   `json:"until"` // the last day, or the end
	Substitute HelperID `json:"substitute"`
	Reason     string   `json:"reason"`
}

// covers tells whether the absence lasts at a local time.
func (a Absence) covers(local time.Time) bool {
	at := local.Format(minuteForm)
	until := at[:min(len(at), len(a.Until))] // a day lasts to its end
	return at >= a.From && until <= a.Until
}

// Inspection is one yearly inspection 年检.
type Inspection struct {
	Year   int    `json:"year"`
	Result string `json:"result"` // passed, failed or pending
	Date   string `json:"date"`
	Note   string `json:"note"`
}

// minuteForm is how a time within a day is written; it sorts behind its day and before the next.
const minuteForm = "2006-01-02 15:04"

// standing is what the states of helpers and providers have in common.
type standing struct {
	status, from, until string
}

// on gives the state that holds on a day: a suspension that has not begun, or is over, does not count.
func (s standing) on(day string) string {
	begun := s.from == "" || s.from <= day
	over := s.until != "" && s.until < day
	switch {
	case s.status == StatusLeft && begun:
		return StatusLeft
	case s.status == StatusSuspended && begun && !over:
		return StatusSuspended
	}
	return StatusActive
}

func (h Helper) standing() standing { return standing{h.Status, h.StatusFrom, h.StatusUntil} }

func (p Provider) standing() standing { return standing{p.Status, p.StatusFrom, p.StatusUntil} }

// day is a day as a person may have written it: 2026-11-25, 2026/11/25, 2026年11月25日.
func (c *problems) day(field string, value *string) {
	*value = dateOf(*value)
	if *value == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, *value); err != nil {
		c.add(field, "must be a day like 2026-11-25")
	}
}

// moment is a day, or a day and a time.
func (c *problems) moment(field string, value *string) {
	text := strings.Replace(narrow(tidy(*value)), "T", " ", 1)
	date, clock, timed := strings.Cut(text, " ")
	if !timed {
		*value = date
		c.day(field, value)
		return
	}
	c.day(field, &date)
	if _, ok := minuteOf(clock); !ok && !c.has(field) {
		c.add(field, "must be a day, or a day and a time like 2026-11-25 14:00")
	}
	*value = date + " " + clock
}

// span is from one day to another.
func (c *problems) span(field, from, until string) {
	if from != "" && until != "" && until < from && !strings.HasPrefix(from, until+" ") {
		c.add(field, "must not end before it begins")
	}
}

func (c *problems) status(s *standing, reason string) {
	c.day("status_from", &s.from)
	c.day("status_until", &s.until)
	c.oneOf("status", s.status, StatusActive, StatusSuspended, StatusLeft)
	c.span("status_until", s.from, s.until)
	if reason == "" && (s.status == StatusSuspended || s.status == StatusLeft) {
		c.add("status_reason", "is required: why somebody is suspended or has left")
	}
	c.text("status_reason", reason, maxLine)
}

func (c *problems) certificates(all []Certificate) {
	c.many("certificates", len(all))
	for i := range all {
		k := &all[i]
		k.Kind, k.Number = strings.ToLower(tidy(k.Kind)), tidy(k.Number)
		c.name("certificates.kind", k.Kind)
		c.text("certificates.number", k.Number, maxName)
		c.day("certificates.issued", &k.Issued)
		c.day("certificates.expires", &k.Expires)
		c.span("certificates.expires", k.Issued, k.Expires)
	}
}

func (c *problems) notices(all []Notice) {
	c.many("notices", len(all))
	for i := range all {
		n := &all[i]
		n.Text = tidy(n.Text)
		c.required("notices.text", n.Text)
		c.text("notices.text", n.Text, maxText)
		c.day("notices.from", &n.From)
		c.day("notices.until", &n.Until)
		c.span("notices.until", n.From, n.Until)
	}
}

func (c *problems) absences(all []Absence, self HelperID) {
	c.many("absences", len(all))
	for i := range all {
		a := &all[i]
		a.Substitute, a.Reason = HelperID(tidy(string(a.Substitute))), tidy(a.Reason)
		c.moment("absences.from", &a.From)
		c.moment("absences.until", &a.Until)
		c.required("absences.from", a.From)
		c.required("absences.until", a.Until)
		c.span("absences.until", a.From, a.Until)
		c.text("absences.reason", a.Reason, maxLine)
		if a.Substitute != "" && a.Substitute == self {
			c.add("absences.substitute", "must be somebody else")
		}
	}
}

func (c *problems) inspections(all []Inspection) {
	c.many("inspections", len(all))
	for i := range all {
		n := &all[i]
		n.Result, n.Note = strings.ToLower(tidy(n.Result)), tidy(n.Note)
		c.between("inspections.year", n.Year, 2000, 2100)
		c.oneOf("inspections.result", n.Result, CheckPassed, CheckFailed, CheckPending)
		c.day("inspections.date", &n.Date)
		c.text("inspections.note", n.Note, maxLine)
	}
	slices.SortStableFunc(all, func(a, b Inspection) int { return a.Year - b.Year })
}

func (c *problems) backgroundCheck(k *BackgroundCheck) {
	k.State, k.By = orDefault(strings.ToLower(tidy(k.State)), CheckNone), tidy(k.By)
	c.oneOf("background_check.state", k.State, CheckNone, CheckPending, CheckPassed, CheckFailed)
	c.day("background_check.date", &k.Date)
	c.text("background_check.by", k.By, maxName)
	if k.State == CheckPassed && k.Date == "" {
		c.add("background_check.date", "is required: when it was passed")
	}
}

// areas are official codes of administrative areas: digits, the more the smaller the area.
func (c *problems) areas(field string, all []string) {
	c.many(field, len(all))
	for _, a := range all {
		c.area(field, a)
	}
}

func (c *problems) area(field, code string) {
	if code != "" && (!isDigits(code) || len(code) > len("310101002001000")) {
		c.add(field, "must be official codes of areas, like 310101002")
	}
}

func (c *problems) many(field string, n int) {
	if n > maxList {
		c.add(field, "must have at most %d entries", maxList)
	}
}

// some gives an empty list for none, so that JSON has [] and not null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// blank is what records have that were sealed before these fields came.
func (h *Helper) blank() {
	h.Areas, h.Certificates, h.Notices, h.Absences, h.Custom = []string{}, []Certificate{}, []Notice{}, []Absence{}, Custom{}
	h.BackgroundCheck.State, h.QuietHours = CheckNone, []Shift{}
}

func (p *Provider) blank() {
	p.Areas, p.Schedule, p.Certificates, p.Inspections, p.Notices, p.Custom = []string{}, []Shift{}, []Certificate{}, []Inspection{}, []Notice{}, Custom{}
}

func (k *Centre) blank() { k.Hours = []Shift{} }
