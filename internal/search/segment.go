package search

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/google/uuid"
)

// segment is some records, numbered from 0, with an index of their grams when it is packed. Nothing in it is
// a pointer to a record, so a million records cost the garbage collector nothing.
type segment struct {
	text     []byte   // of one record after the other: its id, then each word behind its kind and length
	ends     []uint32 // where the text of each record ends
	group    []uint16
	version  []uint32
	archived bitset
	dead     bitset
	live     int
	groups   map[uint16]struct{} // of all its records

	packed bool
	grams  []gram   // sorted
	lists  []uint32 // where the list of each gram ends in posts
	posts  []byte   // for each gram the records that have it: the distances between them, as varints
}

// segmentSize is how many records a segment can hold.
const segmentSize = 1 << 15

// common is the share of records above which a gram is not worth a list: an empty list means that it is everywhere.
const common = 2

func newSegment() *segment { return &segment{groups: map[uint16]struct{}{}} }

func (s *segment) len() int { return len(s.ends) }

// add appends a record and gives its number.
func (s *segment) add(d Doc, group uint16) uint32 {
	s.text = appendDoc(s.text, d)
	return s.append(fixed{group: group, version: clampVersion(d.Version), archived: d.Archived})
}

// fixed is what a segment keeps of a record besides its words.
type fixed struct {
	group    uint16
	version  uint32
	archived bool
}

func (s *segment) append(f fixed) uint32 {
	n := uint32(s.len())
	s.ends = append(s.ends, uint32(len(s.text)))
	s.group = append(s.group, f.group)
	s.version = append(s.version, f.version)
	s.archived = s.archived.grown(s.len())
	s.dead = s.dead.grown(s.len())
	if f.archived {
		s.archived.set(n)
	}
	s.groups[f.group] = struct{}{}
	s.live++
	return n
}

// copyFrom takes over a record of another segment.
func (s *segment) copyFrom(o *segment, n uint32) uint32 {
	s.text = append(s.text, o.doc(n)...)
	return s.append(fixed{group: o.group[n], version: o.version[n], archived: o.archived.has(n)})
}

// kill makes a record one that is not there, and wipes what is personal of it.
func (s *segment) kill(n uint32) {
	if s.dead.has(n) {
		return
	}
	s.dead.set(n)
	s.live--
	_, words := cutID(s.doc(n))
	clear(words)
}

func (s *segment) doc(n uint32) []byte {
	from := uint32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.text[from:s.ends[n]]
}

func (s *segment) id(n uint32) string {
	id, _ := cutID(s.doc(n))
	return id
}

// encodeID writes an id. Most are UUIDs, which take half the room as bytes.
func encodeID(to []byte, id string) []byte {
	if u, err := uuid.Parse(id); err == nil && u.String() == id {
		return append(append(to, 0), u[:]...)
	}
	return append(binary.AppendUvarint(to, uint64(len(id))), id...)
}

// appendDoc writes a record as text.
func appendDoc(to []byte, d Doc) []byte {
	to = encodeID(to, d.ID)
	for _, w := range d.Words {
		to = append(binary.AppendUvarint(append(to, byte(w.Kind)), uint64(len(w.Text))), w.Text...)
	}
	return to
}

func cutID(doc []byte) (id string, words []byte) {
	n, size := binary.Uvarint(doc)
	if n == 0 {
		return uuid.UUID(doc[1:17]).String(), doc[17:]
	}
	return string(doc[size : size+int(n)]), doc[size+int(n):]
}

// nextWord cuts the first word off.
func nextWord(words []byte) (k Kind, text, rest []byte) {
	n, size := int(words[1]), 1
	if n >= 0x80 {
		long, more := binary.Uvarint(words[1:])
		n, size = int(long), more
	}
	end := 1 + size + n
	return Kind(words[0]), words[1+size : end], words[end:]
}

