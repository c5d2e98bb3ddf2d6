package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// watch follows the service's stream as a console does, and remembers when each alert was first seen.
type watch struct {
	api    *apiClient
	mu     sync.Mutex
	seen   map[string]time.Time // by alert
	open   chan struct{}        // closed with the first word from the stream
	once   sync.Once
	failed error
	lastID string
	told   func(alert, state string) // of every change; may be nil
}

func newWatch(api *apiClient) *watch {
	return &watch{api: api, seen: map[string]time.Time{}, open: make(chan struct{})}
}

// ready waits until the stream speaks.
func (w *watch) ready(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	select {
	case <-w.open:
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.failed
	case <-ctx.Done():
		return errors.New("the stream stayed silent for 20 s")
	}
}

// run follows the stream until it is told to stop, and goes on where it was when the stream breaks.
func (w *watch) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.follow(ctx)
		if s := statusOf(err); s >= 400 && s < 500 {
			w.mu.Lock()
			w.failed = err
			w.mu.Unlock()
			w.once.Do(func() { close(w.open) })
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (w *watch) follow(ctx context.Context) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.api.base+"/v1/stream", nil)
	if err != nil {
		return fmt.Errorf("ask for the stream: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+w.api.token)
	if w.lastID != "" {
		req.Header.Set("Last-Event-ID", w.lastID)
	}
	resp, err := w.api.http.Do(req)
	if err != nil {
		return fmt.Errorf("open the stream: %w", err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode != http.StatusOK {
		return &apiError{Method: http.MethodGet, Path: "/v1/stream", Status: resp.StatusCode, Title: http.StatusText(resp.StatusCode)}
	}
	lines := bufio.NewReaderSize(resp.Body, 1<<16)
	kind := ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		name, value, _ := strings.Cut(strings.TrimRight(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			kind = value
		case "id":
			w.lastID = value
		case "data":
			w.take(kind, []byte(value), time.Now())
		}
		w.once.Do(func() { close(w.open) })
	}
}

// seenAlert is what of an alert matters here.
type seenAlert struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (w *watch) take(kind string, data []byte, now time.Time) {
	var body struct {
		Alert  *seenAlert  `json:"alert"`
		Alerts []seenAlert `json:"alerts"`
	}
	if kind == "helpers" || json.Unmarshal(data, &body) != nil {
		return
	}
	if body.Alert != nil {
		body.Alerts = append(body.Alerts, *body.Alert)
	}
	for _, a := range body.Alerts {
		w.mu.Lock()
		if _, known := w.seen[a.ID]; !known {
			w.seen[a.ID] = now
		}
		w.mu.Unlock()
		if w.told != nil {
			w.told(a.ID, a.State)
		}
	}
}

func (w *watch) at(alert string) (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.seen[alert]
	return t, ok
}

// settle waits until every acknowledged alert has been seen, or the time is over.
func (w *watch) settle(ctx context.Context, l *ledger) {
	for ctx.Err() == nil && w.missing(l) > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (w *watch) missing(l *ledger) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, p := range l.presses {
		if p.acked.IsZero() || p.answer.Alert == nil {
			continue
		}
		if _, ok := w.at(*p.answer.Alert); !ok {
			n++
		}
	}
	return n
}
