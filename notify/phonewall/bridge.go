package phonewall

import (
	"context"
	"net/url"
	"strconv"
)

// connect rings the phone that a Dial names; n.mu is held.
func (n *Network) connect(c *call, v verb) {
	child := &call{
		sid: newSID("CA"), from: c.from, to: v.dialled(), direction: "outbound-dial", status: "queued",
		parent: c, ring: v.seconds("timeout", 30),
	}
	if c.direction == "inbound" {
		child.from = c.to
	}
	c.child = child
	n.calls[child.sid] = child
	n.note(c.phone, "note", "正在转接 · connecting", "")
	child.phone = n.phone(child.to)
	n.ringPhone(child)
}

// end ends a leg and what hangs on it; n.mu is held.
func (n *Network) end(c *call, status string) {
	if c.over() {
		return
	}
	c.epoch++
	talked := c.status == "in-progress"
	c.status = status
	if c.phone.call == c {
		c.phone.call = nil
		if talked {
			n.note(c.phone, "note", "通话结束 · call ended", "")
		}
		n.changed(c.phone)
	}
	n.progress(c, "completed", status)
	if c.child != nil && !c.child.over() {
		n.end(c.child, leftBy(c.child))
	}
	if p := c.parent; p != nil && !p.over() {
		n.dialEnded(p, c)
	}
}

// leftBy is how a leg ends when the other side leaves.
func leftBy(c *call) string {
	if c.status == "in-progress" {
		return "completed"
	}
	return "canceled"
}

// dialEnded goes on with the leg whose Dial has ended; n.mu is held.
func (n *Network) dialEnded(c, child *call) {
	v := c.waiting
	if v == nil || v.name != "Dial" {
		return
	}
	c.waiting = nil
	form := url.Values{"DialCallStatus": {child.status}, "DialCallSid": {child.sid}}
	if child.status == "completed" {
		form.Set("DialCallDuration", strconv.Itoa(child.duration(n.o.Clock.Now())))
		n.reportRecording(c, *v, form)
	}
	if v.attr["action"] == "" {
		n.after(0, c, n.playLater(c))
		return
	}
	address := resolve(c.url, v.attr["action"])
	n.after(0, c, func(ctx context.Context) error { return n.load(ctx, c, address, form) })
}

// reportRecording tells of the recording that a Dial asked for; n.mu is held.
func (n *Network) reportRecording(c *call, v verb, dialled url.Values) {
	address := v.attr["recordingStatusCallback"]
	if address == "" || v.attr["record"] == "" {
		return
	}
	sid := newSID("RE")
	form := n.callForm(c, "in-progress")
	form.Set("RecordingSid", sid)
	form.Set("RecordingUrl", n.recordingURL(sid))
	form.Set("RecordingStatus", "completed")
	form.Set("RecordingDuration", dialled.Get("DialCallDuration"))
	n.report(c.phone, c.key(), resolve(c.url, address), form)
}

// hungUpBy is a person ending, or refusing, the call.
func (n *Network) hungUpBy(_ context.Context, c *call) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case c.status == "in-progress":
		n.end(c, "completed")
	case c.direction == "inbound":
		n.end(c, "canceled")
	default:
		n.note(c.phone, "note", "拒接 · refused", "")
		n.end(c, "busy")
	}
	return nil
}

// callService is a person calling the service; n.mu is held.
func (n *Network) callService(p *phone) {
	c := &call{
		sid: newSID("CA"), from: p.number, to: n.o.Number, direction: "inbound", status: "ringing", phone: p,
		callback: n.hookAddress("status"), events: map[string]bool{"completed": true},
	}
	n.calls[c.sid] = c
	p.call, p.since = c, n.o.Clock.Now()
	n.note(p, "note", "拨打服务中心 · calls the service", "")
	n.after(n.o.Latency, c, func(ctx context.Context) error {
		n.mu.Lock()
		c.status, c.lifted = "in-progress", n.o.Clock.Now()
		n.changed(p)
		n.mu.Unlock()
		return n.load(ctx, c, n.hookAddress("voice"), nil)
	})
}

// update is the service changing a call that is under way: end it, or give it other TwiML; n.mu is held.
func (n *Network) update(c *call, form url.Values) {
	switch form.Get("Status") {
	case "completed", "canceled":
		n.end(c, leftBy(c))
		return
	}
	if doc := form.Get("Twiml"); doc != "" {
		verbs, err := parseTwiML([]byte(doc))
		if err != nil {
			n.end(c, "completed")
			return
		}
		c.epoch++
		c.waiting, c.program = nil, verbs
		n.play(c)
		return
	}
	if address := form.Get("Url"); address != "" {
		c.epoch++
		n.after(0, c, func(ctx context.Context) error { return n.load(ctx, c, address, nil) })
	}
}
