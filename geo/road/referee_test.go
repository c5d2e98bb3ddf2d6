//go:build referee

package road

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo"
)

var (
	refereeData   = flag.String("osm", "", "the .osm.pbf")
	refereeConfig = flag.String("config", "", "Valhalla's configuration, for tiles made of the same file")
	refereeScript = flag.String("script", "", "referee.mjs")
	refereeAlerts = flag.Int("alerts", 500, "alerts for each mode")
	refereeWorst  = flag.Int("worst", 0, "show so many of the greatest disagreements")
)

// question is one alert: the ways of some helpers to one door.
type question struct {
	Mode    geo.Mode    `json:"mode"`
	Door    orb.Point   `json:"door"`
	Helpers []orb.Point `json:"helpers"`
	Speed   float64     `json:"speed"` // of walking, km/h
	Ours    []float64   `json:"ours"`  // seconds; zero where there is no way
}

type verdict struct {
	Seconds []*float64 `json:"seconds"`
	Metres  []*float64 `json:"metres"`
	Again   int        `json:"asked_again"` // ways for which its matrix and its route differ
	Error   string     `json:"error"`
}

// TestReferee compares travel times with those of Valhalla over the same data: the same walking speed, 20 helpers on the
// streets within five kilometres of each door, places in the middle of segments.
func TestReferee(t *testing.T) {
	dir := t.TempDir()
	if _, err := Build(t.Context(), Options{OSM: *refereeData, Out: filepath.Join(dir, "roads")}); err != nil {
		t.Fatal(err)
	}
	m, err := Load(os.DirFS(dir), "roads")
	if err != nil {
		t.Fatal(err)
	}
	f := NewFinder(FinderOptions{Crowd: NewCrowd(m), Helpers: geo.NewIndex()})
	var all []question
	for _, mode := range []geo.Mode{geo.Car, geo.Foot} {
		all = append(all, questions(m, mode, *refereeAlerts)...)
	}
	for i := range all {
		all[i].answer(f)
	}
	verdicts := askReferee(t, dir, all)
	for _, mode := range []geo.Mode{geo.Car, geo.Foot} {
		c := comparison{mode: mode}
		for i, q := range all {
			if q.Mode == mode {
				c.add(f, q, verdicts[i])
			}
		}
		c.report(t, filepath.Base(*refereeData))
	}
}

// answer takes in what we say.
func (q *question) answer(f *Finder) {
	m, _ := modeOf(q.Mode)
	for _, h := range q.Helpers {
		r, _ := f.route(h, q.Door, m, nil)
		q.Ours = append(q.Ours, r.Duration.Seconds())
	}
}

func questions(m *Map, mode geo.Mode, n int) []question {
	r := rand.New(rand.NewPCG(5, 5))
	at, _ := modeOf(mode)
	var sure []int
	for seg := range m.segments() {
		if hasBit(m.nets[at].main, seg) && m.metres[seg] > 20 && !slices.Contains([]string{ferry, "track"}, className(m.Class[seg])) {
			sure = append(sure, seg)
		}
	}
	somewhere := func() orb.Point {
		line := m.cut(stretch{uint32(sure[r.IntN(len(sure))]), 0, whole / 2})
		return line[len(line)-1]
	}
	var out []question
	for len(out) < n {
		q := question{Mode: mode, Door: somewhere(), Speed: footPace * 3.6}
		for tries := 0; len(q.Helpers) < 20 && tries < 5000; tries++ {
			if p := somewhere(); geo.Distance(p, q.Door) < 5000 {
				q.Helpers = append(q.Helpers, p)
			}
		}
		if len(q.Helpers) == 20 {
			out = append(out, q)
		}
	}
	return out
}

