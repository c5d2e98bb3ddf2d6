package simtest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/alerts"
	"anling/devices"
)

// plot decides what will befall the town: presses, deaths, refusals, jumps of the clock.
func (w *world) plot() {
	for range 1 + w.rng.IntN(5)/3 {
		w.after(w.upTo(4*time.Minute), "press", w.press)
	}
	if w.chance(30) {
		w.after(w.upTo(30*time.Minute), "noise", w.noise)
	}
	if w.chance(35) {
		for range 1 + w.rng.IntN(4) {
			w.after(w.upTo(15*time.Minute), "fate", w.fall)
		}
	}
	if w.chance(15) {
		w.after(w.upTo(15*time.Minute), "outage", func() {
			w.refusing = w.now.Add(w.between(time.Second, 40*time.Second))
			w.tell("the database refuses everything until %s", w.refusing.Sub(w.start))
		})
	}
	if w.chance(20) {
		w.after(w.upTo(20*time.Minute), "stall", func() {
			n := w.someNode()
			n.stalled = w.now.Add(w.between(time.Second, 45*time.Second))
			w.tell("the senders of %s stand still for %s", n.name, n.stalled.Sub(w.now))
		})
	}
	if w.chance(15) {
		w.after(w.upTo(20*time.Minute), "jump", w.jump)
	}
	w.plotMore()
}

// fall arms what ends one of the next calls of a node early.
func (w *world) fall() {
	n := w.someNode()
	if n.dead {
		return
	}
	n.fate = []fate{refused, faulty, uncommitted, died, diedAfter}[w.rng.IntN(5)]
	n.statements = 1 + w.rng.IntN(60)
	if w.chance(10) {
		w.tell("%s loses its power", n.name)
		n.die()
	}
}

// jump sets the machine's clock wrong, and later right again.
func (w *world) jump() {
	w.wrong = w.between(time.Second, 90*time.Second)
	if w.chance(50) {
		w.wrong = -w.wrong
	}
	w.tell("the clock jumps by %s", w.wrong)
	w.setClock()
	w.after(w.between(time.Minute, 20*time.Minute), "right", func() {
		w.wrong = 0
		w.setClock()
		w.tell("the clock is right again")
	})
}

// setClock lets the machine's clock show what it shows now. Its loops notice at their next look, within a second.
func (w *world) setClock() {
	before := w.clock.Now()
	w.clock.Set(w.now.Add(w.wrong))
	w.healthy += min(0, w.clock.Now().Sub(before)) // what was due in a minute is due later now
	w.healthySince = time.Time{}
	for _, n := range w.nodes {
		n.wake = w.now.Add(time.Second)
	}
}

// press is somebody who needs help: once, twice, by two ways, late, silently.
func (w *world) press() {
	hm := w.homes[w.rng.IntN(len(w.homes))]
	kinds := []string{"sos", "sos", "sos", "fall", "silent", "smoke", "low_battery", "test", "inactivity"}
	s := said{kind: kinds[w.rng.IntN(len(kinds))], device: hm.identity, elder: string(hm.elder.ID)}
	if w.chance(10) {
		s.late = w.upTo(40 * time.Minute)
	}
	if w.chance(7) {
		s.device, s.elder = "nobody-knows-me", ""
	}
	if s.late == 0 && !quiet(s.kind) && s.kind != "low_battery" && s.kind != "test" && w.chance(15) {
		w.sendTwice(s)
		return
	}
	w.send(s)
	if s.kind == "low_battery" && w.chance(50) {
		charged := s
		charged.id, charged.kind = "", "battery_ok"
		w.after(w.upTo(5*time.Minute), "charged", func() { w.send(charged) })
	}
	if w.chance(25) {
		s.id = ""
		w.after(w.upTo(6*time.Minute), "press again", func() { w.send(s) })
	}
	if w.chance(6) {
		cancel := s
		cancel.id, cancel.kind = "", "cancel"
		w.after(w.upTo(3*time.Minute), "cancel", func() { w.send(cancel) })
	}
}

