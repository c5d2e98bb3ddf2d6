package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"anling/alerts"
	"anling/internal/audit"
	"anling/registry"
)

// as gives the cookie of a new operator with a role at a centre. It needs no password, because a password takes a
// while on purpose.
func (h *house) as(role, centre string) string {
	h.t.Helper()
	o := registry.Operator{ID: registry.OperatorID(role + "-" + centre), Centre: registry.CentreID(centre), Name: role + "-" + centre, Role: role}
	if role == registry.RoleProvider {
		o.Provider = "p-" + registry.ProviderID(centre)
	}
	_, err := h.reg.CreateOperator(h.t.Context(), o)
	must(h.t, err)
	return h.session(o.ID)
}

// session begins a session of an operator and gives its cookie.
func (h *house) session(id registry.OperatorID) string {
	h.t.Helper()
	op, err := h.reg.Operator(h.t.Context(), id)
	must(h.t, err)
	token, _, err := h.reg.BeginSession(h.t.Context(), registry.Beginning{Operator: op, Level: registry.LevelSecondFactor})
	must(h.t, err)
	return h.server.cookieName() + "=" + token
}

// direct asks the handler itself, without a connection: with a cookie, or a token behind "Bearer ".
func (h *house) direct(method, path, who, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if strings.HasPrefix(who, "Bearer ") {
		r.Header.Set("Authorization", who)
	} else if who != "" {
		r.Header.Set("Cookie", who)
	}
	w := httptest.NewRecorder()
	h.server.handler.ServeHTTP(w, r)
	return w
}

// wantDirect asks and wants a status; it gives the answer.
func (h *house) wantDirect(status int, method, path, who, body string) map[string]any {
	h.t.Helper()
	w := h.direct(method, path, who, body)
	if w.Code != status {
		h.t.Fatalf("%s %s: got %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	var v map[string]any
	if w.Body.Len() > 0 {
		must(h.t, json.Unmarshal(w.Body.Bytes(), &v))
	}
	return v
}

func fieldsRefused(v map[string]any) string {
	var out []string
	list, _ := v["errors"].([]any)
	for _, e := range list {
		out = append(out, e.(map[string]any)["field"].(string))
	}
	return strings.Join(out, " ")
}

func (h *house) closeAlert(id string) {
	h.t.Helper()
	admin := "Bearer " + h.tokens["admin"]
	h.wantDirect(200, "POST", "/v1/alerts/"+id+"/accept", admin, "{}")
	h.wantDirect(200, "POST", "/v1/alerts/"+id+"/resolve", admin, `{"outcome":"helped","note":"all well","reached":true}`)
	h.wantDirect(200, "POST", "/v1/alerts/"+id+"/follow-up", admin, `{"satisfaction":"satisfied","reached":true}`)
	h.wantDirect(200, "POST", "/v1/alerts/"+id+"/close", admin, "{}")
	h.settle()
}

// TestDoorCodeOpensWithTheAlertAndShutsWithIt is the rule during_alert: before, during and after, each look logged.
func TestDoorCodeOpensWithTheAlertAndShutsWithIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, foreign, clerk := h.as("operator", "c1"), h.as("operator", "c2"), h.as("clerk", "c1")
	door := func(who string) bool {
		return strings.Contains(h.direct("GET", "/v1/elders/e1", who, "").Body.String(), "4471#")
	}
	if door(own) {
		t.Error("the door code is open before there is an alert")
	}
	id := h.press()
	if !door(own) || door(clerk) || door(foreign) {
		t.Errorf("during the alert: own %v, clerk %v, foreign %v", door(own), door(clerk), door(foreign))
	}
	if body := h.direct("GET", "/v1/alerts/"+id, own, "").Body.String(); !strings.Contains(body, "4471#") || !strings.Contains(body, "青霉素") {
		t.Error("the alert does not show what is needed at the door")
	}
	if strings.Contains(h.direct("GET", "/v1/elders", own, "").Body.String(), "4471#") {
		t.Error("a list opens door codes")
	}
	h.closeAlert(id)
	if door(own) || strings.Contains(h.direct("GET", "/v1/alerts/"+id, own, "").Body.String(), "4471#") {
		t.Error("the door code is still open when the alert is closed")
	}
	justified := 0
	for _, row := range h.looks(audit.Query{Subject: "e1", Action: "elder.seen"}) {
		shows := bytes.Contains(row.Data, []byte(`"access"`))
		if shows && row.Alert != id {
			t.Errorf("a look at the door code is justified by %q", row.Alert)
		}
		if shows {
			justified++
		}
	}
	if justified == 0 {
		t.Error("no look at the door code is logged")
	}
}

func TestFieldsThatARoleMayNotChangeAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	clerk, installer, operator := h.as("clerk", "c1"), h.as("installer", "c1"), h.as("operator", "c1")
	for _, c := range []struct{ name, method, path, who, body, fields string }{
		{"a hidden field", "PATCH", "/v1/elders/e1", clerk, `{"version":1,"access":"x","notes":"y","allergies":[]}`, "access allergies"},
		{"a hidden field of an operator", "PATCH", "/v1/elders/e1", operator, `{"version":1,"access":"x"}`, "access"},
		{"a field of a device", "PATCH", "/v1/devices/d1", installer, `{"version":1,"place":"hall"}`, ""},
	} {
		v := h.wantDirect(map[bool]int{true: 403, false: 200}[c.fields != ""], c.method, c.path, c.who, c.body)
		if got := fieldsRefused(v); got != c.fields {
			t.Errorf("%s: refused %q, want %q", c.name, got, c.fields)
		}
	}
	h.wantDirect(403, "POST", "/v1/elders", installer, `{"name":"x"}`)
	made := h.wantDirect(201, "POST", "/v1/elders", clerk, `{"id":"e7","name":"吴桂芳","access":"钥匙在邻居家","allergies":["磺胺"]}`)
	if made["access"] != "" {
		t.Error("who wrote a door code down at enrolment can read it again")
	}
	e, err := h.reg.Elder(t.Context(), "e7")
	if must(t, err); e.Access == "" || len(e.Allergies) != 1 {
		t.Errorf("what the clerk wrote was not kept: %+v", e)
	}
}

func TestMaskedValuesAreNeverStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := "Bearer " + h.tokens["admin"]
	shown := h.wantDirect(200, "GET", "/v1/elders/e1", "Bearer "+h.tokens["read"], "")
	if !strings.Contains(shown["phones"].([]any)[0].(string), "****") {
		t.Fatalf("a reader sees %v", shown["phones"])
	}
	for _, body := range []string{`{"version":1,"phones":["+86****001"]}`, `{"version":1,"notes":"****"}`, `{"version":1,"custom":{"a":"123****567"}}`} {
		if fieldsRefused(h.wantDirect(422, "PATCH", "/v1/elders/e1", admin, body)) == "" {
			t.Errorf("%s was refused without a name", body)
		}
	}
	h.wantDirect(422, "POST", "/v1/contacts", admin, `{"elder":"e1","name":"x","phones":["+86****001"]}`)
	h.wantDirect(422, "POST", "/v1/elders/e1/contacts", admin, `{"name":"x","phones":["+86****001"]}`)
	e, err := h.reg.Elder(t.Context(), "e1")
	if must(t, err); e.Phones[0] != "+8619900000001" || e.Version != 1 {
		t.Errorf("the elder was changed: %v", e.Phones)
	}
	h.wantDirect(201, "POST", "/v1/elders", admin, `{"name":"星号 ** 先生","access":"*1234# 后按 **"}`)
}

