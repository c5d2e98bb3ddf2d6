package main

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"anling/geo"
	"anling/geo/road"
	"anling/registry"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"
)

func mustWorld(t *testing.T, seed uint64, prefix string) *world {
	t.Helper()
	w, err := newWorld(seed, demoSizes(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheSameSeedInventsTheSameCity(t *testing.T) {
	t.Parallel()
	a, b, c := mustWorld(t, 1, ""), mustWorld(t, 1, ""), mustWorld(t, 2, "")
	opt := cmpopts.EquateComparable()
	if d := cmp.Diff(a.elders, b.elders, cmpopts.IgnoreUnexported(registry.Elder{}), opt); d != "" {
		t.Errorf("elders differ: %s", d)
	}
	if d := cmp.Diff(a.helpers, b.helpers, opt); d != "" {
		t.Errorf("helpers differ: %s", d)
	}
	if a.elders[0].Address == c.elders[0].Address && a.elders[1].Address == c.elders[1].Address {
		t.Error("another seed gave the same addresses")
	}
}

func TestTheCityIsPlausible(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, 7, "")
	if len(w.elders) != 300 || len(w.helpers) != 150 || len(w.devices) != 300 {
		t.Fatalf("%d elders, %d helpers, %d devices", len(w.elders), len(w.helpers), len(w.devices))
	}
	phones := map[string]bool{}
	unique := func(list ...string) {
		t.Helper()
		for _, p := range list {
			n, err := registry.NormalizePhone(p)
			if err != nil || n != p || phones[p] || !strings.HasPrefix(p, "+8619900") {
				t.Errorf("number %s: normalised %s, %v, given before: %v", p, n, err, phones[p])
			}
			phones[p] = true
		}
	}
	english, ways := 0, mustStreets(t)
	for _, e := range w.elders {
		unique(e.Phones...)
		if e.Language == "en" {
			english++
		}
		if _, beside, ok := ways.Map().NearestSegment(e.Position.Point, 200); !ok || beside > 100 {
			t.Errorf("elder %s lives %.0f m from any street", e.ID, beside)
		}
		if age := e.Age(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); age < 60 || age > 98 {
			t.Errorf("elder %s is %d", e.ID, age)
		}
	}
	if english == 0 || english > 20 {
		t.Errorf("%d speak English, want a few", english)
	}
	contacts := map[registry.ElderID]int{}
	for _, c := range w.contacts {
		unique(c.Phones...)
		contacts[c.Elder]++
	}
	for _, e := range w.elders {
		if n := contacts[e.ID]; n < 1 || n > 4 {
			t.Errorf("elder %s has %d contacts", e.ID, n)
		}
	}
	for _, h := range w.helpers {
		unique(h.Phones...)
	}
}

func mustStreets(t testing.TB) *road.Finder {
	t.Helper()
	ways, err := openStreets()
	if err != nil {
		t.Fatal(err)
	}
	return ways.(*road.Finder)
}

// TestHelpersGoByTheirModeAndArrive: who was sent is at the door within what the roads say, everybody else strolls, and nobody leaves
// the streets but for the last metres to a door.
func TestHelpersGoByTheirModeAndArrive(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, 3, "")
	ways := mustStreets(t)
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	ws := newWalkers(w, ways, 3, now)
	sent, door := w.helpers[0].ID, w.elders[0].Position.Point
	trip := geo.Trip{From: w.helpers[0].Position.Point, To: door, Modes: w.helpers[0].Modes, At: now}
	within := ways.Estimate(trip).Duration
	ws.send(sent, door, 1)
	was := map[registry.HelperID]move{}
	moved := map[registry.HelperID]bool{}
	start := now
	for now.Sub(start) < within+time.Minute && !ws.arrived(sent) {
		now = now.Add(2 * time.Second)
		for _, m := range ws.step(now) {
			moved[m.helper] = true
			before, known := was[m.helper]
			was[m.helper] = m
			if known && m.helper != sent && metres(before.at, m.at) > 2*strollPace*1.3+0.5 {
				t.Fatalf("helper %s jumped %.1f m in 2 s", m.helper, metres(before.at, m.at))
			}
			if _, beside, ok := ways.Map().NearestSegment(m.at, 400); !ok || beside > 100 {
				t.Fatalf("helper %s is %.0f m beside every street", m.helper, beside)
			}
		}
	}
	if !ws.arrived(sent) || metres(was[sent].at, door) > 1 {
		t.Errorf("after %v %s is at %v, want the door %v within %v", now.Sub(start), sent, was[sent].at, door, within)
	}
	if took := now.Sub(start); took > 2*time.Minute && len(moved) < len(w.helpers)/2 {
		t.Errorf("only %d of %d ever moved in %v", len(moved), len(w.helpers), took)
	}
	ws.release(sent)
	ws.step(now.Add(10 * time.Second))
	if ws.arrived(sent) {
		t.Error("who was released still stands at the door")
	}
}

// TestHelpersGoAroundARoadThatIsClosed: who is on the way looks again, and comes by another road.
func TestHelpersGoAroundARoadThatIsClosed(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, 3, "")
	open := mustStreets(t)
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var closed atomic.Pointer[road.Closures]
	ways := road.NewFinder(road.FinderOptions{Crowd: road.NewCrowd(open.Map()), Helpers: geo.NewIndex(), Closed: closed.Load})
	ws := newWalkers(w, ways, 3, now)
	who, door := ws.all[w.helpers[0].ID], w.elders[0].Position.Point
	ws.send(w.helpers[0].ID, door, 1)
	middle := who.line[len(who.line)/2]
	at, _, ok := open.Map().NearestSegment(middle, 50)
	if !ok || len(who.line) < 6 {
		t.Fatalf("the way has %d bends", len(who.line))
	}
	closed.Store(open.Map().Close([]road.Closed{{Segment: at.ID}}))
	ws.step(now.Add(looksAgain))
	for i, p := range who.line[1:] {
		middle := orb.Point{(p[0] + who.line[i][0]) / 2, (p[1] + who.line[i][1]) / 2}
		if on, _, ok := open.Map().NearestSegment(middle, 2); ok && on.ID == at.ID {
			t.Errorf("the way still leads over %s", at.Name)
		}
	}
	if len(who.line) < 3 {
		t.Errorf("the way around has %d bends", len(who.line))
	}
}
