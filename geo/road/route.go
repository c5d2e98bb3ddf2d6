package road

import (
	"slices"

	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// metresOf is the length of stretches.
func (m *Map) metresOf(all []stretch) geo.Metres {
	sum := 0.0
	for _, s := range all {
		part := float64(s.to) - float64(s.from)
		sum += float64(m.metres[s.seg]) * max(part, -part) / whole
	}
	return geo.Metres(sum)
}

// join makes one line of stretches that follow one another.
func (m *Map) join(all []stretch) orb.LineString {
	var l orb.LineString
	for _, s := range all {
		for _, p := range m.cut(s) {
			if len(l) == 0 || l[len(l)-1] != p {
				l = append(l, p)
			}
		}
	}
	return l
}

// cut is the line of a stretch, in the direction of travel.
func (m *Map) cut(s stretch) orb.LineString {
	line := m.line(int(s.seg))
	if s.from > s.to {
		slices.Reverse(line)
		s.from, s.to = whole-s.from, whole-s.to
	}
	total := float64(m.metres[s.seg])
	from, to := total*float64(s.from)/whole, total*float64(s.to)/whole
	var out orb.LineString
	along := 0.0
	for i := 1; i < len(line); i++ {
		step := float64(geo.Distance(line[i-1], line[i]))
		if along+step >= from && along <= to && step > 0 {
			out = append(out, between(line[i-1], line[i], (from-along)/step), between(line[i-1], line[i], (to-along)/step))
		}
		along += step
	}
	if len(out) == 0 {
		return line[:1] // a segment without length
	}
	return slices.Compact(out)
}

// between is the point at t of the way from a to b, or the end that is nearer.
func between(a, b orb.Point, t float64) orb.Point {
	switch {
	case t <= 0:
		return a
	case t >= 1:
		return b
	}
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// Route is a way from one place to another.
type Route struct {
	Mode     geo.Mode
	Duration time.Duration // on free roads, or as the hour is known to be: without setting out, parking and the stairs
	Metres   geo.Metres
	Line     orb.LineString // in the direction of travel, at least two points
	ByRoad   bool           // otherwise by air, with a detour
}

// Route finds the quickest way between two places by one mode, at the hour of an instant. Where there is no road at one of
// them, or none that leads to the other, it is the way by air.
func (f *Finder) Route(from, to orb.Point, mode geo.Mode, now time.Time) Route {
	m, ok := modeOf(mode)
	if ok && geo.Valid(from) && geo.Valid(to) {
		if r, ok := f.route(from, to, m, f.hours.at(m, now)); ok {
			return r
		}
	}
	return f.byAir(from, to, mode)
}

func (f *Finder) byAir(from, to orb.Point, mode geo.Mode) Route {
	there := geo.Trip{From: from, To: to, Modes: []geo.Mode{mode}, Density: geo.DensityAt(f.air.Helpers, to)}
	here := there
	here.From = to
	way, start := geo.Estimator{}.Estimate(there), geo.Estimator{}.Estimate(here)
	r := Route{Mode: mode, Duration: way.Duration, Metres: way.Metres, Line: orb.LineString{from, to}}
	if way.Duration != geo.Unreachable {
		r.Duration -= start.Duration
	}
	return r
}

func (f *Finder) route(from, to orb.Point, m int, p *pace) (Route, bool) {
	start := f.crowd.on.grid.snap(from, 1<<m, snapWithin)[m]
	door := f.crowd.on.grid.snap(to, 1<<m, snapWithin)[m]
	if start.seg == none || door.seg == none {
		return Route{}, false
	}
	closed := f.closed()
	s := f.search(geo.Query{}, [modes]spot{}, closed)
	defer f.end(s)
	e := &s.by[m]
	f.prepare(e, m, p, closed)
	d := e.lead(start, door)
	if d.cost == never {
		return Route{}, false
	}
	way := e.follow(d, start, door)
	r := Route{Mode: nameOf(m), ByRoad: true, Metres: f.crowd.on.metresOf(way) + geo.Metres(start.off+door.off), Line: f.crowd.on.join(way)}
	r.Duration = time.Duration(d.cost+offRoad(start.off)+offRoad(door.off)) * time.Millisecond
	if len(r.Line) == 1 {
		r.Line = append(r.Line, r.Line[0])
	}
	return r, true
}

// lead finds the quickest way from one place to the other, where the expansion begins.
func (e *expansion) lead(start, door spot) departure {
	e.from(door)
	best := e.departing(start, door)
	for len(e.queue) > 0 && e.queue[0].cost < best.cost {
		v := e.queue.pop()
		if !e.settled(v) {
			continue
		}
		e.relax(v)
		if d := e.departing(start, door); d.cost < best.cost {
			best = d
		}
	}
	return best
}

// Estimate implements geo.Router: the quickest way of the trip by road, or by air where there is none.
func (f *Finder) Estimate(t geo.Trip) geo.Travel {
	best := geo.Travel{Duration: geo.Unreachable}
	air := geo.Distance(t.From, t.To)
	for m := range modes {
		if !travelsBy(t.Modes, m) || !geo.Valid(t.From) || !geo.Valid(t.To) {
			continue
		}
		r, ok := f.route(t.From, t.To, m, f.expected(m, t.At))
		if !ok {
			continue
		}
		way := geo.AlongRoad(nameOf(m), r.Duration, air, t.PositionAge)
		if way.Metres = r.Metres; way.Duration < best.Duration {
			best = way
		}
	}
	if best.Duration == geo.Unreachable {
		return geo.Estimator{}.Estimate(t)
	}
	return best
}
