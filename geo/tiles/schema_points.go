package tiles

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"anling/geo/osm"
)

// settlement is how a value of place shows.
type settlement struct {
	kind       string
	from       uint8
	population int // when the map does not say
}

// settlements are the values of place that have a name on the map.
var settlements = map[string]settlement{
	"country": {"country", 5, 10_000_000}, "state": {"region", 5, 5_000_000}, "province": {"region", 5, 5_000_000}, "region": {"region", 6, 1_000_000},
	"county": {"county", 8, 300_000}, "city": {"locality", 5, 500_000}, "town": {"locality", 8, 10_000}, "village": {"locality", 11, 1_000},
	"hamlet": {"locality", 13, 200}, "isolated_dwelling": {"locality", 14, 10}, "farm": {"locality", 14, 10}, "locality": {"locality", 13, 100},
	"borough": {"macrohood", 10, 100_000}, "district": {"macrohood", 10, 100_000}, "suburb": {"neighbourhood", 11, 20_000}, "quarter": {"neighbourhood", 12, 5_000},
	"neighbourhood": {"neighbourhood", 13, 1_000}, "city_block": {"neighbourhood", 15, 500},
}

// interest is how a place that people look for shows.
type interest struct {
	kind string
	from uint8
}

// interests are the tags that make points of interest; those that matter when somebody needs help come early.
var interests = map[string]map[string]interest{
	"amenity": {
		"hospital": {"hospital", 12}, "clinic": {"clinic", 14}, "doctors": {"doctors", 14}, "pharmacy": {"pharmacy", 14}, "police": {"police", 13}, "fire_station": {"fire_station", 13},
		"nursing_home": {"nursing_home", 14}, "social_facility": {"social_facility", 14}, "community_centre": {"community_centre", 14}, "school": {"school", 14}, "kindergarten": {"kindergarten", 15},
		"university": {"university", 13}, "college": {"college", 13}, "townhall": {"townhall", 13}, "library": {"library", 14}, "post_office": {"post_office", 14}, "bank": {"bank", 15},
		"marketplace": {"marketplace", 14}, "place_of_worship": {"place_of_worship", 15}, "bus_station": {"bus_station", 13}, "ferry_terminal": {"ferry_terminal", 13}, "toilets": {"toilets", 15},
		"restaurant": {"restaurant", 15}, "cafe": {"cafe", 15}, "fast_food": {"fast_food", 15}, "bar": {"bar", 15}, "fuel": {"fuel", 15}, "cinema": {"cinema", 15}, "theatre": {"theatre", 15}, "drinking_water": {"drinking_water", 15},
	},
	"emergency":  {"defibrillator": {"defibrillator", 15}, "ambulance_station": {"ambulance_station", 13}},
	"railway":    {"station": {"station", 12}, "halt": {"station", 13}, "tram_stop": {"tram_stop", 15}, "subway_entrance": {"subway_entrance", 15}},
	"highway":    {"bus_stop": {"bus_stop", 15}},
	"aeroway":    {"aerodrome": {"aerodrome", 10}},
	"shop":       {"supermarket": {"supermarket", 15}, "convenience": {"convenience", 15}, "mall": {"mall", 14}, "department_store": {"department_store", 14}},
	"tourism":    {"museum": {"museum", 14}, "hotel": {"hotel", 15}, "attraction": {"attraction", 14}, "zoo": {"zoo", 13}},
	"leisure":    {"park": {"park", 14}, "stadium": {"stadium", 14}, "marina": {"marina", 14}},
	"natural":    {"peak": {"peak", 13}, "beach": {"beach", 14}},
	"healthcare": {"hospital": {"hospital", 12}, "clinic": {"clinic", 14}, "centre": {"clinic", 14}, "doctor": {"doctors", 14}, "pharmacy": {"pharmacy", 14}},
}

// interestKeys are the keys of interests; the first that fits counts.
var interestKeys = []string{"amenity", "emergency", "healthcare", "railway", "highway", "aeroway", "shop", "tourism", "leisure", "natural"}

// longestNumber is how many signs a house number may have to be drawn; what is longer describes the way to a door.
const longestNumber = 12

// pointLooks is how a point with these tags shows.
func pointLooks(tags osm.Tags) []look {
	var looks []look
	if l, ok := placeLook(tags); ok {
		looks = append(looks, l)
	}
	if l, ok := interestLook(tags); ok {
		looks = append(looks, l)
	}
	if number := tags.Get("addr:housenumber"); number != "" && utf8.RuneCountInString(number) <= longestNumber {
		l := look{layer: buildings, from: maxZoom, rank: 200}
		l.add("kind", "address")
		l.add("addr_housenumber", number)
		l.add("addr_street", tags.Get("addr:street"))
		looks = append(looks, l)
	}
	return looks
}

func placeLook(tags osm.Tags) (look, bool) {
	value := tags.Get("place")
	if value == "island" || value == "islet" {
		l := namePoint(look{layer: earth}, "island", tags, 0)
		if l == nil {
			return look{}, false
		}
		l[0].point = false
		return l[0], true
	}
	s, ok := settlements[value]
	if !ok {
		return look{}, false
	}
	people := s.population
	if n, err := strconv.Atoi(strings.ReplaceAll(strings.ReplaceAll(tags.Get("population"), ",", ""), " ", "")); err == nil && n > 0 {
		people = n
	}
	l := look{layer: places, from: s.from}
	if s.kind == "locality" && (people >= 100_000 || tags.Get("capital") == "yes") {
		l.from = min(l.from, 6)
	}
	rank := populationRank(people)
	l.rank = uint8(200 - 10*rank)
	l.addNames(0, tags)
	if len(l.attrs) == 0 {
		return look{}, false
	}
	l.add("kind", s.kind)
	l.add("kind_detail", value)
	l.add("population", people)
	l.add("population_rank", rank)
	l.add("min_zoom", int(l.from)+1)
	l.add("sort_key", int(l.from)*1000-rank)
	if v := tags.Get("capital"); v == "yes" || v == "2" {
		l.add("capital", "yes")
	}
	return l, true
}

// populationRank is the size of a place in the steps of the Protomaps schema, 0 to 17.
func populationRank(people int) int {
	rank := 0
	for _, step := range []int{200, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 1_000_000_000} {
		if people >= step {
			rank++
		}
	}
	return rank
}

func interestLook(tags osm.Tags) (look, bool) {
	for _, key := range interestKeys {
		i, ok := interests[key][tags.Get(key)]
		if !ok {
			continue
		}
		l := look{layer: pois, from: i.from, rank: 100 - i.from}
		l.addNames(0, tags)
		l.add("kind", i.kind)
		l.add("min_zoom", int(i.from)+1)
		return l, true
	}
	return look{}, false
}
