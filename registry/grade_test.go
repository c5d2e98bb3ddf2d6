package registry

import "testing"

func TestTheRuleOfTheGrade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		f      Figures
		grade  string
		points int
	}{
		{"never asked", Figures{}, "", 0},
		{"asked four times", Figures{Offers: 4, Answered: 4, Accepted: 4, Arrived: 4}, "", 0},
		{"always there", Figures{Offers: 5, Answered: 5, Accepted: 5, Arrived: 5, Satisfied: 2}, GradeA, 100},
		{"there, and nobody said", Figures{Offers: 5, Answered: 5, Accepted: 5, Arrived: 5}, GradeA, 95},
		{"always says no", Figures{Offers: 10, Answered: 10}, GradeB, 72},
		{"never answers", Figures{Offers: 10}, GradeD, 32},
		{"half of it", Figures{Offers: 10, Answered: 5, Accepted: 4, Arrived: 4, Late: 2, Satisfied: 1, Dissatisfied: 1}, GradeC, 66},
		{"takes promises back", Figures{Offers: 10, Answered: 10, Accepted: 10, Arrived: 2, Withdrawn: 8}, GradeC, 51},
	} {
		grade, points := GradeOf(c.f)
		if grade != c.grade || points != c.points {
			t.Errorf("%s: got %q with %d points, want %q with %d", c.name, grade, points, c.grade, c.points)
		}
	}
}

func TestGradesAreWrittenWithTheirFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Provider](t)(h.CreateProvider(ctx, Provider{ID: "P1", Name: "安心家政"}))
		x := li()
		x.ID, x.Provider = "H2", "P1"
		must[Helper](t)(h.CreateHelper(ctx, x))
		good := Figures{Offers: 6, Answered: 6, Accepted: 6, Arrived: 6}
		for i, want := range []int{2, 0} { // the second night changes nothing
			if n := must[int](t)(h.SetGrades(ctx, map[HelperID]Figures{"H2": good})); n != want {
				t.Errorf("night %d: %d grades changed, want %d", i+1, n, want)
			}
		}
		if got, _ := h.Helpers().Get("H2"); got.Grade != GradeA {
			t.Errorf("in memory: %q", got.Grade)
		}
		if p := must[Provider](t)(h.Provider(ctx, "P1")); p.Grade != GradeA {
			t.Errorf("the provider: %q", p.Grade)
		}
		if g := must[Grade](t)(h.HelperGrade(ctx, "H2")); g.Figures != good || g.Grade != GradeA || !g.At.Equal(noon()) {
			t.Errorf("what it rests on: %+v", g)
		}
		if g := must[Grade](t)(h.HelperGrade(ctx, "H1")); g.Grade != "" || g.Figures != (Figures{}) {
			t.Errorf("never asked: %+v", g)
		}
		_, err := h.ChangeHelper(ctx, "H2", []byte(`{"version":2,"grade":"D"}`))
		wantFields(t, "a grade by hand", err, "grade")
	})
}
