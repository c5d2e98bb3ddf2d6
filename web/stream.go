package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/registry"
)

// The beat of a stream, and how long one event may take to leave before the client is given up: it
// comes back and goes on where it was.
const (
	streamBeat    = 10 * time.Second
	streamTimeout = 5 * time.Second
	openAtMost    = 500
)

// SnapshotView is the data of a snapshot on the stream.
type SnapshotView struct {
	Seq    int64              `json:"seq"`
	Alerts []gated[AlertView] `json:"alerts"`
	Now    time.Time          `json:"now"`
}

// client is one open stream.
type client struct {
	s      *Server
	w      http.ResponseWriter
	ctl    *http.ResponseController
	caller *caller
	pos    int64 // the number of the last change that was sent or passed over
	moved  map[registry.HelperID]HelperView
}

// stream answers GET /v1/stream: server-sent events. The id of a change is its global number; who comes back
// with Last-Event-ID gets exactly what follows, or a snapshot when that is too long ago.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	c := &client{s: s, w: w, ctl: http.NewResponseController(w), caller: callerOf(r.Context()),
		moved: map[registry.HelperID]HelperView{}}
	over, leave := s.sessions.watch(c.caller.session)
	defer leave()
	s.metrics.clients(1)
	defer s.metrics.clients(-1)

	// The server's read limit would end every stream after its time, request read or not.
	if err := c.ctl.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("lift the read limit: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return nil // who asks only how it would be answered does not wait for what happens
	}
	changed := s.engine.Changed()
	if err := c.begin(r.Context(), r.Header.Get("Last-Event-ID")); err != nil {
		return err
	}
	return c.follow(r.Context(), over, changed)
}

// begin finds out where the client stands: a replay needs nothing, everything else a snapshot.
func (c *client) begin(ctx context.Context, lastID string) error {
	last, err := c.s.engine.LastGlobal(ctx)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(lastID, 10, 64)
	if err == nil && id >= 0 && id <= last && last-id <= replayAtMost {
		c.pos = id
		return c.send("retry: 1000\n\n")
	}
	// The number is read before the alerts: what happens between is sent once more as a change, never missed.
	c.pos = last
	snap, err := c.snapshot(ctx, last)
	if err != nil {
		return err
	}
	return c.send("retry: 1000\n" + event("snapshot", last, snap))
}

func (c *client) snapshot(ctx context.Context, seq int64) ([]byte, error) {
	v := SnapshotView{Seq: seq, Alerts: []gated[AlertView]{}, Now: c.s.clock.Now().UTC()}
	f := alerts.Filter{State: "open", Limit: mostAlerts}
	for len(v.Alerts) < openAtMost {
		list, next, err := c.s.engine.List(ctx, c.caller.scope, f)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			v.Alerts = append(v.Alerts, redact(c.viewer(ctx, a), c.s.view(a)))
			c.s.hub.learn(a)
		}
		if next == nil {
			break
		}
		f.Cursor = *next
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	return b, nil
}

// event writes one server-sent event; JSON has no line breaks. An id below zero leaves it out.
func event(name string, id int64, data []byte) string {
	out := "event: " + name + "\n"
	if id >= 0 {
		out += "id: " + strconv.FormatInt(id, 10) + "\n"
	}
	return out + "data: " + string(data) + "\n\n"
}

// send writes and flushes; a client that does not take it in time is given up.
func (c *client) send(text string) error {
	// The deadline is the machine's own time, also under a clock that a test turns.
	if err := c.ctl.SetWriteDeadline(clock.Real().Now().Add(streamTimeout)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if _, err := c.w.Write([]byte(text)); err != nil {
		return lostClient(err)
	}
	if err := c.ctl.Flush(); err != nil {
		return lostClient(err)
	}
	// Over HTTP/2 a limit that passes between two events would end the stream.
	return lostClient(c.ctl.SetWriteDeadline(time.Time{}))
}

// follow sends changes as they come, the helpers every second, and a sign of life.
func (c *client) follow(ctx context.Context, over, changed <-chan struct{}) error {
	clk := c.s.clock
	beat, helpers := clk.After(streamBeat), clk.After(0)
	for {
		if err := c.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-over:
			return nil
		case <-c.s.stopping:
			return nil
		case <-changed:
			changed = c.s.engine.Changed()
		case <-helpers:
			helpers = clk.After(helpersEvery)
			if err := c.sendHelpers(ctx); err != nil {
				return err
			}
		case <-beat:
			beat = clk.After(streamBeat)
			if c.caller.check(ctx) != nil {
				return nil // the session or the token has ended elsewhere
			}
			if err := c.send(": " + clk.Now().UTC().Format(time.RFC3339) + "\n\n"); err != nil {
				return err
			}
		}
	}
}

// catchUp sends every change that the client has not seen.
func (c *client) catchUp(ctx context.Context) error {
	for {
		found, err := c.s.hub.after(ctx, c.pos)
		if err != nil || len(found) == 0 {
			return err
		}
		for _, ch := range found {
			if err := c.sendChange(ctx, ch); err != nil {
				return err
			}
		}
	}
}

// sendChange sends a change; one that lies outside the client's scope is passed over.
func (c *client) sendChange(ctx context.Context, ch *change) error {
	// Whom an alert was shared with must hear that it has ended, too: it would ring there for ever.
	if ch.alert.VisibleTo(c.caller.scope) || ch.alert.SharedWith(c.caller.scope) {
		b, err := ch.json(c.viewer(ctx, ch.alert))
		if err != nil {
			return fmt.Errorf("encode change %d: %w", ch.global, err)
		}
		if err := c.send(event("change", ch.global, b)); err != nil {
			return err
		}
	}
	c.pos = ch.global
	return nil
}

// viewer is how the client sees an alert at this moment: by their role as it is now, not as it was when the stream began.
func (c *client) viewer(ctx context.Context, a *alerts.Alert) viewer {
	return c.s.alertViewer(ctx, c.caller, a)
}

// sendHelpers sends the helpers that are new or have changed since the client heard of them.
func (c *client) sendHelpers(ctx context.Context) error {
	if !c.s.showsHelpers(ctx, c.caller) {
		return nil
	}
	var news []HelperView
	for _, h := range c.s.hub.where() {
		if old, ok := c.moved[h.ID]; (!ok || old != h) && c.caller.scope.Has(h.centre) {
			news = append(news, h)
			c.moved[h.ID] = h
		}
	}
	if len(news) == 0 {
		return nil
	}
	b, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("encode helpers: %w", err)
	}
	return c.send(event("helpers", -1, b))
}
