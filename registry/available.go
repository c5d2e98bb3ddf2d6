package registry

import (
	"slices"
	"time"
)

// Hindrance says why a helper is not offered, as the code of a reason in the message file.
type Hindrance string

// The hindrances, in the order in which they are told.
const (
	HinderedArchived          Hindrance = "archived"
	HinderedLocked            Hindrance = "locked"            // the record cannot be opened: nobody could be called
	HinderedLeft              Hindrance = "left"              // has left
	HinderedSuspended         Hindrance = "suspended"         // is suspended now
	HinderedProviderLeft      Hindrance = "provider_left"     // the provider has left, or is not there any more
	HinderedProviderSuspended Hindrance = "provider_off"      // the provider is suspended now
	HinderedInspection        Hindrance = "inspection"        // the provider's yearly inspection is overdue or failed, and the centre demands it
	HinderedCheck             Hindrance = "background_check"  // no background check was passed, and the centre demands it
	HinderedAbsent            Hindrance = "absent"            // is away now
	HinderedOffDuty           Hindrance = "off_duty"          // has gone off duty
	HinderedOffShift          Hindrance = "outside_of_shifts" // it is not their time of the week
)

// Circumstances are what decides beside a helper's own record whether they may be asked. The Roster knows them.
type Circumstances struct {
	Location *time.Location // of the helper's centre; nil: UTC
	// Provider is whose staff they are; nil when it is not there any more. It counts only for a helper who names one.
	Provider *Provider
	// Check and Inspection are what the centre of the helper, or the one that asks, demands.
	Check, Inspection bool
	// For are those who have named this helper as their substitute.
	For []Helper
}

// Availability is whether a helper may be asked to go, and why not.
type Availability struct {
	Why       []Hindrance // none: may be asked
	InPlaceOf HelperID    // who is away, when the helper stands in for somebody
}

// OK tells whether the helper may be asked.
func (a Availability) OK() bool { return len(a.Why) == 0 }

// Availability tells whether the helper may be asked to go at now, and names everything that speaks against it.
// Somebody who stands in for an absent helper has that helper's times beside their own.
func (h Helper) Availability(now time.Time, c Circumstances) Availability {
	local := now.UTC()
	if c.Location != nil {
		local = now.In(c.Location)
	}
	out := Availability{Why: h.hindered(local, c)}
	if h.absent(local) {
		out.Why = append(out.Why, HinderedAbsent)
		return out
	}
	onShift := onShift(h.Schedule, local)
	if h.OnDuty && onShift {
		return out
	}
	for _, away := range c.For {
		if away.replacedBy(h.ID, local) {
			out.InPlaceOf = away.ID
			return out
		}
	}
	if !h.OnDuty {
		out.Why = append(out.Why, HinderedOffDuty)
	}
	if !onShift {
		out.Why = append(out.Why, HinderedOffShift)
	}
	return out
}

// hindered is what no schedule and no substitution can mend.
func (h Helper) hindered(local time.Time, c Circumstances) []Hindrance {
	day := local.Format(time.DateOnly)
	var why []Hindrance
	when := func(is bool, w Hindrance) {
		if is {
			why = append(why, w)
		}
	}
	when(h.ArchivedAt != nil, HinderedArchived)
	when(h.Locked, HinderedLocked)
	own := h.standing().on(day)
	when(own == StatusLeft, HinderedLeft)
	when(own == StatusSuspended, HinderedSuspended)
	if h.Provider != "" {
		their := StatusLeft
		if c.Provider != nil && c.Provider.ArchivedAt == nil {
			their = c.Provider.standing().on(day)
		}
		when(their == StatusLeft, HinderedProviderLeft)
		when(their == StatusSuspended, HinderedProviderSuspended)
		when(c.Inspection && c.Provider != nil && c.Provider.InspectionOn(day) != InspectionDone, HinderedInspection)
	}
	when(c.Check && h.BackgroundCheck.State != CheckPassed, HinderedCheck)
	return why
}

func (h Helper) absent(local time.Time) bool {
	return slices.ContainsFunc(h.Absences, func(a Absence) bool { return a.covers(local) })
}

// replacedBy tells whether the helper is away in a time of their own and somebody stands in for them.
func (h Helper) replacedBy(who HelperID, local time.Time) bool {
	named := slices.ContainsFunc(h.Absences, func(a Absence) bool { return a.Substitute == who && a.covers(local) })
	return named && h.standing().on(local.Format(time.DateOnly)) == StatusActive && onShift(h.Schedule, local)
}

// onShift tells whether a time lies in a schedule; an empty one is always.
func onShift(schedule []Shift, local time.Time) bool {
	return len(schedule) == 0 || slices.ContainsFunc(schedule, func(s Shift) bool { return s.covers(local) })
}

// OpenAt tells whether somebody is to sit at the centre at now.
func (k Centre) OpenAt(now time.Time) bool { return onShift(k.Hours, now.In(k.Location())) }

// Can tells whether the helper has one of the skills on a day. A certificate of that name gives the skill while it is valid; when
// all certificates of a skill have expired, the skill does not count any more.
func (h Helper) Can(skills []string, day string) bool {
	return slices.ContainsFunc(skills, func(skill string) bool { return h.has(skill, day) })
}

func (h Helper) has(skill, day string) bool {
	papers := false
	for _, k := range h.Certificates {
		if k.Kind != skill {
			continue
		}
		if k.ValidOn(day) {
			return true
		}
		papers = true
	}
	return !papers && slices.Contains(h.Skills, skill)
}

// The states of the yearly inspection 年检.
const (
	InspectionDone    = "done"
	InspectionDue     = "due"     // of last year, not yet of this one: there is time until the end of June
	InspectionOverdue = "overdue" // none of last year either, or the time is over
	InspectionFailed  = "failed"  // the last one was not passed
)

// inspectionEnds is the month and day until which the inspection of a year has to be passed.
const inspectionEnds = "06-30"

// InspectionOn tells how the yearly inspection stands on a day. A provider who came in this year has until the end
// of June of the next.
func (p Provider) InspectionOn(day string) string {
	year, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return InspectionOverdue
	}
	passed, failed := 0, 0
	for _, n := range p.Inspections {
		switch n.Result {
		case CheckPassed:
			passed = max(passed, n.Year)
		case CheckFailed:
			failed = max(failed, n.Year)
		}
	}
	last := max(passed, p.CreatedAt.Year())
	switch {
	case failed > passed:
		return InspectionFailed
	case last >= year.Year():
		return InspectionDone
	case last == year.Year()-1 && day[len("2026-"):] <= inspectionEnds:
		return InspectionDue
	}
	return InspectionOverdue
}
