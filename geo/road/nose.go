package road

import (
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// noseTurn is how sharply, in degrees, a car turns at least that comes on one carriageway of a road to the end of the island between
// the two, and goes back on the other.
const noseTurn = 155

// noses forbids cars to turn around at the end of an island, which no sign does: where one one-way carriageway ends and the other
// begins, and the road goes on.
func (b *building) noses() {
	arriving := map[uint32][]uint32{} // one-way for cars, by the crossing that they end in
	leaving := map[uint32][]uint32{}  // all that cars may leave a crossing by
	for seg := range uint32(b.segments()) {
		for d := range uint32(directions) {
			directed := 2*seg + d
			if b.cost(car, directed) == never {
				continue
			}
			leaving[endCrossing(b.sheet, directed^1)] = append(leaving[endCrossing(b.sheet, directed^1)], directed)
			if b.cost(car, directed^1) == never {
				at := endCrossing(b.sheet, directed)
				arriving[at] = append(arriving[at], directed)
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(arriving)) { // in order, so that the same roads are the same file
		for _, in := range arriving[at] {
			b.forbidBack(in, leaving[at])
		}
	}
}

// forbidBack forbids to go from one directed segment back on a one-way one, when there is another way on.
func (b *building) forbidBack(in uint32, exits []uint32) {
	for _, out := range exits {
		if len(exits) > 1 && b.cost(car, out^1) == never && b.turn(in, out) >= noseTurn {
			b.Bans = append(b.Bans, ban{Mode: car, From: in, To: out})
		}
	}
}

// endCrossing is the crossing that a directed segment ends in.
func endCrossing(s *sheet, directed uint32) uint32 {
	if directed&1 == back {
		return s.From[directed>>1]
	}
	return s.To[directed>>1]
}

// turn is how far one turns from one directed segment into the next, in degrees: 0 is straight on, 180 is around.
func (b *building) turn(in, out uint32) float64 {
	into, from := b.along(in), b.along(out)
	if len(into) < 2 || len(from) < 2 {
		return 0 // without length
	}
	a := into[len(into)-1]
	squeeze := math.Cos(a.Lat() * math.Pi / 180)
	bearing := func(from, to orb.Point) float64 {
		return math.Atan2((to.Lon()-from.Lon())*squeeze, to.Lat()-from.Lat()) * 180 / math.Pi
	}
	return math.Abs(math.Remainder(bearing(from[0], from[1])-bearing(into[len(into)-2], a), 360))
}

// along is the line of a directed segment in the direction of travel.
func (b *building) along(directed uint32) orb.LineString {
	line := b.line(int(directed >> 1))
	if directed&1 == back {
		line.Reverse()
	}
	return slices.Compact(line)
}
