package main

import (
	"strings"
	"testing"
	"time"

	"anling/registry"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	english := 0
	for _, e := range w.elders {
		unique(e.Phones...)
		if e.Language == "en" {
			english++
		}
		near := w.streets.nodes[w.streets.near(e.Position.Point)]
		if d := metres(near, e.Position.Point); d > 400 {
			t.Errorf("elder %s lives %.0f m from any crossing", e.ID, d)
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

func TestHelpersWalkAtWalkingPaceAndArrive(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, 3, "")
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	ws := newWalkers(w, 3, now)
	sent, door := w.helpers[0].ID, w.elders[0].Position.Point
	ws.send(sent, door, hurryPace)
	was := map[registry.HelperID]move{}
	moved := map[registry.HelperID]bool{}
	steps := 0
	for ; steps < 3000 && !ws.arrived(sent); steps++ {
		now = now.Add(2 * time.Second)
		for _, m := range ws.step(now) {
			moved[m.helper] = true
			before, known := was[m.helper]
			was[m.helper] = m
			if known && !ws.arrived(m.helper) && metres(before.at, m.at) > 2*hurryPace+0.5 {
				t.Fatalf("helper %s jumped %.1f m in 2 s", m.helper, metres(before.at, m.at))
			}
		}
	}
	if !ws.arrived(sent) || was[sent].at != door {
		t.Errorf("after %d steps %s is at %v, want the door %v", steps, sent, was[sent].at, door)
	}
	if steps > 100 && len(moved) < len(w.helpers)/2 {
		t.Errorf("only %d of %d ever moved", len(moved), len(w.helpers))
	}
	ws.release(sent)
	ws.step(now.Add(10 * time.Second))
	if ws.arrived(sent) {
		t.Error("who was released still stands at the door")
	}
}

func TestEveryStreetCanBeReached(t *testing.T) {
	t.Parallel()
	s, err := loadStreets()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(s.nodes); i += 97 {
		way := s.path(0, i)
		if way[0] != 0 || way[len(way)-1] != i {
			t.Errorf("way from 0 to %d begins at %d and ends at %d", i, way[0], way[len(way)-1])
		}
	}
}
