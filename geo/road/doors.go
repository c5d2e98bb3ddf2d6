package road

import (
	"context"
	"runtime"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// Doors are many places on a map, to find out of all of them at once who could be there in time. A Finder goes outward from one
// door; here somebody goes outward from each person, along the direction of travel, and passes the doors on the way: that costs
// so much for each person, however many doors there are. The times are exactly those of the Finder (TestReachIsExact).
//
// It may be used from many goroutines at once.
type Doors struct {
	finder *Finder
	points []orb.Point
	by     [modes]doorsBy
}

// doorsBy are the doors on the roads of one mode.
type doorsBy struct {
	first []uint32 // by segment: where in doors its own begin; one more than segments
	doors []doorSpot
	lost  []int // those near no road of the mode
}

// doorSpot is a door on its segment.
type doorSpot struct {
	door uint32
	part uint16
	off  uint32 // milliseconds from the road to it
}

// Doors puts places on the roads. A place that is not Valid is at nobody's reach.
func (f *Finder) Doors(points []orb.Point) *Doors {
	d := &Doors{finder: f, points: points}
	spots := make([][modes]spot, len(points))
	for i, p := range points {
		spots[i] = [modes]spot{{seg: none}, {seg: none}, {seg: none}}
		if geo.Valid(p) {
			spots[i] = f.crowd.on.grid.snap(p, allModes, snapWithin)
		}
	}
	for m := range d.by {
		d.by[m] = sortDoors(spots, m, f.crowd.on.segments())
	}
	return d
}

func sortDoors(spots [][modes]spot, m, segments int) doorsBy {
	b := doorsBy{first: make([]uint32, segments+1)}
	for i := range spots {
		if at := spots[i][m]; at.seg == none {
			b.lost = append(b.lost, i)
		} else {
			b.first[at.seg+1]++
		}
	}
	for seg := range segments {
		b.first[seg+1] += b.first[seg]
	}
	b.doors = make([]doorSpot, len(spots)-len(b.lost))
	next := append([]uint32(nil), b.first...)
	for i := range spots {
		if at := spots[i][m]; at.seg != none {
			b.doors[next[at.seg]] = doorSpot{door: uint32(i), part: at.part, off: offRoad(at.off)}
			next[at.seg]++
		}
	}
	return b
}

func (b *doorsBy) on(seg uint32) []doorSpot { return b.doors[b.first[seg]:b.first[seg+1]] }

// Traveller is somebody whose ways to many doors are asked for.
type Traveller struct {
	Point orb.Point
	At    time.Time  // when they were there
	Modes []geo.Mode // how they can travel; none: on foot
}

// Met is a door at which a traveller can be in time, by one mode. By another mode it may be met once more.
type Met struct {
	Door     int
	Mode     geo.Mode
	Duration time.Duration // as in geo.Travel
	ByRoad   bool          // otherwise by air, with a detour: they are near no road of the mode, or the door is not
}

// Reaching is what Doors are asked.
type Reaching struct {
	Travellers []Traveller
	Within     time.Duration // must be more than zero; more than three hours count as three
	Now        time.Time
	// Take is given what one traveller meets, in no order. What it is given is used again after it returns.
	Take func(traveller int, met []Met)
}

// Reach tells of each traveller, in their order, which doors they can be at in time. Roads that are closed now are not travelled,
// and whoever is cut off by them does not come. It gives up when ctx ends, with its error, and lets others use the processor after each traveller.
func (d *Doors) Reach(ctx context.Context, q Reaching) error {
	r := d.ranging(q)
	for i, t := range q.Travellers {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if r.met = r.met[:0]; geo.Valid(t.Point) {
			r.all(t)
		}
		q.Take(i, r.met)
		runtime.Gosched()
	}
	return nil
}

// ranging is one question, with what it takes to answer it for one traveller after the other.
type ranging struct {
	*Doors
	Reaching
	out     [modes]*outward
	all0    *geo.Index // all doors by air, when somebody needs them
	lost    [modes]*geo.Index
	density map[int]geo.Density
	met     []Met
}

func (d *Doors) ranging(q Reaching) *ranging {
	q.Within = min(q.Within, longest)
	return &ranging{Doors: d, Reaching: q, density: map[int]geo.Density{}}
}

// all finds what one traveller meets.
func (r *ranging) all(t Traveller) {
	spots := r.finder.crowd.on.grid.snap(t.Point, allModes, snapWithin)
	age := ageOf(t.At, r.Now)
	for m := range modes {
		if !travelsBy(t.Modes, m) {
			continue
		}
		if spots[m].seg == none {
			r.byAir(t, m, r.allDoors())
			continue
		}
		r.byRoad(t, m, spots[m], age)
		r.byAir(t, m, r.lostDoors(m))
	}
}

func (r *ranging) byRoad(t Traveller, m int, at spot, age time.Duration) {
	if r.out[m] == nil {
		r.out[m] = r.outward(m)
	}
	o := r.out[m]
	o.run(at)
	for _, door := range o.passed {
		along, air := time.Duration(o.best[door].cost)*time.Millisecond, geo.Metres(0)
		if age > 0 {
			air = geo.Distance(t.Point, r.points[door])
		}
		if way := geo.AlongRoad(nameOf(m), along, air, age); way.Duration <= r.Within {
			r.met = append(r.met, Met{Door: int(door), Mode: nameOf(m), Duration: way.Duration, ByRoad: true})
		}
	}
}

// byAir meets the doors of an index as a Finder does where there is no road.
func (r *ranging) byAir(t Traveller, m int, doors *geo.Index) {
	if doors.Len() == 0 {
		return
	}
	trip := geo.Trip{From: t.Point, PositionAge: ageOf(t.At, r.Now)}
	if len(t.Modes) > 0 {
		trip.Modes = []geo.Mode{nameOf(m)}
	}
	for _, n := range doors.Nearest(t.Point, doors.Len(), farByAir(trip.Modes, r.Within), nil) {
		door, err := strconv.Atoi(n.ID)
		if err != nil {
			continue // every door has a number for a name
		}
		trip.To, trip.Density = r.points[door], r.densityAt(door)
		if way := (geo.Estimator{}).Estimate(trip); way.Duration <= r.Within {
			r.met = append(r.met, Met{Door: door, Mode: nameOf(m), Duration: way.Duration})
		}
	}
}

// farByAir is a distance by air beyond which nobody is in time, in the emptiest country and from a place that is sure.
func farByAir(by []geo.Mode, within time.Duration) geo.Metres {
	const degree = 111_195.0
	near, far := 0.0, 2.0 // degrees of latitude
	for range 40 {
		half := (near + far) / 2
		if (geo.Estimator{}).Estimate(geo.Trip{To: orb.Point{0, half}, Modes: by}).Duration <= within {
			near = half
		} else {
			far = half
		}
	}
	return geo.Metres(far*degree + 10)
}

func (r *ranging) densityAt(door int) geo.Density {
	d, known := r.density[door]
	if !known {
		d = geo.DensityAt(r.finder.air.Helpers, r.points[door])
		r.density[door] = d
	}
	return d
}

func (r *ranging) allDoors() *geo.Index {
	if r.all0 == nil {
		every := make([]int, 0, len(r.points))
		for i := range r.points {
			every = append(every, i)
		}
		r.all0 = r.indexOf(every)
	}
	return r.all0
}

func (r *ranging) lostDoors(m int) *geo.Index {
	if r.lost[m] == nil {
		r.lost[m] = r.indexOf(r.by[m].lost)
	}
	return r.lost[m]
}

func (r *ranging) indexOf(doors []int) *geo.Index {
	ix := geo.NewIndex()
	for _, i := range doors {
		if err := ix.Put(strconv.Itoa(i), r.points[i], time.Time{}); err != nil {
			continue // a place that is not Valid
		}
	}
	return ix
}
