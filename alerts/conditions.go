package alerts

import (
	"slices"
	"strings"
	"time"

	"anling/notify"
	"anling/registry"
)

// conditionNames are the words that may stand behind until: and if:. Each may have "not " before it; what each means is said in
// the message file under plan.if. (docs/plans.md shows the list).
func conditionNames() []string {
	return []string{
		"accepted", "acted", "human", "contact_coming", "helper_coming", "enough", "arrived", "followed_up",
		"elder_well", "elder_unwell", "silent", "alone", "night", "late", "again", "unidentified", "unmanned",
		"began_at_night", "vip", "important", "elder_phone", "has_contacts", "key_holder", "short", "false_alarm", "unchecked", "no_speech", "zone_back",
	}
}

const notPrefix = "not "

// Night, for a step that is meant for it: the hours in which people sleep.
func night() []registry.Shift {
	return []registry.Shift{Hours{From: "22:00", To: "06:00"}.shift()}
}

// wanted reports whether a step has a place in this alert: its kinds and all its conditions hold at the moment that it is due.
func (p *Plan) wanted(s *Step, a *Alert, due time.Time) bool {
	if len(s.Kinds) > 0 && !slices.Contains(s.Kinds, a.Kind) {
		return false
	}
	return !slices.ContainsFunc(s.If, func(c string) bool { return !p.condition(c, a, due) })
}

// condition evaluates one word of until or if. Only night asks what time it is: at the step's own time, so that a step of the day
// does not happen when night falls.
func (p *Plan) condition(c string, a *Alert, due time.Time) bool {
	if rest, not := strings.CutPrefix(c, notPrefix); not {
		return !p.condition(rest, a, due)
	}
	switch c {
	case "night":
		return registry.Within(night(), due, zoneOf(a))
	case "began_at_night":
		return registry.Within(night(), a.BeganAt, zoneOf(a))
	}
	return p.holds(c, a)
}

// standing evaluates the conditions that say how things stood at the press, and what the elder has said since.
func standing(c string, a *Alert) bool {
	switch c {
	case "elder_well":
		return a.eldersWell()
	case "elder_unwell":
		return a.elderUnwell()
	case "silent":
		return a.Silent
	case "alone":
		return a.Alone
	case "late":
		return a.LateS > 0
	case "again":
		return a.Presses > 1
	case "unidentified":
		return a.Unidentified
	case "unmanned":
		return a.Unmanned
	case registry.ClassVIP, registry.ClassImportant:
		return slices.Contains(a.Classes, c)
	case "no_speech":
		return a.NoSpeechAt != nil && a.OnSceneAt == nil
	case "zone_back":
		return a.BackAt != nil
	case "unchecked":
		return a.Outage != nil && a.Outage.Unchecked > 0
	case "false_alarm":
		return a.Outcome == OutcomeFalseAlarm || a.Outcome == OutcomeTest
	}
	return people(c, a)
}

// people evaluates the conditions about who belongs to the alert.
func people(c string, a *Alert) bool {
	has := func(f func(*Person) bool) bool { return slices.ContainsFunc(a.People, f) }
	switch c {
	case "helper_coming":
		return has(func(p *Person) bool { return p.Part == PartHelper && p.State.Coming() })
	case "elder_phone":
		return has(func(p *Person) bool { return p.Part == PartElder && p.Numbers > 0 && !a.Silent })
	case "has_contacts":
		return has(func(p *Person) bool { return p.Part == PartContact && p.Numbers > 0 })
	case "key_holder":
		return has(func(p *Person) bool { return p.HasKey })
	case "short":
		for _, m := range a.Steps {
			if m.Short {
				return true
			}
		}
	}
	return false
}

// eldersWell reports whether the last that every elder of the alert has said is that they are well. Where alerts are linked, the word of one
// says nothing of the other.
func (a *Alert) eldersWell() bool {
	well, elders := 0, 0
	a.Each(PartElder, func(p *Person) {
		elders++
		if p.Said == string(notify.AnswerWell) {
			well++
		}
	})
	return elders > 0 && well == elders
}

// elderUnwell reports whether the last that an elder of the alert has said is that they are not well.
func (a *Alert) elderUnwell() bool {
	return slices.ContainsFunc(a.People, func(p *Person) bool { return p.Part == PartElder && p.Said == string(notify.AnswerUnwell) })
}

// zoneOf is the time zone in which the alert's plan reads the clock: that of its centre, as it was at the press.
func zoneOf(a *Alert) *time.Location { return registry.Zone(a.Zone) }

// morning is when one calls somebody who was up in the night; nextMorning is how long after an event a morning is the next one.
const (
	morning     = "09:00"
	nextMorning = 6 * time.Hour
)

// dueAt is when a step falls due that counts from base.
func (s *Step) dueAt(a *Alert, base time.Time) time.Time {
	switch s.Next {
	case "":
		return base.Add(time.Duration(s.At))
	case "morning":
		return nextClock(morning, base.Add(nextMorning), zoneOf(a))
	}
	return nextClock(s.Next, base, zoneOf(a))
}

// nextClock is the first time after t at which clocks in the zone show it. A time that a change of clocks leaves out is the
// moment after the change.
func nextClock(clock string, t time.Time, zone *time.Location) time.Time {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return t
	}
	local := t.In(zone)
	for day := range 3 { // later than t: a round that begins at this very time waits for tomorrow's
		due := time.Date(local.Year(), local.Month(), local.Day()+day, at.Hour(), at.Minute(), 0, 0, zone)
		if due.After(t) {
			return due.UTC()
		}
	}
	return t
}

// suits reports whether a step means somebody who is or could be in the alert: by role, skill, language and key.
func (s *Step) suits(role, language string, skills []string, hasKey bool) bool {
	any := func(want []string, has ...string) bool {
		return len(want) == 0 || slices.ContainsFunc(has, func(h string) bool { return slices.Contains(want, h) })
	}
	return any(s.Roles, role) && any(s.Skills, skills...) && any(s.Languages, language) && (s.Keys != "only" || hasKey)
}

// meant keeps, of those who could come, whom the step means.
func (s *Step) meant(known []Candidate) []Candidate {
	if len(s.Roles)+len(s.Skills)+len(s.Languages) == 0 && s.Keys != "only" {
		return known
	}
	out := make([]Candidate, 0, len(known))
	for _, c := range known {
		if s.suits(c.Kind, c.Language, c.Skills, c.HasKey) {
			out = append(out, c)
		}
	}
	return out
}

// callees are the people whom a step calls, one after the other. At a silent alarm nothing rings at the elder's side.
func (s *Step) callees(a *Alert) []*Person {
	var out, later []*Person
	for _, p := range a.People {
		switch {
		case s.Who == "elder" && p.Part == PartElder && !a.Silent:
			out = append(out, p)
		case s.Who != "contacts" || p.Part != PartContact || !s.suits(p.Role, p.Language, nil, p.HasKey):
		case s.Keys == "first" && !p.HasKey:
			later = append(later, p)
		default:
			out = append(out, p)
		}
	}
	byOrder := func(x, y *Person) int { return x.Order - y.Order }
	slices.SortStableFunc(out, byOrder)
	slices.SortStableFunc(later, byOrder)
	return append(out, later...)
}
