package simtest

import (
	"context"
	"fmt"
	"time"

	"anling/notify"
)

// weather is how bad the telephone network is in a story, in parts of a hundred.
type weather struct {
	refuse  int // requests turned down for now
	forbid  int // numbers that do not exist
	unknown int // requests without an answer, half of them taken
	lose    int // receipts that never come
	double  int // receipts and answers that come twice
	slow    int // that come late, some of them after what followed
	kill    int // requests in which the process dies
	lag     time.Duration
	terse   bool // companies that report only how it ended
}

func (w *world) drawWeather() weather {
	terse := w.chance(75)
	switch n := w.rng.IntN(10); {
	case n < 4:
		return weather{terse: terse}
	case n < 8:
		return weather{refuse: 8, forbid: 1, unknown: 8, lose: 15, double: 15, slow: 15, kill: 1, lag: 40 * time.Second, terse: terse}
	default:
		return weather{refuse: 40, forbid: 3, unknown: 25, lose: 40, double: 30, slow: 40, kill: 2, lag: 5 * time.Minute, terse: terse}
	}
}

// line is one of two telephone companies, as a node reaches it.
type line struct {
	n    *node
	name string
}

// call is a ringing or answered telephone.
type call struct {
	ref  string
	m    notify.Message
	over bool
}

// Send takes a request, or does not, or nobody knows.
func (l line) Send(_ context.Context, m notify.Message) notify.Result {
	w := l.n.w
	if w == nil {
		return notify.Result{Outcome: notify.Rejected, Permanent: true, Code: "nobody_there"}
	}
	w.request(l, m)
	wt := w.weather
	switch {
	case w.chance(wt.kill):
		if w.chance(50) {
			w.taken(l, m)
		}
		panic(death{})
	case w.chance(wt.refuse):
		w.tell("company %s turns %s down", l.name, w.messageName(m))
		return notify.Result{Outcome: notify.Rejected, Code: "busy"}
	case w.chance(wt.forbid):
		w.tell("company %s knows no such number for %s", l.name, w.messageName(m))
		return notify.Result{Outcome: notify.Rejected, Permanent: true, Code: "no_such_number"}
	case w.chance(wt.unknown):
		if w.chance(50) {
			w.taken(l, m)
		}
		w.tell("company %s does not answer about %s", l.name, w.messageName(m))
		return notify.Result{Outcome: notify.Unknown, Code: "timeout"}
	}
	return notify.Result{Outcome: notify.Accepted, Ref: w.taken(l, m)}
}

// Hangup ends a call.
func (l line) Hangup(_ context.Context, ref string) error {
	w := l.n.w
	if c := w.ledger.calls[ref]; c != nil && !c.over {
		c.over = true
		w.tell("%s stops ringing at %s", w.messageName(c.m), c.m.Person)
		w.report(c, notify.StatusNoAnswer, time.Second)
	}
	return nil
}

func (w *world) messageName(m notify.Message) string {
	return fmt.Sprintf("%s (%s, %s)", w.name("message", string(m.ID)), m.Channel, m.Template)
}

// taken is a message that is on its way to the phone.
func (w *world) taken(l line, m notify.Message) string {
	w.counts["ref"]++
	c := &call{ref: fmt.Sprintf("ref-%d", w.counts["ref"]), m: m}
	w.ledger.calls[c.ref] = c
	w.ledger.taken[m.ID] = append(w.ledger.taken[m.ID], m)
	w.tell("company %s carries %s to %s", l.name, w.messageName(m), m.Person)
	if m.Channel == notify.SMS {
		w.report(c, notify.StatusDelivered, w.between(time.Second, 8*time.Second))
		w.after(w.between(3*time.Second, 20*time.Second), "read", func() { w.readText(c) })
		return c.ref
	}
	if w.chance(5) { // the callback overtakes the answer to the request
		w.reportNow(c, notify.StatusRinging)
	} else {
		w.report(c, notify.StatusRinging, w.between(time.Second, 4*time.Second))
	}
	w.after(w.between(4*time.Second, 20*time.Second), "lift", func() { w.ring(c) })
	return c.ref
}

// report lets the company tell what became of a message: late, twice, or never.
func (w *world) report(c *call, s notify.Status, d time.Duration) {
	if w.chance(w.weather.lose) || w.weather.terse && !s.Final() && s != notify.StatusAnswered {
		return
	}
	if w.chance(w.weather.slow) {
		d += w.upTo(w.weather.lag)
	}
	w.after(d, "report", func() { w.reportNow(c, s) })
	if w.chance(w.weather.double) {
		w.after(d+w.upTo(time.Minute), "report again", func() { w.reportNow(c, s) })
	}
}

func (w *world) reportNow(c *call, s notify.Status) {
	company := "a"
	if w.chance(10) {
		company = "b"
	}
	rep := notify.StatusReport{Provider: company, Ref: c.ref, Message: c.m.ID, Repeat: c.m.Repeat, Status: s, At: w.clock.Now()}
	w.insist("report", 3, func(n *node) error {
		awake := n.awake
		err := n.call(func(ctx context.Context) error { return n.outbox.TakeStatus(ctx, rep) })
		n.awake = awake || w.chance(15) // most reports bring nothing that is due
		w.tell("the company says to %s: %s is %s%s", n.name, w.messageName(c.m), s, failed(err))
		return err
	})
}

// insist does something at any node, and again a moment later as long as it fails by no fault of the caller.
func (w *world) insist(what string, times int, do func(*node) error) {
	err := do(w.someNode())
	if err == nil || times <= 1 || !mayTryAgain(err) {
		return
	}
	w.after(w.between(time.Second, 8*time.Second), what, func() { w.insist(what, times-1, do) })
}
