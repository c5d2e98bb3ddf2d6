package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/registry"
)

// routesTried is the part of the page that tells who may ask what.
type routesTried struct {
	text     string
	requests int
}

// askable gives a route as it is asked in the matrix: with ids that there are not, and with nothing in the body. A stream
// would wait for what happens.
func askable(rt route) (method, path string) {
	path = pathVariable.ReplaceAllString(plainPath(rt.path), "none")
	path = strings.ReplaceAll(path, "/alerts/none/none", "/alerts/none/note")
	if rt.path == "/v1/stream" {
		return http.MethodHead, path
	}
	return rt.method, path
}

// tryRoutes asks every route with every role, and without any.
func (h *matrixHouse) tryRoutes(all []*matrix) routesTried {
	h.t.Helper()
	var out strings.Builder
	tried := routesTried{}
	fmt.Fprint(&out, "\n\nROUTES: the action that is asked for, and whose roles allow it. Everybody else is refused with 403, and who is not known with 401.\n\n")
	var free []string
	for _, rt := range h.server.routes {
		if rt.need == nobody {
			free = append(free, rt.method+" "+plainPath(rt.path))
			continue
		}
		method, path := askable(rt)
		if w := h.direct(method, path, "", ""); w.Code != 401 {
			h.t.Errorf("%s %s: %d without a log-in, want 401", method, path, w.Code)
		}
		var may []string
		for _, m := range all {
			tried.requests++
			let := m.letIn(method, path)
			want := rt.need == anybody || m.rights.May(rt.need)
			if slices.Contains(forPeople(), rt.method+" "+rt.path) {
				want = want && m.role.Kind == registry.RoleForPeople
			}
			if slices.Contains(needsAll(), rt.method+" "+rt.path) {
				want = want && m.everywhere
			}
			if let != want {
				h.t.Errorf("%s: %s %s is let in: %v, the role says %v", m.role.ID, method, path, let, want)
			}
			if let && m.role.ID != "token-all" {
				may = append(may, string(m.role.ID))
			}
		}
		fmt.Fprintf(&out, "%-7s%-44s %-22s %s\n", rt.method, plainPath(rt.path), rt.need, strings.Join(may, " "))
	}
	fmt.Fprintf(&out, "\nWithout a log-in, or asking for themselves who is there:\n%s\n", strings.Join(free, "\n"))
	tried.text = out.String()
	return tried
}

// letIn tells whether a route lets the role in; what it then says of an id that there is not, is another matter.
func (m *matrix) letIn(method, path string) bool {
	m.h.t.Helper()
	w := flowing{httptest.NewRecorder()}
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set(map[bool]string{true: "Authorization", false: "Cookie"}[strings.HasPrefix(m.who, "Bearer ")], m.who)
	m.h.server.handler.ServeHTTP(w, r)
	if w.Code == 401 || w.Code >= 500 {
		m.h.t.Errorf("%s: %s %s: %d %s", m.role.ID, method, path, w.Code, w.Body)
	}
	return w.Code != 403
}

// flowing is a recorder that a stream can lift the time limits of.
type flowing struct{ *httptest.ResponseRecorder }

func (flowing) SetReadDeadline(time.Time) error { return nil }

// needsAll are routes that only somebody of all centres may ask.
func needsAll() []string { return []string{"POST /v1/areas/import"} }

// forPeople are routes that let in no machine, whatever its role.
func forPeople() []string { return []string{"POST /v1/break-glass", "POST /v1/seat"} }

// TestMatrixKnowsEveryRecord: whatever the API's document describes is tried field by field in the matrix, or says here why
// there is nothing to try.
func TestMatrixKnowsEveryRecord(t *testing.T) {
	t.Parallel()
	h := &matrixHouse{house: newHouse(t), alerts: map[string]string{}, rules: map[string]map[string]string{}}
	inMatrix := map[reflect.Type]bool{}
	for _, p := range h.probes() {
		walk(t, h.server.gate, p.of, inMatrix)
	}
	for of := range h.server.gate.fields {
		if !inMatrix[of] && !slices.Contains([]string{"Shift", "Field"}, of.Name()) && !partOfTried(inMatrix, of) {
			t.Errorf("%v goes through the gate and is not tried in the matrix", of)
		}
	}
	free, used := ungatedAnswers(), map[string]bool{}
	for key, d := range docs() {
		for _, of := range answersIn(reflect.TypeOf(d.answer)) {
			used[of.String()] = true
			if !inMatrix[of] && free[of.String()] == "" {
				t.Errorf("%s answers with %v, which neither the matrix nor ungatedAnswers knows", key, of)
			}
		}
	}
	for name := range free {
		if !used[name] {
			t.Errorf("ungatedAnswers has %s, with which nothing is answered", name)
		}
	}
}

