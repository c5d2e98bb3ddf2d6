package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// candidates gives the records that may match all terms, nil for none: all that do are among them.
func (s *segment) candidates(terms []term, in Kinds) bitset {
	var all bitset
	for i := range terms {
		one := make(bitset, (s.len()+63)/64)
		if !s.mayMatch(&terms[i], in, one) {
			return nil
		}
		if all == nil {
			all = one
		} else if !all.and(one) {
			return nil
		}
	}
	return all
}

// mayMatch marks the records that have the grams of a term in a word of one kind.
func (s *segment) mayMatch(t *term, in Kinds, mark bitset) (some bool) {
	var lists [][]byte
	for k := Kind(1); k < kinds; k++ {
		if !in.Has(k) {
			continue
		}
		gs := t.gramsOf(k)
		possible := len(gs) > 0
		lists = lists[:0]
		for _, g := range gs {
			posts, known := s.list(g)
			if possible = possible && known; !possible {
				break
			}
			if len(posts) > 0 {
				lists = append(lists, posts)
			}
		}
		switch {
		case t.loose && k == Address:
			mark.fill()
			return true
		case !possible:
		case len(lists) == 0:
			mark.fill()
			return true
		default:
			some = markAll(lists, mark) || some
		}
	}
	return some
}

// markAll marks the records that are in every list. It begins with the shortest and stops when what is left is
// looked at sooner than the next list is read.
func markAll(lists [][]byte, mark bitset) bool {
	slices.SortFunc(lists, func(a, b []byte) int { return len(a) - len(b) })
	var have []uint32
	for at, n := 0, -1; at < len(lists[0]); {
		n, at = next(lists[0], n, at)
		have = append(have, uint32(n))
	}
	const worth = 16
	for _, l := range lists[1:] {
		if len(have)*worth < len(l) {
			break
		}
		have = intersect(have, l)
	}
	for _, n := range have {
		mark.set(n)
	}
	return len(have) > 0
}

func next(list []byte, n, at int) (int, int) {
	if b := list[at]; b < 0x80 {
		return n + 1 + int(b), at + 1
	}
	d, size := binary.Uvarint(list[at:])
	return n + 1 + int(d), at + size
}

func intersect(have []uint32, list []byte) []uint32 {
	kept := have[:0]
	n, at := -1, 0
	for _, h := range have {
		for n < int(h) && at < len(list) {
			n, at = next(list, n, at)
		}
		if n == int(h) {
			kept = append(kept, h)
		}
	}
	return kept
}

// rank looks at a record itself. It is noMatch when a term does not occur in a word of the kinds.
func (s *segment) rank(n uint32, terms []term, in Kinds) Rank {
	_, words := cutWords(s.doc(n))
	var best [maxTerms]Rank
	for i := range terms {
		best[i] = noMatch
	}
	for len(words) > 0 && words[0] != 0 {
		var k Kind
		var text []byte
		k, text, words = nextWord(words)
		if !in.Has(k) {
			continue
		}
		for i := range terms {
			best[i] = min(best[i], terms[i].match(k, text))
		}
	}
	var sum Rank
	for i := range terms {
		if best[i] == noMatch {
			return noMatch
		}
		sum += best[i]
	}
	return sum
}

// cutWords is cutID without making the id.
func cutWords(doc []byte) (id, words []byte) {
	n, size := binary.Uvarint(doc)
	if n == 0 {
		return doc[:17], doc[17:]
	}
	return doc[:size+int(n)], doc[size+int(n):]
}

// Search answers a query.
func (x *Index) Search(q Query) Answer {
	x.mu.RLock()
	defer x.mu.RUnlock()
	f := finding{Query: q, behind: encodeID(nil, q.After.ID)}
	for _, t := range q.Terms[:min(len(q.Terms), maxTerms)] {
		f.terms = append(f.terms, newTerm(t))
	}
	if len(f.terms) == 0 {
		return Answer{}
	}
	for i := range f.terms {
		t := &f.terms[i]
		t.loose = len(f.terms) > 1 && t.runes == 1 && !t.onlyNum
	}
	f.groups = map[uint16]struct{}{}
	for _, g := range q.Groups {
		if n, known := x.groups[g]; known {
			f.groups[n] = struct{}{}
		}
	}
	if !f.run(x, q.Kinds) {
		total := f.answer.Total
		f.answer, f.looks = Answer{Cut: true}, 0
		f.run(x, q.Kinds&^KindsOf(Address, Note))
		f.answer.Total = max(f.answer.Total, total)
	}
	for _, h := range f.best {
		id, _ := cutID(h.id)
		f.answer.Hits = append(f.answer.Hits, Hit{Rank: h.rank, ID: id})
	}
	return f.answer
}

// finding is a search under way.
type finding struct {
	Query
	terms  []term
	groups map[uint16]struct{}
	behind []byte // the id of After
	looks  int
	best   []hit // sorted, at most Limit
	answer Answer
}

// hit is a Hit with the id as segments hold it, in the order of which hits of one rank stand.
type hit struct {
	rank Rank
	id   []byte
}

func (h hit) compare(o hit) int {
	return cmp.Or(cmp.Compare(h.rank, o.rank), bytes.Compare(h.id, o.id))
}

// run looks through all segments for candidates by words of some kinds. It gives false when there were too many.
func (f *finding) run(x *Index, by Kinds) bool {
	for _, s := range x.segments {
		if s != nil && f.mayLook(s) && !f.look(s, by) {
			return false
		}
	}
	return true
}

// mayLook tells whether any record of a segment is of the groups asked for.
func (f *finding) mayLook(s *segment) bool {
	if f.All {
		return true
	}
	for g := range s.groups {
		if _, asked := f.groups[g]; asked {
			return true
		}
	}
	return false
}

func (f *finding) look(s *segment, by Kinds) bool {
	found := make(bitset, (s.len()+63)/64)
	if !s.packed {
		found.fill()
	} else if some := s.candidates(f.terms, by); some != nil {
		found = some
	}
	within := true
	found.each(s.len(), func(n uint32) bool {
		if _, asked := f.groups[s.group[n]]; !asked && !f.All || s.dead.has(n) || s.archived.has(n) != f.Archived {
			return true
		}
		f.looks++
		if within = f.looks <= maxLooks; within {
			f.take(s, n)
		}
		return within
	})
	return within
}

// take keeps a record that fits and is among the best behind After.
func (f *finding) take(s *segment, n uint32) {
	rank := s.rank(n, f.terms, f.Kinds)
	if rank == noMatch {
		return
	}
	id, _ := cutWords(s.doc(n))
	h := hit{rank: rank, id: id}
	at, known := slices.BinarySearchFunc(f.best, h, hit.compare)
	if known {
		return // seen in the first round
	}
	f.answer.Total++
	if f.After.ID != "" && h.compare(hit{rank: f.After.Rank, id: f.behind}) <= 0 || at >= f.Limit {
		return
	}
	h.id = slices.Clone(id)
	f.best = slices.Insert(f.best[:min(len(f.best), f.Limit-1)], at, h)
}
