package registry

import (
	"slices"
	"testing"
	"time"

	"anling/internal/fault"
)

func TestTheTreeOfServices(t *testing.T) {
	t.Parallel()
	tree := treeOf(nil)
	classes, kinds := 0, 0
	for _, x := range tree.All() {
		if x.Name.Zh == "" || x.Name.En == "" || !isCode(string(x.Code)) {
			t.Errorf("%+v", x)
		}
		if x.Level == 1 {
			classes++
			continue
		}
		kinds++
		if p, ok := tree.Get(x.Parent); !ok || p.Level != 1 {
			t.Errorf("%s has no class", x.Code)
		}
	}
	if classes != 20 || kinds < 200 {
		t.Errorf("%d classes, %d kinds", classes, kinds)
	}
	for _, c := range []struct {
		offers []string
		asked  string
		want   bool
	}{
		{[]string{"plumbing"}, "plumbing", true},
		{[]string{"plumbing"}, "utilities", true},
		{[]string{"utilities"}, "plumbing", true},
		{[]string{"plumbing"}, "locks", false},
		{[]string{"plumbing"}, "electrical", false},
		{[]string{"水管维修"}, "plumbing", true},
		{[]string{"plumbing"}, "Water, power and heat", true},
		{[]string{"吹糖人"}, "吹糖人", true},
		{[]string{"吹糖人"}, "画糖画", false},
		{[]string{"plumbing"}, "no such class", false},
		{nil, "plumbing", false},
	} {
		if got := tree.Offers(c.offers, c.asked); got != c.want {
			t.Errorf("%v asked for %s: got %v", c.offers, c.asked, got)
		}
	}
	found := tree.Search("开锁")
	if len(found) < 3 || found[0].Code != "locks" || !slices.ContainsFunc(found, func(x ServiceType) bool { return x.Code == "locksmith" }) {
		t.Errorf("searched: %+v", found)
	}
	if got := tree.Search("nothing of the kind"); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

func TestACentresOwnService(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		_, err := h.CreateService(ctx, ServiceType{Code: "plumbing", Name: Bilingual{Zh: "别的"}})
		wantKind(t, "a code of the program's own", err, fault.Conflict)
		_, err = h.CreateService(ctx, ServiceType{Code: "sugar", Parent: "plumbing"})
		wantFields(t, "below a kind, without a name", err, "name.zh", "parent")
		_, err = h.CreateService(ctx, ServiceType{Code: "sugar", Parent: "plumbing", Name: Bilingual{Zh: "吹糖人"}})
		wantFields(t, "below a kind", err, "parent")
		made := must[ServiceType](t)(h.CreateService(ctx, ServiceType{Code: "sugar", Parent: "culture", Name: Bilingual{Zh: "吹糖人"}}))
		if made.Centre != "main" || made.Level != 2 || made.BuiltIn {
			t.Errorf("made %+v", made)
		}
		x := li()
		x.ID, x.Services = "H2", []string{"吹糖人", "水管维修", "画糖画"}
		got := must[Helper](t)(h.CreateHelper(ctx, x))
		if !slices.Equal(got.Services, []string{"sugar", "plumbing", "画糖画"}) ||
			!slices.Equal(got.Warnings, []Warning{{Code: WarnUnknownService, Field: "services", Value: "画糖画"}}) {
			t.Errorf("a helper who offers it: %v, %v", got.Services, got.Warnings)
		}
		if err := h.DeprecateService(ctx, "sugar"); err != nil {
			t.Fatal(err)
		}
		got = must[Helper](t)(h.Helper(ctx, "H2"))
		if !slices.Contains(got.Services, "sugar") || !slices.ContainsFunc(got.Warnings, func(w Warning) bool { return w.Code == WarnDeprecatedService }) {
			t.Errorf("after it was deprecated: %v, %v", got.Services, got.Warnings)
		}
		wantKind(t, "the program's own", h.DeprecateService(ctx, "plumbing"), fault.Conflict)
		other := h.mustOpen(t)
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if x, ok := other.Helpers().Services().Get("sugar"); !ok || x.ArchivedAt == nil {
			t.Errorf("another node: %+v", x)
		}
	})
}

func TestClassesOfCallers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		_, err := h.CreateClass(ctx, CallerClass{Class: "nasty", Phone: "19900009999", Elder: "E1"})
		wantFields(t, "a wrong class", err, "class", "reason", "phone")
		vip := must[CallerClass](t)(h.CreateClass(ctx, CallerClass{Class: "vip", Elder: "E1", Reason: "劳动模范"}))
		must[CallerClass](t)(h.CreateClass(ctx, CallerClass{Class: "黑名单", Phone: "199 0000 9999", Reason: "骚扰", Until: "2026-11-24"}))
		held := func(want ...string) {
			t.Helper()
			var got []string
			for _, k := range must[[]CallerClass](t)(h.ClassesOf(ctx, "E1", []string{"+8619900009999", "no number"})) {
				got = append(got, k.Class)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("held %v, want %v", got, want)
			}
		}
		held(ClassBlacklist, ClassVIP)
		page := must[Page[CallerClass]](t)(h.ListClasses(ctx, ScopeAll(), Query{Filters: map[string]string{"phone": "19900009999"}}))
		if len(page.Items) != 1 || page.Items[0].Class != ClassBlacklist {
			t.Errorf("by number: %+v", page.Items)
		}
		if got := must[[]CallerClass](t)(h.In(ScopeOf("elsewhere")).ClassesOf(ctx, "E1", []string{"19900009999"})); len(got) != 0 {
			t.Errorf("another centre sees %v", got)
		}
		h.clock.Advance(48 * time.Hour)
		held(ClassVIP)
		if err := h.ArchiveClass(ctx, vip.ID); err != nil {
			t.Fatal(err)
		}
		held()
	})
}

func TestAgreements(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "west", Name: "西", Parent: "main"}))
		for what, c := range map[string]struct {
			g    Agreement
			want string
		}{
			"with itself":     {Agreement{Centre: "west", To: "west"}, "to"},
			"with nobody":     {Agreement{Centre: "west"}, "to"},
			"with a stranger": {Agreement{Centre: "west", To: "nowhere"}, "to"},
			"too late":        {Agreement{Centre: "west", To: "main", AfterS: 4000}, "after_s"},
		} {
			_, err := h.CreateAgreement(ctx, c.g)
			wantFields(t, what, err, c.want)
		}
		_, err := h.In(ScopeOf("main")).CreateAgreement(ctx, Agreement{Centre: "west", To: "main"})
		wantFields(t, "somebody else's alerts", err, "centre")
		g := must[Agreement](t)(h.CreateAgreement(ctx, Agreement{Centre: "west", To: "main", Kinds: []string{"SOS"}, AfterS: 60, Until: "2026-12-31"}))
		other := h.mustOpen(t)
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]*Roster{"here": h.Helpers(), "on another node": other.Helpers()} {
			if got := r.Overflow("west", "sos", noon()); len(got) != 1 || got[0].ID != g.ID {
				t.Errorf("%s: %v", name, got)
			}
			if got := slices.Concat(r.Overflow("west", "fall", noon()), r.Overflow("main", "sos", noon()), r.Overflow("west", "sos", noon().AddDate(0, 2, 0))); got != nil {
				t.Errorf("%s, what is not agreed upon: %v", name, got)
			}
		}
		if err := h.ArchiveAgreement(ctx, g.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.Helpers().Overflow("west", "sos", noon()); got != nil {
			t.Errorf("after its end: %v", got)
		}
	})
}
