package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"anling/geo"
	"anling/geo/mapdata"
	"anling/geo/road"
	"anling/registry"

	"github.com/paulmach/orb"
)

const (
	strollPace = 1.1              // metres a second; who hurries is as quick as the roads' travel times say
	strollFar  = 700              // metres, of a stroll
	trafficPer = 62               // per cent of the speed on free roads, of a car in the traffic of a day (as geo/road reckons)
	looksAgain = 15 * time.Second // how often who is on the way to a door looks whether the way is still the quickest
)

// wayfinder knows the ways. It is a road.Finder.
type wayfinder interface {
	Route(from, to orb.Point, mode geo.Mode, now time.Time) road.Route
	Estimate(geo.Trip) geo.Travel
}

// openStreets are the roads of central Shanghai, all of them open.
func openStreets() (wayfinder, error) {
	m, err := road.Load(mapdata.Files(), mapdata.Roads)
	if err != nil {
		return nil, fmt.Errorf("read the demo's roads: %w", err)
	}
	return road.NewFinder(road.FinderOptions{Crowd: road.NewCrowd(m), Helpers: geo.NewIndex()}), nil
}

// walkers are the helpers on the streets. One may stand, stroll, or be on the way to a door.
type walkers struct {
	mu    sync.Mutex
	ways  wayfinder
	homes *streets // where they stroll to
	rand  *rand.Rand
	all   map[registry.HelperID]*walker
	order []registry.HelperID // of the city, so that the same seed walks the same ways
	last  time.Time
}

type walker struct {
	modes   []geo.Mode
	at      orb.Point
	line    orb.LineString // still to come
	pace    float64        // metres a second
	haste   float64        // on the way to a door: how much quicker than the roads say
	door    *orb.Point     // where the way ends, when it is the way to a door
	looked  time.Time      // when the way to it was looked for
	arrived bool           // at the door, and staying there
}

// move is where a helper is now.
type move struct {
	helper registry.HelperID
	at     orb.Point
}

// newWalkers puts the helpers of a world on its streets.
func newWalkers(w *world, ways wayfinder, seed uint64, now time.Time) *walkers {
	ws := &walkers{ways: ways, homes: w.streets, rand: rand.New(rand.NewPCG(seed, 0x3a1c)), all: map[registry.HelperID]*walker{}, last: now}
	for _, h := range w.helpers {
		ws.all[h.ID] = &walker{modes: h.Modes, at: h.Position.Point}
		ws.order = append(ws.order, h.ID)
	}
	return ws
}

// send has a helper hurry to a door, by the mode that is quickest; haste 1 is as quick as travel times say. It is false when nobody
// here knows the helper.
func (ws *walkers) send(id registry.HelperID, door orb.Point, haste float64) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.all[id]
	if w == nil {
		return false
	}
	w.door, w.arrived, w.haste = &door, false, haste
	ws.lead(w, ws.last)
	return true
}

// lead finds the way to the door.
func (ws *walkers) lead(w *walker, now time.Time) {
	w.looked = now
	by := ws.ways.Estimate(geo.Trip{From: w.at, To: *w.door, Modes: w.modes, At: now}).Mode
	if !by.Valid() {
		by = geo.Foot
	}
	way := ws.ways.Route(w.at, *w.door, by, now)
	w.line = append(way.Line, *w.door)
	w.pace = w.haste * float64(way.Metres) / max(1, way.Duration.Seconds())
	if by == geo.Car {
		w.pace = w.pace * trafficPer / 100
	}
	w.pace = max(w.pace, w.haste) // who is as good as there
}

// release lets a helper stroll on.
func (ws *walkers) release(id registry.HelperID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if w := ws.all[id]; w != nil && w.door != nil {
		w.line, w.door, w.arrived = nil, nil, false
	}
}

// arrived tells whether a helper who was sent is at the door.
func (ws *walkers) arrived(id registry.HelperID) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.all[id]
	return w != nil && w.arrived
}

// step walks everybody on to now and gives those who have moved.
func (ws *walkers) step(now time.Time) []move {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	passed := min(now.Sub(ws.last), time.Minute).Seconds()
	ws.last = now
	if passed <= 0 {
		return nil
	}
	var out []move
	for _, id := range ws.order {
		w := ws.all[id]
		switch {
		case w.arrived:
			continue
		case w.door != nil && len(w.line) > 1 && now.Sub(w.looked) >= looksAgain:
			ws.lead(w, now) // a road may have been closed; between the road and the door there is none
		case len(w.line) == 0 && ws.rand.Float64() < 0.9:
			continue // stands a while
		case len(w.line) == 0:
			ws.stroll(w, now)
		}
		w.walk(w.pace * passed)
		out = append(out, move{id, orb.Point{round6(w.at[0]), round6(w.at[1])}})
	}
	return out
}

// stroll picks somewhere near to walk to.
func (ws *walkers) stroll(w *walker, now time.Time) {
	w.pace = strollPace * (0.7 + 0.6*ws.rand.Float64())
	for range 20 {
		if to, _ := ws.homes.home(ws.rand); metres(w.at, to) < strollFar {
			w.line = ws.ways.Route(w.at, to, geo.Foot, now).Line
			return
		}
	}
}

// walk goes so many metres along the way.
func (w *walker) walk(left float64) {
	for len(w.line) > 0 {
		next := w.line[0]
		if far := metres(w.at, next); far > left {
			w.at = orb.Point{w.at[0] + left/far*(next[0]-w.at[0]), w.at[1] + left/far*(next[1]-w.at[1])}
			return
		} else {
			left -= far
		}
		w.at, w.line = next, w.line[1:]
	}
	w.arrived = w.door != nil
}
