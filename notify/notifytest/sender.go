package notifytest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/notify"
)

// Mood is how the provider behind a Sender treats the next request.
type Mood string

// The moods that a peer must be able to have.
const (
	Accepts       Mood = "accepts"
	RefusesForNow Mood = "refuses for now" // with Hint as the time to wait
	RefusesNumber Mood = "refuses the number"
	Broken        Mood = "broken"      // answers with an error of its own
	Silent        Mood = "silent"      // takes the request and breaks the connection before the answer
	Hangs         Mood = "hangs"       // never answers
	Unreachable   Mood = "unreachable" // no connection at all
)

// Hint is what a peer that refuses for now asks to wait.
const Hint = 2 * time.Second

// Subject is a Sender under test.
type Subject struct {
	Sender  notify.Sender
	Log     *Log     // everything that the Sender logs
	Secrets []string // tokens and keys that must not show
}

// Log collects log lines; it is an io.Writer for slog handlers.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String gives all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// SampleMessage is a message to an invented person.
func SampleMessage(c notify.Channel) notify.Message {
	return notify.Message{
		ID: "0190c0de-0000-7000-8000-000000000001", Subject: "elder-1", Alert: "alert-1", Code: "7F3K", Person: "contact-1",
		Channel: c, To: "+8619900001234", Language: "zh", Template: "family_alarm",
		Text: "张秀英紧急求助", Keys: map[string]notify.Answer{"1": notify.AnswerComing, "2": notify.AnswerCannot},
	}
}

// Sender runs the suite. make gives a fresh Sender whose provider has the mood.
func Sender(t *testing.T, channels []notify.Channel, make func(t *testing.T, mood Mood) Subject) {
	t.Helper()
	for _, channel := range channels {
		for _, mood := range []Mood{Accepts, RefusesForNow, RefusesNumber, Broken, Silent, Unreachable, Hangs} {
			t.Run(fmt.Sprintf("%s %s", channel, mood), func(t *testing.T) {
				t.Parallel()
				s := make(t, mood)
				ctx, cancel := context.WithTimeout(t.Context(), limit(mood))
				defer cancel()
				m := SampleMessage(channel)
				res := s.Sender.Send(ctx, m)
				if problem := judge(mood, res); problem != "" {
					t.Errorf("%s: %s: %+v", mood, problem, res)
				}
				keepsQuiet(t, s, m, res)
			})
		}
		t.Run(fmt.Sprintf("%s cancelled", channel), func(t *testing.T) {
			t.Parallel()
			s := make(t, Accepts)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if res := s.Sender.Send(ctx, SampleMessage(channel)); res.Outcome == notify.Accepted {
				t.Errorf("a cancelled request was accepted: %+v", res)
			}
		})
	}
}

// limit is short where the peer never answers; elsewhere it must not matter.
func limit(m Mood) time.Duration {
	if m == Hangs {
		return 200 * time.Millisecond
	}
	return 20 * time.Second
}

// judge says what is wrong with a result; "": nothing.
func judge(mood Mood, res notify.Result) string {
	switch mood {
	case Accepts:
		if res.Outcome != notify.Accepted || res.Ref == "" {
			return "want accepted, with the provider's reference"
		}
	case RefusesForNow:
		if res.Outcome != notify.Rejected || res.Permanent || res.RetryAfter != Hint || res.Code == "" {
			return "want rejected for now, with the provider's hint and a code"
		}
	case RefusesNumber:
		if res.Outcome != notify.Rejected || !res.Permanent || res.Code == "" {
			return "want rejected for good, with a code"
		}
	case Broken:
		if res.Outcome == notify.Accepted || res.Permanent {
			return "want another try to be possible"
		}
	case Silent, Hangs:
		if res.Outcome != notify.Unknown {
			return "want unknown: the request may have been taken"
		}
	case Unreachable:
		if res.Outcome != notify.Rejected || res.Permanent {
			return "want rejected for now: the request surely was not taken"
		}
	}
	return ""
}

func keepsQuiet(t *testing.T, s Subject, m notify.Message, res notify.Result) {
	t.Helper()
	shown := fmt.Sprintf("%+v", res)
	if s.Log != nil {
		shown += s.Log.String()
	}
	for _, secret := range append([]string{m.To, m.To[1:], m.To[3:], m.Text, "张秀英"}, s.Secrets...) {
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows in result or log: %s", secret, shown)
		}
	}
}
