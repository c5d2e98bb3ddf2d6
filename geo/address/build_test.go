package address

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/osm"
	"anling/internal/fault"
)

const centre = "../mapdata/shanghai-centre-2026.osm.pbf"

// TestBuildShanghai builds the places of the demo city and finds a street in them.
func TestBuildShanghai(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "city.places")
	var done int64
	r, err := Build(t.Context(), Options{OSM: centre, Out: out, Progress: func(d, total int64) { done = d - total }})
	if err != nil || r.Streets < 150 || r.Ways < 600 || r.Bytes == 0 || len(r.Defects) > 0 || done != 0 {
		t.Fatalf("got %+v, %v, progress ended at %d", r, err, done)
	}
	x, err := Open(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"hpbl", "huangpibeilu", "黄陂北", "huangpobeilu", "黄坡北路", "黄陂北路 227号"} {
		hits := x.Search(Query{Text: text, Near: new(square())})
		if len(hits) == 0 || hits[0].Name != "黄陂北路" || hits[0].Distance > 700 || hits[0].Category == "" {
			t.Errorf("%s: got %+v", text, hits)
		}
	}
	if h := x.Reverse(x.Search(Query{Text: "黄陂北路"})[0].Point); h.Street == nil || h.Street.Name != "黄陂北路" || h.Street.Distance > 1 {
		t.Errorf("the middle of the street is at %+v", h.Street)
	}
	again := filepath.Join(t.TempDir(), "city.places")
	if _, err := Build(t.Context(), Options{OSM: centre, Out: again}); err != nil {
		t.Fatal(err)
	}
	if a, b := mustRead(t, out), mustRead(t, again); !slices.Equal(a, b) {
		t.Error("the same extract gives another file")
	}
}

var update = flag.Bool("update", false, "write the places that travel with the program anew")

