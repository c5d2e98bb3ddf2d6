package alerts

import (
	"testing"
	"time"

	"anling/internal/fault"
)

// falsely raises an alarm of the house's device, and ends it as an operator does.
func (h *house) falsely(how Outcome) AlertID {
	h.t.Helper()
	id := h.press("sos")
	h.settle()
	h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
	h.do(id, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: how, Reached: ReachedElder})
	h.do(id, Command{Type: CommandFollowUp, Actor: operator("operator"), Satisfaction: Satisfied, Reached: ReachedElder})
	h.do(id, Command{Type: CommandClose, Actor: operator("operator")})
	return id
}

func TestThreeFalseAlarmsOfADeviceAreATaskAndNoMute(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		tasks := func() []AlertID { return h.alertsOf(h.elder.ID, KindFalseAlarms) }
		h.falsely(OutcomeFalseAlarm)
		h.skip(8 * 24 * time.Hour)
		h.falsely(OutcomeFalseAlarm)
		h.falsely(OutcomeTest)
		h.skip(time.Hour)
		h.falsely(OutcomeFalseAlarm)
		h.falsely(OutcomeHelped)
		if n := len(tasks()); n > 0 {
			t.Fatalf("%d tasks: the first false alarm is older than a week", n)
		}
		h.falsely(OutcomeFalseAlarm)
		if len(tasks()) != 1 {
			t.Fatalf("%d tasks after the third false alarm in a week, want one", len(tasks()))
		}
		task := h.get(tasks()[0])
		if task.Priority != 3 || task.Level != 0 || task.Device != h.device.ID || task.Centre != h.elder.Centre || task.DoBy == nil || !task.DoBy.Equal(h.clock.Now().Add(72*time.Hour)) {
			t.Errorf("the task is %+v", task)
		}
		h.wantReasons("false alarms are no danger")

		first := h.falsely(OutcomeHelped)
		again := h.press("sos")
		h.settle()
		if a, b := h.get(again), h.get(first); a.Priority != b.Priority || a.Plan != b.Plan || a.Level == 0 || again == task.ID {
			t.Errorf("the next press has priority %d plan %s level %d, want an alarm like any other (%d %s)", a.Priority, a.Plan, a.Level, b.Priority, b.Plan)
		}
		if len(h.carrier.to("k1", "family_call")) == 0 {
			t.Error("nobody was called for the next press")
		}

		h.falsely(OutcomeFalseAlarm)
		h.falsely(OutcomeFalseAlarm)
		if n := len(tasks()); n != 1 {
			t.Errorf("%d tasks while one is open, want one", n)
		}
		h.wantState("a press proves nothing about false alarms", task.ID, Raised)
		h.do(task.ID, Command{Type: CommandAccept, Actor: operator("operator")})
		h.do(task.ID, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther, Note: "the pendant hung over the armrest"})
		h.do(task.ID, Command{Type: CommandClose, Actor: operator("operator")})
		h.wantRefused("it is linked away", task.ID, Command{Type: CommandLink, Actor: operator("operator"), Alert: again}, fault.Conflict)
		h.verified()
	})
}
