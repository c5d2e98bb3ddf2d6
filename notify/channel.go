package notify

import (
	"context"
	"time"

	"anling/internal/db"
)

// Channel is a way to a person.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Voice Channel = "voice"
	Push  Channel = "push"
)

// Outcome is what is known of a request to a provider.
type Outcome string

// The outcomes. Unknown is honest: the request left, no answer came; it may or may not be done.
const (
	Accepted Outcome = "accepted"
	Rejected Outcome = "rejected"
	Unknown  Outcome = "unknown"
)

// Result is a provider's answer to one attempt.
type Result struct {
	Outcome    Outcome
	Ref        string        // the provider's id of the message or call, when accepted
	RetryAfter time.Duration // the provider's own hint; 0: none
	Permanent  bool          // rejected for good: this number, this content
	Code       string        // the provider's code; never free text, which may quote a number
}

// Sender carries messages to one provider. Send makes one attempt, honours ctx, and must tell
// a request that surely was not taken (Rejected) from one whose fate is open (Unknown). It is
// called from several goroutines. Every Sender passes notifytest.Sender.
type Sender interface {
	Send(ctx context.Context, m Message) Result
}

// Hanger is a Sender that can end a call, so that phones stop ringing when nobody need come any more.
type Hanger interface {
	Hangup(ctx context.Context, ref string) error
}

// NamedSender is a provider in the order in which it is tried.
type NamedSender struct {
	Name   string
	Sender Sender
}

// Receipt is a fact that a carrier reports about a message; never a human's answer.
type Receipt struct {
	Message  MessageID
	Alert    string
	Person   string
	Channel  Channel
	Status   Status
	Ref      string
	Code     string // CodeStop when the person has forbidden messages to the number
	At       time.Time
	Provider string
}

// CodeStop is the code of the receipt that reports a STOP from a person: the number can not be
// reached by SMS until somebody mends that.
const CodeStop = "stop"

// Reply is what a human answered to a message.
type Reply struct {
	ID      string // the provider's id, by which a repeated report is known
	Message MessageID
	Alert   string
	Person  string
	Channel Channel
	Text    string // the SMS as it was written; the digit pressed
	Answer  Answer
	At      time.Time
}

// Listener takes what comes back. The alerts engine implements it; both methods run in the
// transaction that records the fact, and may be run again when that is retried.
type Listener interface {
	// TakeReceipts is given receipts of one alert.
	TakeReceipts(ctx context.Context, tx *db.Tx, all []Receipt) error
	// TakeReply gives the sentence to confirm the answer with, in the person's language;
	// "" leaves the choice to notify.
	TakeReply(ctx context.Context, tx *db.Tx, r Reply) (say string, err error)
}

// Recording is a provider's report that a conversation was recorded.
type Recording struct {
	Ref      string // the recording's own id
	Message  MessageID
	Call     string
	URL      string
	Duration time.Duration
}

// StatusReport is a provider's callback about a message. Message may be empty when Ref is known.
type StatusReport struct {
	Provider string
	Ref      string
	Message  MessageID
	Repeat   int // which copy it speaks of
	Status   Status
	Code     string
	At       time.Time
}
