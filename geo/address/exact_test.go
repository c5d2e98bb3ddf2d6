package address

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// TestNearestIsExact compares the rings of cells with looking at everything: lines that cross many cells, and points close to none.
func TestNearestIsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		lat := []float64{0, 31, -33, 60, 69}[r.IntN(5)]
		var entries []Entry
		for range 1 + r.IntN(60) {
			e := Entry{Kind: Street, Name: "路"}
			p := orb.Point{121 + r.Float64()*0.2, lat + r.Float64()*0.2}
			line := orb.LineString{p}
			for range 1 + r.IntN(6) {
				step := math.Pow(10, -1-3*r.Float64())
				p = orb.Point{p[0] + (r.Float64()-0.5)*step, p[1] + (r.Float64()-0.5)*step}
				line = append(line, p)
			}
			e.Point, e.Lines = line[0], []orb.LineString{line}
			entries = append(entries, e)
		}
		x := New(entries)
		for range 50 {
			from := orb.Point{121 + r.Float64()*0.2, lat + r.Float64()*0.2}
			best := math.Inf(1)
			for i := range entries {
				_, d := nearestOn(entries[i].Lines, from)
				best = min(best, float64(d))
			}
			h := x.Reverse(from)
			switch {
			case h.Street == nil && best > float64(farStreet)*0.999:
			case h.Street == nil || math.Abs(float64(h.Street.Distance)-best) > 0.01+best*1e-4:
				t.Fatalf("at %v: got %+v, want %v m", from, h.Street, best)
			}
		}
	}
}

// TestStretchIsExact compares what a text is the beginning of with looking at every spot.
func TestStretchIsExact(t *testing.T) {
	t.Parallel()
	x := New(town())
	for _, text := range []string{"", "h", "hp", "lu", "黄", "黄陂北路", "路", "rua de", "zzz", "\xff", "北"} {
		n := 0
		for _, s := range x.spots {
			if bytes.HasPrefix(x.tail(s), []byte(text)) {
				n++
			}
		}
		if got := len(x.stretch(text)); got != n {
			t.Errorf("%q stands at %d spots, got %d", text, n, got)
		}
	}
}

// TestMisspeltIsExact compares the walk with counting the errors at each spot by itself.
func TestMisspeltIsExact(t *testing.T) {
	t.Parallel()
	x := New(town())
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		s := x.spots[r.IntN(len(x.spots))]
		text := mistype(r, string(x.tail(s)))
		if !isASCII(text) {
			continue
		}
		want := x.misspeltByAll(text)
		got := map[int32]int{}
		x.misspelt(text, func(key int32, errors int) {
			for _, e := range x.keys[key].entries {
				if had, ok := got[e]; !ok || errors < had {
					got[e] = errors
				}
			}
		})
		if len(got) != len(want) {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
		for e, errors := range want {
			if got[e] != errors {
				t.Errorf("%q: %s has %d errors, got %d", text, x.entries[e].Name, errors, got[e])
			}
		}
	}
}

// misspeltByAll is misspelt without the tree.
func (x *Index) misspeltByAll(text string) map[int32]int {
	want := map[int32]int{}
	if allowed(len(text)) == 0 {
		return want
	}
	for _, s := range x.spots {
		k := &x.keys[s.key]
		errors := fewestErrors(text, string(x.tail(s)))
		if k.form == initials || k.form == spelt && s.at > 0 || errors > allowed(len(text)) {
			continue
		}
		for _, e := range k.entries {
			if had, ok := want[e]; !ok || errors < had {
				want[e] = errors
			}
		}
	}
	return want
}

// mistype makes an error or two.
func mistype(r *rand.Rand, text string) string {
	b := []byte(text)
	for range 1 + r.IntN(2) {
		if len(b) < 3 {
			return string(b)
		}
		at := r.IntN(len(b) - 1)
		switch r.IntN(4) {
		case 0:
			b[at], b[at+1] = b[at+1], b[at]
		case 1:
			b = slices.Delete(b, at, at+1)
		case 2:
			b = slices.Insert(b, at, 'x')
		case 3:
			b[at] = 'q'
		}
	}
	return string(b)
}

// fewestErrors is the least number of errors between a text and any beginning of another (optimal string alignment), by the whole table.
func fewestErrors(text, other string) int {
	rows := make([][]int, len(other)+1)
	best := len(text)
	for j := range rows {
		rows[j] = make([]int, len(text)+1)
		for i := range rows[j] {
			switch {
			case j == 0 || i == 0:
				rows[j][i] = i + j
				continue
			case text[i-1] == other[j-1]:
				rows[j][i] = rows[j-1][i-1]
			default:
				rows[j][i] = 1 + min(rows[j-1][i-1], rows[j-1][i], rows[j][i-1])
			}
			if i > 1 && j > 1 && text[i-1] == other[j-2] && text[i-2] == other[j-1] {
				rows[j][i] = min(rows[j][i], rows[j-2][i-2]+1)
			}
		}
		best = min(best, rows[j][len(text)])
	}
	return best
}

// TestSearchIsBrute compares the order of hits with ranking everything that fits.
func TestSearchIsBrute(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	var entries []Entry
	for range 400 {
		name := ""
		for range 2 + r.IntN(3) {
			name += string([]rune("黄北南人民路广")[r.IntN(7)])
		}
		p := orb.Point{121 + r.Float64(), 31 + r.Float64()}
		entries = append(entries, Entry{Kind: POI, Name: name, Point: p})
	}
	x := New(entries)
	for _, text := range []string{"黄", "路", "黄北", "民路", "人民路"} {
		from := orb.Point{121 + r.Float64(), 31 + r.Float64()}
		var want []int
		for i, e := range entries {
			if rank(e.Name, text) < 3 {
				want = append(want, i)
			}
		}
		slices.SortFunc(want, func(a, b int) int {
			return cmp.Or(cmp.Compare(rank(entries[a].Name, text), rank(entries[b].Name, text)), cmp.Compare(distanceTo(&entries[a], from), distanceTo(&entries[b], from)))
		})
		hits := x.Search(Query{Text: text, Near: &from, Limit: min(12, len(want))})
		for i, h := range hits {
			if h.Point != entries[want[i]].Point {
				t.Errorf("%s: hit %d is %s, %v m; want %s", text, i, h.Name, h.Distance, entries[want[i]].Name)
			}
		}
	}
}

// rank is how a text stands in a name: whole, at its beginning, inside.
func rank(name, text string) int {
	switch at := bytes.Index([]byte(name), []byte(text)); {
	case name == text:
		return 0
	case at == 0:
		return 1
	case at > 0:
		return 2
	}
	return 3
}
