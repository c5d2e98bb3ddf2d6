package road

import "time"

// hoursOfWeek is how many hours have a pace of their own; the first is that of Monday after midnight.
const hoursOfWeek = 7 * 24

// Hours tells how much longer or shorter roads take at each hour of the week.
type Hours struct {
	zone  *time.Location
	paces [modes][hoursOfWeek]*pace
}

// at is the pace of an instant; nil, as in the file, when nothing is known of the hour.
func (h *Hours) at(mode int, now time.Time) *pace {
	if h == nil || now.IsZero() {
		return nil
	}
	t := now.In(h.zone)
	return h.paces[mode][(int(t.Weekday())+6)%7*24+t.Hour()]
}
