package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"anling/notify"
)

// providerName is under which notify knows this package's attempts.
const providerName = "twilio"

// IncomingCall is a person calling our number.
type IncomingCall struct {
	ID   string // CallSid: the same call reported again has the same
	From string // E.164 as the carrier gives it; may be empty or "anonymous"
	To   string
}

// statusReport reads a status callback; false: it says nothing that we keep.
func statusReport(query, form url.Values) (notify.StatusReport, bool) {
	rep := notify.StatusReport{
		Provider: providerName,
		Message:  notify.MessageID(query.Get("m")),
		Ref:      form.Get("CallSid"),
		Code:     form.Get("ErrorCode"),
	}
	if n, err := strconv.Atoi(query.Get("r")); err == nil && n >= 0 {
		rep.Repeat = n
	}
	if sid := form.Get("MessageSid"); sid != "" {
		rep.Ref = sid
		rep.Status = smsStatus(form.Get("MessageStatus"))
		return rep, rep.Status != ""
	}
	rep.Status = callStatus(form.Get("CallStatus"))
	if isMachine(form.Get("AnsweredBy")) {
		rep.Status, rep.Code = notify.StatusVoicemail, form.Get("AnsweredBy")
	}
	if code := form.Get("SipResponseCode"); rep.Code == "" && rep.Status == notify.StatusFailed {
		rep.Code = code
	}
	return rep, rep.Status != "" && rep.Ref != ""
}

// smsStatus: undelivered is a failure, whatever other programs make of it; the early stages say
// no more than the REST answer did.
func smsStatus(s string) notify.Status {
	switch s {
	case "sent":
		return notify.StatusSent
	case "delivered", "read":
		return notify.StatusDelivered
	case "undelivered", "failed":
		return notify.StatusFailed
	case "canceled":
		return notify.StatusCancelled
	}
	return ""
}

func callStatus(s string) notify.Status {
	switch s {
	case "queued", "initiated":
		return notify.StatusSent
	case "ringing":
		return notify.StatusRinging
	case "in-progress", "answered":
		return notify.StatusAnswered
	case "completed":
		return notify.StatusCompleted
	case "busy":
		return notify.StatusBusy
	case "no-answer":
		return notify.StatusNoAnswer
	case "failed":
		return notify.StatusFailed
	case "canceled":
		return notify.StatusCancelled
	}
	return ""
}

// isMachine: a machine or a fax lifted; "unknown" may be a human and is treated as one.
func isMachine(answeredBy string) bool {
	return strings.HasPrefix(answeredBy, "machine") || answeredBy == "fax"
}

func incomingSMS(form url.Values) (notify.IncomingSMS, bool) {
	in := notify.IncomingSMS{
		ID:   form.Get("MessageSid"),
		From: form.Get("From"),
		To:   form.Get("To"),
		Text: form.Get("Body"),
		Stop: form.Get("OptOutType") == "STOP",
	}
	return in, in.ID != "" && in.From != ""
}

func recording(query, form url.Values) (notify.Recording, bool) {
	seconds, err := strconv.Atoi(form.Get("RecordingDuration"))
	if err != nil || seconds < 0 {
		seconds = 0
	}
	rec := notify.Recording{
		Ref:      form.Get("RecordingSid"),
		Message:  notify.MessageID(query.Get("m")),
		Call:     form.Get("CallSid"),
		URL:      form.Get("RecordingUrl"),
		Duration: time.Duration(seconds) * time.Second,
	}
	done := form.Get("RecordingStatus")
	return rec, rec.Ref != "" && rec.URL != "" && (done == "" || done == "completed")
}
