package geo

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

func TestDistanceIsTheHaversine(t *testing.T) {
	t.Parallel()
	d := dice(1)
	for range 2000 {
		a, b := d.globe(), d.globe()
		if d.below(2) == 0 {
			b = d.near(a, 500)
		}
		want := orbgeo.DistanceHaversine(a, b) / orb.EarthRadius * float64(earthRadius)
		if got := Distance(a, b); math.Abs(float64(got)-want) > 1e-6+want*1e-9 {
			t.Fatalf("from %v to %v: got %v, want %v", a, b, got, want)
		}
		if Distance(a, b) != Distance(b, a) {
			t.Fatalf("from %v to %v is not as far as back", a, b)
		}
	}
}

func TestDistanceAtTheEdges(t *testing.T) {
	t.Parallel()
	half := earthRadius * math.Pi
	for _, c := range []struct {
		name       string
		a, b       orb.Point
		want, near Metres
	}{
		{"same point", city(), city(), 0, 0},
		{"a millimetre", orb.Point{108.7, 34.33}, orb.Point{108.7, 34.33 + 9e-9}, 0.001, 1e-4},
		{"both names of the antimeridian", orb.Point{180, 10}, orb.Point{-180, 10}, 0, 1e-6},
		{"across the antimeridian", orb.Point{179.999, 0}, orb.Point{-179.999, 0}, 222.39, 0.01},
		{"all longitudes of a pole", orb.Point{0, 90}, orb.Point{123, 90}, 0, 1e-6},
		{"pole to pole", orb.Point{0, 90}, orb.Point{50, -90}, half, 1},
		{"antipodes", orb.Point{0, 0}, orb.Point{180, 0}, half, 1},
	} {
		if got := Distance(c.a, c.b); math.Abs(float64(got-c.want)) > float64(c.near) {
			t.Errorf("%s: got %v, want %v ± %v", c.name, got, c.want, c.near)
		}
	}
}

func TestChordsAndMetresAreInverse(t *testing.T) {
	t.Parallel()
	for m := Metres(0.001); m < earthRadius*3; m *= 1.7 {
		if got := metresOf(chord2Of(m)); math.Abs(float64(got/m-1)) > 1e-6 {
			t.Errorf("%v became %v", m, got)
		}
	}
	if got := chord2Of(Metres(math.Inf(1))); got != 4 {
		t.Errorf("beyond the earth's girth: got %v, want the antipode, 4", got)
	}
}

func TestPositionJSON(t *testing.T) {
	t.Parallel()
	whole := Position{Point: city(), AccuracyM: 12.5, At: noon(), Source: SourceDevice}
	for want, p := range map[string]Position{
		`{"lat":34.33,"lon":108.7,"accuracy_m":12.5,"time":"2026-11-23T12:00:00Z","source":"device"}`: whole,
		`{"lat":0,"lon":0}`: {},
	} {
		got, err := json.Marshal(p)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		var back Position
		if err := json.Unmarshal(got, &back); err != nil || back != p {
			t.Errorf("read back %+v, %v, want %+v", back, err, p)
		}
	}
	var local Position
	if err := json.Unmarshal([]byte(`{"lat":1,"lon":2,"time":"2026-11-23T20:00:00+08:00","extra":[1]}`), &local); err != nil || !local.At.Equal(noon()) {
		t.Errorf("local time: got %+v, %v", local, err)
	}
}

func TestPositionJSONNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`null`:                                "",
		`[]`:                                  "",
		`"34.33,108.7"`:                       "",
		`{}`:                                  "lat lon",
		`{"lat":34.33}`:                       "lon",
		`{"lat":null,"lon":108.7}`:            "lat",
		`{"lat":"34.33","lon":108.7}`:         "lat",
		`{"lat":91,"lon":-180.5}`:             "lat lon",
		`{"lat":1e999,"lon":true}`:            "lat lon",
		`{"lat":1,"lon":1,"accuracy_m":-1}`:   "accuracy_m",
		`{"lat":1,"lon":1,"accuracy_m":"5"}`:  "accuracy_m",
		`{"lat":1,"lon":1,"time":"today"}`:    "time",
		`{"lat":1,"lon":1,"time":1763899200}`: "time",
		`{"lat":1,"lon":1,"source":7}`:        "source",
		`{"lat":1,"lon":1,"time":"9999-12-31T23:59:59-23:00"}`:                  "time",
		`{"lat":1,"lon":1,"source":"an_endless_name_of_some_other_source"}`:     "source",
		`{"lat":[],"lon":{},"accuracy_m":[],"time":{},"source":["device"]}`:     "lat lon accuracy_m time source",
		`{"lat":-91,"lon":"x","accuracy_m":-3,"time":"","source":"gps","z":{}}`: "lon time lat accuracy_m",
	} {
		p := Position{Source: "untouched"}
		err := json.Unmarshal([]byte(in), &p)
		if !fault.Is(err, fault.Invalid) || p.Source != "untouched" {
			t.Errorf("%s: got %v and %+v, want Invalid and no change", in, err, p)
			continue
		}
		var names []string
		for _, f := range fault.FieldsOf(err) {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: names %q, want %q", in, got, want)
		}
	}
}

func TestPositionThatIsNoPlaceIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, p := range []Position{
		{Point: orb.Point{math.NaN(), 1}},
		{Point: orb.Point{1, math.Inf(-1)}},
		{Point: orb.Point{181, 1}},
		{AccuracyM: math.NaN()},
		{AccuracyM: math.Inf(1)},
	} {
		if out, err := json.Marshal(p); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: got %s, %v, want Invalid", p, out, err)
		}
	}
}

func TestPositionAge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want time.Duration
	}{
		{noon().Add(-time.Minute), time.Minute},
		{noon().Add(time.Hour), 0},
		{time.Time{}, math.MaxInt64},
	} {
		if got := (Position{At: c.at}).Age(noon()); got != c.want {
			t.Errorf("at %v: got %v, want %v", c.at, got, c.want)
		}
	}
}

// What is read is a place, and is written and read again as the same place.
func FuzzPositionJSON(f *testing.F) {
	for _, seed := range []string{
		`{"lat":34.33,"lon":108.7,"accuracy_m":12.5,"time":"2026-11-23T12:00:00Z","source":"device"}`,
		`{"lat":-90,"lon":180}`, `{"lat":1e999,"lon":"1"}`, `null`, `{`, `{"LAT":1,"lon":-0}`,
		`{"lat":1,"lon":1,"time":"0001-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Position
		if err := json.Unmarshal(data, &p); err != nil {
			return
		}
		if err := p.Check(); err != nil || !Valid(p.Point) {
			t.Fatalf("took %s as %+v: %v", data, p, err)
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("cannot write %+v: %v", p, err)
		}
		var back Position
		if err := json.Unmarshal(out, &back); err != nil || back.Point != p.Point || !back.At.Equal(p.At) {
			t.Fatalf("%s became %+v, %v", out, back, err)
		}
	})
}
