package road

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// TestACrowdMovesWhileItIsAsked lets people come, walk and go while others ask. Nobody is in an answer twice.
func TestACrowdMovesWhileItIsAsked(t *testing.T) {
	t.Parallel()
	f := newTown(t, 11, 30, 40).finder(t)
	var all sync.WaitGroup
	for part := range 4 {
		all.Go(func() { wander(t, f.crowd, part) })
	}
	for range 2 {
		all.Go(func() { askOften(t, f) })
	}
	all.Wait()
}

func wander(t *testing.T, c *Crowd, part int) {
	w := newTown(t, uint64(part), 30, 0)
	for i := range 500 {
		id := fmt.Sprintf("p%03d", (i*7+part)%40)
		if i%17 == 0 {
			c.Remove(id)
		} else if err := c.Put(id, w.place(), noon.Add(time.Duration(i)*time.Second)); err != nil {
			t.Error(err)
		}
	}
}

func askOften(t *testing.T, f *Finder) {
	for range 200 {
		seen := map[string]bool{}
		for _, c := range f.Nearest(geo.Query{Point: orb.Point{121.475, 31.235}, K: 50, Now: noon.Add(time.Hour)}) {
			if seen[c.ID] {
				t.Errorf("%s is in one answer twice", c.ID)
			}
			seen[c.ID] = true
		}
	}
}

// TestOfTwoReportsTheLaterHolds lets reports overtake each other, on a street and far from one.
func TestOfTwoReportsTheLaterHolds(t *testing.T) {
	t.Parallel()
	w := newTown(t, 11, 30, 0)
	c := NewCrowd(w.Map)
	street, field := w.line(0)[0], orb.Point{120, 30}
	put := func(p orb.Point, second int) {
		if err := c.Put("h", p, noon.Add(time.Duration(second)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		at     orb.Point
		second int
		strays int
	}{{street, 1, 0}, {field, 0, 0}, {field, 2, 1}, {street, 1, 1}, {street, 3, 0}, {field, 3, 1}} {
		put(step.at, step.second)
		if all, strays := c.Len(); all != 1 || strays != step.strays {
			t.Errorf("step %d: %d, of them %d near no road; want 1 and %d", i, all, strays, step.strays)
		}
	}
	c.Remove("h")
	if all, _ := c.Len(); all != 0 {
		t.Error("still there")
	}
	if err := c.Put("", street, noon); err == nil {
		t.Error("nobody was placed")
	}
	if err := c.Put("h", orb.Point{200, 0}, noon); err == nil {
		t.Error("somebody was placed beyond the earth")
	}
}
