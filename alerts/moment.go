package alerts

import "time"

// The time of an alert never goes back, though the clock of a machine may: it is set, or another node with another clock goes on. What
// happens to an alert before the clock has come to its last event again is written down after that event, and what it wants is done as
// long after that as it should be, not when the clock has caught up: an alarm that was raised on a clock eight hours ahead must not
// stand still for eight hours when that is found out.

// moment is the present by the alert's own time: that of the clock, or, while the clock is behind the last event, what has gone by
// since that event was written, as far as that is known.
func (a *Alert) moment(clock time.Time) time.Time {
	if !clock.Before(a.LastAt) {
		return clock
	}
	return later(a.LastAt.Add(time.Microsecond), clock.Add(a.Skew))
}

// lookAgain has the alert looked at when its own time has come to a moment.
func (p *progress) lookAgain(at time.Time) {
	due := p.a.byClock(at)
	p.a.DueAt = &due
}

// byClock turns a moment of the alert's own time into one of the clock by which it was written last.
func (a *Alert) byClock(at time.Time) time.Time { return at.Add(-a.Skew) }

// turnByClock is at whose seat the alert stands, since when by the clock.
func (a *Alert) turnByClock() *Turn {
	if a.Turn == nil {
		return nil
	}
	return &Turn{Operator: a.Turn.Operator, At: a.byClock(a.Turn.At)}
}

// notKept leaves out of a state what the program that wrote the other one did not keep yet.
func (a *Alert) notKept(by *Alert) {
	if by.LastAt.IsZero() {
		a.LastAt = time.Time{}
	}
	if len(by.Known) < len(a.Known) {
		a.Known = by.Known
	}
}
