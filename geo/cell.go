package geo

import (
	"math"
	"time"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// cellResolution is H3's level of hexagons about 0.9 km across: in a city a
// handful of helpers each.
const cellResolution = 8

// reachSlack, one metre, is added to each cell's reach. Whether a point on the
// seam of two cells falls to one or the other is a matter of rounding inside H3.
const reachSlack = 1 / float64(earthRadius)

// member is one point of an index.
type member struct {
	id    string
	at    time.Time
	point orb.Point
}

// cell is one hexagon (or one of twelve pentagons) and who is in it.
type cell struct {
	id     h3.Cell
	centre vector
	// reach is the chord from the centre to the farthest vertex, measured:
	// hexagons are sheared, so the average edge of the documentation is no bound.
	reach    float64
	members  []member
	places   []vector // of the members; by themselves, as most are only looked at
	occupied int      // place in Index.occupied, -1 when nobody is in the cell
}

func cellAt(p orb.Point) h3.Cell {
	return h3.LatLngToCell(h3.NewLatLng(p.Lat(), p.Lon()), cellResolution)
}

func newCell(id h3.Cell) *cell {
	c := &cell{id: id, centre: vectorOf(pointOf(id.LatLng())), occupied: -1}
	for _, vertex := range id.Boundary() {
		c.reach = max(c.reach, math.Sqrt(c.centre.chord2(vectorOf(pointOf(vertex)))))
	}
	c.reach += reachSlack
	return c
}

func pointOf(at h3.LatLng) orb.Point {
	return orb.Point{at.Lng, at.Lat}
}

// diskRings is how many rings around a cell are kept at hand: some 3 km. Who
// is still looking then goes through the occupied cells instead.
const diskRings = 4

// disk is the rings of cells around one cell. The last ring is never searched:
// it is there to say how near anything beyond the others can be.
type disk [diskRings + 2][]*cell

// ringIDs lists the cells at each grid distance from origin.
func ringIDs(origin h3.Cell) [][]h3.Cell {
	rings := h3.GridDiskDistances(origin, diskRings+1)
	for i, ring := range rings {
		real := ring[:0]
		for _, id := range ring {
			if id != 0 { // near a pentagon a ring has fewer cells, and H3 leaves zeros
				real = append(real, id)
			}
		}
		rings[i] = real
	}
	return rings
}
