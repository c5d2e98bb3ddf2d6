package alerts

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// village adds n elders with a hub each, who have nothing that makes them frail but what change gives them. Their ids tell their number.
func (h *house) village(n int, change func(i int, el *registry.Elder)) []registry.Device {
	h.t.Helper()
	var all []registry.Device
	for i := range n {
		el := registry.Elder{ID: registry.ElderID(fmt.Sprintf("v%02d", i)), Centre: "c1", Name: fmt.Sprintf("村民%d", i), BirthDate: "1960-01-01", Phones: []string{fmt.Sprintf("+86199000010%02d", i)}}
		if change != nil {
			change(i, &el)
		}
		_, err := h.reg.CreateElder(h.t.Context(), el)
		h.ok(err)
		all = append(all, h.addDevice(registry.Device{ID: registry.DeviceID("hub" + string(el.ID)), Identity: "hub-" + string(el.ID), Protocol: "mqtt", Kind: "hub", Elder: el.ID}))
	}
	return all
}

func villageCause() Cause { return Cause{Centre: "c1", By: ByGateway, Value: "mqtt"} }

// fellSilent notes that devices are lost, and gathers them into an outage.
func (h *house) fellSilent(all ...registry.Device) (id AlertID) {
	h.t.Helper()
	var ids []registry.DeviceID
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) (err error) {
		for _, d := range all {
			if err := h.engine.Waits(h.t.Context(), tx, d, KindLost); err != nil {
				return err
			}
		}
		id, err = h.engine.Gather(h.t.Context(), tx, villageCause(), ids)
		return err
	}))
	return id
}

// heard lets devices report.
func (h *house) heard(all ...registry.Device) {
	h.t.Helper()
	var ids []registry.DeviceID
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) error { return h.engine.Heard(h.t.Context(), tx, ids) }))
}

// people lists who is on the list of an outage, as "elder state".
func (h *house) people(id AlertID, state CheckState) (out []string) {
	h.t.Helper()
	cursor := ""
	for {
		items, next, err := h.engine.OutagePeople(h.t.Context(), id, PeopleQuery{State: state, Cursor: cursor, Limit: 3})
		h.ok(err)
		for _, p := range items {
			out = append(out, fmt.Sprintf("%s %s", p.Elder, p.State))
		}
		if next == nil {
			return out
		}
		cursor = *next
	}
}

func (h *house) wantOutage(what string, id AlertID, want Outage) {
	h.t.Helper()
	want.By, want.Value = ByGateway, "mqtt"
	if got := h.get(id).Outage; got == nil || *got != want {
		h.t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func (h *house) check(id AlertID, elder registry.ElderID, how Outcome) *Alert {
	h.t.Helper()
	return h.do(id, Command{Type: CommandCheck, Actor: operator("operator"), Person: string(elder), Outcome: how})
}

// alertsOf lists the open alerts of a kind, of an elder when there is one.
func (h *house) alertsOf(elder registry.ElderID, kind string) (out []AlertID) {
	h.t.Helper()
	list, _, err := h.engine.List(h.t.Context(), registry.ScopeAll(), Filter{State: "open", Elder: elder, Limit: 200})
	h.ok(err)
	for _, a := range list {
		if a.Kind == kind {
			out = append(out, a.ID)
		}
	}
	return out
}

func TestAnOutageIsOneAlertWithTheMostFragileFirst(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(5, func(i int, el *registry.Elder) {
			switch i {
			case 1:
				el.Living = "独居"
			case 3:
				el.Illnesses = []string{"慢阻肺，家庭氧疗"}
			case 4:
				el.BirthDate = "1930-02-02"
			}
		})
		id := h.fellSilent(hubs[0], hubs[1], hubs[2], hubs[3])
		if a := h.get(id); a.Kind != KindOutage || a.Priority != 2 || a.Unidentified || a.Centre != "c1" || a.Elder != "" {
			t.Fatalf("the outage is kind %s priority %d unidentified %v of %s", a.Kind, a.Priority, a.Unidentified, a.Centre)
		}
		if again := h.fellSilent(hubs[4], hubs[0]); again != id {
			t.Errorf("one more is outage %q, want %q", again, id)
		}
		h.wantOutage("five are silent", id, Outage{People: 5, Unchecked: 5})
		got := fmt.Sprint(h.people(id, ""))
		if want := "[v03 unchecked v01 unchecked v04 unchecked v02 unchecked v00 unchecked]"; got != want {
			t.Errorf("the list is %s, want %s", got, want)
		}
		h.pass(3 * time.Hour)
		if n := len(h.alertsOf("", KindLost)) + len(h.alertsOf("", KindSafety)); n > 0 {
			t.Errorf("%d tasks and safety plans beside the outage, want none", n)
		}
		if m := h.carrier.to("s1", "supervisor_sms"); len(m) == 0 || !strings.Contains(m[0].Text, "mqtt接入的设备") || !strings.Contains(m[0].Text, "逐一核实") {
			t.Errorf("the supervisor was told %+v", m)
		}
		if n := h.told("s1", id); n < 2 {
			t.Errorf("the supervisor was told %d times in three hours, want again and again", n)
		}
		h.verified()
	})
}

