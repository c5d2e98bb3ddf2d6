package notify

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// Held is what is kept of the messages of one alert, for the person whom they are about.
type Held struct {
	Messages   []HeldMessage   `json:"messages"`
	Replies    []HeldReply     `json:"replies"`
	Recordings []HeldRecording `json:"recordings"`
}

// HeldMessage is a message as it went out.
type HeldMessage struct {
	ID        MessageID `json:"id"`
	Person    string    `json:"person"`
	Channel   Channel   `json:"channel"`
	To        string    `json:"to"`
	Text      string    `json:"text"`
	Status    Status    `json:"status"`
	StatusAt  time.Time `json:"status_at"`
	CreatedAt time.Time `json:"created_at"`
	Provider  string    `json:"provider"`
}

// HeldReply is what a person answered.
type HeldReply struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	Answer string    `json:"answer"`
	At     time.Time `json:"at"`
}

// HeldRecording is a recorded call: when and how long. The sound lies with the provider.
type HeldRecording struct {
	Ref     string    `json:"ref"`
	Seconds int       `json:"seconds"`
	At      time.Time `json:"at"`
}

// HeldTx gives what is kept of the messages of an alert.
func (o *Outbox) HeldTx(ctx context.Context, tx *db.Tx, alert string) (h Held, err error) {
	if h.Messages, err = o.heldMessages(ctx, tx, alert); err != nil {
		return h, fmt.Errorf("messages of alert %s: %w", alert, err)
	}
	if h.Replies, err = o.store.heldReplies(ctx, tx, alert); err != nil {
		return h, fmt.Errorf("replies of alert %s: %w", alert, err)
	}
	if h.Recordings, err = o.store.heldRecordings(ctx, tx, alert); err != nil {
		return h, fmt.Errorf("recordings of alert %s: %w", alert, err)
	}
	return h, nil
}

func (o *Outbox) heldMessages(ctx context.Context, tx *db.Tx, alert string) ([]HeldMessage, error) {
	rows, err := o.store.heldCells(ctx, tx, alert)
	if err != nil {
		return nil, err
	}
	out := []HeldMessage{}
	for _, r := range rows {
		key, err := o.store.vault.Existing(ctx, tx, r.subject)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			var s secret
			if err := key.OpenJSON("messages", "cell", string(r.ID), r.cell, &s); err != nil {
				return nil, err
			}
			r.To, r.Text = s.To, s.Text
		}
		out = append(out, r.HeldMessage)
	}
	return out, nil
}

// ForgetTx makes the messages and replies of alerts unfindable by a number. Their texts become unreadable with the key of
// their person, which the caller erases.
func (o *Outbox) ForgetTx(ctx context.Context, tx *db.Tx, subject string) error {
	return o.store.forgetNumbers(ctx, tx, subject)
}

// DropTx deletes all messages, attempts, replies and recordings of an alert.
func (o *Outbox) DropTx(ctx context.Context, tx *db.Tx, alert string) error {
	return o.store.dropAlert(ctx, tx, alert)
}

// ExpireRecordingsTx deletes what is kept of calls recorded before a time; held tells of which alerts nothing is deleted.
func (o *Outbox) ExpireRecordingsTx(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	return o.store.dropRecordings(ctx, tx, before, limit)
}
