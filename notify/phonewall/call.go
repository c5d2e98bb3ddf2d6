package phonewall

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one leg between the service and a phone. Its events all have one key, so they happen
// one after the other; fields are touched under n.mu.
//
//	queued → ringing → in-progress → completed
//	       ↘ busy failed no-answer canceled
type call struct {
	sid       string
	from, to  string
	direction string // outbound-api, inbound, outbound-dial
	status    string
	phone     *phone

	url      string // of the TwiML, and base of what it refers to
	callback string
	events   map[string]bool
	amd      string // address for the verdict on who lifted; "": nobody asked
	answered string // by whom
	ring     time.Duration
	sequence int
	lifted   time.Time

	program []verb
	waiting *verb  // the Gather, Dial or Record that is under way
	digits  string // pressed so far
	epoch   int    // timers of an earlier epoch mean nothing
	parent  *call
	child   *call
}

// key orders the events of a call and of whom it has been connected with.
func (c *call) key() string {
	if c.parent != nil {
		return c.parent.sid
	}
	return c.sid
}

func (c *call) over() bool {
	switch c.status {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return true
	}
	return false
}

func (c *call) stateFor(p *phone) string {
	switch {
	case c.status == "in-progress":
		return "talking"
	case c.direction == "inbound":
		return "calling"
	}
	return "ringing"
}

func (c *call) peerOf(*phone) string {
	if c.direction == "inbound" {
		return c.to
	}
	if c.parent != nil {
		return c.parent.phone.number
	}
	return c.from
}

// otherEnd is the phone that this one is connected with; nil while only the service speaks.
func (c *call) otherEnd() *phone {
	if c.parent != nil && !c.parent.over() {
		return c.parent.phone
	}
	if c.child != nil && c.child.status == "in-progress" {
		return c.child.phone
	}
	return nil
}

// after does something later unless the call has gone on by then; n.mu is held.
func (n *Network) after(d time.Duration, c *call, do func(ctx context.Context) error) {
	epoch := c.epoch
	n.schedule(d, c.key(), func(ctx context.Context) error {
		n.mu.Lock()
		stale := c.epoch != epoch || c.over()
		n.mu.Unlock()
		if stale {
			return nil
		}
		return do(ctx)
	})
}

// startCall sets a call from the service on its way; n.mu is held.
func (n *Network) startCall(c *call) {
	n.calls[c.sid] = c
	c.phone = n.phone(c.to)
	n.after(n.o.Latency, c, func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.progress(c, "initiated", "")
		n.ringPhone(c)
		return nil
	})
}

// ringPhone lets a phone ring, unless its line forbids; n.mu is held.
func (n *Network) ringPhone(c *call) {
	p := c.phone
	switch {
	case p.behaviour == Fails:
		n.end(c, "failed")
		return
	case p.behaviour == Busy || p.call != nil:
		n.note(p, "note", "来电占线 · missed a call: line busy", "")
		n.end(c, "busy")
		return
	}
	c.status = "ringing"
	p.call, p.since = c, n.o.Clock.Now()
	n.note(p, "note", "来电 · ringing", "")
	n.progress(c, "ringing", "ringing")
	n.after(c.ring, c, func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.note(p, "note", "未接来电 · missed call", "")
		n.end(c, "no-answer")
		return nil
	})
	if p.behaviour == Voicemail {
		n.after(min(machineAfter, c.ring/2), c, func(ctx context.Context) error { return n.lift(ctx, c, "machine_start") })
	}
}

// lift is somebody, or a machine, taking the call.
func (n *Network) lift(ctx context.Context, c *call, by string) error {
	n.mu.Lock()
	if c.status != "ringing" {
		n.mu.Unlock()
		return nil
	}
	c.epoch++
	c.status, c.lifted = "in-progress", n.o.Clock.Now()
	c.phone.since = c.lifted
	what := "接听 · answered"
	if by != "human" {
		what = "语音信箱 · voicemail"
	}
	n.note(c.phone, "note", what, "")
	n.progress(c, "answered", "in-progress")
	if c.amd != "" {
		c.answered = by
		form := n.callForm(c, "in-progress")
		form.Set("AnsweredBy", by)
		form.Set("MachineDetectionDuration", "2100")
		n.report(c.phone, c.key(), c.amd, form)
	}
	parent := c.parent
	n.mu.Unlock()
	if parent != nil {
		return nil // connected: from here on people speak
	}
	return n.load(ctx, c, c.url, nil)
}

// load fetches TwiML and goes on with it.
func (n *Network) load(ctx context.Context, c *call, address string, extra url.Values) error {
	n.mu.Lock()
	c.epoch++
	c.waiting, c.digits = nil, ""
	form := n.callForm(c, c.status)
	n.mu.Unlock()
	for name, values := range extra {
		form[name] = values
	}
	doc, err := n.post(ctx, address, form)
	var verbs []verb
	if err == nil && len(doc) > 0 {
		verbs, err = parseTwiML(doc)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.over() {
		return err
	}
	if err != nil {
		n.note(c.phone, "note", "应用错误 · an application error has occurred", "")
		n.end(c, "completed")
		return fmt.Errorf("TwiML of a call: %w", err)
	}
	c.url, c.program = address, verbs
	n.play(c)
	return nil
}

// play goes on to the next verb; n.mu is held.
func (n *Network) play(c *call) {
	if len(c.program) == 0 {
		n.end(c, "completed")
		return
	}
	v := c.program[0]
	c.program = c.program[1:]
	next := func(d time.Duration) { n.after(d, c, n.playLater(c)) }
	switch v.name {
	case "Say":
		rest, wait := n.speakFirst(c, v)
		c.program = append(rest, c.program...)
		next(wait)
	case "Pause":
		next(v.seconds("length", 1))
	case "Play":
		n.note(c.phone, "note", "播放录音 · plays a recording", "")
		next(3 * time.Second)
	case "Redirect":
		address := resolve(c.url, v.text)
		n.after(0, c, func(ctx context.Context) error { return n.load(ctx, c, address, nil) })
	case "Gather":
		c.waiting, c.digits = &v, ""
		n.speakGather(c, v.inner)
	case "Dial":
		c.waiting = &v
		n.connect(c, v)
	case "Record":
		c.waiting = &v
		n.note(c.phone, "note", "嘀—录音 · beep, recording", "")
		n.after(v.seconds("timeout", 5), c, func(ctx context.Context) error { return n.recorded(ctx, c, v) })
	default: // Hangup, Reject, and Message, which is nothing to a call
		n.end(c, "completed")
	}
}

func (n *Network) playLater(c *call) func(context.Context) error {
	return func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.play(c)
		return nil
	}
}