func TestEachPersonOfAnOutageIsCheckedOn(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(5, nil)
		id := h.fellSilent(hubs...)
		h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
		h.check(id, "v00", Outcome(CheckedWell))
		h.check(id, "v01", CheckUnreached)
		h.check(id, "v02", Outcome(NeedsHelp))
		h.check(id, "v02", Outcome(NeedsHelp))
		h.heard(hubs[0], hubs[3])
		h.wantOutage("two are heard, three were looked at", id, Outage{People: 5, Unchecked: 2, Well: 1, Help: 1, Back: 1})
		if got := fmt.Sprint(h.people(id, Unchecked)); got != "[v04 unchecked v01 unchecked]" {
			t.Errorf("unchecked are %s", got)
		}
		if calls := h.alertsOf("v02", "call"); len(calls) != 1 || h.get(calls[0]).Priority != 1 {
			t.Errorf("who needs help has the alarms %v, want one for a life", calls)
		}
		for _, c := range []Command{
			{Type: CommandResolve, Outcome: OutcomeOther}, {Type: CommandResolve, Outcome: OutcomeOther, Reason: "tired"},
			{Type: CommandCancel, Reason: "tired", Reached: ReachedElder}, {Type: CommandLink, Alert: h.press("sos")},
		} {
			c.Actor = operator("operator")
			h.wantRefused(string(c.Type)+" of an operator while people are unchecked", id, c, fault.Conflict)
		}
		h.wantRefused("a stranger is checked on", id, Command{Type: CommandCheck, Actor: operator("operator"), Person: "nobody", Outcome: Outcome(CheckedWell)}, fault.Invalid)
		h.wantRefused("how?", id, Command{Type: CommandCheck, Actor: operator("operator"), Person: "v04", Outcome: OutcomeFamily}, fault.Invalid)
		h.wantRefused("a supervisor without a reason", id, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther}, fault.Invalid)
		h.wantRefused("an alarm linked to an outage", h.alertsOf("v02", "call")[0], Command{Type: CommandLink, Actor: operator("operator"), Alert: id}, fault.Conflict)
		h.heard(hubs[4])
		h.check(id, "v01", Outcome(CheckedWell))
		h.wantOutage("nobody is left", id, Outage{People: 5, Well: 2, Help: 1, Back: 2})
		h.wantState("devices are silent still", id, Accepted)
		h.do(id, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeOther})
		h.wantState("nobody is left to be checked on", id, Closed)
		h.verified()
	})
}

func TestAnOutageEndsByItselfWhenEverybodyIsBack(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		id := h.fellSilent(hubs...)
		h.heard(hubs[0], hubs[1])
		h.fellSilent(hubs[0])
		h.wantOutage("one is silent again", id, Outage{People: 4, Unchecked: 3, Back: 1})
		h.from(hubs[0], "sos")
		h.wantOutage("a press is a sign of life of the device", id, Outage{People: 4, Unchecked: 2, Back: 2})
		if n := len(h.alertsOf("v00", "sos")); n != 1 {
			t.Errorf("a press during an outage raised %d alarms, want one", n)
		}
		h.wantState("two are silent", id, Raised)
		h.heard(hubs[2], hubs[3])
		h.wantState("all are back", id, Closed)
		if n := len(h.alertsOf("", KindSafety)); n > 0 {
			t.Errorf("%d safety plans after the outage, want none: nothing is wrong with the devices", n)
		}
		if next := h.fellSilent(hubs...); next == id || next == "" {
			t.Errorf("the next outage is %q, want a new alert", next)
		}
		h.verified()
	})
}

