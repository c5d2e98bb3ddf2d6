package search

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// all are the kinds that the tests write.
func all() []Kind { return []Kind{Name, Spelling, Initials, Code, Phone, Tail, Address, Note} }

// world is what an index should hold.
type world map[string]Doc

// patterns are compiled once.
type patterns map[string]*regexp.Regexp

func (p patterns) match(pattern, text string) bool {
	if p[pattern] == nil {
		p[pattern] = regexp.MustCompile(pattern)
	}
	return p[pattern].MatchString(text)
}

// slow finds what a query asks for by looking at everything. It is written with other means than the index.
func (w world) slow(p patterns, q Query) []Hit {
	var hits []Hit
	for _, d := range w {
		if d.Archived != q.Archived || !q.All && !slices.Contains(q.Groups, d.Group) {
			continue
		}
		if r, ok := p.rank(d, q); ok {
			hits = append(hits, Hit{r, d.ID})
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(string(encodeID(nil, a.ID)), string(encodeID(nil, b.ID))))
	})
	return hits
}

func (p patterns) rank(d Doc, q Query) (sum Rank, ok bool) {
	for _, t := range q.Terms {
		best := noMatch
		for _, w := range d.Words {
			if q.Kinds.Has(w.Kind) {
				best = min(best, p.place(w, t, len(q.Terms) > 1))
			}
		}
		if best == noMatch {
			return 0, false
		}
		sum += best
	}
	return sum, true
}

// place says with regular expressions where a term may stand in a word, and what that is worth.
func (p patterns) place(w Word, t string, others bool) Rank {
	if dial := strings.NewReplacer("-", "", "+", "").Replace(t); w.Kind == Phone && p.match(`^\d+$`, dial) {
		if t = dial; len(t) >= 7 {
			t = strings.TrimPrefix(strings.TrimPrefix(t, "00"), "0")
		}
	}
	n, number := len([]rune(t)), p.match(`^\d+$`, t)
	before, after := "", ""
	switch {
	case (w.Kind == Phone || w.Kind == Tail) && n < 3:
		return noMatch
	case w.Kind == Phone, w.Kind == Address && others && n == 1 && !number:
	case w.Kind == Initials, n == 1 && !number && w.Kind != Tail:
		before = "^"
	case w.Kind == Tail:
		after = "$"
	case number && n < 3, !number && p.match(`^\d`, t):
		before = `(?:^|\D)`
	}
	text := regexp.QuoteMeta(t)
	best := noMatch
	for _, c := range []struct {
		pattern string
		place   place
	}{{"^" + text + "$", whole}, {"^" + text + after, begin}, {before + text + "$", end}, {before + text + after, inside}} {
		if p.match("(?s)"+c.pattern, w.Text) {
			best = min(best, ranks(w.Kind, c.place))
		}
	}
	return best
}

// maker makes random records of few signs, so that much coincides.
type maker struct{ *rand.Rand }

func (m maker) text(signs string, most int) string {
	all, out := []rune(signs), []rune{}
	for range 1 + m.IntN(most) {
		out = append(out, all[m.IntN(len(all))])
	}
	return string(out)
}

func (m maker) word(k Kind) Word {
	switch k {
	case Name:
		return Word{k, m.text("张王秀英伟a1 ", 4)}
	case Spelling:
		return Word{k, m.text("zhangwi", 8)}
	case Initials:
		return Word{k, m.text("zwx", 3)}
	case Phone:
		return Word{k, m.text("861902", 13)}
	case Tail:
		return Word{k, m.text("0123x", 6)}
	case Code:
		return Word{k, m.text("e1234-", 6)}
	}
	return Word{k, m.text("富强路号楼单元座a0123 ", 14)}
}

func (m maker) doc(ids int) Doc {
	d := Doc{ID: fmt.Sprintf("E%d", m.IntN(ids)), Group: fmt.Sprint("c", m.IntN(4)), Archived: m.IntN(5) == 0}
	if m.IntN(2) == 0 {
		d.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(d.ID)).String()
	}
	for range m.IntN(6) {
		d.Words = append(d.Words, m.word(all()[m.IntN(len(all()))]))
	}
	return d
}

func (m maker) query() Query {
	q := Query{Kinds: KindsOf(all()...), All: m.IntN(2) == 0, Groups: []string{"c1", "c3", "nobody's"}, Archived: m.IntN(6) == 0, Limit: 1 + m.IntN(20)}
	if m.IntN(3) == 0 {
		q.Kinds = Kinds(m.Uint32())
	}
	for range 1 + m.IntN(3) {
		words := Terms(m.word(all()[m.IntN(len(all()))]).Text)
		if len(words) > 0 {
			r := []rune(words[0])
			from := m.IntN(len(r))
			q.Terms = append(q.Terms, Terms(string(r[from:from+1+m.IntN(len(r)-from)]))...)
		}
	}
	return q
}

// TestTheIndexFindsWhatLookingAtEverythingFinds plays random changes and asks random questions, page by page.
func TestTheIndexFindsWhatLookingAtEverythingFinds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		m := maker{rand.New(rand.NewPCG(seed, 7))}
		x, w, found, p := New(), world{}, 0, patterns{}
		for round := range 40 {
			m.change(x, w, int64(100*round))
			found += mustAgree(t, m, x, w, p)
			if x.Len() != len(w) {
				t.Fatalf("seed %d: %d records are there, want %d", seed, x.Len(), len(w))
			}
		}
		if found < 500 {
			t.Errorf("seed %d: the queries find only %d records; the test shows nothing", seed, found)
		}
	}
}

