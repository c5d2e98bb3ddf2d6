package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/internal/words"
)

// shelf keeps the records of one noun: what is the same for all seven is written here once.
type shelf[T any, P record[T]] struct {
	*core
	store[T, P]
	noun    string // "elder", for sentences
	leads   []lead // the kinds of its lookups
	filters map[string]filter
	asks    map[string]ask // filters that are more than an equal column

	// relate looks at the record's relations: whether what it refers to exists, and what follows.
	relate func(context.Context, *db.Tx, *draft[T]) error
	// stored is told of every change, in its transaction.
	stored func(ctx context.Context, tx *db.Tx, d draft[T]) error

	// strip takes out of a record what is kept elsewhere, before it is sealed; opened puts it back.
	strip  func(*T)
	opened func(context.Context, *db.Tx, *T) error

	// exactly gives who is meant by the whole of a text, by the blind index: a telephone number, say.
	exactly func(ctx context.Context, tx *db.Tx, q Query) ([]string, error)

	finder finder
}

// filter turns the text of a filter into the value of its column.
type filter func(text string) (value any, problem string)

func textFilter(s string) (any, string) { return s, "" }

func boolFilter(s string) (any, string) {
	switch s {
	case "true":
		return true, ""
	case "false":
		return false, ""
	}
	return nil, "must be true or false"
}

// draft is a record about to be written.
type draft[T any] struct {
	old   *T // nil when it is new
	x     T
	scope Scope // of whoever writes
	actor audit.Actor
	bad   problems
}

// again gives a copy to work on: the function of a transaction may be run more than once.
func (d draft[T]) again() draft[T] {
	d.bad.fields = slices.Clone(d.bad.fields)
	return d
}

// prepare normalises and checks a record, with no look at any other.
func (s *shelf[T, P]) prepare(d *draft[T]) {
	p := P(&d.x)
	p.normalise(&d.bad)
	p.check(&d.bad, s.clock.Now())
	if h := p.head(); h.ID != "" {
		d.bad.id("id", h.ID)
	}
}

func (s *shelf[T, P]) create(ctx context.Context, r *Registry, x T) (T, error) {
	d := draft[T]{x: x, scope: r.scope, actor: r.actor}
	p := P(&d.x)
	h := p.head()
	if h.ID == "" {
		h.ID = db.NewID()
	}
	p.setHead(head{ID: h.ID, Centre: h.Centre})
	s.prepare(&d)
	err := s.db.Update(ctx, func(tx *db.Tx) (err error) {
		x, err = s.put(ctx, tx, d.again())
		return err
	})
	return x, err
}

// change applies a merge patch to the version that the patch names.
func (s *shelf[T, P]) change(ctx context.Context, r *Registry, id string, body []byte) (T, error) {
	var x T
	err := s.db.Update(ctx, func(tx *db.Tx) (err error) {
		x, err = s.changeTx(ctx, tx, r, edit{id, body})
		return err
	})
	return x, err
}

// edit is a merge patch and the record that it is for.
type edit struct {
	id   string
	body []byte
}

func (s *shelf[T, P]) changeTx(ctx context.Context, tx *db.Tx, r *Registry, e edit) (x T, err error) {
	old, err := s.find(ctx, tx, r.scope, e.id)
	if err != nil {
		return x, err
	}
	d := draft[T]{old: &old, scope: r.scope, actor: r.actor}
	d.x, err = s.copyOf(old)
	if err != nil {
		return x, err
	}
	p := patch{noun: s.noun, now: P(&old).head()}
	if err := p.apply(&d.x, e.body, &d.bad); err != nil {
		return x, err
	}
	s.prepare(&d)
	if err := p.allowed(&d.bad); err != nil {
		return x, err
	}
	return s.put(ctx, tx, d)
}

// copyOf makes a copy that shares nothing with the original.
func (s *shelf[T, P]) copyOf(x T) (fresh T, err error) {
	body, err := json.Marshal(x)
	if err != nil {
		return fresh, fmt.Errorf("copy %s: %w", article(s.noun), err)
	}
	if err := json.Unmarshal(body, &fresh); err != nil {
		return fresh, fmt.Errorf("copy %s: %w", article(s.noun), err)
	}
	P(&fresh).setHead(P(&x).head())
	return fresh, nil
}

