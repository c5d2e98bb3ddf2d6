package web

import (
	"fmt"
	"strings"
	"testing"

	"anling/alerts"
	"anling/internal/db"
	"anling/registry"

	"github.com/google/go-cmp/cmp"
)

// TestThePeopleOfAnOutageAreListed: the most fragile first, a page at a time, and each look stands in the log.
func TestThePeopleOfAnOutageAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := "Bearer " + h.tokens["admin"]
	id := h.outage(admin)
	path := "/v1/alerts/" + string(id) + "/people"
	first := h.wantDirect(200, "GET", path+"?limit=2", admin, "")
	items, _ := first["items"].([]any)
	next, _ := first["next"].(string)
	if len(items) != 2 || next == "" {
		t.Fatalf("the first page is %v", first)
	}
	if p := items[0].(map[string]any); p["elder"] != "o1" || p["state"] != "unchecked" || fmt.Sprint(p["why"]) != "[alone]" || p["name"] != "刘桂芳" {
		t.Errorf("the list begins with %v, want who lives alone", p)
	}
	rest, _ := h.wantDirect(200, "GET", path+"?limit=2&cursor="+next, admin, "")["items"].([]any)
	if len(rest) != 1 {
		t.Errorf("the second page has %d people, want one", len(rest))
	}
	for _, wrong := range []string{"?state=lost", "?cursor=zzz", "?limit=0"} {
		h.wantDirect(422, "GET", path+wrong, admin, "")
	}
	if got := h.wantDirect(200, "GET", "/v1/alerts/"+h.press()+"/people", admin, ""); len(got["items"].([]any)) != 0 {
		t.Errorf("an alarm that is no outage lists %v", got["items"])
	}
	if all, _ := h.wantDirect(200, "GET", "/v1/audit?action=outage.listed&id="+string(id), admin, "")["items"].([]any); len(all) != 2 {
		t.Errorf("%d looks are in the log, want two", len(all))
	}
	v := h.wantDirect(200, "POST", "/v1/alerts/"+string(id)+"/check", "Bearer "+h.tokens["operate"], `{"person":"o1","outcome":"well"}`)
	if o, _ := v["outage"].(map[string]any); o["unchecked"] != 2.0 || o["well"] != 1.0 {
		t.Errorf("after a check the outage is %v", o)
	}
}

// outage is one of three people, of whom o1 lives alone.
func (h *house) outage(admin string) (id alerts.AlertID) {
	t := h.t
	t.Helper()
	var lost []registry.DeviceID
	for i, living := range []string{"family", "alone", "family"} {
		h.wantDirect(201, "POST", "/v1/elders", admin, fmt.Sprintf(`{"id":"o%d","centre":"c1","name":"刘桂芳","living":%q,"phones":["+861990000510%d"]}`, i, living, i))
		h.wantDirect(201, "POST", "/v1/devices", admin, fmt.Sprintf(`{"id":"od%d","elder":"o%d","identity":"od%d","protocol":"mqtt","kind":"hub"}`, i, i, i))
		lost = append(lost, registry.DeviceID(fmt.Sprintf("od%d", i)))
	}
	must(t, h.db.Update(t.Context(), func(tx *db.Tx) (err error) {
		for _, d := range lost {
			device, err := h.reg.DeviceTx(t.Context(), tx, d)
			if err != nil {
				return err
			}
			if err := h.engine.Waits(t.Context(), tx, device, alerts.KindLost); err != nil {
				return err
			}
		}
		id, err = h.engine.Gather(t.Context(), tx, alerts.Cause{Centre: "c1", By: alerts.ByGateway, Value: "mqtt"}, lost)
		return err
	}))
	return id
}

// TestTheStoryOfAnOutageNamesThePeople: to who may know them, in parts where that is asked for.
func TestTheStoryOfAnOutageNamesThePeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := "Bearer " + h.tokens["admin"]
	path := "/v1/alerts/" + string(h.outage(admin))
	for _, person := range []string{"o1", "o0"} {
		h.wantDirect(200, "POST", path+"/check", admin, `{"person":"`+person+`","outcome":"well"}`)
	}
	whole, _ := h.wantDirect(200, "GET", path+"/events", admin, "")["items"].([]any)
	var seen []any
	for cursor := ""; ; {
		part := h.wantDirect(200, "GET", path+"/events?limit=2"+cursor, admin, "")
		items, _ := part["items"].([]any)
		if len(items) == 0 || len(items) > 2 {
			t.Fatalf("a part of the story has %d events, want one or two", len(items))
		}
		seen = append(items, seen...)
		next, _ := part["next"].(string)
		if next == "" {
			break
		}
		cursor = "&cursor=" + next
	}
	if diff := cmp.Diff(whole, seen); diff != "" || len(whole) < 4 {
		t.Errorf("the parts are not the whole story of %d events:\n%s", len(whole), diff)
	}
	last, _ := whole[len(whole)-1].(map[string]any)
	if last["type"] != "checked" || fmt.Sprint(last["names"]) != "[刘桂芳]" {
		t.Errorf("the story ends with %v, want the name of who was checked on", last)
	}
	masked, _ := h.wantDirect(200, "GET", path+"/events", h.as("auditor", "c1"), "")["items"].([]any)
	if last, _ := masked[len(masked)-1].(map[string]any); last["names"] != nil || !strings.Contains(fmt.Sprint(last["masked"]), "names") {
		t.Errorf("an auditor is told of %v", last)
	}
	for _, wrong := range []string{"?limit=501", "?cursor=zzz", "?cursor=0"} {
		h.wantDirect(422, "GET", path+"/events"+wrong, admin, "")
	}
	ordinary := h.press()
	if got := h.wantDirect(200, "GET", "/v1/alerts/"+ordinary+"/events?limit=1", admin, ""); len(got["items"].([]any)) != 1 || got["next"] == nil {
		t.Errorf("the newest event of an alarm is given as %v", got)
	}
}
