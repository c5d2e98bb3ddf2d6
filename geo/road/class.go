package road

import (
	"slices"
	"strings"

	"anling/geo/osm"
)

// class is a class of road as OpenStreetMap names it (highway=*), and how one travels on it where nothing else is said.
type class struct {
	name string
	// speed is that of a car in km/h with all that holds it up between the crossings of a town: what one gets, not what
	// one may. Zero: cars may not.
	speed float64
	// limited is the part of a posted limit that one gets on it.
	limited float64
	walks   bool // people on foot may use it
	rides   bool // bicycles may
	pushes  bool // bicycles may be pushed along it
}

// ferry is the class of a line of a ship.
const ferry = "ferry"

// classes are all that are known; a road file holds their places in this list, so it only ever grows at its end.
func classes() []class {
	return []class{
		{name: "motorway", speed: 105, limited: 1},
		{name: "motorway_link", speed: 89, limited: 1},
		{name: "trunk", speed: 90, limited: 1, walks: true, rides: true},
		{name: "trunk_link", speed: 77, limited: 1, walks: true, rides: true},
		{name: "primary", speed: 75, limited: 1, walks: true, rides: true},
		{name: "primary_link", speed: 64, limited: 1, walks: true, rides: true},
		{name: "secondary", speed: 60, limited: 1, walks: true, rides: true},
		{name: "secondary_link", speed: 51, limited: 1, walks: true, rides: true},
		{name: "tertiary", speed: 50, limited: 1, walks: true, rides: true},
		{name: "tertiary_link", speed: 48, limited: 1, walks: true, rides: true},
		{name: "unclassified", speed: 40, limited: 1, walks: true, rides: true},
		{name: "residential", speed: 35, limited: 1, walks: true, rides: true},
		{name: "living_street", speed: 22, limited: 1, walks: true, rides: true},
		{name: "service", speed: 24, limited: 1, walks: true, rides: true},
		{name: "road", speed: 25, limited: 1, walks: true, rides: true},
		{name: "track", speed: 8, limited: 1, walks: true, rides: true},
		{name: "busway"},
		{name: "pedestrian", walks: true, pushes: true},
		{name: "footway", walks: true, pushes: true},
		{name: "cycleway", walks: true, rides: true},
		{name: "path", walks: true, rides: true},
		{name: "bridleway", walks: true, pushes: true},
		{name: "steps", walks: true},
		{name: "corridor", walks: true},
		{name: "platform", walks: true, pushes: true},
		{name: ferry, speed: 12, limited: 1, walks: true, rides: true},
	}
}

// rankOf is how high a class stands among roads for cars, 0 for motorways; a link ranks with its road.
func rankOf(class int) int { return min(class/2, ranks-1) }

// ranks: five pairs of a road and its link, streets, what is called residential or less, and all else.
const ranks = 8

func className(c uint8) string {
	if all := classes(); int(c) < len(all) {
		return all[c].name
	}
	return ""
}

// classOf finds the class of a way; not ok: it is no road, or one that is not there yet or no more.
func classOf(known []class, t osm.Tags) (at int, ok bool) {
	name := t.Get("highway")
	switch {
	case name == "" && t.Get("route") == ferry:
		name = ferry
	case name == "" && (t.Get("railway") == "platform" || t.Get("public_transport") == "platform"):
		name = "platform"
	}
	if t.Get("area") == "yes" && name != "pedestrian" && name != "platform" {
		return 0, false
	}
	at = slices.IndexFunc(known, func(c class) bool { return c.name == name })
	return at, at >= 0
}

// country is what the law of a country implies where a sign only says "urban" or "rural": km/h. Source: the page "Default
// speed limits" of the OpenStreetMap wiki and the national codes it cites, as of 2026.
type country struct {
	urban, rural, trunk, motorway float64
}

func countries() map[string]country {
	return map[string]country{
		"CN": {50, 70, 80, 120}, // Regulation on the Implementation of the Road Traffic Safety Law, art. 45, 78
		"HK": {50, 50, 70, 110},
		"TW": {50, 60, 80, 110},
		"JP": {60, 60, 60, 100},
		"PT": {50, 90, 100, 120},
		"ES": {50, 90, 90, 120},
		"FR": {50, 80, 110, 130},
		"IT": {50, 90, 110, 130},
		"DE": {50, 100, 130, 130},
		"AT": {50, 100, 100, 130},
		"CH": {50, 80, 100, 120},
		"LI": {50, 80, 80, 120},
		"FI": {50, 80, 100, 120},
		"GB": {48, 97, 113, 113},
		"US": {40, 89, 89, 105},
		"":   {50, 80, 100, 120},
	}
}

func (c country) implied(zone string) float64 {
	switch zone {
	case "urban":
		return c.urban
	case "rural":
		return c.rural
	case "trunk", "express":
		return c.trunk
	case "motorway":
		return c.motorway
	case "living_street", "walk", "bicycle_road":
		return 15
	}
	return 0
}

// limitOf is the posted limit of a way in one direction in km/h; zero when nothing that can be read is said.
func limitOf(t osm.Tags, key string, home string) float64 {
	v := strings.TrimSpace(t.Get(key))
	if v == "" {
		v = strings.TrimSpace(t.Get("maxspeed"))
	}
	if v == "walk" {
		return 7
	}
	if number, unit := number(v); number > 0 {
		if unit == "mph" {
			return number * 1.609344
		}
		if unit == "" || unit == "km/h" || unit == "kmh" {
			return number
		}
		return 0
	}
	for _, key := range []string{v, t.Get("maxspeed:type"), t.Get("source:maxspeed"), t.Get("zone:traffic")} {
		land, zone, both := strings.Cut(key, ":")
		if !both {
			land, zone = home, key
		}
		c, known := countries()[strings.ToUpper(land)]
		if !known {
			c = countries()[""]
		}
		if implied := c.implied(zone); implied > 0 {
			return implied
		}
	}
	return 0
}