// change puts and drops the same in index and world.
func (m maker) change(x *Index, w world, version int64) {
	for n := range m.IntN(40) {
		d := m.doc(150)
		d.Version = version + int64(n)
		x.Put(d)
		w[d.ID] = d
		if m.IntN(10) == 0 {
			x.Drop(d.ID)
			delete(w, d.ID)
		}
	}
	if m.IntN(3) == 0 {
		x.Pack()
	}
}

// mustAgree asks random questions and gives how many records they found.
//
//house:parameters a test needs all five
func mustAgree(t *testing.T, m maker, x *Index, w world, p patterns) (found int) {
	t.Helper()
	for range 10 {
		q := m.query()
		if len(q.Terms) == 0 {
			continue
		}
		want := w.slow(p, q)
		found += len(want)
		if diff := gocmp.Diff(want, mustPages(t, x, q, len(want))); diff != "" {
			t.Fatalf("query %+v (-want +got):\n%s", q, diff)
		}
	}
	return found
}

func mustPages(t *testing.T, x *Index, q Query, total int) (hits []Hit) {
	t.Helper()
	for {
		a := x.Search(q)
		if a.Total != total || a.Cut {
			t.Fatalf("query %+v: total %d (cut: %v), want %d", q, a.Total, a.Cut, total)
		}
		hits = append(hits, a.Hits...)
		if len(a.Hits) < q.Limit {
			return hits
		}
		q.After = a.Hits[len(a.Hits)-1]
	}
}

func TestWhoIsDroppedIsWiped(t *testing.T) {
	t.Parallel()
	x := New()
	x.Put(Doc{ID: "E1", Version: 1, Words: []Word{{Name, "张秀英"}}}, Doc{ID: "E2", Version: 1, Words: []Word{{Name, "王伟"}}})
	x.Pack()
	x.Put(Doc{ID: "E3", Version: 1, Words: []Word{{Name, "张秀英"}}})
	x.Drop("E1", "E3", "nobody")
	for _, s := range x.segments {
		if s != nil && strings.Contains(string(s.text), "张秀英") {
			t.Error("the name of one who was dropped is still in memory")
		}
	}
	x.Pack()
	if a := x.Search(Query{Terms: []string{"张秀英"}, All: true, Kinds: KindsOf(Name), Limit: 5}); len(a.Hits) != 0 {
		t.Errorf("found %v", a.Hits)
	}
	x.Put(Doc{ID: "E2", Version: 2, Words: []Word{{Name, "王大伟"}}}, Doc{ID: "E2", Version: 1, Words: []Word{{Name, "王伟"}}})
	if a := x.Search(Query{Terms: []string{"大伟"}, All: true, Kinds: KindsOf(Name), Limit: 5}); len(a.Hits) != 1 {
		t.Error("an older version has taken the place of a newer one")
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"zhang 富强路 3号": {"zhang", "富强路", "3号"}, "zhang富强路3号": {"zhang", "富强路3号"}, "a座": {"a座"}, "": nil, "zhang3": {"zhang3"}, "张a": {"张a"},
	} {
		if diff := gocmp.Diff(want, Terms(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestTooManyAreCut asks for what everybody has: the answer comes nevertheless, and who is called so comes first.
func TestTooManyAreCut(t *testing.T) {
	t.Parallel()
	x := New()
	for i := range maxLooks + segmentSize {
		name := "王伟"
		if i == maxLooks+segmentSize-1 {
			name = "西安"
		}
		x.Put(Doc{ID: fmt.Sprint(i), Version: 1, Words: []Word{{Name, name}, {Address, "西安市"}}})
	}
	x.Pack()
	a := x.Search(Query{Terms: []string{"西安"}, All: true, Kinds: KindsOf(Name, Address), Limit: 3})
	if !a.Cut || len(a.Hits) != 3 || a.Hits[0].ID != fmt.Sprint(maxLooks+segmentSize-1) || a.Total < 1000 {
		t.Errorf("got %+v", a)
	}
}

// TestSearchingWhileOthersWrite is for the race detector, and looks that nobody is lost while segments are merged.
func TestSearchingWhileOthersWrite(t *testing.T) {
	t.Parallel()
	x := New()
	x.Put(Doc{ID: "still", Version: 1, Words: []Word{{Name, "静"}}})
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() {
			for i := range 3000 {
				x.Put(Doc{ID: fmt.Sprint("E", (i*7+n)%500), Version: int64(i), Words: []Word{{Name, "张秀英"}, {Phone, "8619900001234"}}})
				if i%100 == 0 {
					x.Drop(fmt.Sprint("E", i%500))
				}
			}
		})
	}
	wg.Go(func() {
		for range 40 {
			x.Pack()
		}
	})
	for range 2 {
		wg.Go(func() {
			for range 2000 {
				if a := x.Search(Query{Terms: []string{"静"}, All: true, Kinds: KindsOf(Name), Limit: 5}); len(a.Hits) != 1 {
					t.Errorf("who was never touched is found %d times", len(a.Hits))
					return
				}
			}
		})
	}
	wg.Wait()
	x.Pack()
	if n := len(x.segments); n > 8 {
		t.Errorf("%d places for segments after merging", n)
	}
}
