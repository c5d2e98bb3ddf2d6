package geo

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// pentagonNear is the centre of a pentagon, where rings of cells have gaps.
func pentagonNear() h3.LatLng {
	return h3.Pentagons(cellResolution)[3].LatLng()
}

func TestNearestEqualsBruteForce(t *testing.T) {
	t.Parallel()
	for _, c := range clouds() {
		for _, n := range []int{0, 1, 7, 300, 2500} {
			t.Run(fmt.Sprintf("%s/%d", c.name, n), func(t *testing.T) {
				t.Parallel()
				requireExact(t, c, n)
			})
		}
	}
}

func requireExact(t *testing.T, c cloud, n int) {
	t.Helper()
	d := dice(n + len(c.name))
	ix, points := mustFill(t, n, c.draw, &d)
	for i := range 24 {
		q := c.draw(&d)
		if i%4 == 3 {
			q = d.near(q, 20_000) // from outside, too
		}
		k := []int{1, 10, 64, n + 5}[i%4]
		limit := []Metres{0, 500, 20_000}[i%3]
		ix.few = []int{0, scanCells}[i/4%2]
		if diff := diffNearest(ix.Nearest(q, k, limit, nil), points.nearest(q, k, limit)); diff != "" {
			t.Fatalf("nearest %d to %v within %v (-want +got):\n%s", k, q, limit, diff)
		}
	}
}

func diffNearest(got, want []Neighbour) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// The rings alone, without the scan that takes over in small populations.
func TestRingsAreExactWhereTheyStop(t *testing.T) {
	t.Parallel()
	for _, c := range clouds() {
		d := dice(7)
		ix, points := mustFill(t, 2000, c.draw, &d)
		stopped := 0
		for range 40 {
			q := c.draw(&d)
			around := ix.disk(cellAt(q)) // makes cells, and so may widen the reach
			best := ix.shortlist(q, 10, 0)
			if !searchRings(around, best) {
				continue
			}
			stopped++
			if diff := diffNearest(best.sorted(), points.nearest(q, 10, 0)); diff != "" {
				t.Fatalf("%s: nearest 10 to %v (-want +got):\n%s", c.name, q, diff)
			}
		}
		if stopped == 0 && c.name != "whole earth" && c.name != "degree grid" {
			t.Errorf("%s: the rings never sufficed", c.name)
		}
	}
}

func TestNearestFollowsMoves(t *testing.T) {
	t.Parallel()
	d := dice(3)
	ix, points := mustFill(t, 2000, (*dice).town, &d)
	for round := range 30 {
		for range 200 {
			id := fmt.Sprintf("h%06d", d.below(2000))
			if d.below(5) == 0 {
				ix.Remove(id)
				delete(points, id)
				continue
			}
			points[id] = d.town()
			mustPut(t, ix, id, points[id])
		}
		if got := ix.Len(); got != len(points) {
			t.Fatalf("round %d: Len %d, want %d", round, got, len(points))
		}
		requireTen(t, ix, points, d.town())
	}
	for id := range points {
		ix.Remove(id)
	}
	if len(ix.occupied) != 0 || ix.Len() != 0 || len(ix.Nearest(city(), 5, 0, nil)) != 0 {
		t.Errorf("after removing all: %d cells occupied, Len %d", len(ix.occupied), ix.Len())
	}
}

func requireTen(t *testing.T, ix *Index, points places, q orb.Point) {
	t.Helper()
	if diff := diffNearest(ix.Nearest(q, 10, 0, nil), points.nearest(q, 10, 0)); diff != "" {
		t.Fatalf("nearest 10 to %v (-want +got):\n%s", q, diff)
	}
}

func TestNearestKeepsOnlyTheFit(t *testing.T) {
	t.Parallel()
	d := dice(11)
	ix, points := mustFill(t, 3000, (*dice).town, &d)
	rare := func(id string) bool { return id[len(id)-2:] == "00" } // 30 of 3000
	fit := make(places)
	for id, p := range points {
		if rare(id) {
			fit[id] = p
		}
	}
	for _, k := range []int{1, 10, 30, 31} {
		diff := diffNearest(ix.Nearest(city(), k, 0, rare), fit.nearest(city(), k, 0))
		if diff != "" {
			t.Errorf("nearest %d fit (-want +got):\n%s", k, diff)
		}
	}
	if got := ix.Nearest(city(), 3, 0, func(string) bool { return false }); len(got) != 0 {
		t.Errorf("nobody is fit, yet got %v", got)
	}
}

func TestKeepMayAskTheIndex(t *testing.T) {
	t.Parallel()
	d := dice(5)
	ix, _ := mustFill(t, 500, (*dice).town, &d)
	got := ix.Nearest(city(), 5, 0, func(id string) bool {
		_, _, ok := ix.Get(id)
		mustPut(t, ix, "other", city()) // a writer in between would block a reader that asks twice
		return ok && id != "other"
	})
	if len(got) != 5 {
		t.Errorf("got %d neighbours, want 5", len(got))
	}
}

