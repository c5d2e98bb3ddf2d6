package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
)

// IncomingSMS is an SMS from a person.
type IncomingSMS struct {
	ID   string // the provider's
	From string
	To   string
	Text string
	Stop bool // the provider itself took it for a STOP
}

// Digit is a key pressed during a call.
type Digit struct {
	Message MessageID
	Call    string // the provider's id of the call
	Digits  string
}

// TakeStatus takes a provider's report. Repeated, late and out-of-order reports change nothing;
// one about a message that nobody knows is NotFound.
func (o *Outbox) TakeStatus(ctx context.Context, rep StatusReport) error {
	err := o.o.DB.Update(ctx, func(tx *db.Tx) error {
		if rep.Message == "" {
			id, err := o.store.byRef(ctx, tx, rep)
			if err != nil {
				return err
			}
			rep.Message = id
		}
		r, _, err := o.store.get(ctx, tx, rep.Message)
		if err != nil {
			return err
		}
		if !rep.news(r) {
			return nil
		}
		r = r.move(rep.Status, tx.Now(), r.pending && !rep.Status.After(StatusUnknown))
		r.refCode = rep.Code
		if rep.Ref != "" {
			r.ref = rep.Ref
		}
		if rep.Provider != "" {
			r.provider = rep.Provider
		}
		return o.saveAndTell(ctx, tx, r, true)
	})
	if err != nil {
		return fmt.Errorf("take a status: %w", err)
	}
	return nil
}

// news tells whether a report changes anything: it must be further than what is known, and the
// failure of an earlier copy says nothing about the later one.
func (rep StatusReport) news(r record) bool {
	if !rep.Status.After(r.status) {
		return false
	}
	failed := slices.Contains([]Status{StatusNoAnswer, StatusBusy, StatusFailed}, rep.Status)
	return !failed || rep.Repeat >= r.Repeat
}

// TakeSMS takes a person's SMS as the answer to the newest question sent to that number, or to
// the one whose alert's code it names, and gives what to say back; "" says nothing: after a STOP,
// or when the number has had its answers for the hour. The same SMS reported again gets the same answer.
func (o *Outbox) TakeSMS(ctx context.Context, in IncomingSMS) (say string, err error) {
	err = o.oncePer(ctx, func(tx *db.Tx) error {
		said, found, err := o.store.storedReply(ctx, tx, in.ID)
		if say = said; err != nil || found {
			return err
		}
		say, err = o.takeSMS(ctx, tx, in)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("take an SMS: %w", err)
	}
	return say, nil
}

// oncePer runs a change that a concurrent report of the same thing may have made a moment ago.
func (o *Outbox) oncePer(ctx context.Context, change func(tx *db.Tx) error) error {
	err := o.o.DB.Update(ctx, change)
	if fault.Is(err, fault.Conflict) {
		return o.o.DB.Update(ctx, change)
	}
	return err
}

func (o *Outbox) takeSMS(ctx context.Context, tx *db.Tx, in IncomingSMS) (string, error) {
	from := o.blind(in.From)
	asked, err := o.store.asked(ctx, tx, from, tx.Now().Add(-replyWindow))
	if err != nil {
		return "", err
	}
	kept := heard{fromHash: from, Reply: Reply{ID: in.ID, Channel: SMS, Text: in.Text, Answer: AnswerUnclear, At: tx.Now()}}
	if len(asked) == 0 {
		kept.say, err = o.capped(ctx, tx, from, Render("no_open_alert", words.Zh, nil))
		if err != nil {
			return "", err
		}
		return kept.say, o.store.insertReply(ctx, tx, kept)
	}
	got := read(in.Text, codesOf(asked))
	m := pick(asked, got.code)
	kept.subject, kept.Message, kept.Alert, kept.Person = m.Subject, m.ID, m.Alert, m.Person
	if in.Stop || got.said == saidStop {
		m.refCode, m.status, m.statusAt = CodeStop, StatusFailed, tx.Now()
		if err := o.tell(ctx, tx, m); err != nil {
			return "", err
		}
		return "", o.store.insertReply(ctx, tx, kept)
	}
	kept.Answer = got.answer(m.Keys)
	if kept.say, err = o.answer(ctx, tx, kept.Reply, m.Language); err != nil {
		return "", err
	}
	if kept.say, err = o.capped(ctx, tx, from, kept.say); err != nil {
		return "", err
	}
	return kept.say, o.store.insertReply(ctx, tx, kept)
}

// answer gives a reply to the alert, and the sentence to say back.
func (o *Outbox) answer(ctx context.Context, tx *db.Tx, r Reply, lang string) (string, error) {
	say, err := o.o.Listener.TakeReply(ctx, tx, r)
	if err != nil {
		return "", fmt.Errorf("give a reply to its alert: %w", err)
	}
	if say == "" {
		say = Confirm(r.Answer, lang, nil)
	}
	return say, nil
}

// capped silences what would be one automatic answer too many to this number within the hour.
func (o *Outbox) capped(ctx context.Context, tx *db.Tx, from []byte, say string) (string, error) {
	n, err := o.store.answersSince(ctx, tx, from, tx.Now().Add(-time.Hour))
	if err != nil || n >= answersAnHour {
		return "", err
	}
	return say, nil
}

func codesOf(asked []record) []string {
	var codes []string
	for _, r := range asked {
		if r.Code != "" && !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// pick chooses the newest message of the code, or the newest of all.
func pick(asked []record, code string) record {
	for _, r := range asked {
		if code != "" && r.Code == code {
			return r
		}
	}
	return asked[0]
}

// TakeDigit takes a key pressed during a call. known is false for a key that was not on offer;
// nothing is recorded then. The same key reported again gets the same answer.
func (o *Outbox) TakeDigit(ctx context.Context, d Digit) (say string, known bool, err error) {
	id := "call:" + d.Call + ":" + d.Digits
	err = o.oncePer(ctx, func(tx *db.Tx) error {
		r, _, err := o.store.read(ctx, tx, d.Message)
		if err != nil {
			return err
		}
		answer, offered := r.Keys[d.Digits]
		if known = offered; !offered {
			say = Render("not_understood_call", r.Language, nil)
			return nil
		}
		said, found, err := o.store.storedReply(ctx, tx, id)
		if say = said; err != nil || found {
			return err
		}
		if StatusAnswered.After(r.status) { // a key proves that somebody has lifted, whatever became of the callback
			if err := o.saveAndTell(ctx, tx, r.move(StatusAnswered, tx.Now(), false), true); err != nil {
				return err
			}
		}
		reply := Reply{ID: id, Message: r.ID, Alert: r.Alert, Person: r.Person, Channel: Voice, Text: d.Digits, Answer: answer, At: tx.Now()}
		if say, err = o.answer(ctx, tx, reply, r.Language); err != nil {
			return err
		}
		return o.store.insertReply(ctx, tx, heard{Reply: reply, subject: r.Subject, fromHash: []byte{}, say: say})
	})
	if err != nil {
		return "", false, fmt.Errorf("take a digit: %w", err)
	}
	return say, known, nil
}

// TakeRecording notes where the recording of a message's call lies.
func (o *Outbox) TakeRecording(ctx context.Context, rec Recording) error {
	err := o.o.DB.Update(ctx, func(tx *db.Tx) error {
		r, _, err := o.store.read(ctx, tx, rec.Message)
		if err != nil {
			return err
		}
		return o.store.insertRecording(ctx, tx, rec, r)
	})
	if err != nil {
		return fmt.Errorf("take a recording: %w", err)
	}
	return nil
}
