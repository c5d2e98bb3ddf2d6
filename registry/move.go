package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// MoveID is the id of a move.
type MoveID string

// The states of a move:
//
//	requested ──▶ accepted, declined (by the new centre), withdrawn (by the old one)
//
// Within the scope of whoever moves it is accepted at once.
const (
	MoveRequested = "requested"
	MoveAccepted  = "accepted"
	MoveDeclined  = "declined"
	MoveWithdrawn = "withdrawn"
)

// What can be moved between centres.
const (
	moveElder  = "elder"
	moveDevice = "device"
	moveHelper = "helper"
)

// Move is that an elder, a device or a helper goes to another centre. Until it is accepted the old centre keeps them;
// alerts that are open stay where they were raised until they are closed.
type Move struct {
	ID         MoveID     `json:"id"`
	Resource   string     `json:"resource"` // elder, device or helper
	Record     string     `json:"record"`   // the id of that
	Centre     CentreID   `json:"centre"`   // from where
	To         CentreID   `json:"to"`
	Reason     string     `json:"reason"`
	State      string     `json:"state"`
	By         string     `json:"by"`         // who asked, by id
	DecidedBy  string     `json:"decided_by"` // who answered
	DecidedAt  *time.Time `json:"decided_at"`
	Note       string     `json:"note"` // what they said
	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

func (m *Move) defaults() {}

func (m *Move) normalise(_ *problems) { m.Reason, m.Note = tidy(m.Reason), tidy(m.Note) }

func (m *Move) check(c *problems, _ time.Time) {
	c.required("centre", string(m.To))
	c.required("reason", m.Reason)
	c.text("reason", m.Reason, maxLine)
	c.text("note", m.Note, maxLine)
}

func (m *Move) head() head {
	return head{ID: string(m.ID), Centre: m.Centre, Version: m.Version,
		Created: m.CreatedAt, Updated: m.UpdatedAt, Archived: m.ArchivedAt}
}

func (m *Move) setHead(h head) {
	m.ID, m.Centre, m.Version = MoveID(h.ID), h.Centre, h.Version
	m.CreatedAt, m.UpdatedAt, m.ArchivedAt = h.Created, h.Updated, h.Archived
}

// subject is who is moved, so that what was written of them goes with them.
func (m *Move) subject() string { return m.Record }
func (m *Move) values() []any   { return []any{m.Resource, m.Record, m.To, m.State} }
func (m *Move) dests() []any    { return []any{&m.Resource, &m.Record, &m.To, &m.State} }
func (m *Move) adopt(o *Move) {
	m.Resource, m.Record, m.To, m.State = o.Resource, o.Record, o.To, o.State
}
func (m *Move) lock()             {}
func (m *Move) lookups() []lookup { return nil }
func (m *Move) words() []word     { return wordsOf(OpenWords, string(m.ID), m.Record) }

// MoveElder moves an elder with contacts and devices to another centre: at once within the registry's scope, else as a request
// that the other centre accepts.
func (r *Registry) MoveElder(ctx context.Context, id ElderID, to CentreID, reason string) (Move, error) {
	return r.move(ctx, Move{Resource: moveElder, Record: string(id), To: to, Reason: reason})
}

// MoveDevice moves a device that is nobody's; one that is somebody's goes with them.
func (r *Registry) MoveDevice(ctx context.Context, id DeviceID, to CentreID, reason string) (Move, error) {
	return r.move(ctx, Move{Resource: moveDevice, Record: string(id), To: to, Reason: reason})
}

// MoveHelper moves a helper; the staff of a provider go with it.
func (r *Registry) MoveHelper(ctx context.Context, id HelperID, to CentreID, reason string) (Move, error) {
	return r.move(ctx, Move{Resource: moveHelper, Record: string(id), To: to, Reason: reason})
}

func (r *Registry) move(ctx context.Context, m Move) (out Move, err error) {
	d := draft[Move]{x: m, scope: r.scope, actor: r.actor}
	d.x.ID, d.x.By, d.x.State = MoveID(db.NewID()), r.actor.ID, MoveRequested
	r.moves.prepare(&d)
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		d := d.again()
		if err := r.mayMove(ctx, tx, &d); err != nil {
			return err
		}
		if d.bad.err("move") == nil && r.scope.Has(d.x.To) {
			now := tx.Now()
			d.x.State, d.x.DecidedBy, d.x.DecidedAt = MoveAccepted, r.actor.ID, &now
			if err := r.carryOver(ctx, tx, d.x, r.actor); err != nil {
				return err
			}
		}
		out, err = r.moves.put(ctx, tx, d)
		return err
	})
	return out, err
}

