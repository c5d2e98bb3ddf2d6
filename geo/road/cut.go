package road

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"anling/geo/osm"
)

// restrictionOf is the kind of turn that a relation forbids or demands, for cars; empty when it is about something else, or
// only at some hours.
func restrictionOf(t osm.Tags) string {
	if t.Get("type") != "restriction" {
		return ""
	}
	for _, k := range []string{"restriction", "restriction:motorcar", "restriction:motor_vehicle"} {
		if v := t.Get(k); v != "" {
			return v
		}
	}
	return ""
}

func splitList(v string) []string {
	var out []string
	for _, part := range strings.Split(v, ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// cutWay makes segments of a way: from crossing to crossing, and around what is not in the extract.
func (b *building) cutWay(w roadWay) {
	share := b.timetable(w)
	var run []*roadNode
	for _, id := range b.refs[w.from:w.to] {
		n := b.find(id)
		if !n.there {
			run = nil // the part before it had no end in the extract
			continue
		}
		if run = append(run, n); !n.cut {
			continue
		}
		if len(run) > 1 && run[0].cut {
			b.segment(w, run, share)
		}
		run = []*roadNode{n}
	}
}

// timetable is the seconds that a metre of a ship's way takes by its timetable; zero when there is none.
func (b *building) timetable(w roadWay) float64 {
	if w.travelled.timetable == 0 {
		return 0
	}
	var line orb.LineString
	for _, id := range b.refs[w.from:w.to] {
		if n := b.find(id); n.there {
			line = append(line, n.point)
		}
	}
	return w.travelled.timetable.Seconds() / math.Max(1, length(line))
}

func (b *building) segment(w roadWay, run []*roadNode, secondsPerMetre float64) {
	var line orb.LineString
	var delay [modes]float64
	for i, n := range run {
		line = append(line, n.point)
		if i == 0 || i == len(run)-1 {
			continue
		}
		for m := range delay {
			delay[m] += n.delay[m]
		}
	}
	if w.boarding > 0 {
		for m := range delay {
			delay[m] += w.boarding.Seconds()
		}
	}
	first, last := run[0].crossing, run[len(run)-1].crossing
	b.From, b.To = append(b.From, first), append(b.To, last)
	b.Class, b.Names = append(b.Class, uint8(w.class)), append(b.Names, w.name)
	for _, p := range line {
		lon, lat := unitsOf(p)
		b.Points = append(b.Points, lon, lat)
	}
	b.Shapes = append(b.Shapes, uint32(len(b.Points)/2))
	metres := length(line)
	for m := range b.Cost {
		for d := range b.Cost[m] {
			end := run[len(run)-1]
			if d == back {
				end = run[0]
			}
			b.Cost[m][d] = append(b.Cost[m][d], costOf(w.speed[m][d], metres, delay[m]+end.entering(m, w.class), secondsPerMetre))
		}
	}
	if _, named := b.parts[w.id]; named {
		b.parts[w.id] = append(b.parts[w.id], uint32(b.segments()-1))
	}
}

// entering is the seconds that somebody loses who comes into a crossing on a road of a class: a light, or having to wait for
// whoever has right of way there.
func (n *roadNode) entering(mode, class int) float64 {
	if mode != car {
		return n.delay[mode]
	}
	rank, arms, higher := rankOf(class), 0, false
	for r, k := range n.arms {
		arms += int(k)
		higher = higher || k > 0 && r < rank
	}
	switch {
	case arms < 3:
		return n.delay[mode]
	case higher:
		return n.delay[mode] + minorDelay
	case n.arms[rank] > 2:
		return n.delay[mode] + equalDelay
	}
	return n.delay[mode] + throughDelay
}

// costOf is the time for so many metres in milliseconds; it is never nothing, so that no circle is free.
func costOf(speed, metres, delay, secondsPerMetre float64) uint32 {
	if speed == 0 {
		return never
	}
	seconds := metres / speed
	if secondsPerMetre > 0 {
		seconds = metres * secondsPerMetre
	}
	return uint32(math.Max(1, math.Min(float64(24*time.Hour/time.Millisecond), math.Round((seconds+delay)*1000))))
}

// forbid finds the segments of a forbidden turn: the one of the first way that comes to the node, the one of the second that leaves it.
func (b *building) forbid(f forbidden) {
	via := b.find(f.via)
	if via == nil || !via.there {
		b.report.TurnsLeftOut++
		return
	}
	from, to := b.touching(f.from, via.crossing), b.touching(f.to, via.crossing)
	if len(from) != 1 || len(to) != 1 {
		b.report.TurnsLeftOut++ // it passes through the node: which of its halves is meant is not said
		return
	}
	in, out := from[0]^1, to[0]
	exits := []uint32{out}
	if f.only {
		exits = slices.DeleteFunc(b.leaving(via.crossing), func(d uint32) bool { return d == out })
	}
	for m, applies := range f.modes {
		if !applies {
			continue
		}
		for _, exit := range exits {
			b.Bans = append(b.Bans, ban{Mode: uint8(m), From: in, To: exit})
		}
	}
}

// touching lists the segments of a way that begin or end at a crossing, as they leave it.
func (b *building) touching(way int64, crossing uint32) []uint32 {
	var out []uint32
	for _, seg := range b.parts[way] {
		if b.From[seg] == crossing {
			out = append(out, 2*seg)
		}
		if b.To[seg] == crossing {
			out = append(out, 2*seg+1)
		}
	}
	return out
}

// leaving lists all directed segments that begin at a crossing.
func (b *building) leaving(crossing uint32) []uint32 {
	if b.exits == nil {
		b.exits = map[uint32][]uint32{}
		for seg := range uint32(b.segments()) {
			b.exits[b.From[seg]] = append(b.exits[b.From[seg]], 2*seg)
			b.exits[b.To[seg]] = append(b.exits[b.To[seg]], 2*seg+1)
		}
	}
	return slices.Clone(b.exits[crossing])
}

func (b *building) bound() {
	box := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for i := range uint32(len(b.Points) / 2) {
		box = box.Extend(b.point(i))
	}
	b.About.Bounds = [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
}
