package geo

import (
	"sync"
	"time"

	"anling/internal/fault"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Index finds the nearest of many moving points, exactly. It is kept in memory
// in cells of H3, and may be used from many goroutines at once. An answer is a
// picture of one instant: nobody in it is counted twice or missed because of
// moving from cell to cell meanwhile.
type Index struct {
	mu       sync.RWMutex
	cells    map[h3.Cell]*cell // every occupied cell, and those that a disk names
	occupied []*cell
	where    map[string]seat
	disks    map[h3.Cell]*disk
	reach    float64 // the largest of any cell so far
	few      int     // scanCells, but where a test wants rings
}

// seat is where a member sits.
type seat struct {
	cell *cell
	at   int
}

// Neighbour is a point found near another.
type Neighbour struct {
	ID     string
	Point  orb.Point
	Metres Metres
	At     time.Time // when it was reported to be there
}

// NewIndex makes an empty index.
func NewIndex() *Index {
	ix := &Index{where: make(map[string]seat), few: scanCells}
	ix.forget()
	return ix
}

// Put places id at p, as reported at the given instant. A report older than the
// one held changes nothing: reports overtake each other on the way. So an
// instant that came from outside must be capped at the caller's own now, or a
// phone whose clock is ahead would pin its owner to one place. A point that is
// not Valid, or no id, is refused as Invalid and changes nothing.
func (ix *Index) Put(id string, p orb.Point, at time.Time) error {
	if id == "" {
		return fault.New(fault.Invalid, "a point in the index needs an id")
	}
	if !Valid(p) {
		return fault.New(fault.Invalid, "the position is out of range")
	}
	m, place := member{id: id, at: at, point: p}, vectorOf(p)
	cellID := cellAt(p)

	ix.mu.Lock()
	defer ix.mu.Unlock()
	old, known := ix.where[id]
	if known && at.Before(old.cell.members[old.at].at) {
		return nil
	}
	if known && old.cell.id == cellID {
		old.cell.members[old.at], old.cell.places[old.at] = m, place
		return nil
	}
	if known {
		ix.leave(old)
	}
	ix.makeRoom()
	ix.enter(ix.cell(cellID), m, place)
	return nil
}

// Remove takes id out; one that is not there is none the less gone.
func (ix *Index) Remove(id string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if s, ok := ix.where[id]; ok {
		ix.leave(s)
		delete(ix.where, id)
	}
}

// Get tells where id is and since when, and whether it is in the index at all.
func (ix *Index) Get(id string) (p orb.Point, at time.Time, ok bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s, ok := ix.where[id]
	if !ok {
		return orb.Point{}, time.Time{}, false
	}
	m := s.cell.members[s.at]
	return m.point, m.at, true
}

// Len is how many points there are.
func (ix *Index) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.where)
}

// enter seats m in c. The caller holds the lock.
func (ix *Index) enter(c *cell, m member, place vector) {
	if c.occupied < 0 {
		c.occupied = len(ix.occupied)
		ix.occupied = append(ix.occupied, c)
	}
	ix.where[m.id] = seat{cell: c, at: len(c.members)}
	c.members = append(c.members, m)
	c.places = append(c.places, place)
}

// leave empties a seat: the last member of the cell moves over, and likewise
// the last occupied cell when this one is now empty. The caller holds the lock
// and sees to ix.where of the one who left.
func (ix *Index) leave(s seat) {
	c := s.cell
	last := len(c.members) - 1
	if s.at != last {
		c.members[s.at], c.places[s.at] = c.members[last], c.places[last]
		ix.where[c.members[s.at].id] = s
	}
	c.members[last] = member{} // lets go of the id
	c.members, c.places = c.members[:last], c.places[:last]
	if last > 0 {
		return
	}
	c.members, c.places = nil, nil
	end := len(ix.occupied) - 1
	ix.occupied[c.occupied] = ix.occupied[end]
	ix.occupied[c.occupied].occupied = c.occupied
	ix.occupied[end] = nil
	ix.occupied = ix.occupied[:end]
	c.occupied = -1
}

// cell is the cell of that id, made when new. The caller holds the lock.
func (ix *Index) cell(id h3.Cell) *cell {
	c, ok := ix.cells[id]
	if !ok {
		c = newCell(id)
		ix.cells[id] = c
		ix.reach = max(ix.reach, c.reach)
	}
	return c
}

// What is only remembered to be quick is bounded: some 4 MB of disks, and
// 20 MB of empty cells.
const (
	maxDisks      = 4096
	maxEmptyCells = 1 << 17
)

// makeRoom forgets the disks and the empty cells when there are too many. The
// caller holds the lock and has no empty cell in hand.
func (ix *Index) makeRoom() {
	if len(ix.disks) >= maxDisks || len(ix.cells)-len(ix.occupied) > maxEmptyCells {
		ix.forget()
	}
}

func (ix *Index) forget() {
	ix.disks = make(map[h3.Cell]*disk)
	ix.cells = make(map[h3.Cell]*cell, len(ix.occupied))
	for _, c := range ix.occupied {
		ix.cells[c.id] = c
	}
}

// disk is the rings around origin, made when new. The caller holds the lock.
func (ix *Index) disk(origin h3.Cell) *disk {
	if d, ok := ix.disks[origin]; ok {
		return d
	}
	ix.makeRoom()
	d := new(disk)
	for i, ring := range ringIDs(origin) {
		d[i] = make([]*cell, len(ring))
		for j, id := range ring {
			d[i][j] = ix.cell(id)
		}
	}
	ix.disks[origin] = d
	return d
}
