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

// waits notes that something is wrong with a device, and that it is that device's alone.
func (h *house) waits(d registry.Device, kind string) {
	h.t.Helper()
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) error {
		if err := h.engine.Waits(h.t.Context(), tx, d, kind); err != nil {
			return err
		}
		return h.engine.AtRisk(h.t.Context(), tx, d, kind)
	}))
}

func (h *house) wantReasonsOf(what string, elder registry.ElderID, want ...string) {
	h.t.Helper()
	if got := h.reasons(elder); !slices.Equal(got, want) {
		h.t.Errorf("%s: %s is on the safety plan because of %q, want %q", what, elder, got, want)
	}
}

// TestTheSafetyPlanWaitsForNoPace: the repair task waits for its turn, the elder does not; and what ends the one without the other
// having begun leaves nobody on the plan, and nobody off it.
func TestTheSafetyPlanWaitsForNoPace(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		p := string(h.device.ID)
		watch := h.addDevice(registry.Device{ID: "w", Identity: "watch", Kind: "watch", Elder: h.elder.ID})
		smoke := h.addDevice(registry.Device{ID: "smoke", Identity: "smoke", Kind: "smoke", Elder: h.elder.ID})
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { return h.engine.Waits(t.Context(), tx, h.device, KindLost) }))
		h.wantReasons("a loss waits for others")
		h.waits(h.device, KindLost)
		h.waits(watch, KindUntested)
		h.waits(smoke, KindLost)
		h.wantReasons("before any task", slices.Sorted(slices.Values([]string{p + " lost", "w untested"}))...)
		if n := len(h.alertsOf(h.elder.ID, KindLost)) + len(h.alertsOf(h.elder.ID, KindUntested)); n > 0 {
			t.Errorf("%d tasks began, want none: they wait for their turn", n)
		}
		h.heard(h.device, smoke)
		h.wantReasons("heard before its task", slices.Sorted(slices.Values([]string{p + " lost mended", "w untested"}))...)
		h.heard(h.device)
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { return h.engine.Waits(t.Context(), tx, h.device, KindLost) }))
		h.heard(h.device)
		h.from(h.device, "test")
		h.wantReasons("lost for a moment, heard, and pressed", "w untested")
		h.from(watch, "sos")
		h.wantReasons("both are pressed")
		h.waits(h.device, KindLost)
		task := h.from(h.device, KindLost)
		if s, err := h.engine.SafetyOf(t.Context(), h.elder.ID); err != nil || len(s.Why) != 1 || s.Why[0].Task != task || !s.Why[0].Since.Equal(h.clock.Now()) {
			t.Errorf("the plan is %+v, want one reason with its task (%v)", s, err)
		}
		h.from(h.device, "test")
		h.wantState("pressed", task, Closed)
		h.wantReasons("pressed")
		h.verified()
	})
}

func TestAWaitingDeviceThatIsTakenAwayEndsItsReason(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		next, err := h.reg.CreateElder(t.Context(), registry.Elder{Centre: h.elder.Centre, Name: "李桂兰"})
		h.ok(err)
		h.waits(h.device, KindLost)
		h.release(h.device, fmt.Sprintf(`{"version":%d,"elder":%q}`, h.device.Version, next.ID))
		h.wantReasons("nothing left to call with", "none")
		h.wantReasonsOf("it is looked at anew", next.ID)
		h.verified()
	})
}

// TestLossesThatWereTasksJoinTheirOutage: two devices were found to be alone, and then it was a village. Nobody works on one of them twice,
// and whoever was on the safety plan stays on it until a real press.
func TestLossesThatWereTasksJoinTheirOutage(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(5, nil)
		task := h.from(hubs[0], KindLost)
		h.do(task, Command{Type: CommandAccept, Actor: operator("operator")})
		h.waits(hubs[1], KindLost)
		other := h.from(hubs[0], "fault")
		h.clock.Advance(time.Minute)
		id := h.fellSilent(hubs[2], hubs[3])
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := h.engine.Gather(t.Context(), tx, villageCause(), []registry.DeviceID{"hubv00", "hubv01", "hubv04"})
			return err
		}))
		h.wantOutage("two and two", id, Outage{People: 4, Unchecked: 4})
		if a := h.get(task); a.State != Joined || a.JoinedTo != id {
			t.Errorf("the task is %s to %q, want it to have joined the outage", a.State, a.JoinedTo)
		}
		h.wantState("another fault of that device", other, Raised)
		h.wantRefused("the task is worked on", task, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther, Reason: "x"}, fault.Conflict)
		events, err := h.engine.Events(t.Context(), id)
		h.ok(err)
		linked := slices.ContainsFunc(events, func(e Event) bool { return e.Type == EventLinked && e.Data.Other == task })
		if !linked {
			t.Error("the chain of the outage does not tell that the task has joined it")
		}
		h.wantReasonsOf("still", "v01", "hubv01 lost")
		h.wantReasonsOf("still", "v00", "hubv00 fault", "hubv00 lost")
		h.heard(hubs[1], hubs[2])
		h.wantOutage("two are heard", id, Outage{People: 4, Unchecked: 2, Back: 2})
		h.wantReasonsOf("heard, not pressed", "v01", "hubv01 lost mended")
		h.wantReasonsOf("was never alone", "v02")
		h.clock.Advance(time.Minute)
		h.from(hubs[0], "test")
		h.wantReasonsOf("pressed", "v00")
		h.from(hubs[1], "test")
		h.wantReasonsOf("pressed", "v01")
		h.wantOutage("one is left", id, Outage{People: 4, Unchecked: 1, Back: 3})
		h.heard(hubs[3])
		h.wantState("all are back", id, Closed)
		h.verified()
	})
}

// TestAFoldedTaskIsNotOpenedBesideItsOutage: nobody works on one loss twice, and no press would end the second.
func TestAFoldedTaskIsNotOpenedBesideItsOutage(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		task := h.from(hubs[0], KindLost)
		id := h.fellSilent(hubs...)
		h.wantState("part of the outage", task, Joined)
		reopen := Command{Type: CommandReopen, Actor: operator("operator"), Reason: "it is not the power"}
		h.wantRefused("the outage is open", task, reopen, fault.Conflict)
		_, err := h.engine.Do(t.Context(), task, reopen)
		if number := fmt.Sprint(h.get(id).Number); err == nil || !strings.Contains(err.Error(), "alert "+number+";") {
			t.Errorf("the refusal names another place than alert %s: %v", number, err)
		}
		h.do(id, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther, Reason: "all were seen"})
		h.do(task, reopen)
		h.clock.Advance(time.Minute)
		h.from(hubs[0], "test")
		h.wantState("a press ends what was opened again", task, Closed)
		h.verified()
	})
}
