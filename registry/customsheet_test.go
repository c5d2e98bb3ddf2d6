package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpreadsheetsHaveTheCentresOwnFields(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "main", Name: "总台"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "east", Name: "东", Parent: "main"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "west", Name: "西", Parent: "main"}))
		for _, f := range []CustomField{
			{Centre: "main", Key: "blood", Label: map[string]string{"zh": "血型"}, Type: "choice", Choices: []string{"A", "B"}},
			{Centre: "main", Key: "visits", Label: map[string]string{"zh": "走访次数"}, Type: "number"},
			{Centre: "east", Key: "ramp", Label: map[string]string{"zh": "坡道"}, Type: "bool"},
			{Centre: "main", Resource: "helper", Key: "badge", Label: map[string]string{"zh": "工牌"}},
		} {
			must[CustomField](t)(h.CreateCustomField(ctx, f))
		}
		r := mustImport(t, h, Elders, "id,centre,name,血型,Custom.Visits,坡道,工牌\nE1,east,张秀英,A,12,是,7\nE2,west,王伟,B,many,\nE3,west,李芳,C,,是\nE4,west,赵明,,,\n")
		wantCounts(t, "first", r, "2 created, 0 changed, 0 unchanged, 2 refused")
		if got := r.Refused[0].Field + " " + r.Refused[1].Field; got != "custom.visits custom.blood,custom.ramp" {
			t.Errorf("refused for %q", got)
		}
		if diff := cmp.Diff([]string{"工牌"}, r.Ignored); diff != "" {
			t.Errorf("a helper's field on elders (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(Custom{"blood": "A", "visits": 12.0, "ramp": true}, must[Elder](t)(h.Elder(ctx, "E1")).Custom); diff != "" {
			t.Errorf("E1 (-want +got):\n%s", diff)
		}
		again := "id,name,custom.visits,custom.blood\nE1,张秀英,13,\nE4,赵明,,\n"
		wantCounts(t, "a change", mustImport(t, h, Elders, again), "0 created, 1 changed, 1 unchanged, 0 refused")
		wantCounts(t, "the same once more", mustImport(t, h, Elders, again), "0 created, 0 changed, 2 unchanged, 0 refused")
		var out strings.Builder
		if err := h.Export(ctx, Elders, &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), ",custom.blood,custom.ramp,custom.visits\n") || !strings.Contains(out.String(), ",A,yes,13\n") {
			t.Errorf("exported:\n%s", out.String())
		}
		wantCounts(t, "an export taken in again", mustImport(t, h, Elders, out.String()), "0 created, 0 changed, 2 unchanged, 0 refused")
		if got := h.In(ScopeOf("west")).Columns(Elders); strings.Contains(strings.Join(got, " "), "custom.ramp") || !strings.Contains(strings.Join(got, " "), "custom.blood") {
			t.Errorf("the west knows the columns %v", got)
		}
	})
}

func TestHelpersAndProvidersHaveOnlyKnownFields(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for _, resource := range []string{"helper", "provider"} {
			must[CustomField](t)(h.CreateCustomField(ctx, CustomField{Resource: resource, Key: "badge", Label: map[string]string{"en": "x"}, Type: "number"}))
		}
		_, err := h.CreateHelper(ctx, Helper{Name: "a", Phones: []string{"19900002222"}, Custom: Custom{"badge": "seven", "x": 1.0}})
		wantFields(t, "a helper", err, "custom.badge", "custom.x")
		_, err = h.CreateProvider(ctx, Provider{Name: "a", Custom: Custom{"badge": "seven"}})
		wantFields(t, "a provider", err, "custom.badge")
		if x := must[Helper](t)(h.CreateHelper(ctx, Helper{Name: "a", Phones: []string{"19900002222"}, Custom: Custom{"badge": 7.0}})); x.Custom["badge"] != 7.0 {
			t.Errorf("kept %v", x.Custom)
		}
	})
}