// TestAForeignCentreIsNotThere: what belongs to another centre answers, word for word, as what there is not.
func TestAForeignCentreIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	who := h.as("manager", "c2")
	said := func(method, path, body string) string {
		w := h.direct(method, path, who, body)
		text, _, _ := strings.Cut(w.Body.String(), `"instance"`)
		return http.StatusText(w.Code) + text
	}
	for _, c := range []struct{ method, path, there, body string }{
		{"GET", "/v1/elders/{}", "e1", ""}, {"PATCH", "/v1/elders/{}", "e1", `{"version":1,"name":"x"}`}, {"DELETE", "/v1/elders/{}", "e1", ""},
		{"GET", "/v1/contacts/{}", "k1", ""}, {"GET", "/v1/devices/{}", "d1", ""}, {"GET", "/v1/helpers/{}", "h1", ""}, {"GET", "/v1/operators/{}", "o1", ""},
		{"GET", "/v1/centres/{}", "c1", ""}, {"GET", "/v1/elders/{}/contacts", "e1", ""}, {"GET", "/v1/devices/{}/signals", "d1", ""},
		{"GET", "/v1/alerts/{}", id, ""}, {"GET", "/v1/alerts/{}/events", id, ""}, {"GET", "/v1/alerts/{}/candidates", id, ""}, {"POST", "/v1/alerts/{}/accept", id, "{}"},
		{"GET", "/v1/alerts?elder={}", "e1", ""}, {"GET", "/v1/contacts?elder={}", "e1", ""}, {"GET", "/v1/devices?elder={}", "e1", ""},
		{"PUT", "/v1/helpers/{}/position", "h1", `{"lat":31,"lon":121}`}, {"POST", "/v1/elders/{}/contacts", "e1", `{"name":"x"}`},
		{"POST", "/v1/contacts", "e1", `{"elder":"{}","name":"x","phones":["+8619900009123"]}`},
	} {
		fill := func(s, id string) string { return strings.ReplaceAll(s, "{}", id) }
		there, none := said(c.method, fill(c.path, c.there), fill(c.body, c.there)), said(c.method, fill(c.path, "nothing"), fill(c.body, "nothing"))
		if there != none {
			t.Errorf("%s %s tells a foreign centre apart:\n%s\n%s", c.method, c.path, there, none)
		}
	}
	e, err := h.reg.Elder(t.Context(), "e1")
	if must(t, err); e.Version != 1 || e.ArchivedAt != nil {
		t.Error("a foreign manager changed the elder")
	}
}

// TestAnIDNumberOfAnotherCentreIsNotTold enrols the same person in two centres: nobody learns of the other.
func TestAnIDNumberOfAnotherCentreIsNotTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const body = `{"id":"%","name":"赵桂英","id_kind":"resident","id_number":"11010519491231002X"}`
	h.wantDirect(201, "POST", "/v1/elders", h.as("manager", "c1"), strings.Replace(body, "%", "here", 1))
	foreign := h.as("manager", "c2")
	h.wantDirect(201, "POST", "/v1/elders", foreign, strings.Replace(body, "%", "there", 1))
	h.wantDirect(409, "POST", "/v1/elders", h.session("manager-c1"), strings.Replace(body, "%", "again", 1))
	if v := h.wantDirect(200, "GET", "/v1/elders?q=002X", foreign, ""); len(v["items"].([]any)) != 1 {
		t.Errorf("found %v", v["items"])
	}
}

func TestCursorsHoldNoNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/v1/contacts?limit=1", "/v1/helpers?limit=1", "/v1/operators?limit=1"} {
		v := h.get(path, "admin")
		next, ok := v["next"].(string)
		if !ok {
			t.Fatalf("%s has no next page", path)
		}
		raw, err := base64.RawURLEncoding.DecodeString(next)
		must(t, err)
		for _, word := range []string{"张", "李", "周", "zhou", "199000"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%s: the cursor holds %q", path, raw)
			}
		}
	}
}

