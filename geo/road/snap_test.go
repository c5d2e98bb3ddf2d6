package road

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo"
)

// TestSnapFindsTheNearest looks at every piece of every segment instead of the cells around.
func TestSnapFindsTheNearest(t *testing.T) {
	t.Parallel()
	near, far := 0, 0
	for i := range 1000 {
		w := newTown(t, uint64(i), 20, 0)
		p := orb.Point{121.465 + w.rand.Float64()*0.02, 31.225 + w.rand.Float64()*0.02}
		got, want := w.grid.snap(p, allModes, 200), w.lookEverywhere(p)
		for m := range modes {
			none := want[m] > 200
			if none {
				far++
			} else {
				near++
			}
			if !none && math.Abs(float64(got[m].off)-want[m]) > 0.5+want[m]/100 || none != (got[m].seg == ^uint32(0)) {
				t.Errorf("town %d %v by %v: %+v, want %.1f m", i, p, nameOf(m), got[m], want[m])
			}
		}
	}
	if near < 1000 || far < 100 {
		t.Errorf("the places prove little: %d near a road, %d not", near, far)
	}
}

// lookEverywhere is the distance to the roads of each mode, in metres.
func (w *town) lookEverywhere(p orb.Point) (least [modes]float64) {
	for m := range least {
		least[m] = math.Inf(1)
	}
	for seg := range w.segments() {
		line := w.line(seg)
		d := math.Inf(1)
		for i := 1; i < len(line); i++ {
			d = min(d, toPiece(p, line[i-1], line[i]))
		}
		for m, n := range w.nets {
			if hasBit(n.main, seg) {
				least[m] = min(least[m], d)
			}
		}
	}
	return least
}

// toPiece narrows down where a straight piece is nearest: the distance along it falls, then rises.
func toPiece(p, a, b orb.Point) float64 {
	at := func(t float64) float64 { return float64(geo.Distance(p, between(a, b, t))) }
	low, high := 0.0, 1.0
	for range 40 {
		third := (high - low) / 3
		if at(low+third) < at(high-third) {
			high -= third
		} else {
			low += third
		}
	}
	return at(low)
}
