package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"anling/internal/db"
	"anling/internal/seal"
)

// Report is the result of checking the chains of all timelines.
type Report struct {
	Alerts   int       `json:"alerts"`
	Events   int       `json:"events"`
	Unread   int       `json:"unread"` // events whose key is erased or missing: the chain is checked, the text is not
	Problems []Problem `json:"problems"`
}

// Problem is one place where a history is not what it was.
type Problem struct {
	Alert AlertID `json:"alert"`
	Seq   int64   `json:"seq"`
	What  string  `json:"what"`
}

// Verify checks every timeline: each event follows the one before it, its hash covers its columns and
// the commitment to its text, the text is the one committed to, the last event is the one that the alert
// remembers, and the events give the state that is shown.
func (e *Engine) Verify(ctx context.Context) (Report, error) {
	var rep Report
	after := AlertID("")
	for {
		n := 0
		err := e.db.View(ctx, func(tx *db.Tx) error {
			ids, err := e.store.idsAfter(ctx, tx, after, 200)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := e.verifyOne(ctx, tx, id, &rep); err != nil {
					return err
				}
				after = id
			}
			n = len(ids)
			return nil
		})
		if err != nil || n == 0 {
			return rep, err
		}
	}
}

func (e *Engine) verifyOne(ctx context.Context, tx *db.Tx, id AlertID, rep *Report) error {
	rep.Alerts++
	bad := func(seq int64, format string, args ...any) {
		rep.Problems = append(rep.Problems, Problem{Alert: id, Seq: seq, What: fmt.Sprintf(format, args...)})
	}
	rows, err := e.store.events(ctx, tx, `e.alert = ? ORDER BY e.seq`, string(id))
	if err != nil {
		bad(0, "the timeline cannot be read: %v", err)
		return nil
	}
	var prev []byte
	var folded Alert
	whole := true
	for i, r := range rows {
		rep.Events++
		want := int64(i + 1)
		switch {
		case r.Seq != want:
			bad(want, "event %d is missing", want)
			return nil
		case !bytes.Equal(r.prev, prev):
			bad(r.Seq, "does not follow the event before it")
		case !bytes.Equal(eventHash(r.Event, r.prev, r.commitment), r.hash):
			bad(r.Seq, "has been altered")
		case r.bytes == nil:
			rep.Unread++
			whole = false
		case !bytes.Equal(commit(r.bytes), r.commitment):
			bad(r.Seq, "its text has been altered")
		}
		prev = r.hash
		if r.bytes != nil && whole {
			evolve(&folded, r.Event)
		}
	}
	return e.verifyHead(ctx, tx, id, history{rows, folded, whole, bad})
}

// history is one timeline as it was read.
type history struct {
	rows   []row
	folded Alert
	whole  bool // every event could be opened
	bad    func(seq int64, format string, args ...any)
}

// verifyHead compares the end of a chain with what the alert remembers of it.
func (e *Engine) verifyHead(ctx context.Context, tx *db.Tx, id AlertID, h history) error {
	seq, head, err := e.store.head(ctx, tx, id)
	if err != nil {
		return err
	}
	if len(h.rows) == 0 || seq != int64(len(h.rows)) || !bytes.Equal(head, h.rows[len(h.rows)-1].hash) {
		h.bad(seq, "the timeline should end with event %d, it ends with event %d", seq, len(h.rows))
		return nil
	}
	if !h.whole {
		return nil
	}
	shown, err := e.store.read(ctx, tx, id, "")
	if err != nil {
		h.bad(seq, "the state cannot be read: %v", err)
		return nil
	}
	h.folded.Head, h.folded.DueAt, h.folded.Skew = shown.Head, shown.DueAt, shown.Skew
	h.folded.notKept(shown)
	if !sameState(&h.folded, shown) {
		h.bad(seq, "the events do not give the state that is shown")
	}
	return nil
}

func sameState(a, b *Alert) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// decode reads an event's data from its stored bytes.
func (r *row) decode() error {
	if len(r.bytes) < saltBytes {
		return fmt.Errorf("event %s/%d is too short", r.Alert, r.Seq)
	}
	if err := json.Unmarshal(r.bytes[saltBytes:], &r.Data); err != nil {
		return fmt.Errorf("decode event %s/%d: %w", r.Alert, r.Seq, err)
	}
	r.Actor.Name, r.Actor.Role = r.Data.ActorName, r.Data.ActorRole
	return nil
}

func isLocked(err error) bool { return errors.Is(err, seal.ErrLocked) }
