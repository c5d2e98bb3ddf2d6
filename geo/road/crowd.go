package road

import (
	"sync"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// snapWithin is how far from a street somebody may be and still be taken to be on it. Beyond it nothing is known of
// their way, and they are ranked by air, flagged.
const snapWithin geo.Metres = 200

// Crowd keeps people on the roads of a map, each on the nearest road that each mode can travel, whichever modes are
// theirs. It may be used from many goroutines at once. Who is near no road is kept beside it and found by air.
type Crowd struct {
	on     *Map
	strays [modes]*geo.Index // those who are near no road of the mode

	mu    sync.RWMutex
	ids   map[string]uint32
	slots []slot
	free  []uint32
	heads [modes][]uint32 // the first slot on each segment; none
	taken [modes][]uint64 // a bit for each segment with somebody on it
}

// slot is somebody on the map.
type slot struct {
	id    string
	point orb.Point
	at    time.Time
	spots [modes]spot
	next  [modes]uint32 // the next slot on the same segment
	prev  [modes]uint32
}

// NewCrowd makes an empty crowd on a map.
func NewCrowd(on *Map) *Crowd {
	c := &Crowd{on: on, ids: map[string]uint32{}}
	for m := range c.heads {
		c.strays[m] = geo.NewIndex()
		c.heads[m], c.taken[m] = fill(on.segments(), none), make([]uint64, (on.segments()+63)/64)
	}
	return c
}

// Put places somebody, as reported at the given instant; a report older than the one held changes nothing. Errors are
// those of geo.Index.Put.
func (c *Crowd) Put(id string, p orb.Point, at time.Time) error {
	if id == "" || !geo.Valid(p) {
		return c.strays[foot].Put(id, p, at) // which says what is wrong
	}
	spots := c.on.grid.snap(p, allModes, snapWithin)
	c.mu.Lock()
	defer c.mu.Unlock()
	i, known := c.ids[id]
	if known && at.Before(c.slots[i].at) {
		return nil
	}
	if !known {
		i = c.room(id)
	}
	s := &c.slots[i]
	s.point, s.at = p, at
	for m := range spots {
		astray := s.spots[m].seg == none
		c.move(i, m, spots[m])
		if spots[m].seg == none {
			if err := c.strays[m].Put(id, p, at); err != nil {
				return err
			}
		} else if astray {
			c.strays[m].Remove(id)
		}
	}
	return nil
}

// room finds a slot for somebody new. The caller holds the lock.
func (c *Crowd) room(id string) uint32 {
	var i uint32
	if n := len(c.free); n > 0 {
		i, c.free = c.free[n-1], c.free[:n-1]
	} else {
		i = uint32(len(c.slots))
		c.slots = append(c.slots, slot{})
	}
	c.slots[i] = slot{id: id}
	for m := range modes {
		c.slots[i].spots[m].seg = none
	}
	c.ids[id] = i
	return i
}

// move takes somebody from one place of a mode to another.
func (c *Crowd) move(i uint32, mode int, to spot) {
	if from := c.slots[i].spots[mode].seg; from != to.seg {
		c.unlink(i, mode)
		c.slots[i].spots[mode] = to
		c.link(i, mode)
		return
	}
	c.slots[i].spots[mode] = to
}

func (c *Crowd) unlink(i uint32, mode int) {
	s := &c.slots[i]
	seg := s.spots[mode].seg
	if seg == none {
		return
	}
	if s.prev[mode] == none {
		c.heads[mode][seg] = s.next[mode]
	} else {
		c.slots[s.prev[mode]].next[mode] = s.next[mode]
	}
	if s.next[mode] != none {
		c.slots[s.next[mode]].prev[mode] = s.prev[mode]
	}
	if c.heads[mode][seg] == none {
		clearBit(c.taken[mode], int(seg))
	}
}

func (c *Crowd) link(i uint32, mode int) {
	s := &c.slots[i]
	seg := s.spots[mode].seg
	if seg == none {
		return
	}
	s.prev[mode], s.next[mode] = none, c.heads[mode][seg]
	if s.next[mode] != none {
		c.slots[s.next[mode]].prev[mode] = i
	}
	c.heads[mode][seg] = i
	setBit(c.taken[mode], int(seg))
}

func (c *Crowd) drop(id string, i uint32) {
	for m := range modes {
		c.unlink(i, m)
		c.strays[m].Remove(id)
	}
	c.slots[i] = slot{}
	delete(c.ids, id)
	c.free = append(c.free, i)
}

// Remove takes somebody out; one who is not there is none the less gone.
func (c *Crowd) Remove(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i, ok := c.ids[id]; ok {
		c.drop(id, i)
	}
}

// Len is how many there are, and how many of them are near no road that one can walk on.
func (c *Crowd) Len() (all, strays int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.ids), c.strays[foot].Len()
}
