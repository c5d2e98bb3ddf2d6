package registry

import (
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/address"
	"anling/internal/fault"
)

// TestAreasAtAPoint goes from centres to an edge: the same point is in a district approximately first, and then for certain.
func TestAreasAtAPoint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		if err := h.Load(ctx); err != nil {
			t.Fatal(err)
		}
		names := func(p orb.Point) (all []string, last Area) {
			for _, a := range must[[]Area](t)(h.AreasAt(ctx, p)) {
				mark := ""
				if a.Approximate {
					mark = "?"
				}
				all, last = append(all, a.Code+mark), a
			}
			return all, last
		}
		// The government of Qindu, and a point in the east of Qindu that is nearer to the centre of Weicheng.
		government, east := orb.Point{108.7017, 34.3313}, orb.Point{108.7938, 34.3612}
		if got, _ := names(government); strings.Join(got[:3], " ") != "61? 6104? 610402?" {
			t.Errorf("by centres: %v", got)
		}
		if got, _ := names(east); got[2] != "610404?" {
			t.Errorf("the nearest centre: %v", got)
		}
		if got, last := names(government); len(got) < 4 || !last.Approximate || last.DistanceM == 0 {
			t.Errorf("no street is told: %v, %+v", got, last)
		}
		fence, err := os.ReadFile("testdata/fences/610402.json")
		if err != nil {
			t.Fatal(err)
		}
		file := geo.AreaFile{Data: fence, System: geo.GCJ02, Code: "610402"}
		if r := must[AreaReport](t)(h.ImportAreaFile(ctx, file)); r.Added != 1 || len(r.Refused) != 0 {
			t.Fatalf("got %+v", r)
		}
		if r := must[AreaReport](t)(h.ImportAreaFile(ctx, file)); r.Unchanged != 1 {
			t.Errorf("a second time: %+v", r)
		}
		for _, p := range []orb.Point{government, east} {
			got, _ := names(p)
			if strings.Join(got[:3], " ") != "61 6104 610402" {
				t.Errorf("by the edge, at %v: %v", p, got)
			}
			for _, code := range got[3:] {
				if !strings.HasPrefix(code, "610402") || !strings.HasSuffix(code, "?") {
					t.Errorf("at %v: %v", p, got)
				}
			}
		}
		if got, _ := names(orb.Point{-30, 40}); len(got) != 0 {
			t.Errorf("in the ocean: %v", got)
		}
		_, err = h.AreasAt(ctx, orb.Point{0, 91})
		wantKind(t, "no place on earth", err, fault.Invalid)
	})
}

// TestEdgesOfAreasAreChecked holds that each edge which cannot be taken in is told with its feature, and the others are taken in.
func TestEdgesOfAreasAreChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		box := `"geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,10]]]}`
		text := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"99","name":"Atlantis"},` + box + `},
			{"type":"Feature","properties":{"code":"9901"},` + box + `},{"type":"Feature","properties":{"code":"0"},` + box + `},
			{"type":"Feature","properties":{"code":"98"},"geometry":{"type":"Point","coordinates":[1,2]}}]}`
		r := must[AreaReport](t)(h.ImportAreaFile(ctx, geo.AreaFile{Data: []byte(text)}))
		if r.Added != 1 || len(r.Refused) != 3 {
			t.Fatalf("got %+v", r)
		}
		if got := must[[]Area](t)(h.AreasAt(ctx, orb.Point{10.6, 10.2})); len(got) != 1 || got[0].Name != "Atlantis" || got[0].Approximate {
			t.Errorf("got %+v", got)
		}
		_, err := h.In(ScopeOf("main")).ImportAreaFile(ctx, geo.AreaFile{Data: []byte(text)})
		wantKind(t, "edges by somebody of one centre", err, fault.Denied)
		_, err = h.ImportAreaFile(ctx, geo.AreaFile{Data: []byte(`{"type":"FeatureCollection","system":"mars","features":[]}`)})
		wantKind(t, "a system that there is not", err, fault.Invalid)
	})
}

// TestAddressAndPointAreCompared holds that an address which is elsewhere is told, with the distance, and that nothing is changed by it.
func TestAddressAndPointAreCompared(t *testing.T) {
	t.Parallel()
	each(t, compareAddresses)
}

func compareAddresses(t *testing.T, h *house) {
	street := address.Entry{Kind: address.Street, Name: "黄陂北路", Point: orb.Point{121.469, 31.233}, Lines: []orb.LineString{{{121.467, 31.233}, {121.471, 31.233}}},
		Houses: []address.House{{Number: "88弄3号", Point: orb.Point{121.469, 31.233}}}}
	book := address.New([]address.Entry{street})
	for _, c := range []struct {
		address string
		lat     float64
		want    string
	}{
		{"黄陂北路88弄3号502室", 31.2335, ""},
		{"黄陂北路88弄3号502室", 31.2360, "address: is 330 m from the point on the map; please look which of the two is right"},
		{"黄陂北路9号502室", 31.2360, ""},
		{"黄陂北路9号502室", 31.2400, "address: is 780 m from the point on the map; please look which of the two is right"},
		{"杨家村3组", 31.2400, ""},
	} {
		e := zhang()
		e.Address, e.Position = c.address, &geo.Position{Point: orb.Point{121.469, c.lat}}
		got := ""
		for _, f := range must[Advice](t)(h.AdviseElder(t.Context(), e, book)) {
			if f.Key == "problem.advice.address_far" {
				got = f.Name + ": " + f.Problem
			}
		}
		if got != c.want {
			t.Errorf("%s at %v: got %q, want %q", c.address, c.lat, got, c.want)
		}
	}
}
