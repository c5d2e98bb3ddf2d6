package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"

	"anling/internal/audit"
	"anling/internal/db"
)

// Changed is what became of one field of a record: From is nil for a field that said nothing before, To for one that says
// nothing now.
type Changed struct {
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

// note writes into the log, in the same transaction, what a draft changes. Where helpers are and when a
// device was heard of move by themselves and are no changes: they do not come this way.
func (s *shelf[T, P]) note(ctx context.Context, tx *db.Tx, d draft[T]) error {
	if s.audit == nil {
		return nil
	}
	changes, err := s.differences(d)
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
func (s *shelf[T, P]) differences(d draft[T]) (map[string]Changed, error) {
	was := map[string]json.RawMessage{}
	if d.old != nil {
		var err error
		if was, err = s.kept(*d.old); err != nil {
			return nil, err
		}
	}
	is, err := s.kept(d.x)
	if err != nil {
		return nil, err
	}
	all := map[string]Changed{}
	for name, to := range is {
		if from := was[name]; !bytes.Equal(from, to) {
			all[name] = Changed{From: from, To: to}
		}
	}
	for name, from := range was {
		if _, still := is[name]; !still {
			all[name] = Changed{From: from}
		}
	}
	return all, nil
}

// kept gives the fields of a record that say something, without what is kept elsewhere.
func (s *shelf[T, P]) kept(x T) (map[string]json.RawMessage, error) {
	if s.strip != nil {
		s.strip(&x)
	}
	fields, err := fieldsOf(x)
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return string(value) == "[]" || string(value) == "{}" })
	return fields, err
}
