package geo

import (
	"math"
	"testing"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

func square(lon, lat, size float64) orb.Ring {
	return orb.Ring{{lon, lat}, {lon + size, lat}, {lon + size, lat + size}, {lon, lat + size}, {lon, lat}}
}

func TestCircleContains(t *testing.T) {
	t.Parallel()
	c := Circle{Centre: orb.Point{180, 60}, Radius: 1000}
	for p, want := range map[orb.Point]bool{
		{180, 60}:          true,
		{-180, 60}:         true,
		{-179.983, 60}:     true, // 945 m, over the antimeridian
		{-179.981, 60}:     false,
		{180, 60.0089}:     true,
		{180, 60.0091}:     false,
		{math.NaN(), 60}:   false,
		{180, math.Inf(1)}: false,
	} {
		if got := c.Contains(p); got != want {
			t.Errorf("%v: got %v, want %v", p, got, want)
		}
	}
	if edge := (Circle{Centre: city()}); !edge.Contains(city()) {
		t.Error("a circle without radius does not contain its centre")
	}
}

func TestAreaContains(t *testing.T) {
	t.Parallel()
	a, err := NewArea(orb.MultiPolygon{
		{square(108, 34, 1), square(108.4, 34.4, 0.2)}, // with a hole
		{square(110, 34, 1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[orb.Point]bool{
		{108.1, 34.1}:       true,
		{108.5, 34.5}:       false, // in the hole
		{108.4, 34.5}:       false, // on the hole's edge
		{108, 34.5}:         true,  // on the edge
		{108, 34}:           true,  // on a corner
		{109.5, 34.5}:       false, // in the box, between the two
		{110.5, 34.5}:       true,
		{110.5, 35.1}:       false,
		{math.NaN(), 34.5}:  false,
		{108.5, math.NaN()}: false,
	} {
		if got := a.Contains(p); got != want {
			t.Errorf("%v: got %v, want %v", p, got, want)
		}
	}
	want := orb.Bound{Min: orb.Point{108, 34}, Max: orb.Point{111, 35}}
	if a.Bound() != want {
		t.Errorf("bound: got %v, want %v", a.Bound(), want)
	}
	if (Area{}).Contains(orb.Point{}) {
		t.Error("the zero area contains something")
	}
}

func TestAreaKeepsItsOwnShape(t *testing.T) {
	t.Parallel()
	ring := square(108, 34, 1)
	a, err := NewArea(orb.MultiPolygon{{ring}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range ring {
		ring[i] = orb.Point{}
	}
	if !a.Contains(orb.Point{108.5, 34.5}) {
		t.Error("a change of the caller's ring changed the area")
	}
}

func TestNewAreaNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	open := square(1, 1, 1)[:4]
	for _, c := range []struct {
		shape orb.MultiPolygon
		want  string
	}{
		{nil, "area"},
		{orb.MultiPolygon{{}}, "area[0]"},
		{orb.MultiPolygon{{square(0, 0, 1)}, {open}}, "area[1][0]"},
		{orb.MultiPolygon{{square(0, 0, 9), orb.Ring{{1, 1}, {2, 2}, {1, 1}}}}, "area[0][1]"},
		{orb.MultiPolygon{{square(179, 0, 2)}}, "area[0][0]"},
		{orb.MultiPolygon{{orb.Ring{}}}, "area[0][0]"},
	} {
		_, err := NewArea(c.shape)
		fields := fault.FieldsOf(err)
		if !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Name != c.want {
			t.Errorf("%v: got %v, want Invalid for %s", c.shape, err, c.want)
		}
	}
}
