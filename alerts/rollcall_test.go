package alerts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/notify"
	"anling/registry"
)

// lifted reports how the newest call of the roll call to somebody ended.
func (h *house) lifted(person string, how notify.Status) {
	h.t.Helper()
	calls := h.carrier.to(person, "outage_call")
	if len(calls) == 0 {
		h.t.Fatalf("%s was not called", person)
	}
	m := calls[len(calls)-1]
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) error {
		return h.engine.TakeReceipts(h.t.Context(), tx, []notify.Receipt{{Message: m.ID, Alert: m.Alert, Person: m.Person, Channel: m.Channel, Status: how, Provider: "fake"}})
	}))
}

func (h *house) wantCalls(what, template string, want map[string]int) {
	h.t.Helper()
	for person, n := range want {
		if got := len(h.carrier.to(person, template)); got != n {
			h.t.Errorf("%s: %s to %s went out %d times, want %d", what, template, person, got, n)
		}
	}
}

// TestAMachineAsksThePeopleOfAnOutage: a key counts and nothing else does; who needs help is an emergency at once.
func TestAMachineAsksThePeopleOfAnOutage(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.fellSilent(h.village(6, func(i int, el *registry.Elder) {
			switch i {
			case 1:
				el.Language = "en"
			case 5:
				el.Phones = nil
			}
		})...)
		h.pass(90 * time.Second)
		h.wantCalls("once", "outage_call", map[string]int{"v00": 1, "v01": 1, "v02": 1, "v03": 1, "v04": 1, "v05": 0})
		h.wantCalls("not at once", "outage_sms", map[string]int{"v00": 0})
		if m := h.carrier.to("v01", "outage_call"); !strings.Contains(m[0].Text, "Press 1") || m[0].Priority != notify.PriorityRest {
			t.Errorf("who speaks English hears %q with priority %d", m[0].Text, m[0].Priority)
		}
		h.digit("v00", "outage_call", "1")
		h.digit("v01", "outage_call", "2")
		h.lifted("v02", notify.StatusVoicemail)
		h.lifted("v03", notify.StatusCompleted)
		h.wantOutage("one is well and one needs help", id, Outage{People: 6, Unchecked: 4, Well: 1, Help: 1})
		if got := h.people(id, Unchecked); got[0] != "v03 unchecked" {
			t.Errorf("the list is %v, want the silent line first", got)
		}
		if a := h.get(id); a.Level < 2 {
			t.Errorf("nobody spoke on a line, and the outage is at level %d", a.Level)
		}
		if calls := h.alertsOf("v01", "call"); len(calls) != 1 || h.get(calls[0]).Priority != 1 {
			t.Errorf("who pressed 2 has the alarms %v, want one for a life", calls)
		}
		h.pass(11 * time.Minute)
		h.wantCalls("who gave no answer, again", "outage_call", map[string]int{"v00": 1, "v01": 1, "v02": 2, "v03": 2, "v04": 2})
		h.wantCalls("who gave no answer, in writing too", "outage_sms", map[string]int{"v00": 0, "v01": 0, "v02": 1, "v03": 1, "v04": 1})
		h.digit("v04", "outage_sms", "1")
		h.pass(time.Hour)
		h.wantCalls("enough", "outage_call", map[string]int{"v02": 2, "v03": 2, "v04": 2})
		h.wantOutage("who gave no answer stays on the list", id, Outage{People: 6, Unchecked: 3, Well: 2, Help: 1})
		h.verified()
	})
}

// TestTheRollCallGoesAtAPace: so many at a time, the most fragile first; and it stops for who is heard again, was checked on by
// somebody, or has an alarm open.
func TestTheRollCallGoesAtAPace(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(24, func(i int, el *registry.Elder) {
			if i == 7 {
				el.Illnesses = []string{"慢阻肺，家庭氧疗"}
			}
		})
		h.from(hubs[9], "silent")
		id := h.fellSilent(hubs...)
		h.pass(61 * time.Second)
		n := 0
		for i := range 24 {
			n += len(h.carrier.to(fmt.Sprintf("v%02d", i), "outage_call"))
		}
		if n != 20 || len(h.carrier.to("v07", "outage_call")) != 1 {
			t.Errorf("%d are called at once, the most fragile %d times; want 20 and once", n, len(h.carrier.to("v07", "outage_call")))
		}
		h.check(id, "v00", Outcome(CheckedWell))
		h.heard(hubs[1])
		h.pass(40 * time.Minute)
		h.wantCalls("checked, heard, or with a silent alarm", "outage_call", map[string]int{"v00": 0, "v01": 0, "v02": 2, "v07": 2, "v09": 0})
		late := h.addDevice(registry.Device{ID: "late", Identity: "late", Protocol: "mqtt", Kind: "hub", Elder: h.elder.ID})
		if h.fellSilent(late) != id {
			t.Error("one more did not join")
		}
		h.pass(time.Minute)
		h.wantCalls("who joins is called at once", "outage_call", map[string]int{string(h.elder.ID): 1})
		h.do(id, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther, Reason: "mended"})
		h.digit("v02", "outage_call", "2")
		if calls := h.alertsOf("v02", "call"); len(calls) != 1 {
			t.Errorf("who pressed 2 after the end has the alarms %v, want one", calls)
		}
		h.verified()
	})
}

func TestTheRollCallWakesNobody(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		h.clock.Set(time.Date(2027, 1, 6, 16, 0, 0, 0, time.UTC)) // midnight in Shanghai
		id := h.fellSilent(hubs...)
		h.skip(time.Hour)
		h.wantCalls("at night", "outage_call", map[string]int{"v00": 0, "v01": 0})
		if a := h.get(id); a.Level == 0 {
			t.Error("the seats do not ring at night")
		}
		h.clock.Set(time.Date(2027, 1, 6, 22, 1, 0, 0, time.UTC))
		h.settle()
		h.wantCalls("in the morning", "outage_call", map[string]int{"v00": 1, "v01": 1})
		h.verified()
	})
}