// archive takes a record out of every list. A second time it changes nothing.
func (s *shelf[T, P]) archive(ctx context.Context, r *Registry, id string) error {
	return s.db.Update(ctx, func(tx *db.Tx) error {
		old, err := s.find(ctx, tx, r.scope, id)
		if err != nil {
			return err
		}
		d := draft[T]{old: &old, x: old, scope: r.scope, actor: r.actor}
		p := P(&d.x)
		h := p.head()
		if h.Archived != nil {
			return nil
		}
		now := tx.Now()
		h.Archived = &now
		p.setHead(h)
		_, err = s.put(ctx, tx, d)
		return err
	})
}

// put writes a prepared draft with everything that hangs on it, or nothing.
func (s *shelf[T, P]) put(ctx context.Context, tx *db.Tx, d draft[T]) (T, error) {
	if err := s.relate(ctx, tx, &d); err != nil {
		return d.x, err
	}
	if err := d.bad.err(s.noun); err != nil {
		return d.x, err
	}
	p := P(&d.x)
	h, was := p.head(), int64(0)
	h.Updated, h.Created = tx.Now(), tx.Now()
	if d.old != nil {
		before := P(d.old).head()
		h.Created, was = before.Created, before.Version
	}
	h.Version = was + 1
	p.setHead(h)
	if err := s.point(ctx, tx, d); err != nil {
		return d.x, err
	}
	fields, err := s.fieldsOf(d.x)
	if err != nil {
		return d.x, fmt.Errorf("write %s %s as JSON: %w", s.noun, h.ID, err)
	}
	if err := s.write(ctx, tx, written[T]{d.x, fields, was}); err != nil {
		return d.x, fmt.Errorf("store %s %s: %w", s.noun, h.ID, err)
	}
	if err := s.note(ctx, tx, d, fields); err != nil {
		return d.x, fmt.Errorf("write down the change of %s %s: %w", s.noun, h.ID, err)
	}
	s.taken(tx, d.x)
	if s.stored == nil {
		return d.x, nil
	}
	return d.x, s.stored(ctx, tx, d)
}

// written is a record with its fields as JSON, and the version that it had; 0 for a new one.
type written[T any] struct {
	x      T
	fields map[string]json.RawMessage
	was    int64
}

func (s *shelf[T, P]) write(ctx context.Context, tx *db.Tx, w written[T]) error {
	p := P(&w.x)
	r := row[T]{head: p.head(), clear: w.x}
	body, err := json.Marshal(w.fields)
	if err != nil {
		return fmt.Errorf("write as JSON: %w", err)
	}
	r.cell = body
	if subject := p.subject(); subject != noSubject {
		key, err := s.vault.Key(ctx, tx, subject)
		if err != nil {
			return fmt.Errorf("key of %s: %w", subject, err)
		}
		r.cell = key.Seal(s.table, recordColumn, r.ID, body)
	}
	if w.was == 0 {
		return s.insert(ctx, tx, r)
	}
	return s.update(ctx, tx, r, w.was)
}

// fieldsOf gives the fields of a record that say something, as JSON, without what stands in its columns or is kept
// elsewhere: reading them is part of every alarm.
func (s *shelf[T, P]) fieldsOf(x T) (map[string]json.RawMessage, error) {
	if s.strip != nil {
		s.strip(&x)
	}
	body, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	maps.DeleteFunc(fields, func(name string, value json.RawMessage) bool {
		switch name {
		case "id", "version", "created_at", "updated_at", "archived_at":
			return true
		}
		return string(value) == `""` || string(value) == "null" || string(value) == "false"
	})
	return fields, nil
}

// lead is a kind of lookup of a noun, and the field that it makes unique, if any.
type lead struct{ kind, unique string }

