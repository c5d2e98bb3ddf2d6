package alerts

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// reasons are why the elder is on the safety plan, as "device kind" or "device kind mended"; nil when they are not.
func (h *house) reasons(elder registry.ElderID) []string {
	h.t.Helper()
	s, err := h.engine.SafetyOf(h.t.Context(), elder)
	h.ok(err)
	if s == nil {
		return nil
	}
	out := []string{}
	for _, t := range s.Why {
		line := strings.TrimSpace(fmt.Sprintf("%s %s", t.Device, t.Kind))
		if t.Mended != nil {
			line += " mended"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func (h *house) wantReasons(what string, want ...string) {
	h.t.Helper()
	if got := h.reasons(h.elder.ID); !slices.Equal(got, want) {
		h.t.Errorf("%s: on the safety plan because of %q, want %q", what, got, want)
	}
}

func (h *house) release(d registry.Device, patch string) {
	h.t.Helper()
	var err error
	if patch == "" {
		err = h.reg.ArchiveDevice(h.t.Context(), d.ID)
	} else {
		_, err = h.reg.ChangeDevice(h.t.Context(), d.ID, []byte(patch))
	}
	h.ok(err)
	now, err := h.reg.Device(h.t.Context(), d.ID)
	h.ok(err)
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) error { return h.engine.Released(h.t.Context(), tx, now) }))
}

func TestAnElderIsOnTheSafetyPlanUntilEveryDeviceIsProved(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		watch := h.addDevice(registry.Device{ID: "w", Identity: "watch", Kind: "watch", Elder: h.elder.ID})
		p := string(h.device.ID)
		h.wantReasons("at first")
		h.from(h.device, "low_battery")
		h.from(h.device, "fault")
		h.from(watch, KindUntested)
		h.from(h.device, "fault")
		h.wantReasons("three faults", slices.Sorted(slices.Values([]string{p + " fault", p + " low_battery", "w untested"}))...)
		safety, err := h.engine.SafetyOf(t.Context(), h.elder.ID)
		h.ok(err)
		if a := h.get(safety.Alert); a.Kind != KindSafety || a.Level != 0 || a.Title != h.elder.Name || a.Unidentified {
			t.Errorf("the safety plan is kind %s level %d of %q unidentified %v", a.Kind, a.Level, a.Title, a.Unidentified)
		}
		h.from(h.device, "battery_ok")
		h.from(h.device, "fault_ok")
		h.wantReasons("the faults have gone", slices.Sorted(slices.Values([]string{p + " fault mended", p + " low_battery mended", "w untested"}))...)
		h.from(h.device, "test")
		h.wantReasons("one of two is proved", "w untested")
		h.wantState("one of two is proved", safety.Alert, Raised)
		h.wantRefused("an operator ends it", safety.Alert, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther}, fault.Conflict)
		h.from(watch, "sos")
		h.wantReasons("both are proved")
		h.wantState("both are proved", safety.Alert, Closed)
		h.from(watch, "fault")
		h.wantReasons("again", "w fault")
		h.verified()
	})
}

func TestASupervisorsWordDoesNotEndTheSafetyPlan(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		task := h.from(h.device, "fault")
		h.do(task, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther, Reason: "the installer says it works"})
		h.do(task, Command{Type: CommandClose, Actor: operator("supervisor")})
		h.wantReasons("resolved without a press", string(h.device.ID)+" fault")
		h.from(h.device, "test")
		h.wantReasons("pressed")
		h.verified()
	})
}

func TestADeviceThatIsTakenAwayLeavesNobodyWithout(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		task := h.from(h.device, "fault")
		h.release(h.device, fmt.Sprintf(`{"version":%d,"elder":""}`, h.device.Version))
		h.wantState("the device was taken away", task, Closed)
		h.wantReasons("nothing left to call with", "none")
		fresh := h.addDevice(registry.Device{ID: "fresh", Identity: "fresh", Kind: "pendant", Elder: h.elder.ID})
		h.wantReasons("a new one nobody has tried", "none")
		h.from(fresh, "test")
		h.wantReasons("the new one works")

		h.from(fresh, "fault")
		second := h.addDevice(registry.Device{ID: "second", Identity: "second", Kind: "watch", Elder: h.elder.ID})
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
			return h.reg.SeenTx(t.Context(), tx, []registry.Seen{{Device: second.ID, At: h.clock.Now(), Tested: h.clock.Now(), Elder: h.elder.ID}})
		}))
		h.release(fresh, "")
		h.wantReasons("the broken one is archived, another is proved")
		h.verified()
	})
}

