package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"anling/internal/fault"
	"anling/registry"
)

// describe makes the OpenAPI document from the table of routes and the Go types themselves.
func (s *Server) describe() ([]byte, error) {
	g := &schemas{components: map[string]schema{}}
	known := docs()
	paths := map[string]map[string]any{}
	for _, rt := range s.routes {
		d, ok := known[rt.method+" "+rt.path]
		if !ok {
			return nil, fault.New(fault.Internal, "route %s %s is not described in docs.go", rt.method, rt.path)
		}
		path := plainPath(rt.path)
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(rt.method)] = g.operation(rt, d)
	}
	doc := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Anling 安铃", "version": "1",
			"description": "Emergency alerts of elders, from the press to the door. Times are RFC 3339, positions WGS-84. What a caller may do and see is a matter of their role (GET /v1/roles); x-right is the action that a route asks for. A token has the role of its scope: signals, read, operate, admin."},
		"servers": []any{map[string]any{"url": "/"}},
		"paths":   paths,
		"components": map[string]any{"schemas": g.components, "securitySchemes": map[string]any{
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": s.cookieName()},
			"token":   map[string]any{"type": "http", "scheme": "bearer"}}},
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	return b, nil
}

var pathPattern = regexp.MustCompile(`\{(\w+):[^}]*\}`)

// plainPath drops the patterns of a mux template.
func plainPath(template string) string { return pathPattern.ReplaceAllString(template, "{$1}") }

var pathVariable = regexp.MustCompile(`\{(\w+)\}`)

func (g *schemas) operation(rt route, d doc) map[string]any {
	op := map[string]any{"tags": []string{d.tag}, "summary": d.summary, "operationId": operationID(rt),
		"responses": g.responses(rt, d)}
	if params := parameters(rt, d); len(params) > 0 {
		op["parameters"] = params
	}
	if d.body != nil {
		op["requestBody"] = g.body(d)
	}
	if rt.need != nobody {
		op["security"] = []any{map[string]any{"session": []string{}}, map[string]any{"token": []string{}}}
		op["x-right"] = string(rt.need)
	}
	return op
}

func operationID(rt route) string {
	id := strings.ToLower(rt.method)
	for _, part := range strings.FieldsFunc(plainPath(rt.path), func(r rune) bool { return strings.ContainsRune("/{}.-", r) }) {
		if part != "v1" {
			id += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return id
}

func parameters(rt route, d doc) []any {
	var out []any
	for _, m := range pathVariable.FindAllStringSubmatch(plainPath(rt.path), -1) {
		out = append(out, map[string]any{"name": m[1], "in": "path", "required": true, "schema": schema{"type": "string"}})
	}
	for _, p := range d.query {
		out = append(out, map[string]any{"name": p.name, "in": "query", "description": p.about, "required": p.about == "required",
			"schema": schema{"type": "string"}})
	}
	return out
}

func (g *schemas) body(d doc) map[string]any {
	content := map[string]any{"schema": g.bodySchema(d)}
	if d.example != "" {
		content["example"] = json.RawMessage(d.example)
	}
	return map[string]any{"required": !d.optional, "content": map[string]any{"application/json": content}}
}

// bodySchema is the type's own; where all fields may be left out it is written out without the required ones.
func (g *schemas) bodySchema(d doc) schema {
	t := reflect.TypeOf(d.body)
	if !d.optional {
		return g.of(t)
	}
	v := g.fields(t)
	delete(v, "required")
	return v
}

func (g *schemas) responses(rt route, d doc) map[string]any {
	status := d.status
	if status == 0 {
		status = http.StatusOK
	}
	good := map[string]any{"description": http.StatusText(status)}
	switch {
	case d.media != "":
		good["content"] = map[string]any{d.media: map[string]any{}}
	case d.answer != nil:
		good["content"] = map[string]any{"application/json": map[string]any{"schema": g.of(reflect.TypeOf(d.answer))}}
	}
	out := map[string]any{strconv.Itoa(status): good}
	for _, status := range problemsOf(rt, d) {
		out[strconv.Itoa(status)] = map[string]any{"description": http.StatusText(status),
			"content": map[string]any{"application/problem+json": map[string]any{"schema": g.of(reflect.TypeFor[Problem]())}}}
	}
	return out
}

// problemsOf lists how a request to the route can fail.
func problemsOf(rt route, d doc) []int {
	out := []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
	if rt.need != nobody {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(rt.path, "{") {
		out = append(out, http.StatusNotFound)
	}
	if d.body != nil {
		out = append(out, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if d.body != nil && rt.need != nobody && rt.need != registry.SignalsSend {
		out = append(out, http.StatusConflict)
	}
	if len(d.query) > 0 && d.body == nil {
		out = append(out, http.StatusUnprocessableEntity)
	}
	return out
}

// showOpenAPI answers GET /openapi.json.
func (s *Server) showOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(s.openapi)
	return lostClient(err)
}

// showDocs answers GET /docs: a page that draws the document, from this server alone.
func (s *Server) showDocs(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", cspConsole)
	_, err := w.Write([]byte(docsPage))
	return lostClient(err)
}

const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Anling API</title>
<link rel="stylesheet" href="/assets/docs.css">
<link rel="icon" href="/assets/bell.svg">
<script src="/assets/docs.js" defer></script>
</head>
<body><main id="docs"><p>Loading <a href="/openapi.json">/openapi.json</a> …</p></main></body>
</html>
`
