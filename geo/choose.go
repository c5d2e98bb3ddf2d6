package geo

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// The numbers of the rule (docs/position.md says why each is what it is).
const (
	freshFor    = 15 * time.Minute // a fix that was taken longer before the alarm is old
	aheadBy     = time.Minute      // a clock that is farther ahead is not believed
	exactTo     = 200              // metres; a fix that is less exact is coarse
	wallsAt     = 50               // metres from the home that count as within its walls
	farFromHome = 2000             // metres from which on a fix contradicts the home
	strollPace  = 1.0              // metres a second by which somebody may have gone on since a fix
)

// assumed is how exact a position is, in metres, when its source does not say.
func assumed(source string) float64 {
	switch source {
	case SourceHome, SourceOperator:
		return 0
	case SourceCell:
		return 2000
	case SourceArea:
		return 3000
	case SourceAML, SourceNearby:
		return 100
	}
	return 30
}

// Alarm is what the rule must know of an alarm besides the positions.
type Alarm struct {
	Since  time.Time // when it was pressed
	AtHome bool      // it came from what never leaves the home: a base, a smoke sensor, a landline
	ByHand string    // the source that somebody at the centre has chosen; empty: nobody has
}

// Why is the reason of a choice; the names are an outer interface.
type Why string

// The reasons, in the order in which the rule asks for them.
const (
	WhyByHand  Why = "by_hand"      // somebody at the centre said so
	WhyFixed   Why = "fixed_device" // the alarm came from what never leaves the home
	WhyAtHome  Why = "at_home"      // a fresh, exact fix lies within the walls of the home: the address with its door is given
	WhyFresh   Why = "fresh_fix"    // a fresh, exact fix elsewhere, or of somebody whose home is not known
	WhyAway    Why = "coarse_away"  // a fresh fix that is coarse, and yet cannot be the home
	WhyCoarse  Why = "coarse_fix"   // the home: what is fresh is too coarse to displace it
	WhyOld     Why = "old_fix"      // the home: what is exact is too old to displace it
	WhyNoFix   Why = "no_fix"       // the home: nothing else is known
	WhyNothing Why = "only_known"   // no home is known, and nothing fresh and exact: the best of the rest
)

// Choice is where to go, and why there.
type Choice struct {
	Position Position
	Why      Why
}

// Choose is the rule by which one of the known positions is chosen (docs/position.md). It is pure: the same set gives the same choice
// in whatever order it came, what is chosen is always one of the set and never an average, and time that only passes
// changes nothing. What is no place on earth, and 0, 0, is passed over; false when nothing is left.
func Choose(known []Position, alarm Alarm, now time.Time) (Choice, bool) {
	v := view{alarm: alarm, now: now}
	for _, p := range known {
		if Usable(p) {
			v.known = append(v.known, p)
		}
	}
	if len(v.known) == 0 {
		return Choice{}, false
	}
	if p, ok := v.byHand(); ok {
		return Choice{p, WhyByHand}, true
	}
	home, ok := v.best(func(p Position) bool { return p.Source == SourceHome })
	if !ok {
		return v.withoutHome(), true
	}
	return v.withHome(home), true
}

// Usable reports whether a position is a place at all: on earth, with a length for its accuracy, and not 0, 0, which devices say
// when they do not know.
func Usable(p Position) bool {
	return p.Check() == nil && p.Point != orb.Point{}
}

// view is what one run of the rule looks at.
type view struct {
	known []Position
	alarm Alarm
	now   time.Time
}

func (v view) byHand() (Position, bool) {
	source := cmp.Or(v.alarm.ByHand, SourceOperator)
	return v.best(func(p Position) bool { return p.Source == source })
}

func (v view) withHome(home Position) Choice {
	if v.alarm.AtHome {
		return Choice{home, WhyFixed}
	}
	if fix, ok := v.best(func(p Position) bool { return v.fresh(p) && exact(p) && measured(p) }); ok {
		if within(home, fix) {
			return Choice{home, WhyAtHome}
		}
		return Choice{fix, WhyFresh}
	}
	fix, ok := v.best(func(p Position) bool { return v.fresh(p) && measured(p) })
	if ok && Contradicts(home, fix) {
		return Choice{fix, WhyAway}
	}
	_, looked := v.best(func(p Position) bool { return v.fresh(p) && p.Source == SourceCell })
	_, old := v.best(func(p Position) bool { return measured(p) })
	switch {
	case ok || looked:
		return Choice{home, WhyCoarse}
	case old:
		return Choice{home, WhyOld}
	}
	return Choice{home, WhyNoFix}
}

func (v view) withoutHome() Choice {
	if p, ok := v.best(func(p Position) bool { return v.fresh(p) && exact(p) && measured(p) }); ok {
		return Choice{p, WhyFresh}
	}
	for _, better := range []func(Position) bool{
		func(p Position) bool { return v.fresh(p) && measured(p) },
		func(p Position) bool { return v.fresh(p) && p.Source == SourceCell },
		measured,
		func(p Position) bool { return p.Source != SourceNearby && p.Source != SourceArea },
		func(p Position) bool { return p.Source != SourceArea },
	} {
		if p, ok := v.best(better); ok {
			return Choice{p, WhyNothing}
		}
	}
	p, _ := v.best(func(Position) bool { return true })
	return Choice{p, WhyNothing}
}

