package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"
)

// falseService answers as the service does, and keeps its word, or breaks it in one way: a control without which the
// audit of a simulation would prove nothing.
type falseService struct {
	breaks string // "", forgets, twice, silent (no alert), two-answers, refuses, untold

	mu      sync.Mutex
	signals map[string][]string // by device
	answers map[string][2]string
	told    map[string][]string // signals that an alert tells of
	changes chan string
	calls   int
}

func (f *falseService) handler() http.Handler {
	r := mux.NewRouter()
	made := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }
	for _, p := range []string{"/v1/elders", "/v1/elders/{id}/contacts", "/v1/devices", "/v1/helpers"} {
		r.HandleFunc(p, made).Methods(http.MethodPost)
	}
	r.HandleFunc("/v1/helpers/{id}/position", made).Methods(http.MethodPut)
	r.HandleFunc("/v1/signals", f.take).Methods(http.MethodPost)
	r.HandleFunc("/v1/devices/{id}/signals", f.list)
	r.HandleFunc("/v1/alerts/{id}/events", f.events)
	r.HandleFunc("/v1/stream", f.stream)
	return r
}

func (f *falseService) take(w http.ResponseWriter, r *http.Request) {
	var s struct{ ID, Device, Kind string }
	if json.NewDecoder(r.Body).Decode(&s) != nil || s.Kind == "heartbeat" {
		w.WriteHeader(http.StatusAccepted) // a batch of heartbeats
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.breaks == "refuses" && f.calls%3 == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	answer, known := f.answers[s.ID]
	if !known || f.breaks == "two-answers" {
		answer = [2]string{fmt.Sprint("sig-", f.calls), fmt.Sprint("alert-", s.Device)}
		f.answers[s.ID] = answer
		f.keep(s.Device, answer)
	}
	alert := `"` + answer[1] + `"`
	if f.breaks == "silent" {
		alert = "null"
	}
	w.WriteHeader(http.StatusAccepted)
	if _, err := fmt.Fprintf(w, `{"signal":%q,"alert":%s}`, answer[0], alert); err != nil {
		return
	}
	f.changes <- answer[1]
}

func (f *falseService) keep(device string, answer [2]string) {
	copies := 1
	if f.breaks == "twice" {
		copies = 2
	}
	if f.breaks == "forgets" && f.calls%5 == 0 {
		copies = 0
	}
	for range copies {
		f.signals[device] = append(f.signals[device], answer[0])
	}
	if f.breaks != "untold" {
		f.told[answer[1]] = append(f.told[answer[1]], answer[0])
	}
}

func (f *falseService) list(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var n int
	if _, err := fmt.Sscanf(mux.Vars(r)["id"], "s1-e%d-d1", &n); err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	items := []map[string]string{}
	for _, id := range f.signals[fmt.Sprintf("s1-BTN-%05d", n)] {
		items = append(items, map[string]string{"id": id})
	}
	writeTestJSON(w, map[string]any{"items": items, "next": nil})
}

func (f *falseService) events(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	items := []map[string]any{}
	for i, id := range f.told[mux.Vars(r)["id"]] {
		if i == 0 {
			items = append(items, map[string]any{"type": "raised", "data": map[string]any{"raised": map[string]any{"signal": id}}})
			continue
		}
		items = append(items, map[string]any{"type": "pressed_again", "data": map[string]any{"signal": id}})
	}
	writeTestJSON(w, map[string]any{"items": items})
}

func (f *falseService) stream(w http.ResponseWriter, r *http.Request) {
	send := func(text string) bool {
		_, err := fmt.Fprint(w, text)
		return err == nil && http.NewResponseController(w).Flush() == nil
	}
	alive := send("event: snapshot\ndata: {\"alerts\":[]}\n\n")
	for alive {
		select {
		case <-r.Context().Done():
			return
		case id := <-f.changes:
			alive = send(fmt.Sprintf("event: change\nid: 1\ndata: {\"alert\":{\"id\":%q,\"state\":\"raised\"}}\n\n", id))
		}
	}
}

func writeTestJSON(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func TestASimulationNoticesABrokenWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		breaks string
		code   int
		says   string
	}{
		{"", exitDone, "none twice"},
		{"refuses", exitDone, "needed more than one try"},
		{"forgets", exitFailed, "lost: the signal is not in its device's list"},
		{"twice", exitFailed, "doubled: the signal is in its device's list 2 times"},
		{"silent", exitFailed, "lost: it was acknowledged without an alert"},
		{"two-answers", exitFailed, "doubled: the two paths of one press got two answers"},
		{"untold", exitFailed, "lost: its alert does not tell of it"},
	} {
		t.Run("service "+c.breaks, func(t *testing.T) {
			t.Parallel()
			f := &falseService{breaks: c.breaks, signals: map[string][]string{}, answers: map[string][2]string{}, told: map[string][]string{}, changes: make(chan string, 1000)}
			server := httptest.NewServer(f.handler())
			defer server.Close()
			var out, errs bytes.Buffer
			e := environment{Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
			code := simulate(t.Context(), e, []string{"--url", server.URL, "--token", "t", "--elders", "6", "--helpers", "3", "--storm", "40", "--rate", "0",
				"--duration", "100ms", "--drain", "3s", "--people=false", "--again", "0.5"})
			if code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit %d, want %d and %q in:\n%s\n%s", code, c.code, c.says, out.String(), errs.String())
			}
		})
	}
}

func TestSimulateRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--token", "t", "--url", "localhost"}, {"--token", "t", "--rate", "-1"}, {"--token", "t", "elders"}, {"--token", "t", "--pace", "0"}} {
		e := environment{Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
		if code := simulate(t.Context(), e, args); code != exitUsage {
			t.Errorf("%q: exit %d, want %d", args, code, exitUsage)
		}
	}
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := 100; i > 0; i-- {
		all = append(all, time.Duration(i))
	}
	if got, want := percentilesOf(all), (percentiles{100, 51, 91, 100, 100}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := percentilesOf(nil); got != (percentiles{}) {
		t.Errorf("of nothing: %v", got)
	}
}
