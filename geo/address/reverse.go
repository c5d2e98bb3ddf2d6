package address

import (
	"cmp"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
)

// How far something may be to be told of a point.
const (
	farStreet geo.Metres = 2000
	farHouse  geo.Metres = 60
	farPOI    geo.Metres = 150
	farPlace  geo.Metres = 20_000
)

// Here is what is at a point. What is not known, or not near, is nil.
type Here struct {
	Street *Hit // the nearest by its line, within 2 km; its Point is the nearest of the line
	House  *Hit // the nearest numbered house, within 60 m
	POI    *Hit // the nearest point of interest, within 150 m
	Place  *Hit // the nearest settlement or quarter by its middle, within 20 km
	Area   string
	Code   string
	Label  string // the shortest that leads there: house, or street, or else place
}

// Reverse says what is at a point. A point that is no place on earth has nothing.
func (x *Index) Reverse(p orb.Point) (h Here) {
	if !geo.Valid(p) {
		return h
	}
	around := planeAt(p)
	if it, _, ok := x.streets.nearest(p, float64(farStreet), func(it item) float64 {
		line := x.entries[it.entry].Lines[it.line]
		_, d2 := around.nearestOnPart(line[it.part], line[it.part+1])
		return d2
	}); ok {
		e := &x.entries[it.entry]
		line := e.Lines[it.line]
		share, _ := around.nearestOnPart(line[it.part], line[it.part+1])
		h.Street = hitAt(e, onLine(line[it.part], line[it.part+1], share), p)
	}
	h.House = x.nearestPoint(p, farHouse, aHouse)
	h.POI = x.nearestPoint(p, farPOI, ownPoint)
	h.Place = x.nearestPlace(p)
	h.describe()
	return h
}

// nearestPoint finds the nearest house or point of interest.
func (x *Index) nearestPoint(p orb.Point, most geo.Metres, what int32) *Hit {
	around := planeAt(p)
	it, _, ok := x.points.nearest(p, float64(most), func(it item) float64 {
		if it.line != what {
			return float64(most)*float64(most) + 1
		}
		px, py := around.at(x.pointOf(it))
		return px*px + py*py
	})
	if !ok {
		return nil
	}
	e := &x.entries[it.entry]
	h := hitAt(e, x.pointOf(it), p)
	if what == aHouse {
		house := e.Houses[it.part]
		h.Number, h.Exact = house.Number, AtHouse
		if house.Estimated {
			h.Exact = Interpolated
		}
		h.Area = cmp.Or(house.Area, e.Area)
		h.Label = label(e.Name, h.Area, door{shown: house.Number})
	}
	return h
}

func (x *Index) pointOf(it item) orb.Point {
	if it.line == aHouse {
		return x.entries[it.entry].Houses[it.part].Point
	}
	return x.entries[it.entry].Point
}

func (x *Index) nearestPlace(p orb.Point) (best *Hit) {
	for _, i := range x.places {
		e := &x.entries[i]
		if d := geo.Distance(p, e.Point); d <= farPlace && (best == nil || d < best.Distance) {
			best = hitAt(e, e.Point, p)
		}
	}
	return best
}

// hitAt is an entry as it is met at a point, seen from another.
func hitAt(e *Entry, at, from orb.Point) *Hit {
	return &Hit{Kind: e.Kind, Category: e.Category, Name: e.Name, Matched: e.Name, Match: Exactly, Label: label(e.Name, e.Area, door{}), Area: e.Area, Code: e.Code,
		Point: at, Exact: exactOf(e.Kind), Distance: geo.Distance(from, at)}
}

// describe says in which area the point is, and how one would call it.
func (h *Here) describe() {
	for _, hit := range []*Hit{h.House, h.Street, h.POI, h.Place} {
		if hit == nil {
			continue
		}
		if h.Label == "" {
			h.Label = hit.Label
		}
		if h.Area == "" {
			h.Area, h.Code = hit.Area, hit.Code
		}
	}
	if h.Area == "" && h.Place != nil {
		h.Area = strings.TrimSpace(h.Place.Name)
	}
}
