package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"anling/internal/audit"
)

func TestHistoryShowsEveryChangeThroughTheGate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "PATCH", path: "/v1/elders/e1", token: h.tokens["admin"], body: `{"version":1,"access":"门禁 9999#","notes":"耳背，慢慢说"}`}).want(t, 200)
	full := h.do(ask{method: "GET", path: "/v1/elders/e1/history", token: h.tokens["admin"]})
	full.want(t, 200)
	var page struct {
		Items []RevisionView
		Next  *string
	}
	must(t, json.Unmarshal(full.body, &page))
	if len(page.Items) != 2 || page.Items[0].Action != "elder.changed" || page.Items[0].Actor.Kind != audit.Token || page.Items[0].Actor.Name != "admin" {
		t.Fatalf("got %s", full.body)
	}
	got := map[string]string{}
	for _, f := range page.Items[0].Fields {
		got[f.Name] = string(f.From) + ">" + string(f.To)
	}
	if got["access"] != `"门禁 4471#">"门禁 9999#"` || len(got) != 2 {
		t.Errorf("changed: %v", got)
	}
	some := h.do(ask{method: "GET", path: "/v1/elders/e1/history", token: h.tokens["read"]})
	some.want(t, 200)
	for _, secret := range append(secrets(), "9999#", "慢慢说") {
		if strings.Contains(string(some.body), secret) {
			t.Errorf("the history shows %q to a reader: %s", secret, some.body)
		}
	}
	if !strings.Contains(string(some.body), `{"name":"access","from":null,"to":null,"hidden":true}`) {
		t.Errorf("a reader is not told that something is hidden: %s", some.body)
	}
	for _, path := range []string{"/v1/contacts/k1", "/v1/devices/d1", "/v1/helpers/h1", "/v1/centres/c1", "/v1/operators/o1"} {
		if items := h.get(path+"/history", "admin")["items"].([]any); len(items) != 1 {
			t.Errorf("%s: %d changes, want its creation", path, len(items))
		}
	}
	h.do(ask{method: "GET", path: "/v1/elders/none/history", token: h.tokens["admin"]}).want(t, 404)
	cookie := h.logIn("wu") // of another centre
	h.do(ask{method: "GET", path: "/v1/elders/e1/history", header: map[string]string{"Cookie": cookie}}).want(t, 404)
}

// TestEveryLookLeavesATrace asks for everything that shows people and wants it written down.
func TestEveryLookLeavesATrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	alert := h.press()
	for path, want := range map[string]string{
		"/v1/elders/e1": "elder.seen elder/e1 e1 ", "/v1/contacts/k1": "contact.seen contact/k1 e1 ", "/v1/helpers/h1": "helper.seen helper/h1 h1 ",
		"/v1/devices/d1": "device.seen device/d1 e1 ", "/v1/elders?q=张": "elders.listed elder/  ", "/v1/contacts": "contacts.listed contact/  ",
		"/v1/elders/e1/contacts": "contacts.listed elder/e1 e1 ", "/v1/devices/d1/signals": "signals.listed device/d1 e1 ",
		"/v1/alerts/" + alert: "elder.seen elder/e1 e1 " + alert, "/v1/alerts/" + alert + "/events": "events.listed alert/" + alert + " e1 " + alert,
		"/v1/audit?actor=x": "audit.listed audit/  ", "/v1/audit/export?actor=x": "audit.exported audit/  ", "/v1/elders/e1/history": "elder.seen elder/e1 e1 ",
	} {
		h.clock.Advance(sameLook)
		before := len(h.looks(audit.Query{Limit: 1000}))
		h.do(ask{method: "GET", path: path, token: h.tokens["admin"]}).want(t, 200)
		rows := h.looks(audit.Query{Limit: 1000})
		if len(rows) == before {
			t.Errorf("%s left no trace", path)
			continue
		}
		r := rows[0]
		got := r.Action + " " + r.Resource + "/" + r.ID + " " + r.Subject + " " + r.Alert
		if alertless := strings.TrimSuffix(got, alert); got != want && alertless != want {
			t.Errorf("%s: noted %q, want %q", path, got, want)
		}
		if strings.Contains(string(r.Data), "4471#") {
			t.Errorf("%s: what was seen is in the log: %s", path, r.Data)
		}
	}
	h.do(ask{method: "GET", path: "/v1/alerts/" + alert, token: h.tokens["admin"]}).want(t, 200)
	before := len(h.looks(audit.Query{Action: "elder.seen", Limit: 1000}))
	h.do(ask{method: "GET", path: "/v1/alerts/" + alert, token: h.tokens["admin"]}).want(t, 200)
	if after := len(h.looks(audit.Query{Action: "elder.seen", Limit: 1000})); after != before {
		t.Error("the same look a moment later was written twice")
	}
	h.clock.Advance(sameLook)
	h.do(ask{method: "GET", path: "/v1/alerts/" + alert, token: h.tokens["admin"]}).want(t, 200)
	if after := len(h.looks(audit.Query{Action: "elder.seen", Limit: 1000})); after != before+1 {
		t.Error("a look some minutes later was not written")
	}
}

func TestAuditIsSearchedAndExportedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "GET", path: "/v1/elders/e1", token: h.tokens["operate"]}).want(t, 200)
	for _, scope := range []string{"signals", "read", "operate"} {
		h.do(ask{method: "GET", path: "/v1/audit", token: h.tokens[scope]}).want(t, 403)
		h.do(ask{method: "GET", path: "/v1/audit/export", token: h.tokens[scope]}).want(t, 403)
	}
	found := h.get("/v1/audit?action=elder.seen&subject=e1", "admin")["items"].([]any)
	if len(found) != 1 {
		t.Fatalf("found %v", found)
	}
	if row := found[0].(map[string]any); row["actor"].(map[string]any)["name"] != "operate" || row["centre"] != "c1" {
		t.Errorf("got %v", row)
	}
	h.do(ask{method: "GET", path: "/v1/audit?from=yesterday&cursor=x", token: h.tokens["admin"]}).want(t, http.StatusUnprocessableEntity)
	for format, lines := range map[string]int{"jsonl": 1, "csv": 2} {
		a := h.do(ask{method: "GET", path: "/v1/audit/export?action=elder.seen&format=" + format, token: h.tokens["admin"]})
		a.want(t, 200)
		if n := strings.Count(string(a.body), "\n"); n != lines || !strings.Contains(string(a.body), "elder.seen") {
			t.Errorf("%s: %d lines: %s", format, n, a.body)
		}
	}
	all := string(h.do(ask{method: "GET", path: "/v1/audit?limit=500", token: h.tokens["admin"]}).body)
	if strings.Contains(all, "4471#") || strings.Contains(all, "19900000001") {
		t.Error("the log shows the values of a record")
	}
}
