package road

import (
	"slices"
)

// net is the roads of one mode, as arcs against the direction of travel: for
// each vertex those that lead to it. A vertex is a crossing, or a copy of one:
// who comes into a crossing from where a turn is forbidden comes into a copy
// without that turn, and a barrier leaves each of its segments an end of its
// own. So a shortest way over vertices is one that is allowed.
type net struct {
	first []uint32 // where the arcs into a vertex begin; one more than vertices
	arcs  []arc
	// heads and tails are the vertices at the ends of a directed segment, or none;
	// copies are the further tails, of copies from which it can be entered too.
	heads, tails []uint32
	copies       map[uint32][]uint32
	main         []uint64 // a bit for each segment: part of the largest strongly connected part
}

// arc is a directed segment as it leads into a vertex.
type arc struct {
	tail uint32
	cost uint32 // milliseconds
	seg  uint32 // 2·segment + direction; the highest bit: it begins in a copy of its crossing, and another arc is there for it
}

const copied = 1 << 31

// directed is the segment of an arc and the direction in which it is travelled.
func (a arc) directed() uint32 { return a.seg &^ copied }

const none = ^uint32(0)

func (n *net) vertices() int { return len(n.first) - 1 }

func (n *net) into(v uint32) []arc { return n.arcs[n.first[v]:n.first[v+1]] }

// wiring is a net while it is made.
type wiring struct {
	*sheet
	mode     int
	vertices uint32
	crossing []uint32                   // the vertex of each crossing that a road of the mode comes to, in the same order; none
	whole    uint32                     // how many vertices are crossings; the others are ends and copies
	banned   map[uint32]map[uint32]bool // by the segment that one comes from: where one may not go
	blocked  map[uint32]bool            // crossings
	leaving  [][]uint32                 // directed segments that begin in a vertex that is a crossing
	net      *net
}

// wire makes the net of a mode.
func wire(s *sheet, mode int) *net {
	w := &wiring{sheet: s, mode: mode, crossing: fill(int(s.Crossings), none), banned: map[uint32]map[uint32]bool{}, blocked: map[uint32]bool{}}
	w.net = &net{heads: fill(2*s.segments(), none), tails: fill(2*s.segments(), none), copies: map[uint32][]uint32{}}
	for _, b := range s.Bans {
		if int(b.Mode) != mode {
			continue
		}
		if w.banned[b.From] == nil {
			w.banned[b.From] = map[uint32]bool{}
		}
		w.banned[b.From][b.To] = true
	}
	for _, b := range s.Blocks {
		if int(b.Mode) == mode {
			w.blocked[b.Crossing] = true
		}
	}
	w.number()
	w.ends()
	all := w.split()
	w.net.fill(all, w.vertices)
	w.net.connect(s)
	return w.net
}

func fill(n int, v uint32) []uint32 {
	return slices.Repeat([]uint32{v}, n)
}

// cost is that of a directed segment.
func (s *sheet) cost(mode int, directed uint32) uint32 { return s.Cost[mode][directed&1][directed>>1] }

// number gives the crossings that a road of the mode comes to their vertices: a search for cars shall not have those of footpaths
// between its own in the memory.
func (w *wiring) number() {
	used := make([]uint64, (w.Crossings+63)/64)
	for directed := range uint32(2 * w.segments()) {
		if w.cost(w.mode, directed) != never {
			setBit(used, int(w.From[directed>>1]))
			setBit(used, int(w.To[directed>>1]))
		}
	}
	for c := range w.crossing {
		if hasBit(used, c) && !w.blocked[uint32(c)] {
			w.crossing[c] = w.vertices
			w.vertices++
		}
	}
	w.whole = w.vertices
	w.leaving = make([][]uint32, w.whole)
}

// ends gives every directed segment that may be travelled the vertices at its ends.
func (w *wiring) ends() {
	for seg := range uint32(w.segments()) {
		if w.cost(w.mode, 2*seg) == never && w.cost(w.mode, 2*seg+1) == never {
			continue
		}
		from, to := w.end(w.From[seg]), w.end(w.To[seg])
		for d := range uint32(directions) {
			directed := 2*seg + d
			if w.cost(w.mode, directed) == never {
				continue
			}
			tail, head := from, to
			if d == back {
				tail, head = to, from
			}
			w.net.tails[directed], w.net.heads[directed] = tail, head
			if tail < w.whole {
				w.leaving[tail] = append(w.leaving[tail], directed)
			}
		}
	}
}

// end is the vertex of one end of a segment: its crossing, or at a barrier one of its own.
func (w *wiring) end(crossing uint32) uint32 {
	if v := w.crossing[crossing]; v != none {
		return v
	}
	w.vertices++
	return w.vertices - 1
}

