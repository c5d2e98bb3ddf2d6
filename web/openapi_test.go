package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.Demo = &Demo{} })
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ Summary string }
		Components struct{ Schemas map[string]any }
	}
	a := h.do(ask{method: "GET", path: "/openapi.json"})
	a.want(t, 200)
	must(t, json.Unmarshal(a.body, &doc))
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, rt := range h.server.routes {
		if doc.Paths[plainPath(rt.path)][strings.ToLower(rt.method)].Summary == "" {
			t.Errorf("%s %s is not in the document", rt.method, rt.path)
		}
	}
	for _, ref := range refsIn(string(a.body)) {
		if doc.Components.Schemas[ref] == nil {
			t.Errorf("schema %s is referred to and not there", ref)
		}
	}
	described := docs()
	for key := range described {
		if !slices.ContainsFunc(h.server.routes, func(rt route) bool { return rt.method+" "+rt.path == key }) {
			t.Errorf("docs.go describes %s, which is no route", key)
		}
	}
}

func refsIn(doc string) []string {
	var out []string
	for _, part := range strings.Split(doc, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		out = append(out, name)
	}
	return out
}

// TestExamplesReplay sends every example of the document to the router.
func TestExamplesReplay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol("zhou")
	id := h.press()
	ids := map[string]string{"/v1/alerts/": id, "/v1/helpers/": "h1", "/v1/elders/": "e1", "/v1/operators/": "o1"}
	for _, rt := range h.server.routes {
		d := docs()[rt.method+" "+rt.path]
		if d.example == "" {
			continue
		}
		path := strings.ReplaceAll(rt.path, "{command}", "note")
		for prefix, id := range ids {
			if strings.HasPrefix(path, prefix) {
				path = strings.ReplaceAll(path, "{id}", id)
			}
		}
		want := d.want
		if want == 0 {
			want = max(d.status, http.StatusOK)
		}
		a := h.do(ask{method: rt.method, path: path, token: h.tokens["admin"], body: d.example})
		if a.StatusCode != want {
			t.Errorf("%s %s: got %d, want %d: %s", rt.method, rt.path, a.StatusCode, want, a.body)
		}
	}
}

// TestAnswersKeepTheDocument compares what leaves with what the document says.
func TestAnswersKeepTheDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	var doc struct {
		Components struct {
			Schemas map[string]struct{ Required []string }
		}
	}
	must(t, json.Unmarshal(h.server.openapi, &doc))
	for path, name := range map[string]string{"/v1/alerts/" + id: "Detail", "/v1/elders/e1": "Elder", "/v1/contacts/k1": "Contact",
		"/v1/devices/d1": "Device", "/v1/helpers/h1": "Helper", "/v1/centres/c1": "Centre", "/v1/operators/o1": "Operator"} {
		got := h.get(path, "admin")
		required := doc.Components.Schemas[name].Required
		if len(required) == 0 {
			t.Errorf("%s has no required fields in the document", name)
		}
		for _, field := range required {
			if _, ok := got[field]; !ok {
				t.Errorf("%s: %s is required in the document and missing in the answer", path, field)
			}
		}
	}
}
