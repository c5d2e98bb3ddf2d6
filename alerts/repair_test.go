package alerts

import (
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// from is a signal of a device of the house's elder.
func (h *house) from(d registry.Device, kind string) AlertID {
	h.t.Helper()
	return h.signal(Signal{ID: db.NewID(), Kind: kind, Device: d, Elder: d.Elder, Protocol: d.Protocol, Identity: d.Identity,
		At: h.clock.Now(), ReceivedAt: h.clock.Now()})
}

func (h *house) addDevice(d registry.Device) registry.Device {
	h.t.Helper()
	if d.Protocol == "" {
		d.Protocol = "http"
	}
	d, err := h.reg.CreateDevice(h.t.Context(), d)
	h.ok(err)
	return d
}

// skip lets time go by in one go.
func (h *house) skip(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	h.settle()
}

func (h *house) wantState(what string, id AlertID, want State) {
	h.t.Helper()
	if got := h.get(id).State; got != want {
		h.t.Errorf("%s: the alert is %s, want %s", what, got, want)
	}
}

func (h *house) wantRefused(what string, id AlertID, c Command, want fault.Kind) {
	h.t.Helper()
	_, err := h.engine.Do(h.t.Context(), id, c)
	if fault.KindOf(err) != want {
		h.t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

func TestEachFaultyDeviceIsATaskWithAClock(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hours := 10
		hub := h.addDevice(registry.Device{Identity: "hub", Kind: "hub", Elder: h.elder.ID, BatteryHours: &hours})
		tasks := map[string]AlertID{}
		for _, c := range []struct {
			d      registry.Device
			kind   string
			within time.Duration
		}{
			{h.device, "low_battery", 24 * time.Hour}, {h.device, "fault", 2 * time.Hour}, {hub, "fault", 2 * time.Hour},
			{hub, "mains_lost", 10 * time.Hour}, {h.device, "mains_lost", 4 * time.Hour}, {hub, KindLost, 2 * time.Hour}, {hub, KindUntested, 24 * time.Hour},
		} {
			id := h.from(c.d, c.kind)
			name := c.kind + " of " + c.d.Identity
			for other, known := range tasks {
				if known == id {
					t.Errorf("%s joined the task %s", name, other)
				}
			}
			tasks[name] = id
			a := h.get(id)
			if a.DoBy == nil || !a.DoBy.Equal(start.Add(c.within)) || a.Priority != 3 || a.Level != 0 {
				t.Errorf("%s: do by %v, priority %d, level %d; want %v after the start, 3 and 0", name, a.DoBy, a.Priority, a.Level, c.within)
			}
		}
		again := h.from(h.device, "low_battery")
		if a := h.get(again); again != tasks["low_battery of pendant-1"] || a.Level != 0 || a.Priority != 3 || a.Presses != 2 {
			t.Errorf("the same again: task %s level %d priority %d presses %d", again, a.Level, a.Priority, a.Presses)
		}
		h.verified()
	})
}

// told counts the SMS that called a supervisor to an alert.
func (h *house) told(person string, id AlertID) (n int) {
	for _, m := range h.carrier.to(person, "supervisor_sms") {
		if m.Alert == string(id) {
			n++
		}
	}
	return n
}

func TestATaskThatIsNotDoneGoesToTheSupervisorAndUp(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.from(h.device, "fault")
		h.settle()
		h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
		h.skip(2*time.Hour - time.Minute)
		if n := h.told("s1", id); n > 0 {
			t.Fatalf("the supervisor was told %d times before the task was overdue", n)
		}
		h.skip(2 * time.Minute)
		if n := h.told("s1", id); n != 1 {
			t.Errorf("the supervisor was told %d times when the task was overdue, want once", n)
		}
		h.skip(2 * time.Hour)
		if _, up := h.get(id).Steps["overdue-parent"]; !up {
			t.Error("two hours later the parent centre was not told")
		}
		before := h.told("s1", id)
		for range 3 * 24 {
			h.skip(time.Hour)
		}
		if n := h.told("s1", id) - before; n != 3 {
			t.Errorf("the supervisor was told %d times in the next three days, want once a day", n)
		}
		if a := h.get(id); a.State != Accepted {
			t.Errorf("the task is %s, want accepted: nothing but proof ends it", a.State)
		}
		h.verified()
	})
}

