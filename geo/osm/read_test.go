package osm

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

const (
	liechtenstein = "../testdata/osm/liechtenstein-2015.osm.pbf"
	shanghai      = "../mapdata/shanghai-centre-2026.osm.pbf"
)

func TestRealFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path                   string
		nodes, ways, relations int
		bounds                 orb.Bound
		named                  string
	}{
		{liechtenstein, 142832, 15247, 358, orb.Bound{Min: orb.Point{9.4, 47}, Max: orb.Point{9.7, 47.3}}, "Landstrasse"},
		{shanghai, 2958, 796, 0, orb.Bound{Min: orb.Point{121.4, 31.1}, Max: orb.Point{121.6, 31.4}}, "黄陂北路"},
	} {
		f, last := found{}, int64(0)
		err := ReadFile(t.Context(), c.path, f.handler(), func(done, total int64) {
			if done <= last || done > total {
				t.Errorf("%s: progress went from %d to %d of %d", c.path, last, done, total)
			}
			last = done
		})
		if err != nil {
			t.Fatalf("%s: %v", c.path, err)
		}
		if info, err := os.Stat(c.path); err != nil || last != info.Size() {
			t.Errorf("%s: progress ended at %d of %v (%v)", c.path, last, info, err)
		}
		if len(f.nodes) != c.nodes || len(f.ways) != c.ways || len(f.relations) != c.relations {
			t.Errorf("%s: %d nodes, %d ways, %d relations; want %d, %d, %d", c.path, len(f.nodes), len(f.ways), len(f.relations), c.nodes, c.ways, c.relations)
		}
		for _, n := range f.nodes {
			if !c.bounds.Contains(n.Point) && len(f.relations) == 0 {
				t.Fatalf("%s: node %d is at %v", c.path, n.ID, n.Point)
			}
		}
		if !hasName(f.ways, c.named) {
			t.Errorf("%s: no way is named %s", c.path, c.named)
		}
		checkWhole(t, c.path, f)
	}
}

func hasName(ways []Way, name string) bool {
	for _, w := range ways {
		if w.Tags.Has("name") && w.Tags.Get("name") == name {
			return true
		}
	}
	return false
}

// checkWhole looks whether the nodes of ways are among the nodes: a wrong difference would lose them all.
func checkWhole(t *testing.T, path string, f found) {
	t.Helper()
	var places Places
	for _, n := range f.nodes {
		places.Add(n.ID, n.Point)
	}
	for _, n := range f.nodes {
		if p, ok := places.At(n.ID); !ok || p != n.Point {
			t.Fatalf("%s: node %d is at %v, %v; want %v", path, n.ID, p, ok, n.Point)
		}
	}
	for _, w := range f.ways {
		if len(w.Nodes) < 2 {
			t.Errorf("%s: way %d has %d nodes", path, w.ID, len(w.Nodes))
		}
		for _, id := range w.Nodes {
			if _, ok := places.At(id); !ok {
				t.Fatalf("%s: node %d of way %d is missing", path, id, w.ID)
			}
		}
	}
}

func TestOnlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	var f found
	if err := ReadFile(t.Context(), liechtenstein, Handler{Relation: f.handler().Relation}, nil); err != nil {
		t.Fatal(err)
	}
	if len(f.relations) != 358 {
		t.Errorf("%d relations, want 358", len(f.relations))
	}
}