// point makes the blind index lead to the record as it is now: to an archived one, nothing leads.
func (s *shelf[T, P]) point(ctx context.Context, tx *db.Tx, d draft[T]) (err error) {
	var before []lookup
	if d.old != nil && P(d.old).head().Archived == nil {
		before = P(d.old).lookups()
	}
	p := P(&d.x)
	var now []lookup
	if p.head().Archived == nil {
		now = p.lookups()
	}
	for _, l := range s.leads {
		texts := textsOf(now, l.kind)
		if slices.Equal(textsOf(before, l.kind), texts) {
			continue
		}
		to := lookupsOf{kind: l.kind, unique: l.unique != "", row: p.head().ID, fresh: d.old == nil}
		for _, text := range texts {
			to.hashes = append(to.hashes, s.vault.Blind(l.kind, text))
		}
		if to.hashes, err = s.unshared(ctx, tx, d.scope, to); err != nil {
			return err
		}
		if err := s.free(ctx, tx, l.unique, to); err != nil {
			return err
		}
		if err := setLookups(ctx, tx, to); err != nil {
			return err
		}
	}
	return nil
}

func textsOf(all []lookup, kind string) (texts []string) {
	for _, l := range all {
		if l.kind == kind {
			texts = append(texts, l.text)
		}
	}
	return texts
}

// unshared leaves out the number of a paper that leads to somebody of a centre which the caller does not see. To refuse
// it would tell that this person is in a registry of ours; who sees both centres finds the two as duplicates.
func (s *shelf[T, P]) unshared(ctx context.Context, tx *db.Tx, scope Scope, to lookupsOf) ([][]byte, error) {
	if to.kind != paperLookup || scope.All() {
		return to.hashes, nil
	}
	var ours [][]byte
	for _, hash := range to.hashes {
		id, err := rowBy(ctx, tx, to.kind, hash)
		if err == nil && id != to.row {
			_, err = s.load(ctx, tx, scope, id)
			if fault.Is(err, fault.NotFound) {
				continue // foreign
			}
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("look up a paper: %w", err)
		}
		ours = append(ours, hash)
	}
	return ours, nil
}

// free is a Conflict when another row has one of the lookups already. It does not say which: that may be a person
// of a centre that the caller knows nothing of.
func (s *shelf[T, P]) free(ctx context.Context, tx *db.Tx, field string, to lookupsOf) error {
	if !to.unique {
		return nil
	}
	for _, hash := range to.hashes {
		id, err := rowBy(ctx, tx, to.kind, hash)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("look up %s: %w", field, err)
		}
		if err == nil && id != to.row {
			return &fault.Error{Kind: fault.Conflict, Msg: "there is already such " + article(s.noun),
				Fields: []fault.Field{words.Explained(fault.Field{Name: field, Problem: taken(field, s.noun)})}}
		}
	}
	return nil
}

func taken(field, noun string) string {
	if field == "id_number" {
		return "is registered already. If you do not find the person in your centre, ask the centre above yours"
	}
	return "belongs to another " + noun + " already"
}

func article(noun string) string {
	if noun[0] == 'e' || noun[0] == 'o' {
		return "an " + noun
	}
	return "a " + noun
}

// find gives a record of the scope, with its sealed part. One of a foreign scope is as NotFound as none.
func (s *shelf[T, P]) find(ctx context.Context, tx *db.Tx, scope Scope, id string) (T, error) {
	x, err := s.load(ctx, tx, scope, id)
	if err != nil {
		return x.clear, err
	}
	return s.open(ctx, tx, x)
}

