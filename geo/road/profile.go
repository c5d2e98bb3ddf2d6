package road

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/geo/osm"
)

// Paces of people and bicycles in metres a second. On foot and by bicycle they are those of the dispatch study (a
// volunteer who hurries); pushing is walking beside a bicycle.
const (
	footPace  = 1.9
	bikePace  = 4.4
	pushPace  = 1.5
	stepsPace = footPace * 0.6
)

// boarding is what somebody waits for a ship.
const boarding = 5 * time.Minute

// travelled is how a way is travelled: metres a second by each mode in each direction, zero where it may not be.
type travelled struct {
	class int
	speed [modes][directions]float64
	// Of a ship: what one waits for it, and how long it takes from end to end when that is known.
	boarding, timetable time.Duration
}

// profile reads tags.
type profile struct {
	known []class
	home  string // the country of the roads, ISO 3166-1 alpha-2; empty when it is not known
}

func newProfile(home string) profile { return profile{known: classes(), home: home} }

// way tells how a way is travelled; not ok: by nobody.
func (p profile) way(t osm.Tags) (w travelled, ok bool) {
	if w.class, ok = classOf(p.known, t); !ok {
		return w, false
	}
	c := p.known[w.class]
	p.walk(&w, c, t)
	p.ride(&w, c, t)
	p.drive(&w, c, t)
	if c.name == ferry {
		w.sail(t)
	}
	for m := range w.speed {
		if w.speed[m] != [directions]float64{} {
			return w, true
		}
	}
	return w, false
}

// access is what the most telling of some keys says: the later ones are the more general. ok is false when none says anything.
func access(t osm.Tags, keys ...string) (allowed, ok bool) {
	for _, k := range keys {
		switch t.Get(k) {
		case "no", "agricultural", "forestry", "military", "emergency", "use_sidepath":
			return false, true
		case "yes", "designated", "permissive", "official", "destination", "customers", "private", "delivery", "residents", "permit", "public":
			return true, true
		}
	}
	return false, false
}

// private reports whether strangers have no right there. A helper who is called to a door has one, and is let in at a gate, so such
// roads are used, at a walking car's pace: nobody takes a short cut through them.
func private(t osm.Tags, keys ...string) bool {
	for _, k := range keys {
		if v := t.Get(k); v != "" {
			return v == "private" || v == "residents" || v == "permit"
		}
	}
	return false
}

func (p profile) walk(w *travelled, c class, t osm.Tags) {
	may, said := access(t, "foot", "access")
	if !said {
		may = c.walks && t.Get("motorroad") != "yes" && !raised(c, t)
	}
	if !may {
		return
	}
	speed := footPace
	if c.name == "steps" {
		speed = stepsPace
	}
	if scale := t.Get("sac_scale"); scale != "" && scale != "hiking" && scale != "strolling" {
		speed *= 0.6
	}
	w.speed[foot] = [directions]float64{speed, speed}
	switch t.Get("oneway:foot") {
	case "yes":
		w.speed[foot][back] = 0
	case "-1":
		w.speed[foot][ahead] = 0
	}
}

// raised reports whether a way is a ramp or an elevated stretch of a trunk road. Only cars use those, where nothing else is
// said; who walks below would otherwise be thought to be on it.
func raised(c class, t osm.Tags) bool {
	if c.name == "trunk_link" {
		return true
	}
	bridge := t.Get("bridge")
	return c.name == "trunk" && bridge != "" && bridge != "no"
}

func (p profile) ride(w *travelled, c class, t osm.Tags) {
	may, said := access(t, "bicycle", "vehicle", "access")
	pushes := false
	switch {
	case t.Get("bicycle") == "dismount", !said && c.pushes:
		may, pushes = w.speed[foot] != [directions]float64{}, true
	case !said:
		may = c.rides && t.Get("motorroad") != "yes" && !raised(c, t)
	}
	if !may || c.name == "steps" || c.name == "corridor" {
		return
	}
	speed := bikePace * surfaceForBicycles(t)
	if pushes {
		speed = pushPace
	}
	w.speed[bike] = [directions]float64{speed, speed}
	if pushes {
		return
	}
	against := t.Get("oneway:bicycle") == "no" || strings.HasPrefix(t.Get("cycleway"), "opposite") ||
		strings.HasPrefix(t.Get("cycleway:left"), "opposite") || strings.HasPrefix(t.Get("cycleway:right"), "opposite")
	if closed, oneWay := onewayOf(t, c.name); oneWay && !against {
		w.speed[bike][closed] = 0
	}
}

// surfaceForBicycles is the part of the usual pace that the ground leaves.
func surfaceForBicycles(t osm.Tags) float64 {
	switch t.Get("surface") {
	case "unpaved", "ground", "dirt", "earth", "grass", "gravel", "mud", "sand", "pebblestone", "cobblestone", "unhewn_cobblestone", "woodchips", "rock":
		return 0.65
	}
	return 1
}

func (p profile) drive(w *travelled, c class, t osm.Tags) {
	keys := []string{"motorcar", "motor_vehicle", "vehicle", "access"}
	may, said := access(t, keys...)
	if !said {
		may = c.speed > 0
	}
	if !may || c.walks && c.speed == 0 && !drivable(t, keys) {
		return
	}
	for d, key := range []string{"maxspeed:forward", "maxspeed:backward"} {
		w.speed[car][d] = p.carSpeed(c, t, key) / 3.6
	}
	if private(t, keys...) {
		w.speed[car] = [directions]float64{min(w.speed[car][ahead], privateSpeed/3.6), min(w.speed[car][back], privateSpeed/3.6)}
	}
	if closed, oneWay := onewayOf(t, c.name); oneWay {
		w.speed[car][closed] = 0
	}
}

