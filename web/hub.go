package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/registry"
)

// keptChanges is how many changes are kept for the streams; farther back than replayAtMost a client gets a
// snapshot instead of a replay.
const (
	keptChanges  = 2048
	replayAtMost = 5000
	readAtOnce   = 500
	helpersEvery = time.Second
	lookAgain    = 900 * time.Millisecond // other nodes' commits do not signal here
)

// feed is what the streams need of the engine.
type feed interface {
	After(ctx context.Context, global int64, limit int) ([]alerts.Change, error)
	LastGlobal(ctx context.Context) (int64, error)
	Upcoming(a *alerts.Alert) []alerts.Upcoming
	Changed() <-chan struct{}
}

// hub gives every stream the changes after the one that it has seen. The newest are kept in memory, so that many
// consoles cost one read of the database; whoever is farther back reads for themself. A slow client therefore
// costs nobody memory: it only reads later, until its connection is given up.
type hub struct {
	feed   feed
	roster *registry.Roster
	clock  clock.Clock

	mu     sync.Mutex
	recent []*change       // without gaps, the newest last
	quiet  <-chan struct{} // the engine's signal when nothing new was found, and
	since  time.Time       // when that was: the streams need not all look again
	busy   map[alerts.AlertID][]string

	helpersMu sync.Mutex
	helpersAt time.Time
	helpers   []HelperView
}

// change is one event of the stream with its JSON for each kind of viewer, made when first asked for.
type change struct {
	global int64
	alert  *alerts.Alert
	event  alerts.Event
	view   AlertView

	mu   sync.Mutex
	data map[viewer][]byte
}

// ChangeView is the data of a change on the stream.
type ChangeView struct {
	Event gated[alerts.Event] `json:"event"`
	Alert gated[AlertView]    `json:"alert"`
}

func newHub(e *alerts.Engine, roster *registry.Roster, c clock.Clock) *hub {
	return &hub{feed: e, roster: roster, clock: c, busy: map[alerts.AlertID][]string{}}
}

func (h *hub) changeOf(c alerts.Change) *change {
	v := viewAlert(c.Alert, h.feed.Upcoming(c.Alert), h.clock.Now())
	v.CentreName = h.roster.CentreName(c.Alert.Centre)
	return &change{global: c.Event.Global, alert: c.Alert, event: c.Event, view: v}
}

// json is the change as the viewer may see it. Consoles of one role share the bytes.
func (c *change) json(who viewer) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.data[who]; ok {
		return b, nil
	}
	b, err := json.Marshal(ChangeView{Event: redact(who, c.event), Alert: redact(who, c.view)})
	if err != nil {
		return nil, err
	}
	if c.data == nil {
		c.data = map[viewer][]byte{}
	}
	c.data[who] = b
	return b, nil
}

// after gives the changes that follow the one numbered pos, oldest first; none when there are none yet.
func (h *hub) after(ctx context.Context, pos int64) ([]*change, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.recent) == 0 || pos < h.recent[0].global-1 {
		return h.read(ctx, pos)
	}
	last := h.recent[len(h.recent)-1].global
	if pos < last {
		i, _ := slices.BinarySearchFunc(h.recent, pos+1, func(c *change, n int64) int { return int(c.global - n) })
		return slices.Clone(h.recent[i:min(len(h.recent), i+readAtOnce)]), nil
	}
	if h.quiet == h.feed.Changed() && h.clock.Now().Sub(h.since) < lookAgain {
		return nil, nil
	}
	return h.read(ctx, pos)
}

// read asks the engine, and keeps what follows the newest that is known. The caller holds mu.
func (h *hub) read(ctx context.Context, pos int64) ([]*change, error) {
	signal := h.feed.Changed()
	found, err := h.feed.After(ctx, pos, readAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read changes after %d: %w", pos, err)
	}
	if h.quiet = nil; len(found) == 0 {
		h.quiet, h.since = signal, h.clock.Now()
	}
	out := make([]*change, 0, len(found))
	for _, c := range found {
		out = append(out, h.changeOf(c))
	}
	h.keep(pos, out, found)
	return out, nil
}

func (h *hub) keep(pos int64, fresh []*change, found []alerts.Change) {
	if len(fresh) == 0 {
		return
	}
	switch {
	case len(h.recent) == 0 || pos > h.recent[len(h.recent)-1].global:
		h.recent = slices.Clone(fresh)
	case pos == h.recent[len(h.recent)-1].global:
		h.recent = append(h.recent, fresh...)
	default:
		return // somebody who is far behind; what is kept is newer
	}
	if extra := len(h.recent) - keptChanges; extra > 0 {
		h.recent = slices.Clone(h.recent[extra:])
	}
	for _, c := range found {
		h.note(c.Alert)
	}
}

// note remembers who is on the way to the alert.
func (h *hub) note(a *alerts.Alert) {
	delete(h.busy, a.ID)
	if !a.State.Working() {
		return
	}
	a.Each(alerts.PartHelper, func(p *alerts.Person) {
		if p.State.Coming() {
			h.busy[a.ID] = append(h.busy[a.ID], p.ID)
		}
	})
}

// HelperView is where a helper is, on the stream.
type HelperView struct {
	ID     registry.HelperID `json:"id"`
	Lat    float64           `json:"lat"`
	Lon    float64           `json:"lon"`
	At     time.Time         `json:"at"`
	OnDuty bool              `json:"on_duty"`
	Busy   bool              `json:"busy"`

	centre registry.CentreID
}

// where lists the helpers, worked out at most once in helpersEvery for all streams together.
func (h *hub) where() []HelperView {
	h.helpersMu.Lock()
	defer h.helpersMu.Unlock()
	now := h.clock.Now()
	if h.helpers != nil && now.Sub(h.helpersAt) < helpersEvery && !now.Before(h.helpersAt) {
		return h.helpers
	}
	busy := h.onTheWay()
	list := []HelperView{}
	for _, x := range h.roster.All() {
		if x.Position == nil || x.ArchivedAt != nil {
			continue
		}
		list = append(list, HelperView{ID: x.ID, Lat: x.Position.Point.Lat(), Lon: x.Position.Point.Lon(),
			At: x.Position.At.UTC(), OnDuty: x.OnDuty, Busy: busy[string(x.ID)], centre: x.Centre})
	}
	h.helpers, h.helpersAt = list, now
	return list
}

func (h *hub) onTheWay() map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]bool{}
	for _, ids := range h.busy {
		for _, id := range ids {
			out[id] = true
		}
	}
	return out
}

// learn takes in an alert that a snapshot has read.
func (h *hub) learn(a *alerts.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.note(a)
}
