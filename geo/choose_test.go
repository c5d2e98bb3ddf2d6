package geo_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

var pressed = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// fix is a position so many metres east of the home.
func fix(source string, east, accuracy float64, age time.Duration) geo.Position {
	p := geo.Position{Point: orb.Point{121.47 + east/95_080, 31.23}, AccuracyM: accuracy, Source: source}
	if source != geo.SourceHome {
		p.At = pressed.Add(-age)
	}
	return p
}

func TestWhereToGo(t *testing.T) {
	t.Parallel()
	const device, home, aml, cell, area, operator, nearby = geo.SourceDevice, geo.SourceHome, geo.SourceAML, geo.SourceCell, geo.SourceArea, geo.SourceOperator, geo.SourceNearby
	h := fix(home, 0, 10, 0)
	unknown := fix(device, 900, 12, 0)
	unknown.At = time.Time{}
	for _, tt := range []struct {
		name  string
		known []geo.Position
		alarm geo.Alarm
		want  string
		why   geo.Why
	}{
		{"only home", []geo.Position{h}, geo.Alarm{}, home, geo.WhyNoFix},
		{"a fresh fix in the street", []geo.Position{h, fix(device, 900, 12, 2*time.Minute)}, geo.Alarm{}, device, geo.WhyFresh},
		{"a fresh fix far away", []geo.Position{h, fix(device, 2300, 12, 2*time.Minute)}, geo.Alarm{}, device, geo.WhyFresh},
		{"a fresh fix in the yard", []geo.Position{h, fix(device, 55, 12, 0)}, geo.Alarm{}, home, geo.WhyAtHome},
		{"beyond the walls", []geo.Position{h, fix(device, 80, 12, 0)}, geo.Alarm{}, device, geo.WhyFresh},
		{"an old fix", []geo.Position{h, fix(device, 2300, 12, 16*time.Minute)}, geo.Alarm{}, home, geo.WhyOld},
		{"a quarter of an hour is fresh", []geo.Position{h, fix(device, 2300, 12, 15*time.Minute)}, geo.Alarm{}, device, geo.WhyFresh},
		{"after the press", []geo.Position{h, fix(device, 2300, 12, -40*time.Minute)}, geo.Alarm{}, device, geo.WhyFresh},
		{"a fixed device", []geo.Position{h, fix(device, 2300, 12, 0)}, geo.Alarm{AtHome: true}, home, geo.WhyFixed},
		{"home in the circle", []geo.Position{h, fix(device, 900, 1000, 0)}, geo.Alarm{}, home, geo.WhyCoarse},
		{"coarse and near", []geo.Position{h, fix(device, 1900, 500, 0)}, geo.Alarm{}, home, geo.WhyCoarse},
		{"coarse and elsewhere", []geo.Position{h, fix(device, 5000, 1000, 0)}, geo.Alarm{}, device, geo.WhyAway},
		{"a cell of a table displaces no home", []geo.Position{h, fix(cell, 5000, 1000, 0)}, geo.Alarm{}, home, geo.WhyCoarse},
		{"a human's word", []geo.Position{h, fix(device, 2300, 5, 0), fix(operator, 700, 0, 0)}, geo.Alarm{ByHand: operator}, operator, geo.WhyByHand},
		{"a human chooses home", []geo.Position{h, fix(device, 2300, 5, 0), fix(operator, 700, 0, 0)}, geo.Alarm{ByHand: home}, home, geo.WhyByHand},
		{"a choice that is not there", []geo.Position{h}, geo.Alarm{ByHand: device}, home, geo.WhyNoFix},
		{"the more exact of two", []geo.Position{fix(device, 900, 60, 0), fix(aml, 800, 14, 0)}, geo.Alarm{}, aml, geo.WhyFresh},
		{"the newer of two", []geo.Position{fix(device, 900, 20, 0), fix(aml, 800, 14, 10*time.Minute)}, geo.Alarm{}, device, geo.WhyFresh},
		{"a neighbour's phone is not the elder", []geo.Position{h, fix(nearby, 2300, 5, 0)}, geo.Alarm{}, home, geo.WhyNoFix},
		{"no home, coarse", []geo.Position{fix(device, 900, 800, 0), fix(cell, 0, 300, 0)}, geo.Alarm{}, device, geo.WhyNothing},
		{"no home, old", []geo.Position{fix(device, 900, 8, 30*time.Minute), fix(area, 0, 0, 0)}, geo.Alarm{}, device, geo.WhyNothing},
		{"no home, an area", []geo.Position{fix(area, 0, 0, 0)}, geo.Alarm{}, area, geo.WhyNothing},
		{"no time", []geo.Position{h, unknown}, geo.Alarm{}, home, geo.WhyOld},
		{"from tomorrow", []geo.Position{h, fix(device, 900, 12, -24*time.Hour)}, geo.Alarm{}, home, geo.WhyOld},
		{"nowhere", []geo.Position{{Source: device, At: pressed}, h}, geo.Alarm{}, home, geo.WhyNoFix},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.alarm.Since = pressed
			got, ok := geo.Choose(tt.known, tt.alarm, pressed.Add(time.Hour))
			if !ok || got.Position.Source != tt.want || got.Why != tt.why {
				t.Errorf("got %s because %s (%v), want %s because %s", got.Position.Source, got.Why, ok, tt.want, tt.why)
			}
		})
	}
}

