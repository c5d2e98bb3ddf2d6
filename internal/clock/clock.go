package clock

import (
	"slices"
	"sync"
	"time"
)

// Clock tells the time and wakes its user.
type Clock interface {
	// Now gives the present moment.
	Now() time.Time
	// After gives a channel that receives the time once, when d has passed.
	After(d time.Duration) <-chan time.Time
}

type realClock struct{}

// Real gives the clock of the machine.
func Real() Clock { return realClock{} }

func (realClock) Now() time.Time                         { return time.Now() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Manual is a clock that stands still until it is turned. It may be used by many goroutines.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	waiting []alarm // in order of their time
}

type alarm struct {
	at   time.Time
	ring chan time.Time
}

// NewManual gives a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t} }

// Now gives the moment at which the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// After gives a channel that receives once, when the clock has been turned on by d.
func (m *Manual) After(d time.Duration) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	ring := make(chan time.Time, 1)
	if d <= 0 {
		ring <- m.now
		return ring
	}
	a := alarm{at: m.now.Add(d), ring: ring}
	i, _ := slices.BinarySearchFunc(m.waiting, a, func(x, y alarm) int {
		if c := x.at.Compare(y.at); c != 0 {
			return c
		}
		return -1 // first come, first woken
	})
	m.waiting = slices.Insert(m.waiting, i, a)
	return ring
}

// Waiting gives the number of After channels that have not received yet, so that a test can
// wait until a worker has gone to sleep.
func (m *Manual) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

// Advance turns the clock on by d and wakes whom it passes, in the order of their time.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(m.now.Add(d))
}

// Set turns the clock to t, which may lie in the past: clocks of machines jump, too.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(t)
}

func (m *Manual) turn(t time.Time) {
	m.now = t
	due := 0
	for due < len(m.waiting) && !m.waiting[due].at.After(t) {
		m.waiting[due].ring <- t
		due++
	}
	m.waiting = slices.Delete(m.waiting, 0, due)
}
