package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"
	"github.com/twilio/twilio-go/client"

	"anling/internal/fault"
	"anling/notify"
)

const maxForm = 64 << 10 // bytes of a webhook; Twilio's are two thousand

// Outbox is what the webhooks need of notify.Outbox.
type Outbox interface {
	Message(ctx context.Context, id notify.MessageID) (notify.Message, notify.Status, error)
	TakeStatus(ctx context.Context, rep notify.StatusReport) error
	TakeSMS(ctx context.Context, in notify.IncomingSMS) (say string, err error)
	TakeDigit(ctx context.Context, d notify.Digit) (say string, known bool, err error)
	TakeRecording(ctx context.Context, rec notify.Recording) error
}

// Caller raises an alert for a person who calls our number. It says what to speak, whom to
// connect (dial, "" for nobody) and in which language. The same call may be reported again and
// must get the same answer.
type Caller interface {
	Incoming(ctx context.Context, call IncomingCall) (say, dial, lang string, err error)
	// Kept notes that nobody could be connected with the caller, who was told that we call back. It may be reported again.
	Kept(ctx context.Context, call IncomingCall) error
}

// Hooks are the webhooks of one account:
//
//	POST /hooks/twilio/sms                  an SMS from a person
//	POST /hooks/twilio/voice                a person calls our number
//	POST /hooks/twilio/voice/dialed         how connecting that caller ended
//	POST /hooks/twilio/status               what became of a message or call (m: message, r: its copy)
//	POST /hooks/twilio/call/{message}       our call was answered
//	POST /hooks/twilio/call/{message}/key   a key was pressed, or none
//	POST /hooks/twilio/call/{message}/dialed how connecting ended
//	POST /hooks/twilio/recording            a recording is ready
//
// Each is refused with 403 unless it bears the account's signature over the public address.
type Hooks struct {
	sender     *Sender
	outbox     Outbox
	caller     Caller
	log        *slog.Logger
	validators []client.RequestValidator
}

// HookOptions are what Hooks are made of.
type HookOptions struct {
	Sender *Sender // whose account and public address
	Outbox Outbox
	Caller Caller
	Log    *slog.Logger
}

// NewHooks makes the webhooks of a Sender's account.
func NewHooks(o HookOptions) *Hooks {
	h := &Hooks{sender: o.Sender, outbox: o.Outbox, caller: o.Caller, log: o.Log}
	for _, token := range []string{o.Sender.o.AuthToken, o.Sender.o.SecondaryToken} {
		if token != "" {
			h.validators = append(h.validators, client.NewRequestValidator(token))
		}
	}
	return h
}

// step answers one verified webhook with TwiML; "" is 204.
type step func(h *Hooks, r *http.Request) (twiml string, err error)

// Register puts the webhooks into a router.
func (h *Hooks) Register(router *mux.Router) {
	for path, s := range map[string]step{
		"/hooks/twilio/sms":                   (*Hooks).sms,
		"/hooks/twilio/voice":                 (*Hooks).voice,
		"/hooks/twilio/voice/dialed":          (*Hooks).voiceDialed,
		"/hooks/twilio/status":                (*Hooks).status,
		"/hooks/twilio/recording":             (*Hooks).recording,
		"/hooks/twilio/call/{message}":        (*Hooks).answered,
		"/hooks/twilio/call/{message}/key":    (*Hooks).key,
		"/hooks/twilio/call/{message}/dialed": (*Hooks).callDialed,
	} {
		router.Handle(path, h.handler(s)).Methods(http.MethodPost)
	}
}

// handler bounds, verifies, takes the step and writes its answer.
func (h *Hooks) handler(s step) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h.verify(w, r)
		var twiml string
		if err == nil {
			twiml, err = s(h, r)
		}
		if err != nil {
			h.problem(w, r, err)
			return
		}
		if twiml == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if _, err := io.WriteString(w, twiml); err != nil {
			h.log.Warn("a webhook's answer was not taken", "route", route(r), "err", err)
		}
	})
}

// verify reads the form and checks its signature. The address is the configured public one plus
// the path and query exactly as received: what a proxy says about itself can be forged.
func (h *Hooks) verify(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return fault.New(fault.Invalid, "the webhook is too long")
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the webhook could not be read")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return fault.New(fault.Denied, "a webhook is an urlencoded form with a signature")
	}
	address := h.sender.o.PublicURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	if !h.signed(address, body, r.Header.Get("X-Twilio-Signature")) {
		return fault.New(fault.Denied, "the signature of the webhook is missing or wrong")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, err, "the webhook is not a form")
	}
	for name, values := range r.PostForm {
		// The signature covers the first value of each name: a second one is somebody else's.
		if len(values) > 1 {
			return fault.New(fault.Denied, "the webhook says %q twice", clip(name))
		}
	}
	if account := r.PostForm.Get("AccountSid"); account != "" && account != h.sender.o.AccountSID {
		return fault.New(fault.Denied, "the webhook is of another account")
	}
	return nil
}

// clip shortens what a stranger wrote.
func clip(s string) string { return s[:min(len(s), 40)] }

func (h *Hooks) signed(address string, body []byte, signature string) bool {
	if signature == "" {
		return false
	}
	ok := false
	for _, v := range h.validators {
		ok = v.ValidateBody(address, body, signature) || ok
	}
	return ok
}

func (h *Hooks) problem(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch fault.KindOf(err) {
	case fault.Invalid:
		status = http.StatusBadRequest
	case fault.Denied:
		status = http.StatusForbidden
	case fault.NotFound:
		status = http.StatusNotFound
	case fault.Retry:
		status = http.StatusServiceUnavailable
	}
	if status >= http.StatusInternalServerError {
		h.log.Error("a webhook could not be taken", "route", route(r), "err", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	body := map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": fault.MessageOf(err)}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		h.log.Warn("a webhook's answer was not taken", "route", route(r), "err", err)
	}
}

// route is the template of the path: the path itself names a message.
func route(r *http.Request) string {
	if current := mux.CurrentRoute(r); current != nil {
		if t, err := current.GetPathTemplate(); err == nil {
			return t
		}
	}
	return ""
}

// link is the public address of a step of a message's call.
func (h *Hooks) link(id notify.MessageID, action string, query url.Values) string {
	address := h.sender.o.PublicURL + "/hooks/twilio/call/" + url.PathEscape(string(id)) + "/" + action
	return strings.TrimSuffix(address+"?"+query.Encode(), "?")
}
