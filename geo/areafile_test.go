package geo

import (
	"strings"
	"testing"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

const ring = `[[[108.70,34.30],[108.80,34.30],[108.80,34.40],[108.70,34.30]]]`

func TestReadAreas(t *testing.T) {
	t.Parallel()
	text := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"adcode":610402,"name":"秦都区"},"geometry":{"type":"Polygon","coordinates":` + ring + `}},
		{"type":"Feature","properties":{"code":"610403"},"geometry":{"type":"MultiPolygon","coordinates":[` + ring + `]}},
		{"type":"Feature","properties":{"name":"a road"},"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}},
		{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":` + ring + `}},
		{"type":"Feature","properties":{"code":"610404"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4],[5,6],[7,8]]]}},
		{"type":"Feature","properties":{"code":"610405"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,400],[5,6],[1,2]]]}},
		"nonsense"]}`
	all, bad, err := ReadAreas(AreaFile{Data: []byte(text)})
	if err != nil || len(all) != 2 || all[0].Code != "610402" || all[0].Name != "秦都区" || all[1].Code != "610403" {
		t.Fatalf("got %+v, %v", all, err)
	}
	want := []string{"feature 3 (a road): is a LineString", "feature 4: has neither", "feature 5 (610404): the area is not valid: area[0][0] must end where it begins",
		"feature 6 (610405): the coordinates are out of range", "feature 7: cannot be read"}
	if len(bad) != len(want) {
		t.Fatalf("defects: %v", bad)
	}
	for i, d := range bad {
		if got := d.String() + ": " + d.Reason; !strings.HasPrefix(got, want[i]) {
			t.Errorf("got %q, want %q", got, want[i])
		}
	}
}

// TestAreasAreConvertedOnce holds that coordinates go from GCJ-02 to WGS-84 once, whoever says that they are GCJ-02.
func TestAreasAreConvertedOnce(t *testing.T) {
	t.Parallel()
	want, err := Convert(orb.Point{108.70, 34.30}, GCJ02, WGS84)
	if err != nil {
		t.Fatal(err)
	}
	polygon := `{"type":"Polygon","coordinates":` + ring + `}`
	for name, f := range map[string]AreaFile{
		"the caller says so": {Data: []byte(polygon), System: GCJ02, Code: "610402"},
		"the file says so":   {Data: []byte(`{"type":"FeatureCollection","system":"gcj02","features":[{"type":"Feature","properties":{"code":"610402"},"geometry":` + polygon + `}]}`)},
		"both say so": {Data: []byte(`{"type":"FeatureCollection","system":"gcj02","features":[{"type":"Feature","properties":{"code":"610402"},"geometry":` + polygon + `}]}`),
			System: GCJ02},
	} {
		all, bad, err := ReadAreas(f)
		if err != nil || len(bad) > 0 || len(all) != 1 || all[0].Code != "610402" {
			t.Fatalf("%s: %v, %v, %v", name, all, bad, err)
		}
		if got := all[0].Shape[0][0][0]; Distance(got, want) > 0.01 {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestNoAreas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", "{}", `{"type":"Point","coordinates":[1,2]}`, `{"type":"FeatureCollection","system":"mars","features":[]}`, `{"type":"FeatureCollection","features":{}}`} {
		if all, _, err := ReadAreas(AreaFile{Data: []byte(text)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, %v", text, all, err)
		}
	}
}

// FuzzReadAreas holds that no file makes the reader fall, and that what it takes makes an area.
func FuzzReadAreas(f *testing.F) {
	f.Add([]byte(`{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"Polygon","coordinates":` + ring + `}}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[null,{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, _, err := ReadAreas(AreaFile{Data: data, System: GCJ02, Code: "1"})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		for _, a := range all {
			if _, err := NewArea(a.Shape); err != nil {
				t.Fatalf("%+v: %v", a, err)
			}
		}
	})
}