// speakFirst speaks the first sentence and gives the rest as a verb of its own, and how long the
// first takes; n.mu is held.
func (n *Network) speakFirst(c *call, v verb) (rest []verb, wait time.Duration) {
	all := sentences(v.text)
	if len(all) == 0 {
		return nil, 0
	}
	n.note(c.phone, "spoken", all[0], v.attr["language"])
	if len(all) > 1 {
		v.text = strings.Join(all[1:], " ")
		rest = []verb{v}
	}
	return rest, speakTime(all[0])
}

// speakGather speaks what is in a Gather, then waits for a key; n.mu is held.
func (n *Network) speakGather(c *call, inner []verb) {
	if len(inner) == 0 {
		n.after(c.waiting.seconds("timeout", 5), c, func(ctx context.Context) error { return n.gathered(ctx, c) })
		return
	}
	v, rest := inner[0], inner[1:]
	wait := v.seconds("length", 1)
	if v.name == "Say" {
		var more []verb
		more, wait = n.speakFirst(c, v)
		rest = append(more, rest...)
	}
	n.after(wait, c, func(context.Context) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		if c.waiting != nil {
			n.speakGather(c, rest)
		}
		return nil
	})
}

// pressed takes a key; while nothing is gathered it is only a tone.
func (n *Network) pressed(ctx context.Context, c *call, digit string) error {
	n.mu.Lock()
	v := c.waiting
	if c.over() || v == nil || v.name != "Gather" {
		n.mu.Unlock()
		return nil
	}
	c.epoch++ // what was being spoken stops
	finish := v.attr["finishOnKey"]
	if finish == "" {
		finish = "#"
	}
	done := digit == finish
	if !done {
		c.digits += digit
		done = len(c.digits) >= v.number("numDigits", 99)
	}
	if !done {
		n.after(v.seconds("timeout", 5), c, func(ctx context.Context) error { return n.gathered(ctx, c) })
	}
	n.mu.Unlock()
	if done {
		return n.gathered(ctx, c)
	}
	return nil
}

// gathered posts what was pressed; nothing pressed is posted only when that was asked for.
func (n *Network) gathered(ctx context.Context, c *call) error {
	n.mu.Lock()
	v, digits := c.waiting, c.digits
	c.waiting, c.digits = nil, ""
	if v == nil || (digits == "" && v.attr["actionOnEmptyResult"] != "true") {
		n.play(c)
		n.mu.Unlock()
		return nil
	}
	address := c.url
	if a := v.attr["action"]; a != "" {
		address = resolve(c.url, a)
	}
	n.mu.Unlock()
	return n.load(ctx, c, address, url.Values{"Digits": {digits}, "FinishedOnKey": {""}})
}

func (n *Network) recorded(ctx context.Context, c *call, v verb) error {
	if v.attr["action"] == "" {
		return n.playLater(c)(ctx)
	}
	sid := newSID("RE")
	return n.load(ctx, c, resolve(c.url, v.attr["action"]), url.Values{
		"RecordingSid": {sid}, "RecordingUrl": {n.recordingURL(sid)}, "RecordingDuration": {"5"}, "Digits": {"hangup"},
	})
}

func (n *Network) recordingURL(sid string) string {
	return "https://api.twilio.com/2010-04-01/Accounts/" + n.o.AccountSID + "/Recordings/" + sid
}

// callForm is what every webhook about a call carries; n.mu is held.
func (n *Network) callForm(c *call, status string) url.Values {
	form := withParty(c.from, c.to)
	form.Set("CallSid", c.sid)
	form.Set("CallStatus", status)
	form.Set("Direction", c.direction)
	form.Set("Caller", c.from)
	form.Set("Called", c.to)
	return form
}

// progress reports a stage of a call if that was asked for; status "" means the event's own name. n.mu is held.
func (n *Network) progress(c *call, event, status string) {
	if c.callback == "" || !c.events[event] {
		return
	}
	if status == "" {
		status = event
	}
	form := n.callForm(c, status)
	form.Set("SequenceNumber", strconv.Itoa(c.sequence))
	c.sequence++
	form.Set("CallbackSource", "call-progress-events")
	form.Set("Timestamp", n.o.Clock.Now().UTC().Format(time.RFC1123Z))
	if event == "completed" {
		form.Set("CallDuration", strconv.Itoa(c.duration(n.o.Clock.Now())))
		form.Set("Duration", "1")
		if c.answered != "" {
			form.Set("AnsweredBy", c.answered)
		}
		if status == "failed" {
			form.Set("SipResponseCode", "404")
		}
	}
	n.report(c.phone, c.key(), c.callback, form)
}

func (c *call) duration(now time.Time) int {
	if c.lifted.IsZero() {
		return 0
	}
	return int(now.Sub(c.lifted) / time.Second)
}