func TestElementsMadeByHand(t *testing.T) {
	t.Parallel()
	words := table("highway", "footway", "name", "牛桥 path", "via")
	node := join(field(1, zigzag(-7)), field(2, packed(3)), field(3, packed(4)), field(8, zigzag(100)), field(9, zigzag(-200)))
	dense := join(field(1, deltas(5, 6, 4)), field(8, deltas(10, 20, 30)), field(9, deltas(-1, -2, -3)), field(10, packed(1, 2, 0, 0, 3, 4, 1, 2, 0)))
	way := join(field(1, 11), field(2, packed(1, 3)), field(3, packed(2, 4)), field(8, deltas(5, 6, 4)))
	relation := join(field(1, 12), field(8, packed(0, 5)), field(9, deltas(11, -7)), field(10, packed(1, 0)))
	scale := join(field(17, 1000), field(19, 30_000_000_000), field(20, 120_000_000_000))
	data := fileOf( // the strings come last: their place is not fixed
		field(2, field(1, node)), field(2, field(2, dense)), field(2, field(3, way)), field(2, field(4, relation)), scale, words)
	got, err := readBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	footway, name := Tag{"highway", "footway"}, Tag{"name", "牛桥 path"}
	want := found{
		nodes: []Node{
			{ID: -7, Point: orb.Point{119.9998, 30.0001}, Tags: Tags{name}},
			{ID: 5, Point: orb.Point{119.999999, 30.00001}, Tags: Tags{footway}},
			{ID: 6, Point: orb.Point{119.999998, 30.00002}},
			{ID: 4, Point: orb.Point{119.999997, 30.00003}, Tags: Tags{name, footway}},
		},
		ways:      []Way{{ID: 11, Nodes: []int64{5, 6, 4}, Tags: Tags{footway, name}}},
		relations: []Relation{{ID: 12, Members: []Member{{KindWay, 11, ""}, {KindNode, -7, "via"}}}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(found{})); d != "" {
		t.Error(d)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	box := join(field(1, zigzag(121_460_000_000)), field(2, zigzag(121_480_000_000)), field(3, zigzag(31_240_000_000)), field(4, zigzag(31_220_000_000)))
	h, err := ReadHeader(mustWrite(t, framed("OSMHeader", zipped(join(field(1, box), field(4, "DenseNodes"), field(32, 1784592000))))))
	want := Header{Bounds: orb.Bound{Min: orb.Point{121.46, 31.22}, Max: orb.Point{121.48, 31.24}}, Bounded: true, At: time.Date(2026, 7, 21, 0, 0, 0, 0, time.UTC)}
	if err != nil || h != want {
		t.Errorf("got %v, %v; want %v", h, err, want)
	}
	if h, err := ReadHeader(mustWrite(t, headerBlob())); err != nil || h.Bounded {
		t.Errorf("without a box: %v, %v", h, err)
	}
	for name, data := range map[string][]byte{"empty": nil, "data first": framed("OSMData", plain(nil)), "cut": headerBlob()[:6]} {
		if _, err := ReadHeader(mustWrite(t, data)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadHeader(t.TempDir()); err == nil {
		t.Error("a folder was read as a map")
	}
}

func TestTheHandlerStopsTheReading(t *testing.T) {
	t.Parallel()
	enough, n := errors.New("enough"), 0
	err := ReadFile(t.Context(), liechtenstein, Handler{Node: func(Node) error {
		n++
		if n == 10_000 {
			return enough
		}
		return nil
	}}, nil)
	if err != enough || n != 10_000 {
		t.Errorf("got %v after %d nodes", err, n)
	}
}

func TestTheReadingCanBeCalledOff(t *testing.T) {
	t.Parallel()
	why := errors.New("the power fails")
	ctx, stop := context.WithCancelCause(t.Context())
	blobs := 0
	err := ReadFile(ctx, liechtenstein, Handler{}, func(done, total int64) {
		blobs++
		stop(why)
	})
	if !errors.Is(err, why) || blobs != 1 {
		t.Errorf("got %v after %d blobs", err, blobs)
	}
	if err := ReadFile(ctx, liechtenstein, Handler{}, nil); !errors.Is(err, why) {
		t.Errorf("begun when it was called off already: %v", err)
	}
	if err := ReadFile(t.Context(), "testdata/none.osm.pbf", Handler{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestKindsHaveNames(t *testing.T) {
	t.Parallel()
	var names []string
	for k := range Kind(4) {
		names = append(names, k.String())
	}
	if got := strings.Join(names, " "); got != "node way relation unknown" {
		t.Error(got)
	}
}
