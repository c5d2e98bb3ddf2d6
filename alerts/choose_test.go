package alerts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// book is a plan book with plans of which only the choice matters: name, centre, and what stands before the steps.
func book(t *testing.T, plans ...[3]string) *planBook {
	t.Helper()
	var all []parsed
	for _, p := range plans {
		body := fmt.Sprintf("plan: %s\nname: {zh: 甲, en: A}\npriority: 1\n%s\n", p[0], p[2])
		plan, err := storedPlan([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		centre := registry.CentreID(p[1])
		all = append(all, parsed{Plan: plan, ref: Ref(planID(p[0], centre), 1), centre: centre})
	}
	var b planBook
	b.setNewest(all, len(all), start)
	return &b
}

func TestTheMostExactPlanIsChosen(t *testing.T) {
	t.Parallel()
	b := book(t,
		[3]string{"emergency", "", "for: [sos, fall]"},
		[3]string{"emergency", "city", "for: [sos]"},
		[3]string{"emergency", "county", "for: [sos]"},
		[3]string{"night", "", "for: [sos]\nwhen: {hours: [{from: \"22:00\", to: \"06:00\"}]}"},
		[3]string{"tier-a", "", "for: [sos]\nwhen: {tiers: [a]}"},
		[3]string{"vip", "", "for: [sos]\nwhen: {callers: [vip, important]}"},
		[3]string{"zhang", "", "for: [sos]\nwhen: {elders: [e7]}"},
		[3]string{"zhang-vip", "county", "for: [sos]\nwhen: {elders: [e8], callers: [vip]}"},
		[3]string{"hazard", "", "for: [smoke]"},
	)
	county, city := []registry.CentreID{"county", "city"}, []registry.CentreID{"city"}
	noon, night := time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC) // 12:00 and 23:00 in Shanghai
	for _, tt := range []struct {
		ask  PlanAsk
		want PlanRef
	}{
		{PlanAsk{Kind: "sos", At: noon, Centres: county}, "emergency~county@1"},
		{PlanAsk{Kind: "sos", At: noon, Centres: city}, "emergency~city@1"},
		{PlanAsk{Kind: "sos", At: noon, Centres: []registry.CentreID{"other"}}, "emergency@1"},
		{PlanAsk{Kind: "fall", At: noon, Centres: county}, "emergency@1"}, // its own plan does not name falls
		{PlanAsk{Kind: "smoke", At: noon, Centres: county}, "hazard@1"},
		{PlanAsk{Kind: "sos", At: night, Centres: county}, "night@1"},
		{PlanAsk{Kind: "sos", At: night, Centres: county, Tier: "a"}, "tier-a@1"},
		{PlanAsk{Kind: "sos", At: night, Centres: county, Tier: "a", Classes: []string{"important"}}, "vip@1"},
		{PlanAsk{Kind: "sos", At: night, Centres: county, Elder: "e7", Classes: []string{"vip"}}, "zhang@1"},
		{PlanAsk{Kind: "sos", At: noon, Centres: county, Elder: "e8", Classes: []string{"vip"}}, "zhang-vip~county@1"},
		{PlanAsk{Kind: "sos", At: noon, Centres: city, Elder: "e8", Classes: []string{"vip"}}, "vip@1"},
		{PlanAsk{Kind: "unheard_of", At: noon, Centres: county}, "emergency~county@1"},
		{PlanAsk{Kind: "unheard_of", At: noon}, "emergency@1"},
	} {
		tt.ask.Zone = "Asia/Shanghai"
		got, considered := b.choose(tt.ask)
		if got.ref != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.ask, got.ref, tt.want)
		}
		chosen := 0
		for _, c := range considered {
			if len(c.Why) == 0 {
				t.Errorf("%+v: no word about %s", tt.ask, c.Plan)
			}
			if c.Chosen {
				chosen++
			}
		}
		if chosen != 1 || len(considered) != 9 {
			t.Errorf("%+v: %d of %d plans chosen, want 1 of 9", tt.ask, chosen, len(considered))
		}
	}
}

