package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"anling/internal/fault"
)

// handler does one request; its error becomes a problem.
type handler func(w http.ResponseWriter, r *http.Request) error

// info is what the layers around a handler must know about its request.
type info struct {
	id     string
	route  string // the template, never the path: paths hold tokens
	caller *caller
	err    error
}

type infoKey struct{}

func infoOf(ctx context.Context) *info {
	if i, ok := ctx.Value(infoKey{}).(*info); ok {
		return i
	}
	return &info{caller: &caller{}}
}

func requestID(ctx context.Context) string { return infoOf(ctx).id }

// recorder remembers how a request was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// observe is the outermost layer: a request id, the security headers, one line in the log, the
// metrics, and a problem instead of a panic.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.clock.Now()
		i := &info{id: rand.Text()[:16], route: "unmatched", caller: &caller{}}
		r = r.WithContext(context.WithValue(r.Context(), infoKey{}, i))
		rec := &recorder{ResponseWriter: w}
		s.securityHeaders(rec.Header(), i.id)
		defer func() {
			if p := recover(); p != nil {
				s.panicked(rec, r, p)
			}
			took := s.clock.Now().Sub(start)
			s.metrics.request(i.route, r.Method, rec.status, took)
			s.logRequest(r, rec.status, slog.Float64("ms", float64(took.Microseconds())/1000))
		}()
		next.ServeHTTP(rec, r)
	})
}

// panicked answers a request whose handler panicked. http.ErrAbortHandler keeps its meaning.
func (s *Server) panicked(w *recorder, r *http.Request, p any) {
	i := infoOf(r.Context())
	if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
		panic(p)
	}
	i.err = errors.Join(i.err, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	if w.status == 0 {
		i.err = errors.Join(i.err, writeProblem(w, r, i.err))
	}
}

// logRequest writes the one line of a request. Only what is internal is an error that wakes somebody.
func (s *Server) logRequest(r *http.Request, status int, took slog.Attr) {
	i := infoOf(r.Context())
	attrs := []slog.Attr{
		slog.String("request", i.id), slog.String("method", r.Method), slog.String("route", i.route),
		slog.Int("status", status), took, slog.String("who", i.caller.logName()),
	}
	level := slog.LevelInfo
	if quiet(i.route) {
		level = slog.LevelDebug
	}
	var turnedAway *refusal
	switch {
	case i.err == nil, errors.Is(i.err, errGone):
	case errors.As(i.err, &turnedAway) && status < 500: // a flood must not drown what wakes somebody; a metric counts it
	case fault.KindOf(i.err) == fault.Internal || status == 0:
		level = slog.LevelError
		attrs = append(attrs, slog.String("err", i.err.Error()))
	case status >= 500:
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("err", i.err.Error()))
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// quiet are the routes that machines ask every few seconds.
func quiet(route string) bool {
	return route == "/livez" || route == "/readyz" || route == "/metrics" || strings.HasPrefix(route, "/console")
}

// The content security policies. The console's is what MapLibre needs and no more; pages for family
// and helpers have no scripts at all.
const (
	cspConsole = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
		"worker-src 'self'; manifest-src 'self'; media-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
	cspPage = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	cspAPI  = "default-src 'none'; frame-ancestors 'none'"
)

// permissions: the console's map may ask where the seat is, and its sounds play; nothing else is used.
const permissions = "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self), " +
	"geolocation=(self), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(self), serial=(), usb=()"

// securityHeaders sets what every answer carries; handlers of pages replace the policy. Referrer-Policy is
// same-origin and not no-referrer: with the latter old phones post forms with "Origin: null".
func (s *Server) securityHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", cspAPI)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY") // for browsers of before frame-ancestors: phones of families are old
	h.Set("X-Permitted-Cross-Domain-Policies", "none")
	h.Set("Permissions-Policy", permissions)
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// adapt makes a handler of net/http: it names the route, checks the right and turns an error into a problem.
func (s *Server) adapt(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := infoOf(r.Context())
		i.route = rt.path
		err := s.admit(r, rt.need)
		if err == nil {
			err = s.laned(rt, w, r)
		}
		s.finish(w, r, err)
	})
}

// finish keeps an error for the log and tells it to the client, unless an answer has begun.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, err error) {
	i := infoOf(r.Context())
	if err != nil && r.Context().Err() != nil {
		err = fmt.Errorf("%w: %w", errGone, err)
	}
	i.err = err
	if err == nil || errors.Is(err, errGone) {
		return
	}
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		return
	}
	if werr := writeProblem(w, r, err); werr != nil {
		i.err = errors.Join(err, werr)
	}
}

// problems makes a plain handler out of an error, for what the router itself refuses.
func (s *Server) problems(why func(r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.finish(w, r, why(r)) })
}

// guardOrigins refuses requests that another site makes in an operator's browser. Pages behind a token
// carry no cookie, so they need no guard and old phones must get through; providers sign their hooks.
func (s *Server) guardOrigins(next http.Handler) (http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	for _, open := range []string{"/f/", "/h/", "/hooks/"} {
		guard.AddInsecureBypassPattern(open)
	}
	if u, err := url.Parse(s.publicURL); err == nil && u.Host != "" {
		if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	guard.SetDenyHandler(s.problems(func(*http.Request) error {
		return fault.New(fault.Denied, "the request comes from a page of another site")
	}))
	return guard.Handler(next), nil
}
