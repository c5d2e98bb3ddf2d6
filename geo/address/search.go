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
	if s.near != nil {
		s.around = planeAt(*s.near)
	}
	for _, stage := range []struct {
		match Match
		look  func(reading, taker)
	}{
		{Exactly, func(r reading, t taker) { s.standing(r, Exactly, t) }},
		{Prefix, func(r reading, t taker) { s.standing(r, Prefix, t) }},
		{Infix, func(r reading, t taker) { s.standing(r, Infix, t) }},
		{Words, s.allWords}, {Sound, s.sounding}, {Similar, s.similar},
	} {
		s.take(stage.match, stage.look)
		if len(s.hits) >= s.limit {
			break
		}
	}
	return s.hits
}

// taker takes a key that fits in some way, with so many errors in the text.
type taker func(key int32, errors int)

// searching is a search under way.
type searching struct {
	x        *Index
	near     *orb.Point
	around   plane // of near
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
	located
	distance geo.Metres
}

// take looks for entries by one kind of match and keeps the best that are not hits yet.
func (s *searching) take(m Match, look func(reading, taker)) {
	k := keeping{s: s, room: s.limit - len(s.hits)}
	for n, r := range s.readings {
		k.reading = n
		look(r, func(key int32, errors int) {
			for _, e := range s.x.keys[key].entries {
				k.keep(found{entry: e, key: key, reading: n, errors: errors}, r)
			}
		})
	}
	for _, f := range k.best {
		s.seen[f.entry] = struct{}{}
		s.hits = append(s.hits, s.hit(f, m))
	}
}

// keeping is the best that was found by one kind of match, in order.
type keeping struct {
	s       *searching
	room    int
	reading int
	best    []found
}

