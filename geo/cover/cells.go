package cover

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cell is a cell of H3.
type Cell = h3.Cell

// The resolutions of H3 that are used: hexagons some 400 m and 1 km across.
const (
	Fine   = 9
	Coarse = 8
)

// CellOf is the cell of a point.
func CellOf(p orb.Point, resolution int) Cell {
	return h3.LatLngToCell(h3.NewLatLng(p.Lat(), p.Lon()), resolution)
}

// Middle is the middle of a cell.
func Middle(c Cell) orb.Point {
	at := c.LatLng()
	return orb.Point{at.Lng, at.Lat}
}

// Outline is the border of a cell, closed, counterclockwise.
func Outline(c Cell) orb.Ring {
	var ring orb.Ring
	for _, at := range c.Boundary() {
		ring = append(ring, orb.Point{at.Lng, at.Lat})
	}
	return append(ring, ring[0])
}

// Around are the cells in which somebody could stand to be near some doors, each with a weight: those of the doors and their neighbours, those with the most
// weight of doors in and around them first, at most so many.
func Around(doors map[orb.Point]int64, resolution, most int) []Cell {
	in := map[Cell]int64{}
	for p, weight := range doors {
		in[CellOf(p, resolution)] += weight
	}
	near := map[Cell]int64{}
	for c, w := range in {
		for _, n := range h3.GridDisk(c, 1) {
			near[n] += w
		}
	}
	all := make([]Cell, 0, len(near))
	for c := range near {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Cell) int { return cmp.Or(cmp.Compare(near[b], near[a]), cmp.Compare(a, b)) })
	return all[:min(len(all), most)]
}