func (s *shelf[T, P]) load(ctx context.Context, tx *db.Tx, scope Scope, id string) (row[T], error) {
	r, err := s.get(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !scope.Has(r.Centre) {
		return r, fault.New(fault.NotFound, "there is no such %s", s.noun)
	}
	return r, err
}

// findAnyway is find for the way of an alarm: when the sealed part cannot be opened, it
// gives what is known in clear and says so in the record.
func (s *shelf[T, P]) findAnyway(ctx context.Context, tx *db.Tx, scope Scope, id string) (T, error) {
	r, err := s.load(ctx, tx, scope, id)
	if err != nil {
		return r.clear, err
	}
	return s.openAnyway(ctx, tx, r)
}

func (s *shelf[T, P]) openAnyway(ctx context.Context, tx *db.Tx, r row[T]) (T, error) {
	return s.openWith(ctx, s.keys(tx), r)
}

func (s *shelf[T, P]) openWith(ctx context.Context, k *keys, r row[T]) (T, error) {
	x, err := s.unseal(ctx, k, r)
	if !errors.Is(err, errSealed) {
		return x, err
	}
	s.log.Warn("a record cannot be opened; going on with what is known in clear",
		"noun", s.noun, "id", r.ID, "error", err)
	P(&r.clear).setHead(r.head)
	P(&r.clear).lock()
	return r.clear, nil
}

// errSealed marks a record whose sealed part cannot be opened here: its key was erased or damaged, or the
// master key is missing.
var errSealed = errors.New("the sealed part cannot be opened")

// unsealed marks an error of unsealing, unless it is one of the database.
func unsealed(err error) error {
	if err == nil || fault.Is(err, fault.Retry) {
		return err
	}
	return fmt.Errorf("%w: %w", errSealed, err)
}

// keys are the keys of one transaction. The records of a list are often of one person.
type keys struct {
	vault   *seal.Vault
	tx      *db.Tx
	subject string
	key     seal.Key
	many    map[string]seal.Key // read beforehand; who is missing there cannot be opened
}

func (c *core) keys(tx *db.Tx) *keys { return &keys{vault: c.vault, tx: tx} }

// keysOf reads the keys of many rows at once.
func (s *shelf[T, P]) keysOf(ctx context.Context, tx *db.Tx, rows []row[T]) (*keys, error) {
	subjects := make([]string, 0, len(rows))
	for _, r := range rows {
		P(&r.clear).setHead(r.head)
		if who := P(&r.clear).subject(); who != noSubject {
			subjects = append(subjects, who)
		}
	}
	slices.Sort(subjects)
	k := s.keys(tx)
	var err error
	k.many, err = s.vault.Many(ctx, tx, slices.Compact(subjects))
	return k, err
}

func (k *keys) of(ctx context.Context, subject string) (seal.Key, error) {
	if subject == k.subject {
		return k.key, nil
	}
	if k.many != nil {
		key, ok := k.many[subject]
		if !ok {
			return key, fmt.Errorf("%w: no key of %s can be opened", errSealed, subject)
		}
		return key, nil
	}
	key, err := k.vault.Existing(ctx, k.tx, subject)
	if err != nil {
		return key, unsealed(err)
	}
	k.subject, k.key = subject, key
	return key, nil
}

// open gives the whole record of a row.
func (s *shelf[T, P]) open(ctx context.Context, tx *db.Tx, r row[T]) (T, error) {
	return s.unseal(ctx, s.keys(tx), r)
}

func (s *shelf[T, P]) unseal(ctx context.Context, k *keys, r row[T]) (T, error) {
	x, err := s.decode(ctx, k, r)
	if err != nil || s.opened == nil {
		return x, err
	}
	return x, s.opened(ctx, k.tx, &x)
}

// decode is unseal without what is kept elsewhere.
func (s *shelf[T, P]) decode(ctx context.Context, k *keys, r row[T]) (T, error) {
	var x T
	p := P(&r.clear)
	p.setHead(r.head)
	body := r.cell
	if subject := p.subject(); subject != noSubject {
		key, err := k.of(ctx, subject)
		if err != nil {
			return x, fmt.Errorf("key of %s %s: %w", s.noun, r.ID, err)
		}
		if body, err = key.Open(s.table, recordColumn, r.ID, r.cell); err != nil {
			return x, fmt.Errorf("open %s %s: %w", s.noun, r.ID, unsealed(err))
		}
	}
	if b, ok := any(&x).(blanker); ok {
		b.blank()
	}
	if err := json.Unmarshal(body, &x); err != nil {
		return x, fault.Wrap(fault.Internal, err, "the %s %s cannot be read", s.noun, r.ID)
	}
	P(&x).setHead(r.head)
	P(&x).adopt(&r.clear)
	return x, nil
}

// blanker is a noun with lists that records sealed long ago do not have: nil would be written as null.
type blanker interface{ blank() }

func (s *shelf[T, P]) one(ctx context.Context, r *Registry, id string) (x T, err error) {
	err = s.db.View(ctx, func(tx *db.Tx) (err error) {
		x, err = s.find(ctx, tx, r.scope, id)
		return err
	})
	return x, err
}
