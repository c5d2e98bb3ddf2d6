package fence

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// The numbers by which fixes are judged (docs/zones.md says what each is for, and what it was measured by).
const (
	assumed     geo.Metres = 30  // how far off a fix may be that does not say
	coarse      geo.Metres = 150 // a fix that may be farther off does not take back what an exact one has said
	farOutside  geo.Metres = 300 // so far outside, one exact fix is enough, if one can have come there
	fastest                = 3   // metres a second that one can have come with on foot; a receiver that jumps is faster
	apart                  = 20 * time.Second
	confirmedIn            = 3 * time.Minute // when nothing has contradicted a first fix outside by then, it holds
	LateAfter              = 15 * time.Minute
	lateSettles            = time.Minute   // how long one waits for the rest of what a device has stored
	FreshFor               = 2 * time.Hour // how old the last fix may be that is judged when a zone comes into force
)

// Fence is a shape, and by how much one may be outside before one has left.
type Fence struct {
	Shape
	Margin geo.Metres
}

// Fix is where somebody was.
type Fix struct {
	Point    orb.Point  `json:"point"`
	Accuracy geo.Metres `json:"accuracy_m"` // 0: not known
	At       time.Time  `json:"at"`         // when they were there
	Heard    time.Time  `json:"heard"`      // when we heard of it
}

// Late tells whether a fix was stored before it was sent.
func (f Fix) Late() bool { return f.Heard.Sub(f.At) > LateAfter }

func (f Fix) error() geo.Metres {
	if f.Accuracy <= 0 {
		return assumed
	}
	return f.Accuracy
}

// Where is how somebody stands towards their fences.
//
//	unknown ──▶ inside ◀──▶ leaving ──▶ outside ◀──▶ returning ──▶ inside
//	   └───────────────────────┴──────────▲ (far outside, or after a second fix)
type Where string

// How one can stand. Leaving and returning are not believed yet.
const (
	Unknown   Where = ""
	Inside    Where = "inside"
	Leaving   Where = "leaving"
	Outside   Where = "outside"
	Returning Where = "returning"
)

// State is what must be remembered of the fixes that were judged.
type State struct {
	Where Where      `json:"where"`
	First Fix        `json:"first"`         // that began leaving, outside or returning
	Last  Fix        `json:"last"`          // that said so last, as far as it was written down
	Due   *time.Time `json:"due,omitempty"` // when leaving is believed if nothing speaks against it
}

// Verdict is what a fix has shown.
type Verdict string

// The verdicts. Most fixes show nothing.
const (
	Nothing Verdict = ""
	Left    Verdict = "left"
	Back    Verdict = "back"
)

// Judgement is what comes of a fix.
type Judgement struct {
	State
	Verdict Verdict
	Changed bool // the state must be written down
}

// depths are how deep a point lies inside the fences together: by their edges, and with their margins.
func depths(all []Fence, p orb.Point) (edge, margin geo.Metres) {
	edge, margin = geo.Metres(math.Inf(-1)), geo.Metres(math.Inf(-1))
	for _, f := range all {
		d := f.Depth(p)
		edge, margin = max(edge, d), max(margin, d+f.Margin)
	}
	return edge, margin
}

// Judge says what a fix shows. before is where the device was last, nil when that is not known: what is older than that says nothing, and one
// cannot have come from there faster than somebody runs. all are the fences that are in force at the time of the fix, one at least.
func Judge(s State, all []Fence, fix Fix, before *Fix) Judgement {
	if fix.At.Before(s.Last.At) || before != nil && fix.At.Before(before.At) {
		return Judgement{State: s}
	}
	edge, margin := depths(all, fix.Point)
	r := fix.error()
	v := view{s: s, fix: fix, before: before, beyond: -(margin + r)}
	v.out = v.beyond > 0
	v.in = edge >= r || edge >= 0 && r <= coarse
	switch s.Where {
	case Outside:
		return v.fromOutside()
	case Returning:
		return v.fromReturning()
	case Leaving:
		return v.fromLeaving()
	}
	return v.fromInside()
}

// view is one fix beside what was known.
type view struct {
	s       State
	fix     Fix
	before  *Fix
	beyond  geo.Metres // how far outside it is at least
	out, in bool
}

func (v view) become(w Where, verdict Verdict) Judgement {
	return Judgement{State: State{Where: w, First: v.fix, Last: v.fix}, Verdict: verdict, Changed: true}
}

func (v view) stay() Judgement { return Judgement{State: v.s} }

func (v view) fromInside() Judgement {
	switch {
	case v.out && v.surely():
		return v.become(Outside, Left)
	case v.out:
		j := v.become(Leaving, Nothing)
		j.Due = v.due()
		return j
	case v.s.Where == Unknown && v.in:
		return v.become(Inside, Nothing)
	}
	return v.stay()
}

// due is when leaving is believed by itself.
func (v view) due() *time.Time {
	wait := confirmedIn
	if v.fix.Late() {
		wait = lateSettles
	}
	at := v.fix.Heard.Add(wait)
	return &at
}

// surely tells whether one fix is enough: it is exact, far outside, of now, and one can have come there.
func (v view) surely() bool {
	if v.before == nil || v.fix.Late() || v.fix.Accuracy <= 0 || v.fix.Accuracy > coarse || v.beyond < farOutside {
		return false
	}
	way := geo.Distance(v.before.Point, v.fix.Point) - v.before.error() - v.fix.Accuracy
	return float64(way) <= fastest*v.fix.At.Sub(v.before.At).Seconds()
}

func (v view) fromLeaving() Judgement {
	switch {
	case v.out && v.fix.Late(): // what else the device has stored may say that they are back
		j := Judgement{State: v.s, Changed: true}
		j.Last, j.Due = v.fix, v.due()
		return j
	case v.out && (v.surely() || v.fix.At.Sub(v.s.First.At) >= apart):
		j := v.become(Outside, Left)
		j.First = v.s.First
		return j
	case v.out, !v.in && v.fix.error() > coarse: // it agrees, too soon to be another; or it says nothing
		return v.stay()
	}
	return v.become(Inside, Nothing)
}

func (v view) fromOutside() Judgement {
	if v.in {
		return v.become(Returning, Nothing)
	}
	return v.stay()
}

func (v view) fromReturning() Judgement {
	switch {
	case v.in && v.fix.At.Sub(v.s.First.At) >= apart:
		return v.become(Inside, Back)
	case v.in:
		return v.stay()
	}
	return v.become(Outside, Nothing)
}

// Ripen believes a leaving that nothing has spoken against for long enough.
func (s State) Ripen(now time.Time) Judgement {
	if s.Where != Leaving || s.Due == nil || now.Before(*s.Due) {
		return Judgement{State: s}
	}
	return Judgement{State: State{Where: Outside, First: s.First, Last: s.Last}, Verdict: Left, Changed: true}
}
