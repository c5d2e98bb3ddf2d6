package registry

import "time"

// How many offers a week a volunteer gets unless they or their centre say otherwise. Alarm fatigue is among the two strongest
// reasons why volunteers leave; what a centre can bear it sees in its own figures (docs/dispatch.md).
const usualWeeklyOffers = 5

// mostWeeklyOffers is the largest budget: more is no budget.
const mostWeeklyOffers = 50

// Comfort is what a helper is to be spared, at one moment. It says whether they are asked readily; whether they may be asked at
// all is their Availability.
type Comfort struct {
	Quiet  bool      // it is one of their quiet hours
	Offers *int      // in a week, at most; nil: any number
	Week   time.Time // when this week of theirs began: Monday, in the time zone of their centre
}

// Comfort tells what a helper is to be spared at now.
func (r *Roster) Comfort(id HelperID, now time.Time) Comfort {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h := r.byID[id]
	own := r.rules.centres[h.Centre]
	local := now.UTC()
	if own.loc != nil {
		local = now.In(own.loc)
	}
	return Comfort{Quiet: h.quiet(local), Offers: h.budget(own.Centre), Week: weekOf(local)}
}

func (h Helper) quiet(local time.Time) bool {
	return len(h.QuietHours) > 0 && onShift(h.QuietHours, local)
}

// budget is how many offers a week the helper gets: their own word, else their centre's, else the usual number. Staff and
// providers, whose work it is, have none unless they say so; that is nil.
func (h Helper) budget(k Centre) *int {
	usual := usualWeeklyOffers
	switch {
	case h.WeeklyOffers != nil:
		return h.WeeklyOffers
	case h.Kind == KindStaff || h.Kind == KindProvider:
		return nil
	case k.WeeklyOffers != nil:
		return k.WeeklyOffers
	}
	return &usual
}

// weekOf is the beginning of the week in which a time lies, in its own time zone.
func weekOf(local time.Time) time.Time {
	y, m, d := local.Date()
	return time.Date(y, m, d-weekday(local)+1, 0, 0, 0, 0, local.Location())
}

func (c *problems) weeklyOffers(n *int) {
	if n != nil {
		c.between("weekly_offers", *n, 0, mostWeeklyOffers)
	}
}