func TestABrokenDeviceIsAsBrokenForTheNextElder(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		next, err := h.reg.CreateElder(t.Context(), registry.Elder{Centre: h.elder.Centre, Name: "李桂兰"})
		h.ok(err)
		h.from(h.device, "fault")
		h.release(h.device, fmt.Sprintf(`{"version":%d,"elder":%q}`, h.device.Version, next.ID))
		if got := h.reasons(next.ID); !slices.Equal(got, []string{string(h.device.ID) + " fault"}) {
			t.Errorf("the next elder is on the safety plan because of %q", got)
		}
		h.verified()
	})
}

// TestEastLondon: the wrist alarm was reported broken on 6 January and not replaced; the fall was on the 11th, the death on the 14th. Here
// nobody at the centre does anything, and it cannot go unnoticed.
func TestEastLondon(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.clock.Set(time.Date(2027, 1, 6, 9, 0, 0, 0, time.UTC))
		task := h.from(h.device, "fault")
		h.settle()
		h.wantReasons("6 January, at once", string(h.device.ID)+" fault")
		h.skip(4 * time.Hour)
		a := h.get(task)
		if _, up := a.Steps["overdue-parent"]; !up || h.told("s1", task) < 1 {
			t.Errorf("four hours later the supervisor was told %d times, the parent centre: %v", h.told("s1", task), up)
		}
		for day := 7; day <= 11; day++ {
			h.clock.Set(time.Date(2027, 1, day, 9, 0, 0, 0, time.UTC))
			h.settle()
			h.wantReasons(fmt.Sprintf("%d January", day), string(h.device.ID)+" fault")
			if a := h.get(task); a.State != Raised || a.Level == 0 {
				t.Errorf("%d January: the task is %s at level %d; it must be heard until it is done", day, a.State, a.Level)
			}
		}
		h.verified()
	})
}

// TestASafetyPlanThatBecameAnEmergency: nobody heard from the elder, so it is an emergency now. That their device works after all does not end
// it, and when it has ended they are on the safety plan again if their devices are as they were.
func TestASafetyPlanThatBecameAnEmergency(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		other := h.addDevice(registry.Device{ID: "other", Identity: "other", Kind: "watch", Elder: h.elder.ID})
		h.from(h.device, "fault")
		h.from(other, "low_battery")
		h.from(other, "battery_ok")
		first, err := h.engine.SafetyOf(t.Context(), h.elder.ID)
		h.ok(err)
		for range 24 {
			if h.get(first.Alert).Priority < 3 {
				break
			}
			h.skip(20 * time.Minute)
		}
		if got := h.get(first.Alert).Priority; got == 3 {
			t.Fatal("nobody answered for eight hours, and it is no emergency yet")
		}
		h.from(h.device, "test")
		if a := h.get(first.Alert); !a.State.Working() {
			t.Errorf("a device that works ended the emergency: it is %s", a.State)
		}
		h.from(h.device, "fault")
		op := operator("operator")
		h.do(first.Alert, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		h.do(first.Alert, Command{Type: CommandFollowUp, Actor: op, Satisfaction: Satisfied, Reached: ReachedElder})
		h.do(first.Alert, Command{Type: CommandClose, Actor: op})
		h.wantReasons("after the emergency", slices.Sorted(slices.Values([]string{string(h.device.ID) + " fault", "other low_battery mended"}))...)
		again, err := h.engine.SafetyOf(t.Context(), h.elder.ID)
		h.ok(err)
		if again.Alert == first.Alert {
			t.Error("the plan was not begun anew")
		}
		h.verified()
	})
}
