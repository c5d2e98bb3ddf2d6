package address

import (
	"testing"
	"unicode/utf8"
)

// FuzzSearch holds what is so for every query: it ends, hits are valid and no more than asked for, each entry is there once, and
// better matches come first.
func FuzzSearch(f *testing.F) {
	for _, text := range []string{"hpbl", "黄陂北路 227弄3号502室", "上海市黄浦区黄陂北路", "Rua de S. João, 31, Porto", "st st st st st st st", "1/2-3", "陂", "省市区县", "\xff", "a1b2c3d4", "ⅷ", "ǅ İ ß"} {
		f.Add(text, uint8(5))
	}
	x := New(town())
	f.Fuzz(func(t *testing.T, text string, limit uint8) {
		hits := x.Search(Query{Text: text, Near: new(square()), Limit: int(limit)})
		if len(hits) > mostHits || limit > 0 && len(hits) > int(limit) {
			t.Fatalf("%d hits, asked for %d", len(hits), limit)
		}
		seen, last := map[Hit]bool{}, 0
		for _, h := range hits {
			at := 0
			for i, m := range matches() {
				if m == h.Match {
					at = i
				}
			}
			if at < last || h.Label == "" || !utf8.ValidString(h.Label) || h.Distance < 0 {
				t.Fatalf("%q: %+v", text, h)
			}
			last = at
			h.Match, h.Matched, h.Number, h.Label = "", "", "", ""
			if seen[h] {
				t.Fatalf("%q: twice: %+v", text, h)
			}
			seen[h] = true
		}
		x.Check(text, square())
		if folded := Fold(text); Fold(folded) != folded && len([]rune(text)) < maxText/4 {
			t.Fatalf("%q folds to %q, and that to %q", text, folded, Fold(folded))
		}
	})
}
