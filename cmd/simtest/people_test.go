package simtest

import (
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/geo"
	"anling/notify"
	"anling/registry"
)

// manner is what somebody is like.
type manner string

const (
	willing  manner = "willing"
	unable   manner = "unable"   // says no
	silent   manner = "silent"   // never answers
	machine  manner = "machine"  // a voicemail that answers every call
	liar     manner = "liar"     // says yes and never goes
	sleeper  manner = "sleeper"  // sets out, and stops half-way
	wanderer manner = "wanderer" // walks the wrong way
	fickle   manner = "fickle"   // says yes, then no
)

// human is a person of the town in one story.
type human struct {
	id      string
	manner  manner
	lifts   int // calls that they lift, in a hundred
	reads   int // texts that they read
	slow    time.Duration
	engaged time.Time // on the phone until then
	going   map[alerts.AlertID]bool
	at      orb.Point
}

// meetPeople decides what everybody is like today.
func (w *world) meetPeople() {
	add := func(id string, usual ...manner) *human {
		h := &human{id: id, going: map[alerts.AlertID]bool{}, lifts: 60 + w.rng.IntN(40), reads: 40 + w.rng.IntN(60), slow: 2 * time.Minute}
		h.manner = usual[w.rng.IntN(len(usual))]
		if h.manner == silent {
			h.lifts, h.reads = 0, 0
		}
		w.people[id] = h
		return h
	}
	everybody := []manner{willing, willing, willing, unable, silent, machine, liar, sleeper, wanderer, fickle}
	nobody := w.chance(12) // a night on which no helper and no contact answers
	if nobody {
		everybody = []manner{silent, machine}
	}
	present := 2 + w.rng.IntN(3)
	if w.chance(15) {
		present = len(w.helpers)
	}
	for i, at := range w.rng.Perm(len(w.helpers)) {
		h := w.helpers[at]
		p := add(string(h.ID), everybody...)
		p.at = h.Position.Point
		if i >= present {
			p.at = orb.Point{h.Position.Point[0] + 9, h.Position.Point[1]} // not in town today
		}
	}
	for _, hm := range w.homes {
		e := add(string(hm.elder.ID), willing, willing, silent, unable)
		if hm.elder.Position != nil {
			e.at = hm.elder.Position.Point
		}
		for _, c := range hm.contacts {
			add(string(c.ID), everybody...)
		}
	}
	for _, o := range w.town.desk {
		add(string(o.ID), willing, silent, machine, unable)
		w.desk = append(w.desk, w.seat(o))
	}
}

// keyFor is what somebody presses when asked; "" when nothing.
func (h *human) keyFor(w *world, m notify.Message) string {
	if len(m.Keys) == 0 || h.manner == silent {
		return ""
	}
	if w.chance(4) {
		return "9" // the wrong key
	}
	yes, no := "1", "2"
	if m.Template == "ask_progress" || m.Template == "ask_progress_call" {
		if h.manner == sleeper || h.manner == liar {
			return ""
		}
		return yes
	}
	switch {
	case h.manner == unable, w.chance(10):
		return no
	case h.manner == fickle && h.going[alerts.AlertID(m.Alert)]:
		return no
	}
	return yes
}

// answered is an answer that was taken: it binds the program, and sends the person on the way.
func (w *world) answered(h *human, p promise) {
	w.ledger.answers = append(w.ledger.answers, p)
	if p.answer != notify.AnswerComing || h.going[p.alert] {
		return
	}
	h.going[p.alert] = true
	a := w.view.alerts[p.alert]
	if a == nil || a.Position == nil || h.manner == liar {
		return
	}
	w.tell("%s (%s) sets out for %s", h.id, h.manner, w.alertName(p.alert))
	w.walk(h, p.alert, walkLegs)
}

// walkLegs is in how many pieces somebody reports the way.
const walkLegs = 4

// walk brings somebody nearer to the door, or not, and at last to it.
func (w *world) walk(h *human, id alerts.AlertID, legs int) {
	if h.manner == sleeper && legs <= walkLegs/2 {
		w.tell("%s falls asleep on the way", h.id)
		return
	}
	w.after(w.between(30*time.Second, 150*time.Second), "walk", func() { w.leg(h, id, legs) })
}

func (w *world) leg(h *human, id alerts.AlertID, legs int) {
	a := w.view.alerts[id]
	if a == nil || a.Position == nil || a.State.Ended() {
		return
	}
	to := a.Position.Point
	if h.manner == wanderer {
		to = orb.Point{2*h.at[0] - to[0], 2*h.at[1] - to[1]}
	}
	part := 1 / float64(legs)
	h.at = orb.Point{h.at[0] + (to[0]-h.at[0])*part, h.at[1] + (to[1]-h.at[1])*part}
	w.place(h)
	if legs > 1 {
		w.walk(h, id, legs-1)
		return
	}
	if h.manner == wanderer {
		w.tell("%s stands somewhere else", h.id)
		return
	}
	w.arrive(h, id)
}

// arrive is at the door, and usually says so.
func (w *world) arrive(h *human, id alerts.AlertID) {
	w.tell("%s is at the door of %s", h.id, w.alertName(id))
	w.ledger.atDoor[id] = true
	if w.chance(15) {
		w.after(w.between(30*time.Second, 5*time.Minute), "go", func() { w.tap(&call{m: notify.Message{Alert: string(id)}}, h, notify.AnswerCannot) })
	}
	switch {
	case w.chance(60):
		w.tap(&call{m: notify.Message{Alert: string(id)}}, h, notify.AnswerArrived)
	case w.chance(50):
		w.counts["sms"]++
		w.text(h, "sms-there-"+h.id+string(rune('a'+w.counts["sms"]%26)), "到了 "+w.view.alerts[id].Code)
	}
}

// place tells every node where a helper is.
func (w *world) place(h *human) {
	for _, n := range w.nodes {
		if !n.dead {
			w.placeAt(n, h)
		}
	}
}

func (w *world) placeAt(n *node, h *human) {
	if _, is := n.registry.Helpers().Get(registry.HelperID(h.id)); !is {
		return
	}
	err := n.registry.Helpers().MovePosition(registry.HelperID(h.id), geo.Position{Point: h.at, At: w.clock.Now()})
	if err != nil {
		w.tell("%s does not learn where %s is: %s", n.name, h.id, plain(err))
	}
}

// placeHelpers tells a node where everybody is, as their phones do again and again.
func (w *world) placeHelpers(n *node) {
	for _, h := range w.helpers {
		w.placeAt(n, w.people[string(h.ID)])
	}
}
