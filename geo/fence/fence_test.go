package fence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

var centre = orb.Point{121.4737, 31.2304} //nolint:gochecknoglobals // a constant

func noon() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

// off is a place so many metres east and north of the centre.
func off(east, north float64) orb.Point {
	return orb.Point{centre.Lon() + east/metresPerDegree/math.Cos(centre.Lat()*math.Pi/180), centre.Lat() + north/metresPerDegree}
}

func circle(r float64) Fence {
	return Fence{Shape: Shape{Circle: &Circle{Lat: centre.Lat(), Lon: centre.Lon(), RadiusM: r}}, Margin: 50}
}

// square has sides of 2·half metres.
func square(half float64) Fence {
	ring := orb.Ring{off(-half, -half), off(half, -half), off(half, half), off(-half, half), off(-half, -half)}
	return Fence{Shape: Shape{Polygon: &Polygon{Type: "Polygon", Coordinates: orb.Polygon{ring}}}, Margin: 50}
}

func TestShapesThatAreNoGround(t *testing.T) {
	t.Parallel()
	poly := func(points ...orb.Point) Shape {
		return Shape{Polygon: &Polygon{Type: "Polygon", Coordinates: orb.Polygon{points}}}
	}
	many := orb.Ring{}
	for i := range MaxCorners + 1 {
		a := float64(i) / (MaxCorners + 1) * 2 * math.Pi
		many = append(many, off(500*math.Cos(a), 500*math.Sin(a)))
	}
	many = append(many, many[0])
	for name, s := range map[string]Shape{
		"neither":        {},
		"both":           {Circle: circle(300).Circle, Polygon: square(300).Polygon},
		"small circle":   circle(29).Shape,
		"large circle":   circle(20_001).Shape,
		"no circle":      circle(math.NaN()).Shape,
		"pole":           {Circle: &Circle{Lat: 89, RadiusM: 300}},
		"two corners":    poly(off(0, 0), off(500, 0), off(0, 0)),
		"open":           poly(off(0, 0), off(500, 0), off(500, 500), off(0, 500)),
		"bow tie":        poly(off(0, 0), off(500, 500), off(500, 0), off(0, 500), off(0, 0)),
		"spike":          poly(off(0, 0), off(500, 0), off(250, 0), off(250, 500), off(0, 0)),
		"corner twice":   poly(off(0, 0), off(500, 0), off(500, 0), off(250, 500), off(0, 0)),
		"thin":           poly(off(0, 0), off(500, 0), off(500, 1), off(0, 0)),
		"wide":           poly(off(0, 0), off(70_000, 0), off(0, 500), off(0, 0)),
		"meridian":       poly(orb.Point{179.99, 31}, orb.Point{-179.99, 31}, orb.Point{-179.99, 31.01}, orb.Point{179.99, 31}),
		"too many":       {Polygon: &Polygon{Type: "Polygon", Coordinates: orb.Polygon{many}}},
		"a hole":         {Polygon: &Polygon{Type: "Polygon", Coordinates: orb.Polygon{square(500).Polygon.Coordinates[0], square(100).Polygon.Coordinates[0]}}},
		"not a polygon":  {Polygon: &Polygon{Type: "Point", Coordinates: square(500).Polygon.Coordinates}},
		"infinite place": poly(off(0, 0), orb.Point{math.Inf(1), 31}, off(500, 500), off(0, 0)),
	} {
		if s.Problem() == "" {
			t.Errorf("%s is taken", name)
		}
	}
	for name, s := range map[string]Shape{"circle": circle(300).Shape, "square": square(300).Shape, "the smallest": circle(30).Shape,
		"an L": poly(off(0, 0), off(400, 0), off(400, 100), off(100, 100), off(100, 400), off(0, 400), off(0, 0))} {
		if p := s.Problem(); p != "" {
			t.Errorf("%s is refused: it %s", name, p)
		}
	}
}

// Depth is no steeper than the ground: what a fix may be wrong by, its depth may be wrong by, and no more.
func TestDepthIsAsExactAsTheFix(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	place := func() orb.Point { return off(rnd.Float64()*2000-1000, rnd.Float64()*2000-1000) }
	for _, f := range []Fence{circle(300), square(300)} {
		for range 20_000 {
			a, b := place(), place()
			apart, differ := geo.Distance(a, b), math.Abs(float64(f.Depth(a)-f.Depth(b)))
			if differ > float64(apart)*1.001+0.1 {
				t.Fatalf("%v and %v are %.1f m apart, and their depths %.1f", a, b, apart, differ)
			}
		}
	}
	for _, want := range []struct{ east, north, depth float64 }{{0, 0, 300}, {290, 0, 10}, {310, 0, -10}, {400, 400, -100 * math.Sqrt2}, {0, -350, -50}} {
		if got := square(300).Depth(off(want.east, want.north)); math.Abs(float64(got)-want.depth) > 0.5 {
			t.Errorf("depth at %v, %v is %.1f, want %.1f", want.east, want.north, got, want.depth)
		}
	}
}

