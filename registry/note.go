package registry

import (
	"bytes"
	"context"
	"encoding/json"

	"anling/internal/audit"
	"anling/internal/db"
)

// Changed is what became of one field of a record: From is nil for a field that said nothing before, To for one that says
// nothing now.
type Changed struct {
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

// note writes into the log, in the same transaction, what a draft changes; is are its fields. Where helpers are and when a
// device was heard of move by themselves and are no changes: they do not come this way.
func (s *shelf[T, P]) note(ctx context.Context, tx *db.Tx, d draft[T], is map[string]json.RawMessage) error {
	if s.audit == nil {
		return nil
	}
	changes, err := s.differences(d, is)
	if err != nil {
		return err
	}
	p := P(&d.x)
	h, verb := p.head(), verbOf[T, P](d)
	if verb == "changed" && len(changes) == 0 {
		return nil
	}
	e := audit.Entry{Actor: d.actor, Action: s.noun + "." + verb, Resource: s.noun, ID: h.ID, Subject: p.subject(), Centre: string(h.Centre)}
	if len(changes) > 0 {
		e.Data = changes
	}
	s.audit.AddTx(ctx, tx, e)
	return nil
}

// verbOf says in one word what a draft does.
func verbOf[T any, P record[T]](d draft[T]) string {
	if d.old == nil {
		return "created"
	}
	was, is := P(d.old).head().Archived, P(&d.x).head().Archived
	switch {
	case was == nil && is != nil:
		return "archived"
	case was != nil && is == nil:
		return "restored"
	}
	return "changed"
}

// differences gives every field in which a draft differs from what was.
func (s *shelf[T, P]) differences(d draft[T], is map[string]json.RawMessage) (map[string]Changed, error) {
	was := map[string]json.RawMessage{}
	if d.old != nil {
		var err error
		if was, err = s.fieldsOf(*d.old); err != nil {
			return nil, err
		}
	}
	all := map[string]Changed{}
	for name, to := range is {
		if from := tells(was[name]); !bytes.Equal(from, tells(to)) {
			all[name] = Changed{From: from, To: tells(to)}
		}
	}
	for name, from := range was {
		if _, still := is[name]; !still && tells(from) != nil {
			all[name] = Changed{From: from}
		}
	}
	return all, nil
}

// tells gives a value that says something, and nil for an empty list or object.
func tells(value json.RawMessage) json.RawMessage {
	if string(value) == "[]" || string(value) == "{}" {
		return nil
	}
	return value
}