// TestTheStreamShowsWhatTheRoleShows: each event is judged by centre and by fields.
func TestTheStreamShowsWhatTheRoleShows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	h.wantDirect(200, "POST", "/v1/alerts/"+id+"/note", "Bearer "+h.tokens["operate"], `{"text":"the key lies under the mat"}`)
	for _, c := range []struct {
		role, centre, sees, hides string
	}{
		{"operator", "c1", "under the mat", ""},
		{"auditor", "c1", id, "mat 张秀英 19900000001 黄陂北路"},
	} {
		got := h.streamOnce(t, h.as(c.role, c.centre))
		if !strings.Contains(got, c.sees) {
			t.Errorf("%s of %s does not get %q", c.role, c.centre, c.sees)
		}
		for _, word := range strings.Fields(c.hides) {
			if strings.Contains(got, word) {
				t.Errorf("%s of %s gets %q", c.role, c.centre, word)
			}
		}
	}
}

// streamOnce replays the stream to an alert's newest event.
func (h *house) streamOnce(t *testing.T, cookie string) string {
	t.Helper()
	last, err := h.engine.LastGlobal(t.Context())
	must(t, err)
	l := h.listen(t, "", map[string]string{"Cookie": cookie, "Last-Event-ID": "0"})
	defer l.stop()
	var all strings.Builder
	for e := l.next("change"); ; e = l.next("change") {
		all.WriteString(e.data)
		if e.id == strconv.FormatInt(last, 10) {
			return all.String()
		}
	}
}

// TestLinksAreForOnePersonAndOneAlert swaps the tokens of pages between persons, parts and alerts.
func TestLinksAreForOnePersonAndOneAlert(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	family, helper := h.carrier.linkOf("k1"), h.carrier.linkOf("h1")
	if family == "" || helper == "" {
		t.Fatalf("links: %q, %q", family, helper)
	}
	for _, path := range []string{strings.Replace(family, "/f/", "/h/", 1), strings.Replace(helper, "/h/", "/f/", 1), family + "x", "/f/", "/h/" + strings.Repeat("A", 22)} {
		w := h.direct("GET", path, "", "")
		for _, secret := range []string{"张秀英", "4471#", "黄陂北路", "青霉素"} {
			if w.Code == 200 || strings.Contains(w.Body.String(), secret) {
				t.Errorf("a swapped link is answered with %d", w.Code)
			}
		}
	}
	if strings.Contains(h.direct("GET", helper, "", "").Body.String(), "4471#") {
		t.Error("the door code is shown before the promise to come")
	}
	h.direct("POST", helper, "", "answer=coming")
	if w := h.direct("GET", family, "", ""); strings.Contains(w.Body.String(), "4471#") {
		t.Error("the family's page shows the door code")
	}
}

func TestRolesOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, manager := "Bearer "+h.tokens["admin"], h.as("manager", "c1")
	h.wantDirect(201, "POST", "/v1/roles", admin, `{"id":"night","name":{"zh":"夜班","en":"Night"},"actions":["elders.see"],"fields":[{"of":["elder"],"class":["open"],"may":["see"]}]}`)
	night := h.as("night", "c1")
	if e := h.wantDirect(200, "GET", "/v1/elders/e1", night, ""); e["name"] != "" || e["id"] != "e1" {
		t.Errorf("the night shift sees %v", e)
	}
	h.wantDirect(200, "PATCH", "/v1/roles/night", admin, `{"version":1,"fields":[{"of":["elder"],"class":["open","personal"],"may":["see"]}]}`)
	if e := h.wantDirect(200, "GET", "/v1/elders/e1", night, ""); e["name"] != "张秀英" {
		t.Error("the change of the role is not in force")
	}
	h.wantDirect(409, "DELETE", "/v1/roles/operator", admin, "")
	h.wantDirect(403, "PATCH", "/v1/roles/admin", admin, `{"version":1,"actions":[]}`)
	h.wantDirect(403, "POST", "/v1/roles", manager, `{"id":"mine","name":{"zh":"我","en":"Mine"}}`)
	h.wantDirect(409, "DELETE", "/v1/roles/night", admin, "")
	h.wantDirect(200, "PATCH", "/v1/operators/night-c1", admin, `{"version":1,"role":"clerk"}`)
	h.clock.Advance(sessionMemory + time.Millisecond)
	h.wantDirect(204, "DELETE", "/v1/roles/night", admin, "")
	if rows := h.looks(audit.Query{Resource: "role", ID: "night"}); len(rows) != 3 {
		t.Errorf("the log has %d rows of the role: made, changed and archived are three", len(rows))
	}
}

