package web

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anling/devices"
	"anling/registry"
)

// TestGateKnowsEveryField walks through every type that leaves, and fails for a field that has no class: it
// would be shown to nobody, and somebody must have decided that.
func TestGateKnowsEveryField(t *testing.T) {
	t.Parallel()
	g := newGate()
	seen := map[reflect.Type]bool{}
	for _, v := range []any{registry.Elder{}, registry.Contact{}, registry.Device{}, registry.Helper{}, registry.Provider{}, registry.Centre{},
		registry.Operator{}, registry.Consent{}, registry.SafeZone{}, registry.Attachment{}, registry.CustomField{}, registry.ServiceType{}, registry.CallerClass{}, registry.Agreement{}, registry.Move{}, registry.Due{}, DetailView{}, OutagePersonView{}, CandidateView{}, NearView{}, ArrivalView{}, EventView{}, devices.Record{}, AuditView{}, registry.PrivacyRequest{}, registry.BreakGlass{}} {
		walk(t, g, reflect.TypeOf(v), seen)
	}
	for typ, fields := range g.fields {
		if !seen[typ] {
			t.Errorf("%v has classes and never leaves", typ)
		}
		for name := range fields {
			if !slices.Contains(names(typ), name) {
				t.Errorf("%v has no field %s any more", typ, name)
			}
		}
	}
}

func walk(t *testing.T, g *gate, typ reflect.Type, seen map[reflect.Type]bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || leaf(typ) || seen[typ] {
		return
	}
	seen[typ] = true
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := jsonName(f)
		if !f.IsExported() || name == "-" {
			continue
		}
		if name != "" && g.fields[typ][name] == "" {
			t.Errorf("%v.%s has no class", typ, name)
		}
		walk(t, g, f.Type, seen)
	}
}

func names(typ reflect.Type) []string {
	var out []string
	for i := range typ.NumField() {
		out = append(out, jsonName(typ.Field(i)))
	}
	return out
}

// viewerAs is somebody with a built-in role.
func viewerAs(role registry.RoleID, s registry.Situation) viewer {
	return viewer{lens: newGate().lens(registry.BuiltInRights(role)), situation: s}
}

func TestEveryFieldIsForSomebody(t *testing.T) {
	t.Parallel()
	desk, manager := viewerAs("operator", registry.Always|registry.DuringAlert), viewerAs("manager", registry.Always)
	for typ, fields := range desk.lens.gate.fields {
		for name, c := range fields {
			if desk.rights(typ, name)&registry.MaySee == 0 || manager.rights(typ, name)&registry.MaySee == 0 {
				t.Errorf("%v.%s is of class %q, which not even an operator in an alert, or a manager, sees", typ, name, c)
			}
		}
	}
	unheard := registry.Field{Resource: "elder", Name: "x", Class: ""}
	if registry.BuiltInRights("admin").Of(unheard, registry.Always) != 0 {
		t.Error("a field without a class is shown")
	}
	if viewerAs("nonsense", registry.Always).rights(reflect.TypeFor[registry.Elder](), "id") != 0 {
		t.Error("an unknown role sees something")
	}
}

// secrets are what only somebody who handles alerts may read.
func secrets() []string {
	return []string{"4471#", "青霉素", "高血压", "耳背", "stick", "19900000001", "19900001001"}
}

func TestReaderSeesNoHealthAndNoDoorCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/note", token: h.tokens["operate"], body: `{"text":"the key lies under the mat"}`}).want(t, 200)
	for _, path := range []string{"/v1/elders/e1", "/v1/elders?q=张", "/v1/elders/e1/contacts", "/v1/contacts", "/v1/alerts/" + id,
		"/v1/alerts/" + id + "/events", "/v1/alerts", "/v1/devices/d1/signals", "/v1/helpers"} {
		body := h.do(ask{method: "GET", path: path, token: h.tokens["read"]})
		body.want(t, 200)
		for _, secret := range append(secrets(), "under the mat") {
			if strings.Contains(string(body.body), secret) {
				t.Errorf("%s shows %q to a reader: %s", path, secret, body.body)
			}
		}
	}
	e := h.get("/v1/elders/e1", "read")
	if !reflect.DeepEqual(e["masked"], []any{"access", "allergies", "care_level", "id_kind", "id_number", "illnesses",
		"legal_hold_reason", "living", "medicines", "mobility", "notes", "phones"}) {
		t.Errorf("masked: %v", e["masked"])
	}
	full := string(h.do(ask{method: "GET", path: "/v1/alerts/" + id, token: h.tokens["operate"]}).body)
	for _, secret := range secrets() {
		if !strings.Contains(full, secret) {
			t.Errorf("an operator does not see %q", secret)
		}
	}
	if strings.Contains(full, `"masked"`) {
		t.Error("something is masked for an operator")
	}
}

func TestMaskNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"+8619900001234": "+86****234", "120": "***", "": ""} {
		if got := maskNumber(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestGatedJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    gated[map[string]int]
		want string
	}{
		{gated[map[string]int]{Record: map[string]int{"a": 1}}, `{"a":1}`},
		{gated[map[string]int]{Record: map[string]int{"a": 1}, Masked: []string{"b"}}, `{"a":1,"masked":["b"]}`},
		{gated[map[string]int]{Record: map[string]int{}, Masked: []string{"b"}}, `{"masked":["b"]}`},
	} {
		got, err := json.Marshal(c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
	}
}
