package geo

import (
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// away is a point that many metres north of the city.
func away(m Metres) orb.Point {
	return orb.Point{city().Lon(), city().Lat() + float64(m/earthRadius)*180/math.Pi}
}

func TestEstimateFromTheFacts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		air     Metres
		density Density
		modes   []Mode
		want    time.Duration
		mode    Mode
	}{
		{"next door", 0, 10, []Mode{Foot}, 30 * time.Second, Foot},
		{"on foot in the city", 900, 10, []Mode{Foot}, 730 * time.Second, Foot},
		{"on foot in the country", 950, 0.1, []Mode{Foot}, 730 * time.Second, Foot},
		{"by bicycle", 4400, 1, []Mode{Bike}, 1455 * time.Second, Bike},
		{"by car in the city", 5500, 20, []Mode{Car}, 1505 * time.Second, Car},
		{"any volunteer, dense", 1800, 5, nil, 1430 * time.Second, Unknown},
		{"any volunteer, typical", 2300, 1.6, nil, 1430 * time.Second, Unknown},
		{"any volunteer, sparse", 3100, 0, nil, 1430 * time.Second, Unknown},
		{"a mode that is none", 1800, 5, []Mode{"train"}, 1430 * time.Second, Unknown},
		{"the car is not worth fetching", 100, 10, []Mode{Car, Bike, Foot}, 86818 * time.Millisecond, Bike},
		{"nor the bicycle", 30, 10, []Mode{Car, Bike, Foot}, 53333 * time.Millisecond, Foot},
	} {
		got := Estimator{}.Estimate(Trip{From: away(c.air), To: city(), Modes: c.modes, Density: c.density})
		if (got.Duration-c.want).Abs() > 2*time.Millisecond || got.Mode != c.mode || got.ByRoad {
			t.Errorf("%s: got %+v, want %v by %q", c.name, got, c.want, c.mode)
		}
		if math.Abs(float64(got.Metres-c.air*detour)) > 0.01 {
			t.Errorf("%s: a way of %v m, want %v", c.name, got.Metres, c.air*detour)
		}
	}
}

func TestEstimateOfAnOldPosition(t *testing.T) {
	t.Parallel()
	at := func(air Metres, age time.Duration) Travel {
		return Estimator{}.Estimate(Trip{From: away(air), To: city(), Modes: []Mode{Foot}, PositionAge: age, Density: 10})
	}
	if fresh, soon := at(50, 0), at(500, 0); at(50, time.Hour).Duration < soon.Duration || fresh.Duration > soon.Duration {
		t.Error("who was near an hour ago comes before who is fairly near now")
	}
	for _, air := range []Metres{0, 100, 1000, 10_000} {
		before := at(air, 0)
		for _, age := range []time.Duration{time.Minute, 10 * time.Minute, staleAfter} {
			now := at(air, age)
			if now.Duration <= before.Duration || now.Spread <= before.Spread {
				t.Errorf("%v m, %v old: %v ± %v is no worse than %v ± %v", air, age, now.Duration, now.Spread, before.Duration, before.Spread)
			}
			before = now
		}
		if ever := at(air, math.MaxInt64); ever.Duration != before.Duration {
			t.Errorf("%v m: never seen %v, stale %v", air, ever.Duration, before.Duration)
		}
	}
	if got, want := at(300, -time.Hour), at(300, 0); got != want {
		t.Errorf("from the future: %+v, want as fresh: %+v", got, want)
	}
}

// The search stops by AtLeast: were it ever above an estimate, or to fall with
// the distance, helpers would be missed.
func TestAtLeastIsALowerBound(t *testing.T) {
	t.Parallel()
	d := dice(4)
	all := []Mode{Foot, Bike, Car, "train"}
	for range 5000 {
		trip := Trip{
			From:        d.near(city(), Metres(d.float()*30_000)),
			To:          city(),
			Modes:       all[d.below(4):],
			PositionAge: time.Duration(d.float() * float64(time.Hour)),
			Density:     Density(d.float() * 8),
		}
		air := Distance(trip.From, trip.To)
		least := Estimator{}.AtLeast(air, trip.Density)
		if got := (Estimator{}).Estimate(trip); got.Duration < least {
			t.Fatalf("%+v: estimate %v is below the bound %v", trip, got.Duration, least)
		}
		if further := (Estimator{}).AtLeast(air*1.01, trip.Density); further < least {
			t.Fatalf("the bound fell from %v to %v", least, further)
		}
	}
}

func TestEstimateToNowhere(t *testing.T) {
	t.Parallel()
	for _, trip := range []Trip{
		{From: orb.Point{math.NaN(), 0}, To: city()},
		{From: city(), To: orb.Point{0, 91}},
	} {
		if got := (Estimator{}).Estimate(trip); got.Duration != Unreachable {
			t.Errorf("%+v: got %+v, want Unreachable", trip, got)
		}
	}
}

func TestPaceChangesWithoutJumps(t *testing.T) {
	t.Parallel()
	p := paceOf(Unknown)
	last := Density(0).between(p)
	for d := Density(0); d < 10; d += 0.01 {
		now := d.between(p)
		if now > last || last-now > 0.02 {
			t.Fatalf("at %v: from %v to %v m/s", d, last, now)
		}
		last = now
	}
	if last != p.dense {
		t.Errorf("in the densest place %v m/s, want %v", last, p.dense)
	}
}

func TestDensityAt(t *testing.T) {
	t.Parallel()
	d := dice(8)
	crowd := NewIndex()
	if got := DensityAt(crowd, city()); got != 0 {
		t.Errorf("nobody: got %v", got)
	}
	for i := range 40_000 { // 16 on a square kilometre, in 50 × 50 km
		p := orb.Point{city().Lon() + (d.float()-0.5)*50/91.83, city().Lat() + (d.float()-0.5)*50/111.195}
		mustPut(t, crowd, string(rune('一'+i%20000))+string(rune('a'+i/20000)), p)
	}
	sum := 0.0
	for range 200 {
		got := float64(DensityAt(crowd, d.near(city(), 3000)))
		if got < 5 || got > 40 {
			t.Errorf("got %v, want about 16", got)
		}
		sum += got
	}
	if mean := sum / 200; math.Abs(mean-16) > 2 {
		t.Errorf("got %v on average, want about 16", mean)
	}
	house := NewIndex()
	for i := range 40 {
		mustPut(t, house, string(rune('a'+i)), city())
	}
	if got := DensityAt(house, city()); got < denseDensity || math.IsInf(float64(got), 0) {
		t.Errorf("40 in one house: got %v", got)
	}
}
