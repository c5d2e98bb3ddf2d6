package address

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/pinyin"
)

// The bounds of how many hits are given.
const (
	usualHits = 10
	mostHits  = 100
)

// Search finds what a text names. Hits stand in the order of Match – exact before prefix before infix before all words before the same
// sound before similar – and a worse match is looked for only while better ones have not filled the limit. Among hits of one match the
// likelier reading of the query comes first (a name that contains a number before a name with a house number), then those in the area that the query
// names, then those in which the house is known, then the nearest; without Near, places before streets before points of interest, then by
// name. The same query always has the same answer.
//
// An empty text, or one of signs only that names do not have, finds nothing. Search never fails.
func (x *Index) Search(q Query) []Hit {
	limit := q.Limit
	if limit <= 0 {
		limit = usualHits
	}
	s := &searching{x: x, near: q.Near, readings: readings(q.Text), limit: min(limit, mostHits), seen: map[int32]struct{}{}}
	if q.Near != nil && !geo.Valid(*q.Near) {
		s.near = nil
	}
	for _, stage := range []struct {
		match Match
		look  func(reading) []found
	}{
		{Exactly, func(r reading) []found { return s.standing(r, Exactly) }},
		{Prefix, func(r reading) []found { return s.standing(r, Prefix) }},
		{Infix, func(r reading) []found { return s.standing(r, Infix) }},
		{Words, s.allWords}, {Sound, s.sounding}, {Similar, s.similar},
	} {
		s.take(stage.match, stage.look)
		if len(s.hits) >= s.limit {
			break
		}
	}
	return s.hits
}

// searching is a search under way.
type searching struct {
	x        *Index
	near     *orb.Point
	readings []reading
	limit    int
	seen     map[int32]struct{} // entries that are hits
	hits     []Hit
}

// found is an entry that fits in some way, before it is ranked.
type found struct {
	entry   int32
	key     int32
	reading int
	errors  int // in the text

	elsewhere int // 1 when it does not lie in the area that the query names
	point     orb.Point
	exact     Exact
	distance  geo.Metres
}

// take looks for entries by one kind of match and keeps the best that are not hits yet.
func (s *searching) take(m Match, look func(reading) []found) {
	var best []found
	room := s.limit - len(s.hits)
	mine := map[int32]int{} // entry → errors with which it was seen in this stage
	for n, r := range s.readings {
		for _, f := range look(r) {
			if _, had := s.seen[f.entry]; had {
				continue
			}
			if errors, had := mine[f.entry]; had && errors <= f.errors {
				continue
			}
			f.reading = n
			if had := s.place(&f, r, best, room); had {
				mine[f.entry] = f.errors
				best = slices.DeleteFunc(best, func(o found) bool { return o.entry == f.entry })
				at, _ := slices.BinarySearchFunc(best, f, s.compare)
				best = slices.Insert(best, at, f)
				best = best[:min(len(best), room)]
			}
		}
	}
	for _, f := range best {
		s.seen[f.entry] = struct{}{}
		s.hits = append(s.hits, s.hit(f, m))
	}
}

// place works out where an entry is and how far away. It gives false when the entry cannot be among the best any more.
func (s *searching) place(f *found, r reading, best []found, room int) bool {
	e := &s.x.entries[f.entry]
	f.point, f.exact = e.Point, exactOf(e.Kind)
	if r.hint != "" && !s.x.liesIn(f.entry, r.hint) {
		f.elsewhere = 1
	}
	located := false
	if r.door != nil {
		if p, exact, ok := r.door.find(e.Houses); ok {
			f.point, f.exact, located = p, exact, true
		}
	}
	if s.near == nil {
		return len(best) < room || s.compare(*f, best[len(best)-1]) < 0
	}
	f.distance = boxDistance(s.x.bounds[f.entry], *s.near)
	if len(best) >= room && s.compare(*f, best[len(best)-1]) >= 0 {
		return false
	}
	switch {
	case located:
		f.distance = geo.Distance(*s.near, f.point)
	default:
		f.distance = distanceTo(e, *s.near)
	}
	return len(best) < room || s.compare(*f, best[len(best)-1]) < 0
}