func TestAPressKnowsItsPlan(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		a := h.get(h.press("inactivity"))
		if a.Plan != "inactivity@1" || a.Pins["emergency"] != "emergency@1" || a.Zone != "Asia/Shanghai" || a.Priority != 2 {
			t.Fatalf("plan %s, pins %v, zone %q, priority %d", a.Plan, a.Pins, a.Zone, a.Priority)
		}
		// A plan that is saved while the alert is open does not change what it goes on with.
		h.save("", strings.Replace(h.planText("emergency"), "helpers: 3", "helpers: 1", 1))
		h.pass(3 * time.Minute)
		if a = h.get(a.ID); a.Plan != "emergency@1" || a.Priority != 1 {
			t.Errorf("goes on with %s at priority %d, want emergency@1 at 1", a.Plan, a.Priority)
		}
		h.verified()

		if got := h.get(h.press("sos")); got.ID != a.ID || got.Plan != "emergency@1" {
			t.Errorf("a press is an alert of its own with plan %s; want it to join the emergency that is open", got.Plan)
		}
		h.save("c1", strings.Replace(h.planText("hazard"), "helpers: 3", "helpers: 2", 1))
		if got := h.get(h.press("smoke")).Plan; got != "hazard~c1@1" {
			t.Errorf("plan %s, want the centre's own", got)
		}
		_, err := h.reg.CreateClass(ctx, registry.CallerClass{Centre: "c1", Elder: h.elder.ID, Class: "vip", Reason: "市人大代表"})
		h.ok(err)
		open, err := h.engine.PlanFor(ctx, PlanQuery{Elder: h.elder.ID, Kind: "sos"})
		h.ok(err)
		if open.Chosen.ID != "vip" {
			t.Errorf("plan %s, want vip", open.Chosen.ID)
		}
		s := Signal{ID: db.NewID(), Kind: "sos", Silent: true, Device: h.device, Elder: h.elder.ID, Protocol: "http", Identity: "pendant-1", At: h.clock.Now(), ReceivedAt: h.clock.Now()}
		if got := h.get(h.signal(s)); got.Plan != "silent@1" || !got.Silent {
			t.Errorf("plan %s, want that of a silent alarm", got.Plan)
		}
	})
}

func TestWhoMayWritePlansForWhom(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		body := h.planText("hazard")
		county := registry.ScopeOf("county")
		for centre, want := range map[registry.CentreID]bool{"": false, "c1": false, "county": true} {
			_, err := h.engine.SavePlan(t.Context(), PlanDraft{By: operator("manager"), Scope: county, Centre: centre, Body: body}, nil)
			if want && err != nil || !want && !fault.Is(err, fault.Denied) {
				t.Errorf("plan for %q by the manager of the county: %v", centre, err)
			}
		}
		_, err := h.engine.SavePlan(t.Context(), PlanDraft{By: operator("manager"), Scope: registry.ScopeAll(),
			Body: strings.Replace(h.planText("inactivity"), "with: emergency", "with: nothing", 1)}, nil)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a plan that goes on with one that does not exist: %v", err)
		}
	})
}

// planText is the newest text of a plan.
func (h *house) planText(id string) string {
	h.t.Helper()
	docs, err := h.engine.Plans(h.t.Context())
	h.ok(err)
	for _, d := range docs {
		if d.ID == id {
			return d.Body
		}
	}
	h.t.Fatalf("there is no plan %s", id)
	return ""
}

func (h *house) save(centre registry.CentreID, body string) {
	h.t.Helper()
	_, err := h.engine.SavePlan(h.t.Context(), PlanDraft{By: operator("manager"), Scope: registry.ScopeAll(), Centre: centre, Body: body}, nil)
	h.ok(err)
}
