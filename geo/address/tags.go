package address

import (
	"cmp"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo/osm"
)

// isStreet tells whether a way is a street with a name, or a square, at which houses can be numbered, too.
func isStreet(tags osm.Tags) bool {
	if nameOf(tags) == "" {
		return false
	}
	switch tags.Get("highway") {
	case "":
		return tags.Get("place") == "square"
	case "proposed", "construction", "platform", "bus_stop", "rest_area", "services", "street_lamp", "elevator", "abandoned", "razed", "raceway", "corridor":
		return false
	}
	return true
}

// isTold tells whether a building or ground says anything that is kept.
func isTold(tags osm.Tags) bool {
	_, _, ok := kindOf(tags)
	return ok || tags.Has("addr:housenumber")
}

// pointKeys are the keys that make something with a name a point of interest, the most telling first.
func pointKeys() []string {
	return []string{"amenity", "healthcare", "shop", "tourism", "office", "leisure", "emergency", "craft", "historic", "railway", "public_transport", "aeroway", "building", "landuse"}
}

// kindOf says what something with a name is, if it is anything that people look for.
func kindOf(tags osm.Tags) (k Kind, category string, ok bool) {
	if nameOf(tags) == "" {
		return "", "", false
	}
	if place := tags.Get("place"); place != "" && place != "square" {
		return Place, "place=" + place, true
	}
	if tags.Get("highway") == "bus_stop" {
		return POI, "highway=bus_stop", true
	}
	for _, key := range pointKeys() {
		value := tags.Get(key)
		if value == "" || value == "no" || !isLookedFor(key, value) {
			continue
		}
		return POI, key + "=" + value, true
	}
	return "", "", false
}

// isLookedFor leaves out what has a name for railwaymen and foresters only.
func isLookedFor(key, value string) bool {
	switch key {
	case "railway":
		return slices.Contains([]string{"station", "halt", "tram_stop", "subway_entrance"}, value)
	case "landuse":
		return slices.Contains([]string{"residential", "commercial", "retail", "cemetery", "education"}, value)
	}
	return true
}

// nameOf is what something is called where it is.
func nameOf(tags osm.Tags) string {
	return strings.TrimSpace(cmp.Or(tags.Get("name"), tags.Get("addr:housename")))
}

// otherNames are the names besides: in other languages of the data, older and shorter ones.
func otherNames(tags osm.Tags) (all []string) {
	name := nameOf(tags)
	for _, key := range []string{"name:zh", "name:zh-Hans", "name:en", "name:de", "name:fi", "name:sv", "name:pt", "name:fr", "name:it", "int_name", "alt_name", "official_name", "old_name",
		"loc_name", "short_name", "name:left", "name:right"} {
		for other := range strings.SplitSeq(tags.Get(key), ";") {
			if other = strings.TrimSpace(other); other != "" && other != name && !slices.Contains(all, other) {
				all = append(all, other)
			}
		}
	}
	return all
}

// pinyinOf is how the name is read, where the data says so.
func pinyinOf(tags osm.Tags) (all []string) {
	for _, key := range []string{"name:zh_pinyin", "name:zh-Latn-pinyin", "name:zh-Latn"} {
		if p := strings.TrimSpace(tags.Get(key)); strings.Contains(p, " ") && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// cityOf is where something is by its own address; what boundaries say comes before that.
func cityOf(tags osm.Tags) string {
	var parts []string
	for _, key := range []string{"addr:suburb", "addr:district", "addr:city"} {
		if part := strings.TrimSpace(tags.Get(key)); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// doorOf reads the house number of something.
func doorOf(tags osm.Tags, at orb.Point) (d doorAt, ok bool) {
	d = doorAt{street: strings.TrimSpace(cmp.Or(tags.Get("addr:street"), tags.Get("addr:place"))), number: strings.TrimSpace(tags.Get("addr:housenumber")), area: cityOf(tags), point: at}
	return d, d.street != "" && d.number != ""
}
