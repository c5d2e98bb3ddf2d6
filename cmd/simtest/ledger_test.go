package simtest

import (
	"time"

	"anling/alerts"
	"anling/notify"
)

// ledger is what the world outside has been promised, has heard and has seen leave: what the program is measured by.
type ledger struct {
	signals  []signal
	answers  []promise
	given    map[string]bool        // keys of acknowledged commands
	notes    map[alerts.AlertID]int // acknowledged, each key once
	requests []request
	looked   int // how many of them have been looked at
	calls    map[string]*call
	taken    map[notify.MessageID][]notify.Message // what was carried, copies too
	atDoor   map[alerts.AlertID]bool
	pressed  map[string][]pressing // when each device's key was pressed, acknowledged or not
	twice    [][2]signal           // one press by two ways
	heard    map[string]time.Time  // when each device was heard last
	lies     int                   // calls that ended well though the database had refused to commit
}

func (l *ledger) begin() {
	*l = ledger{given: map[string]bool{}, notes: map[alerts.AlertID]int{}, calls: map[string]*call{}, taken: map[notify.MessageID][]notify.Message{}, atDoor: map[alerts.AlertID]bool{}, pressed: map[string][]pressing{}, heard: map[string]time.Time{}}
}

// pressing is one press of a key.
type pressing struct {
	kind string
	at   time.Time
}

// command notes what an operator was told has been done.
func (l *ledger) command(o order) {
	if again := l.given[o.c.Key]; !again && o.c.Type == alerts.CommandNote {
		l.notes[o.id]++
	}
	l.given[o.c.Key] = true
}

// signal is one that was acknowledged.
type signal struct {
	said
	receipt string
	alert   string
}

// promise is an answer that was acknowledged.
type promise struct {
	alert  alerts.AlertID // "": whichever the program takes it for
	person string
	answer notify.Answer
	key    string
}

// request is one that left for a company.
type request struct {
	m       notify.Message
	at      time.Time
	machine time.Time // the same by the machine's clock
	seq     int64     // of the last event of its alert that was durable then
	attempt bool      // its attempt was durable
	node    string
}

// request notes what leaves, and what was durable at that moment.
func (w *world) request(l line, m notify.Message) {
	r := request{m: m, at: w.now, machine: w.clock.Now(), node: l.n.name}
	r.seq, r.attempt = w.durable(m)
	w.ledger.requests = append(w.ledger.requests, r)
}
