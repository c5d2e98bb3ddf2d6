package tiles

import (
	"math"
	"strconv"
	"strings"

	"anling/geo/osm"
)

// use is a kind of land: the zoom from which on it shows, when it is large enough.
type use struct {
	kind string
	from uint8
}

// uses are the tags that make land use, by key and value. The kinds are those of the Protomaps schema.
var uses = map[string]map[string]use{
	"landuse": {
		"residential": {"residential", 8}, "commercial": {"commercial", 10}, "retail": {"commercial", 10}, "industrial": {"industrial", 9},
		"railway": {"railway", 11}, "military": {"military", 8}, "cemetery": {"cemetery", 10}, "forest": {"forest", 6}, "wood": {"wood", 6},
		"grass": {"grass", 11}, "meadow": {"meadow", 8}, "farmland": {"farmland", 8}, "farm": {"farmland", 8}, "farmyard": {"farmyard", 12}, "orchard": {"orchard", 9},
		"vineyard": {"vineyard", 9}, "plant_nursery": {"farmland", 11}, "allotments": {"allotments", 11}, "village_green": {"village_green", 11},
		"recreation_ground": {"recreation_ground", 10}, "quarry": {"quarry", 9}, "garages": {"other", 13}, "education": {"school", 11}, "religious": {"religious", 12},
	},
	"natural": {
		"wood": {"wood", 6}, "scrub": {"scrub", 8}, "heath": {"scrub", 8}, "grassland": {"grassland", 8}, "glacier": {"glacier", 6}, "bare_rock": {"bare_rock", 8},
		"scree": {"bare_rock", 8}, "shingle": {"bare_rock", 10}, "sand": {"sand", 8}, "beach": {"beach", 10}, "wetland": {"wetland", 8}, "tree_row": {"wood", 15},
	},
	"leisure": {
		"park": {"park", 8}, "garden": {"garden", 12}, "golf_course": {"golf_course", 10}, "nature_reserve": {"nature_reserve", 7}, "playground": {"playground", 13},
		"pitch": {"pitch", 13}, "stadium": {"stadium", 12}, "sports_centre": {"recreation_ground", 12}, "track": {"pitch", 13}, "marina": {"marina", 12}, "dog_park": {"park", 13},
	},
	"amenity": {
		"hospital": {"hospital", 11}, "clinic": {"hospital", 13}, "school": {"school", 12}, "kindergarten": {"kindergarten", 13}, "university": {"university", 10},
		"college": {"college", 11}, "grave_yard": {"cemetery", 12}, "parking": {"parking", 14}, "nursing_home": {"nursing_home", 13}, "social_facility": {"social_facility", 13},
		"townhall": {"townhall", 14}, "prison": {"other", 12},
	},
	"boundary": {"national_park": {"national_park", 6}, "protected_area": {"protected_area", 7}},
	"tourism":  {"zoo": {"zoo", 11}, "theme_park": {"attraction", 11}, "attraction": {"attraction", 13}},
	"aeroway":  {"aerodrome": {"aerodrome", 9}, "runway": {"runway", 10}, "taxiway": {"taxiway", 12}, "apron": {"taxiway", 12}},
	"military": {"airfield": {"airfield", 9}, "naval_base": {"naval_base", 9}, "base": {"military", 9}},
	"man_made": {"pier": {"pier", 13}, "bridge": {"pedestrian", 13}, "breakwater": {"pier", 12}, "groyne": {"pier", 13}},
	"waterway": {"dam": {"dam", 12}},
	"highway":  {"pedestrian": {"pedestrian", 13}, "footway": {"pedestrian", 14}, "platform": {"platform", 14}, "living_street": {"pedestrian", 14}},
	"railway":  {"platform": {"platform", 14}},
	"place":    {"square": {"pedestrian", 14}},
}

// useKeys are the keys of uses, those first that say more about how a place looks.
var useKeys = []string{"aeroway", "amenity", "tourism", "leisure", "military", "man_made", "waterway", "highway", "railway", "landuse", "natural", "boundary", "place"}

// areaLooks is how an area with these tags shows: as surface, building, and as points within it. size is its
// area in square units of the last zoom; the smaller is drawn over the larger.
func areaLooks(tags osm.Tags, size float64) []look {
	var looks []look
	if v := tags.Get("building"); v != "" && v != "no" {
		looks = append(looks, buildingLook(tags, "building"))
	} else if v := tags.Get("building:part"); v != "" && v != "no" {
		looks = append(looks, buildingLook(tags, "building_part"))
	}
	if l, ok := waterAreaLook(tags); ok {
		looks = append(looks, l)
		looks = append(looks, waterNameLooks(tags, size)...)
	} else if l, ok := useLook(tags, size); ok && len(looks) == 0 {
		looks = append(looks, l)
	}
	if v := tags.Get("place"); v == "island" || v == "islet" {
		looks = append(looks, islandLooks(tags, size)...)
	}
	for _, l := range pointLooks(tags) {
		if l.layer == pois || l.layer == buildings { // towns and quarters have their points in the extract
			l.point = true
			looks = append(looks, l)
		}
	}
	return looks
}

