package registry

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/internal/fault"
)

func TestWhyAHelperIsNotAsked(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("", 8*3600) // where it is twelve
	active := &Provider{Status: StatusActive, Inspections: []Inspection{{Year: 2026, Result: CheckPassed}}}
	night := []Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "22:00", To: "06:00"}}
	away := Helper{ID: "A", OnDuty: true, Absences: []Absence{{From: "2026-11-23", Until: "2026-11-23", Substitute: "H"}}}
	for _, c := range []struct {
		name string
		h    Helper
		in   Circumstances
		want []Hindrance
	}{
		{"nothing against it", Helper{OnDuty: true}, Circumstances{}, nil},
		{"archived", Helper{OnDuty: true, ArchivedAt: &time.Time{}}, Circumstances{}, []Hindrance{HinderedArchived}},
		{"suspended", Helper{OnDuty: true, Status: StatusSuspended}, Circumstances{}, []Hindrance{HinderedSuspended}},
		{"suspended until yesterday", Helper{OnDuty: true, Status: StatusSuspended, StatusUntil: "2026-11-22"}, Circumstances{}, nil},
		{"suspended until today", Helper{OnDuty: true, Status: StatusSuspended, StatusUntil: "2026-11-23"}, Circumstances{}, []Hindrance{HinderedSuspended}},
		{"suspended from tomorrow", Helper{OnDuty: true, Status: StatusSuspended, StatusFrom: "2026-11-24"}, Circumstances{}, nil},
		{"left", Helper{OnDuty: true, Status: StatusLeft, StatusUntil: "2020-01-01"}, Circumstances{}, []Hindrance{HinderedLeft}},
		{"staff", Helper{OnDuty: true, Provider: "P"}, Circumstances{Provider: active}, nil},
		{"staff of nobody", Helper{OnDuty: true, Provider: "P"}, Circumstances{}, []Hindrance{HinderedProviderLeft}},
		{"staff of the suspended", Helper{OnDuty: true, Provider: "P"}, Circumstances{Provider: &Provider{Status: StatusSuspended}}, []Hindrance{HinderedProviderSuspended}},
		{"staff of the never inspected", Helper{OnDuty: true, Provider: "P"}, Circumstances{Provider: &Provider{}, Inspection: true}, []Hindrance{HinderedInspection}},
		{"unchecked where nobody asks", Helper{OnDuty: true}, Circumstances{}, nil},
		{"unchecked where it is demanded", Helper{OnDuty: true}, Circumstances{Check: true}, []Hindrance{HinderedCheck}},
		{"checked where it is demanded", Helper{OnDuty: true, BackgroundCheck: BackgroundCheck{State: CheckPassed}}, Circumstances{Check: true}, nil},
		{"away today", Helper{OnDuty: true, Absences: []Absence{{From: "2026-11-23", Until: "2026-11-25"}}}, Circumstances{}, []Hindrance{HinderedAbsent}},
		{"away for an hour that is over", Helper{OnDuty: true, Absences: []Absence{{From: "2026-11-23 02:00", Until: "2026-11-23 11:59"}}}, Circumstances{}, nil},
		{"away for an hour that is on", Helper{OnDuty: true, Absences: []Absence{{From: "2026-11-23 12:00", Until: "2026-11-23 13:00"}}}, Circumstances{}, []Hindrance{HinderedAbsent}},
		{"off duty and off shift", Helper{Schedule: night}, Circumstances{}, []Hindrance{HinderedOffDuty, HinderedOffShift}},
		{"standing in off shift", Helper{ID: "H", OnDuty: true, Schedule: night}, Circumstances{For: []Helper{away}}, nil},
		{"standing in though suspended", Helper{ID: "H", Status: StatusSuspended, Schedule: night}, Circumstances{For: []Helper{away}}, []Hindrance{HinderedSuspended}},
		{"standing in though away, too", Helper{ID: "H", Absences: away.Absences}, Circumstances{For: []Helper{away}}, []Hindrance{HinderedAbsent}},
		{"named by somebody who is there", Helper{ID: "H", OnDuty: true, Schedule: night}, Circumstances{For: []Helper{{ID: "A", OnDuty: true}}}, []Hindrance{HinderedOffShift}},
		{"named by somebody who has left", Helper{ID: "H", OnDuty: true, Schedule: night},
			Circumstances{For: []Helper{{ID: "A", Status: StatusLeft, Absences: away.Absences}}}, []Hindrance{HinderedOffShift}},
	} {
		c.in.Location = shanghai
		if got := c.h.Availability(noon(), c.in); !slices.Equal(got.Why, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got.Why, c.want)
		}
	}
}

