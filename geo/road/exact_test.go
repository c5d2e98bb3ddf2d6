package road

import (
	"flag"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

var cases = flag.Int("cases", 1500, "random towns in which the search is compared with looking at everybody")

// TestExpansionIsExact compares a Finder with what it replaces: a search forward from each person, over directed segments
// instead of vertices, with the rules of the road looked up at each turn. Nothing of the net is used.
func TestExpansionIsExact(t *testing.T) {
	roads, empty := 0, 0
	for seed := range uint64(*cases) {
		w := newTown(t, seed, 6+int(seed%30), 1+int(seed%40))
		f := w.finder(t)
		q := geo.Query{Point: w.place(), K: 1 + int(seed%12), Now: w.now, Modes: func(id string) []geo.Mode { return w.modes[id] }}
		if seed%3 == 0 {
			q.Within = time.Duration(60+w.rand.IntN(900)) * time.Second
		}
		if seed%5 == 0 {
			q.Keep = func(id string) bool { return id[3]%3 > 0 }
		}
		got, want := f.Nearest(q), w.everybody(f, q)
		if !slices.EqualFunc(got, want, same) {
			t.Fatalf("seed %d:\ngot  %v\nwant %v", seed, brief(got), brief(want))
		}
		if len(got) == 0 {
			empty++
		}
		for _, c := range got {
			if c.Travel.ByRoad {
				roads++
			}
		}
	}
	if roads < *cases || empty > *cases/4 {
		t.Errorf("the towns prove little: %d ways by road, %d answers were empty", roads, empty)
	}
}

// TestTheWayIsTheQuickestAndItsLineIsWhole compares the way that one person is shown with the same forward search.
func TestTheWayIsTheQuickestAndItsLineIsWhole(t *testing.T) {
	t.Parallel()
	ways := 0
	for seed := range uint64(300) {
		w := newTown(t, seed, 6+int(seed%30), 1+int(seed%10))
		f := w.finder(t)
		to := w.place()
		for i := range len(w.people) * modes {
			if w.showsTheWay(t, f, w.people[i/modes], i%modes, to) {
				ways++
			}
		}
	}
	if ways < 500 {
		t.Errorf("only %d ways were compared", ways)
	}
}

// showsTheWay compares one way; false when there is none.
func (w *town) showsTheWay(t *testing.T, f *Finder, p geo.Neighbour, m int, to orb.Point) bool {
	from, door := w.grid.snap(p.Point, allModes, snapWithin)[m], w.grid.snap(to, allModes, snapWithin)[m]
	if from.seg == none || door.seg == none {
		return false
	}
	got, ok := f.route(p.Point, to, m, w.pace[m])
	want := w.forward(m, from, door)
	if ok != (want != never) {
		t.Fatalf("%s by %s: a way %v, want %v", p.ID, nameOf(m), ok, want != never)
	}
	if !ok {
		return false
	}
	if d := milliseconds(got.Duration) - offRoad(from.off) - offRoad(door.off); d != want {
		t.Fatalf("%s by %s: %d ms, want %d", p.ID, nameOf(m), d, want)
	}
	along := float64(got.Metres) - float64(from.off+door.off)
	if sum := length(got.Line); math.Abs(sum-along) > 1+along/1000 {
		t.Fatalf("%s by %s: the line is %.1f m long, the way %.1f", p.ID, nameOf(m), sum, along)
	}
	return true
}

func same(a, b geo.Candidate) bool {
	return a.ID == b.ID && a.Travel.Duration == b.Travel.Duration && a.Travel.ByRoad == b.Travel.ByRoad && a.Travel.Mode == b.Travel.Mode
}

func brief(all []geo.Candidate) (out []any) {
	for _, c := range all {
		out = append(out, c.ID, c.Travel.Mode, c.Travel.Duration, c.Travel.ByRoad)
	}
	return out
}

// everybody looks at each person by each of their modes, by road or by air; where that does not fill the list, at those whom closed
// roads cut off, too.
func (w *town) everybody(f *Finder, q geo.Query) []geo.Candidate {
	found := best(w.all(f, q), q.K)
	if len(found) == q.K {
		return found
	}
	closed := w.closed
	w.closed = w.Close(nil)
	known := slices.Clone(found)
	for _, c := range w.all(f, q) {
		if c.Travel.ByRoad && !slices.ContainsFunc(known, func(b geo.Candidate) bool { return b.ID == c.ID }) {
			c.Travel.ByRoad = false
			found = append(found, c)
		}
	}
	w.closed = closed
	return best(found, q.K)
}

func (w *town) all(f *Finder, q geo.Query) (all []geo.Candidate) {
	doors := w.grid.snap(q.Point, allModes, snapWithin)
	for _, p := range w.people {
		if q.Keep != nil && !q.Keep(p.ID) {
			continue
		}
		spots := w.grid.snap(p.Point, allModes, snapWithin)
		for m := range modes {
			c := geo.Candidate{ID: p.ID, Air: geo.Distance(p.Point, q.Point), Travel: geo.Travel{Duration: geo.Unreachable}}
			if travelsBy(w.modes[p.ID], m) {
				c.Travel = w.comes(f, geo.Trip{From: p.Point, To: q.Point, PositionAge: w.now.Sub(p.At)}, m, [2][modes]spot{spots, doors})
			}
			if c.Travel.Duration != geo.Unreachable && (q.Within == 0 || c.Travel.Duration <= q.Within) {
				all = append(all, c)
			}
		}
	}
	return all
}

// comes is the way of one person by one mode.
func (w *town) comes(f *Finder, t geo.Trip, m int, ends [2][modes]spot) geo.Travel {
	from, to := ends[0], ends[1]
	if from[m].seg == none || to[m].seg == none {
		t.Density = geo.DensityAt(f.air.Helpers, t.To)
		if id := w.who(t.From); len(w.modes[id]) > 0 {
			t.Modes = []geo.Mode{nameOf(m)}
		}
		return geo.Estimator{}.Estimate(t)
	}
	along := w.forward(m, from[m], to[m])
	if along == never {
		return geo.Travel{Duration: geo.Unreachable}
	}
	along += offRoad(from[m].off) + offRoad(to[m].off)
	return geo.AlongRoad(nameOf(m), time.Duration(along)*time.Millisecond, geo.Distance(t.From, t.To), t.PositionAge)
}

func (w *town) who(at orb.Point) string {
	i := slices.IndexFunc(w.people, func(p geo.Neighbour) bool { return p.Point == at })
	return w.people[i].ID
}

// forward is Moore's algorithm (1959) over directed segments: the cost at the end of each.
func (w *town) forward(m int, from, to spot) uint32 {
	if from.seg == none {
		return never
	}
	cost := func(directed uint32) uint32 {
		c := w.Cost[m][directed&1][directed>>1]
		if c == never {
			return never
		}
		return w.pace[m].of(w.sheet, directed>>1, c)
	}
	part := func(directed uint32, at spot) uint32 { return partOf(cost(directed), progress(directed, at.part)) }
	least := uint32(never)
	ends := fill(2*w.segments(), never)
	for d := range uint32(directions) {
		directed := 2*from.seg + d
		if cost(directed) == never {
			continue
		}
		ends[directed] = cost(directed) - part(directed, from)
		if from.seg == to.seg && progress(directed, from.part) <= progress(directed, to.part) {
			least = min(least, part(directed, to)-part(directed, from))
		}
	}
	todo := []uint32{}
	for directed, sum := range ends {
		if sum != never {
			todo = append(todo, uint32(directed))
		}
	}
	for len(todo) > 0 {
		on := todo[0]
		todo = todo[1:]
		for _, next := range w.turns(m)[on] {
			if next>>1 == to.seg {
				least = min(least, ends[on]+part(next, to))
			}
			if end := ends[on] + cost(next); !hasBit(w.closed.of(m), int(next>>1)) && end < ends[next] {
				ends[next], todo = end, append(todo, next)
			}
		}
	}
	if least > milliseconds(longest) {
		return never
	}
	return least
}

// turns lists for each directed segment those that may follow it.
func (w *town) turns(m int) [][]uint32 {
	if w.allowed[m] == nil {
		for on := range uint32(2 * w.segments()) {
			w.allowed[m] = append(w.allowed[m], w.following(m, on))
		}
	}
	return w.allowed[m]
}

func (w *town) following(m int, on uint32) (out []uint32) {
	for next := range uint32(2 * w.segments()) {
		if w.Cost[m][next&1][next>>1] != never && w.mayTurn(m, on, next) {
			out = append(out, next)
		}
	}
	return out
}

func (w *town) mayTurn(m int, on, next uint32) bool {
	at := endCrossing(w.sheet, on)
	if endCrossing(w.sheet, next^1) != at || slices.Contains(w.Bans, ban{uint8(m), on, next}) && !slices.Contains(w.Blocks, block{uint8(m), at}) {
		return false
	}
	return next == on^1 || !slices.Contains(w.Blocks, block{uint8(m), at})
}
