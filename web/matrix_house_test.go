package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"anling/alerts"
	"anling/devices"
	"anling/internal/db"
	"anling/registry"
)

// The places where somebody of the centre c1 meets a record.
const (
	inOwn    = "own"     // of the very centre where they work
	inBelow  = "below"   // of a centre below it
	inSister = "another" // of a centre that is none of theirs
	inAlert  = "alert"   // of their own centre, while the elder's alert is open
	inClosed = "closed"  // the same when the alert is closed
	inMine   = "mine"    // about themself, their firm or their work
)

func places() []string { return []string{inOwn, inBelow, inSister, inAlert, inClosed, inMine} }

// probe is a kind of record, of which every field is tried.
type probe struct {
	of     reflect.Type
	path   string            // where one is read; % stands for an id
	list   bool              // it is the first item of what is read …
	item   string            // … or that with this id …
	in     string            // … of the list of this name; empty: items
	write  string            // where one is made, and below it changed; empty: nowhere
	ids    map[string]string // by place, what % stands for
	centre bool              // it counts whether one works at its centre
	opens  bool              // an open alert of the elder opens what it opens of nothing else
}

// probes are all kinds of records that go through the gate (TestMatrixKnowsEveryRecord).
func (h *matrixHouse) probes() []probe {
	at := func(prefix string) map[string]string {
		return map[string]string{inOwn: prefix + "own", inBelow: prefix + "below", inSister: prefix + "sister"}
	}
	with := func(ids map[string]string, more ...string) map[string]string {
		for i := 0; i < len(more); i += 2 {
			ids[more[i]] = more[i+1]
		}
		return ids
	}
	elders := with(at("e-"), inAlert, "e1", inClosed, "e1", inMine, "e-mine")
	told := map[string]string{inAlert: h.alerts[inAlert], inClosed: h.alerts[inAlert], inBelow: h.alerts[inBelow], inSister: h.alerts[inSister]}
	signals := map[string]string{inOwn: "d1", inBelow: "n-below", inSister: "n-sister"}
	here := map[string]string{inOwn: ""}
	return []probe{
		{of: reflect.TypeFor[registry.Elder](), path: "/v1/elders/%", write: "/v1/elders", ids: elders, centre: true, opens: true},
		{of: reflect.TypeFor[registry.Contact](), path: "/v1/contacts/%", write: "/v1/contacts", ids: at("k-")},
		{of: reflect.TypeFor[registry.Consent](), path: "/v1/elders/%/consents", list: true, ids: at("e-")},
		{of: reflect.TypeFor[registry.SafeZone](), path: "/v1/elders/%/zones", list: true, ids: at("e-")},
		{of: reflect.TypeFor[registry.Attachment](), path: "/v1/elders/%/attachments", list: true, ids: at("e-")},
		{of: reflect.TypeFor[registry.Device](), path: "/v1/devices/%", write: "/v1/devices", ids: with(at("d-"), inMine, "d-mine"), centre: true},
		{of: reflect.TypeFor[devices.Record](), path: "/v1/devices/%/signals", list: true, ids: signals, centre: true},
		{of: reflect.TypeFor[registry.Helper](), path: "/v1/helpers/%", write: "/v1/helpers", ids: with(at("h-"), inMine, "h1"), centre: true},
		{of: reflect.TypeFor[registry.Provider](), path: "/v1/providers/%", write: "/v1/providers", ids: with(at("p-"), inMine, "p-mine"), centre: true},
		{of: reflect.TypeFor[ArrivalView](), path: "/v1/elders/%/coverage", list: true, in: "first", ids: map[string]string{inOwn: "e1"}, centre: true},
		{of: reflect.TypeFor[NearView](), path: "/v1/nearest?lat=31.23&lon=121.47", list: true, ids: here, centre: true},
		{of: reflect.TypeFor[DetailView](), path: "/v1/alerts/%", ids: told, centre: true, opens: true},
		{of: reflect.TypeFor[EventView](), path: "/v1/alerts/%/events", list: true, ids: told, centre: true, opens: true},
		{of: reflect.TypeFor[OutagePersonView](), path: "/v1/alerts/%/people", list: true, ids: h.rules["outages"], centre: true, opens: true},
		{of: reflect.TypeFor[CandidateView](), path: "/v1/alerts/%/candidates", list: true, ids: told, centre: true, opens: true},
		{of: reflect.TypeFor[registry.Centre](), path: "/v1/centres/%", write: "/v1/centres", ids: map[string]string{inOwn: "c1", inBelow: "c1a", inSister: "c2"}, centre: true},
		{of: reflect.TypeFor[registry.Operator](), path: "/v1/operators/%", write: "/v1/operators", ids: with(at("o-"), inMine, "itself"), centre: true},
		{of: reflect.TypeFor[registry.CustomField](), path: "/v1/custom-fields/%", write: "/v1/custom-fields", ids: h.rules["custom-fields"]},
		{of: reflect.TypeFor[registry.ServiceType](), path: "/v1/services/%", write: "/v1/services", ids: map[string]string{inOwn: "opera"}},
		{of: reflect.TypeFor[registry.CallerClass](), path: "/v1/caller-classes/%", write: "/v1/caller-classes", ids: h.rules["caller-classes"]},
		{of: reflect.TypeFor[registry.Agreement](), path: "/v1/agreements/%", write: "/v1/agreements", ids: h.rules["agreements"]},
		{of: reflect.TypeFor[registry.Move](), path: "/v1/moves/%", ids: h.rules["moves"]},
		{of: reflect.TypeFor[registry.Due](), path: "/v1/due?days=366", list: true, item: "h-own", ids: here},
		{of: reflect.TypeFor[registry.BreakGlass](), path: "/v1/break-glass/%", ids: h.rules["glasses"], centre: true},
		{of: reflect.TypeFor[AuditView](), path: "/v1/audit?action=elder.created&id=e-own", list: true, ids: here},
		{of: reflect.TypeFor[registry.PrivacyRequest](), path: "/v1/privacy/requests", list: true, ids: here},
	}
}

