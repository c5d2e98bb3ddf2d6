package cover

import (
	"math/bits"
	"time"
)

// WeekHours is how many hours a week has. The first is that of Monday after midnight.
const WeekHours = 7 * 24

// Hours are some of the hours of the week.
type Hours [3]uint64

// Always are all hours of the week.
func Always() Hours { return Hours{^uint64(0), ^uint64(0), 1<<(WeekHours-128) - 1} }

// HourOf is the hour of the week of an instant, in its own time zone.
func HourOf(t time.Time) int { return (int(t.Weekday())+6)%7*24 + t.Hour() }

// Set adds an hour.
func (h *Hours) Set(hour int) { h[hour>>6] |= 1 << (hour & 63) }

// Clear takes an hour away.
func (h *Hours) Clear(hour int) { h[hour>>6] &^= 1 << (hour & 63) }

// Has tells whether an hour is one of them.
func (h Hours) Has(hour int) bool { return h[hour>>6]&(1<<(hour&63)) != 0 }

// Len is how many there are.
func (h Hours) Len() int {
	return bits.OnesCount64(h[0]) + bits.OnesCount64(h[1]) + bits.OnesCount64(h[2])
}

// And are those in both.
func (h Hours) And(o Hours) Hours { return Hours{h[0] & o[0], h[1] & o[1], h[2] & o[2]} }

// Or are those in either.
func (h Hours) Or(o Hours) Hours { return Hours{h[0] | o[0], h[1] | o[1], h[2] | o[2]} }

// Without are those that are not in the others.
func (h Hours) Without(o Hours) Hours { return Hours{h[0] &^ o[0], h[1] &^ o[1], h[2] &^ o[2]} }

// Each calls use for each hour, in their order.
func (h Hours) Each(use func(hour int)) {
	for i, w := range h {
		for ; w != 0; w &= w - 1 {
			use(i<<6 + bits.TrailingZeros64(w))
		}
	}
}

// Nights are the hours from ten in the evening to six in the morning.
func Nights() (h Hours) {
	for hour := range WeekHours {
		if at := hour % 24; at >= 22 || at < 6 {
			h.Set(hour)
		}
	}
	return h
}

// Weekends are the hours of Saturday and Sunday.
func Weekends() (h Hours) {
	for hour := 5 * 24; hour < WeekHours; hour++ {
		h.Set(hour)
	}
	return h
}
