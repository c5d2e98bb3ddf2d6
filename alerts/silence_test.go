package alerts

import (
	"testing"
	"time"

	"anling/internal/db"
	"anling/notify"
	"anling/registry"
)

// TestARollCallThatWaitsIsTakenBackAtASilentAlarm: the machine was about to call somebody who has just pressed without a sound.
func TestARollCallThatWaitsIsTakenBackAtASilentAlarm(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(6, nil)
		pendant := h.addDevice(registry.Device{Identity: "another", Kind: "pendant", Elder: hubs[3].Elder}) // the hub stays silent
		h.fellSilent(hubs...)
		h.clock.Advance(61 * time.Second)
		_, _, err := h.engine.Step(t.Context()) // the calls wait in the outbox; the outbox has not looked yet
		h.ok(err)
		h.from(pendant, "silent")
		h.pass(30 * time.Minute)
		h.wantCalls("with a silent alarm", "outage_call", map[string]int{"v03": 0, "v02": 2})
		if n := len(h.carrier.to("v03", "")); n != 0 {
			t.Errorf("%d messages went to the side of a silent alarm", n)
		}
		h.verified()
	})
}

// TestNothingElseRingsWhileASilentAlarmIsOpen: the safety plan of an elder asks morning and evening; an operator calls from an earlier alarm.
func TestNothingElseRingsWhileASilentAlarmIsOpen(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.press("low_battery")
		earlier := h.press("fall")
		h.settle()
		before := len(h.carrier.to(string(h.elder.ID), ""))
		silent := h.press("silent")
		h.do(earlier, Command{Type: CommandCall, Actor: operator("operator"), Person: "elder"})
		if _, err := h.engine.Answer(t.Context(), earlier, "h1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		h.press("test")
		h.pass(4 * time.Hour) // the round of the evening
		if n := len(h.carrier.to(string(h.elder.ID), "")) - before; n != 0 {
			t.Errorf("%d messages went to the side of a silent alarm because of others", n)
		}
		if got := h.get(earlier).Person(string(h.elder.ID)).Messages; len(got) == 0 || notify.Status(got[0].Status) != notify.StatusFailed {
			t.Errorf("the operator does not see that the call was not made: %+v", got)
		}
		h.do(silent, Command{Type: CommandCancel, Actor: operator("supervisor"), Reason: "police are there"})
		h.do(earlier, Command{Type: CommandCall, Actor: operator("operator"), Person: "elder"})
		h.settle()
		if n := len(h.carrier.to(string(h.elder.ID), "elder_callback")); n != 1 {
			t.Errorf("after the silent alarm the elder was called %d times, want once", n)
		}
		h.verified()
	})
}

// TestASilentAlarmStaysSilentWhenItIsLinked: it goes on as part of another one.
func TestASilentAlarmStaysSilentWhenItIsLinked(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		other := h.press("fall")
		silent := h.press("silent")
		h.do(silent, Command{Type: CommandLink, Actor: operator("operator"), Alert: other})
		h.settle()
		before := len(h.carrier.to(string(h.elder.ID), ""))
		if _, err := h.engine.Do(t.Context(), other, Command{Type: CommandCall, Actor: operator("operator"), Person: "elder"}); err == nil {
			t.Error("an operator may call the side of a silent alarm that was linked")
		}
		if _, err := h.engine.Answer(t.Context(), other, "h1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		h.pass(10 * time.Minute)
		if n := len(h.carrier.to(string(h.elder.ID), "")) - before; n != 0 {
			t.Errorf("%d messages went to the elder's side", n)
		}
		h.verified()
	})
}

// TestASilentTestIsNoDanger: who tries the silent key hears nothing, and nothing else of theirs is held up by it.
func TestASilentTestIsNoDanger(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("fall")
		h.settle()
		h.signal(Signal{ID: db.NewID(), Kind: "test", Silent: true, Test: true, Device: h.device, Elder: registry.ElderID(h.elder.ID), Protocol: "http",
			Identity: "pendant-1", At: h.clock.Now(), ReceivedAt: h.clock.Now()})
		h.do(id, Command{Type: CommandCall, Actor: operator("operator"), Person: "elder"})
		h.settle()
		if n := len(h.carrier.to(string(h.elder.ID), "elder_callback")); n != 1 {
			t.Errorf("the elder was called %d times, want once", n)
		}
	})
}
