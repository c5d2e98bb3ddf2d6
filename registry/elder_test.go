package registry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/internal/fault"
)

func full() Elder {
	e := zhang()
	since := noon().Add(-time.Hour)
	e.IDNumber, e.Dialect, e.Area, e.CareLevel, e.Household = "11010519491231002x", "上海话", "310101002009", "轻度失能", "hh-1"
	e.SafetyPlan = &SafetyPlan{On: true, Reason: "按钮送修", Since: &since, Times: []string{"20:00", "08:00"}}
	e.Custom = Custom{"pension": "A类", "visits": 3.0, "ramp": true, "empty": " "}
	e.LegalHold, e.HoldReason = true, "诉讼"
	return e
}

// mustOwnFields defines the fields that a full record has.
func (h *house) mustOwnFields(t *testing.T) {
	t.Helper()
	for key, kind := range map[string]string{"pension": "text", "visits": "number", "ramp": "bool"} {
		must[CustomField](t)(h.CreateCustomField(t.Context(), CustomField{Key: key, Type: kind, Label: map[string]string{"en": key}}))
	}
}

func TestElderInDepthComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustOwnFields(t)
		made := must[Elder](t)(h.CreateElder(t.Context(), full()))
		if diff := cmp.Diff(made, must[Elder](t)(h.mustOpen(t).Elder(t.Context(), "E1"))); diff != "" {
			t.Errorf("changed on the way (-made +read):\n%s", diff)
		}
		if made.IDKind != PaperResident || made.IDNumber != "11010519491231002X" || made.CareLevel != CareMild || len(made.Custom) != 3 ||
			made.SafetyPlan.Times[0] != "08:00" {
			t.Errorf("normalised: %+v", made)
		}
		for name, want := range map[string]int{"area": 1, "household": 1, "safety_plan": 1, "legal_hold": 1, "centre": 1} {
			value := map[string]string{"area": "310101002009", "household": "hh-1", "centre": "main"}[name]
			if value == "" {
				value = "true"
			}
			page := must[Page[Elder]](t)(h.ListElders(t.Context(), ScopeAll(), Query{Filters: map[string]string{name: value}}))
			if len(page.Items) != want {
				t.Errorf("filter %s: %d elders, want %d", name, len(page.Items), want)
			}
		}
		changed := must[Elder](t)(h.ChangeElder(t.Context(), "E1", []byte(`{"version":1,"custom":{"visits":4,"ramp":null},"safety_plan":{"on":false}}`)))
		if diff := cmp.Diff(Custom{"pension": "A类", "visits": 4.0}, changed.Custom); diff != "" {
			t.Errorf("custom after a merge patch (-want +got):\n%s", diff)
		}
		if p := changed.SafetyPlan; p == nil || p.On || p.Reason != "按钮送修" || p.Applies(noon()) {
			t.Errorf("plan after a merge patch: %+v", p)
		}
	})
}

func TestNumbersOfElders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "main", Name: "总台"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "east", Name: "东", Parent: "main"}))
		make := func(id ElderID, centre CentreID, number string) (Elder, error) {
			return h.CreateElder(ctx, Elder{ID: id, Name: "x", Centre: centre, Number: number})
		}
		a := must[Elder](t)(make("a", "main", ""))
		b := must[Elder](t)(make("b", "main", "a0000007"))
		c := must[Elder](t)(make("c", "east", ""))
		d := must[Elder](t)(make("d", "east", "a0000007"))
		if a.Number != "A0000001" || b.Number != "A0000007" || c.Number != "A0000008" || d.Number != "A0000007" {
			t.Errorf("numbers %s %s %s %s", a.Number, b.Number, c.Number, d.Number)
		}
		_, err := make("e", "main", "A0000007")
		wantKind(t, "a number that is taken", err, fault.Conflict)
		wantFields(t, "a number that is taken", err, "number")
		moved := must[Elder](t)(h.ChangeElder(ctx, "d", []byte(`{"version":1,"centre":"main"}`)))
		if moved.Number != "A0000009" {
			t.Errorf("moved to where the number is taken: got %s", moved.Number)
		}
		if err := h.ArchiveElder(ctx, "b"); err != nil {
			t.Fatal(err)
		}
		must[Elder](t)(make("f", "main", "A0000007"))
		_, err = h.ChangeElder(ctx, "b", []byte(`{"version":2,"archived_at":null}`))
		wantKind(t, "restored when the number is taken", err, fault.Conflict)
	})
}

func TestOnePaperIsOnePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustOwnFields(t)
		must[Elder](t)(h.CreateElder(ctx, full()))
		_, err := h.CreateElder(ctx, Elder{Name: "other", IDNumber: "110105491231002"})
		wantKind(t, "the old number of the same person", err, fault.Conflict)
		wantFields(t, "the old number of the same person", err, "id_number")
		must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":1,"id_number":""}`)))
		e := must[Elder](t)(h.CreateElder(ctx, Elder{Name: "other", IDNumber: "110105491231002"}))
		if e.IDKind != PaperResident {
			t.Errorf("kind %q", e.IDKind)
		}
	})
}

func TestWrongFieldsInDepth(t *testing.T) {
	t.Parallel()
	_, err := Parse[Elder]([]byte(`{"name":"x","number":"a b","area":"?","id_number":"12345","id_kind":"resident","care_level":"bad","legal_hold":true,
		"safety_plan":{"on":true,"times":["25:00"]},"custom":{"a b":1,"list":[1]}}`), noon())
	wantFields(t, "elder", err, "number", "area", "id_number", "care_level", "legal_hold_reason", "safety_plan.reason", "safety_plan.times", "custom", "custom.list")
	_, err = Parse[Contact]([]byte(`{"elder":"e","name":"x","phones":["19900001234"],"hours":[{"days":[9],"from":"8","to":"9:00"}],"languages":["!"]}`), noon())
	wantFields(t, "contact", err, "hours", "hours", "languages")
	_, err = Parse[Device]([]byte(`{"identity":"x","protocol":"http","installed_at":"2030-01-01T00:00:00Z","tested_at":"2026-01-01T00:00:00Z"}`), noon())
	wantFields(t, "device", err, "installed_at", "tested_at")
}
