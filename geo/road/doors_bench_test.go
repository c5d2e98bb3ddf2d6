package road

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// BenchmarkReach finds everybody who could be at each of 100,000 doors of Greater Porto, of 2,000 helpers: 45 of a hundred go on foot, 15 by
// bicycle, 40 by car. The naive way asks a Finder at each door; it is measured at 200 doors, and reckoned up.
func BenchmarkReach(b *testing.B) {
	m := portoMap(b)
	r := rand.New(rand.NewPCG(4, 4))
	f, at := fullCrowd(b, m, 2000, r)
	points := make([]orb.Point, 100_000)
	for i := range points {
		points[i] = m.somewhere(r)
	}
	modes := func(i int) []geo.Mode {
		switch {
		case i%20 < 9:
			return []geo.Mode{geo.Foot}
		case i%20 < 12:
			return []geo.Mode{geo.Bike}
		}
		return []geo.Mode{geo.Car}
	}
	for _, within := range []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute} {
		b.Run(fmt.Sprint(within), func(b *testing.B) {
			q := Reaching{Within: within, Now: noon}
			for i, p := range at {
				q.Travellers = append(q.Travellers, Traveller{Point: p, At: noon, Modes: modes(i)})
			}
			pairs, covered := 0, make([]bool, len(points))
			q.Take = func(_ int, met []Met) {
				pairs += len(met)
				for _, one := range met {
					covered[one.Door] = true
				}
			}
			for b.Loop() {
				pairs = 0
				if err := f.Doors(points).Reach(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
			share := 0
			for _, c := range covered {
				if c {
					share++
				}
			}
			b.ReportMetric(float64(pairs), "pairs")
			b.ReportMetric(100*float64(share)/float64(len(points)), "covered-%")
			b.StopTimer()
			start := time.Now()
			for _, p := range points[:200] {
				f.Nearest(geo.Query{Point: p, K: len(at), Within: within, Now: noon, Modes: func(id string) []geo.Mode {
					var i int
					fmt.Sscanf(id, "h%d", &i)
					return modes(i)
				}})
			}
			naive := time.Since(start) * time.Duration(len(points)/200)
			b.ReportMetric(naive.Seconds(), "naive-s")
			b.ReportMetric(naive.Seconds()/(b.Elapsed().Seconds()/float64(b.N)), "times-quicker")
		})
	}
}
