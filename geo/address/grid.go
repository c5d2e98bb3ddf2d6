package address

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// cellSize is the side of a cell of a grid in degrees: some 280 m to the north.
const cellSize = 0.0025

// grid finds what is near a point: things lie in cells, and the cells are looked at in rings until nothing nearer can come.
type grid struct {
	cells []cell // sorted
	items []item
}

type cell struct {
	x, y  int32
	first int32 // of its items
}

// item is a part of a line, a house, or the point of an entry.
type item struct {
	entry int32
	line  int32 // -1: the point of the entry; -2: a house
	part  int32 // which part of the line begins there, or which house
}

const (
	ownPoint = -1
	aHouse   = -2
)

// placed is an item with the cell in which it lies.
type placed struct {
	x, y int32
	item item
}

func cellOf(p orb.Point) (x, y int32) {
	return int32(math.Floor(p[0] / cellSize)), int32(math.Floor(p[1] / cellSize))
}

func newGrid(all []placed) (g grid) {
	slices.SortFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y), cmp.Compare(a.item.entry, b.item.entry), cmp.Compare(a.item.line, b.item.line), cmp.Compare(a.item.part, b.item.part))
	})
	all = slices.Compact(all)
	g.items = make([]item, len(all))
	for i, p := range all {
		g.items[i] = p.item
		if n := len(g.cells); n == 0 || g.cells[n-1].x != p.x || g.cells[n-1].y != p.y {
			g.cells = append(g.cells, cell{p.x, p.y, int32(i)})
		}
	}
	return g
}

// in gives the items of a cell.
func (g *grid) in(x, y int32) []item {
	at, known := slices.BinarySearchFunc(g.cells, cell{x: x, y: y}, func(a, b cell) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	if !known {
		return nil
	}
	end := len(g.items)
	if at+1 < len(g.cells) {
		end = int(g.cells[at+1].first)
	}
	return g.items[g.cells[at].first:end]
}

// nearest gives the item that is least far from a point, at most some metres; distance gives the square of how far one is.
func (g *grid) nearest(from orb.Point, most float64, distance func(item) float64) (best item, d float64, ok bool) {
	x, y := cellOf(from)
	// Near a pole cells are narrow: there only some of them are looked at, and what is farther than they reach is not found.
	const mostRings = 200
	side := cellSize * metresPerDegree * max(0.05, math.Cos(from.Lat()*math.Pi/180))
	least := most * most
	for ring := int32(0); ring <= mostRings; ring++ {
		if inner := (float64(ring) - 1) * side; inner > 0 && inner*inner > least {
			break
		}
		for _, it := range g.ring(x, y, ring) {
			if d2 := distance(it); d2 < least {
				least, best, ok = d2, it, true
			}
		}
	}
	return best, math.Sqrt(least), ok
}

// ring gives the items of the cells that lie so many cells from one.
func (g *grid) ring(x, y, ring int32) (all []item) {
	for i := range ringSize(ring) {
		dx, dy := ringCell(ring, i)
		all = append(all, g.in(x+dx, y+dy)...)
	}
	return all
}

// ringSize is how many cells lie in a ring around a cell.
func ringSize(ring int32) int32 { return max(1, 8*ring) }

// ringCell gives where the i-th of them lies.
func ringCell(ring, i int32) (dx, dy int32) {
	if ring == 0 {
		return 0, 0
	}
	along := i%(2*ring) - ring
	switch i / (2 * ring) {
	case 0:
		return along, -ring
	case 1:
		return ring, along
	case 2:
		return -along, ring
	}
	return -ring, -along
}

// addGrids puts lines, houses and points of interest into cells.
func (x *Index) addGrids() {
	var lines, points []placed
	for i := range x.entries {
		e := &x.entries[i]
		for l, line := range e.Lines {
			for part := 1; part < len(line); part++ {
				lines = appendPart(lines, item{int32(i), int32(l), int32(part - 1)}, [2]orb.Point{line[part-1], line[part]})
			}
		}
		for h := range e.Houses {
			cx, cy := cellOf(e.Houses[h].Point)
			points = append(points, placed{cx, cy, item{int32(i), aHouse, int32(h)}})
		}
		switch e.Kind {
		case POI:
			cx, cy := cellOf(e.Point)
			points = append(points, placed{cx, cy, item{int32(i), ownPoint, 0}})
		case Place:
			x.places = append(x.places, int32(i))
		}
	}
	x.streets, x.points = newGrid(lines), newGrid(points)
}

// appendPart puts a part of a line into the cells that it may touch: cut into pieces no longer than a cell, each into the cells of its box. A
// part longer than a degree, which no street has, is left out.
func appendPart(all []placed, it item, ends [2]orb.Point) []placed {
	longest := max(math.Abs(ends[1][0]-ends[0][0]), math.Abs(ends[1][1]-ends[0][1]))
	if longest > 1 {
		return all
	}
	pieces := int(longest/cellSize) + 1
	for i := range pieces {
		ax, ay := cellOf(onLine(ends[0], ends[1], float64(i)/float64(pieces)))
		bx, by := cellOf(onLine(ends[0], ends[1], float64(i+1)/float64(pieces)))
		for cx := min(ax, bx); cx <= max(ax, bx); cx++ {
			for cy := min(ay, by); cy <= max(ay, by); cy++ {
				all = append(all, placed{cx, cy, it})
			}
		}
	}
	return all
}
