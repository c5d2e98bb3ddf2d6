package road

import "slices"

// expansion goes outward from a place over the roads of one mode, against the
// direction of travel: Dijkstra's algorithm (1959) on the reversed net. It tells
// of each vertex it comes to what the way from there to the place costs.
type expansion struct {
	*net
	mode   int
	sheet  *sheet
	closed []uint64 // a bit for each segment that nobody may go through; nil for none
	pace   *pace    // of the hour; nil: as in the file
	marks  []mark
	stamp  uint32
	queue  queue
	most   uint32 // what costs more is not looked at
}

// mark is what is known of a vertex in the expansion of that stamp.
type mark struct {
	stamp uint32
	cost  uint32
	next  uint32 // the arc on which the way goes on; none: on the place's own segment
}

// visit is an entry of the queue: a vertex, or with the highest bit somebody who sets out.
type visit struct {
	cost uint32
	what uint32
}

const person = 1 << 31

// begin forgets what was.
func (e *expansion) begin() {
	if e.stamp++; e.stamp == 0 || len(e.marks) == 0 {
		e.marks, e.stamp = make([]mark, e.vertices()), 1
	}
	e.queue = e.queue[:0]
}

// from begins at a place: at both ends of its segment, as far as one may travel from there to it.
func (e *expansion) from(at spot) {
	for d := range uint32(directions) {
		directed := 2*at.seg + d
		if e.tails[directed] == none {
			continue
		}
		cost := partOf(e.costOf(directed), progress(directed, at.part))
		e.reach(e.tails[directed], cost, none)
		for _, tail := range e.copies[directed] {
			e.reach(tail, cost, none)
		}
	}
}

// costOf is what a directed segment costs at this hour.
func (e *expansion) costOf(directed uint32) uint32 {
	return e.pace.of(e.sheet, directed>>1, e.sheet.cost(e.mode, directed))
}

// remaining is what is left of a directed segment from a place on it to its end.
func (e *expansion) remaining(directed uint32, part uint16) uint32 {
	cost := e.costOf(directed)
	return cost - partOf(cost, progress(directed, part))
}

// progress is the part of a directed segment that lies behind somebody at a place on it.
func progress(directed uint32, part uint16) uint32 {
	if directed&1 == back {
		return whole - uint32(part)
	}
	return uint32(part)
}

// reach notes a way from a vertex and queues it, when it is the cheapest yet.
func (e *expansion) reach(v, cost, next uint32) {
	if e.better(v, cost, next) {
		e.queue.push(visit{cost, v})
	}
}

// better notes a way from a vertex, when it is the cheapest yet.
func (e *expansion) better(v, cost, next uint32) bool {
	m := &e.marks[v]
	if m.stamp == e.stamp && m.cost <= cost || cost > e.most {
		return false
	}
	*m = mark{stamp: e.stamp, cost: cost, next: next}
	return true
}

// settled reports whether an entry of the queue is the cheapest of its vertex.
func (e *expansion) settled(v visit) bool { return e.marks[v.what].cost == v.cost }

// relax goes on from a vertex that is settled.
func (e *expansion) relax(v visit) {
	for i := e.first[v.what]; i < e.first[v.what+1]; i++ {
		for next, cost := i, v.cost; next != none; {
			next, cost = e.along(next, cost)
		}
	}
}

// along goes over one arc, to a vertex from which the rest of the way costs so much. Where nothing is decided at the other end – the
// road only goes on there, or ends – it gives the arc that goes on and the cost, so that such a vertex need not wait in the queue for
// its turn: half of a city's vertices are places at which only somebody on foot has a choice. The mark of such a vertex is that of a
// way, and becomes that of the cheapest way no later than a vertex of the same cost is settled.
func (e *expansion) along(i, cost uint32) (next, onward uint32) {
	a := &e.arcs[i]
	seg := a.directed() >> 1
	if e.closed != nil && hasBit(e.closed, int(seg)) {
		return none, 0
	}
	cost += e.pace.of(e.sheet, seg, a.cost)
	if !e.better(a.tail, cost, i) {
		return none, 0
	}
	next, only := e.passage(a.tail, seg)
	if !only {
		e.queue.push(visit{cost, a.tail})
		return none, 0
	}
	return next, cost
}

