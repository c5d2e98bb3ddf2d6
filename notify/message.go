package notify

import (
	"crypto/sha256"
	"time"

	"anling/internal/words"
)

// MessageID names one message to one person over one channel.
type MessageID string

// Answer is what a person's key, SMS or link means.
type Answer string

// The answers that people can give.
const (
	AnswerComing  Answer = "coming"
	AnswerCannot  Answer = "cannot"
	AnswerHeard   Answer = "heard"
	AnswerTake    Answer = "take" // a supervisor takes the alert
	AnswerWell    Answer = "well"
	AnswerUnwell  Answer = "unwell"
	AnswerArrived Answer = "arrived"
	AnswerUnclear Answer = "unclear" // said something that no key stands for; an operator reads it
)

// RepeatDigit is the voice digit that speaks the text again; it is never an answer.
const RepeatDigit = "3"

// The priorities of messages: a smaller number leaves first.
const (
	PriorityFirst = 0 // the first contact of a life alarm
	PriorityAlarm = 1 // every other message of an alarm
	PriorityRest  = 5 // everything that may wait a moment
)

// Message is one thing to be told to one person over one channel.
type Message struct {
	ID      MessageID
	Subject string // whose key seals it: the elder, or the alert when that is unidentified
	Alert   string
	Code    string // the alert's short code, by which an SMS reply chooses between several alerts
	Person  string
	Channel Channel
	To      string // E.164

	Language string
	Priority int
	Template string
	Step     string            // the step of the response plan that caused it
	Text     string            // as rendered: the SMS, or what is spoken
	Keys     map[string]Answer // digits and SMS replies on offer; nil: nothing is asked
	Dial     string            // whom to connect after the text; "": nobody

	CreatedAt time.Time // set by Outbox.Add when zero
	DueAt     time.Time // zero: at once
	Deadline  time.Time // after this it is not worth sending; zero: a quarter of an hour after DueAt
	Repeat    int       // n-th copy of the same content; set by the outbox when the fate of the last copy is unknown
}

// spokenOrWritten is the text as the person gets it: a copy that may be the second one says so.
func (m Message) spokenOrWritten() string {
	if m.Repeat == 0 {
		return m.Text
	}
	return words.T(m.Language, "repeat_mark", nil) + m.Text
}

// codeLetters leaves out what is mistaken for something else when read aloud or typed (0 O 1 I L 5 S 8 B).
const codeLetters = "234679ACDEFGHJKMNPQRTUVWXYZ"

// ShortCode is the code of four characters for an alert's SMS replies. Two open alerts of one
// family may rarely share one; the later message then takes the reply.
func ShortCode(alert string) string {
	sum := sha256.Sum256([]byte("anling short code " + alert))
	code := make([]byte, 4)
	for i := range code {
		code[i] = codeLetters[int(sum[i])%len(codeLetters)]
	}
	return string(code)
}

// Status is how far a message has come. It only moves up in rank, so that receipts out of order
// or repeated do no harm:
//
//	queued → sending → unknown → sent → ringing → answered → completed → voicemail
//	                                            ↘ no_answer busy failed expired cancelled
//	                             sent → delivered (SMS)
type Status string

// The statuses of a message.
const (
	StatusQueued    Status = "queued"
	StatusSending   Status = "sending"
	StatusUnknown   Status = "unknown" // a request left and nobody knows what became of it
	StatusSent      Status = "sent"
	StatusRinging   Status = "ringing"
	StatusAnswered  Status = "answered" // somebody or something lifted the phone: not a human's answer
	StatusCompleted Status = "completed"
	StatusNoAnswer  Status = "no_answer"
	StatusBusy      Status = "busy"
	StatusFailed    Status = "failed"
	StatusExpired   Status = "expired"
	StatusCancelled Status = "cancelled"
	StatusVoicemail Status = "voicemail" // learnt late, even after completed, and then stands
	StatusDelivered Status = "delivered"
)

// rank orders the statuses; a message never takes one of lower or equal rank.
func (s Status) rank() int {
	switch s {
	case StatusQueued:
		return 0
	case StatusSending:
		return 1
	case StatusUnknown:
		return 2
	case StatusSent:
		return 3
	case StatusRinging:
		return 4
	case StatusAnswered:
		return 5
	case StatusCompleted, StatusNoAnswer, StatusBusy, StatusFailed, StatusExpired, StatusCancelled:
		return 6
	case StatusVoicemail, StatusDelivered:
		return 7
	}
	return -1 // not a status of ours: never taken
}

// After tells whether s is further than other, that is, whether a receipt for s is news.
func (s Status) After(other Status) bool { return s.rank() > other.rank() }

// Final tells whether nothing more is expected of a message in this status.
func (s Status) Final() bool { return s.rank() >= 6 }

// MessageView is a message for a screen: what became of it, without the number.
type MessageView struct {
	ID       MessageID `json:"id"`
	Alert    string    `json:"alert"`
	Person   string    `json:"person"`
	Channel  Channel   `json:"channel"`
	Status   Status    `json:"status"`
	At       time.Time `json:"at"` // of the status
	Step     string    `json:"step"`
	Template string    `json:"template"`
	Priority int       `json:"priority"`
	Repeat   int       `json:"repeat"`
	Attempts int       `json:"attempts"`
	Provider string    `json:"provider,omitempty"`
	Code     string    `json:"code,omitempty"` // the provider's, when it failed
	Created  time.Time `json:"created_at"`
	Text     string    `json:"-"` // for the coroner's record; "" once the person is erased
}