func TestOnlyARealPressEndsARepair(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.from(h.device, "fault")
		h.wantRefused("an operator says it is mended", id, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther, Reason: "new battery"}, fault.Conflict)
		h.wantRefused("a supervisor says so without a reason", id, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther}, fault.Invalid)
		h.wantRefused("an operator cancels it", id, Command{Type: CommandCancel, Actor: operator("operator"), Reason: "no", Reached: ReachedElder}, fault.Conflict)
		h.wantRefused("an operator links it away", id, Command{Type: CommandLink, Actor: operator("operator"), Alert: "x"}, fault.NotFound)
		other := h.from(h.device, "tamper")
		h.wantRefused("linked to another one", id, Command{Type: CommandLink, Actor: operator("operator"), Alert: other}, fault.Conflict)

		h.clock.Advance(time.Hour)
		old := start.Add(-time.Minute)
		h.signal(Signal{ID: "late", Kind: "test", Device: h.device, Elder: h.elder.ID, At: old, ReceivedAt: h.clock.Now(), Test: true})
		h.wantState("a press from before the fault", id, Raised)
		stranger := h.addDevice(registry.Device{Identity: "other", Kind: "pendant", Elder: h.elder.ID})
		h.from(stranger, "test")
		h.from(h.device, "fall")
		h.wantState("another device, or no press", id, Raised)

		h.from(h.device, "test")
		h.wantState("a real press", id, Closed)
		h.wantState("a real press, the other fault", other, Closed)
		if a := h.get(id); a.Outcome != OutcomeOther || a.ResolvedAt == nil {
			t.Errorf("closed with outcome %q, resolved at %v", a.Outcome, a.ResolvedAt)
		}
		if again := h.from(h.device, "fault"); again == id {
			t.Error("a fault after the proof came to the closed task")
		}
		h.verified()
	})
}

func TestAFaultThatGoesEndsItsTaskOnly(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		flat, broken, lost := h.from(h.device, "low_battery"), h.from(h.device, "fault"), h.from(h.device, KindLost)
		h.from(h.device, "battery_ok")
		h.wantState("battery well again", flat, Closed)
		h.wantState("the other fault", broken, Raised)
		h.wantState("heard again", lost, Closed)
		h.from(h.device, "fault_ok")
		h.wantState("fault over", broken, Closed)
		h.ok(h.db.View(t.Context(), func(tx *db.Tx) error {
			all, err := h.engine.store.troublesOf(t.Context(), tx, []registry.DeviceID{h.device.ID})
			for _, tr := range all {
				if tr.Mended == nil {
					t.Errorf("%s is not mended", tr.Kind)
				}
			}
			if len(all) != 3 {
				t.Errorf("%d troubles left, want 3: nobody has tried the key since", len(all))
			}
			return err
		}))
		h.verified()
	})
}

func TestASensorWithoutAKeyIsMendedByHand(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		door := h.addDevice(registry.Device{Identity: "door", Kind: "door", Elder: h.elder.ID})
		id := h.from(door, "low_battery")
		h.do(id, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther})
		h.do(id, Command{Type: CommandClose, Actor: operator("operator")})
		h.wantState("a new battery in the door sensor", id, Closed)
	})
}

func TestHeardAgainEndsALoss(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.from(h.device, KindLost)
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
			return h.engine.Heard(t.Context(), tx, []registry.DeviceID{h.device.ID, "nobody"})
		}))
		h.wantState("heard again", id, Closed)
		if again := h.from(h.device, KindLost); again == id {
			t.Error("lost a second time came to the closed task")
		}
	})
}

// TestARepairThatIsOpenedAgainEndsByThePressAfterIt, and its elder is looked after meanwhile.
func TestARepairThatIsOpenedAgainEndsByThePressAfterIt(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.from(h.device, "fault")
		h.clock.Advance(time.Minute)
		h.from(h.device, "test")
		h.wantState("proved", id, Closed)
		h.do(id, Command{Type: CommandReopen, Actor: operator("operator"), Reason: "she says that it is broken again"})
		if s, err := h.engine.SafetyOf(t.Context(), h.elder.ID); err != nil || s == nil || len(s.Why) != 1 || s.Why[0].Task != id {
			t.Errorf("looked after because of %+v (%v), want because of the task", s, err)
		}
		h.clock.Advance(time.Minute)
		h.from(h.device, "test")
		h.wantState("proved again", id, Closed)
		if s, err := h.engine.SafetyOf(t.Context(), h.elder.ID); err != nil || s != nil {
			t.Errorf("still on the safety plan: %+v (%v)", s, err)
		}
		newer := h.from(h.device, "fault")
		h.wantRefused("a newer task is open", id, Command{Type: CommandReopen, Actor: operator("operator"), Reason: "again"}, fault.Conflict)
		h.wantState("the newer", newer, Raised)
		h.verified()
	})
}