// distanceTo is how far an entry is: of a street, its line.
func distanceTo(e *Entry, from orb.Point) geo.Metres {
	if len(e.Lines) == 0 {
		return geo.Distance(from, e.Point)
	}
	_, d := nearestOn(e.Lines, from)
	return d
}

// compare orders what was found with one kind of match.
func (s *searching) compare(a, b found) int {
	x := s.x
	order := cmp.Or(cmp.Compare(a.errors, b.errors), cmp.Compare(a.reading, b.reading), cmp.Compare(a.elsewhere, b.elsewhere), cmp.Compare(rankOf(a.exact), rankOf(b.exact)))
	if order != 0 {
		return order
	}
	ea, eb := &x.entries[a.entry], &x.entries[b.entry]
	if s.near != nil {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(ea.Name, eb.Name), cmp.Compare(a.entry, b.entry))
	}
	return cmp.Or(cmp.Compare(kindRank(ea.Kind), kindRank(eb.Kind)), cmp.Compare(len(ea.Name), len(eb.Name)), strings.Compare(ea.Name, eb.Name), cmp.Compare(a.entry, b.entry))
}

// rankOf puts a house that is known before one that is not.
func rankOf(e Exact) int {
	switch e {
	case AtHouse:
		return 0
	case Interpolated:
		return 1
	}
	return 2
}

func kindRank(k Kind) int { return slices.Index([]Kind{Place, Street, POI}, k) }

// liesIn tells whether an area that a query names is one in which an entry lies, or the other way round (上海市黄浦区 and 黄浦区).
func (x *Index) liesIn(entry int32, hint string) bool {
	area := x.areas[entry]
	if area == "" {
		return false
	}
	for _, one := range strings.Fields(hint) {
		if strings.Contains(area, one) {
			return true
		}
	}
	for one := range strings.FieldsSeq(area) {
		if strings.Contains(hint, one) {
			return true
		}
	}
	return false
}

// standing finds the entries in whose names a text stands, in one of three ways.
func (s *searching) standing(r reading, m Match) (all []found) {
	for _, text := range textsOf(r.text) {
		if m == Infix && len(text) < 2 {
			continue
		}
		for _, at := range s.x.stretch(text) {
			if s.x.matchAt(at, len(text)) != m {
				continue
			}
			all = s.x.appendFound(all, at.key, 0)
		}
	}
	return all
}

func (x *Index) appendFound(all []found, k int32, errors int) []found {
	for _, e := range x.keys[k].entries {
		all = append(all, found{entry: e, key: k, errors: errors})
	}
	return all
}

// textsOf gives what is looked for: a text as it is, and without the spaces within pinyin and between Chinese signs.
func textsOf(text string) []string {
	if joined := strings.ReplaceAll(text, " ", ""); joined != text {
		return []string{text, joined}
	}
	return []string{text}
}

// allWords finds the entries whose name has all words of a text, or the name of its area those that it has not; one word at least is of the name.
func (s *searching) allWords(r reading) (all []found) {
	words := strings.Fields(r.text)
	if len(words) > maxWords || len(words) < 2 && len(abbreviated(r.text)) == 0 {
		return nil
	}
	for _, way := range ways(words) {
		all = append(all, s.withWords(way)...)
	}
	return all
}

// maxWords is how many words a name is looked for by, and maxWays in how many ways their abbreviations are written out.
const (
	maxWords = 10
	maxWays  = 6
)

// ways writes abbreviations out: one of them at a time, since a word that is the beginning of another needs no writing out.
func ways(words []string) [][]string {
	all := [][]string{words}
	for i, w := range words {
		shorts := all
		for _, long := range abbreviated(w) {
			all = append(all, instead(shorts, i, long)...)
		}
	}
	return all[:min(len(all), maxWays)]
}

// instead puts another word in the place of the i-th.
func instead(ways [][]string, i int, word string) (all [][]string) {
	for _, way := range ways[:min(len(ways), maxWays)] {
		other := slices.Clone(way)
		other[i] = word
		all = append(all, other)
	}
	return all
}

