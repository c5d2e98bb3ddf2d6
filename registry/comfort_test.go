package registry

import (
	"testing"
	"time"
)

func TestWhatAHelperIsSpared(t *testing.T) {
	t.Parallel()
	two, none, ten := 2, 0, 10
	night := []Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "22:00", To: "07:00"}}
	for _, c := range []struct {
		name   string
		h      Helper
		centre Centre
		want   int
	}{
		{"says nothing", Helper{Kind: KindVolunteer}, Centre{}, usualWeeklyOffers},
		{"the centre says", Helper{Kind: KindNeighbour}, Centre{WeeklyOffers: &ten}, 10},
		{"says so, whatever the centre says", Helper{Kind: KindVolunteer, WeeklyOffers: &two}, Centre{WeeklyOffers: &ten}, 2},
		{"none at all", Helper{Kind: KindVolunteer, WeeklyOffers: &none}, Centre{}, 0},
		{"whose work it is", Helper{Kind: KindStaff}, Centre{WeeklyOffers: &ten}, -1},
		{"whose work it is and who says so", Helper{Kind: KindProvider, WeeklyOffers: &two}, Centre{}, 2},
	} {
		got := -1 // any number
		if n := c.h.budget(c.centre); n != nil {
			got = *n
		}
		if got != c.want {
			t.Errorf("%s: %d offers a week, want %d", c.name, got, c.want)
		}
	}
	monday := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at    time.Time
		quiet bool
	}{{monday, true}, {monday.Add(4 * time.Hour), false}, {monday.Add(19 * time.Hour), true}} {
		if got := (Helper{QuietHours: night}).quiet(c.at); got != c.quiet {
			t.Errorf("at %v quiet is %v", c.at, got)
		}
	}
	if (Helper{}).quiet(monday) {
		t.Error("who has no quiet hours is left in peace all the time")
	}
}

func TestTheWeekBeginsOnMondayWhereTheCentreIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		x := li()
		x.ID = "H9"
		made := must[Helper](t)(h.CreateHelper(ctx, x))
		if made.QuietHours == nil || made.WeeklyOffers != nil {
			t.Errorf("a new helper has quiet hours %v and a budget of %v", made.QuietHours, made.WeeklyOffers)
		}
		// Sunday 17:00 UTC is Monday in Shanghai.
		got := h.Helpers().Comfort("H9", time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC))
		if want := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC); !got.Week.Equal(want) || *got.Offers != usualWeeklyOffers {
			t.Errorf("got %+v, want the week of %v", got, want)
		}
		must[Helper](t)(h.ChangeHelper(ctx, "H9", []byte(`{"version":1,"weekly_offers":3,"quiet_hours":[{"days":[7,1],"from":"00:00","to":"06:00"}],"household":"hh-1"}`)))
		got = h.Helpers().Comfort("H9", time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC))
		if !got.Quiet || *got.Offers != 3 {
			t.Errorf("after the change: %+v", got)
		}
		must[Helper](t)(h.ChangeHelper(ctx, "H9", []byte(`{"version":2,"weekly_offers":null}`)))
		if got := h.Helpers().Comfort("H9", noon()); *got.Offers != usualWeeklyOffers {
			t.Errorf("after it was taken back: %+v", got)
		}
		_, err := h.ChangeHelper(ctx, "H9", []byte(`{"version":3,"weekly_offers":51,"quiet_hours":[{"days":[8],"from":"0","to":"06:00"}]}`))
		wantFields(t, "helper", err, "quiet_hours", "quiet_hours", "weekly_offers")
		_, err = h.ChangeHelper(ctx, "H9", []byte(`{"version":3,"weekly_offers":"many"}`))
		wantFields(t, "helper", err, "weekly_offers")
		c := must[Centre](t)(h.Centre(ctx, made.Centre))
		must[Centre](t)(h.ChangeCentre(ctx, c.ID, []byte(`{"version":1,"weekly_offers":9}`)))
		if got := h.Helpers().Comfort("H9", noon()); *got.Offers != 9 {
			t.Errorf("the centre's word: %+v", got)
		}
	})
}