// isArea tells whether a closed way with these tags is a surface and not a line that comes back.
func isArea(tags osm.Tags) bool {
	switch tags.Get("area") {
	case "yes":
		return true
	case "no":
		return false
	}
	if tags.Has("highway") || tags.Has("railway") && tags.Get("railway") != "platform" || tags.Has("barrier") && !tags.Has("landuse") {
		return tags.Has("building")
	}
	return true
}

func buildingLook(tags osm.Tags, kind string) look {
	l := look{layer: buildings, from: 13}
	l.add("kind", kind)
	if h := metres(tags, "height", "building:levels"); h > 0 {
		l.addFrom(14, "height", h)
	}
	if h := metres(tags, "min_height", "building:min_level"); h > 0 {
		l.addFrom(14, "min_height", h)
	}
	return l
}

// metres reads a height, or makes one of storeys of three metres. What is no height of a building is 0.
func metres(tags osm.Tags, key, storeys string) int {
	text := strings.TrimSpace(strings.TrimSuffix(tags.Get(key), "m"))
	if v, err := strconv.ParseFloat(text, 64); err == nil && v > 0 && v < 1000 {
		return int(math.Round(v))
	}
	if v, err := strconv.ParseFloat(tags.Get(storeys), 64); err == nil && v > 0 && v < 300 {
		return int(math.Round(3 * v))
	}
	return 0
}

func useLook(tags osm.Tags, size float64) (look, bool) {
	for _, key := range useKeys {
		u, ok := uses[key][tags.Get(key)]
		if !ok {
			continue
		}
		l := look{layer: landuse, from: u.from, rank: largeFirst(size)}
		l.add("kind", u.kind)
		l.add("sort_rank", int(l.rank))
		return l, true
	}
	return look{}, false
}

// largeFirst ranks areas by the logarithm of their size.
func largeFirst(size float64) uint8 {
	return uint8(255 - math.Min(255, 4*math.Log2(size+1)))
}

// waterAreaLook is how standing or flowing water shows as a surface.
func waterAreaLook(tags osm.Tags) (look, bool) {
	kind := ""
	switch {
	case tags.Get("natural") == "water":
		kind = waterKind(tags.Get("water"))
	case tags.Get("waterway") == "riverbank":
		kind = "river"
	case tags.Get("waterway") == "dock", tags.Get("landuse") == "basin":
		kind = "basin"
	case tags.Get("landuse") == "reservoir":
		kind = "lake"
	case tags.Get("leisure") == "swimming_pool", tags.Get("amenity") == "swimming_pool":
		kind = "swimming_pool"
	case tags.Get("amenity") == "fountain":
		kind = "fountain"
	default:
		return look{}, false
	}
	l := look{layer: water, rank: 200}
	if kind == "swimming_pool" || kind == "fountain" {
		l.from = 14
	}
	l.add("kind", kind)
	if tags.Get("landuse") == "reservoir" || tags.Get("water") == "reservoir" {
		l.add("reservoir", true)
	}
	if tags.Get("intermittent") == "yes" {
		l.add("intermittent", true)
	}
	l.add("sort_rank", int(l.rank))
	return l, true
}

func waterKind(v string) string {
	switch v {
	case "river", "canal", "basin", "stream", "ditch", "lock", "fountain":
		return v
	case "oxbow", "rapids":
		return "river"
	}
	return "lake"
}

// waterNameLooks is the name of a lake, from the zoom on at which it is about 20 pixels across. A river has
// its name along its line.
func waterNameLooks(tags osm.Tags, size float64) []look {
	kind := waterKind(tags.Get("water"))
	if kind == "river" || kind == "canal" || kind == "stream" || tags.Get("waterway") == "riverbank" {
		return nil
	}
	return namePoint(look{layer: water}, "lake", tags, size)
}

func islandLooks(tags osm.Tags, size float64) []look {
	return namePoint(look{layer: earth}, "island", tags, size)
}

// namePoint is a name within an area.
func namePoint(l look, kind string, tags osm.Tags, size float64) []look {
	l.point, l.from = true, maxZoom
	for l.from > minZoom && math.Sqrt(size)/float64(int(1)<<(maxZoom+1-l.from)) > 160 {
		l.from--
	}
	l.rank = 255 - largeFirst(size)
	n := len(l.attrs)
	l.addNames(0, tags)
	if len(l.attrs) == n {
		return nil
	}
	l.add("kind", kind)
	l.add("min_zoom", int(l.from)+1)
	return []look{l}
}

// waterLineLook is how a river, stream or canal shows as a line.
func waterLineLook(tags osm.Tags) (look, bool) {
	from, ok := map[string]uint8{"river": 9, "canal": 11, "stream": 13, "drain": 14, "ditch": 14}[tags.Get("waterway")]
	if !ok {
		return look{}, false
	}
	l := look{layer: water, from: from, rank: 100 - from}
	l.add("kind", tags.Get("waterway"))
	l.add("min_zoom", int(from)+1)
	if v := tags.Get("tunnel"); v != "" && v != "no" {
		return look{}, false // under the ground
	}
	if tags.Get("intermittent") == "yes" {
		l.addFrom(12, "intermittent", true)
	}
	l.addNames(12, tags)
	return l, true
}
