package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
)

// maxRounds is how often a text is spoken to silence; then the line is freed.
const maxRounds = 3

func (h *Hooks) sms(r *http.Request) (string, error) {
	in, ok := incomingSMS(r.PostForm)
	if !ok {
		return "", fault.New(fault.Invalid, "an SMS needs MessageSid and From")
	}
	text, err := h.outbox.TakeSMS(r.Context(), in)
	if err != nil {
		return "", err
	}
	return MessageTwiML(text), nil
}

// status takes a report; one about something that is not ours is no error of the carrier's.
func (h *Hooks) status(r *http.Request) (string, error) {
	rep, ok := statusReport(r.URL.Query(), r.PostForm)
	if !ok {
		return "", nil
	}
	if err := h.outbox.TakeStatus(r.Context(), rep); err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	return "", nil
}

func (h *Hooks) recording(r *http.Request) (string, error) {
	rec, ok := recording(r.URL.Query(), r.PostForm)
	if !ok {
		return "", nil
	}
	if err := h.outbox.TakeRecording(r.Context(), rec); err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	return "", nil
}

// voice greets a caller. Whatever fails behind it, the caller hears something true.
func (h *Hooks) voice(r *http.Request) (string, error) {
	call := IncomingCall{ID: r.PostForm.Get("CallSid"), From: r.PostForm.Get("From"), To: r.PostForm.Get("To")}
	if call.ID == "" {
		return "", fault.New(fault.Invalid, "a call needs CallSid")
	}
	text, number, lang, err := h.caller.Incoming(r.Context(), call)
	if err != nil {
		h.log.Error("an incoming call could not be taken", "err", err)
		text = words.T(lang, "incoming_trouble", nil)
	}
	if number == "" {
		if err == nil {
			h.keep(r.Context(), call)
		}
		return TellTwiML(lang, text), nil
	}
	after := h.sender.o.PublicURL + "/hooks/twilio/voice/dialed?" + url.Values{"lang": {words.Lang(lang)}}.Encode()
	return ConnectTwiML(Connection{Text: text, Language: lang, Number: number, After: after, Recording: h.recordingLink("")}), nil
}

func (h *Hooks) recordingLink(id notify.MessageID) string {
	if !h.sender.o.Record {
		return ""
	}
	return h.sender.o.PublicURL + "/hooks/twilio/recording?" + url.Values{"m": {string(id)}}.Encode()
}

// voiceDialed ends the call of a caller who was connected; another one is kept, and told so.
func (h *Hooks) voiceDialed(r *http.Request) (string, error) {
	status := r.PostForm.Get("DialCallStatus")
	if id := r.PostForm.Get("CallSid"); id != "" && !connected(status) {
		h.keep(r.Context(), IncomingCall{ID: id, From: r.PostForm.Get("From"), To: r.PostForm.Get("To")})
	}
	return afterDial(status, r.URL.Query().Get("lang")), nil
}

// keep has a caller called back in turn. The alarm of the call is durable already, and waits for a seat even when this cannot be
// written.
func (h *Hooks) keep(ctx context.Context, call IncomingCall) {
	if err := h.caller.Kept(ctx, call); err != nil {
		h.log.Error("a caller who is to be called back could not be noted", "err", err)
	}
}

// connected reports whether a caller was connected with somebody.
func connected(status string) bool { return status == "completed" || status == "answered" }

func afterDial(status, lang string) string {
	if connected(status) {
		return HangupTwiML()
	}
	return TellTwiML(lang, words.T(lang, "incoming_no_seat", nil))
}

// message is the message that the call is about; a call that nobody knows any more is ended politely.
func (h *Hooks) message(r *http.Request) (notify.Message, notify.Status, error) {
	return h.outbox.Message(r.Context(), notify.MessageID(mux.Vars(r)["message"]))
}

// answered speaks to whoever lifted the phone.
func (h *Hooks) answered(r *http.Request) (string, error) {
	m, status, err := h.message(r)
	if fault.Is(err, fault.NotFound) || status == notify.StatusCancelled {
		return TellTwiML(m.Language, words.T(m.Language, "call_over", nil)), nil
	}
	if err != nil {
		return "", err
	}
	switch {
	case len(m.Keys) > 0:
		return h.ask(m, 1, m.Text), nil
	case m.Dial != "":
		return h.connect(m, m.Text), nil
	}
	return TellTwiML(m.Language, m.Text, m.Text), nil
}

func (h *Hooks) ask(m notify.Message, round int, text string) string {
	return AskTwiML(Prompt{Text: text, Language: m.Language, Action: h.link(m.ID, "key", url.Values{"n": {strconv.Itoa(round)}})})
}

func (h *Hooks) connect(m notify.Message, text string) string {
	return ConnectTwiML(Connection{
		Text: text, Language: m.Language, Number: m.Dial,
		After: h.link(m.ID, "dialed", nil), Recording: h.recordingLink(m.ID),
	})
}

// key takes the key. Silence and unknown keys have the text spoken again, three times in all;
// 3 repeats it on wish.
func (h *Hooks) key(r *http.Request) (string, error) {
	m, status, err := h.message(r)
	if fault.Is(err, fault.NotFound) {
		return HangupTwiML(), nil
	}
	if err != nil {
		return "", err
	}
	round, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || round < 1 {
		round = 1
	}
	digits := r.PostForm.Get("Digits")
	if digits == "" {
		return h.silence(m, status, round), nil
	}
	if _, offered := m.Keys[digits]; digits == notify.RepeatDigit && !offered {
		return h.ask(m, round, m.Text), nil
	}
	text, known, err := h.outbox.TakeDigit(r.Context(), notify.Digit{Message: m.ID, Call: r.PostForm.Get("CallSid"), Digits: digits})
	if err != nil {
		return "", err
	}
	if !known {
		return h.unknownKey(m, round, text), nil
	}
	if m.Dial != "" {
		return h.connect(m, text), nil
	}
	return TellTwiML(m.Language, text), nil
}

// silence: a machine gets the text once, so that a human whom the detector took for one could
// still press a key; somebody who says nothing but should be spoken with is connected.
func (h *Hooks) silence(m notify.Message, status notify.Status, round int) string {
	machine := status == notify.StatusVoicemail
	switch {
	case round < maxRounds && !machine:
		return h.ask(m, round+1, m.Text)
	case m.Dial != "" && !machine:
		return h.connect(m, words.T(m.Language, "no_key", nil))
	}
	return TellTwiML(m.Language, sentences(words.T(m.Language, "no_key", nil), words.T(m.Language, "goodbye", nil)))
}

func (h *Hooks) unknownKey(m notify.Message, round int, text string) string {
	if round >= maxRounds {
		return TellTwiML(m.Language, sentences(text, words.T(m.Language, "goodbye", nil)))
	}
	return h.ask(m, round+1, sentences(text, m.Text))
}

func (h *Hooks) callDialed(r *http.Request) (string, error) {
	m, _, err := h.message(r)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	return afterDial(r.PostForm.Get("DialCallStatus"), m.Language), nil
}

// sentences puts what is spoken one after the other into one text.
func sentences(texts ...string) string { return strings.Join(texts, " ") }
