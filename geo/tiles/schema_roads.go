package tiles

import (
	"slices"
	"strconv"
	"strings"

	"anling/geo/osm"
)

// roadClass is how a class of ways shows.
type roadClass struct {
	kind string
	from uint8
	rank uint8 // the more important are drawn later
}

// roadClasses are the values of highway, without "_link".
var roadClasses = map[string]roadClass{
	"motorway": {"highway", 5, 90}, "trunk": {"major_road", 6, 80}, "primary": {"major_road", 7, 70},
	"secondary": {"major_road", 9, 60}, "tertiary": {"major_road", 10, 50},
	"unclassified": {"minor_road", 12, 41}, "residential": {"minor_road", 12, 40}, "living_street": {"minor_road", 12, 38}, "road": {"minor_road", 12, 37},
	"raceway": {"minor_road", 13, 36}, "service": {"minor_road", 13, 30}, "busway": {"minor_road", 13, 31},
	"pedestrian": {"path", 13, 25}, "track": {"path", 13, 20}, "path": {"path", 14, 18}, "cycleway": {"path", 14, 17}, "bridleway": {"path", 14, 16},
	"footway": {"path", 14, 15}, "steps": {"path", 14, 14}, "corridor": {"path", 15, 10},
}

// railClasses are the values of railway that are drawn.
var railClasses = map[string]uint8{
	"rail": 9, "narrow_gauge": 10, "light_rail": 11, "subway": 12, "monorail": 12, "tram": 12, "funicular": 12,
}

// The zooms from which on the style shows something of a road.
const (
	majorNameZoom = 11
	minorNameZoom = 14
	bridgeZoom    = 12
	tunnelZoom    = 11
	onewayZoom    = 15
	shieldZoom    = 8
)

// roadLook is how a way shows in the layer of roads, and whether it is one.
func roadLook(tags osm.Tags) (look, bool) {
	switch {
	case tags.Has("highway"):
		return highwayLook(tags)
	case railClasses[tags.Get("railway")] > 0:
		return railLook(tags)
	case tags.Get("route") == "ferry":
		l := look{layer: roads, from: 9, rank: 5}
		l.add("kind", "ferry")
		l.addNames(minorNameZoom, tags)
		return l, true
	case tags.Get("aeroway") == "runway", tags.Get("aeroway") == "taxiway":
		l := look{layer: roads, from: 10, rank: 6}
		l.add("kind", "aeroway")
		l.add("kind_detail", tags.Get("aeroway"))
		return l, true
	case tags.Get("man_made") == "pier":
		l := look{layer: roads, from: 13, rank: 4}
		l.add("kind", "path")
		l.add("kind_detail", "pier")
		return l, true
	}
	return look{}, false
}

func highwayLook(tags osm.Tags) (look, bool) {
	value, isLink := strings.CutSuffix(tags.Get("highway"), "_link")
	class, ok := roadClasses[value]
	if !ok {
		return look{}, false
	}
	l := look{layer: roads, from: class.from, rank: class.rank}
	if isLink {
		l.from, l.rank = max(class.from, 11), class.rank-5
	}
	l.add("kind", class.kind)
	l.add("kind_detail", value)
	l.add("min_zoom", int(l.from)+1)
	l.add("sort_rank", int(l.rank))
	if isLink {
		l.add("is_link", true)
	}
	l.addBridge(tags)
	if oneway(tags) {
		l.addFrom(onewayZoom, "oneway", "yes")
	}
	names := uint8(minorNameZoom)
	if class.kind == "highway" || class.kind == "major_road" {
		names = majorNameZoom
		l.addShield(tags)
	}
	l.addNames(names, tags)
	return l, true
}

func oneway(tags osm.Tags) bool {
	v := tags.Get("oneway")
	return v == "yes" || v == "1" || v == "true" || tags.Get("junction") == "roundabout" && v != "no"
}

func (l *look) addBridge(tags osm.Tags) {
	if v := tags.Get("bridge"); v != "" && v != "no" {
		l.addFrom(bridgeZoom, "is_bridge", true)
	}
	if v := tags.Get("tunnel"); v != "" && v != "no" && v != "building_passage" {
		l.addFrom(tunnelZoom, "is_tunnel", true)
	}
}

// addShield notes the number of a road: the first one, when it has several.
func (l *look) addShield(tags osm.Tags) {
	ref, _, _ := strings.Cut(tags.Get("ref"), ";")
	if ref = strings.TrimSpace(ref); ref == "" {
		return
	}
	l.addFrom(shieldZoom, "ref", ref)
	l.addFrom(shieldZoom, "shield_text", ref)
	l.addFrom(shieldZoom, "shield_text_length", len([]rune(ref)))
}

func railLook(tags osm.Tags) (look, bool) {
	class := tags.Get("railway")
	l := look{layer: roads, from: railClasses[class], rank: 35}
	if tags.Has("service") { // sidings and yards
		l.from, l.rank = max(l.from, 13), 33
	}
	l.add("kind", "rail")
	l.add("kind_detail", class)
	l.addBridge(tags)
	l.addNames(minorNameZoom, tags)
	return l, true
}

// levelZooms says from which zoom on the border of an administrative level is drawn. In China these are: 2 the
// country, 4 province, 5 prefecture, 6 county or district, 8 township.
var levelZooms = map[int]uint8{2: 5, 3: 5, 4: 5, 5: 7, 6: 8, 7: 10, 8: 11}

// levelOf gives the level of an administrative border that is drawn, and 0 for anything else.
func levelOf(tags osm.Tags) int {
	if tags.Get("boundary") != "administrative" {
		return 0
	}
	level, err := strconv.Atoi(tags.Get("admin_level"))
	if err != nil || levelZooms[level] == 0 {
		return 0
	}
	return level
}

// borderLook is how a border of a level shows. On the water it is not drawn.
func borderLook(level int, tags osm.Tags) (look, bool) {
	if level == 0 || tags.Get("maritime") == "yes" || tags.Get("natural") == "coastline" {
		return look{}, false
	}
	l := look{layer: boundaries, from: levelZooms[level], rank: uint8(20 - level)}
	kinds := []string{2: "country", 3: "region", 4: "region", 5: "county", 6: "county", 7: "locality", 8: "locality"}
	l.add("kind", kinds[level])
	l.add("kind_detail", level)
	l.add("min_zoom", int(l.from)+1)
	if slices.Contains([]string{"yes", "disputed"}, tags.Get("disputed")) {
		l.add("disputed", true)
	}
	return l, true
}