// best is the position with the least reach among those of a kind. The order is total, so it does not matter which came first.
func (v view) best(of func(Position) bool) (best Position, found bool) {
	for _, p := range v.known {
		if of(p) && (!found || v.order(p, best) < 0) {
			best, found = p, true
		}
	}
	return best, found
}

func (v view) order(a, b Position) int {
	return cmp.Or(cmp.Compare(v.reach(a), v.reach(b)), b.At.Compare(a.At), cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Point.Lat(), b.Point.Lat()), cmp.Compare(a.Point.Lon(), b.Point.Lon()), cmp.Compare(a.AccuracyM, b.AccuracyM))
}

// reach is how far from a fix the elder may be by now, in metres: its circle, and a stroll since it was taken. As everybody strolls at
// the same pace, time that passes changes no order. What has no time that can be believed comes after all that has.
func (v view) reach(p Position) float64 {
	if p.Source == SourceHome {
		return 0
	}
	if !v.believed(p) {
		return math.MaxFloat64
	}
	return Radius(p) - strollPace*p.At.Sub(v.alarm.Since).Seconds()
}

func (v view) believed(p Position) bool {
	return !p.At.IsZero() && p.At.Sub(v.now) <= aheadBy
}

// fresh reports whether a fix belongs to the alarm: it was taken at most a quarter of an hour before. How long ago that is now does not
// matter: whoever fell at ten is looked for where they were at ten.
func (v view) fresh(p Position) bool {
	return v.believed(p) && !p.At.Before(v.alarm.Since.Add(-freshFor))
}

// measured reports whether the elder's own device or phone has found out where it is.
func measured(p Position) bool { return p.Source == SourceDevice || p.Source == SourceAML }

func exact(p Position) bool { return Radius(p) <= exactTo }

// Radius is how exact a position is, in metres: as it says itself, or as its source usually is.
func Radius(p Position) float64 {
	if p.AccuracyM > 0 {
		return p.AccuracyM
	}
	return assumed(p.Source)
}

// within reports whether a fix may lie within the walls of the home.
func within(home, fix Position) bool {
	return float64(Distance(home.Point, fix.Point)) <= wallsAt+math.Min(Radius(fix), exactTo)+math.Min(Radius(home), exactTo)
}

// Contradicts reports whether a fix and the home cannot both be true: they are two kilometres apart, and more than how
// exact both are explains.
func Contradicts(home, fix Position) bool {
	d := float64(Distance(home.Point, fix.Point))
	return d > farFromHome && d > Radius(home)+Radius(fix)
}

// Outside reports whether a place lies outside the walls of the home.
func Outside(home, p Position) bool { return !within(home, p) }

// Flag is what one must know of a position that is shown; the names are an outer interface.
type Flag string

// The flags.
const (
	FlagOld         Flag = "old"              // it was taken too long before the alarm
	FlagCoarse      Flag = "coarse"           // its circle is wider than 200 m
	FlagNoTime      Flag = "no_time"          // nobody knows when it was taken, or its clock is not believed
	FlagAtHome      Flag = "at_home"          // it lies within the walls of the home
	FlagContradicts Flag = "contradicts_home" // it is 2 km from the home, and more than accuracy explains
)

// Weighed is a position with what one must know to trust it, or not to.
type Weighed struct {
	Position
	Chosen   bool
	Radius   Metres        // how exact it is, assumed where it does not say
	Age      time.Duration // the longest duration when it is not known
	FromHome Metres        // negative: no home is known
	Away     Metres        // from the chosen one; negative when nothing is chosen
	Flags    []Flag
}

// Weigh says of every known position what is to be shown with it: the chosen one first, then the home, then the others from the most to
// the least telling.
func Weigh(known []Position, chosen *Position, alarm Alarm, now time.Time) []Weighed {
	v := view{alarm: alarm, now: now, known: slices.DeleteFunc(slices.Clone(known), func(p Position) bool { return !Usable(p) })}
	slices.SortStableFunc(v.known, v.order)
	home, isHome := v.best(func(p Position) bool { return p.Source == SourceHome })
	var out []Weighed
	for _, p := range v.known {
		w := Weighed{Position: p, Radius: Metres(Radius(p)), Age: p.Age(now), FromHome: -1, Away: -1, Flags: []Flag{}}
		if chosen != nil {
			w.Away, w.Chosen = Distance(chosen.Point, p.Point), p.Source == chosen.Source && p.Point == chosen.Point
		}
		if isHome {
			w.FromHome = Distance(home.Point, p.Point)
		}
		w.Flags = append(w.Flags, v.flags(p)...)
		if isHome && p.Source != SourceHome {
			w.Flags = append(w.Flags, against(home, p)...)
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b Weighed) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

func rank(w Weighed) int {
	switch {
	case w.Chosen:
		return 0
	case w.Source == SourceHome:
		return 1
	}
	return 2
}

func (v view) flags(p Position) (out []Flag) {
	if p.Source == SourceHome {
		return nil
	}
	switch {
	case !v.believed(p):
		out = append(out, FlagNoTime)
	case !v.fresh(p):
		out = append(out, FlagOld)
	}
	if !exact(p) {
		out = append(out, FlagCoarse)
	}
	return out
}

func against(home, p Position) []Flag {
	switch {
	case Contradicts(home, p):
		return []Flag{FlagContradicts}
	case within(home, p) && exact(p):
		return []Flag{FlagAtHome}
	}
	return nil
}
