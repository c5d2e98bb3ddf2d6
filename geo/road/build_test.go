package road

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
)

// shanghai is the centre of Shanghai as it travels with the program.
func shanghai(t *testing.T) *Map {
	t.Helper()
	m, err := Load(os.DirFS("../mapdata"), "shanghai-centre.roads")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBuildRefusesWhatIsNoMap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole, err := os.ReadFile("../mapdata/shanghai-centre-2026.osm.pbf")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"empty": {}, "text": []byte("<osm/>"), "half": whole[:len(whole)/2]} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Build(t.Context(), Options{OSM: path, Out: filepath.Join(dir, "out")}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}

// TestTheRoadsOfShanghai looks at places that one can see on a street map.
func TestTheRoadsOfShanghai(t *testing.T) {
	t.Parallel()
	m := shanghai(t)
	if size := m.Size(); size.Usable[foot] < 800 || size.Usable[car] < 700 || size.Usable[car] >= size.Usable[foot] {
		t.Errorf("%+v", size)
	}
	s, off, ok := m.NearestSegment(orb.Point{121.4737, 31.2304}, 100)
	if !ok || s.Class == "" || off > 100 || len(s.Line) < 2 {
		t.Errorf("%+v %v %v", s, off, ok)
	}
	f := NewFinder(FinderOptions{Crowd: NewCrowd(m), Helpers: geo.NewIndex()})
	from, to := orb.Point{121.4737, 31.2304}, orb.Point{121.4657, 31.2254}
	for _, mode := range []geo.Mode{geo.Foot, geo.Bike, geo.Car} {
		way := f.Route(from, to, mode, noon)
		air := geo.Distance(from, to)
		if !way.ByRoad || way.Metres < air || way.Metres > 5*air || way.Duration < time.Minute {
			t.Errorf("%s: %v %v", mode, way.Duration, way.Metres)
		}
		if near := geo.Distance(way.Line[0], from) + geo.Distance(way.Line[len(way.Line)-1], to); near > 200 {
			t.Errorf("%s: the line ends %v beside", mode, near)
		}
		if sum := geo.Metres(length(way.Line)); sum > way.Metres || sum < way.Metres-200 {
			t.Errorf("%s: the line is %v long, the way %v", mode, sum, way.Metres)
		}
	}
	if way := f.Route(from, orb.Point{121.9, 31.9}, geo.Foot, noon); way.ByRoad || way.Duration <= 0 || len(way.Line) != 2 {
		t.Errorf("a way out of the map: %+v", way)
	}
}

// TestAClosedRoadLeadsElsewhere closes each segment of a way in turn: the next way is no shorter and does not go over it.
func TestAClosedRoadLeadsElsewhere(t *testing.T) {
	t.Parallel()
	m := shanghai(t)
	var closed *Closures
	f := NewFinder(FinderOptions{Crowd: NewCrowd(m), Helpers: geo.NewIndex(), Closed: func() *Closures { return closed }})
	from, to := orb.Point{121.4737, 31.2304}, orb.Point{121.4657, 31.2254}
	free := f.Route(from, to, geo.Foot, noon)
	longer := 0
	for i := range free.Line[:len(free.Line)-1] {
		s, _, ok := m.NearestSegment(between(free.Line[i], free.Line[i+1], 0.5), 10)
		if !ok {
			continue
		}
		closed = m.Close([]Closed{{Segment: s.ID, Modes: []geo.Mode{geo.Foot}}})
		way := f.Route(from, to, geo.Foot, noon)
		if way.Duration < free.Duration {
			t.Errorf("closing %d made the way shorter: %v, was %v", s.ID, way.Duration, free.Duration)
		}
		if way.Duration > free.Duration {
			longer++
		}
	}
	if longer < 3 {
		t.Errorf("only %d closed roads made a difference", longer)
	}
}

// TestNobodyIsLostBehindClosedRoads closes every road there is: those who can come are still named, and flagged.
func TestNobodyIsLostBehindClosedRoads(t *testing.T) {
	t.Parallel()
	m := shanghai(t)
	var all []Closed
	for seg := range m.segments() {
		all = append(all, Closed{Segment: seg})
	}
	closed := m.Close(all)
	f := NewFinder(FinderOptions{Crowd: NewCrowd(m), Helpers: geo.NewIndex(), Closed: func() *Closures { return closed }})
	if err := f.crowd.Put("h", orb.Point{121.4657, 31.2254}, noon); err != nil {
		t.Fatal(err)
	}
	found := f.Nearest(geo.Query{Point: orb.Point{121.4737, 31.2304}, K: 5, Now: noon})
	if len(found) != 1 || found[0].ID != "h" || found[0].Travel.ByRoad || found[0].Travel.Duration < time.Minute {
		t.Errorf("%+v", found)
	}
}