// walk judges fixes so many metres east of the centre, one a minute, and gives the verdicts.
func walk(s State, accuracy geo.Metres, east ...float64) (end State, told string) {
	at := noon().Add(s.Last.At.Sub(noon()))
	if s.Last.At.IsZero() {
		at = noon()
	}
	for _, e := range east {
		at = at.Add(time.Minute)
		j := Judge(s, []Fence{circle(300)}, Fix{Point: off(e, 0), Accuracy: accuracy, At: at, Heard: at}, nil)
		s = j.State
		told += map[Verdict]string{Nothing: ".", Left: "L", Back: "B"}[j.Verdict]
	}
	return s, told
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		accuracy geo.Metres
		east     []float64
		want     string
	}{
		{"stays", 10, []float64{0, 100, 290, 305, 340}, "....."},
		{"within its own error", 80, []float64{0, 420, 425, 420}, "...."},
		{"one outlier", 10, []float64{0, 500, 10, 500, 10}, "....."},
		{"leaves", 10, []float64{0, 370, 380, 390}, "..L."},
		{"leaves at once without a fix before", 10, []float64{5000, 5100}, ".L"},
		{"returns", 10, []float64{0, 400, 400, 280, 270}, "..L.B"},
		{"one fix inside is no return", 10, []float64{0, 400, 400, 10, 400}, "..L.."},
		{"returns and is not let in by the edge", 10, []float64{400, 400, 320, 310, 305}, ".L..."},
		{"a cell that could be anywhere", 1500, []float64{0, 1000, 1200, 1000}, "...."},
		{"a cell far away", 1500, []float64{0, 9000, 9500}, "..L"},
		{"an unknown error is taken for 30 m", 0, []float64{0, 375, 375, 385, 385}, "....L"},
	} {
		if _, got := walk(State{}, c.accuracy, c.east...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOneExactFixFarOutsideIsEnoughIfItCanBeTrue(t *testing.T) {
	t.Parallel()
	in, _ := walk(State{}, 10, 0)
	before := Fix{Point: centre, Accuracy: 10, At: noon().Add(time.Minute)}
	judge := func(east float64, accuracy geo.Metres, after time.Duration) Verdict {
		at := before.At.Add(after)
		return Judge(in, []Fence{circle(300)}, Fix{Point: off(east, 0), Accuracy: accuracy, At: at, Heard: at}, &before).Verdict
	}
	for _, c := range []struct {
		what     string
		east     float64
		accuracy geo.Metres
		after    time.Duration
		want     Verdict
	}{
		{"700 m in four minutes", 700, 10, 4 * time.Minute, Left},
		{"not far enough", 600, 10, 4 * time.Minute, Nothing},
		{"faster than one runs", 700, 10, 3 * time.Minute, Nothing},
		{"not exact", 2000, 200, time.Hour, Nothing},
		{"not known how exact", 2000, 0, time.Hour, Nothing},
	} {
		if got := judge(c.east, c.accuracy, c.after); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// However fixes come in, a leaving is told once, and a return only after a leaving.
func TestVerdictsTakeTurns(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		var s State
		out, now := false, noon()
		var last *Fix
		for i := range 60 {
			now = now.Add(time.Duration(rnd.IntN(120)) * time.Second)
			fix := Fix{Point: off(rnd.Float64()*1600-800, 0), Accuracy: geo.Metres(rnd.IntN(200)), At: now.Add(-time.Duration(rnd.IntN(40)) * time.Minute), Heard: now}
			j := Judge(s, []Fence{circle(300)}, fix, last)
			if rnd.IntN(4) == 0 && !j.Changed {
				j = s.Ripen(now)
			}
			if j.Verdict == Left && out || j.Verdict == Back && !out {
				t.Fatalf("seed %d, fix %d: %s twice", seed, i, j.Verdict)
			}
			out = j.Verdict == Left || out && j.Verdict != Back
			s, last = j.State, &fix
		}
	}
}

// receiver is one whose error wanders: its metres are correlated over a minute, as multipath is, and now and then it jumps.
type receiver struct {
	rnd         *rand.Rand
	east, north float64
}

const (
	noise   = 12.0             // metres, of each axis: what a watch between houses has
	wander  = 60.0             // seconds after which it is another
	jumps   = 0.01             // of all fixes are off by up to 400 m, and say that they are exact
	between = 15 * time.Second // fixes
)

func (r *receiver) fix(at orb.Point, now time.Time) Fix {
	keep := math.Exp(-between.Seconds() / wander)
	r.east = keep*r.east + math.Sqrt(1-keep*keep)*noise*r.rnd.NormFloat64()
	r.north = keep*r.north + math.Sqrt(1-keep*keep)*noise*r.rnd.NormFloat64()
	e, n := r.east, r.north
	if r.rnd.Float64() < jumps {
		e, n = e+400*r.rnd.Float64(), n+400*r.rnd.Float64()
	}
	lat := at.Lat() + n/metresPerDegree
	return Fix{Point: orb.Point{at.Lon() + e/metresPerDegree/math.Cos(at.Lat()*math.Pi/180), lat}, Accuracy: 15, At: now, Heard: now}
}

// nights plays somebody who stays so many metres from the middle of a circle of 300, and counts false alarms: by this judge, and by
// one that believes each fix.
func nights(seed uint64, east float64, hours int) (judged, naive int) {
	r := receiver{rnd: rand.New(rand.NewPCG(seed, 3))}
	var s State
	var last *Fix
	outside := false
	for now := noon(); now.Sub(noon()) < time.Duration(hours)*time.Hour; now = now.Add(between) {
		fix := r.fix(off(east, 0), now)
		j := Judge(s, []Fence{circle(300)}, fix, last)
		if j.Verdict == Left {
			judged++
		}
		if is := circle(300).Depth(fix.Point) < 0; is != outside {
			outside = is
			if is {
				naive++
			}
		}
		s, last = j.State, &fix
	}
	return judged, naive
}

// TestAReceiverThatIsNotExactRaisesNothing is where the figures of docs/zones.md come from.
func TestAReceiverThatIsNotExactRaisesNothing(t *testing.T) {
	t.Parallel()
	const hours = 2000
	for i, c := range []struct {
		east float64
		most int // false alarms in all these hours
	}{{0, 0}, {250, 0}, {290, 0}, {300, 0}, {320, 10}} {
		judged, naive := nights(uint64(i), c.east, hours)
		t.Logf("%.0f m from the middle of 300: %d false alarms in %d h, %.2f an hour without", c.east, judged, hours, float64(naive)/hours)
		if judged > c.most {
			t.Errorf("%.0f m from the middle: %d false alarms in %d hours, want at most %d", c.east, judged, hours, c.most)
		}
	}
}

// Who walks away is told, once, and soon.
func TestWhoWalksAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	var slowest time.Duration
	for seed := range uint64(500) {
		r := receiver{rnd: rand.New(rand.NewPCG(seed, 5))}
		var s State
		var last *Fix
		told := 0
		crossed := time.Time{}
		for i := range 200 {
			now := noon().Add(time.Duration(i) * between)
			east := 1.0 * now.Sub(noon()).Seconds() // a metre a second
			if crossed.IsZero() && east > 350 {
				crossed = now
			}
			fix := r.fix(off(east, 0), now)
			j := Judge(s, []Fence{circle(300)}, fix, last)
			if j.Verdict == Left {
				told++
				slowest = max(slowest, now.Sub(crossed))
			}
			s, last = j.State, &fix
		}
		if told != 1 {
			t.Fatalf("seed %d: told %d times", seed, told)
		}
	}
	t.Logf("told %v after they were outside by the margin, at the latest", slowest)
	if slowest > 3*time.Minute {
		t.Errorf("told %v after they were outside", slowest)
	}
}

func BenchmarkJudge(b *testing.B) {
	for name, f := range map[string]Fence{"circle": circle(300), "square": square(300)} {
		b.Run(name, func(b *testing.B) {
			in, _ := walk(State{}, 10, 0)
			fix := Fix{Point: off(100, 100), Accuracy: 10, At: noon().Add(time.Hour), Heard: noon().Add(time.Hour)}
			for b.Loop() {
				if Judge(in, []Fence{f}, fix, nil).Changed {
					b.Fatal(fmt.Sprint("changed by ", fix))
				}
			}
		})
	}
}
