package registry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Provider](t)(h.CreateProvider(ctx, Provider{ID: "P1", Name: "安心家政", Inspections: []Inspection{{Year: 2026, Result: CheckFailed}}}))
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"certificates":[
			{"kind":"first_aid","expires":"2026-11-22"},{"kind":"nurse","expires":"2026-12-23"},{"kind":"aed","expires":"2027-01-20"},
			{"kind":"driver","expires":"2027-02-20"},{"kind":"far","expires":"2027-03-20"},{"kind":"never"}]}`)))
		var got []string
		for _, d := range h.Helpers().Due(ScopeAll(), noon(), 90) {
			got = append(got, d.ID+" "+d.Code+" "+d.Value)
		}
		want := []string{"P1 inspection_failed ", "H1 certificate_expired first_aid", "H1 certificate_expires nurse", "H1 certificate_expires aed", "H1 certificate_expires driver"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}
		if got := h.Helpers().Due(ScopeOf("elsewhere"), noon(), 90); len(got) != 0 {
			t.Errorf("another centre is told %v", got)
		}
		if got := h.Helpers().Due(ScopeAll(), noon(), 30); len(got) != 3 {
			t.Errorf("within 30 days: %v", got)
		}
	})
}
