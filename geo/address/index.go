package address

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"anling/internal/pinyin"
)

// Index finds entries. It is made once and never changed, so any number of goroutines may use it.
//
// Names and their spellings are keys, each kept once, in order; spots are all places in keys at which somebody may begin to write – a
// word, a Chinese sign, a syllable – in the order of what follows there. So what a text is the beginning of is one stretch of spots,
// found by halving, and what is like it is found by walking the same order as a tree.
type Index struct {
	entries []Entry
	bounds  []orb.Bound         // of each entry: its lines and its point
	areas   []string            // the folded names of the areas of each entry, of all into which it goes
	regions map[string]struct{} // the folded words of all names of areas and places

	keys  []key
	spots []spot

	streets grid // segments of lines
	points  grid // houses and points of interest
	places  []int32
}

// key is a name or a spelling, and whose it is.
type key struct {
	text    []byte
	form    form
	entries []int32
}

// spot is a place in a key.
type spot struct {
	key int32
	at  uint8
}

// New makes an index of entries, which it keeps. Entries without a name are not found by name, but by Reverse.
func New(entries []Entry) *Index {
	x := &Index{entries: entries, bounds: make([]orb.Bound, len(entries)), areas: make([]string, len(entries)), regions: map[string]struct{}{}}
	folded := map[string]string{}
	for i := range entries {
		e := &entries[i]
		x.bounds[i] = boundOf(e)
		in := strings.TrimSuffix(e.Area+", "+e.Through, ", ")
		if _, known := folded[in]; !known {
			folded[in] = Fold(in)
			x.addRegion(folded[in])
		}
		x.areas[i] = folded[in]
		if e.Kind == Place {
			x.addRegion(Fold(e.Name))
		}
		sortHouses(e.Houses)
	}
	x.addKeys()
	x.addGrids()
	return x
}

// Len tells how many entries there are.
func (x *Index) Len() int { return len(x.entries) }

// Houses tells how many numbered houses there are.
func (x *Index) Houses() (n int) {
	for i := range x.entries {
		n += len(x.entries[i].Houses)
	}
	return n
}

func (x *Index) addRegion(folded string) {
	for word := range strings.FieldsSeq(folded) {
		x.regions[word] = struct{}{}
	}
}

// isRegion tells whether all words of a text are of names of areas or places.
func (x *Index) isRegion(folded string) bool {
	for word := range strings.FieldsSeq(folded) {
		if _, known := x.regions[word]; !known {
			return false
		}
	}
	return true
}

func boundOf(e *Entry) orb.Bound {
	b := e.Point.Bound()
	for _, line := range e.Lines {
		b = b.Union(line.Bound())
	}
	return b
}

// keyName is what a key is kept once by.
type keyName struct {
	form form
	text string
}

func (x *Index) addKeys() {
	var reader pinyin.Reader
	type making struct {
		starts  []uint8
		entries []int32
	}
	known := map[keyName]*making{}
	for i := range x.entries {
		for _, w := range words(&x.entries[i], &reader) {
			name := keyName{w.form, w.text}
			m := known[name]
			if m == nil {
				m = &making{starts: w.starts}
				known[name] = m
			}
			if n := len(m.entries); n == 0 || m.entries[n-1] != int32(i) {
				m.entries = append(m.entries, int32(i))
			}
		}
	}
	names := make([]keyName, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b keyName) int { return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.form, b.form)) })
	x.keys = make([]key, len(names))
	var all []sortable
	for i, name := range names {
		m := known[name]
		x.keys[i] = key{text: []byte(name.text), form: name.form, entries: slices.Compact(m.entries)}
		for _, at := range m.starts {
			all = append(all, x.sortable(spot{int32(i), at}))
		}
	}
	slices.SortFunc(all, func(a, b sortable) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return cmp.Or(bytes.Compare(x.tail(a.spot), x.tail(b.spot)), cmp.Compare(a.spot.key, b.spot.key), cmp.Compare(a.spot.at, b.spot.at))
	})
	x.spots = make([]spot, len(all))
	for i := range all {
		x.spots[i] = all[i].spot
	}
}

// sortable is a spot with the first eight bytes of what follows there, by which most are told apart without looking at the key.
type sortable struct {
	begin uint64
	spot  spot
}

func (x *Index) sortable(s spot) sortable {
	var first [8]byte
	copy(first[:], x.tail(s))
	return sortable{binary.BigEndian.Uint64(first[:]), s}
}

// tail is what follows at a spot.
func (x *Index) tail(s spot) []byte { return x.keys[s.key].text[s.at:] }

// stretch gives the spots at which a text stands.
func (x *Index) stretch(text string) []spot {
	want := []byte(text)
	from, _ := slices.BinarySearchFunc(x.spots, want, func(s spot, want []byte) int { return bytes.Compare(x.tail(s), want) })
	rest := x.spots[from:]
	n, _ := slices.BinarySearchFunc(rest, want, func(s spot, want []byte) int {
		if bytes.HasPrefix(x.tail(s), want) {
			return -1
		}
		return 1
	})
	return rest[:n]
}

// matchAt says how a text of some bytes that stands at a spot meets the key.
func (x *Index) matchAt(s spot, length int) Match {
	switch {
	case s.at > 0:
		return Infix
	case length == len(x.keys[s.key].text):
		return Exactly
	}
	return Prefix
}
