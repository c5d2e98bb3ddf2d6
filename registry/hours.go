package registry

import (
	"slices"
	"time"
)

// Within tells whether a time lies in one of the shifts, in the time zone loc. No shifts at all are always.
func Within(all []Shift, now time.Time, loc *time.Location) bool {
	if len(all) == 0 {
		return true
	}
	local := now.In(loc)
	return slices.ContainsFunc(all, func(s Shift) bool { return s.covers(local) })
}

// tidyShifts never gives nil, which JSON would write as null.
func tidyShifts(all []Shift) []Shift {
	out := make([]Shift, 0, len(all))
	for _, s := range all {
		slices.Sort(s.Days)
		s.Days, s.From, s.To = slices.Compact(s.Days), narrow(tidy(s.From)), narrow(tidy(s.To))
		out = append(out, s)
	}
	return out
}

func (c *problems) shifts(field string, all []Shift) {
	if len(all) > maxList {
		c.add(field, "must have at most %d entries", maxList)
	}
	for _, s := range all {
		s.checkAs(c, field)
	}
}
