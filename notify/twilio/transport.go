package twilio

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

const maxAnswer = 1 << 20 // bytes of a REST answer; Twilio's are a few thousand

// exchange is the transport of one attempt: it gives the request the attempt's context and base
// address, reads and closes the answer, and remembers what twilio-go forgets.
type exchange struct {
	ctx  context.Context
	base *url.URL // nil: where twilio-go sends it
	next http.RoundTripper

	wrote      atomic.Bool // the whole request left: from here on silence does not mean no
	status     int
	retryAfter time.Duration
}

// RoundTrip is http.RoundTripper's.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) { x.wrote.Store(info.Err == nil) },
	})
	req = req.Clone(ctx)
	if x.base != nil {
		req.URL.Scheme, req.URL.Host, req.Host = x.base.Scheme, x.base.Host, ""
		req.URL.Path = x.base.Path + req.URL.Path
	}
	res, err := x.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if closeErr := res.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err // the status without its answer is worth nothing: the fate is open
	}
	x.status = res.StatusCode
	x.retryAfter = retryAfter(res.Header.Get("Retry-After"))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// retryAfter reads the header in its form of seconds; Twilio does not use dates.
func retryAfter(header string) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 || n > 24*3600 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// defaultTransport keeps enough connections open that an alarm does not wait for a handshake.
func defaultTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 128,
		IdleConnTimeout:     10 * time.Minute,
		TLSHandshakeTimeout: 5 * time.Second,
	}
}