// matrixHouse is a house with a full record of each kind in a centre, in one below it, and in one beside it.
type matrixHouse struct {
	*house
	alerts map[string]string            // open ones, by place
	rules  map[string]map[string]string // ids that the program gave, by the last word of the path and by place
}

func newMatrixHouse(t testing.TB) *matrixHouse {
	t.Helper()
	h := &matrixHouse{house: newHouse(t), alerts: map[string]string{}, rules: map[string]map[string]string{}}
	admin := "Bearer " + h.tokens["admin"]
	h.wantDirect(201, "POST", "/v1/centres", admin, `{"id":"c1a","name":"黄浦分中心","parent":"c1","phone":"+8619900009997"}`)
	h.wantDirect(201, "POST", "/v1/centres", admin, `{"id":"c2a","name":"别处分中心","parent":"c2"}`)
	h.wantDirect(201, "POST", "/v1/elders", admin, `{"id":"e-mine","centre":"c1","name":"何秀英","access":"门禁 77#","phones":["+8619900004109"]}`)
	h.wantDirect(201, "POST", "/v1/services", admin, `{"code":"opera","centre":"c1","parent":"culture","name":{"zh":"戏曲","en":"Opera"}}`)
	for i, place := range []string{inOwn, inBelow, inSister} {
		h.fillCentre(place, i+1)
	}
	h.wantDirect(201, "POST", "/v1/providers", admin, `{"id":"p-mine","centre":"c1","name":"自家企业","phones":["+8619900004709"],"contact_name":"郑洁",`+standingOfProvider+`}`)
	h.wantDirect(200, "PATCH", "/v1/helpers/h1", admin, `{"version":1,"kind":"staff","provider":"p-mine",`+standingOfHelper+`}`)
	h.wantDirect(200, "PATCH", "/v1/elders/e1", admin, `{"version":1,"dialect":"沪语","tier":"high","id_kind":"passport","id_number":"E88000009",`+moreOfElder+`}`)
	h.wantDirect(200, "PATCH", "/v1/contacts/k1", admin, `{"version":1,"note":"夜班"}`)
	h.wantDirect(201, "POST", "/v1/caller-classes", admin, `{"centre":"c1","elder":"e1","class":"important","reason":"独居"}`)
	h.as("installer", "c1")
	h.wantDirect(201, "POST", "/v1/devices", admin, `{"id":"d-mine","elder":"e-mine","identity":"m-mine","protocol":"http","place":"卧室","installed_by":"installer-c1"}`)
	h.alerts[inAlert] = h.press()
	for place, device := range map[string]string{inBelow: "n-below", inSister: "n-sister"} {
		centre := map[string]string{inBelow: "c1a", inSister: "c2"}[place]
		h.wantDirect(201, "POST", "/v1/elders", admin, `{"id":"a-`+place+`","centre":"`+centre+`","name":"马玉兰","access":"门禁 66#","phones":["+8619900004108"]}`)
		h.wantDirect(201, "POST", "/v1/devices", admin, `{"id":"`+device+`","elder":"a-`+place+`","identity":"`+device+`","protocol":"http"}`)
		v := h.wantDirect(202, "POST", "/v1/signals", "Bearer "+h.tokens["signals"], `{"id":"s-`+device+`","device":"`+device+`","kind":"sos","text":"救命","position":{"lat":31.2,"lon":121.4}}`)
		h.alerts[place] = v["alert"].(string)
	}
	h.outages()
	h.settle()
	h.wantDirect(200, "GET", "/v1/elders/e1/coverage", admin, "")
	_, _, err := h.server.coverage.Step(t.Context())
	must(t, err)
	return h
}