func partOfTried(tried map[reflect.Type]bool, of reflect.Type) bool {
	for t := range tried {
		for i := range t.NumField() {
			f := t.Field(i).Type
			for f.Kind() == reflect.Slice || f.Kind() == reflect.Pointer {
				f = f.Elem()
			}
			if f == of {
				return true
			}
		}
	}
	return false
}

// answersIn are the records in an answer: what stands in a page, or behind the gate.
func answersIn(t reflect.Type) []reflect.Type {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	switch name := t.Name(); {
	case strings.HasPrefix(name, "page["):
		f, _ := t.FieldByName("Items")
		return answersIn(f.Type)
	case strings.HasPrefix(name, "gated["):
		return answersIn(t.Field(0).Type)
	case name == "candidatesPage":
		return answersIn(t.Field(0).Type)
	}
	return []reflect.Type{t}
}

// ungatedAnswers are answers that do not go through the gate by field, and why nobody learns from them what a role hides.
func ungatedAnswers() map[string]string {
	const (
		own    = "about the caller alone"
		codes  = "ids, states, times and counts"
		rules  = "rules and names of things, not of people"
		inside = "what of it is about people has gone through the gate"
		once   = "told once to who made it"
	)
	return map[string]string{
		"alerts.Recall": codes, "web.SessionView": own, "web.FactorsView": own, "web.CodesView": own, "registry.NewTOTP": own, "web.beginPasskeyAnswer": own,
		"registry.Session": "of oneself; of others by sessions.see: ids, and from where", "registry.Browser": "of oneself; of others by sessions.see",
		"web.RouteView": "streets between two places that the caller names", "web.ClosureView": rules, "web.CoverageView": inside, "web.ElderCoverageView": inside, "coverage.Night": codes, "web.StatusView": codes, "devices.Receipt": codes, "web.Pressed": codes, "web.CheckpointView": codes, "web.WebhookTest": codes, "registry.Grade": codes, "registry.Reached": codes, "web.AvailabilityView": codes, "web.OpenSeat": codes,
		"webhook.Delivery": codes, "registry.AreaReport": codes, "web.ConfigView": rules, "alerts.PlanDoc": rules, "registry.Area": rules, "web.AddressView": rules,
		"registry.Role": rules, "web.RolesView": rules, "web.RuleView": rules, "webhook.Hook": rules, "registry.Token": rules,
		"web.PlanCheck": rules, "web.PlanView": rules, "web.PlanChoice": rules, "web.TryView": inside, "web.zoneList": inside, "web.RevisionView": inside, "web.DuplicateView": inside,
		"registry.Staged": "the caller's own file", "web.TokenView": once, "web.WebhookMade": once, "web.WebhookSecret": once, "web.SeatView": once,
	}
}

// Who asks for what is not theirs, and where it is tried:
//
//	a role for what it may not            TestRightsMatrix (every route, every field)
//	a record of another centre, by id     TestGuessedIDsTellNothing, TestAForeignCentreIsNotThere
//	… by filter, search, export           TestForeignFiltersFindNothing, TestCursorsHoldNoNames
//	… by the number of a paper            TestAnIDNumberOfAnotherCentreIsNotTold
//	… on the stream                       TestTheStreamShowsWhatTheRoleShows
//	what a role hides, by search          TestASearchTellsNothingThatIsHidden
//	a mask sent back                      TestMaskedValuesAreNeverStored
//	the account of somebody above         TestNobodyTakesOverWhoMayDoMore
//	swapped and guessed links             TestLinksAreForOnePersonAndOneAlert
//	an old link, a link as a log-in       TestALinkIsOfItsAlertAlone
//	another firm's people                 TestSomebodyOfAFirmSeesTheFirm
//	forged callbacks of a carrier         notify/twilio: TestForgeriesOfEveryHook, TestHooksRefuseWhatIsNotSigned
//	replayed callbacks                    cmd/anling: TestStoryEveryCallbackIsReplayed, notify: TestSameReplyTwiceIsOneReply

