package coverage

import (
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/cover"
	"anling/geo/mapdata"
	"anling/geo/road"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/seal"
	"anling/registry"
)

// house is a registry of two centres in central Shanghai, with a watch.
type house struct {
	*Watch
	t     *testing.T
	clock *clock.Manual
	rand  *rand.Rand
}

var (
	noon = time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC) // of a Thursday in Shanghai
	west = orb.Point{121.462, 31.232}
	east = orb.Point{121.486, 31.236} // two kilometres and more from there
)

func newHouse(t *testing.T, o db.Options) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewManual(noon), rand: rand.New(rand.NewPCG(3, 3))}
	d := dbtest.Open(t, o, h.clock)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	h.must(err)
	vault, log := seal.NewVault(d, ring), slog.New(slog.DiscardHandler)
	reg := registry.New(registry.Options{DB: d, Vault: vault, Clock: h.clock, PasswordKiB: 64, Log: log, Audit: audit.New(d, vault)})
	on, err := road.Load(mapdata.Files(), mapdata.Roads)
	h.must(err)
	crowd := road.NewCrowd(on)
	reg.Helpers().Follow(crowd)
	finder := road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: reg.Helpers().Index()})
	h.Watch = New(Options{DB: d, Registry: reg, Roads: finder, Clock: h.clock, Log: log})
	for _, c := range []registry.CentreID{"c1", "c2"} {
		_, err := reg.CreateCentre(t.Context(), registry.Centre{ID: c, Name: string(c), Phone: "+8619900009999"})
		h.must(err)
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// elders puts some about a place, and one whose place nobody knows.
func (h *house) elders(centre registry.CentreID, n int, about orb.Point) {
	h.t.Helper()
	for i := range n {
		e := registry.Elder{ID: registry.ElderID(string(centre) + "-" + strconv.Itoa(i)), Centre: centre, Name: "老人", Phones: []string{"+8619900000001"}}
		if i > 0 {
			e.Position = &geo.Position{Point: orb.Point{about[0] + h.rand.Float64()*0.002, about[1] + h.rand.Float64()*0.002}}
		}
		_, err := h.Registry.CreateElder(h.t.Context(), e)
		h.must(err)
	}
}

func (h *house) helper(x registry.Helper) {
	h.t.Helper()
	x.Centre, x.Name, x.Phones, x.OnDuty = "c1", "帮手", []string{"+8619900002001"}, true
	_, err := h.Registry.CreateHelper(h.t.Context(), x)
	h.must(err)
}

func at(p orb.Point) *geo.Position { return &geo.Position{Point: p, At: noon} }

// look asks, lets the watch work, and asks again.
func (h *house) look(ask Ask) *Result {
	h.t.Helper()
	if _, coming := h.Look(ask); !coming {
		h.t.Fatalf("%v is known already", ask)
	}
	_, _, err := h.Step(h.t.Context())
	h.must(err)
	r, coming := h.Look(ask)
	if r == nil || coming {
		h.t.Fatalf("%v is not known after a step", ask)
	}
	return r
}

// TestWhoCouldBeThere has elders in the west with a volunteer who works by day, and elders in the east with nobody.
func TestWhoCouldBeThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.Options{Path: dbtest.Path(t)})
	h.elders("c1", 6, west)
	h.elders("c2", 4, east)
	h.helper(registry.Helper{ID: "day", Position: at(west), Modes: []geo.Mode{geo.Foot}, Schedule: []registry.Shift{{Days: []int{1, 2, 3, 4, 5}, From: "08:00", To: "17:30"}}})
	now := h.look(Ask{Minutes: 10}).Picture(View{Scope: registry.ScopeAll(), Fine: true})
	if now.Elders != 10 || now.Unplaced != 2 || now.Covered != 5 || now.By != [3]int{5, 0, 0} || len(now.Uncovered) != 3 {
		t.Errorf("now: %+v", now)
	}
	if p := h.look(Ask{Minutes: 10, Mode: geo.Car}).Picture(View{Scope: registry.ScopeAll()}); p.Covered != 0 {
		t.Errorf("by car: %+v", p)
	}
	week := h.look(Ask{Minutes: 10, Week: true})
	for hour, want := range map[int]int{3*24 + 12: 5, 3*24 + 7: 0, 3*24 + 17: 0, 5*24 + 12: 0, 4*24 + 16: 5, WholeWeek: 0} {
		if p := week.Picture(View{Scope: registry.ScopeAll(), Hour: hour}); p.Covered != want {
			t.Errorf("hour %d: %d covered, want %d", hour, p.Covered, want)
		}
	}
	whole := week.Picture(View{Scope: registry.ScopeOf("c1"), Hour: WholeWeek})
	if whole.Hours != 5*5*9 || whole.Elders != 6 || len(whole.Uncovered) != 5 || whole.Uncovered[0].Open.Len() != cover.WeekHours-45 {
		t.Errorf("week of one centre: %+v", whole)
	}
	if c, ok := week.Of("c1-3"); !ok || c.Week.Once.Len() != 45 || c.Week.Twice.Len() != 0 {
		t.Errorf("one elder: %v %v", c, ok)
	}
	if p := week.Picture(View{Scope: registry.ScopeOf()}); p.Elders != 0 || len(p.Cells) != 0 {
		t.Errorf("nobody's centres: %+v", p)
	}
}