// mayMove looks whether what is to be moved is there, may go by itself, and is not on its way already.
func (r *Registry) mayMove(ctx context.Context, tx *db.Tx, d *draft[Move]) (err error) {
	d.x.Centre, err = r.homeOf(ctx, tx, r.scope, d.x)
	if err != nil {
		return err
	}
	if d.x.To == d.x.Centre {
		d.bad.add("centre", "is where they are already")
	}
	if _, err := parentOf(ctx, tx, d.x.To); fault.Is(err, fault.NotFound) && d.x.To != "" {
		d.bad.add("centre", "is not a centre that is known")
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	waiting, err := moveWaiting(ctx, tx, d.x.Record)
	if err != nil {
		return err
	}
	if waiting {
		return fault.New(fault.Conflict, "there is a move already that waits for an answer; withdraw it first")
	}
	return nil
}

// homeOf gives the centre of what is to be moved; it refuses what follows somebody else.
func (r *Registry) homeOf(ctx context.Context, tx *db.Tx, scope Scope, m Move) (CentreID, error) {
	switch m.Resource {
	case moveElder:
		row, err := r.elders.load(ctx, tx, scope, m.Record)
		return row.Centre, notArchived(row.Archived, err)
	case moveDevice:
		row, err := r.devices.load(ctx, tx, scope, m.Record)
		if err == nil && row.clear.Elder != "" {
			return "", fault.New(fault.Conflict, "the device is an elder's and moves with them")
		}
		return row.Centre, notArchived(row.Archived, err)
	}
	row, err := r.helpers.load(ctx, tx, scope, m.Record)
	if err == nil && row.clear.Provider != "" {
		return "", fault.New(fault.Conflict, "the helper is the staff of a provider and moves with it")
	}
	return row.Centre, notArchived(row.Archived, err)
}

func notArchived(at *time.Time, err error) error {
	if err == nil && at != nil {
		return fault.New(fault.Conflict, "what is archived stays where it is")
	}
	return err
}

// carryOver puts what is moved into the other centre, and writes it down in both.
func (c *core) carryOver(ctx context.Context, tx *db.Tx, m Move, by audit.Actor) error {
	var err error
	switch m.Resource {
	case moveElder:
		err = rehome(ctx, tx, c.elders, carried{m, by}, func(x *Elder) { x.Centre = m.To })
	case moveDevice:
		err = rehome(ctx, tx, c.devices, carried{m, by}, func(x *Device) { x.Centre = m.To })
	case moveHelper:
		err = rehome(ctx, tx, c.helpers, carried{m, by}, func(x *Helper) { x.Centre = m.To })
	}
	if err != nil {
		return fmt.Errorf("move %s %s: %w", m.Resource, m.Record, err)
	}
	if c.audit == nil {
		return nil
	}
	for _, centre := range []CentreID{m.Centre, m.To} {
		c.audit.AddTx(ctx, tx, audit.Entry{Actor: by, Action: m.Resource + ".moved", Resource: m.Resource, ID: m.Record, Subject: m.Record,
			Centre: string(centre), Data: map[string]any{"move": m.ID, "from": m.Centre, "to": m.To, "reason": m.Reason}})
	}
	return nil
}

// carried is a move that is being carried out, and by whom.
type carried struct {
	Move
	by audit.Actor
}

func rehome[T any, P record[T]](ctx context.Context, tx *db.Tx, s *shelf[T, P], m carried, set func(*T)) error {
	old, err := s.find(ctx, tx, ScopeAll(), m.Record)
	if err != nil {
		return err
	}
	d := draft[T]{old: &old, x: old, scope: ScopeAll(), actor: m.by}
	set(&d.x)
	_, err = s.put(ctx, tx, d)
	return err
}

// Move gives a move that concerns a centre of the scope.
func (r *Registry) Move(ctx context.Context, id MoveID) (m Move, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		m, err = r.moveTx(ctx, tx, id)
		return err
	})
	return m, err
}

func (r *Registry) moveTx(ctx context.Context, tx *db.Tx, id MoveID) (Move, error) {
	m, err := r.moves.find(ctx, tx, ScopeAll(), string(id))
	if err == nil && !r.scope.Has(m.Centre) && !r.scope.Has(m.To) {
		return Move{}, fault.New(fault.NotFound, "there is no such move")
	}
	return m, err
}

// Moves lists the moves from and to centres of the scope, newest first. state may be empty.
func (r *Registry) Moves(ctx context.Context, state string, limit int) (all []Move, err error) {
	var c condition
	c.concerns(r.scope)
	if state != "" {
		c.equal("state", state)
	}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		rows, err := movesOf(ctx, tx, r.moves.store, c, min(limit, maxLimit))
		if err != nil {
			return err
		}
		all, err = r.moves.openAll(ctx, tx, rows)
		return err
	})
	return all, err
}

// AnswerMove accepts or declines a move, which the new centre does, or withdraws it, which the old one does.
func (r *Registry) AnswerMove(ctx context.Context, id MoveID, state, note string) (out Move, err error) {
	if !slices.Contains([]string{MoveAccepted, MoveDeclined, MoveWithdrawn}, state) {
		return Move{}, fault.New(fault.NotFound, "a move can be accepted, declined or withdrawn")
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		old, err := r.moveTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := r.mayAnswer(ctx, tx, old, state); err != nil {
			return err
		}
		now := tx.Now()
		d := draft[Move]{old: &old, x: old, scope: r.scope, actor: r.actor}
		d.x.State, d.x.Note, d.x.DecidedBy, d.x.DecidedAt = state, note, r.actor.ID, &now
		r.moves.prepare(&d)
		if state == MoveAccepted {
			if err := r.carryOver(ctx, tx, old, r.actor); err != nil {
				return err
			}
		}
		out, err = r.moves.put(ctx, tx, d)
		return err
	})
	return out, err
}

func (r *Registry) mayAnswer(ctx context.Context, tx *db.Tx, m Move, state string) error {
	whose := m.To
	if state == MoveWithdrawn {
		whose = m.Centre
	}
	if !r.scope.Has(whose) {
		return fault.New(fault.Denied, "this is for the other centre to say")
	}
	if m.State != MoveRequested {
		return fault.New(fault.Conflict, "the move is %s already", m.State)
	}
	if state != MoveAccepted {
		return nil
	}
	now, err := r.homeOf(ctx, tx, ScopeAll(), m)
	if err == nil && now != m.Centre {
		return fault.New(fault.Conflict, "they are not at that centre any more")
	}
	return err
}
