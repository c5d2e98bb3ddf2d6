package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"anling/internal/clock"
)

func rang(c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestManualWakesWhomItPasses(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	m := clock.NewManual(start)
	now, late, soon := m.After(0), m.After(time.Minute), m.After(time.Second)
	if !rang(now) || rang(soon) || m.Waiting() != 2 {
		t.Errorf("at the start: %d waiting, want 2", m.Waiting())
	}
	m.Advance(time.Second - 1)
	if rang(soon) {
		t.Error("woken too early")
	}
	m.Advance(1)
	if !rang(soon) || rang(late) || !m.Now().Equal(start.Add(time.Second)) {
		t.Errorf("after a second: it is %v", m.Now())
	}
	m.Set(start.Add(-time.Hour))
	if rang(late) || !m.Now().Equal(start.Add(-time.Hour)) {
		t.Error("turning back woke somebody")
	}
	m.Set(start.Add(time.Hour))
	if !rang(late) || rang(late) || m.Waiting() != 0 {
		t.Errorf("an hour on: %d waiting, want all woken once", m.Waiting())
	}
}

func TestRealTimePasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clock.Real()
		before := c.Now()
		at := <-c.After(time.Minute)
		if got := at.Sub(before); got != time.Minute {
			t.Errorf("got %v, want a minute", got)
		}
	})
}