// passage gives the one arc by which a vertex is left by whoever has come over a segment and does not turn around; none where
// there is no other. It is false where there are more.
func (e *expansion) passage(v, by uint32) (next uint32, only bool) {
	first := e.first[v]
	switch e.first[v+1] - first {
	case 0:
		return none, true
	case 1:
		if e.arcs[first].directed()>>1 == by {
			return none, true
		}
		return first, true
	case 2:
		if e.arcs[first].directed()>>1 == by {
			return first + 1, e.arcs[first+1].directed()>>1 != by
		}
		return first, e.arcs[first+1].directed()>>1 == by
	}
	return none, false
}

// departure is how somebody at a place sets out for the place that the expansion began at.
type departure struct {
	cost     uint32 // never: there is no way, or none is known yet
	directed uint32 // the segment, and the direction in which they leave it or come to the door
	direct   bool   // without leaving it
}

// departing finds the cheapest way to set out that the expansion knows.
func (e *expansion) departing(from, to spot) departure {
	best := departure{cost: never}
	for d := range uint32(directions) {
		directed := 2*from.seg + d
		head := e.heads[directed]
		if head == none {
			continue
		}
		if from.seg == to.seg && progress(directed, from.part) <= progress(directed, to.part) {
			cost := e.costOf(directed)
			cost = partOf(cost, progress(directed, to.part)) - partOf(cost, progress(directed, from.part))
			if cost < best.cost {
				best = departure{cost, directed, true}
			}
		}
		if m := e.marks[head]; m.stamp == e.stamp {
			if cost := m.cost + e.remaining(directed, from.part); cost < best.cost {
				best = departure{cost, directed, false}
			}
		}
	}
	return best
}

// queue is a heap of visits, cheapest first, with four children to a node: half as high as one with two, and the four lie
// in one line of the cache.
type queue []visit

func (q *queue) push(v visit) {
	h := append(*q, v)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if h[up].cost <= v.cost {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = v
	*q = h
}

func (q *queue) pop() visit {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	if len(h) > 0 {
		h.sink(last)
	}
	*q = h
	return top
}

// sink puts v where the top was.
func (h queue) sink(v visit) {
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(h)); c++ {
			if h[c].cost < h[least].cost {
				least = c
			}
		}
		if h[least].cost >= v.cost {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = v
}

// stretch is a part of a segment that is travelled, from one part of its length to another; backwards where from is larger.
type stretch struct {
	seg      uint32
	from, to uint32
}

// follow gives the stretches from where somebody sets out to the place that the expansion began at.
func (e *expansion) follow(d departure, from, to spot) []stretch {
	if d.direct {
		return []stretch{{from.seg, uint32(from.part), uint32(to.part)}}
	}
	out := []stretch{{from.seg, uint32(from.part), endOf(d.directed)}}
	v := e.heads[d.directed]
	for e.marks[v].next != none {
		directed := e.arcs[e.marks[v].next].directed()
		out = append(out, stretch{directed >> 1, whole - endOf(directed), endOf(directed)})
		v = e.heads[directed]
	}
	return append(out, stretch{to.seg, whole - endOf(e.entering(v, to)), uint32(to.part)})
}

// endOf is the part of its segment's length at which a directed segment ends.
func endOf(directed uint32) uint32 {
	if directed&1 == back {
		return 0
	}
	return whole
}

// entering is the direction in which the way from a vertex at the end of the place's segment comes to it.
func (e *expansion) entering(v uint32, at spot) uint32 {
	best, least := 2*at.seg, uint32(never)
	for d := range uint32(directions) {
		directed := 2*at.seg + d
		if e.tails[directed] != v && !slices.Contains(e.copies[directed], v) {
			continue
		}
		if cost := partOf(e.costOf(directed), progress(directed, at.part)); cost < least {
			best, least = directed, cost
		}
	}
	return best
}
