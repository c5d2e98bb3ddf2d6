package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/internal/words"
)

// Problem is the answer to a request that was not done (RFC 9457).
type Problem struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`
	Instance string         `json:"instance"`
	Errors   []ProblemField `json:"errors,omitempty"`
	Factors  []string       `json:"factors,omitempty"` // the ways in which who asked can prove who they are
}

// ProblemField names one wrong field of a request.
type ProblemField struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`       // in the language of the caller
	Key     string `json:"key,omitempty"` // for machines: the same in every language
}

// refusal is an error of HTTP itself, which no kind of fault tells apart.
type refusal struct {
	status int
	msg    string
	after  time.Duration // Retry-After, when not zero
	allow  string        // Allow, for 405
	err    error

	name    string   // the last part of the problem's type, where the status does not tell enough
	factors []string // the ways in which who asked can prove who they are
}

func (e *refusal) Error() string {
	if e.err != nil {
		return e.msg + ": " + e.err.Error()
	}
	return e.msg
}

func (e *refusal) Unwrap() error { return e.err }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, msg: fmt.Sprintf(format, args...)}
}

// retryAfter is what is asked of a sender when nobody knows better.
const retryAfter = 2 * time.Second

// statusOf gives the status for an error. Invalid is 422 when it can name the wrong fields and 400
// when the request could not even be read.
func statusOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		if len(fault.FieldsOf(err)) > 0 {
			return http.StatusUnprocessableEntity
		}
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Retry:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

const problemURN = "urn:anling:problem:"

// problemName is the last part of a problem's type.
func problemName(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusForbidden:
		return "denied"
	case http.StatusNotFound:
		return "not-found"
	case http.StatusMethodNotAllowed:
		return "method"
	case http.StatusConflict:
		return "conflict"
	case http.StatusRequestEntityTooLarge:
		return "too-large"
	case http.StatusUnsupportedMediaType:
		return "media-type"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusTooManyRequests:
		return "too-many"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	return "internal"
}

// problemOf describes an error to the person who asked, in their language; what is internal stays inside.
func problemOf(err error, requestID, lang string) Problem {
	status := statusOf(err)
	p := Problem{
		Type:     problemURN + problemName(status),
		Title:    http.StatusText(status),
		Status:   status,
		Detail:   fault.MessageOf(err),
		Instance: "urn:anling:request:" + requestID,
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		p.Detail, p.Factors = r.msg, r.factors
		if r.name != "" {
			p.Type = problemURN + r.name
		}
	}
	p.Detail = words.Sentence(lang, p.Detail)
	for _, f := range fault.FieldsOf(err) {
		f = words.Explained(f)
		p.Errors = append(p.Errors, ProblemField{Field: f.Name, Problem: words.Problem(lang, f), Key: f.Key})
	}
	return p
}

// langOf is the language in which a person is answered: what the request asks for, else the operator's own. A machine that says
// nothing is answered in English.
func langOf(r *http.Request) string {
	for _, tag := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), ";")
		if base, _, _ := strings.Cut(tag, "-"); base == words.Zh || base == words.En {
			return base
		}
	}
	if c := callerOf(r.Context()); c != nil && c.operator != nil {
		return words.Lang(c.operator.Language)
	}
	return words.En
}

// writeProblem answers with a problem and the headers that belong to its status.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) error {
	p := problemOf(err, requestID(r.Context()), langOf(r))
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if e, ok := errors.AsType[*refusal](err); ok {
		if e.after > 0 {
			h.Set("Retry-After", seconds(e.after))
		}
		if e.allow != "" {
			h.Set("Allow", e.allow)
		}
	}
	if p.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", seconds(retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="anling"`)
	}
	w.WriteHeader(p.Status)
	if r.Method == http.MethodHead {
		return nil
	}
	return json.NewEncoder(w).Encode(p)
}

func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
