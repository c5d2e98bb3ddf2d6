package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/db"
)

// callback is one request of the telephone network, whole and signed, and how it was answered.
type callback struct {
	path, query, signature string
	body                   []byte
	status                 int
	answer                 string
}

// callbacks remembers all of them, as somebody who listens on the line could.
type callbacks struct {
	mu  sync.Mutex
	all []callback
}

func (c *callbacks) serve(h http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	said := callback{path: r.URL.Path, query: r.URL.RawQuery, signature: r.Header.Get("X-Twilio-Signature"), body: body}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	said.status, said.answer = rec.Code, rec.Body.String()
	c.mu.Lock()
	c.all = append(c.all, said)
	c.mu.Unlock()
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	if _, err := w.Write(rec.Body.Bytes()); err != nil {
		return
	}
}

func (c callback) request() *http.Request {
	target := storyURL + c.path
	if c.query != "" {
		target += "?" + c.query
	}
	r := httptest.NewRequest(http.MethodPost, target, bytes.NewReader(c.body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", c.signature)
	return r
}

// rows counts what stands in every table: an alert changes by an event, a message by an attempt, a reply or a receipt.
func (s *story) rows() map[string]int {
	s.t.Helper()
	all := map[string]int{}
	s.ok(s.app.db.View(s.t.Context(), func(tx *db.Tx) error {
		tables, err := tx.Query(s.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table'`)
		if err != nil {
			return err
		}
		for tables.Next() {
			var name string
			if err := tables.Scan(&name); err != nil {
				return err
			}
			all[name] = 0
		}
		if err := errors.Join(tables.Err(), tables.Close()); err != nil {
			return err
		}
		for name := range all {
			var n int
			if err := tx.QueryRow(s.t.Context(), `SELECT COUNT(*) FROM "`+name+`"`).Scan(&n); err != nil {
				return err
			}
			all[name] = n
		}
		return nil
	}))
	return all
}

// TestStoryEveryCallbackIsReplayed plays the main job, and then says everything that the telephone network has said once
// more – at once, a day later, backwards: each signature is right, and nothing may come of it.
func TestStoryEveryCallbackIsReplayed(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.logIn("zhou")
	id := s.press("p1")
	s.settle()
	s.command(id, "accept", nil)
	s.answers(helperPhone(2), "1")
	s.ok(s.phone(sonPhone).Reply("2"))
	s.settle()
	s.pass(2 * time.Minute)
	s.command(id, "arrive", map[string]any{"person": "h2"})
	s.command(id, "resolve", map[string]any{"outcome": "helped"})
	s.ok(s.phone(elderPhone).Dial())
	s.settle()
	s.pass(time.Minute)
	said := slices.Clone(s.heard.all)
	kinds := map[string]int{}
	for _, c := range said {
		kinds[stepOf(c.path)]++
	}
	for _, step := range []string{"sms", "voice", "status", "call", "key"} {
		if kinds[step] == 0 {
			t.Errorf("the story has no callback %s: %v", step, kinds)
		}
	}
	for _, when := range []time.Duration{0, 24 * time.Hour} {
		s.clock.Advance(when)
		s.settle()
		s.logIn("zhou")
		before := s.rows()
		slices.Reverse(said)
		for _, c := range said {
			rec := httptest.NewRecorder()
			s.app.web.Handler().ServeHTTP(rec, c.request())
			same := rec.Code == c.status && rec.Body.String() == c.answer
			if step := stepOf(c.path); !same && (step == "sms" || step == "voice" || step == "key") {
				t.Errorf("%s again after %v: got %d %s, the first time %d %s", c.path, when, rec.Code, rec.Body, c.status, c.answer)
			}
		}
		s.settle()
		for table, n := range s.rows() {
			if before[table] != n {
				t.Errorf("what was said again after %v has changed %s from %d to %d", when, table, before[table], n)
			}
		}
	}
	s.verified()
}

// stepOf is which of the webhooks a path is.
func stepOf(path string) string {
	part := strings.Split(strings.TrimPrefix(path, "/hooks/twilio/"), "/")
	if part[0] == "call" && len(part) == 3 {
		return part[2]
	}
	return part[0]
}
