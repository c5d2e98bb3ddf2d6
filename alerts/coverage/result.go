package coverage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"anling/geo/cover"
	"anling/registry"
)

// Result is an answer for all centres; what one of them may see of it is its Picture. It does not change.
type Result struct {
	Ask
	At      time.Time
	Took    time.Duration
	Helpers int // who were reckoned with

	homes   []home // those whose place is known, by their ids
	cells   []cover.Cell
	lost    map[registry.CentreID]int // elders whose place is not known
	helpers []registry.HelperID
	moments []cover.Moment // by home, of a moment
	weeks   []cover.Week   // by home, of a week
	options []kindOptions  // of a week: who could be added

	mu       sync.Mutex
	proposed map[string][]Proposal // by centres
}

func (w *Watch) newResult(ask Ask) *Result {
	r := &Result{Ask: ask, At: w.Clock.Now(), lost: map[registry.CentreID]int{}, proposed: map[string][]Proposal{}}
	for _, id := range slices.Sorted(maps.Keys(w.homes)) {
		if h := w.homes[id]; h.placed {
			r.homes, r.cells = append(r.homes, h), append(r.cells, cover.CellOf(h.point, cover.Fine))
		} else {
			r.lost[h.centre]++
		}
	}
	return r
}

func (r *Result) points() []orb.Point {
	out := make([]orb.Point, len(r.homes))
	for i, h := range r.homes {
		out[i] = h.point
	}
	return out
}

func (r *Result) find(ctx context.Context, w *Watch) (err error) {
	doors := w.Roads.Doors(r.points())
	q := cover.Asking{Doors: doors, Count: len(r.homes), Within: r.within(), Now: r.At}
	if r.Week {
		q.Helpers, r.helpers = w.week(r.Ask, r.At)
		if r.weeks, err = cover.FindWeek(ctx, q); err != nil {
			return err
		}
		err = r.findOptions(ctx, w, q)
	} else {
		q.Helpers, r.helpers = w.moment(r.Ask, r.At)
		r.moments, err = cover.Find(ctx, q)
	}
	r.Helpers = len(r.helpers)
	return err
}

// View is what somebody wants to see of a result.
type View struct {
	Scope registry.Scope
	Hour  int // of the week; WholeWeek: all of them. Only where the result is of a week
	Fine  bool
}

// WholeWeek is the view of all hours together.
const WholeWeek = -1

// Picture is what the elders of some centres have.
type Picture struct {
	Elders    int
	Unplaced  int    // of them: nobody knows where they live
	Covered   int    // somebody could be there; in a week: in every hour
	By        [3]int // by each mode, in the order of cover.Modes; in a week: in at least one hour
	Hours     int64  // of a week: hours of all elders in which somebody could be there
	Cells     []Cell
	Uncovered []Uncovered // those who count most first, at most mostUncovered
}

// Cell is the elders of one cell.
type Cell struct {
	Cell    cover.Cell
	Elders  int
	Covered int
	Hours   int64         // of a week: hours of the elders in which somebody could be there
	Median  time.Duration // of a moment: how long until the first could be there, half of the covered sooner; 0 where nobody is covered
}

// Uncovered is an elder at whose door nobody could be in time, at some hour or now.
type Uncovered struct {
	Elder registry.ElderID
	Open  cover.Hours // of a week: when nobody could
}

const mostUncovered = 100

// Picture tells what the elders of some centres have.
func (r *Result) Picture(v View) Picture {
	var p Picture
	for centre, n := range r.lost {
		if v.Scope.Has(centre) {
			p.Elders, p.Unplaced = p.Elders+n, p.Unplaced+n
		}
	}
	cells := map[cover.Cell]*Cell{}
	waits := map[cover.Cell][]time.Duration{}
	var open []int
	for i, h := range r.homes {
		if !v.Scope.Has(h.centre) {
			continue
		}
		id := r.cells[i]
		if !v.Fine {
			id = id.Parent(cover.Coarse)
		}
		if cells[id] == nil {
			cells[id] = &Cell{Cell: id}
		}
		if one := r.at(i, v.Hour); p.add(cells[id], one) {
			waits[id] = append(waits[id], one.wait)
		} else {
			open = append(open, i)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(cells)) {
		c := *cells[id]
		if w := waits[id]; len(w) > 0 {
			slices.Sort(w)
			c.Median = w[len(w)/2]
		}
		p.Cells = append(p.Cells, c)
	}
	p.Uncovered = r.worst(open)
	return p
}

// one is what one elder has.
type one struct {
	covered bool
	by      [3]bool
	hours   int
	wait    time.Duration
}

func (r *Result) at(i, hour int) (o one) {
	if !r.Week {
		m := r.moments[i]
		o.covered, o.wait = m.Count > 0, m.First[0].Duration
		for k, n := range m.By {
			o.by[k] = n > 0
		}
		return o
	}
	week := r.weeks[i]
	o.hours = week.Once.Len()
	if o.covered = o.hours == cover.WeekHours; hour != WholeWeek {
		o.covered = week.Once.Has(hour)
	}
	for k, hours := range week.By {
		o.by[k] = hours.Len() > 0 && (hour == WholeWeek || hours.Has(hour))
	}
	return o
}

func (p *Picture) add(c *Cell, o one) bool {
	p.Elders++
	c.Elders++
	p.Hours += int64(o.hours)
	c.Hours += int64(o.hours)
	for k, is := range o.by {
		if is {
			p.By[k]++
		}
	}
	if o.covered {
		p.Covered++
		c.Covered++
	}
	return o.covered
}

// worst lists those of the uncovered who count most, by their weight, and in a week by the hours, too.
func (r *Result) worst(open []int) []Uncovered {
	badness := func(i int) int64 {
		if !r.Week {
			return r.homes[i].weight
		}
		return r.homes[i].weight * int64(cover.WeekHours-r.weeks[i].Once.Len())
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(badness(b), badness(a)) })
	var out []Uncovered
	for _, i := range open[:min(len(open), mostUncovered)] {
		u := Uncovered{Elder: r.homes[i].id}
		if r.Week {
			u.Open = cover.Always().Without(r.weeks[i].Once)
		}
		out = append(out, u)
	}
	return out
}

// Chance is who could be at one elder's door.
type Chance struct {
	Moment  cover.Moment
	Helpers []registry.HelperID // of Moment.First, those that there are
	Week    cover.Week
}

// Of gives what one elder has; false when their place is not known.
func (r *Result) Of(id registry.ElderID) (c Chance, known bool) {
	i, known := slices.BinarySearchFunc(r.homes, id, func(h home, id registry.ElderID) int { return cmp.Compare(h.id, id) })
	if !known {
		return c, false
	}
	if r.Week {
		c.Week = r.weeks[i]
		return c, true
	}
	c.Moment = r.moments[i]
	for _, a := range c.Moment.First {
		if a.Duration > 0 {
			c.Helpers = append(c.Helpers, r.helpers[a.Helper])
		}
	}
	return c, true
}

func scopeKey(s registry.Scope) string {
	if s.All() {
		return "*"
	}
	var all []string
	for _, c := range s.Centres() {
		all = append(all, string(c))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
