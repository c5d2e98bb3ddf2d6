package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"anling/registry"
)

func zipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(s))
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

func TestConsole(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("console.log(1)\n", 100)
	built := fstest.MapFS{
		"index.html":         {Data: []byte("<!doctype html>app")},
		"assets/x-abc.js":    {Data: []byte(script)},
		"assets/x-abc.js.gz": {Data: zipped(t, script)},
		".keep":              {},
	}
	h := newHouse(t, func(o *Options) { o.Console = built })
	root := h.do(ask{method: "GET", path: "/"})
	if root.StatusCode != 302 || root.Header.Get("Location") != "/console/" {
		t.Errorf("/ leads to %d %s", root.StatusCode, root.Header.Get("Location"))
	}
	for _, path := range []string{"/console/", "/console/index.html", "/console/admin/elders"} {
		a := h.do(ask{method: "GET", path: path})
		if a.StatusCode != 200 || !strings.Contains(string(a.body), "app") || a.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	js := h.do(ask{method: "GET", path: "/console/assets/x-abc.js", header: map[string]string{"Accept-Encoding": "gzip"}})
	if js.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(js.Header.Get("Cache-Control"), "immutable") || len(js.body) >= len(script) {
		t.Errorf("packed: %v", js.Header)
	}
	plain := h.do(ask{method: "GET", path: "/console/assets/x-abc.js", header: map[string]string{"Accept-Encoding": "identity"}})
	if string(plain.body) != script || plain.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("plain: %v", plain.Header)
	}
	same := h.do(ask{method: "GET", path: "/console/assets/x-abc.js", header: map[string]string{"If-None-Match": plain.Header.Get("ETag"), "Accept-Encoding": "identity"}})
	same.want(t, 304)
	h.do(ask{method: "GET", path: "/console/assets/none.js"}).want(t, 404)
	h.do(ask{method: "GET", path: "/console/.keep"}).want(t, 404)
}

func TestConsoleThatIsNotBuilt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.Console = fstest.MapFS{".keep": {}} })
	a := h.do(ask{method: "GET", path: "/console/"})
	if a.StatusCode != 200 || !strings.Contains(string(a.body), "make console") {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
}

func TestBasemapInParts(t *testing.T) {
	t.Parallel()
	city := fstest.MapFS{"city.pmtiles": {Data: []byte("PMTiles and so on")}}
	h := newHouse(t, func(o *Options) { o.Basemap = func() (fs.File, error) { return city.Open("city.pmtiles") } })
	a := h.do(ask{method: "GET", path: "/basemap/city.pmtiles", header: map[string]string{"Range": "bytes=0-6"}})
	if a.StatusCode != 206 || string(a.body) != "PMTiles" || a.Header.Get("Content-Range") != "bytes 0-6/17" {
		t.Errorf("got %d %s %v", a.StatusCode, a.body, a.Header)
	}
	none := newHouse(t, func(o *Options) { o.Basemap = func() (fs.File, error) { return city.Open("none") } })
	none.do(ask{method: "GET", path: "/basemap/city.pmtiles"}).want(t, 404)
}

func TestHouseIsUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(ask{method: "GET", path: "/livez"}).want(t, 200)
	h.do(ask{method: "GET", path: "/readyz"}).want(t, 200)
	h.do(ask{method: "HEAD", path: "/readyz"}).want(t, 200)
	c := h.do(ask{method: "GET", path: "/v1/config"}).json(t)
	if c["demo"] != false || c["basemap"] != basemapPath || len(c["outcomes"].([]any)) != 6 {
		t.Errorf("config: %v", c)
	}
	docs := h.do(ask{method: "GET", path: "/docs"})
	docs.want(t, 200)
	for _, asset := range []string{"/assets/docs.js", "/assets/docs.css", "/assets/page.css", "/assets/bell.svg"} {
		h.do(ask{method: "GET", path: asset}).want(t, 200)
	}
	h.do(ask{method: "POST", path: "/demo/press"}).want(t, 404)
}

// TestRoomsBehindTheDoor serves what other packages answer, with their own log-in.
func TestRoomsBehindTheDoor(t *testing.T) {
	t.Parallel()
	echo := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { must(t, writeJSON(w, 200, name+r.URL.Path)) })
	}
	pressed := &Demo{Press: func(_ context.Context, elder registry.ElderID) (Pressed, error) {
		return Pressed{Alert: "a1", Elder: elder}, nil
	}}
	h := newHouse(t, func(o *Options) { o.Hooks, o.Phones, o.Demo = echo("hooks"), echo("phones"), pressed })
	foreign := map[string]string{"Origin": "https://carrier.test"}
	for path, want := range map[string]string{"/hooks/twilio/voice": "hooks/hooks/twilio/voice", "/phones": "phones/phones", "/phones/api/x": "phones/phones/api/x"} {
		header := foreign
		if strings.HasPrefix(path, "/phones") {
			header = nil
		}
		if a := h.do(ask{method: "POST", path: path, header: header}); a.StatusCode != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	h.do(ask{method: "POST", path: "/phones/api/x", header: foreign}).want(t, 403)
	a := h.do(ask{method: "POST", path: "/demo/press", body: `{"elder":"e1"}`})
	a.want(t, 202)
	if v := a.json(t); v["alert"] != "a1" || v["elder"] != "e1" {
		t.Errorf("press: %v", v)
	}
	if c := h.do(ask{method: "GET", path: "/v1/config"}).json(t); c["demo"] != true || c["phones"] != "/phones" {
		t.Errorf("config: %v", c)
	}
}