func askReferee(t *testing.T, dir string, all []question) []verdict {
	t.Helper()
	cases, answers := filepath.Join(dir, "cases"), filepath.Join(dir, "answers")
	f, err := os.Create(cases)
	if err != nil {
		t.Fatal(err)
	}
	e := json.NewEncoder(f)
	for _, q := range all {
		if err := e.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "node", *refereeScript, *refereeConfig, cases, answers).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g, err := os.Open(answers)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var out []verdict
	lines := bufio.NewScanner(g)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) != len(all) {
		t.Fatalf("%d answers to %d questions", len(out), len(all))
	}
	return out
}

// comparison gathers what the two say about one mode.
type comparison struct {
	mode                    geo.Mode
	ratios, lengths         []float64
	alerts, sameFirst, near int
	noWay, onlyOurs, far    int // ways that the referee does not have, that only we do not, that differ by more than 30 %
	again                   int // ways for which the referee contradicts itself
	worst                   []disagreement
}

type disagreement struct {
	ratio, lengths float64
	text           string
}

func (c *comparison) add(f *Finder, q question, v verdict) {
	ours, theirs := []float64{}, []float64{}
	c.again += v.Again
	for i, h := range q.Helpers {
		m, _ := modeOf(q.Mode)
		r, ok := f.route(h, q.Door, m, nil)
		switch {
		case v.Seconds[i] == nil:
			c.noWay++
			continue
		case !ok:
			c.onlyOurs++
			continue
		}
		seconds := r.Duration.Seconds()
		ours, theirs = append(ours, seconds), append(theirs, *v.Seconds[i])
		if *v.Seconds[i] < 30 {
			continue // whole seconds say nothing
		}
		ratio := seconds / *v.Seconds[i]
		c.ratios = append(c.ratios, ratio)
		c.lengths = append(c.lengths, float64(r.Metres) / *v.Metres[i])
		if ratio > 1.3 || ratio < 0.7 {
			c.far++
			c.worst = append(c.worst, disagreement{max(ratio, 1/ratio), float64(r.Metres) / *v.Metres[i], fmt.Sprintf("%v -> %v: ours %.0f s %.0f m, theirs %.0f s %.0f m",
				h, q.Door, seconds, r.Metres, *v.Seconds[i], *v.Metres[i])})
		}
	}
	if len(ours) == 0 {
		return
	}
	c.alerts++
	a, b := first(ours), first(theirs)
	if a == b {
		c.sameFirst++
	}
	if theirs[a] <= theirs[b]*1.05 {
		c.near++
	}
}

func first(v []float64) int {
	at := 0
	for i := range v {
		if v[i] < v[at] {
			at = i
		}
	}
	return at
}

func quantile(v []float64, q float64) float64 {
	slices.Sort(v)
	return v[int(q*float64(len(v)-1))]
}

func (c *comparison) report(t *testing.T, name string) {
	median, p10, p90 := quantile(c.ratios, 0.5), quantile(c.ratios, 0.1), quantile(c.ratios, 0.9)
	same := 100 * float64(c.near) / float64(c.alerts)
	t.Logf("%s %s: %d ways, ratio p10 %.3f p50 %.3f p90 %.3f (length p50 %.3f), first of 20 the same in %.1f %%, or within 5 %% of its time %.1f %% of %d; %d differ by more than 30 %%, %d have no way there, %d none here; in %d its matrix contradicted its route",
		name, c.mode, len(c.ratios), p10, median, p90, quantile(c.lengths, 0.5), 100*float64(c.sameFirst)/float64(c.alerts), same, c.alerts, c.far, c.noWay, c.onlyOurs, c.again)
	slices.SortFunc(c.worst, func(a, b disagreement) int { return int(1e6 * (b.ratio - a.ratio)) })
	for _, w := range c.worst[:min(len(c.worst), *refereeWorst)] {
		t.Log(w.text)
	}
	if median < 0.95 || median > 1.05 || p10 < 0.85 || p90 > 1.18 || same < 95 {
		t.Errorf("%s %s is beyond what is asked", name, c.mode)
	}
}