// withWords looks through the entries that have the rarest word for those that have the others, too.
func (s *searching) withWords(words []string) (all []found) {
	var rarest []spot
	for _, w := range words {
		if stretch := s.x.stretch(w); len(stretch) > 0 && (rarest == nil || len(stretch) < len(rarest)) {
			rarest = stretch
		}
	}
	for _, at := range rarest {
		k := &s.x.keys[at.key]
		if k.form != written {
			continue
		}
		for _, e := range k.entries {
			if hasWords(string(k.text), s.x.areas[e], words) {
				all = append(all, found{entry: e, key: at.key})
			}
		}
	}
	return all
}

func hasWords(name, area string, words []string) bool {
	inName := false
	for _, w := range words {
		switch {
		case hasWord(name, w):
			inName = true
		case !hasWord(area, w):
			return false
		}
	}
	return inName
}

// hasWord tells whether a word of a text begins so; between Chinese signs a word may begin anywhere.
func hasWord(text, w string) bool {
	if hasHan(w) {
		return strings.Contains(text, w)
	}
	return strings.HasPrefix(text, w) || strings.Contains(text, " "+w)
}

// sounding finds names that are read as a Chinese text is, whatever the signs, and those that begin so.
func (s *searching) sounding(r reading) (all []found) {
	for _, text := range soundsOf(r.text) {
		for _, at := range s.x.stretch(text) {
			if s.x.keys[at.key].form == spelt && at.at == 0 {
				all = s.x.appendFound(all, at.key, len(s.x.keys[at.key].text)-len(text))
			}
		}
	}
	return all
}

// soundsOf gives how a text with Chinese signs can be read.
func soundsOf(text string) (all []string) {
	if !hasHan(text) {
		return nil
	}
	var reader pinyin.Reader
	for _, w := range spellings(readingsOf(text, &reader)) {
		if w.form == spelt && len(w.text) > 0 {
			all = append(all, w.text)
		}
	}
	return all
}

// similar finds names with an error in them: Latin letters and pinyin by their letters, Chinese by its sound and by its signs.
func (s *searching) similar(r reading) (all []found) {
	texts := soundsOf(r.text)
	if len(texts) == 0 {
		texts = textsOf(r.text)
	}
	for _, text := range texts {
		if isASCII(text) {
			all = append(all, s.x.misspelt(text)...)
		}
	}
	return append(all, s.x.oneSignOff(r.text)...)
}

// hit is what is told of an entry that was found.
func (s *searching) hit(f found, m Match) Hit {
	e := &s.x.entries[f.entry]
	h := Hit{Kind: e.Kind, Category: e.Category, Name: e.Name, Matched: matchedName(e, s.x.keys[f.key].text), Match: m, Area: e.Area, Code: e.Code,
		Point: f.point, Exact: f.exact, Distance: f.distance}
	d := s.readings[f.reading].door
	if d != nil {
		h.Number = d.shown
	}
	h.Label = label(e, d)
	return h
}

// matchedName is the name of an entry of which a key was made, or the key when it is a spelling.
func matchedName(e *Entry, text []byte) string {
	for _, name := range append([]string{e.Name}, e.Others...) {
		if bytes.Equal([]byte(Fold(name)), text) {
			return name
		}
	}
	return string(text)
}

// label writes an address as one does where it is: the area first in Chinese, last in Latin letters.
func label(e *Entry, d *door) string {
	number := ""
	if d != nil {
		number = d.shown
	}
	if !hasHan(e.Name) {
		text := strings.TrimSpace(e.Name + " " + number)
		if d != nil && d.room != "" && !strings.Contains(Fold(e.Area), d.room) {
			text += " " + d.room
		}
		if e.Area != "" {
			text += ", " + e.Area
		}
		return text
	}
	if d != nil {
		if mainNumber.FindString(number) == number {
			number += "号"
		}
		number += d.room
	}
	parts := strings.Split(e.Area, ", ")
	slices.Reverse(parts)
	return strings.Join(parts, "") + e.Name + number
}
