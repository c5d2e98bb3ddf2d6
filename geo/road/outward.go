package road

// outward goes from somebody over the roads of one mode as they are now, until time is over, and notes what each door that it passes
// costs. It keeps the vertices that it has come to in buckets of a second, and goes through one bucket after the other; a vertex
// to which a shorter way is found within its bucket is gone through again, so that the costs are exact (Δ-stepping, Meyer and Sanders 1998).
type outward struct {
	*net
	mode    int
	sheet   *sheet
	pace    *pace
	by      *doorsBy
	leave   leaving
	most    uint32    // what costs more is not looked at
	marks   []passing // by vertex
	stamp   uint32
	buckets [][]visit
	best    []passing // by door
	passed  []uint32  // the doors of this stamp
}

// passing is the cheapest way to a vertex or door, in the run of that stamp.
type passing struct{ stamp, cost uint32 }

const bucketBits = 10 // 1,024 milliseconds

// leaving is the roads of a mode by where they begin: what net is in the other direction, at the paces of an hour.
type leaving struct {
	first []uint32
	arcs  []way
}

// way is a directed segment as it leads away from a vertex.
type way struct {
	head, cost uint32
	seg        uint32 // 2·segment + direction, and marks
}

// The marks of a way: nobody may go through it to its end; there are doors on it.
const (
	shut  = 1 << 31
	lined = 1 << 30
)

func (w way) directed() uint32 { return w.seg &^ (shut | lined) }

// outward fits one to the roads as they are.
func (r *ranging) outward(m int) *outward {
	on, f := r.finder.crowd.on, r.finder
	o := &outward{net: on.nets[m], mode: m, sheet: on.sheet, pace: f.expected(m, r.Now), by: &r.by[m],
		most: milliseconds(r.Within), best: make([]passing, len(r.points))}
	o.marks = make([]passing, o.vertices())
	o.buckets = make([][]visit, o.most>>bucketBits+1)
	o.turnRound(f.closed().of(m))
	return o
}

// turnRound sorts the arcs by where they begin.
func (o *outward) turnRound(closed []uint64) {
	o.leave.first, o.leave.arcs = make([]uint32, o.vertices()+1), make([]way, len(o.arcs))
	for _, a := range o.arcs {
		o.leave.first[a.tail+1]++
	}
	for v := range o.vertices() {
		o.leave.first[v+1] += o.leave.first[v]
	}
	next := append([]uint32(nil), o.leave.first...)
	for v := range uint32(o.vertices()) {
		for _, a := range o.into(v) {
			seg := a.directed() >> 1
			w := way{head: v, cost: o.pace.of(o.sheet, seg, a.cost), seg: a.directed()}
			if closed != nil && hasBit(closed, int(seg)) {
				w.seg |= shut
			}
			if len(o.by.on(seg)) > 0 {
				w.seg |= lined
			}
			o.leave.arcs[next[a.tail]] = w
			next[a.tail]++
		}
	}
}

// run finds all doors that somebody at a place can be at in time.
func (o *outward) run(at spot) {
	if o.stamp++; o.stamp == 0 {
		clear(o.marks)
		clear(o.best)
		o.stamp = 1
	}
	o.passed = o.passed[:0]
	o.setOut(at)
	for b := range o.buckets {
		for i := 0; i < len(o.buckets[b]); i++ { // it grows meanwhile
			if v := o.buckets[b][i]; o.marks[v.what].cost == v.cost {
				o.onward(v)
			}
		}
		o.buckets[b] = o.buckets[b][:0]
	}
}

// setOut begins at a place, in both directions of its segment, and passes the doors that lie there ahead.
func (o *outward) setOut(at spot) {
	start := offRoad(at.off)
	doors := o.by.on(at.seg)
	for d := range uint32(directions) {
		directed := 2*at.seg + d
		if o.heads[directed] == none {
			continue
		}
		cost := o.pace.of(o.sheet, at.seg, o.sheet.cost(o.mode, directed))
		from := partOf(cost, progress(directed, at.part))
		for _, door := range doors {
			if progress(directed, at.part) <= progress(directed, door.part) {
				o.pass(door, start+partOf(cost, progress(directed, door.part))-from)
			}
		}
		o.reach(o.heads[directed], start+cost-from)
	}
}

func (o *outward) reach(v, cost uint32) {
	m := &o.marks[v]
	if m.stamp == o.stamp && m.cost <= cost || cost > o.most {
		return
	}
	m.stamp, m.cost = o.stamp, cost
	o.buckets[cost>>bucketBits] = append(o.buckets[cost>>bucketBits], visit{cost, v})
}

func (o *outward) onward(v visit) {
	for _, w := range o.leave.arcs[o.leave.first[v.what]:o.leave.first[v.what+1]] {
		if w.seg&shut == 0 {
			o.reach(w.head, v.cost+w.cost)
		}
		if w.seg&lined != 0 {
			o.passAlong(w, v.cost)
		}
	}
}

// passAlong passes the doors of a segment.
func (o *outward) passAlong(w way, cost uint32) {
	directed := w.directed()
	for _, door := range o.by.on(directed >> 1) {
		o.pass(door, cost+partOf(w.cost, progress(directed, door.part)))
	}
}

func (o *outward) pass(door doorSpot, cost uint32) {
	if cost += door.off; cost > o.most {
		return
	}
	b := &o.best[door.door]
	if b.stamp != o.stamp {
		o.passed = append(o.passed, door.door)
	} else if b.cost <= cost {
		return
	}
	*b = passing{o.stamp, cost}
}