// TestGuessedIDsTellNothing asks every route that names a record for one of a foreign centre, as somebody who may do
// everything in their own: the answer is, word for word, that of an id that there is not.
func TestGuessedIDsTellNothing(t *testing.T) {
	t.Parallel()
	h := newMatrixHouse(t)
	who := h.chief()
	foreign := h.foreignIDs()
	asked := 0
	for _, rt := range h.server.routes {
		prefix, _, names := strings.Cut(strings.TrimPrefix(plainPath(rt.path), "/v1/"), "/{")
		if !names || !strings.HasPrefix(rt.path, "/v1/") {
			continue
		}
		id, known := foreign[prefix]
		if !known {
			t.Errorf("%s %s: foreignIDs has none for %s", rt.method, rt.path, prefix)
		}
		if id == "" {
			continue // of all centres
		}
		asked++
		there, none := h.saidOf(rt, who, id), h.saidOf(rt, who, "no-such-id")
		if there != none {
			t.Errorf("%s %s tells a foreign record apart:\n%s\n%s", rt.method, rt.path, there, none)
		}
	}
	if asked < 60 {
		t.Errorf("only %d routes were asked", asked)
	}
	e, err := h.reg.Elder(t.Context(), "e-sister")
	if must(t, err); e.Version != 1 || e.ArchivedAt != nil {
		t.Error("the foreign elder was changed")
	}
}

// chief may do everything, in one centre.
func (h *matrixHouse) chief() string {
	h.t.Helper()
	all := slices.DeleteFunc(registry.Actions(), func(a registry.Action) bool { return a == registry.CentresEverywhere })
	_, err := h.reg.CreateRole(h.t.Context(), registry.Granting{By: registry.BuiltInRights("admin"), Fields: h.server.gate.catalogue()},
		registry.Role{ID: "chief", Name: registry.Label{Zh: "主任", En: "Chief"}, Actions: all,
			Fields: []registry.FieldRight{{Of: []string{"*"}, Class: []string{"*"}, May: []string{"see", "change", "export"}}}})
	must(h.t, err)
	return h.as("chief", "c1")
}

// foreignIDs are ids of the centre beside, by what stands before them in a path; empty for what is of all centres.
func (h *matrixHouse) foreignIDs() map[string]string {
	h.t.Helper()
	admin := "Bearer " + h.tokens["admin"]
	token := h.wantDirect(201, "POST", "/v1/tokens", admin, `{"name":"x","scope":"read","centre":"c2"}`)["token"].(map[string]any)["id"].(string)
	hook := h.wantDirect(201, "POST", "/v1/webhooks", admin, `{"name":"x","url":"https://hooks.example.org/x","kinds":["alert.raised"],"centre":"c2"}`)["id"].(string)
	first := func(path string) string {
		v := h.wantDirect(200, "GET", path, admin, "")
		return v["items"].([]any)[0].(map[string]any)["id"].(string)
	}
	theirs := h.as("manager", "c2")
	sheet := h.wantDirectSheet(theirs)
	_, session, err := h.reg.BeginSession(h.t.Context(), registry.Beginning{Operator: registry.Operator{ID: "o2", Centre: "c2"}, Level: registry.LevelPassword})
	must(h.t, err)
	return map[string]string{"elders": "e-sister", "contacts": "k-sister", "devices": "d-sister", "helpers": "h-sister", "providers": "p-sister",
		"operators": "o-sister", "centres": "c2", "alerts": h.alerts[inSister], "consents": first("/v1/elders/e-sister/consents"), "zones": first("/v1/elders/e-sister/zones"),
		"attachments": first("/v1/elders/e-sister/attachments"), "custom-fields": h.rules["custom-fields"][inSister], "caller-classes": h.rules["caller-classes"][inSister],
		"agreements": h.rules["agreements"][inSister], "moves": h.rules["moves"][inSister], "privacy/requests": h.rules["requests"][inSister],
		"imports": sheet, "break-glass": h.rules["glasses"][inSister], "webhooks": hook, "tokens": token, "sessions": session.ID, "browsers": "", "me/factors": "",
		"closures": h.wantClosure("c2"), "roles": "", "plans": "", "services": "", "exports": ""}
}

// wantClosure closes a road in the name of a centre and gives the id of that.
func (h *matrixHouse) wantClosure(centre registry.CentreID) string {
	h.t.Helper()
	c, err := h.reg.CloseRoad(h.t.Context(), registry.Closure{Centre: centre, Reason: "works"})
	must(h.t, err)
	return c.ID
}

// wantDirectSheet hands in a spreadsheet and gives its id.
func (h *matrixHouse) wantDirectSheet(who string) string {
	h.t.Helper()
	v := h.wantDirect(201, "POST", "/v1/imports?kind=elders", who, "name\n王五\n")
	return v["id"].(string)
}

// saidOf is the answer of a route about an id, without what differs from request to request.
func (h *matrixHouse) saidOf(rt route, who, id string) string {
	path := strings.Replace(plainPath(rt.path), "{id}", id, 1)
	path = strings.NewReplacer("{command}", "note", "{service}", "none").Replace(path)
	body := ""
	if rt.method != http.MethodGet && rt.method != http.MethodDelete {
		body = `{"version":1,"reason":"something of ten letters","centre":"c1a","text":"x","verdict":"justified","note":"looked at it","from":"e1","fields":{},"lat":31,"lon":121}`
	}
	w := h.direct(rt.method, path, who, body)
	text, _, _ := strings.Cut(w.Body.String(), `"instance"`)
	return fmt.Sprint(w.Code, " ", strings.ReplaceAll(text, id, "ID"))
}