// keep takes in an entry that is not a hit yet and among the best, once, in the best way in which it fits.
func (k *keeping) keep(f found, r reading) {
	if _, had := k.s.seen[f.entry]; had || !k.s.place(&f, r, k.best, k.room) {
		return
	}
	if i := slices.IndexFunc(k.best, func(o found) bool { return o.entry == f.entry }); i >= 0 {
		if k.s.compare(k.best[i], f) <= 0 {
			return
		}
		k.best = slices.Delete(k.best, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(k.best, f, k.s.compare)
	k.best = slices.Insert(k.best, at, f)
	k.best = k.best[:min(len(k.best), k.room)]
}

// place works out where an entry is and how far away. It gives false when the entry cannot be among the best any more.
func (s *searching) place(f *found, r reading, best []found, room int) bool {
	e := &s.x.entries[f.entry]
	if r.door != nil && !takesNumbers(e) {
		return false
	}
	f.located = located{point: e.Point, exact: exactOf(e.Kind)}
	if r.hint != "" && !s.x.liesIn(f.entry, r.hint) {
		f.elsewhere = 1
	}
	atHouse := false
	if r.door != nil {
		if at, ok := r.door.find(e.Houses, s.betterHouse(r.hint)); ok {
			f.located, atHouse = at, true
		}
	}
	if s.near == nil {
		return len(best) < room || s.compare(*f, best[len(best)-1]) < 0
	}
	f.distance = s.around.boxDistance(s.x.bounds[f.entry])
	if len(best) >= room && s.compare(*f, best[len(best)-1]) >= 0 {
		return false
	}
	switch {
	case atHouse || len(e.Lines) == 0:
		f.distance = geo.Distance(*s.near, f.point)
	default:
		_, f.distance = s.around.nearestOn(e.Lines)
	}
	return len(best) < room || s.compare(*f, best[len(best)-1]) < 0
}

// takesNumbers tells whether something can have house numbers: a street, an estate, a village, but no bus stop that is named after a street.
func takesNumbers(e *Entry) bool {
	if e.Kind != POI || len(e.Houses) > 0 {
		return true
	}
	key, _, _ := strings.Cut(e.Category, "=")
	return key == "" || key == "building" || key == "landuse"
}

// betterHouse tells which of two houses with one number is meant: that in the area which the query names, or else the nearer.
func (s *searching) betterHouse(hint string) func(a, b House) bool {
	return func(a, b House) bool {
		if inA, inB := named(a.Area, hint), named(b.Area, hint); inA != inB {
			return inA
		}
		return s.near != nil && geo.Distance(*s.near, a.Point) < geo.Distance(*s.near, b.Point)
	}
}

// named tells whether one of the words of a hint is in the name of an area.
func named(area, hint string) bool {
	folded := Fold(area)
	for word := range strings.FieldsSeq(hint) {
		if hasWord(folded, word) {
			return true
		}
	}
	return false
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

// standing finds the keys in which a text stands, in one of three ways.
func (s *searching) standing(r reading, m Match, take taker) {
	for _, text := range textsOf(r.text) {
		if m == Infix && len(text) < 2 {
			continue
		}
		for _, at := range s.x.stretch(text) {
			if s.x.matchAt(at, len(text)) == m {
				take(at.key, 0)
			}
		}
	}
}

// textsOf gives what is looked for: a text as it is, and without the spaces within pinyin and between Chinese signs.
func textsOf(text string) []string {
	if joined := strings.ReplaceAll(text, " ", ""); joined != text {
		return []string{text, joined}
	}
	return []string{text}
}

// allWords finds the entries whose name has all words of a text, or the name of its area those that it has not; one word at least is of the name.
func (s *searching) allWords(r reading, take taker) {
	words := strings.Fields(r.text)
	if len(words) > maxWords || len(words) < 2 && len(abbreviated(r.text)) == 0 {
		return
	}
	for _, way := range ways(words) {
		s.withWords(way, take)
	}
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

// withWords looks through the keys that have the rarest word for those that have the others, too.
func (s *searching) withWords(words []string, take taker) {
	var rarest []spot
	for _, w := range words {
		if stretch := s.x.stretch(w); len(stretch) > 0 && (rarest == nil || len(stretch) < len(rarest)) {
			rarest = stretch
		}
	}
	for _, at := range rarest {
		k := &s.x.keys[at.key]
		if k.form == written && slices.ContainsFunc(k.entries, func(e int32) bool { return hasWords(string(k.text), s.x.areas[e], words) }) {
			take(at.key, 0)
		}
	}
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
func (s *searching) sounding(r reading, take taker) {
	for _, text := range soundsOf(r.text) {
		for _, at := range s.x.stretch(text) {
			if k := &s.x.keys[at.key]; k.form == spelt && at.at == 0 {
				take(at.key, len(k.text)-len(text))
			}
		}
	}
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
func (s *searching) similar(r reading, take taker) {
	texts := soundsOf(r.text)
	if len(texts) == 0 {
		texts = textsOf(r.text)
	}
	for _, text := range texts {
		if isASCII(text) {
			s.x.misspelt(text, take)
		}
	}
	s.x.oneSignOff(r.text, take)
}

// hit is what is told of an entry that was found.
func (s *searching) hit(f found, m Match) Hit {
	e := &s.x.entries[f.entry]
	h := Hit{Kind: e.Kind, Category: e.Category, Name: e.Name, Matched: matchedName(e, s.x.keys[f.key].text), Match: m, Area: cmp.Or(f.area, e.Area), Code: e.Code,
		Point: f.point, Exact: f.exact, Distance: f.distance}
	var d door
	if asked := s.readings[f.reading].door; asked != nil {
		d = *asked
		if s.x.isRegion(d.room) {
			d.room = ""
		}
	}
	h.Number = d.shown
	h.Label = label(e.Name, h.Area, d)
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
func label(name, area string, d door) string {
	number := d.shown
	if !hasHan(name) {
		text := strings.Join(strings.Fields(name+" "+number+" "+d.room), " ")
		if area != "" {
			text += ", " + area
		}
		return text
	}
	if number != "" && mainNumber.FindString(number) == number {
		number += "号"
	}
	parts := strings.Split(area, ", ")
	slices.Reverse(parts)
	return strings.Join(parts, "") + name + number + d.room
}
