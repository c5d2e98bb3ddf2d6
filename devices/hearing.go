package devices

import "time"

// Stretch is a time during which some node of ours listened.
type Stretch struct {
	From, To time.Time
}

// Hearing is when we listened, oldest first. What was not heard because nobody listened is no device's silence.
type Hearing []Stretch

const (
	// deafAfter is how long the last sign of life of a listener may lie back; after that nobody listened.
	deafAfter = time.Minute
	// settleIn is what devices that report often have to find us again when we have been away, before their silence counts.
	settleIn = 15 * time.Minute
)

// silence is how long we have listened to a device in vain since it was last heard.
func (h Hearing) silence(seen, now time.Time) time.Duration {
	var sum time.Duration
	counted := seen // stretches of several nodes may overlap
	for _, s := range h {
		from, to := later(s.From, counted), earlier(s.To, now)
		if to.After(from) {
			sum, counted = sum+to.Sub(from), to
		}
	}
	return sum
}

// missing is how long a device is missed: its silence, but no longer than we have listened without a break when it has not had the
// time to find us again.
func (h Hearing) missing(seen, now time.Time, beat Beat) time.Duration {
	silence := h.silence(seen, now)
	if len(h) == 0 {
		return 0
	}
	back := h[len(h)-1].From
	if seen.Before(back) && now.Sub(back) < min(beat.patience(), settleIn) {
		return min(silence, now.Sub(back))
	}
	return silence
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
