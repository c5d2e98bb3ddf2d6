package geo

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Nearest lists the k nearest points to q that keep accepts, nearest first and
// by id where two are equally far. It is exact: no point of the index that
// keep accepts is nearer than the last one listed and missing. A limit of zero
// means none, otherwise nothing farther is listed; a nil keep accepts all.
//
// Keep is asked outside the index's lock, and may be asked about one id more
// than once. A q that is not Valid has no neighbours.
func (ix *Index) Nearest(q orb.Point, k int, limit Metres, keep func(id string) bool) []Neighbour {
	if keep == nil {
		return ix.nearest(q, k, limit)
	}
	if k <= 0 {
		return nil
	}
	// Asked without the filter for more and more, until enough pass it: each
	// answer is one instant's, and nobody's code runs under our lock.
	for ask := 2*k + 8; ; ask *= 4 {
		all := ix.nearest(q, ask, limit)
		kept := make([]Neighbour, 0, k)
		for _, n := range all {
			if len(kept) < k && keep(n.ID) {
				kept = append(kept, n)
			}
		}
		if len(kept) == k || len(all) < ask {
			return kept
		}
	}
}

// scanCells is up to how many occupied cells going through them all is quicker
// than finding the rings around q, and at times them too (BenchmarkFewPoints).
const scanCells = 1024

func (ix *Index) nearest(q orb.Point, k int, limit Metres) []Neighbour {
	if k <= 0 || limit < 0 || !Valid(q) {
		return nil
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var around *disk
	if len(ix.occupied) > ix.few {
		around = ix.diskAround(cellAt(q))
	}
	best := ix.shortlist(q, k, limit)
	if around == nil || !searchRings(around, best) {
		best.clear()
		ix.scan(best)
	}
	return best.sorted()
}

// diskAround is the disk of a cell. The caller holds the read lock; to make a
// new disk it is given up and taken again, so that what was read before is
// stale. It may be nil, when another has just made room.
func (ix *Index) diskAround(origin h3.Cell) *disk {
	if d, ok := ix.disks[origin]; ok {
		return d
	}
	ix.mu.RUnlock()
	ix.mu.Lock()
	ix.disk(origin)
	ix.mu.Unlock()
	ix.mu.RLock()
	return ix.disks[origin]
}

// searchRings goes outward ring by ring and reports whether it could stop: once
// no cell of a ring can hold anything for the list, nothing beyond can either,
// for the way there leads through one of them.
func searchRings(d *disk, best *shortlist) bool {
	for i, ring := range d {
		if len(ring) == 0 {
			return false // H3 could not say; make no claim
		}
		open := false
		for _, c := range ring {
			if !best.mayGainFrom(c) {
				continue
			}
			open = true
			if i < len(d)-1 {
				best.offerAll(c)
			}
		}
		if !open {
			return true
		}
	}
	return false
}

// scan goes through all occupied cells and into those that can matter.
func (ix *Index) scan(best *shortlist) {
	for _, c := range ix.occupied {
		if best.mayGainFrom(c) {
			best.offerAll(c)
		}
	}
}

// shortlist keeps the best k of what it is offered, as a heap with the worst
// on top. It measures in squared chords throughout, which grow with the
// distance and need no trigonometry.
type shortlist struct {
	from  vector
	k     int
	limit Metres
	gate  float64 // what lies beyond cannot be listed any more
	items []shortlisted
	// reach is the largest of any cell. cellGate is to the centre of a cell what
	// gate is to a point; it is worked out when gate is no longer cellGateOf.
	reach, cellGate, cellGateOf float64
}

type shortlisted struct {
	chord2 float64
	member *member
}

// shortlist begins an empty one. The caller holds the lock.
func (ix *Index) shortlist(q orb.Point, k int, limit Metres) *shortlist {
	if limit == 0 {
		limit = Metres(math.Inf(1))
	}
	s := &shortlist{from: vectorOf(q), k: k, limit: limit, reach: ix.reach}
	s.items = make([]shortlisted, 0, min(k, 32))
	s.clear()
	return s
}

func (s *shortlist) clear() {
	// The gate lets a little more through than the limit, as going from metres
	// to chords rounds; sorted looks again.
	const slack = 1e-9
	s.items = s.items[:0]
	s.gate = chord2Of(s.limit)*(1+slack) + slack*slack
	s.cellGateOf = -1
}

// mayGainFrom reports whether a cell can hold anything for the list: by the
// triangle inequality, which holds for chords too, nothing in the cell is
// nearer than its centre less the reach.
func (s *shortlist) mayGainFrom(c *cell) bool {
	if s.gate != s.cellGateOf {
		far := math.Sqrt(s.gate) + s.reach
		s.cellGate, s.cellGateOf = far*far, s.gate
	}
	return s.from.chord2(c.centre) <= s.cellGate
}

func (s *shortlist) offerAll(c *cell) {
	for i, place := range c.places {
		if chord2 := s.from.chord2(place); chord2 <= s.gate {
			s.offer(shortlisted{chord2: chord2, member: &c.members[i]})
		}
	}
}

func (s *shortlist) offer(it shortlisted) {
	if len(s.items) < s.k {
		s.items = append(s.items, it)
		heap.Fix(s, len(s.items)-1)
	} else if it.compare(s.items[0]) < 0 {
		s.items[0] = it
		heap.Fix(s, 0)
	}
	if len(s.items) == s.k {
		s.gate = s.items[0].chord2
	}
}

func (a shortlisted) compare(b shortlisted) int {
	if c := cmp.Compare(a.chord2, b.chord2); c != 0 {
		return c
	}
	return cmp.Compare(a.member.id, b.member.id)
}

// sorted lists the neighbours, nearest first.
func (s *shortlist) sorted() []Neighbour {
	slices.SortFunc(s.items, shortlisted.compare)
	out := make([]Neighbour, 0, len(s.items))
	for _, it := range s.items {
		if m := metresOf(it.chord2); m <= s.limit {
			out = append(out, Neighbour{ID: it.member.id, Point: it.member.point, Metres: m, At: it.member.at})
		}
	}
	return out
}

// Len, Less, Swap, Push and Pop are for container/heap. Push and Pop box each
// item; we append and Fix instead.
func (s *shortlist) Len() int           { return len(s.items) }
func (s *shortlist) Less(i, j int) bool { return s.items[i].compare(s.items[j]) > 0 }
func (s *shortlist) Swap(i, j int)      { s.items[i], s.items[j] = s.items[j], s.items[i] }
func (s *shortlist) Push(any)           { panic("geo: shortlist is filled by offer") }
func (s *shortlist) Pop() any           { panic("geo: shortlist is read by sorted") }
