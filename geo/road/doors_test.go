package road

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// TestReachIsExact compares what Doors find, going outward from the people, with what a Finder finds, going outward from each door.
func TestReachIsExact(t *testing.T) {
	t.Parallel()
	roads, all := 0, 0
	for seed := range uint64(*cases / 3) {
		w := newTown(t, seed, 6+int(seed%30), 1+int(seed%40))
		f := w.finder(t)
		var points []orb.Point
		for range 12 {
			points = append(points, w.place())
		}
		within := time.Duration(60+w.rand.IntN(900)) * time.Second
		got := w.reached(t, f.Doors(points), within)
		for i, p := range points {
			q := geo.Query{Point: p, K: len(w.people), Now: w.now, Within: within, Modes: func(id string) []geo.Mode { return w.modes[id] }}
			want := w.alone(f, q)
			if !slices.EqualFunc(got[i], want, same) {
				t.Fatalf("seed %d, door %d:\ngot  %v\nwant %v", seed, i, brief(got[i]), brief(want))
			}
			all, roads = all+len(want), roads+countByRoad(want)
		}
	}
	if all < 10**cases || all-roads < *cases/10 || roads < 5**cases {
		t.Errorf("the towns prove little: %d met, %d of them by road", all, roads)
	}
}

func countByRoad(all []geo.Candidate) (n int) {
	for _, c := range all {
		if c.Travel.ByRoad {
			n++
		}
	}
	return n
}

// reached turns what each of the people meets into who can be at each door, soonest first.
func (w *town) reached(t *testing.T, d *Doors, within time.Duration) [][]geo.Candidate {
	t.Helper()
	all := make([][]geo.Candidate, len(d.points))
	q := Reaching{Within: within, Now: w.now, Take: func(who int, met []Met) {
		for _, m := range met {
			p := w.people[who]
			all[m.Door] = append(all[m.Door], geo.Candidate{ID: p.ID, Air: geo.Distance(p.Point, d.points[m.Door]),
				Travel: geo.Travel{Mode: m.Mode, Duration: m.Duration, ByRoad: m.ByRoad}})
		}
	}}
	for _, p := range w.people {
		q.Travellers = append(q.Travellers, Traveller{Point: p.Point, At: p.At, Modes: w.modes[p.ID]})
	}
	if err := d.Reach(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = best(all[i], len(w.people))
	}
	return all
}

// alone is what a Finder finds but for those whom closed roads cut off: it lists them as if the roads were open, and they do not come.
func (w *town) alone(f *Finder, q geo.Query) []geo.Candidate {
	all := f.Nearest(q)
	for i := range all {
		if all[i].Travel.Mode == "" {
			all[i].Travel.Mode = geo.Foot
		}
	}
	if w.closed == nil {
		return all
	}
	comes := map[string]bool{}
	for _, c := range w.all(f, q) {
		comes[c.ID] = true
	}
	return slices.DeleteFunc(all, func(c geo.Candidate) bool { return !comes[c.ID] })
}

func TestReachEndsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	w := newTown(t, 1, 20, 10)
	ctx, stop := context.WithCancelCause(t.Context())
	enough, takes := errors.New("enough"), 0
	err := w.finder(t).Doors([]orb.Point{w.place()}).Reach(ctx, Reaching{Travellers: make([]Traveller, 5), Within: time.Minute, Now: w.now, Take: func(int, []Met) {
		if takes++; takes == 2 {
			stop(enough)
		}
	}})
	if !errors.Is(err, enough) || takes != 2 {
		t.Errorf("got %v after %d people, want %v after 2", err, takes, enough)
	}
}
