package geo

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"
)

// someModes gives every helper modes of their own, some none.
func someModes(id string) []Mode {
	all := [][]Mode{nil, {Foot}, {Bike}, {Car}, {Foot, Car}, {Foot}, {Foot}, {Bike, Foot}}
	return all[id[len(id)-1]%8]
}

func mustFillAged(t *testing.T, n int, draw func(*dice) orb.Point, d *dice) *Index {
	t.Helper()
	ix := NewIndex()
	for i := range n {
		at := noon().Add(-time.Duration(d.below(3600)) * time.Second)
		if d.below(8) == 0 {
			at = time.Time{}
		}
		if err := ix.Put(fmt.Sprintf("h%05d", i), draw(d), at); err != nil {
			t.Fatal(err)
		}
	}
	return ix
}

// rankAll is Finder.Nearest without stopping early.
func rankAll(f *Finder, q Query) []Candidate {
	s := search{Query: q, router: Estimator{}, density: DensityAt(f.crowd(), q.Point)}
	var all []Candidate
	for _, n := range f.Helpers.Nearest(q.Point, f.Helpers.Len(), 0, q.Keep) {
		if c := s.candidate(n); q.Within == 0 || c.Travel.Duration <= q.Within {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, compareCandidates)
	return all[:min(q.K, len(all))]
}

func TestFinderEqualsRankingEverybody(t *testing.T) {
	t.Parallel()
	for _, c := range clouds() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := dice(31)
			f := &Finder{Helpers: mustFillAged(t, 1000, c.draw, &d)}
			for i := range 24 {
				q := Query{Point: c.draw(&d), K: 1 + d.below(20), Modes: someModes, Now: noon()}
				q.Within = []time.Duration{0, 5 * time.Minute, 40 * time.Minute}[i%3]
				if i%2 == 0 {
					q.Keep = func(id string) bool { return id[len(id)-2]%3 == 0 }
				}
				if diff := cmp.Diff(rankAll(f, q), f.Nearest(q), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%d to %v within %v (-want +got):\n%s", q.K, q.Point, q.Within, diff)
				}
			}
		})
	}
}

// The nearest by air are on foot; somebody with a car, past them all, is quicker.
func TestFinderLooksPastTheNearest(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	for i := range 200 {
		mustPut(t, ix, fmt.Sprintf("walker%03d", i), away(1500+Metres(i)))
	}
	mustPut(t, ix, "driver", away(2500))
	f := Finder{Helpers: ix}
	got := f.Nearest(Query{Point: city(), K: 1, Now: noon(), Modes: func(id string) []Mode {
		if id == "driver" {
			return []Mode{Foot, Car}
		}
		return []Mode{Foot}
	}})
	if len(got) != 1 || got[0].ID != "driver" || got[0].Travel.Mode != Car {
		t.Errorf("got %+v, want the driver", got)
	}
}

func TestFinderPutsTheFreshPositionFirst(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	for id, age := range map[string]time.Duration{"fresh": 10 * time.Second, "stale": 2 * time.Hour} {
		air := map[string]Metres{"fresh": 400, "stale": 100}[id]
		if err := ix.Put(id, away(air), noon().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	f := Finder{Helpers: ix, Router: Estimator{}, Crowd: NewIndex()}
	got := f.Nearest(Query{Point: city(), K: 5, Now: noon()})
	if len(got) != 2 || got[0].ID != "fresh" || got[1].PositionAge != 2*time.Hour {
		t.Fatalf("got %+v, want fresh before stale", got)
	}
	if math.Abs(float64(got[1].Air-100)) > 0.01 || got[1].Point != away(100) {
		t.Errorf("got %+v, want the last known place, 100 m off", got[1])
	}
	if got[1].Travel.Spread <= got[0].Travel.Spread {
		t.Errorf("the stale one is as sure (%v) as the fresh one (%v)", got[1].Travel.Spread, got[0].Travel.Spread)
	}
}

func TestFinderTiesGoByID(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	for _, id := range []string{"d", "b", "e", "a", "c"} {
		mustPut(t, ix, id, away(300))
	}
	f := Finder{Helpers: ix}
	var got string
	for _, c := range f.Nearest(Query{Point: city(), K: 3, Now: noon()}) {
		got += c.ID
	}
	if got != "abc" {
		t.Errorf("got %q, want abc", got)
	}
}

func TestFinderFindsNobody(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	mustPut(t, ix, "a", away(3000))
	f := Finder{Helpers: ix}
	for name, q := range map[string]Query{
		"none asked":    {Point: city()},
		"no place":      {Point: orb.Point{math.NaN(), 0}, K: 5},
		"within less":   {Point: city(), K: 5, Within: time.Minute},
		"within before": {Point: city(), K: 5, Within: -1},
		"nobody fit":    {Point: city(), K: 5, Keep: func(string) bool { return false }},
	} {
		if got := f.Nearest(q); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	cut := Finder{Helpers: ix, Router: noRoads{}}
	if got := cut.Nearest(Query{Point: city(), K: 5}); len(got) != 0 {
		t.Errorf("no way there: got %+v", got)
	}
}

// noRoads is an island: nobody gets there.
type noRoads struct{}

func (noRoads) Estimate(Trip) Travel                  { return Travel{Duration: Unreachable} }
func (noRoads) AtLeast(Metres, Density) time.Duration { return 0 }
