package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
)

func TestDirectBehavesLikeACable(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != "ping" || r.URL.Path != "/x" || r.Host != "far.test" || r.RequestURI != "/x?y=1" {
			t.Errorf("the handler got %q %q %q %q (%v)", r.Host, r.URL.Path, r.RequestURI, body, err)
		}
		w.Header().Set("X-A", "1")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-B", "late")
		if _, err := io.WriteString(w, "pong"); err != nil {
			t.Error(err)
		}
	})
	wrote := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { wrote = true }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://far.test/x?y=1", strings.NewReader("ping"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := direct{h}.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "pong" || res.StatusCode != http.StatusTeapot || res.Header.Get("X-A") != "1" || res.Header.Get("X-B") != "" {
		t.Errorf("got %d %v %q (%v)", res.StatusCode, res.Header, body, err)
	}
	if !wrote {
		t.Error("the client was not told that its request had left")
	}
}

func TestDirectBreaksAndGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want error
	}{
		{"a handler that aborts", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, errLineBroke},
		{"a client that gives up", func(http.ResponseWriter, *http.Request) { cancel() }, context.Canceled},
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://far.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := direct{tt.h}.RoundTrip(req)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if res != nil {
			t.Errorf("%s: an answer came all the same", tt.name)
			res.Body.Close()
		}
	}
}
