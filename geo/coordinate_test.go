package geo

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

func TestConvertPublishedPairs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/coords_open.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID       string
			Op       string
			Lat, Lon float64
			Expect   struct{ Lat, Lon float64 }
			TolM     float64 `json:"tol_m"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil || len(file.Vectors) < 6 {
		t.Fatalf("read %d vectors: %v", len(file.Vectors), err)
	}
	// Two are wrong at their source: testdata/README.md.
	corrected := map[string]orb.Point{
		"geo-o2": {113.9171764808363, 22.540796131694766},
		"geo-o5": {120.00874001342274, 29.196219716740615},
	}
	for _, v := range file.Vectors {
		from, to, _ := strings.Cut(v.Op, "->")
		got, err := Convert(orb.Point{v.Lon, v.Lat}, System(from), System(to))
		want := orb.Point{v.Expect.Lon, v.Expect.Lat}
		if right, ok := corrected[v.ID]; ok {
			want = right
		}
		if err != nil || Distance(got, want) > Metres(v.TolM) {
			t.Errorf("%s %s: got %v, %v, want %v within %v m (is %v)", v.ID, v.Op, got, err, want, v.TolM, Distance(got, want))
		}
	}
}

func TestConvertThereAndBack(t *testing.T) {
	t.Parallel()
	d := dice(2)
	systems := []System{WGS84, GCJ02, BD09}
	for range 5000 {
		p := orb.Point{72.1 + d.float()*65.6, 0.9 + d.float()*54.8}
		from, to := systems[d.below(3)], systems[d.below(3)]
		there, err := Convert(p, from, to)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Convert(there, to, from)
		if err != nil || Distance(p, back) > 0.001 {
			t.Fatalf("%v %s → %s → back: %v, off by %v m, %v", p, from, to, back, Distance(p, back), err)
		}
		if moved := Distance(p, there); from != to && (moved < 1 || moved > 3000) {
			t.Fatalf("%v %s → %s moved by %v m", p, from, to, moved)
		}
	}
}

// The fences of Xianyang are GCJ-02: read as WGS-84 they are wrong by 458 m.
func TestConvertAtXianyang(t *testing.T) {
	t.Parallel()
	shifted, err := Convert(city(), WGS84, GCJ02)
	if got := Distance(city(), shifted); err != nil || math.Abs(float64(got)-458) > 15 {
		t.Errorf("got a shift of %v m, %v, want about 458", got, err)
	}
}

func TestConvertLeavesOtherCountriesAlone(t *testing.T) {
	t.Parallel()
	shifts := [][2]System{{WGS84, GCJ02}, {WGS84, BD09}, {GCJ02, WGS84}, {GCJ02, BD09}, {BD09, WGS84}, {BD09, GCJ02}}
	for _, p := range []orb.Point{{2.2945, 48.8584}, {-43.2, -22.9}, {180, 90}, {72.003, 30}, {100, 55.9}} {
		for _, s := range shifts {
			if got, err := Convert(p, s[0], s[1]); err != nil || got != p {
				t.Errorf("%v %s → %s: got %v, %v", p, s[0], s[1], got, err)
			}
		}
	}
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p        orb.Point
		from, to System
	}{
		{city(), "utm", WGS84},
		{city(), WGS84, ""},
		{orb.Point{math.NaN(), 30}, WGS84, GCJ02},
		{orb.Point{34.33, 108.7}, GCJ02, WGS84}, // latitude first, by mistake
	} {
		if _, err := Convert(c.p, c.from, c.to); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v %s → %s: got %v, want Invalid", c.p, c.from, c.to, err)
		}
	}
}
