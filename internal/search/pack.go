package search

import "slices"

// Pack gives the records taken in since the last time an index of their own, together with those of segments that have
// become small. Others may search and put meanwhile.
func (x *Index) Pack() {
	x.packing.Lock()
	defer x.packing.Unlock()
	for {
		old := x.gather()
		if len(old) == 0 {
			x.room = workshop{}
			return
		}
		fresh := x.merge(old)
		fresh.pack(&x.room)
		x.swap(old, fresh)
	}
}

// gather closes a segment that is not packed and gives it with those that are to be merged with it.
func (x *Index) gather() (old []int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.segments, func(s *segment) bool { return s != nil && !s.packed && s.len() > 0 })
	if i < 0 {
		return nil
	}
	if i == x.open {
		x.reopen()
	}
	old = []int{i}
	room := segmentSize - x.segments[i].live
	for i, s := range x.segments {
		if s != nil && s.packed && s.live <= min(segmentSize/2, room) {
			room -= s.live
			old = append(old, i)
		}
	}
	return old
}

// reopen begins another open segment.
func (x *Index) reopen() {
	x.open = x.slot()
	x.segments[x.open] = newSegment()
}

// slot gives a place for a segment.
func (x *Index) slot() int {
	if i := slices.Index(x.segments, nil); i >= 0 {
		return i
	}
	x.segments = append(x.segments, nil)
	return len(x.segments) - 1
}

// merge copies the living records of closed segments into a new one.
func (x *Index) merge(old []int) *segment {
	x.mu.RLock()
	defer x.mu.RUnlock()
	fresh := newSegment()
	for _, i := range old {
		s := x.segments[i]
		for n := range uint32(s.len()) {
			if !s.dead.has(n) {
				fresh.copyFrom(s, n)
			}
		}
	}
	return fresh
}

// swap puts the new segment in the place of the old ones. A record that was changed or dropped meanwhile is
// dead in the old one, and dies in the new one.
func (x *Index) swap(old []int, fresh *segment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at := x.slot()
	x.segments[at] = fresh
	for n := range uint32(fresh.len()) {
		key, spotNow, known := x.find(fresh.id(n))
		if known && x.livesIn(old, spotNow) {
			x.where[key] = spot(at, n)
			continue
		}
		fresh.kill(n)
	}
	for _, i := range old {
		x.forget(i)
		x.segments[i] = nil
	}
}

func (x *Index) livesIn(old []int, spot uint64) bool {
	s, n := x.at(spot)
	return slices.Contains(old, int(spot>>32)) && !s.dead.has(n)
}

// forget lets go of the ids of those who died in a segment. Their keys stay, because others may
// have moved on from them.
func (x *Index) forget(segment int) {
	s := x.segments[segment]
	for n := range uint32(s.len()) {
		if !s.dead.has(n) {
			continue
		}
		if key, now, known := x.find(s.id(n)); known && now == spot(segment, n) {
			x.where[key] = gone
		}
	}
}