// TestNobodyIsLostWhenAnOutageEnds: what is silent still waits for a task of its own.
func TestNobodyIsLostWhenAnOutageEnds(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		id := h.fellSilent(hubs...)
		h.heard(hubs[0])
		h.do(id, Command{Type: CommandResolve, Actor: operator("supervisor"), Outcome: OutcomeOther, Reason: "the carrier says it takes a week"})
		h.wantState("a supervisor ended it", id, Closed)
		var waiting int
		h.ok(h.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM device_troubles WHERE standing = 'alone' AND kind = 'lost'`).Scan(&waiting)
		}))
		if waiting != 3 {
			t.Errorf("%d devices wait for a task of their own, want the three that are silent", waiting)
		}
		h.from(hubs[1], KindLost)
		if got := h.reasons("v01"); fmt.Sprint(got) != "[hubv01 lost]" {
			t.Errorf("on the safety plan because of %v, want the device that is lost", got)
		}
	})
}

// TestWhoIsCutOffForLongIsCheckedOnAgain: well this morning is not well tonight; but nobody is woken for it.
func TestWhoIsCutOffForLongIsCheckedOnAgain(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		id := h.fellSilent(hubs...) // at four in the afternoon in Shanghai
		h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
		for _, el := range []registry.ElderID{"v00", "v01", "v02"} {
			h.check(id, el, Outcome(CheckedWell))
		}
		h.check(id, "v03", Outcome(NeedsHelp))
		h.heard(hubs[0])
		h.skip(5 * time.Hour)
		h.wantOutage("in the evening", id, Outage{People: 4, Well: 3, Help: 1})
		if a := h.get(id); a.Level > 0 {
			t.Error("it rings though everybody was checked on")
		}
		h.skip(3 * time.Hour)
		h.wantOutage("at night", id, Outage{People: 4, Well: 3, Help: 1})
		h.skip(7 * time.Hour)
		h.wantOutage("in the morning, without whose device is heard", id, Outage{People: 4, Unchecked: 2, Well: 1, Help: 1})
		if got := len(h.people(id, Unchecked)); got != 2 {
			t.Errorf("%d are listed, want two", got)
		}
		h.check(id, "v01", Outcome(CheckedWell))
		h.check(id, "v02", Outcome(CheckedWell))
		h.skip(2 * time.Hour)
		h.wantOutage("two hours later", id, Outage{People: 4, Well: 3, Help: 1})
		h.verified()
	})
}

// gatherAs gathers as the supervision does: again when another node was quicker.
func (h *house) gatherAs(t *testing.T, ids []registry.DeviceID) {
	for {
		err := h.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := h.engine.Gather(t.Context(), tx, villageCause(), ids)
			return err
		})
		switch fault.KindOf(err) {
		case fault.Conflict, fault.Retry:
			continue
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
}

// TestTwoNodesGatherTheSame: both see the same devices at the same moment, and it is one alert with each person once.
func TestTwoNodesGatherTheSame(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(6, nil)
		var ids []registry.DeviceID
		for _, d := range hubs {
			ids = append(ids, d.ID)
			h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { return h.engine.Waits(t.Context(), tx, d, KindLost) }))
		}
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() { h.gatherAs(t, ids) })
		}
		nodes.Wait()
		all := h.alertsOf("", KindOutage)
		if len(all) != 1 {
			t.Fatalf("%d outages, want one", len(all))
		}
		h.wantOutage("six people", all[0], Outage{People: 6, Unchecked: 6})
		if n := len(h.people(all[0], "")); n != 6 {
			t.Errorf("%d are listed, want six", n)
		}
		h.verified()
	})
}

// TestAnErasureTakesSomebodyOffTheLists: not while the outage is open, and then without a trace.
func TestAnErasureTakesSomebodyOffTheLists(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		hubs := h.village(4, nil)
		id := h.fellSilent(hubs...)
		forget := func() error {
			return h.db.Update(t.Context(), func(tx *db.Tx) error { return h.engine.ForgetTx(t.Context(), tx, "v01") })
		}
		if err := forget(); !fault.Is(err, fault.Conflict) {
			t.Errorf("forgotten while somebody must check on them: %v", err)
		}
		var listed []Listed
		h.ok(h.db.View(t.Context(), func(tx *db.Tx) (err error) {
			listed, err = h.engine.ListedTx(t.Context(), tx, "v01")
			return err
		}))
		if len(listed) != 1 || listed[0].Outage != id || listed[0].State != Unchecked {
			t.Errorf("what is held of them is %+v", listed)
		}
		h.heard(hubs...)
		h.wantState("all are back", id, Closed)
		h.ok(forget())
		if got := h.people(id, ""); len(got) != 3 || strings.Contains(strings.Join(got, " "), "v01") {
			t.Errorf("after the erasure the list is %v", got)
		}
	})
}

func TestAnOutageOfAStreetBearsItsName(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, err := h.reg.ImportAreas(t.Context(), []byte("code,name,parent\n310101,黄浦区,3101\n310101005,老西门街道,310101\n"))
		h.ok(err)
		for code, want := range map[string]string{"310101005": "老西门街道", "310199": "310199"} {
			var r *Raise
			h.ok(h.db.Update(t.Context(), func(tx *db.Tx) (err error) {
				r, err = h.engine.raiseOutage(t.Context(), tx, Cause{Centre: "c1", By: ByArea, Value: code})
				return err
			}))
			if !strings.HasSuffix(r.Title, want) || r.Outage.Value != code {
				t.Errorf("the outage of %s is called %q, want %s", code, r.Title, want)
			}
		}
	})
}
