package road

import (
	"slices"

	"anling/geo"
)

// Closures are the segments of a map that nobody is led through. Who stands on one may leave it, and who lives on one can
// be reached: a closed road still has doors.
type Closures struct {
	bits [modes][]uint64
}

// Closed is a stretch that is closed.
type Closed struct {
	Segment int        // of the map
	Modes   []geo.Mode // none: to all
}

// Close makes closures; segments that the map does not have are left out.
func (m *Map) Close(all []Closed) *Closures {
	c := &Closures{}
	for i := range c.bits {
		c.bits[i] = make([]uint64, (m.segments()+63)/64)
	}
	for _, one := range all {
		if one.Segment < 0 || one.Segment >= m.segments() {
			continue
		}
		for i := range c.bits {
			if len(one.Modes) == 0 || slices.Contains(one.Modes, nameOf(i)) {
				setBit(c.bits[i], one.Segment)
			}
		}
	}
	return c
}

// of gives the bits of a mode; nil when nothing is closed.
func (c *Closures) of(mode int) []uint64 {
	if c == nil {
		return nil
	}
	return c.bits[mode]
}
