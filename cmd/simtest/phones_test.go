package simtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"anling/alerts"
	"anling/internal/fault"
	"anling/notify"
)

// ring is what happens at a phone that rings: nobody, a machine, or somebody lifts.
func (w *world) ring(c *call) {
	if c.over {
		return
	}
	h := w.people[c.m.Person]
	switch {
	case h.engaged.After(w.now):
		c.over = true
		w.report(c, notify.StatusBusy, time.Second)
	case h.manner == machine:
		w.tell("a machine answers for %s", h.id)
		w.report(c, notify.StatusAnswered, 0)
		w.report(c, notify.StatusCompleted, 15*time.Second)
		w.report(c, notify.StatusVoicemail, 18*time.Second)
		w.after(15*time.Second, "machine ends", func() { c.over = true })
	case !w.chance(h.lifts):
		w.report(c, notify.StatusNoAnswer, 20*time.Second)
		w.after(20*time.Second, "ring out", func() { c.over = true })
	default:
		w.lift(c, h)
	}
}

// lift is a human at the phone, who presses a key or only listens.
func (w *world) lift(c *call, h *human) {
	talk := w.between(5*time.Second, 30*time.Second)
	h.engaged = w.now.Add(talk)
	w.tell("%s lifts for %s", h.id, w.messageName(c.m))
	w.report(c, notify.StatusAnswered, 0)
	w.report(c, notify.StatusCompleted, talk)
	w.after(talk, "hang up", func() { c.over = true })
	key := h.keyFor(w, c.m)
	if key == "" {
		return
	}
	press := func() {
		if !c.over {
			w.digit(c, h, key)
		}
	}
	w.after(w.upTo(talk), "key", press)
	if w.chance(w.weather.double) {
		w.after(w.upTo(talk), "key again", press)
	}
}

func (w *world) digit(c *call, h *human, key string) {
	w.insist("key", 3, func(n *node) error {
		var known bool
		err := n.call(func(ctx context.Context) (err error) {
			_, known, err = n.outbox.TakeDigit(ctx, notify.Digit{Message: c.m.ID, Call: c.ref, Digits: key})
			return err
		})
		w.tell("%s presses %s in %s%s", h.id, key, w.messageName(c.m), failed(err))
		if err == nil && known {
			w.answered(h, promise{alert: alerts.AlertID(c.m.Alert), person: h.id, answer: c.m.Keys[key], key: "digit/" + c.ref + "/" + key})
		}
		return err
	})
}

// readText is somebody who reads an SMS, and may answer by one or by its link.
func (w *world) readText(c *call) {
	h := w.people[c.m.Person]
	if h.manner == machine || !w.chance(h.reads) {
		return
	}
	key := h.keyFor(w, c.m)
	if key == "" {
		return
	}
	wait := w.upTo(h.slow)
	if c.m.Keys[key] != "" && w.chance(30) {
		w.after(wait, "tap", func() { w.tap(c, h, c.m.Keys[key]) })
		return
	}
	text := key
	switch {
	case w.chance(50):
		text = key + " " + c.m.Code
	case w.chance(20):
		text = "what is this? 谁?"
	}
	w.counts["sms"]++
	id := fmt.Sprintf("sms-%d", w.counts["sms"])
	send := func() { w.text(h, id, text) }
	w.after(wait, "text", send)
	if w.chance(w.weather.double) {
		w.after(wait+w.upTo(time.Minute), "text again", send)
	}
}

func (w *world) text(h *human, id, text string) {
	w.insist("text", 4, func(n *node) error {
		err := n.call(func(ctx context.Context) error {
			_, err := n.outbox.TakeSMS(ctx, notify.IncomingSMS{ID: id, From: w.phones[h.id], Text: text})
			return err
		})
		w.tell("%s writes %q%s", h.id, w.codeless(text), failed(err))
		if err == nil {
			w.answered(h, promise{person: h.id, key: "reply/" + id})
		}
		return err
	})
}

// tap answers by the link of a message.
func (w *world) tap(c *call, h *human, an notify.Answer) {
	id := alerts.AlertID(c.m.Alert)
	w.insist("tap", 3, func(n *node) error {
		err := n.call(func(ctx context.Context) error {
			_, err := n.engine.Answer(ctx, id, h.id, an, "link")
			return err
		})
		w.tell("%s taps %s in %s%s", h.id, an, w.alertName(id), failed(err))
		if err == nil {
			w.answered(h, promise{alert: id, person: h.id, answer: an, key: fmt.Sprintf("tap/%s/%s/%s", id, h.id, an)})
		}
		return err
	})
}

func failed(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errDead):
		return " – nobody is there"
	}
	return " – " + plain(err)
}

// mayTryAgain tells whether a caller who got this error sends the same again.
func mayTryAgain(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Retry || kind == fault.Internal
}

// codeless hides the short codes of alerts, which chance made.
func (w *world) codeless(text string) string {
	for _, id := range w.view.order {
		text = strings.ReplaceAll(text, w.view.alerts[id].Code, "CODE")
	}
	return text
}