// drivable reports whether a path for people is opened to cars by name, not only to whoever may come there at all.
func drivable(t osm.Tags, keys []string) bool {
	may, said := access(t, keys[:len(keys)-1]...)
	return said && may
}

const (
	privateSpeed = 10.0 // km/h
	pathSpeed    = 10.0 // of a car on a path that is open to it
)

// carSpeed is what a car gets on a way, in km/h.
func (p profile) carSpeed(c class, t osm.Tags, key string) float64 {
	speed := c.speed
	if speed == 0 {
		return pathSpeed
	}
	if limit := limitOf(t, key, p.home); limit > 0 {
		speed = math.Max(math.Min(limit*c.limited, speed*maxGain), math.Min(limit, minSpeed))
	}
	if c.name == "service" && (t.Get("service") == "parking_aisle" || t.Get("service") == "driveway" || t.Get("service") == "alley") {
		speed = math.Min(speed, 15)
	}
	if r := t.Get("junction"); r == "roundabout" || r == "circular" {
		speed = math.Min(speed, 30)
	}
	return speed * surfaceForCars(t)
}

const (
	maxGain  = 1.45 // a posted limit makes a class at most so much faster than it usually is
	minSpeed = 10.0 // km/h
)

func surfaceForCars(t osm.Tags) float64 {
	switch t.Get("surface") {
	case "unpaved", "ground", "dirt", "earth", "grass", "mud", "sand", "rock":
		return 0.55
	case "gravel", "pebblestone", "compacted", "fine_gravel":
		return 0.75
	case "cobblestone", "unhewn_cobblestone", "sett":
		return 0.85
	}
	return 1
}

// onewayOf tells which direction of a way is closed to vehicles.
func onewayOf(t osm.Tags, name string) (closed int, oneWay bool) {
	switch t.Get("oneway") {
	case "yes", "true", "1":
		return back, true
	case "-1", "reverse":
		return ahead, true
	case "no", "false", "0":
		return 0, false
	case "reversible", "alternating":
		return 0, false
	}
	junction := t.Get("junction")
	return back, name == "motorway" || name == "motorway_link" || junction == "roundabout" || junction == "circular"
}

// sail lets those wait who take a ship; cars are only taken where the map says so. Its time is that of its timetable when
// the way has one (see segments of a ferry), else that of a small ship.
func (w *travelled) sail(t osm.Tags) {
	for m := range w.speed {
		for d := range w.speed[m] {
			if w.speed[m][d] > 0 {
				w.speed[m][d] = shipSpeed / 3.6
			}
		}
	}
	w.boarding = boarding
	if may, said := access(t, "motorcar", "motor_vehicle", "vehicle"); !said || !may {
		w.speed[car] = [directions]float64{}
	}
	w.timetable = durationOf(t.Get("duration"))
}

const shipSpeed = 12.0 // km/h

// durationOf reads duration=* (OpenStreetMap: HH:MM or HH:MM:SS, or minutes); zero when it cannot be read.
func durationOf(v string) time.Duration {
	parts := strings.Split(strings.TrimSpace(v), ":")
	var n []int
	for _, p := range parts {
		i, err := strconv.Atoi(p)
		if err != nil || i < 0 || i > 10_000 {
			return 0
		}
		n = append(n, i)
	}
	switch len(n) {
	case 1:
		return time.Duration(n[0]) * time.Minute
	case 2:
		return time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute
	case 3:
		return time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute + time.Duration(n[2])*time.Second
	}
	return 0
}

// number reads a number and the unit behind it.
func number(v string) (n float64, unit string) {
	end := strings.IndexFunc(v, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(v)
	}
	n, err := strconv.ParseFloat(v[:end], 64)
	if err != nil || math.IsInf(n, 0) || n > 1000 {
		return 0, ""
	}
	return n, strings.TrimSpace(v[end:])
}

// barrier tells which modes cannot pass a node.
func barrier(t osm.Tags) (stops [modes]bool) {
	kind := t.Get("barrier")
	if kind == "" {
		return stops
	}
	passable := [modes]bool{foot: true, bike: true, car: true}
	switch kind {
	case "bollard", "block", "jersey_barrier", "motorcycle_barrier", "planter", "log", "debris":
		passable[car] = false
	case "cycle_barrier", "bus_trap", "sump_buster", "chain", "full-height_turnstile", "turnstile", "stile", "kissing_gate", "horse_stile":
		passable[car] = false
		passable[bike] = slices.Contains([]string{"chain", "cycle_barrier", "bus_trap", "sump_buster"}, kind)
	case "fence", "wall", "hedge", "ditch":
		passable = [modes]bool{}
	}
	for m, keys := range [modes][]string{
		foot: {"foot", "access"}, bike: {"bicycle", "vehicle", "access"}, car: {"motorcar", "motor_vehicle", "vehicle", "access"},
	} {
		if may, said := access(t, keys...); said {
			passable[m] = may
		}
		stops[m] = !passable[m]
	}
	return stops
}

// delays are the seconds that a node costs whoever passes it: a light that may be red, a sign at which one stops.
func delays(t osm.Tags) (d [modes]float64) {
	switch t.Get("highway") {
	case "traffic_signals":
		d[car], d[bike] = signalDelay, signalDelay
	case "stop":
		d[car] = stopDelay
	case "give_way":
		d[car] = giveWayDelay
	}
	return d
}

// What a car loses at a node, on the average of a day.
const (
	signalDelay  = 1.0
	stopDelay    = 2.0
	giveWayDelay = 1.0
	minorDelay   = 2.4 // into a road that ranks higher
	equalDelay   = 1.6 // where roads of one rank cross
	throughDelay = 0.4 // past the mouth of a lower one
)