// noise is what comes in and is no alarm, or nothing at all.
func (w *world) noise() {
	bodies := []string{``, `{`, `[]`, `{"kind":"sos"}`, `{"device":"button-1"}`, `{"device":"button-1","kind":"heartbeat","time":7}`,
		"\xff\xfe{\"kind\"", `{"device":"button-2","kind":"heartbeat"}`, `{"device":{"a":1},"kind":["sos"]}`}
	body := bodies[w.rng.IntN(len(bodies))]
	if w.chance(40) { // a press of which the end is lost, or in which a byte is not what it was
		whole := `{"id":"torn","device":"button-3","kind":"sos","time":"2026-01-01T00:00:00Z"}`
		at := 1 + w.rng.IntN(len(whole)-2)
		if body = whole[:at]; w.chance(30) {
			body += "\x00" + whole[at+1:]
		}
	}
	n := w.someNode()
	err := n.call(func(ctx context.Context) error {
		_, err := n.intake.Receive(ctx, devices.Sender{}, []byte(body))
		return err
	})
	w.tell("noise comes in to %s: %q%s", n.name, body, failed(err))
}

// keep is a caller whom no seat could answer, as the telephone company tells it.
func (w *world) keep(id alerts.AlertID) {
	w.insist("kept", 3, func(n *node) error {
		err := n.call(func(ctx context.Context) error { return n.engine.Kept(ctx, id) })
		w.tell("no seat answers the caller of %s, %s hears%s", w.alertName(id), n.name, failed(err))
		return err
	})
}

// said is a signal on its way.
type said struct {
	id     string
	kind   string
	device string
	elder  string
	late   time.Duration
	at     time.Time // when it was pressed
	left   int
	from   devices.Sender
	wrong  time.Duration // what the machine's clock was ahead when it was acknowledged
	twin   bool          // the same press is sent by another way, too
	heard  func(signal)  // of the first acknowledgement
}

// send sends a signal until it is answered, as devices do.
func (w *world) send(s said) {
	if s.id == "" {
		w.counts["signal"]++
		s.id, s.left, s.at = fmt.Sprintf("press-%d", w.counts["signal"]), 40, w.now.Add(-s.late)
	}
	if s.kind == "sos" || s.kind == "silent" || s.kind == "test" || s.kind == "fall" {
		device, p := deviceOf(s.device), pressing{s.kind, s.at}
		if !slices.Contains(w.ledger.pressed[device], p) {
			w.ledger.pressed[device] = append(w.ledger.pressed[device], p)
		}
	}
	w.ledger.heard[deviceOf(s.device)] = w.now
	body := fmt.Sprintf(`{"id":%q,"device":%q,"kind":%q,"time":%q}`, s.id, s.device, s.kind, s.at.Format(time.RFC3339Nano))
	n := w.someNode()
	var got devices.Answer
	err := n.call(func(ctx context.Context) (err error) {
		got, err = n.intake.Receive(ctx, s.from, []byte(body))
		return err
	})
	if err != nil {
		w.tell("%s presses %s (%s) at %s%s", s.device, s.kind, s.id, n.name, failed(err))
		if s.left--; s.left > 0 {
			w.after(w.between(time.Second, 5*time.Second), "resend", func() { w.send(s) })
		}
		return
	}
	s.wrong = w.wrong
	receipt := got.Items[0].Receipt
	alert := ""
	if receipt.Alert != nil {
		alert = *receipt.Alert
	}
	w.tell("%s presses %s (%s) at %s: %s", s.device, s.kind, s.id, n.name, w.name("alert", alert))
	w.ledger.signals = append(w.ledger.signals, signal{said: s, receipt: receipt.Signal, alert: alert})
	if (s.kind == "sos" || s.kind == "fall") && w.chance(10) {
		w.after(w.between(15*time.Second, 30*time.Second), "kept", func() { w.keep(alerts.AlertID(alert)) })
	}
	if s.heard != nil {
		w.check()
		s.heard(w.ledger.signals[len(w.ledger.signals)-1])
		s.heard = nil
	}
	if w.chance(w.weather.double) || w.chance(5) {
		w.after(w.upTo(2*time.Minute), "the same again", func() { w.send(s) }) // the answer was lost on the way
	}
}
