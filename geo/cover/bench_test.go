package cover

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/road"
)

// porto is Greater Porto with elders and helpers on its streets: of a hundred helpers 45 go on foot, 15 by bicycle, 40 by car, a half by day
// alone.
type porto struct {
	finder  *road.Finder
	helpers []Helper
	doors   []orb.Point
}

var thursday = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func portoMap(b *testing.B) *road.Map {
	b.Helper()
	dir := b.TempDir()
	if _, err := road.Build(b.Context(), road.Options{OSM: "../testdata/osm/porto_portugal.osm.pbf", Out: filepath.Join(dir, "city.roads"), Country: "PT"}); err != nil {
		b.Fatal(err)
	}
	m, err := road.Load(os.DirFS(dir), "city.roads")
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func newPorto(b *testing.B, m *road.Map, doors, helpers int) *porto {
	b.Helper()
	r := rand.New(rand.NewPCG(4, uint64(helpers)))
	crowd, air := road.NewCrowd(m), geo.NewIndex()
	p := &porto{finder: road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: air})}
	segments := m.Size().Segments
	place := func() orb.Point {
		s, _ := m.Segment(r.IntN(segments))
		return s.Line[r.IntN(len(s.Line))]
	}
	for i := range helpers {
		h := Helper{Point: place(), At: thursday, Modes: []geo.Mode{[]geo.Mode{geo.Foot, geo.Bike, geo.Car}[min(2, i%20/9+i%20/12)]}, Hours: Always()}
		if i%2 == 0 {
			h.Hours = Always().Without(Nights())
		}
		p.helpers = append(p.helpers, h)
		for _, put := range []func(string, orb.Point, time.Time) error{crowd.Put, air.Put} {
			if err := put(strconv.Itoa(i), h.Point, h.At); err != nil {
				b.Fatal(err)
			}
		}
	}
	for range doors {
		p.doors = append(p.doors, place())
	}
	return p
}

func (p *porto) asking() Asking {
	return Asking{Doors: p.finder.Doors(p.doors), Count: len(p.doors), Helpers: p.helpers, Within: 10 * time.Minute, Now: thursday}
}

// BenchmarkCoverage finds who could be within ten minutes at each of 100,000 doors of Greater Porto, now and in each hour of the week, putting the doors
// on the streets included. The naive way asks a Finder at each door: for the first alone, and for all, which is what the week needs; it is
// timed at 200 doors.
func BenchmarkCoverage(b *testing.B) {
	m := portoMap(b)
	for _, helpers := range []int{200, 2000, 20000} {
		p := newPorto(b, m, 100_000, helpers)
		b.Run(fmt.Sprintf("now/%d", helpers), func(b *testing.B) {
			var got []Moment
			p.measure(b, 1, func() (err error) {
				got, err = Find(b.Context(), p.asking())
				return err
			})
			covered := 0
			for _, d := range got {
				covered += min(1, int(d.Count))
			}
			b.ReportMetric(100*float64(covered)/float64(len(got)), "covered-%")
		})
		b.Run(fmt.Sprintf("week/%d", helpers), func(b *testing.B) {
			var got []Week
			p.measure(b, helpers, func() (err error) {
				got, err = FindWeek(b.Context(), p.asking())
				return err
			})
			runtime.KeepAlive(got)
		})
	}
}

// measure times work, tells what it holds in memory when it is done, and how much longer the naive way takes that asks at each door for so many.
func (p *porto) measure(b *testing.B, naiveK int, work func() error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if err := work(); err != nil {
			b.Fatal(err)
		}
	}
	took := b.Elapsed().Seconds() / float64(b.N)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/(1<<20), "MB-held")
	const sample = 200
	start := time.Now()
	for _, door := range p.doors[:sample] {
		p.finder.Nearest(geo.Query{Point: door, K: naiveK, Within: 10 * time.Minute, Now: thursday, Modes: func(id string) []geo.Mode {
			i, _ := strconv.Atoi(id)
			return p.helpers[i].Modes
		}})
	}
	naive := time.Since(start).Seconds() * float64(len(p.doors)) / sample
	b.ReportMetric(naive, "naive-s")
	b.ReportMetric(naive/took, "times-quicker")
}

// BenchmarkProposals chooses five volunteers among 1,500 places for those of 100,000 doors that have hours without anybody.
func BenchmarkProposals(b *testing.B) {
	p := newPorto(b, portoMap(b), 100_000, 200)
	week, err := FindWeek(b.Context(), p.asking())
	if err != nil {
		b.Fatal(err)
	}
	needs, open := make([]Need, len(week)), map[orb.Point]int64{}
	for i, w := range week {
		if needs[i] = (Need{Weight: 10, Open: Always().Without(w.Once)}); needs[i].Open.Len() > 0 {
			open[p.doors[i]] += int64(needs[i].Open.Len())
		}
	}
	for b.Loop() {
		q := p.asking()
		q.Helpers = nil
		for _, c := range Around(open, Fine, 1500) {
			q.Helpers = append(q.Helpers, Helper{Point: Middle(c), At: thursday, Modes: []geo.Mode{geo.Foot}, Hours: Always()})
		}
		reached, err := Reached(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		var options []Option
		for i := range reached {
			options = append(options, Option{Hours: Always(), Doors: reached[i]})
		}
		if taken := Choose(needs, options, 5); len(taken) != 5 {
			b.Fatalf("%d were chosen", len(taken))
		}
	}
	b.ReportMetric(float64(len(open)), "open-doors")
}