// TestAResultIsGoodForAWhile and then a new one is reckoned, while the old one is told.
func TestAResultIsGoodForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.Options{Path: dbtest.Path(t)})
	h.elders("c1", 3, west)
	ask := Ask{Minutes: 10}
	first := h.look(ask)
	h.helper(registry.Helper{ID: "new", Position: at(west), Modes: []geo.Mode{geo.Foot}})
	h.clock.Advance(momentLife - time.Second)
	if r, coming := h.Look(ask); r != first || coming {
		t.Error("it was not kept")
	}
	h.clock.Advance(time.Second)
	if r, coming := h.Look(ask); r != first || !coming {
		t.Error("the old one was not told while a new one is on its way")
	}
	_, _, err := h.Step(t.Context())
	h.must(err)
	if r, _ := h.Look(ask); r == first || r.Picture(View{Scope: registry.ScopeAll()}).Covered != 2 {
		t.Error("the new helper is not in it")
	}
	for i := range 20 {
		h.Look(Ask{Minutes: 20 + i})
	}
	if len(h.wanted) != waitMost {
		t.Errorf("%d questions wait", len(h.wanted))
	}
}

// TestProposals: the volunteer is missing in the east, by night in the west.
func TestProposals(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.Options{Path: dbtest.Path(t)})
	h.elders("c1", 5, west)
	h.elders("c2", 9, east)
	h.helper(registry.Helper{ID: "day", Position: at(west), Modes: []geo.Mode{geo.Foot}, KeysFor: []registry.ElderID{"c1-1"},
		Schedule: []registry.Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "06:00", To: "22:00"}}})
	r := h.look(Ask{Minutes: 6, Week: true})
	all := r.Proposals(registry.ScopeAll())
	of := func(kind Kind) (out []Proposal) {
		for _, p := range all {
			if p.Kind == kind {
				out = append(out, p)
			}
		}
		return out
	}
	volunteers := of(KindVolunteer)
	if len(volunteers) < 2 || volunteers[0].Elders != 8 || volunteers[0].Hours != 8*cover.WeekHours || volunteers[0].Chiefly != ChieflyAll ||
		geo.Distance(volunteers[0].Point, east) > 700 {
		t.Fatalf("volunteers: %+v", volunteers)
	}
	if w := volunteers[1]; w.Elders != 4 || w.PerElder != 56 || w.Chiefly != ChieflyNights || geo.Distance(w.Point, west) > 700 {
		t.Errorf("the second volunteer: %+v", w)
	}
	if keys := of(KindKey); len(keys) != 1 || keys[0].Helper != "day" || len(keys[0].Keys) != 3 || slices.Contains(keys[0].Keys, "c1-1") || keys[0].PerElder != 112 {
		t.Errorf("keys: %+v", keys)
	}
	if p := of(KindProvider); len(p) == 0 || p[0].Elders < 8 {
		t.Errorf("providers: %+v", p)
	}
	if only := r.Proposals(registry.ScopeOf("c1")); only[0].Elders != 4 {
		t.Errorf("for one centre: %+v", only[0])
	}
}

// TestReportOfTheNight is written once in each night, whichever node is first, and told with the one of a week before.
func TestReportOfTheNight(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		h := newHouse(t, o)
		h.elders("c1", 6, west)
		h.elders("c2", 4, east)
		other := New(h.Options)
		wrote := 0
		for day := range 8 {
			if day == 7 {
				h.helper(registry.Helper{ID: "all", Position: at(west), Modes: []geo.Mode{geo.Foot}})
			}
			for range 24 {
				h.clock.Advance(time.Hour)
				for _, w := range []*Watch{h.Watch, other} {
					did, _, err := w.Step(t.Context())
					h.must(err)
					wrote += did
				}
			}
		}
		if wrote != 8*3 {
			t.Errorf("%d reports were written, want one of each centre and of both together in each night", wrote)
		}
		nights, err := h.Nights(t.Context(), registry.ScopeAll(), 30)
		h.must(err)
		if len(nights) != 8 || nights[0].Day != "2026-12-04" || nights[0].Elders != 10 || nights[0].Unplaced != 2 || nights[0].Always != 5 || nights[0].Never != 3 {
			t.Fatalf("%+v", nights)
		}
		if b := nights[0].Before; b == nil || b.Day != "2026-11-27" || b.Always != 0 || nights[1].Before != nil {
			t.Errorf("a week before: %+v", b)
		}
		if share := nights[0].Share(); share != 5.0/8 {
			t.Errorf("share %v", share)
		}
		if hour, open := nights[0].Worst(); hour != 0 || open != 3 {
			t.Errorf("worst hour %d: %d", hour, open)
		}
		theirs, err := h.Nights(t.Context(), registry.ScopeOf("c2"), 1)
		h.must(err)
		if len(theirs) != 1 || theirs[0].Elders != 4 || theirs[0].Never != 3 || theirs[0].Before == nil {
			t.Errorf("of one centre: %+v", theirs)
		}
		if none, err := h.Nights(t.Context(), registry.ScopeOf(), 5); err != nil || len(none) != 0 {
			t.Errorf("of no centre: %v %v", none, err)
		}
	})
}
