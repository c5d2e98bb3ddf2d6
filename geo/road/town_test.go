package road

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// town is a random town with people in it: streets of any shape, one-way ones, forbidden turns, barriers, closed roads.
type town struct {
	*Map
	rand    *rand.Rand
	people  []geo.Neighbour
	modes   map[string][]geo.Mode
	closed  *Closures
	hours   *Hours
	pace    [modes]*pace // expected
	now     time.Time
	allowed [modes][][]uint32
}

const metre = 1 / 111_195.0 // in degrees of latitude

func newTown(t testing.TB, seed uint64, crossings, people int) *town {
	t.Helper()
	w := &town{rand: rand.New(rand.NewPCG(seed, 7)), modes: map[string][]geo.Mode{}, now: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)}
	s := w.streets(crossings)
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	w.Map = newMap(s)
	for i := range people {
		id := fmt.Sprintf("p%03d", i)
		for _, m := range []geo.Mode{geo.Foot, geo.Bike, geo.Car} {
			if w.rand.IntN(2) == 0 {
				w.modes[id] = append(w.modes[id], m)
			}
		}
		w.people = append(w.people, geo.Neighbour{ID: id, Point: w.place(), At: w.now.Add(-time.Duration(w.rand.IntN(3600)) * time.Second)})
	}
	var closed []Closed
	for range w.rand.IntN(4) {
		closed = append(closed, Closed{Segment: w.rand.IntN(w.segments()), Modes: []geo.Mode{nameOf(w.rand.IntN(modes))}})
	}
	w.closed = w.Close(closed)
	if w.rand.IntN(2) == 0 {
		w.hours = &Hours{zone: time.UTC}
		p := &pace{}
		for i := range p {
			p[i] = 128 + w.rand.Uint32N(512)
		}
		w.hours.paces[w.rand.IntN(modes)][3*24+10] = p
	}
	return w
}

// place is somewhere in the town, seldom far from all streets.
func (w *town) place() orb.Point {
	p := orb.Point{121.47 + w.rand.Float64()*1200*metre, 31.23 + w.rand.Float64()*1200*metre}
	if w.rand.IntN(20) == 0 {
		p[1] += 2000 * metre
	}
	return p
}

func (w *town) streets(crossings int) *sheet {
	s := &sheet{Crossings: uint32(crossings), Labels: []string{""}, Shapes: []uint32{0}}
	places := make([]orb.Point, crossings)
	for i := range places {
		places[i] = orb.Point{121.47 + w.rand.Float64()*1200*metre, 31.23 + w.rand.Float64()*1200*metre}
	}
	for range crossings * 2 {
		w.street(s, places)
	}
	n := uint32(s.segments())
	for range w.rand.IntN(crossings) {
		from, to := w.rand.Uint32N(2*n), w.rand.Uint32N(2*n)
		if endCrossing(s, from) == endCrossing(s, to^1) {
			s.Bans = append(s.Bans, ban{Mode: uint8(w.rand.IntN(modes)), From: from, To: to})
		}
	}
	for range w.rand.IntN(3) {
		s.Blocks = append(s.Blocks, block{Mode: uint8(w.rand.IntN(modes)), Crossing: uint32(w.rand.IntN(crossings))})
	}
	return s
}

// endCrossing is where a directed segment ends.
func (w *town) street(s *sheet, places []orb.Point) {
	a, b := w.rand.IntN(len(places)), w.rand.IntN(len(places))
	if w.rand.IntN(3) > 0 { // rather to somebody near
		nearest := slices.Clone(places)
		slices.SortFunc(nearest, func(p, q orb.Point) int { return int(1e9 * (square(p, places[a]) - square(q, places[a]))) })
		b = slices.Index(places, nearest[min(len(nearest)-1, w.rand.IntN(4))])
	}
	line := orb.LineString{places[a]}
	for range w.rand.IntN(3) {
		line = append(line, orb.Point{places[a][0] + w.rand.Float64()*300*metre, places[a][1] + w.rand.Float64()*300*metre})
	}
	line = append(line, places[b])
	s.From, s.To = append(s.From, uint32(a)), append(s.To, uint32(b))
	s.Class, s.Names = append(s.Class, uint8(w.rand.IntN(20))), append(s.Names, 0)
	for _, p := range line {
		lon, lat := unitsOf(p)
		s.Points = append(s.Points, lon, lat)
	}
	s.Shapes = append(s.Shapes, uint32(len(s.Points)/2))
	pace := []float64{1.9, 4.4, 9}
	for m := range s.Cost {
		for d := range s.Cost[m] {
			cost := uint32(length(line) / pace[m] * 1000)
			if w.rand.IntN(6) == 0 {
				cost = never
			}
			s.Cost[m][d] = append(s.Cost[m][d], cost)
		}
	}
}

func square(p, q orb.Point) float64 { return (p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) }

func (w *town) finder(t testing.TB) *Finder {
	t.Helper()
	helpers := geo.NewIndex()
	f := NewFinder(FinderOptions{Crowd: NewCrowd(w.Map), Helpers: helpers, Hours: w.hours, Closed: func() *Closures { return w.closed }})
	for _, p := range w.people {
		for _, put := range []func(string, orb.Point, time.Time) error{f.crowd.Put, helpers.Put} {
			if err := put(p.ID, p.Point, p.At); err != nil {
				t.Fatal(err)
			}
		}
	}
	for m := range w.pace {
		w.pace[m] = f.expected(m, w.now)
	}
	return f
}
