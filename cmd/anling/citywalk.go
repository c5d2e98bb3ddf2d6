package main

import (
	"math/rand/v2"
	"sync"
	"time"

	"anling/registry"

	"github.com/paulmach/orb"
)

// Pace of people on foot, in metres a second. Who hurries to a door is faster than who strolls: the
// median on the way to an emergency is 1.8 in a dense city (facts of the field).
const (
	strollPace = 1.1
	hurryPace  = 1.8
	bikePace   = 3.6
)

// walkers are the helpers on the streets. One may stand, stroll, or be on the way to a door.
type walkers struct {
	mu      sync.Mutex
	streets *streets
	rand    *rand.Rand
	all     map[registry.HelperID]*walker
	order   []registry.HelperID // of the city, so that the same seed walks the same ways
	last    time.Time
}

type walker struct {
	at, to  int     // nodes; at == to: standing at a node
	gone    float64 // metres from at towards to
	pace    float64
	way     []int      // nodes still to come on the way to a door
	door    *orb.Point // where the way ends
	arrived bool       // at the door, and staying there
}

// move is where a helper is now.
type move struct {
	helper registry.HelperID
	at     orb.Point
}

// newWalkers puts the helpers of a world on its streets.
func newWalkers(w *world, seed uint64, now time.Time) *walkers {
	ws := &walkers{streets: w.streets, rand: rand.New(rand.NewPCG(seed, 0x3a1c)), all: map[registry.HelperID]*walker{}, last: now}
	for _, h := range w.helpers {
		n := w.streets.near(h.Position.Point)
		ws.all[h.ID] = &walker{at: n, to: n, pace: strollPace * (0.7 + 0.6*ws.rand.Float64())}
		ws.order = append(ws.order, h.ID)
	}
	return ws
}

// send has a helper hurry to a door; false when nobody here knows the helper.
func (ws *walkers) send(id registry.HelperID, door orb.Point, pace float64) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.all[id]
	if w == nil {
		return false
	}
	w.way = ws.streets.path(w.to, ws.streets.near(door))[1:]
	w.door, w.arrived, w.pace = &door, false, pace
	return true
}

// release lets a helper stroll on, from the street nearest to where they are.
func (ws *walkers) release(id registry.HelperID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.all[id]
	if w == nil || w.door == nil {
		return
	}
	if w.arrived {
		w.at = ws.streets.near(*w.door)
		w.to, w.gone = w.at, 0
	}
	w.way, w.door, w.arrived, w.pace = nil, nil, false, strollPace
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
		if w.arrived || w.door == nil && w.at == w.to && ws.rand.Float64() < 0.9 {
			continue // stays at the door, or stands a while
		}
		ws.walk(w, w.pace*passed)
		out = append(out, move{id, ws.where(w)})
	}
	return out
}

// walk goes so many metres along the streets.
func (ws *walkers) walk(w *walker, metresLeft float64) {
	for metresLeft > 0 {
		length := metres(ws.streets.nodes[w.at], ws.streets.nodes[w.to])
		if w.gone+metresLeft < length {
			w.gone += metresLeft
			return
		}
		metresLeft -= length - w.gone
		if !ws.turn(w) {
			return
		}
	}
}

// turn chooses where to go from the node that has been reached; false ends the walk for now.
func (ws *walkers) turn(w *walker) bool {
	from := w.at
	w.at, w.gone = w.to, 0
	if w.door != nil {
		if len(w.way) == 0 {
			w.arrived = true
			return false
		}
		w.to, w.way = w.way[0], w.way[1:]
		return true
	}
	if ws.rand.IntN(40) == 0 { // stops for a chat
		w.to = w.at
		return false
	}
	next := ws.streets.next[w.at]
	w.to = next[ws.rand.IntN(len(next))]
	if w.to == from && len(next) > 1 { // nobody turns round in the middle of a walk
		w.to = next[(ws.rand.IntN(len(next)-1)+1+index(next, from))%len(next)]
	}
	return true
}

func index(list []int, v int) int {
	for i, x := range list {
		if x == v {
			return i
		}
	}
	return 0
}

func (ws *walkers) where(w *walker) orb.Point {
	if w.arrived {
		return *w.door
	}
	a, b := ws.streets.nodes[w.at], ws.streets.nodes[w.to]
	length := metres(a, b)
	if length == 0 {
		return a
	}
	t := w.gone / length
	return orb.Point{round6(a.Lon() + t*(b.Lon()-a.Lon())), round6(a.Lat() + t*(b.Lat()-a.Lat()))}
}
