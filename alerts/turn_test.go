package alerts

import (
	"strings"
	"testing"
	"time"

	"anling/registry"
)

func TestContactsOutsideTheirHoursAreToldLast(t *testing.T) {
	t.Parallel()
	days := []int{1, 2, 3, 4, 5, 6, 7}
	day, night := registry.Shift{Days: days, From: "08:00", To: "18:00"}, registry.Shift{Days: days, From: "20:00", To: "06:00"}
	contacts := []registry.Contact{{ID: "day", Hours: []registry.Shift{day}}, {ID: "always"}, {ID: "night", Hours: []registry.Shift{night}},
		{ID: "both", Hours: []registry.Shift{day, night}}}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for utc, want := range map[string]string{"04:00": "day always both night", "15:00": "always night both day", "11:00": "always day night both"} {
		now, err := time.Parse("2006-01-02 15:04", "2026-11-23 "+utc)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range inTurn(contacts, now, shanghai) {
			got = append(got, string(c.ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at %s UTC: %v, want %s", utc, got, want)
		}
	}
	if len(contacts) != 4 || contacts[0].ID != "day" {
		t.Error("the registry's own list was changed")
	}
}