// What fills the records of the matrix' house.
const (
	moreOfElder = `"living":"alone","care_level":"mild","medicines":["阿司匹林"],"legal_hold_reason":"","safety_plan":{"on":true,"reason":"设备检修","times":["08:00"]},
		"custom":{"pension":"甲等","ward":"心内科"}`
	standingOfHelper = `"status_reason":"培训","certificates":[{"kind":"first_aid","number":"A-1200345","issued":"2024-03-01","expires":"2027-02-28"}],
		"background_check":{"state":"passed","date":"2026-01-05","by":"派出所"},"notices":[{"text":"带手套"}],"absences":[{"from":"2026-12-24","until":"2026-12-26","reason":"探亲"}],
		"schedule":[{"days":[1,2,3,4,5,6,7],"from":"00:00","to":"00:00"}],"custom":{"pension":"无","ward":"否"}`
	standingOfProvider = `"status_reason":"新签","certificates":[{"kind":"licence","number":"B-1200345"}],"inspections":[{"year":2026,"result":"passed","date":"2026-04-15","note":"良"}],
		"notices":[{"text":"早八点后"}],"custom":{"pension":"无","ward":"否"}`
)

// fillCentre makes a record of each kind in one centre, with as many fields filled as the kind has.
func (h *matrixHouse) fillCentre(place string, n int) {
	h.t.Helper()
	admin := "Bearer " + h.tokens["admin"]
	name := map[string]string{inOwn: "own", inBelow: "below", inSister: "sister"}[place]
	centre := map[string]string{inOwn: "c1", inBelow: "c1a", inSister: "c2"}[place]
	to := map[string]string{inOwn: "c1a", inBelow: "c1", inSister: "c2a"}[place]
	fill := strings.NewReplacer("@", name, "%", centre, "~", to, "#", fmt.Sprint(n)).Replace
	for _, of := range []string{"elder", "helper", "provider"} {
		for key, class := range map[string]string{"pension": "personal", "ward": "health"} {
			made := h.wantDirect(201, "POST", "/v1/custom-fields", admin, fill(`{"centre":"%","resource":"`+of+`","key":"`+key+`","label":{"zh":"甲"},"type":"text","class":"`+class+`"}`))
			h.note("custom-fields", place, made)
		}
	}
	for _, one := range [][2]string{
		{"/v1/elders", `{"id":"e-@","centre":"%","name":"刘桂芳","sex":"f","birth_date":"1940-05-01","id_kind":"passport","id_number":"E8800000#","phones":["+861990000410#"],"language":"zh","dialect":"沪语",
			"address":"黄河路2#号","position":{"lat":31.2,"lon":121.4},"tier":"high","allergies":["磺胺"],"illnesses":["高血压"],"mobility":"stick",
			"access":"门禁 88#","notes":"怕狗",` + moreOfElder + `}`},
		{"/v1/contacts", `{"id":"k-@","elder":"e-@","name":"刘敏","role":"family","relation":"女儿","phones":["+861990000420#"],"note":"夜班","hours":[{"days":[1],"from":"08:00","to":"18:00"}],"languages":["en"]}`},
		{"/v1/devices", `{"id":"d-@","elder":"e-@","identity":"m-@","protocol":"http","kind":"pendant","place":"客厅","sim":"+861990000430#","note":"新","installed_by":"o1","installed_at":"2026-01-05T08:00:00Z"}`},
		{"/v1/devices", `{"id":"d-free-@","centre":"%","identity":"f-@","protocol":"http"}`},
		{"/v1/helpers", `{"id":"h-@","centre":"%","name":"孙涛","kind":"volunteer","phones":["+861990000440#"],"position":{"lat":31.2,"lon":121.4},"modes":["foot"],"skills":["first_aid"],` + standingOfHelper + `}`},
		{"/v1/providers", `{"id":"p-@","centre":"%","name":"安心@","kind":"medical","phones":["+861990000450#"],"contact_name":"钱经理","address":"黄河路88号","position":{"lat":31.2,"lon":121.4},"services":["nursing"],` + standingOfProvider + `}`},
		{"/v1/operators", `{"id":"o-@","centre":"%","name":"m-@","display_name":"何静","role":"operator","phone":"+861990000460#"}`},
		{"/v1/caller-classes", `{"centre":"%","phone":"+861990000470#","class":"vip","reason":"劳动模范","until":"2027-12-31"}`},
		{"/v1/agreements", `{"centre":"%","to":"~","kinds":["sos"],"note":"夜间"}`},
		{"/v1/elders/e-@/consents", `{"purpose":"sharing","basis":"consent","scope":"家人","given_by":"本人","how":"written","note":"当面"}`},
		{"/v1/elders/e-@/consents", `{"purpose":"location","basis":"contract"}`},
		{"/v1/elders/e-@/zones", `{"name":"家附近","shape":{"circle":{"lat":31.2,"lon":121.4,"radius_m":400}},"hours":[{"days":[1],"from":"20:00","to":"07:00"}],"note":"夜里","tell":["k-@"],"paused_until":"2026-01-05T08:00:00Z"}`},
		{"/v1/devices/d-free-@/move", `{"centre":"~","reason":"换片区"}`},
		{"/v1/privacy/requests", `{"elder":"e-@","kind":"access","who":"女儿","identity":"证件核对","note":"急"}`},
	} {
		h.note(one[0], place, h.wantDirect(201, "POST", fill(one[0]), admin, fill(one[1])))
	}
	g, err := h.reg.BreakGlass(h.t.Context(), registry.Breaking{Elder: registry.ElderID("e-" + name), Operator: registry.OperatorID("o-" + name), Reason: emergency,
		Tell: func(context.Context, *db.Tx, registry.BreakGlass, []registry.Operator) error { return nil }})
	must(h.t, err)
	h.note("glasses", place, map[string]any{"id": g.ID})
	w := h.directAs("POST", fill("/v1/elders/e-@/attachments?kind=document&title=诊断书"), admin, "%PDF-1.7 text", "application/pdf")
	if w.Code != 201 {
		h.t.Fatalf("attach: %d %s", w.Code, w.Body)
	}
}

