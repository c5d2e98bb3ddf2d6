package alerts

import (
	"sync"
	"time"
)

// beatAhead is how far a beat may lie in the future before it is taken to come from a clock that has been set back since: more than the
// clocks of two nodes differ by.
const beatAhead = 2 * time.Second

// beats remembers since when a node knows of beats that lie in its future. A console that is open is heard of again within seconds, by
// the clock as it is now; one that has fallen silent must not pass for open until the clock has come to its last beat again.
type beats struct {
	mu    sync.Mutex
	ahead map[beatOf]time.Time
}

// beatOf is one beat of a console.
type beatOf struct {
	operator string
	at       time.Time
}

// known notes when each beat from the future was first seen, and forgets those that are no more.
func (b *beats) known(seats []Seat, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	still := map[beatOf]time.Time{}
	for i, s := range seats {
		beat := beatOf{s.Operator, s.BeatAt}
		since, seen := b.ahead[beat] // also when the clock has come to it meanwhile: it is no younger for that
		if !seen && s.BeatAt.Sub(now) <= beatAhead {
			continue
		}
		if !seen || since.After(now) {
			since = now
		}
		still[beat], seats[i].ahead = since, since
	}
	b.ahead = still
}

// quiet reports whether a console is not heard of any more.
func (s Seat) quiet(now time.Time) bool {
	heard := s.BeatAt
	if !s.ahead.IsZero() {
		heard = s.ahead
	}
	return now.Sub(heard) >= SeatStale
}