// TestTravels holds that the places which travel with the program are those of the extract beside them.
func TestTravels(t *testing.T) {
	t.Parallel()
	const kept = "../mapdata/shanghai-centre.places"
	out := filepath.Join(t.TempDir(), "city.places")
	if *update {
		out = kept
	}
	if _, err := Build(t.Context(), Options{OSM: centre, Out: out}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(mustRead(t, out), mustRead(t, kept)) {
		t.Error("they differ; go test ./geo/address -run Travels -update writes them anew")
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestBuildRefuses holds that what is there stays when the extract is broken or the building is called off.
func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, broken := filepath.Join(dir, "city.places"), filepath.Join(dir, "broken.osm.pbf")
	whole := mustRead(t, centre)
	for _, f := range []struct {
		path string
		data []byte
	}{{out, []byte("as it was")}, {broken, whole[:len(whole)/2]}} {
		if err := os.WriteFile(f.path, f.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Build(t.Context(), Options{OSM: broken, Out: out}); !fault.Is(err, fault.Invalid) {
		t.Errorf("broken: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, Options{OSM: centre, Out: out}); err == nil {
		t.Error("called off, and yet done")
	}
	for name, o := range map[string]Options{"no such list": {OSM: centre, Out: out, Addresses: filepath.Join(dir, "none")}, "no areas": {OSM: centre, Out: out, Areas: broken}} {
		if _, err := Build(t.Context(), o); err == nil {
			t.Errorf("%s, and yet done", name)
		}
	}
	if got := string(mustRead(t, out)); got != "as it was" {
		t.Errorf("what was there is %q", got)
	}
}

// village feeds a building with a village of two hamlets: a street in two pieces with a gap, one of the same name far away, houses as nodes,
// buildings and a line, a shop, two platforms, and a boundary.
func village() *building {
	b := newBuilding()
	tags := func(pairs ...string) (all osm.Tags) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, osm.Tag{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	id := int64(0)
	node := func(x, y float64, pairs ...string) int64 {
		id++
		if err := b.takeNode(osm.Node{ID: id, Point: orb.Point{x, y}, Tags: tags(pairs...)}); err != nil {
			panic(err)
		}
		return id
	}
	way := func(nodes []int64, pairs ...string) int64 {
		id++
		if err := b.takeWay(osm.Way{ID: id, Nodes: nodes, Tags: tags(pairs...)}); err != nil {
			panic(err)
		}
		return id
	}
	edge := []int64{node(9, 47), node(9.02, 47), node(9.02, 47.02), node(9, 47.02)}
	id++
	first, second := id+1, id+2
	if err := b.takeRelation(osm.Relation{ID: id, Tags: tags("type", "boundary", "boundary", "administrative", "admin_level", "8", "name", "Oberdorf"),
		Members: []osm.Member{{Type: osm.KindWay, Ref: first, Role: "outer"}, {Type: osm.KindWay, Ref: second, Role: "outer"}}}); err != nil {
		panic(err)
	}
	way([]int64{edge[0], edge[1], edge[2]}, "boundary", "administrative")
	way([]int64{edge[0], edge[3], edge[2]}, "boundary", "administrative") // the other way round
	way([]int64{node(9.001, 47.001), node(9.004, 47.001)}, "highway", "residential", "name", "Dorfstrasse", "alt_name", "Hauptgasse;Gasse")
	way([]int64{node(9.0045, 47.001), node(9.008, 47.001)}, "highway", "residential", "name", "Dorfstrasse")
	way([]int64{node(9.1, 47.1), node(9.11, 47.1)}, "highway", "residential", "name", "Dorfstrasse")
	way([]int64{node(9.1, 47.1), 999999}, "highway", "residential", "name", "Rand")
	way([]int64{node(9.2, 47.1), node(9.21, 47.1)}, "highway", "proposed", "name", "Traum")
	node(9.002, 47.0011, "addr:housenumber", "1;3", "addr:street", "Dorfstrasse")
	node(9.1005, 47.1001, "addr:housenumber", "1", "addr:street", "Dorfstrasse")
	way([]int64{node(9.0030, 47.0011), node(9.0032, 47.0011), node(9.0032, 47.0013), node(9.0030, 47.0011)}, "building", "yes", "addr:housenumber", "5a", "addr:street", "Dorfstrasse", "name", "Altes Rathaus")
	way([]int64{node(9.001, 47.0009, "addr:housenumber", "2", "addr:street", "Dorfstrasse"), node(9.007, 47.0009, "addr:housenumber", "8", "addr:street", "Dorfstrasse")}, "addr:interpolation", "even")
	node(9.05, 47.05, "addr:housenumber", "7", "addr:place", "Einöd")
	node(9.005, 47.002, "shop", "bakery", "name", "Bäckerei Frick")
	node(9.0051, 47.0012, "public_transport", "platform", "name", "Post")
	node(9.0052, 47.0012, "public_transport", "platform", "name", "Post")
	node(9.01, 47.01, "place", "village", "name", "Oberdorf", "name:zh_pinyin", "ao bo")
	b.settle()
	b.areas = b.boundaries()
	b.joinStreets()
	b.addHouses()
	return b
}

func TestBuildVillage(t *testing.T) {
	t.Parallel()
	b := village()
	x := New(b.finish())
	r := b.report
	r.Defects = nil
	want := Report{Streets: 3, Ways: 3, Houses: 9, Estimated: 2, OnlyByHouses: 1, POIs: 3, Places: 2, Areas: 1, MissingNodes: 1}
	if r.Bytes = 0; !equalReports(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
	for _, c := range []struct {
		text, label string
		exact       Exact
		lon         float64
	}{
		{"dorfstr 1 oberdorf", "Dorfstrasse 1, Oberdorf", AtHouse, 9.002},
		{"Hauptgasse 3", "Dorfstrasse 3, Oberdorf", AtHouse, 9.002},
		{"dorfstrasse 5a", "Dorfstrasse 5a, Oberdorf", AtHouse, 9.0031},
		{"dorfstrasse 5", "Dorfstrasse 5, Oberdorf", Interpolated, 9.0031},
		{"dorfstrasse 4", "Dorfstrasse 4, Oberdorf", Interpolated, 9.003},
		{"dorfstrasse 6", "Dorfstrasse 6, Oberdorf", Interpolated, 9.005},
		{"Einöd 7", "Einöd 7", AtHouse, 9.05},
		{"baeckerei frick", "Bäckerei Frick, Oberdorf", AtPOI, 9.005},
		{"altes rathaus", "Altes Rathaus, Oberdorf", AtPOI, 9.0031},
		{"aobo", "Oberdorf", AtPlace, 9.01},
	} {
		near := orb.Point{9.004, 47.001}
		hits := x.Search(Query{Text: c.text, Near: &near, Limit: 1})
		if len(hits) != 1 || hits[0].Label != c.label || hits[0].Exact != c.exact || geo.Distance(hits[0].Point, orb.Point{c.lon, hits[0].Point[1]}) > 1 {
			t.Errorf("%s: got %+v, want %s, %s, %v", c.text, hits, c.label, c.exact, c.lon)
		}
	}
	if hits := x.Search(Query{Text: "traum"}); len(hits) > 0 {
		t.Errorf("a road that is not built is found: %v", hits)
	}
}

func equalReports(a, b Report) bool {
	a.Defects, b.Defects = nil, nil
	return a.Streets == b.Streets && a.Ways == b.Ways && a.Houses == b.Houses && a.Estimated == b.Estimated && a.OnlyByHouses == b.OnlyByHouses && a.POIs == b.POIs &&
		a.Places == b.Places && a.Areas == b.Areas && a.OpenAreas == b.OpenAreas && a.MissingNodes == b.MissingNodes
}

// TestOwnList brings one's own addresses along: in GCJ-02 and in BD-09, converted once, with rows that are wrong.
func TestOwnList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := square()
	gcj, err := geo.Convert(at, geo.WGS84, geo.GCJ02)
	if err != nil {
		t.Fatal(err)
	}
	bd, err := geo.Convert(at, geo.WGS84, geo.BD09)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"名称,街道,门牌号,纬度,经度,坐标系",
		",黄陂北路,227弄3号," + decimals(gcj.Lat()) + "," + decimals(gcj.Lon()) + ",",
		"锦绣花园,,3号楼," + decimals(bd.Lat()) + "," + decimals(bd.Lon()) + ",BD-09",
		"没有坐标,,,,,", ",黄陂北路,,31,121,", ",,5,31,121,", "远方,,,31,1210,", "火星,,,31,121,mars", ",黄陂北路,无号,31,121,", "南京药房,,,31.23,121.47,wgs84"}
	list := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte("\ufeff"+strings.Join(lines, "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "city.places")
	r, err := Build(t.Context(), Options{OSM: centre, Addresses: list, System: geo.GCJ02, Out: out})
	if err != nil || r.Rows != 3 || len(r.Defects) != 6 {
		t.Fatalf("got %+v, %v", r, err)
	}
	for i, where := range []string{"line 4", "line 5", "line 6", "line 7", "line 8", "line 9"} {
		if r.Defects[i].Where != where || r.Defects[i].Reason == "" {
			t.Errorf("got %+v, want %s", r.Defects[i], where)
		}
	}
	x, err := Open(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"黄陂北路227弄3号502室", "锦绣花园3号楼2单元301"} {
		hits := x.Search(Query{Text: text, Near: &at})
		if len(hits) == 0 || hits[0].Exact != AtHouse || hits[0].Distance > 0.1 {
			t.Errorf("%s: got %+v", text, hits)
		}
	}
}

func decimals(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func decimal(n int) string { return strconv.Itoa(n) }

func TestNoList(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "name,lat\nx,1", "lat,lon\n1,2", "\xff\xff\xff\n\xff"} {
		if _, _, err := ReadAddresses([]byte(text), ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	rows, bad, err := ReadAddresses([]byte("name,lat,lon\n\xbb\xc6\xda\xe9\xb1\xb1\xc2\xb7,31,121\n"), "")
	if err != nil || len(bad) > 0 || rows[0].Name != "黄陂北路" {
		t.Errorf("GB 18030: %v %v %v", rows, bad, err)
	}
}

// FuzzReadAddresses holds that no file makes the reader fall, and that what it takes is on earth and has a name.
func FuzzReadAddresses(f *testing.F) {
	f.Add([]byte("name,street,housenumber,lat,lon,system\na,b,1,31,121,gcj02\n\"x"))
	f.Add([]byte("街道,门牌,纬度,经度\n路,1,nan,inf\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, err := ReadAddresses(data, geo.GCJ02)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		for _, r := range rows {
			if !geo.Valid(r.Point) || r.Name == "" && r.Street == "" {
				t.Fatalf("%+v", r)
			}
		}
	})
}