func TestNearestOfNothing(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	mustPut(t, ix, "a", city())
	for name, got := range map[string][]Neighbour{
		"none asked":     ix.Nearest(city(), 0, 0, nil),
		"none with keep": ix.Nearest(city(), -1, 0, func(string) bool { return true }),
		"limit below 0":  ix.Nearest(city(), 1, -1, nil),
		"no number":      ix.Nearest(orb.Point{math.NaN(), 0}, 1, 0, nil),
		"off the earth":  ix.Nearest(orb.Point{0, 91}, 1, 0, nil),
		"too far":        ix.Nearest(orb.Point{109, 34.33}, 1, 100, nil),
	} {
		if len(got) != 0 {
			t.Errorf("%s: got %v, want nothing", name, got)
		}
	}
	antipode := orb.Point{city().Lon() - 180, -city().Lat()}
	if got := ix.Nearest(antipode, 1, 0, nil); len(got) != 1 {
		t.Errorf("from the other side of the earth: got %v, want a", got)
	}
}

func TestPutRefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	mustPut(t, ix, "a", city())
	for _, p := range []orb.Point{{math.NaN(), 1}, {1, math.Inf(1)}, {180.1, 0}, {0, -90.1}} {
		if err := ix.Put("a", p, noon()); !fault.Is(err, fault.Invalid) {
			t.Errorf("put at %v: got %v, want Invalid", p, err)
		}
	}
	if err := ix.Put("", city(), noon()); !fault.Is(err, fault.Invalid) {
		t.Errorf("put without id: got %v, want Invalid", err)
	}
	if p, _, ok := ix.Get("a"); !ok || p != city() || ix.Len() != 1 {
		t.Errorf("after refusals: got %v %v, Len %d", p, ok, ix.Len())
	}
}

func TestPutIgnoresAnOlderReport(t *testing.T) {
	t.Parallel()
	ix := NewIndex()
	mustPut(t, ix, "a", city())
	if err := ix.Put("a", orb.Point{109, 35}, noon().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if p, at, _ := ix.Get("a"); p != city() || !at.Equal(noon()) {
		t.Errorf("an older report moved the point to %v at %v", p, at)
	}
	if err := ix.Put("a", orb.Point{109, 35}, noon()); err != nil {
		t.Fatal(err)
	}
	if p, _, _ := ix.Get("a"); p != (orb.Point{109, 35}) {
		t.Errorf("a report of the same instant was dropped: %v", p)
	}
	ix.Remove("a")
	ix.Remove("a")
	if _, _, ok := ix.Get("a"); ok {
		t.Error("removed, yet there")
	}
}

func TestIndexForgetsWhatIsOnlyForSpeed(t *testing.T) {
	t.Parallel()
	d := dice(9)
	ix, points := mustFill(t, 1500, (*dice).town, &d)
	requireTen(t, ix, points, city())
	ix.mu.Lock()
	ix.forget()
	if len(ix.disks) != 0 || len(ix.cells) != len(ix.occupied) {
		t.Errorf("kept %d disks and %d cells for %d occupied", len(ix.disks), len(ix.cells), len(ix.occupied))
	}
	ix.mu.Unlock()
	requireTen(t, ix, points, city())
}

// Movers and searchers at once; whoever never moves must be in every answer.
func TestIndexUnderConcurrentMoves(t *testing.T) {
	t.Parallel()
	seed := dice(21)
	ix, _ := mustFill(t, 1500, (*dice).town, &seed)
	mustPut(t, ix, "still", city())
	var movers, searchers sync.WaitGroup
	stop := make(chan struct{})
	for worker := range 3 {
		movers.Go(func() { moveAbout(t, ix, worker, stop) })
	}
	for worker := range 2 {
		searchers.Go(func() {
			d := dice(100 + worker)
			for range 300 {
				requireSound(t, ix.Nearest(d.town(), 10, 0, nil))
				if got := ix.Nearest(city(), 1, 0.001, nil); len(got) != 1 || got[0].ID != "still" {
					t.Errorf("the one who never moved: got %v", got)
				}
			}
		})
	}
	searchers.Wait()
	close(stop)
	movers.Wait()
}

// moveAbout moves a third of the points, and removes some, until told to stop.
func moveAbout(t *testing.T, ix *Index, third int, stop <-chan struct{}) {
	d := dice(third)
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		id := fmt.Sprintf("h%06d", third*500+d.below(500))
		if err := ix.Put(id, d.town(), noon().Add(time.Duration(i))); err != nil {
			t.Errorf("put %s: %v", id, err)
			return
		}
		if i%10 == 0 {
			ix.Remove(id)
		}
	}
}

func requireSound(t *testing.T, got []Neighbour) {
	t.Helper()
	seen := make(map[string]bool)
	for i, n := range got {
		if seen[n.ID] || i > 0 && n.Metres < got[i-1].Metres {
			t.Errorf("twice, or out of order: %v", got)
		}
		seen[n.ID] = true
	}
}
