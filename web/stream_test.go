package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anling/registry"
)

// sse is one event of a stream.
type sse struct{ name, id, data string }

// listening is an open stream.
type listening struct {
	t      *testing.T
	events chan sse // closed when the server ends the stream
	stop   context.CancelFunc
}

// listen opens a stream; header may hold a cookie or the last id.
func (h *house) listen(t *testing.T, token string, header map[string]string) *listening {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", h.url+"/v1/stream", nil)
	must(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream: %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	l := &listening{t: t, events: make(chan sse, 1000), stop: cancel}
	t.Cleanup(cancel)
	go func() {
		defer close(l.events)
		defer resp.Body.Close()
		readStream(resp, l.events)
	}()
	return l
}

func readStream(resp *http.Response, to chan<- sse) {
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	var e sse
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if value != "" {
				e = sse{name: "beat"}
			}
			if e.name != "" {
				to <- e
			}
			e = sse{}
		}
	}
}

// next waits for the next event of the name, and passes over others but changes.
func (l *listening) next(name string) sse {
	l.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e, ok := <-l.events:
			if !ok {
				l.t.Fatalf("the stream ended before %s", name)
			}
			if e.name == name {
				return e
			}
		case <-late:
			l.t.Fatalf("no %s", name)
		}
	}
}

func (l *listening) ends() {
	l.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case _, ok := <-l.events:
			if !ok {
				return
			}
		case <-late:
			l.t.Fatal("the stream goes on")
		}
	}
}

func TestStreamBeginsWithASnapshotAndGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	l := h.listen(t, h.tokens["operate"], nil)
	var snap struct {
		Seq    int64
		Alerts []struct{ ID, State string }
	}
	must(t, json.Unmarshal([]byte(l.next("snapshot").data), &snap))
	if len(snap.Alerts) != 1 || snap.Alerts[0].ID != id || snap.Seq == 0 {
		t.Fatalf("snapshot: %+v", snap)
	}
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/accept", token: h.tokens["operate"]}).want(t, 200)
	var ch struct {
		Event struct {
			Type   string
			Global int64
		}
		Alert struct{ State string }
	}
	must(t, json.Unmarshal([]byte(l.next("change").data), &ch))
	if ch.Event.Type != "accepted" || ch.Event.Global != snap.Seq+1 || ch.Alert.State != "accepted" {
		t.Errorf("change: %+v after %d", ch, snap.Seq)
	}
}

// TestStreamResumesExactly loses the connection after every third event, and must see each once.
func TestStreamResumesExactly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	last, err := h.engine.LastGlobal(t.Context())
	must(t, err)
	for i := range 10 {
		h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/note", token: h.tokens["operate"], body: `{"text":"` + itoa(i) + `"}`}).want(t, 200)
	}
	pos, seen := "0", int64(0)
	for seen < last+10 {
		l := h.listen(t, h.tokens["operate"], map[string]string{"Last-Event-ID": pos})
		for range min(3, last+10-seen) {
			e := l.next("change")
			if seen++; e.id != itoa(int(seen)) {
				t.Fatalf("got id %s, want %d", e.id, seen)
			}
			pos = e.id
		}
		l.stop()
	}
	l := h.listen(t, h.tokens["operate"], map[string]string{"Last-Event-ID": "999999"})
	l.next("snapshot") // a number that we never gave: from a database that is not this one
}

func TestStreamShowsOnlyOwnCentre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := map[string]string{"Cookie": h.logIn("wu"), "Last-Event-ID": "0"}
	id := h.press()
	_, err := h.reg.CreateDevice(t.Context(), registry.Device{ID: "d9", Identity: "other", Protocol: "http", Centre: "c2"})
	must(t, err)
	l := h.listen(t, "", cookie)
	h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `{"id":"x","device":"other","kind":"sos"}`}).want(t, 202)
	e := l.next("change")
	if strings.Contains(e.data, id) || !strings.Contains(e.data, `"centre":"c2"`) {
		t.Errorf("the first change is %s", e.data)
	}
}

func TestStreamKeepsSecretsFromReaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/note", token: h.tokens["operate"], body: `{"text":"key under the mat"}`}).want(t, 200)
	last, err := h.engine.LastGlobal(t.Context())
	must(t, err)
	l := h.listen(t, h.tokens["read"], map[string]string{"Last-Event-ID": itoa(int(last) - 1)})
	if e := l.next("change"); strings.Contains(e.data, "mat") || !strings.Contains(e.data, `"masked":["data.reason","data.text"]`) {
		t.Errorf("a reader gets %s", e.data)
	}
}

func TestStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cookie := map[string]string{"Cookie": h.logIn("zhou")}
	l := h.listen(t, "", cookie)
	l.next("snapshot")
	h.do(ask{method: "DELETE", path: "/v1/session", header: cookie}).want(t, 204)
	l.ends()
}

// TestStreamEndsWithTheToken revokes it elsewhere: the stream notices with its next sign of life.
func TestStreamEndsWithTheToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plain, tok, err := h.reg.CreateToken(t.Context(), registry.Token{Name: "wall", Scope: registry.TokenRead})
	must(t, err)
	l := h.listen(t, plain, nil)
	l.next("helpers")
	must(t, h.reg.RevokeToken(t.Context(), tok.ID))
	h.passBeat(2)
	l.ends()
}

// passBeat turns the clock on, once both waits of an open stream have been set up again.
func (h *house) passBeat(waits int) {
	h.t.Helper()
	for h.clock.Waiting() < waits {
		h.breathe()
	}
	h.clock.Advance(streamBeat)
}

// breathe lets other goroutines do something: a request of our own has to pass through the server.
func (h *house) breathe() { h.do(ask{method: "GET", path: "/livez"}) }

func TestStreamTellsWhereHelpersAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	l := h.listen(t, h.tokens["operate"], nil)
	var all []HelperView
	must(t, json.Unmarshal([]byte(l.next("helpers").data), &all))
	if len(all) != 3 || !all[0].OnDuty || all[0].Busy {
		t.Fatalf("helpers: %+v", all)
	}
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/assign", token: h.tokens["operate"], body: `{"helper":"h2"}`}).want(t, 200)
	h.do(ask{method: "PUT", path: "/v1/helpers/h1/position", token: h.tokens["operate"], body: `{"lat":31.24,"lon":121.48}`}).want(t, 204)
	l.next("change")
	for h.clock.Waiting() < 2 {
		h.breathe()
	}
	h.clock.Advance(helpersEvery)
	must(t, json.Unmarshal([]byte(l.next("helpers").data), &all))
	if len(all) != 2 || all[0].Lat != 31.24 || !all[1].Busy {
		t.Errorf("what changed: %+v", all)
	}
}

func TestStreamGivesASignOfLife(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := h.listen(t, h.tokens["read"], nil)
	l.next("helpers")
	h.passBeat(2)
	l.next("beat")
}

// TestStreamOutlivesTheLimitsOfOtherRequests has a server whose limits for a request are very short.
func TestStreamOutlivesTheLimitsOfOtherRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.press()
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP(t.Context())
	ts.Config.ReadTimeout, ts.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	ts.Start()
	t.Cleanup(ts.Close)
	other := *h
	other.url = ts.URL
	l := other.listen(t, h.tokens["operate"], nil)
	l.next("snapshot")
	<-time.After(200 * time.Millisecond)
	h.do(ask{method: "POST", path: "/v1/alerts/" + id + "/accept", token: h.tokens["operate"]}).want(t, 200)
	l.next("change")
}

func TestStreamsEndWhenTheServerShutsDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP(t.Context())
	ts.Start()
	t.Cleanup(ts.Close)
	h.url = ts.URL
	l := h.listen(t, h.tokens["read"], nil)
	l.next("snapshot")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, ts.Config.Shutdown(ctx))
	l.ends()
}
