package alerts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/registry"
)

func (h *house) room(centre registry.CentreID) (n int) {
	h.t.Helper()
	h.ok(h.db.View(h.t.Context(), func(tx *db.Tx) (err error) {
		n, err = h.engine.Room(h.t.Context(), tx, centre)
		return err
	}))
	return n
}

func TestACentreBeginsSoManyTasksInAnHour(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		if n := h.room("c1"); n != 30 {
			t.Fatalf("there is room for %d at first, want 30", n)
		}
		h.from(hubs[0], KindUntested)
		h.skip(30 * time.Minute)
		h.from(hubs[1], KindLost)
		h.from(hubs[2], "fault")
		if n := h.room("c1"); n != 28 {
			t.Errorf("two lost or untried: room for %d, want 28", n)
		}
		h.from(hubs[0], "test")
		if n := h.room("c1"); n != 29 {
			t.Errorf("one is done: room for %d, want 29", n)
		}
		h.skip(61 * time.Minute)
		h.from(hubs[3], KindUntested)
		if n := h.room("c1"); n != 29 {
			t.Errorf("an hour later: room for %d, want 29", n)
		}
		_, err := h.reg.CreateCentre(t.Context(), registry.Centre{ID: "c2", Name: "Other"})
		h.ok(err)
		body, err := builtIn.ReadFile("plans/technical.yaml")
		h.ok(err)
		slow := strings.Replace(string(body), "per_hour: 30", "per_hour: 5", 1)
		_, err = h.engine.SavePlan(t.Context(), PlanDraft{Centre: "c2", Body: slow, By: operator("admin"), Scope: registry.ScopeAll()}, nil)
		h.ok(err)
		if a, b := h.room("c1"), h.room("c2"); a != 29 || b != 5 {
			t.Errorf("with a plan of its own: room for %d and %d, want 29 and 5", a, b)
		}
	})
}

// TestWhatWaitsIsNoTask: nobody is called to mend it, a sign of life ends a loss, and it is known to be wrong all the same. The elder does not
// wait: who has a device that nobody has tried is on the safety plan.
func TestWhatWaitsIsNoTask(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(2, nil)
		wait := func(d registry.Device, kind string) {
			h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { return h.engine.Waits(t.Context(), tx, d, kind) }))
		}
		standing := func() (out string) {
			h.ok(h.db.View(t.Context(), func(tx *db.Tx) error {
				all, err := h.engine.store.troublesOf(t.Context(), tx, []registry.DeviceID{hubs[0].ID, hubs[1].ID})
				for _, t := range all {
					out += fmt.Sprintf("%s %s %s;", t.Device, t.Kind, t.standing)
				}
				return err
			}))
			return out
		}
		wait(hubs[0], KindLost)
		wait(hubs[0], KindUntested)
		wait(hubs[1], KindUntested)
		wait(hubs[1], KindUntested)
		h.pass(3 * time.Hour)
		if got := standing(); got != "hubv00 lost gathered;hubv00 untested alone;hubv01 untested alone;" {
			t.Errorf("what waits is %s", got)
		}
		if n := len(h.alertsOf("", KindLost)) + len(h.alertsOf("", KindUntested)); n > 0 {
			t.Errorf("%d tasks for what waits, want none", n)
		}
		if n := len(h.alertsOf("", KindSafety)); n != 2 {
			t.Errorf("%d elders are on the safety plan, want both", n)
		}
		h.heard(hubs[0], hubs[1])
		if got := standing(); got != "hubv00 untested alone;hubv01 untested alone;" {
			t.Errorf("both were heard: %s", got)
		}
		h.from(hubs[1], "sos")
		if got := standing(); got != "hubv00 untested alone;" {
			t.Errorf("one was pressed: %s", got)
		}
		h.release(hubs[0], "")
		if got := standing(); got != "" {
			t.Errorf("the other was taken away: %s", got)
		}
	})
}
