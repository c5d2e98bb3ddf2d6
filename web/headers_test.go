package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anling/internal/db"
)

// pathOf makes a path of a route's template that leads to something where it can.
func pathOf(route string) string {
	return strings.NewReplacer("{id}", "e1", "{command}", "note", "{token}", "nosuchtokenatall", "{file:.*}", "index.html", "{file}", "page.css",
		"{kind}", "elders").Replace(route)
}

// bare asks the handler with a token and gives the answer; a stream is left as soon as it has begun.
func (h *house) bare(method, path string, header map[string]string) *http.Response {
	h.t.Helper()
	ctx, leave := context.WithCancel(h.t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, method, h.url+path, strings.NewReader(""))
	must(h.t, err)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	must(h.t, err)
	must(h.t, res.Body.Close())
	return res
}

// policyOf is what each kind of page may load; nobody may put any of them into a frame.
func policyOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/console/"), path == "/docs", path == "/demo", strings.HasPrefix(path, "/phones"), strings.HasPrefix(path, "/hooks/"):
		return cspConsole
	case strings.HasPrefix(path, "/f/"), strings.HasPrefix(path, "/h/"):
		return cspPage
	}
	return cspAPI
}

// kept are the answers that a browser may keep: files that hold nothing of anybody.
func kept(path string) bool {
	return strings.HasPrefix(path, "/console/") || strings.HasPrefix(path, "/assets/") || path == basemapPath
}

func checkHeaders(t *testing.T, what, path string, res *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY", "Permissions-Policy": permissions,
		"Content-Security-Policy": policyOf(path), "Strict-Transport-Security": "max-age=31536000",
	} {
		if got := res.Header.Get(name); got != want && !(name == "Content-Security-Policy" && res.StatusCode >= 400 && got == cspAPI) {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" && !(kept(path) && res.StatusCode == 200) {
		t.Errorf("%s: Cache-Control is %q", what, got)
	}
	if res.Header.Get("Access-Control-Allow-Origin") != "" || res.Header.Get("Server") != "" || res.Header.Get("X-Powered-By") != "" {
		t.Errorf("%s: says %v", what, res.Header)
	}
	if kind := res.Header.Get("Content-Type"); kind == "" && res.StatusCode != 204 && res.StatusCode/100 != 3 {
		t.Errorf("%s: no Content-Type", what)
	} else if strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8") && kind != "text/event-stream" {
		t.Errorf("%s: Content-Type %s without its charset", what, kind)
	}
}

// TestHeadersOfEveryRoute asks every route there is, with and without the right, and what is no route.
func TestHeadersOfEveryRoute(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(200)
	})
	h := newHouse(t, func(o *Options) {
		o.PublicURL, o.Phones, o.Hooks = "https://anling.test", page, page
		o.Demo = &Demo{Page: page}
	})
	link := h.carrierLink(t)
	for _, rt := range append(h.server.routes, route{method: "GET", path: "/demo"}, route{method: "GET", path: "/phones"}, route{method: "POST", path: "/hooks/x"},
		route{method: "GET", path: "/nowhere"}, route{method: "DELETE", path: "/livez"}, route{method: "GET", path: link}) {
		path := pathOf(rt.path)
		for who, header := range map[string]map[string]string{"nobody": nil, "admin": {"Authorization": "Bearer " + h.tokens["admin"]}} {
			res := h.bare(rt.method, path, header)
			checkHeaders(t, fmt.Sprintf("%s %s as %s (%d)", rt.method, rt.path, who, res.StatusCode), path, res)
		}
	}
}

// carrierLink presses, and gives the family's link.
func (h *house) carrierLink(t *testing.T) string {
	t.Helper()
	h.press()
	h.carrier.mu.Lock()
	defer h.carrier.mu.Unlock()
	for _, m := range h.carrier.sent {
		if _, rest, ok := strings.Cut(m.Text, "/f/"); ok {
			token, _, _ := strings.Cut(rest, " ")
			return "/f/" + strings.TrimRight(token, "]。")
		}
	}
	t.Fatal("nobody was sent a link")
	return ""
}

