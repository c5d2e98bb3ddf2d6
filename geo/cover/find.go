package cover

import (
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/road"
)

// Helper is somebody who could come.
type Helper struct {
	Point orb.Point
	At    time.Time  // when they were there
	Modes []geo.Mode // how they can travel; none: on foot
	Hours Hours      // in which they can be asked; only the week looks at it
}

// Asking is what is asked.
type Asking struct {
	Doors   *road.Doors
	Count   int // of doors
	Helpers []Helper
	Within  time.Duration // from setting out to standing at the door
	Now     time.Time
}

// FirstK is how many of those who could be at a door first are named.
const FirstK = 3

// Arrival is somebody who could be at a door. Mode is the place of theirs in Modes.
type Arrival struct {
	Duration time.Duration
	Helper   int32
	Mode     uint8
	ByRoad   bool
}

// Moment is who could be at one door now. It is small, since there are many: 64 bytes, a line of the cache.
type Moment struct {
	Count int32           // people, by whatever mode
	By    [3]int32        // people who could by each mode, in the order of Modes; one who could by two counts twice
	First [FirstK]Arrival // soonest first, each by their quickest mode
}

// Modes are the modes in the order in which they are counted.
func Modes() [3]geo.Mode { return [3]geo.Mode{geo.Foot, geo.Bike, geo.Car} }

func modeIndex(m geo.Mode) uint8 {
	switch m {
	case geo.Bike:
		return 1
	case geo.Car:
		return 2
	}
	return 0
}

// Find tells of each door who could be at it now. Errors are those of ctx.
func Find(ctx context.Context, q Asking) ([]Moment, error) {
	out := make([]Moment, q.Count)
	last := slices.Repeat([]int32{-1}, q.Count) // who was counted last at the door
	err := q.reach(ctx, func(who int, met []road.Met) {
		for _, m := range met {
			d := &out[m.Door]
			mode := modeIndex(m.Mode)
			d.By[mode]++
			if last[m.Door] != int32(who) {
				last[m.Door] = int32(who)
				d.Count++
			}
			d.meet(Arrival{m.Duration, int32(who), mode, m.ByRoad})
		}
	})
	return out, err
}

func (q Asking) reach(ctx context.Context, take func(int, []road.Met)) error {
	all := make([]road.Traveller, len(q.Helpers))
	for i, h := range q.Helpers {
		all[i] = road.Traveller{Point: h.Point, At: h.At, Modes: h.Modes}
	}
	return q.Doors.Reach(ctx, road.Reaching{Travellers: all, Within: q.Within, Now: q.Now, Take: take})
}

// meet takes in somebody. The same person by another mode stands once, by the quicker one.
func (d *Moment) meet(a Arrival) {
	at := 0 // their own place, else the first that is free
	for at < FirstK && d.First[at].Duration != 0 && d.First[at].Helper != a.Helper {
		at++
	}
	if at == FirstK {
		at--
	}
	if o := d.First[at]; o.Duration != 0 && o.Duration <= a.Duration {
		return
	}
	for ; at > 0 && d.First[at-1].Duration > a.Duration; at-- {
		d.First[at] = d.First[at-1]
	}
	d.First[at] = a
}

// Week is in which hours of the week somebody could be at one door.
type Week struct {
	Once, Twice Hours    // one or more people, two or more
	By          [3]Hours // by each mode, in the order of Modes
}

// FindWeek tells of each door in which hours of the week somebody could be at it, if everybody sets out from where they are
// said to be, at whatever hour. Errors are those of ctx.
func FindWeek(ctx context.Context, q Asking) ([]Week, error) {
	out := make([]Week, q.Count)
	last := slices.Repeat([]int32{-1}, q.Count)
	err := q.reach(ctx, func(who int, met []road.Met) {
		hours := q.Helpers[who].Hours
		for _, m := range met {
			d := &out[m.Door]
			i := modeIndex(m.Mode)
			d.By[i] = d.By[i].Or(hours)
			if last[m.Door] != int32(who) {
				last[m.Door] = int32(who)
				d.Twice = d.Twice.Or(d.Once.And(hours))
				d.Once = d.Once.Or(hours)
			}
		}
	})
	return out, err
}

// Reached lists for each of the helpers the doors at which they could be in time. Errors are those of ctx.
func Reached(ctx context.Context, q Asking) ([][]int32, error) {
	out := make([][]int32, len(q.Helpers))
	err := q.reach(ctx, func(who int, met []road.Met) {
		list := make([]int32, 0, len(met))
		for _, m := range met {
			list = append(list, int32(m.Door))
		}
		slices.Sort(list)
		out[who] = slices.Clip(slices.Compact(list))
	})
	return out, err
}