// TestForeignFiltersFindNothing asks lists for what is in a foreign centre, by every filter that could name it.
func TestForeignFiltersFindNothing(t *testing.T) {
	t.Parallel()
	h := newMatrixHouse(t)
	who := h.chief()
	for _, path := range []string{"/v1/elders?centre=c2", "/v1/elders?q=e-sister", "/v1/contacts?elder=e-sister", "/v1/devices?centre=c2", "/v1/devices?elder=e-sister",
		"/v1/helpers?centre=c2", "/v1/providers?centre=c2", "/v1/operators?centre=c2", "/v1/centres?parent=c2", "/v1/custom-fields?centre=c2", "/v1/caller-classes?centre=c2",
		"/v1/agreements?centre=c2", "/v1/alerts?state=all&centre=c2", "/v1/alerts?state=all&elder=a-another", "/v1/alerts?state=all&device=n-sister",
		"/v1/sessions?operator=o-sister", "/v1/browsers?operator=o-sister", "/v1/audit?subject=e-sister", "/v1/audit?id=e-sister", "/v1/audit?actor=o-sister"} {
		v := h.wantDirect(200, "GET", path, who, "")
		if items := v["items"].([]any); len(items) != 0 {
			t.Errorf("%s finds %v", path, items)
		}
	}
	for _, path := range []string{"/v1/moves", "/v1/privacy/requests", "/v1/tokens", "/v1/webhooks", "/v1/imports", "/v1/elders/duplicates", "/v1/nearest?lat=31.2&lon=121.4&limit=50",
		"/v1/exports/elders", "/v1/exports/devices", "/v1/exports/elders?centre=c2", "/v1/audit/export", "/v1/areas?count=elders"} {
		w := h.direct("GET", path, who, "")
		for _, foreign := range []string{`"c2"`, ",c2,", "-sister", "2号\"", "+8619900004103"} {
			if w.Code != 200 || strings.Contains(w.Body.String(), foreign) {
				t.Errorf("%s: %d, tells of %s", path, w.Code, foreign)
			}
		}
	}
}

// TestALinkIsOfItsAlertAlone: what was sent for an alert that is over opens nothing of the next one, nor says anything in it.
func TestALinkIsOfItsAlertAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.press()
	family, helper := h.carrier.linkOf("k1"), h.carrier.linkOf("h1")
	h.closeAlert(first)
	second := h.wantDirect(202, "POST", "/v1/signals", "Bearer "+h.tokens["signals"], `{"id":"s2","device":"pendant-1","kind":"sos"}`)["alert"].(string)
	h.settle()
	if second == first || h.carrier.linkOf("h1") == helper {
		t.Fatal("the second press is no alert with links of its own")
	}
	before := h.direct("GET", "/v1/alerts/"+second+"/events", "Bearer "+h.tokens["admin"], "").Body.String()
	for _, link := range []string{family, helper} {
		for _, answer := range []string{"coming", "departed", "arrived"} {
			r := httptest.NewRequest("POST", link, strings.NewReader("answer="+answer))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			h.server.handler.ServeHTTP(w, r)
			if w.Code != 404 {
				t.Errorf("%s is taken from an old link with %d", answer, w.Code)
			}
		}
		if w := h.direct("GET", link, "", ""); w.Code != 404 || strings.Contains(w.Body.String(), "张秀英") {
			t.Errorf("an old link is answered with %d", w.Code)
		}
	}
	if after := h.direct("GET", "/v1/alerts/"+second+"/events", "Bearer "+h.tokens["admin"], "").Body.String(); after != before {
		t.Error("an old link changed the next alert")
	}
	for _, link := range []string{family, helper, h.carrier.linkOf("h1")} {
		token := link[strings.LastIndex(link, "/")+1:]
		for _, who := range []string{"Bearer " + token, h.server.cookieName() + "=" + token} {
			if w := h.direct("GET", "/v1/alerts/"+second, who, ""); w.Code != 401 {
				t.Errorf("the token of a link is taken for a log-in: %d", w.Code)
			}
		}
	}
	w := h.direct("GET", "/h/"+strings.TrimPrefix(h.tokens["admin"], "anl_"), "", "")
	if w.Code != 404 {
		t.Errorf("a bearer token opens a page: %d", w.Code)
	}
}
