package address

import (
	"github.com/paulmach/orb"

	"anling/geo"
)

// How far a point may be from the address beside it before somebody should look: from a house or a point of interest, and from a street
// of which only the line is known.
const (
	FarFromHouse  geo.Metres = 200
	FarFromStreet geo.Metres = 500
)

// Gap is how far a point lies from where the address beside it says.
type Gap struct {
	Hit      Hit // what the address names, as far as it was understood
	Distance geo.Metres
	Far      bool // farther than FarFromHouse or FarFromStreet
}

// Check compares an address that somebody wrote with the point beside it. It gives false when nothing is known under that address, or
// only something like it: then it cannot say whether they fit.
func (x *Index) Check(text string, p orb.Point) (g Gap, known bool) {
	if !geo.Valid(p) {
		return g, false
	}
	for _, h := range x.Search(Query{Text: text, Near: &p, Limit: mostHits}) {
		if h.Match != Exactly || h.Exact == AtPlace {
			continue
		}
		most := FarFromHouse
		if h.Exact == AtStreet {
			most = FarFromStreet
		}
		next := Gap{Hit: h, Distance: h.Distance, Far: h.Distance > most}
		// Of several streets with that name the one that fits is meant, or else the nearest.
		if !known || g.Far && !next.Far || g.Far == next.Far && next.Distance < g.Distance {
			g, known = next, true
		}
	}
	return g, known
}