// TestNobodyTakesOverWhoMayDoMore: passwords, roles and accounts of people above oneself.
func TestNobodyTakesOverWhoMayDoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := "Bearer " + h.tokens["admin"]
	h.wantDirect(201, "POST", "/v1/roles", admin, `{"id":"personnel","name":{"zh":"人事","en":"Personnel"},"actions":["operators.see","operators.change","operators.archive","roles.see"],
		"fields":[{"of":["operator"],"class":["*"],"may":["see","change"]},{"of":["*"],"class":["open","rough"],"may":["see"]}]}`)
	who := h.as("personnel", "c1")
	h.as("admin", "c1")
	h.as("admin", "c2")
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/v1/operators", `{"name":"x","role":"admin"}`}, {"POST", "/v1/operators", `{"name":"x","role":"operator"}`},
		{"PATCH", "/v1/operators/o1", `{"version":1,"display_name":"x"}`}, {"PATCH", "/v1/operators/personnel-c1", `{"version":1,"role":"admin"}`},
		{"PUT", "/v1/operators/admin-c1/password", `{"password":"a long enough phrase"}`}, {"DELETE", "/v1/operators/admin-c1/factors", ""}, {"DELETE", "/v1/operators/admin-c1", ""},
	} {
		h.wantDirect(403, c.method, c.path, who, c.body)
	}
	h.wantDirect(201, "POST", "/v1/operators", who, `{"name":"x","role":"personnel"}`)
}

func TestSomebodyOfAFirmSeesTheFirm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	for _, id := range []registry.ProviderID{"p-c1", "p-other"} {
		_, err := h.reg.CreateProvider(ctx, registry.Provider{ID: id, Centre: "c1", Name: string(id), Phones: []string{"+8619900003001"}, ContactName: "钱经理"})
		must(t, err)
	}
	mine, err := h.reg.Helper(ctx, "h1")
	must(t, err)
	_, err = h.reg.ChangeHelper(ctx, mine.ID, []byte(`{"version":1,"kind":"staff","provider":"p-c1"}`))
	must(t, err)
	who := h.as("provider", "c1")
	h.wantDirect(200, "GET", "/v1/providers/p-c1", who, "")
	h.wantDirect(404, "GET", "/v1/providers/p-other", who, "")
	h.wantDirect(404, "GET", "/v1/helpers/h2", who, "")
	h.wantDirect(404, "GET", "/v1/elders/e1", who, "")
	if v := h.wantDirect(200, "GET", "/v1/helpers", who, ""); len(v["items"].([]any)) != 1 {
		t.Errorf("helpers: %v", v["items"])
	}
	h.wantDirect(403, "POST", "/v1/helpers", who, `{"name":"x","provider":"p-other","phones":["+8619900002777"]}`)
	id := h.press()
	h.wantDirect(404, "GET", "/v1/elders/e1", who, "")
	_, err = h.engine.Do(ctx, alerts.AlertID(id), alerts.Command{Type: alerts.CommandAssign, Helper: "h1",
		Actor: alerts.Actor{Kind: alerts.ActorOperator, ID: "o1", Rights: registry.BuiltInRights("operator")}})
	must(t, err)
	h.direct("POST", h.carrier.linkOf("h1"), "", "answer=coming")
	if e := h.direct("GET", "/v1/elders/e1", who, ""); e.Code == 200 && strings.Contains(e.Body.String(), "高血压") {
		t.Error("a firm reads what illnesses an elder has")
	}
	h.settle()
	h.closeAlert(id)
	h.wantDirect(404, "GET", "/v1/elders/e1", who, "")
}