// split lists the arcs, with a copy of a crossing for each segment from which not every turn is allowed.
func (w *wiring) split() []headed {
	var all []headed
	for directed := range uint32(len(w.net.heads)) {
		if w.net.heads[directed] == none {
			continue
		}
		if turns := w.banned[directed]; turns != nil && w.net.heads[directed] < w.whole {
			w.copyWithout(directed, turns)
		}
	}
	for directed, head := range w.net.heads {
		if head == none {
			continue
		}
		d := uint32(directed)
		a := arc{tail: w.net.tails[d], cost: w.cost(w.mode, d), seg: d}
		all = append(all, headed{head, a})
		for _, tail := range w.net.copies[d] {
			a.tail, a.seg = tail, d|copied
			all = append(all, headed{head, a})
		}
	}
	return all
}

// copyWithout lets a directed segment end in a copy of its crossing that has all ways on but the forbidden ones.
func (w *wiring) copyWithout(directed uint32, forbidden map[uint32]bool) {
	at, made := w.net.heads[directed], w.vertices
	w.vertices++
	w.net.heads[directed] = made
	for _, on := range w.leaving[at] {
		if !forbidden[on] {
			w.net.copies[on] = append(w.net.copies[on], made)
		}
	}
}

// headed is an arc with the vertex that it leads to.
type headed struct {
	head uint32
	arc
}

// fill sorts the arcs by their heads.
func (n *net) fill(all []headed, vertices uint32) {
	n.first = make([]uint32, vertices+1)
	for _, a := range all {
		n.first[a.head+1]++
	}
	for v := range vertices {
		n.first[v+1] += n.first[v]
	}
	n.arcs = make([]arc, len(all))
	at := slices.Clone(n.first)
	for _, a := range all {
		n.arcs[at[a.head]] = a.arc
		at[a.head]++
	}
}

// connect marks the segments of the largest strongly connected part: who stands
// anywhere else is put on the nearest street of it, so that a yard's path that
// OpenStreetMap does not join to anything hides nobody.
func (n *net) connect(s *sheet) {
	part := n.parts()
	size := map[uint32]int{}
	for _, p := range part {
		size[p]++
	}
	largest, most := none, 0
	for p, k := range size {
		if k > most || k == most && p < largest {
			largest, most = p, k
		}
	}
	n.main = make([]uint64, (s.segments()+63)/64)
	for v := range uint32(n.vertices()) {
		for _, a := range n.into(v) {
			if part[v] == largest && part[a.tail] == largest {
				setBit(n.main, int(a.directed()>>1))
			}
		}
	}
}

func setBit(bits []uint64, i int)      { bits[i>>6] |= 1 << (i & 63) }
func clearBit(bits []uint64, i int)    { bits[i>>6] &^= 1 << (i & 63) }
func hasBit(bits []uint64, i int) bool { return bits[i>>6]&(1<<(i&63)) != 0 }

// parts numbers the strongly connected parts (Tarjan 1972, without recursion):
// the part of each vertex.
func (n *net) parts() []uint32 {
	t := tarjan{net: n, index: fill(n.vertices(), none), low: make([]uint32, n.vertices()), part: fill(n.vertices(), none)}
	for v := range uint32(n.vertices()) {
		if t.index[v] == none {
			t.walk(v)
		}
	}
	return t.part
}

type tarjan struct {
	*net
	index, low, part []uint32
	next             uint32
	open             []uint32 // not yet in a part
	path             []step
}

type step struct{ vertex, arc uint32 }

func (t *tarjan) enter(v uint32) {
	t.index[v], t.low[v] = t.next, t.next
	t.next++
	t.open = append(t.open, v)
	t.path = append(t.path, step{v, t.first[v]})
}

func (t *tarjan) walk(from uint32) {
	t.enter(from)
	for len(t.path) > 0 {
		at := &t.path[len(t.path)-1]
		if at.arc == t.first[at.vertex+1] {
			t.leave()
			continue
		}
		to := t.arcs[at.arc].tail
		at.arc++
		if t.index[to] == none {
			t.enter(to)
		} else if t.part[to] == none {
			t.low[at.vertex] = min(t.low[at.vertex], t.index[to])
		}
	}
}

// leave ends the visit of the last vertex of the path, and closes its part when it was the part's first.
func (t *tarjan) leave() {
	v := t.path[len(t.path)-1].vertex
	t.path = t.path[:len(t.path)-1]
	if len(t.path) > 0 {
		up := t.path[len(t.path)-1].vertex
		t.low[up] = min(t.low[up], t.low[v])
	}
	if t.low[v] != t.index[v] {
		return
	}
	for {
		w := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.part[w] = v
		if w == v {
			return
		}
	}
}
