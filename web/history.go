package web

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"anling/internal/audit"
	"anling/registry"
)

// RevisionView is one change of a record.
type RevisionView struct {
	At     time.Time   `json:"at"`
	Actor  ActorView   `json:"actor"`
	Action string      `json:"action"`
	Fields []FieldView `json:"fields"`
	Unread bool        `json:"unread"` // what was changed is erased or locked
}

// FieldView is what became of one field. One that the caller may not see is named, and hidden.
type FieldView struct {
	Name   string          `json:"name"`
	From   json.RawMessage `json:"from"`
	To     json.RawMessage `json:"to"`
	Hidden bool            `json:"hidden"`
}

// handleHistory answers GET /v1/NOUN/{id}/history, newest first: every change of the record, as the caller may see the
// record itself.
func (n noun[T, ID]) handleHistory(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	now, err := n.one(r)
	if err != nil {
		return err
	}
	who, err := n.s.opened(ctx, now)
	if err != nil {
		return err
	}
	q := query{r: r}
	ask := audit.Query{Resource: n.resource(), ID: pathVar(r, "id"), Changes: true, Cursor: q.text("cursor"), Limit: q.limit("limit", 50, 500)}
	if err := q.err(); err != nil {
		return err
	}
	found, err := n.s.audit.Find(ctx, ask)
	if err != nil {
		return err
	}
	if err := n.s.lookAt(ctx, now, who, "history"); err != nil {
		return err
	}
	names := n.s.actorNames(ctx)
	out := page[RevisionView]{Items: []RevisionView{}, Next: found.Next}
	for _, row := range found.Items {
		v := RevisionView{At: row.At, Actor: ActorView{Kind: row.Actor.Kind, ID: row.Actor.ID, Name: names.of(row.Actor)}, Action: row.Action,
			Fields: []FieldView{}, Unread: row.Unread}
		if changes, ok := changesOf(row); ok {
			v.Fields = fieldsThrough[T](who.viewer, changes)
		}
		out.Items = append(out.Items, v)
	}
	return writeJSON(w, http.StatusOK, out)
}

// resource is what the log calls records of this kind: elder for elders.
func (n noun[T, ID]) resource() string { return strings.TrimSuffix(n.right, "s") }

// changesOf gives the fields that a row changed; ok is false for a row that says something else.
func changesOf(r audit.Row) (changes map[string]registry.Changed, ok bool) {
	_, verb, _ := strings.Cut(r.Action, ".")
	switch verb {
	case "created", "changed", "archived", "restored", "merged", "moved":
	default:
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(r.Data))
	d.DisallowUnknownFields() // another form of data must not pass as changes without values
	return changes, r.Data != nil && d.Decode(&changes) == nil
}

// fieldsThrough lets the old and the new values through the gate, each as a record that has only these.
func fieldsThrough[T any](who viewer, changes map[string]registry.Changed) []FieldView {
	from, to := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for name, c := range changes {
		if c.From != nil {
			from[name] = c.From
		}
		if c.To != nil {
			to[name] = c.To
		}
	}
	seenFrom, hidden := through[T](who, from)
	seenTo, alsoHidden := through[T](who, to)
	out := []FieldView{}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		v := FieldView{Name: name, From: seenFrom[name], To: seenTo[name]}
		v.Hidden = hidden[name] || alsoHidden[name]
		out = append(out, v)
	}
	return out
}

// through gives the values that are shown, and names the fields of which something is not.
func through[T any](who viewer, fields map[string]json.RawMessage) (shown map[string]json.RawMessage, hidden map[string]bool) {
	shown, hidden = map[string]json.RawMessage{}, map[string]bool{}
	hideAll := func() (map[string]json.RawMessage, map[string]bool) {
		for name := range fields {
			hidden[name] = true
		}
		return map[string]json.RawMessage{}, hidden
	}
	body, err := json.Marshal(fields)
	var v T
	if err != nil || json.Unmarshal(body, &v) != nil {
		return hideAll() // a record of another time, of which the gate knows nothing
	}
	out := redact(who, v)
	for _, m := range out.Masked {
		name, _, _ := strings.Cut(m, ".")
		hidden[name] = true
	}
	body, err = json.Marshal(out.Record)
	var all map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &all) != nil {
		return hideAll()
	}
	for name := range fields {
		if value := string(all[name]); value != "" && value != "null" && value != `""` && value != "[]" && value != "false" && value != "0" {
			shown[name] = all[name]
		}
	}
	return shown, hidden
}

// nameBook gives actors the names that the caller may see.
type nameBook struct {
	find  func(audit.Actor) string
	known map[audit.Actor]string
}

func (s *Server) actorNames(ctx context.Context) *nameBook {
	return &nameBook{known: map[audit.Actor]string{}, find: func(a audit.Actor) string { return s.nameOfActor(ctx, a) }}
}

func (n *nameBook) of(a audit.Actor) string {
	name, ok := n.known[a]
	if !ok {
		name = n.find(a)
		n.known[a] = name
	}
	return name
}

// nameOfActor is empty for whoever has none, is not there any more, or may not be seen.
func (s *Server) nameOfActor(ctx context.Context, a audit.Actor) string {
	switch a.Kind {
	case audit.Operator:
		o, err := s.registry.Operator(ctx, registry.OperatorID(a.ID))
		if err != nil {
			return ""
		}
		seen := redact(s.listed(ctx, o), o).Record
		if seen.DisplayName != "" {
			return seen.DisplayName
		}
		return seen.Name
	case audit.Helper:
		h, ok := s.registry.Helpers().Get(registry.HelperID(a.ID))
		if !ok {
			return ""
		}
		return redact(s.listed(ctx, h), h).Record.Name
	case audit.Token:
		all, err := s.registry.ListTokens(ctx)
		if i := slices.IndexFunc(all, func(t registry.Token) bool { return t.ID == a.ID }); err == nil && i >= 0 {
			return all[i].Name
		}
	}
	return ""
}
