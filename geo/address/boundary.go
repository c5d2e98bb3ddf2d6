package address

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"anling/geo"
	"anling/geo/osm"
)

// namedArea is an area with a polygon.
type namedArea struct {
	name, code string
	category   string
	level      int // the higher, the smaller
	others     []string
	spelt      []string
	shape      geo.Area
	middle     orb.Point
	size       float64 // in square degrees: which of two is the smaller
}

// countryLevel is the admin_level that is left out of addresses.
const countryLevel = 2

// boundaries makes areas of administrative relations. One whose edge is not whole in the extract is left out.
func (b *building) boundaries() (all []namedArea) {
	for _, r := range b.boundary {
		level, err := strconv.Atoi(r.Tags.Get("admin_level"))
		if err != nil || level <= countryLevel {
			continue
		}
		shape, whole := b.polygons(r)
		if !whole {
			b.report.OpenAreas++
			continue
		}
		area, err := geo.NewArea(shape)
		if err != nil {
			b.report.OpenAreas++
			continue
		}
		middle, size := planar.CentroidArea(shape)
		if at, ok := b.centreOf(r); ok {
			middle = at
		}
		all = append(all, namedArea{name: nameOf(r.Tags), level: level, category: fmt.Sprintf("boundary=administrative/%d", level), others: otherNames(r.Tags), spelt: pinyinOf(r.Tags),
			shape: area, middle: middle, size: size})
	}
	b.boundary, b.edges, b.wanted = nil, nil, nil
	return all
}

// centreOf is where the name of an area belongs, if its relation says so.
func (b *building) centreOf(r osm.Relation) (orb.Point, bool) {
	for _, role := range []string{"label", "admin_centre"} {
		for _, m := range r.Members {
			if p, ok := b.nodes.At(m.Ref); ok && m.Type == osm.KindNode && m.Role == role {
				return p, true
			}
		}
	}
	return orb.Point{}, false
}

// polygons puts the ways of a relation together. It gives false when an edge is open.
func (b *building) polygons(r osm.Relation) (orb.MultiPolygon, bool) {
	var outer, inner [][]int64
	for _, m := range r.Members {
		if m.Type != osm.KindWay {
			continue
		}
		nodes := b.edges[m.Ref]
		switch {
		case len(nodes) < 2:
			return nil, false // beyond the extract
		case m.Role == "inner":
			inner = append(inner, nodes)
		case m.Role == "outer" || m.Role == "":
			outer = append(outer, nodes)
		}
	}
	outerRings, whole := b.rings(outer)
	innerRings, innerWhole := b.rings(inner)
	if !whole || !innerWhole || len(outerRings) == 0 {
		return nil, false
	}
	var shape orb.MultiPolygon
	for _, o := range outerRings {
		polygon := orb.Polygon{o}
		for _, i := range innerRings {
			if planar.RingContains(o, i[0]) {
				polygon = append(polygon, i)
			}
		}
		shape = append(shape, polygon)
	}
	return shape, true
}

// rings joins ways at their ends until each is closed.
func (b *building) rings(ways [][]int64) (all []orb.Ring, whole bool) {
	left := slices.Clone(ways)
	for len(left) > 0 {
		chain := slices.Clone(left[0])
		left = left[1:]
		for chain[0] != chain[len(chain)-1] {
			end := chain[len(chain)-1]
			i := slices.IndexFunc(left, func(w []int64) bool { return w[0] == end || w[len(w)-1] == end })
			if i < 0 {
				return nil, false
			}
			next := slices.Clone(left[i])
			if next[0] != end {
				slices.Reverse(next)
			}
			chain, left = append(chain, next[1:]...), slices.Delete(left, i, i+1)
		}
		ring, ok := b.ring(chain)
		if !ok {
			return nil, false
		}
		all = append(all, ring)
	}
	return all, true
}

func (b *building) ring(nodes []int64) (ring orb.Ring, ok bool) {
	for _, id := range nodes {
		p, ok := b.nodes.At(id)
		if !ok {
			return nil, false
		}
		ring = append(ring, p)
	}
	return ring, len(ring) >= 4
}

// readAreas takes in the areas of a file, which count beside those of the extract; of two with the same name that
// of the file, which has a code.
func (b *building) readAreas(o Options) error {
	if o.Areas == "" {
		return nil
	}
	data, err := os.ReadFile(o.Areas)
	if err != nil {
		return fmt.Errorf("read the areas: %w", err)
	}
	all, bad, err := geo.ReadAreas(geo.AreaFile{Data: data, System: o.AreaSystem, Code: strings.TrimSuffix(filepath.Base(o.Areas), filepath.Ext(o.Areas))})
	if err != nil {
		return fmt.Errorf("read the areas of %s: %w", o.Areas, err)
	}
	for _, d := range bad {
		b.report.Defects = append(b.report.Defects, Defect{File: o.Areas, Where: d.String(), Reason: d.Reason})
	}
	for _, a := range all {
		area, err := geo.NewArea(a.Shape)
		if err != nil {
			return fmt.Errorf("area %s: %w", a.Code, err)
		}
		middle, size := planar.CentroidArea(a.Shape)
		name := cmp.Or(a.Name, a.Code)
		b.areas = slices.DeleteFunc(b.areas, func(o namedArea) bool { return o.code == "" && o.name == name && o.shape.Contains(middle) })
		b.areas = append(b.areas, namedArea{name: name, code: a.Code, category: "area", shape: area, middle: middle, size: size})
	}
	return nil
}

// areaEntries lets areas be found by their names.
func (b *building) areaEntries() (all []Entry) {
	b.report.Areas = len(b.areas)
	for _, a := range b.areas {
		all = append(all, Entry{Kind: Place, Category: a.category, Name: a.name, Others: a.others, Spelt: a.spelt, Point: a.middle, Code: a.code})
	}
	return all
}

// mostAreas is how many areas, one in another, are told of an entry.
const mostAreas = 4

// areaOf gives the areas in which a point of an entry lies, the smallest first, and the code of the smallest that has one.
func areaOf(areas []namedArea, e Entry, p orb.Point) (names, code string) {
	var in []namedArea
	for _, a := range areas {
		itself := e.Kind == Place && e.Name == a.name
		if !itself && a.shape.Contains(p) {
			in = append(in, a)
		}
	}
	slices.SortStableFunc(in, func(a, b namedArea) int { return cmp.Compare(a.size, b.size) })
	var all []string
	for _, a := range in[:min(len(in), mostAreas)] {
		if !slices.Contains(all, a.name) {
			all = append(all, a.name)
		}
		if code == "" {
			code = a.code
		}
	}
	if e.Code != "" {
		code = e.Code
	}
	return strings.Join(all, ", "), code
}
