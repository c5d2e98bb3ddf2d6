package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
)

// direct is a transport that hands a request to a handler in the same process. Client and handler behave as over a
// cable: the client's trace is told when the request has left, and a handler that aborts breaks the line.
type direct struct{ handler http.Handler }

var errLineBroke = errors.New("the connection was closed before the answer")

// RoundTrip is http.RoundTripper's.
func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if t := httptrace.ContextClientTrace(req.Context()); t != nil && t.WroteRequest != nil {
		t.WroteRequest(httptrace.WroteRequestInfo{})
	}
	rec := &recording{header: http.Header{}}
	if broken := rec.serve(d.handler, in); broken != nil {
		return nil, broken
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return rec.response(req), nil
}

// recording is the answer of a handler as it comes into being.
type recording struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

func (r *recording) serve(h http.Handler, in *http.Request) (err error) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler:
			err = errLineBroke
		default:
			panic(p)
		}
	}()
	h.ServeHTTP(r, in)
	return nil
}

// Header is http.ResponseWriter's.
func (r *recording) Header() http.Header { return r.header }

// WriteHeader is http.ResponseWriter's.
func (r *recording) WriteHeader(status int) {
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

// Write is http.ResponseWriter's.
func (r *recording) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recording) response(req *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(r.status), StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.sent, Body: io.NopCloser(&r.body), ContentLength: int64(r.body.Len()), Request: req,
	}
}
