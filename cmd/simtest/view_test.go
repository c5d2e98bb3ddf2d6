package simtest

import (
	"context"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/notify"
)

// view is what the database held when it was looked at last, and what was new then.
type view struct {
	version  int64
	global   int64
	order    []alerts.AlertID                  // as they were raised
	alerts   map[alerts.AlertID]*alerts.Alert  // what the events say
	events   map[alerts.AlertID][]alerts.Event // all that have been seen
	seen     int                               // how many they are
	messages map[notify.MessageID]messageRow
	busy     map[string]bool // "helper alert"
	rest     rest

	// What the last look brought.
	fresh    []alerts.Event
	before   map[alerts.AlertID]*standing    // those that changed, as they were; nil: new
	moved    []notify.MessageID              // messages that are new, or not what they were
	earlier  map[notify.MessageID]messageRow // as they were
	requests []request                       // that left since
	settled  bool                            // all that was due has been done

	was     map[alerts.AlertID]*standing
	raised  map[alerts.AlertID]time.Duration // healthy time at the raising
	named   map[string]int                   // how often a signal stands in the timelines
	told    map[notify.MessageID]alerts.Event
	unmade  map[notify.MessageID]bool // told of, and recorded as not made
	notes   map[alerts.AlertID]int    // that operators have written
	answers int                       // how many of the ledger have been looked at

	outages  map[alerts.AlertID]map[string]listed
	excused  map[alerts.AlertID]bool // a supervisor has written why an outage ends
	forsaken []string                // on the list of an outage that has ended
	unheard  []string                // off the list, and nothing says why

	troubled map[string]map[string]time.Time // of each elder the devices that cannot be relied on, and since when
}

// standing is how far an alert and its people were.
type standing struct {
	state    alerts.State
	plan     alerts.PlanRef
	people   map[string]alerts.PersonState
	expected map[string]time.Time // of those on the way and not asked in vain: until when they are in time
}

func standingOf(a *alerts.Alert) *standing {
	s := standing{a.State, a.Plan, make(map[string]alerts.PersonState, len(a.People)), map[string]time.Time{}}
	for _, p := range a.People {
		s.people[p.ID] = p.State
		switch {
		case p.PromisedAt == nil || p.Trouble != "":
		case p.EtaAt != nil:
			s.expected[p.ID] = *p.EtaAt
		default:
			s.expected[p.ID] = p.PromisedAt.Add(wayLimit)
		}
	}
	return &s
}

func (v *view) begin(w *world) {
	*v = view{version: w.version(), alerts: map[alerts.AlertID]*alerts.Alert{}, events: map[alerts.AlertID][]alerts.Event{},
		messages: map[notify.MessageID]messageRow{}, busy: map[string]bool{}, raised: map[alerts.AlertID]time.Duration{},
		named: map[string]int{}, told: map[notify.MessageID]alerts.Event{}, unmade: map[notify.MessageID]bool{},
		was: map[alerts.AlertID]*standing{}, notes: map[alerts.AlertID]int{}, troubled: map[string]map[string]time.Time{}, outages: map[alerts.AlertID]map[string]listed{}, excused: map[alerts.AlertID]bool{},
		rest: rest{messages: map[string]string{}, ids: map[string]notify.MessageID{}}}
}

// observe reads what is new. It tells whether there was anything.
func (w *world) observe() bool {
	v := &w.view
	seen := len(w.ledger.requests) - w.ledger.looked
	v.requests = w.ledger.requests[w.ledger.looked:]
	w.ledger.looked += seen
	v.fresh, v.before, v.moved, v.earlier = nil, map[alerts.AlertID]*standing{}, nil, map[notify.MessageID]messageRow{}
	if !w.touched {
		return seen > 0
	}
	w.touched = false
	now := w.version()
	if now == v.version {
		return seen > 0
	}
	v.version = now
	var err error
	v.fresh, err = w.observer.Follow(context.Background(), v.global, 5000, v.alerts)
	w.must(err)
	for _, e := range v.fresh {
		id := e.Alert
		if len(v.events[id]) == 0 {
			v.order, v.raised[id] = append(v.order, id), w.healthy
		}
		v.before[id] = v.was[id]
		v.events[id] = append(v.events[id], e)
		v.global = e.Global
		v.note(e)
		v.noteTrouble(w, e)
		if v.alerts[id].Outage != nil {
			v.noteOutage(w, e)
		}
	}
	v.seen += len(v.fresh)
	for id := range v.before {
		v.was[id] = standingOf(v.alerts[id])
	}
	w.readRest()
	return true
}

// due is when the program has to do something next, by the machine's clock; zero: never.
func (v *view) due() time.Time {
	var at time.Time
	for _, a := range v.alerts {
		if a.DueAt != nil {
			at = earlier(at, *a.DueAt)
		}
	}
	for _, m := range v.messages {
		if m.pending {
			at = earlier(at, db.Time(max(m.due, m.leased)))
		}
	}
	return at
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
	case e.Type == alerts.EventNote:
		v.notes[e.Alert]++
	}
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