func TestNothingIsKnown(t *testing.T) {
	t.Parallel()
	for _, known := range [][]geo.Position{nil, {{Source: geo.SourceDevice}}, {{Point: orb.Point{500, 500}}}, {{Point: orb.Point{1, 1}, AccuracyM: -1}}} {
		if got, ok := geo.Choose(known, geo.Alarm{Since: pressed}, pressed); ok {
			t.Errorf("of %v the rule chooses %v", known, got)
		}
	}
}

// someFixes is a set that a bad day might bring: every source, every age, places far and near, and some that are none.
func someFixes(r *rand.Rand) []geo.Position {
	sources := []string{geo.SourceDevice, geo.SourceAML, geo.SourceCell, geo.SourceArea, geo.SourceOperator, geo.SourceNearby, geo.SourceHome}
	ages := []time.Duration{-48 * time.Hour, -time.Minute, 0, time.Minute, 14 * time.Minute, 15 * time.Minute, 16 * time.Minute, 9 * time.Hour}
	var out []geo.Position
	for range 1 + r.IntN(7) {
		p := fix(sources[r.IntN(len(sources))], float64(r.IntN(8)*r.IntN(1000)), float64(r.IntN(3)*r.IntN(1500)), ages[r.IntN(len(ages))])
		if r.IntN(12) == 0 {
			p.Point = orb.Point{}
		}
		out = append(out, p)
	}
	return out
}

func TestTheChoiceIsOneOfTheGivenInWhateverOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 3))
	for range 20_000 {
		known := someFixes(r)
		alarm := geo.Alarm{Since: pressed, AtHome: r.IntN(4) == 0, ByHand: []string{"", "", geo.SourceDevice, geo.SourceHome}[r.IntN(4)]}
		now := pressed.Add(time.Minute)
		got, ok := geo.Choose(known, alarm, now)
		if ok && !slices.Contains(known, got.Position) {
			t.Fatalf("of %v the rule chooses %v, which is none of them", known, got)
		}
		mixed := slices.Clone(known)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if again, ok2 := geo.Choose(mixed, alarm, now); ok != ok2 || again != got {
			t.Fatalf("in another order: %v, then %v\nof %v", got, again, known)
		}
		if all := geo.Weigh(known, &got.Position, alarm, now); ok != (len(all) > 0) || ok && !all[0].Chosen {
			t.Fatalf("what is chosen is not shown first: %v", all)
		}
	}
}

func TestTimeThatPassesChangesNoChoice(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		known := slices.DeleteFunc(someFixes(r), func(p geo.Position) bool { return p.At.After(pressed.Add(time.Minute)) })
		first, _ := geo.Choose(known, geo.Alarm{Since: pressed}, pressed.Add(time.Minute))
		if later, _ := geo.Choose(known, geo.Alarm{Since: pressed}, pressed.Add(5*time.Hour)); later != first {
			t.Fatalf("at first %v, five hours later %v", first, later)
		}
	}
}

func TestWhatIsShownOfEachPosition(t *testing.T) {
	t.Parallel()
	home, seen := fix(geo.SourceHome, 0, 10, 0), fix(geo.SourceDevice, 2300, 12, 40*time.Minute)
	got := geo.Weigh([]geo.Position{seen, fix(geo.SourceCell, 900, 1500, 0), {Source: "device"}, home}, &home, geo.Alarm{Since: pressed}, pressed)
	if len(got) != 3 || !got[0].Chosen || got[0].Source != geo.SourceHome || len(got[0].Flags) != 0 {
		t.Fatalf("got %+v, want the home first, and nothing of what is no place", got)
	}
	for _, w := range got[1:] {
		want := []geo.Flag{geo.FlagCoarse}
		if w.Source == geo.SourceDevice {
			want = []geo.Flag{geo.FlagOld, geo.FlagContradicts}
		}
		if !slices.Equal(w.Flags, want) {
			t.Errorf("%s has flags %v, want %v", w.Source, w.Flags, want)
		}
	}
	if w := got[2]; w.Age != 40*time.Minute || w.FromHome < 2290 || w.FromHome > 2310 || w.Away != w.FromHome {
		t.Errorf("the last fix: %+v", w)
	}
}

func TestContradictionIsMoreThanAccuracyExplains(t *testing.T) {
	t.Parallel()
	home := fix(geo.SourceHome, 0, 10, 0)
	for _, tt := range []struct {
		east, accuracy float64
		want           bool
	}{{1990, 12, false}, {2020, 12, true}, {2400, 2500, false}, {2600, 2500, true}} {
		if got := geo.Contradicts(home, fix(geo.SourceDevice, tt.east, tt.accuracy, 0)); got != tt.want {
			t.Errorf("%g m away and exact to %g m: %v", tt.east, tt.accuracy, got)
		}
	}
}
