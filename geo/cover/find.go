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

// Arrival is somebody who could be at a door.
type Arrival struct {
	Helper   int32
	Mode     geo.Mode
	Duration time.Duration
	ByRoad   bool
}

// Moment is who could be at one door now.
type Moment struct {
	Count int               // people, by whatever mode
	By    [len(byModes)]int // people who could by each mode, in the order of Modes; one who could by two counts twice
	First [FirstK]Arrival   // soonest first, each by their quickest mode
}

const byModes = "fbc"

// Modes are the modes in the order in which they are counted.
func Modes() []geo.Mode { return []geo.Mode{geo.Foot, geo.Bike, geo.Car} }

func modeIndex(m geo.Mode) int { return max(0, slices.Index(Modes(), m)) }

// Find tells of each door who could be at it now. Errors are those of ctx.
func Find(ctx context.Context, q Asking) ([]Moment, error) {
	out := make([]Moment, q.Count)
	last := slices.Repeat([]int32{-1}, q.Count) // who was counted last at the door
	err := q.reach(ctx, func(who int, met []road.Met) {
		for _, m := range met {
			d := &out[m.Door]
			d.By[modeIndex(m.Mode)]++
			if last[m.Door] != int32(who) {
				last[m.Door] = int32(who)
				d.Count++
			}
			d.meet(Arrival{int32(who), m.Mode, m.Duration, m.ByRoad})
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
	n := 0
	for n < FirstK && d.First[n].Duration != 0 {
		n++
	}
	list := d.First[:n]
	if i := slices.IndexFunc(list, func(o Arrival) bool { return o.Helper == a.Helper }); i >= 0 {
		if list[i].Duration <= a.Duration {
			return
		}
		list = slices.Delete(list, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(list, a, func(x, y Arrival) int { return int(x.Duration - y.Duration) })
	if at == FirstK {
		return
	}
	list = slices.Insert(slices.Clip(list), at, a)
	copy(d.First[:], list)
}

// Week is in which hours of the week somebody could be at one door.
type Week struct {
	Once, Twice Hours               // one or more people, two or more
	By          [len(byModes)]Hours // by each mode, in the order of Modes
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
