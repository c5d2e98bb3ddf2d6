package cover

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/mapdata"
	"anling/geo/road"
)

// quarter is central Shanghai with people in it.
type quarter struct {
	finder  *road.Finder
	helpers []Helper
	ids     []string
	doors   []orb.Point
	now     time.Time
	rand    *rand.Rand
}

// newQuarter makes one in which nobody was seen longer ago than stale.
func newQuarter(t testing.TB, doors, helpers int, stale time.Duration) *quarter {
	t.Helper()
	on, err := road.Load(mapdata.Files(), mapdata.Roads)
	if err != nil {
		t.Fatal(err)
	}
	q := &quarter{now: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), rand: rand.New(rand.NewPCG(1, 1))}
	crowd, air := road.NewCrowd(on), geo.NewIndex()
	q.finder = road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: air})
	for i := range helpers {
		h := Helper{Point: q.place(), At: q.now.Add(-time.Duration(q.rand.Int64N(int64(stale + 1)))), Hours: someHours(q.rand)}
		for _, m := range Modes() {
			if q.rand.IntN(2) == 0 {
				h.Modes = append(h.Modes, m)
			}
		}
		q.helpers, q.ids = append(q.helpers, h), append(q.ids, fmt.Sprint("h", i))
		for _, put := range []func(string, orb.Point, time.Time) error{crowd.Put, air.Put} {
			if err := put(q.ids[i], h.Point, h.At); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range doors {
		q.doors = append(q.doors, q.place())
	}
	return q
}

func (q *quarter) place() orb.Point {
	return orb.Point{121.46 + q.rand.Float64()*0.03, 31.225 + q.rand.Float64()*0.02}
}

func (q *quarter) asking(within time.Duration) Asking {
	return Asking{Doors: q.finder.Doors(q.doors), Count: len(q.doors), Helpers: q.helpers, Within: within, Now: q.now}
}

// near asks a Finder at one door.
func (q *quarter) near(door int, within time.Duration, keep func(id string) bool) []geo.Candidate {
	return q.finder.Nearest(geo.Query{Point: q.doors[door], K: len(q.ids), Within: within, Now: q.now, Keep: keep,
		Modes: func(id string) []geo.Mode { return q.helpers[slices.Index(q.ids, id)].Modes }})
}

// TestFindTellsWhatAFinderTells compares with one question at each door.
func TestFindTellsWhatAFinderTells(t *testing.T) {
	t.Parallel()
	q := newQuarter(t, 120, 12, 20*time.Minute)
	got, err := Find(t.Context(), q.asking(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	nobody := 0
	for i, d := range got {
		want := q.near(i, 5*time.Minute, nil)
		if int(d.Count) != len(want) {
			t.Fatalf("door %d: %d people, want %d", i, d.Count, len(want))
		}
		for k, c := range want[:min(len(want), FirstK)] {
			if a := d.First[k]; q.ids[a.Helper] != c.ID || a.Duration != c.Travel.Duration || a.ByRoad != c.Travel.ByRoad {
				t.Fatalf("door %d: %d. is %v, want %v", i, k+1, a, c)
			}
		}
		if len(want) < FirstK && d.First[len(want)] != (Arrival{}) {
			t.Fatalf("door %d: %v is one too many", i, d.First[len(want)])
		}
		if len(want) == 0 {
			nobody++
		}
	}
	if nobody == 0 || nobody == len(got) {
		t.Errorf("%d of %d doors have nobody: that proves little", nobody, len(got))
	}
}

// TestFindWeekIsEachHourAlone compares the pass for the whole week with a Finder that is asked in each hour anew.
func TestFindWeekIsEachHourAlone(t *testing.T) {
	t.Parallel()
	q := newQuarter(t, 40, 30, 0)
	got, err := FindWeek(t.Context(), q.asking(6*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for i, d := range got {
		for hour := 0; hour < WeekHours; hour += 5 {
			want := len(q.near(i, 6*time.Minute, func(id string) bool { return q.helpers[slices.Index(q.ids, id)].Hours.Has(hour) }))
			if d.Once.Has(hour) != (want > 0) || d.Twice.Has(hour) != (want > 1) {
				t.Fatalf("door %d, hour %d: once %v, twice %v, want %d people", i, hour, d.Once.Has(hour), d.Twice.Has(hour), want)
			}
			if !d.Once.Has(hour) {
				open++
			}
		}
		if d.By[0].Or(d.By[1]).Or(d.By[2]) != d.Once {
			t.Fatalf("door %d: the modes together are not all", i)
		}
	}
	if open == 0 || open == 40*34 {
		t.Errorf("%d hours are open: that proves little", open)
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	if n := Always().Len(); n != WeekHours {
		t.Errorf("always is %d hours", n)
	}
	if n := Nights().Len(); n != 7*8 {
		t.Errorf("nights are %d hours", n)
	}
	if n := Weekends().Len(); n != 48 {
		t.Errorf("weekends are %d hours", n)
	}
	if h := HourOf(time.Date(2026, 11, 29, 23, 59, 0, 0, time.UTC)); h != WeekHours-1 {
		t.Errorf("the last minute of a Sunday is in hour %d", h)
	}
	var h Hours
	h.Set(64)
	h.Set(167)
	h.Clear(64)
	var all []int
	h.Each(func(hour int) { all = append(all, hour) })
	if !slices.Equal(all, []int{167}) || Always().Without(h).Len() != 167 {
		t.Errorf("got %v", all)
	}
}