// pack gives the segment its index.
func (s *segment) pack(w *workshop) {
	entries := slices.Grow(w.entries[:0], len(s.text)*2/3) // most grams are of signs that take more than one byte
	var found []gram
	for n := range uint32(s.len()) {
		_, words := cutID(s.doc(n))
		found = found[:0]
		for len(words) > 0 && words[0] != 0 { // a wiped record is zeros
			var k Kind
			var text []byte
			k, text, words = nextWord(words)
			found = grams(found, k, text)
		}
		for _, g := range found {
			entries = append(entries, uint64(g)<<16|uint64(n))
		}
	}
	w.entries = entries
	s.writeLists(w.sorted())
	s.text, s.ends = slices.Clip(s.text), slices.Clip(s.ends)
	s.group, s.version = slices.Clip(s.group), slices.Clip(s.version)
	s.packed = true
}

// writeLists takes gram and record of each entry, sorted.
func (s *segment) writeLists(entries []uint64) {
	var posts []byte
	for from := 0; from < len(entries); {
		g, to := gram(entries[from]>>16), from
		start, before := len(posts), -1
		count := 0
		for ; to < len(entries) && gram(entries[to]>>16) == g; to++ {
			n := int(entries[to] & 0xffff)
			if n == before {
				continue
			}
			posts = binary.AppendUvarint(posts, uint64(n-before-1))
			before = n
			count++
		}
		if count > s.len()/common && s.len() > 64 {
			posts = posts[:start]
		}
		s.grams, s.lists = append(s.grams, g), append(s.lists, uint32(len(posts)))
		from = to
	}
	s.grams, s.lists, s.posts = slices.Clip(s.grams), slices.Clip(s.lists), slices.Clone(posts)
}

// list gives the posts of a gram; known is false when no record has it.
func (s *segment) list(g gram) (posts []byte, known bool) {
	i, known := slices.BinarySearch(s.grams, g)
	if !known {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = s.lists[i-1]
	}
	return s.posts[from:s.lists[i]], true
}

// size is the memory that the segment takes.
func (s *segment) size() int {
	return cap(s.text) + 4*cap(s.ends) + 2*cap(s.group) + 4*cap(s.version) + 8*cap(s.archived) + 8*cap(s.dead) +
		8*cap(s.grams) + 4*cap(s.lists) + cap(s.posts)
}

// workshop is the room in which segments are packed, used again for each.
type workshop struct{ entries, spare []uint64 }

// sorted sorts the entries by gram. They come in the order of records, and equal ones stay in it.
func (w *workshop) sorted() []uint64 {
	const digit = 13 // three rounds for the bits of a gram
	if cap(w.spare) < len(w.entries) {
		w.spare = make([]uint64, len(w.entries), cap(w.entries))
	}
	from, to := w.entries, w.spare[:len(w.entries)]
	for shift := 16; shift < 16+gramBits; shift += digit {
		var starts [1 << digit]int
		for _, e := range from {
			starts[e>>shift&(1<<digit-1)]++
		}
		sum := 0
		for i, n := range starts {
			starts[i] = sum
			sum += n
		}
		for _, e := range from {
			d := e >> shift & (1<<digit - 1)
			to[starts[d]] = e
			starts[d]++
		}
		from, to = to, from
	}
	return from
}

// bitset is a set of the numbers of records.
type bitset []uint64

func (b bitset) grown(n int) bitset {
	for len(b)*64 < n {
		b = append(b, 0)
	}
	return b
}

func (b bitset) has(n uint32) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bitset) set(n uint32)      { b[n/64] |= 1 << (n % 64) }

func (b bitset) fill() {
	for i := range b {
		b[i] = ^uint64(0)
	}
}

func (b bitset) and(o bitset) (some bool) {
	for i := range b {
		b[i] &= o[i]
		some = some || b[i] != 0
	}
	return some
}

// each calls f with the numbers in the set, until it says no.
func (b bitset) each(n int, f func(uint32) bool) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			at := uint32(i*64 + bits.TrailingZeros64(word))
			if int(at) >= n || !f(at) {
				return
			}
		}
	}
}

func clampVersion(v int64) uint32 { return uint32(min(max(v, 0), 1<<32-1)) }
