package address

import (
	"maps"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"anling/geo"
	"anling/geo/osm"
)

// How near ways of one name are when they are one street, and how far a house may lie from the street that it names.
const (
	sameStreet geo.Metres = 250
	ofStreet   geo.Metres = 1500
)

// way is a piece of a street.
type way struct {
	nodes []int64
	line  orb.LineString
	tags  osm.Tags
}

// simplified leaves out bends of less than about a metre.
func simplified(line orb.LineString) orb.LineString {
	const metre = 1e-5
	return simplify.DouglasPeucker(metre).LineString(line)
}

// joinStreets makes streets of ways: those of one name that are connected or near.
func (b *building) joinStreets() {
	named := map[string][]way{}
	for _, w := range b.ways {
		named[nameOf(w.tags)] = append(named[nameOf(w.tags)], w)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		for _, group := range connected(named[name]) {
			b.addStreet(streetOf(name, group))
		}
	}
	b.ways = nil
}

func (b *building) addStreet(e Entry) int {
	name := Fold(e.Name)
	b.byName[name] = append(b.byName[name], len(b.streets))
	b.streets = append(b.streets, e)
	return len(b.streets) - 1
}

func streetOf(name string, group []way) Entry {
	e := Entry{Kind: Street, Name: name}
	for _, w := range group {
		e.Lines = append(e.Lines, w.line)
		for _, other := range otherNames(w.tags) {
			if !slices.Contains(e.Others, other) {
				e.Others = append(e.Others, other)
			}
		}
		for _, p := range pinyinOf(w.tags) {
			if !slices.Contains(e.Spelt, p) {
				e.Spelt = append(e.Spelt, p)
			}
		}
		if e.Category == "" {
			e.Category = categoryOf(w.tags)
		}
	}
	e.Point = middleOf(e.Lines)
	return e
}

func categoryOf(tags osm.Tags) string {
	if h := tags.Get("highway"); h != "" {
		return "highway=" + h
	}
	return "place=square"
}

// connected puts ways of one name into groups, each of which is one street.
func connected(all []way) [][]way {
	parent := make([]int, len(all))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	at := map[int64]int{}
	for i, w := range all {
		for _, n := range w.nodes {
			if other, seen := at[n]; seen {
				parent[root(i)] = root(other)
			}
			at[n] = i
		}
	}
	for i := range all {
		for j := range i {
			if root(i) != root(j) && near(all[i].line, all[j].line) {
				parent[root(i)] = root(j)
			}
		}
	}
	groups := map[int][]way{}
	for i, w := range all {
		groups[root(i)] = append(groups[root(i)], w)
	}
	var out [][]way
	for _, r := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, groups[r])
	}
	return out
}

// near tells whether an end of one line is near another.
func near(a, b orb.LineString) bool {
	if planeAt(b.Bound().Center()).boxDistance(a.Bound())-halfAcross(b) > sameStreet {
		return false
	}
	for _, pair := range [][2]orb.LineString{{a, b}, {b, a}} {
		for _, end := range []orb.Point{pair[0][0], pair[0][len(pair[0])-1]} {
			if _, d := nearestOn([]orb.LineString{pair[1]}, end); d <= sameStreet {
				return true
			}
		}
	}
	return false
}

func halfAcross(line orb.LineString) geo.Metres {
	box := line.Bound()
	return geo.Distance(box.Min, box.Max) / 2
}

// addHouses puts each house to the nearest street of the name that it gives. A street that is not in the data is made of its houses.
func (b *building) addHouses() {
	for _, d := range b.doors {
		b.addHouse(d)
	}
	b.doors = nil
	for i := range b.streets {
		b.streets[i].Houses = eachOnce(b.streets[i].Houses)
	}
}

func (b *building) addHouse(d doorAt) {
	best, least := -1, ofStreet
	for _, i := range b.byName[Fold(d.street)] {
		if m := distanceTo(&b.streets[i], d.point); m <= least {
			best, least = i, m
		}
	}
	if best < 0 {
		best = b.addStreet(Entry{Kind: Street, Name: d.street, Area: d.area, Point: d.point})
		b.report.OnlyByHouses++
	}
	s := &b.streets[best]
	s.Houses = append(s.Houses, House{Number: d.number, Point: d.point, Estimated: d.estimated})
	if s.Area == "" {
		s.Area = d.area
	}
}

// eachOnce leaves one of houses with the same number at about the same place: entrances, flats, a building and a shop in it.
func eachOnce(all []House) []House {
	const samePlace geo.Metres = 60
	sortHouses(all)
	out := all[:0]
	for _, h := range all {
		if n := len(out); n > 0 && out[n-1].form == h.form && (h.Estimated || geo.Distance(out[n-1].Point, h.Point) <= samePlace) {
			continue
		}
		out = append(out, h)
	}
	return out
}

// interpolation is a line along which houses are numbered, of which only some nodes have their number.
type interpolation struct {
	nodes []int64
	step  string // even, odd, all
}

// maxSteps is how many houses between two known ones are believed.
const maxSteps = 200

// addInterpolations puts houses between those that are known on such lines.
func (b *building) addInterpolations() {
	for _, l := range b.lines {
		var line orb.LineString
		var from doorAt
		for _, id := range l.nodes {
			p, ok := b.nodes.At(id)
			if !ok {
				continue
			}
			line = append(line, p)
			d, numbered := b.doorNodes[id]
			if !numbered {
				continue
			}
			b.between(from, d, line, l.step)
			from, line = d, orb.LineString{p}
		}
	}
	b.lines, b.doorNodes = nil, nil
}

// between adds the houses between two along a line.
func (b *building) between(from, to doorAt, line orb.LineString, step string) {
	first, last := number(mainNumber.FindString(from.number)), number(mainNumber.FindString(to.number))
	if from.street == "" || from.street != to.street || first == 0 || last == 0 {
		return
	}
	by := 2
	if step == "all" {
		by = 1
	}
	if first > last {
		first, last = last, first
		line.Reverse()
	}
	if (last-first)/by > maxSteps {
		return
	}
	whole := lengthOf(line)
	for n := first + by; n < last; n += by {
		at := along(line, whole*float64(n-first)/float64(last-first))
		b.doors = append(b.doors, doorAt{street: from.street, area: from.area, number: strconv.Itoa(n), point: at, estimated: true})
	}
}

// along is the point so many metres along a line.
func along(line orb.LineString, metres float64) orb.Point {
	for i := 1; i < len(line); i++ {
		part := float64(geo.Distance(line[i-1], line[i]))
		if part >= metres && part > 0 {
			return onLine(line[i-1], line[i], metres/part)
		}
		metres -= part
	}
	return line[len(line)-1]
}