func TestAnExpiredCertificateIsNoSkill(t *testing.T) {
	t.Parallel()
	paper := func(issued, expires string) Helper {
		return Helper{Skills: []string{"first_aid"}, Certificates: []Certificate{{Kind: "first_aid", Issued: issued, Expires: expires}}}
	}
	for _, c := range []struct {
		name string
		h    Helper
		want bool
	}{
		{"no paper", Helper{Skills: []string{"first_aid"}}, true},
		{"a valid one", paper("2025-01-01", "2026-11-23"), true},
		{"for ever", paper("", ""), true},
		{"expired", paper("", "2026-11-22"), false},
		{"not valid yet", paper("2026-11-24", ""), false},
		{"only the paper", Helper{Certificates: []Certificate{{Kind: "first_aid"}}}, true},
		{"another skill's paper has expired", Helper{Skills: []string{"first_aid"}, Certificates: []Certificate{{Kind: "nurse", Expires: "2020-01-01"}}}, true},
	} {
		if got := c.h.Can([]string{"doctor", "first_aid"}, "2026-11-23"); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestYearlyInspection(t *testing.T) {
	t.Parallel()
	of := func(year int, result string) Provider {
		return Provider{Inspections: []Inspection{{Year: year, Result: result}}}
	}
	for _, c := range []struct {
		name, day, want string
		p               Provider
	}{
		{"this year's", "2026-11-23", InspectionDone, of(2026, CheckPassed)},
		{"last year's, in spring", "2026-06-30", InspectionDue, of(2025, CheckPassed)},
		{"last year's, in summer", "2026-07-01", InspectionOverdue, of(2025, CheckPassed)},
		{"pending", "2026-07-01", InspectionOverdue, of(2026, CheckPending)},
		{"failed", "2026-03-01", InspectionFailed, of(2026, CheckFailed)},
		{"new this year", "2026-11-23", InspectionDone, Provider{CreatedAt: noon()}},
		{"never", "2026-11-23", InspectionOverdue, Provider{}},
	} {
		if got := c.p.InspectionOn(c.day); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestAProviderTakesItsStaffAlong: suspension and leaving at once, another centre in the same transaction.
func TestAProviderTakesItsStaffAlong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "west", Name: "西", Parent: "main"}))
		must[Provider](t)(h.CreateProvider(ctx, Provider{ID: "P1", Name: "安心家政"}))
		x := li()
		x.ID, x.Provider, x.Grade = "H2", "P1", GradeA
		made := must[Helper](t)(h.CreateHelper(ctx, x))
		if made.Grade != "" {
			t.Error("somebody gave themselves a grade")
		}
		ok := func(when string, want ...Hindrance) {
			t.Helper()
			if got := h.Helpers().Availability("H2", noon(), ""); !slices.Equal(got.Why, want) {
				t.Errorf("%s: got %v, want %v", when, got.Why, want)
			}
		}
		ok("at first")
		must[Provider](t)(h.ChangeProvider(ctx, "P1", []byte(`{"version":1,"status":"suspended","status_reason":"投诉"}`)))
		ok("suspended", HinderedProviderSuspended)
		must[Provider](t)(h.ChangeProvider(ctx, "P1", []byte(`{"version":2,"status":"active","centre":"west"}`)))
		ok("back again")
		if got := must[Helper](t)(h.Helper(ctx, "H2")); got.Centre != "west" || got.Version != 2 {
			t.Errorf("the staff did not follow: %+v", got)
		}
		if got := must[Helper](t)(h.Helper(ctx, "H1")); got.Centre != "main" {
			t.Error("somebody else followed")
		}
		if err := h.ArchiveProvider(ctx, "P1"); err != nil {
			t.Fatal(err)
		}
		ok("archived", HinderedProviderLeft)
		staff := must[Page[Helper]](t)(h.Staff(ctx, "P1", Query{}))
		if len(staff.Items) != 1 || staff.Items[0].ID != "H2" {
			t.Errorf("staff: %+v", staff.Items)
		}
		// Another node sees the same.
		other := h.mustOpen(t)
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if got := other.Helpers().Availability("H2", noon(), ""); !slices.Equal(got.Why, []Hindrance{HinderedProviderLeft}) {
			t.Errorf("another node: %v", got.Why)
		}
		x.ID, x.Provider = "H3", "P1"
		_, err := h.CreateHelper(ctx, x)
		wantFields(t, "staff of an archived provider", err, "provider")
	})
}

func TestASubstituteIsAskedInTheirPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		x := li()
		x.ID, x.Schedule = "H2", []Shift{{Days: []int{1}, From: "22:00", To: "23:00"}}
		must[Helper](t)(h.CreateHelper(ctx, x))
		_, err := h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"absences":[{"from":"2026/11/23","until":"2026-11-22","substitute":"nobody"}]}`))
		wantFields(t, "an absence that ends before it begins", err, "absences.until")
		_, err = h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"absences":[{"from":"2026-11-23","until":"2026-11-24","substitute":"nobody"}]}`))
		wantFields(t, "nobody stands in", err, "absences.substitute")
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"absences":[{"from":"2026/11/23","until":"2026-11-24","substitute":"H2"}]}`)))
		if got := h.Helpers().Availability("H2", noon(), ""); !got.OK() || got.InPlaceOf != "H1" {
			t.Errorf("the substitute: %+v", got)
		}
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":2,"absences":[]}`)))
		if got := h.Helpers().Availability("H2", noon(), ""); got.OK() {
			t.Error("the absence is taken back, and the substitute still stands in")
		}
	})
}

func TestACentreDemandsABackgroundCheck(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "strict", Name: "严", Parent: "main", RequiresBackgroundCheck: true}))
		if got := h.Helpers().Availability("H1", noon(), ""); !got.OK() {
			t.Errorf("at home: %v", got.Why)
		}
		if got := h.Helpers().Availability("H1", noon(), "strict"); !slices.Equal(got.Why, []Hindrance{HinderedCheck}) {
			t.Errorf("asked by the centre that demands it: %v", got.Why)
		}
		_, err := h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"background_check":{"state":"passed"}}`))
		wantFields(t, "passed, nobody knows when", err, "background_check.date")
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"background_check":{"state":"passed","date":"2026-01-05"}}`)))
		if got := h.Helpers().Availability("H1", noon(), "strict"); !got.OK() {
			t.Errorf("passed: %v", got.Why)
		}
	})
}

func TestWrongStandingIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse[Helper]([]byte(`{"name":"李","phones":["19900003333"],"status":"suspended","areas":["x"],"status_from":"soon",
		"certificates":[{"kind":"","expires":"2026-13-01"}],"background_check":{"state":"maybe"},"notices":[{"text":""}],"absences":[{"from":"tomorrow"}]}`), noon())
	wantKind(t, "helper", err, fault.Invalid)
	wantFields(t, "helper", err, "status_reason", "areas", "status_from", "certificates.kind", "certificates.expires", "background_check.state",
		"notices.text", "absences.from", "absences.until")
	_, err = Parse[Provider]([]byte(`{"name":"安心","kind":"bank","inspections":[{"year":1,"result":"good"}],"status":"left","certificates":["x"]}`), noon())
	wantFields(t, "provider", err, "kind", "inspections.year", "inspections.result", "status_reason", "certificates")
}

func TestStandingInASpreadsheet(t *testing.T) {
	t.Parallel()
	h := Helper{Certificates: []Certificate{{Kind: "first_aid", Number: "A|7", Expires: "2027-01-01"}, {Kind: "nurse"}},
		BackgroundCheck: BackgroundCheck{State: CheckPassed, Date: "2026-01-05"}, Absences: []Absence{{From: "2026-11-23 08:00", Until: "2026-11-24", Substitute: "H2"}}}
	for column, want := range map[string]string{"certificates": "first_aid|A/7||2027-01-01;nurse", "background_check": "passed|2026-01-05",
		"absences": "2026-11-23 08:00|2026-11-24|H2", "notices": ""} {
		if got := cellOf(h, column); got != want {
			t.Errorf("%s: got %q, want %q", column, got, want)
		}
	}
	raw, problem := jsonOf("certificates", "first_aid|A/7||2027-01-01；nurse", false)
	want := `[{"kind":"first_aid","number":"A/7","issued":"","expires":"2027-01-01"},{"kind":"nurse","number":"","issued":"","expires":""}]`
	if diff := cmp.Diff(want, string(raw)); diff != "" || problem != "" {
		t.Errorf("certificates: %s %s", diff, problem)
	}
	if _, problem := jsonOf("inspections", "last year|passed", false); problem == "" {
		t.Error("a year that is no number was taken")
	}
}