// TestNoRouteActsForAnotherSite tries every route that changes something as a page of another site would: in the
// operator's browser, with the operator's cookie.
func TestNoRouteActsForAnotherSite(t *testing.T) {
	t.Parallel()
	acted := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) })
	h := newHouse(t, func(o *Options) { o.Phones, o.Demo = acted, &Demo{Page: acted} })
	cookie := h.logIn("zhou")
	foreign := []map[string]string{
		{"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "https://evil.test"}, // a browser of before Sec-Fetch-Site
		{"Origin": "null"},              // from a sandboxed frame
		{"Sec-Fetch-Site": "cross-site"},
		{"Origin": "http://other.anling.test", "Sec-Fetch-Site": "same-site"}, // a neighbour under the same domain
		{"Origin": "http://anling.test.evil.test"},
		{"Origin": "https://evil.test", "Content-Type": "text/plain"},
		{"Origin": "https://evil.test", "Content-Type": "application/x-www-form-urlencoded", "X-HTTP-Method-Override": "GET"},
	}
	tried := 0
	for _, rt := range append(h.server.routes, route{method: "POST", path: "/demo"}, route{method: "POST", path: "/phones/api/outage"}) {
		if rt.method == http.MethodGet || strings.HasPrefix(rt.path, "/f/") || strings.HasPrefix(rt.path, "/h/") {
			continue // TestNoGetChangesAnything; pages behind a link carry no cookie: the link is the right
		}
		for _, header := range foreign {
			tried++
			header["Cookie"] = cookie
			if a := h.do(ask{method: rt.method, path: pathOf(rt.path), body: "{}", header: header}); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s from another site (%v): got %d", rt.method, rt.path, header, a.StatusCode)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d requests were tried", tried)
	}
	h.do(ask{method: "GET", path: "/v1/session", header: map[string]string{"Cookie": cookie}}).want(t, 200) // nobody was logged out
}

// audited are tables in which looking leaves a trace on purpose.
func audited(table string) bool {
	return strings.HasPrefix(table, "audit") || table == "sessions" || table == "sqlite_sequence" || table == "data_keys"
}

// contents gives a sum of each table's rows.
func contents(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, d.View(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table'`)
		if err != nil {
			return err
		}
		var names []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for _, name := range names {
			if all[name], err = sumOf(t, tx, name); err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

func sumOf(t *testing.T, tx *db.Tx, table string) (string, error) {
	t.Helper()
	rows, err := tx.Query(t.Context(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%v\n", row)
	}
	return hex.EncodeToString(sum.Sum(nil)), rows.Err()
}

// TestNoGetChangesAnything asks every route by GET and HEAD, with the greatest right there is, and compares the whole
// database: whoever only looks – an operator, a link's preview, a scanner – changes nothing but the log of looks.
func TestNoGetChangesAnything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	family, helper := h.carrier.linkOf("k1"), h.carrier.linkOf("h1")
	if family == "" || helper == "" {
		t.Fatalf("links are %q and %q", family, helper)
	}
	before := contents(t, h.server.db)
	paths := []string{family, helper, family + "?answer=coming", helper + "?answer=coming", "/v1/alerts/" + id, "/v1/alerts/" + id + "/accept"}
	for _, rt := range h.server.routes {
		paths = append(paths, pathOf(rt.path), strings.NewReplacer("{id}", id, "{command}", "accept").Replace(rt.path))
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD"} {
			h.bare(method, path, map[string]string{"Authorization": "Bearer " + h.tokens["admin"]})
			h.bare(method, path, map[string]string{"Sec-Purpose": "prefetch"})
		}
	}
	for table, sum := range contents(t, h.server.db) {
		if before[table] != sum && !audited(table) {
			t.Errorf("looking has changed %s", table)
		}
	}
}

func TestAddressesAndBodiesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := strings.Repeat("a", maxQuery+1)
	h.do(ask{method: "GET", path: "/v1/elders?q=" + long, token: h.tokens["read"]}).want(t, http.StatusRequestURITooLong)
	h.do(ask{method: "GET", path: "/v1/elders/" + long, token: h.tokens["read"]}).want(t, http.StatusRequestURITooLong)
	h.do(ask{method: "GET", path: "/livez", header: map[string]string{"X-Long": strings.Repeat("a", 64<<10)}}).want(t, http.StatusRequestHeaderFieldsTooLarge)
	h.do(ask{method: "POST", path: "/v1/session", body: `{"name":"` + strings.Repeat("a", maxBody) + `"}`}).want(t, http.StatusRequestEntityTooLarge)
	deep := `{"name":` + strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1) + `}`
	h.do(ask{method: "POST", path: "/v1/session", body: deep}).want(t, http.StatusBadRequest)
	for body, deep := range map[string]bool{
		`{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}`:                                 false,
		`{"a":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}`:                                   false,
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth):                            false,
		strings.Repeat("[", maxDepth+1):                                                          true,
		"[" + strings.Repeat("[],", 1000) + "[]]":                                                false,
		`{"a":"\\"` + strings.Repeat(`,"b":[`, maxDepth+1) + strings.Repeat("]", maxDepth) + `}`: true,
	} {
		if got := tooDeep([]byte(body)) != nil; got != deep {
			t.Errorf("too deep is %v: %.60s", got, body)
		}
	}
	w := httptest.NewRecorder()
	h.server.handler.ServeHTTP(w, httptest.NewRequest("GET", "/livez?"+strings.Repeat("a", maxQuery), nil))
	if w.Code != 200 {
		t.Errorf("the longest query that is allowed: %d", w.Code)
	}
}