// note keeps the id of what was made.
func (h *matrixHouse) note(path, place string, made map[string]any) {
	word := path[strings.LastIndex(path, "/")+1:]
	if word == "move" {
		word = "moves"
	}
	if h.rules[word] == nil {
		h.rules[word] = map[string]string{}
	}
	h.rules[word][place], _ = made["id"].(string)
}

// directAs is direct with a body of another kind.
func (h *house) directAs(method, path, who, body, media string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	r.Header.Set("Authorization", who)
	w := httptest.NewRecorder()
	h.server.handler.ServeHTTP(w, r)
	return w
}

// promise has somebody of the firm p-mine promise to come to the elder of the open alert.
func (h *matrixHouse) promise() {
	h.t.Helper()
	_, err := h.engine.Do(h.t.Context(), alerts.AlertID(h.alerts[inAlert]), alerts.Command{Type: alerts.CommandAssign, Helper: "h1",
		Actor: alerts.Actor{Kind: alerts.ActorOperator, ID: "o1", Rights: registry.BuiltInRights("operator")}})
	must(h.t, err)
	_, err = h.engine.Do(h.t.Context(), alerts.AlertID(h.alerts[inAlert]), alerts.Command{Type: alerts.CommandAccept,
		Actor: alerts.Actor{Kind: alerts.ActorOperator, ID: "o1", Name: "周晓", Rights: registry.BuiltInRights("operator")}})
	must(h.t, err)
	h.settle()
	r := httptest.NewRequest("POST", h.carrier.linkOf("h1"), strings.NewReader("answer=coming"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.server.handler.ServeHTTP(w, r)
	if w.Code != 303 {
		h.t.Fatalf("the promise was answered with %d", w.Code)
	}
	h.settle()
}

// outages has the device of an elder of each centre fall silent with others.
func (h *matrixHouse) outages() {
	h.t.Helper()
	ctx := h.t.Context()
	for place, name := range map[string]string{inAlert: "own", inBelow: "below", inSister: "sister"} {
		d, err := h.reg.Device(ctx, registry.DeviceID("d-"+name))
		must(h.t, err)
		must(h.t, h.db.Update(ctx, func(tx *db.Tx) error {
			if err := h.engine.Waits(ctx, tx, d, alerts.KindLost); err != nil {
				return err
			}
			id, err := h.engine.Gather(ctx, tx, alerts.Cause{Centre: d.Centre, By: alerts.ByGateway, Value: d.Protocol}, []registry.DeviceID{d.ID})
			h.note("/v1/outages", place, map[string]any{"id": string(id)})
			return err
		}))
	}
}
