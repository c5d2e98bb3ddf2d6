package simtest

import (
	"context"
	"time"

	"anling/alerts"
	"anling/notify"
)

// view is what the database held when it was looked at last, and what was new then.
type view struct {
	version  int64
	global   int64
	order    []alerts.AlertID // as they were raised
	alerts   map[alerts.AlertID]*alerts.Alert
	events   map[alerts.AlertID][]alerts.Event
	messages map[notify.MessageID]messageRow
	busy     map[string]bool

	// What the last look brought.
	fresh    []alerts.Event
	before   map[alerts.AlertID]*alerts.Alert // those that changed, as they were
	earlier  map[notify.MessageID]messageRow  // messages as they were
	requests []request                        // that left since
	settled  bool                             // all that was due has been done

	raised  map[alerts.AlertID]time.Duration // healthy time at the raising
	named   map[string]int                   // how often a signal stands in the timelines
	told    map[notify.MessageID]alerts.Event
	unmade  map[notify.MessageID]bool // told of, and recorded as not made
	answers int                       // how many of the ledger have been looked at
}

func (v *view) begin(w *world) {
	*v = view{version: w.version(), alerts: map[alerts.AlertID]*alerts.Alert{}, events: map[alerts.AlertID][]alerts.Event{},
		messages: map[notify.MessageID]messageRow{}, busy: map[string]bool{}, raised: map[alerts.AlertID]time.Duration{},
		named: map[string]int{}, told: map[notify.MessageID]alerts.Event{}, unmade: map[notify.MessageID]bool{}}
}

// look reads what is new. It tells whether there was anything.
func (w *world) observe() bool {
	v := &w.view
	seen := len(w.ledger.requests) - w.ledger.looked
	v.requests = w.ledger.requests[w.ledger.looked:]
	w.ledger.looked += seen
	v.fresh, v.before, v.earlier = nil, map[alerts.AlertID]*alerts.Alert{}, v.messages
	now := w.version()
	if now == v.version {
		return seen > 0
	}
	v.version = now
	changes, err := w.observer.After(context.Background(), v.global, 5000)
	w.must(err)
	for _, c := range changes {
		id := c.Event.Alert
		if _, known := v.before[id]; !known {
			v.before[id] = v.alerts[id]
		}
		if v.alerts[id] == nil {
			v.order, v.raised[id] = append(v.order, id), w.healthy
		}
		v.alerts[id] = c.Alert
		v.events[id] = append(v.events[id], c.Event)
		v.fresh = append(v.fresh, c.Event)
		v.global = c.Event.Global
		v.note(c.Event)
	}
	for _, r := range w.readAlerts() {
		if a := v.alerts[r.id]; a != nil {
			a.DueAt = dueOf(r)
		}
	}
	v.messages, v.busy = w.readMessages(), w.readBusy()
	return true
}

// note keeps what invariants ask for again and again.
func (v *view) note(e alerts.Event) {
	id := notify.MessageID(e.Data.Message)
	switch {
	case e.Type == alerts.EventProved: // names a press that has its own place
	case e.Data.Signal != "":
		v.named[e.Data.Signal]++
	case e.Type == alerts.EventTold:
		v.told[id] = e
	case e.Type == alerts.EventReceipt && e.Actor.Kind == alerts.ActorSystem:
		v.unmade[id] = true
	}
}

func dueOf(r alertRow) *time.Time {
	if !r.due.Valid {
		return nil
	}
	t := time.UnixMicro(r.due.Int64).UTC()
	return &t
}

// check looks, tells the story, wakes the desk, and holds what is seen against the invariants.
func (w *world) check() { w.checkWhen(false) }

func (w *world) checkWhen(settled bool) {
	news := w.observe()
	if !news && !settled || len(w.broken) > 0 {
		return
	}
	w.view.settled = settled
	w.recount()
	for _, inv := range invariants() {
		if !settled && inv.whenSettled {
			continue
		}
		inv.check(w, &w.view, func(format string, args ...any) { w.breaks(inv.name, format, args...) })
	}
}

// recount tells of what is new, and has the desk hear of it.
func (w *world) recount() {
	for _, e := range w.view.fresh {
		a := w.view.alerts[e.Alert]
		w.tell("  %s", w.eventLine(a, e))
		switch e.Type {
		case alerts.EventRaised, alerts.EventEscalated, alerts.EventTransferred, alerts.EventPressedAgain, alerts.EventReopened:
			w.wakeDesk(a)
		}
	}
}
