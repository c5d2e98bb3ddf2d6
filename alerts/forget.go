package alerts

import (
	"context"
	"fmt"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// ForgetTx takes out of an elder's alerts what tells who it was: what is left of their state – kind, times, outcome – is
// sealed under each alert's own key, and their events become unreadable with the elder's key, which the caller
// erases. The chains stay as they are. Conflict while one of the alerts is open.
func (e *Engine) ForgetTx(ctx context.Context, tx *db.Tx, elder registry.ElderID) error {
	open, ids, err := e.store.ofElder(ctx, tx, elder)
	if err != nil {
		return err
	}
	if open > 0 {
		return fault.New(fault.Conflict, "there is an open alert; what is needed to help is not erased before it is closed")
	}
	if err := e.store.unlist(ctx, tx, elder); err != nil {
		return err
	}
	for _, id := range ids {
		if err := e.store.dropContacts(ctx, tx, id); err != nil {
			return err
		}
		a, err := e.store.read(ctx, tx, id, tx.ForUpdate())
		if fault.Is(err, fault.NotFound) || isLocked(err) {
			continue // unreadable already
		}
		if err != nil {
			return err
		}
		a.forget()
		if err := e.store.forget(ctx, tx, a); err != nil {
			return fmt.Errorf("forget who alert %s was about: %w", id, err)
		}
		tx.AfterCommit(func() { e.store.fresh.take(id) })
	}
	return nil
}

// forget leaves of an alert what figures and the law need, and nothing by which a person could be known.
func (a *Alert) forget() {
	a.Subject, a.Locked = string(a.ID), true
	a.Device = ""
	a.Title, a.Age, a.Sex, a.Caller, a.Address, a.Text = "", 0, "", "", "", ""
	a.Position, a.Positions, a.Place, a.Battery = nil, nil, nil, nil
	if a.Operator != nil {
		a.Operator = &Actor{Kind: a.Operator.Kind, ID: a.Operator.ID, Role: a.Operator.Role}
	}
	for _, p := range a.People {
		p.Name, p.Relation, p.Position, p.SentTo = "", "", nil, nil
	}
}

// ExpireTx deletes alerts that ended before a time, with all that hangs on them; those of elders under a legal hold stay. What
// remains of each is the last leaf of its chain in the checkpoints. It gives the ids.
func (e *Engine) ExpireTx(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]AlertID, []audit.Head, error) {
	ids, heads, err := e.store.expired(ctx, tx, before, limit)
	if err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		if err := e.store.delete(ctx, tx, id); err != nil {
			return nil, nil, fmt.Errorf("delete alert %s: %w", id, err)
		}
		heads[i].Chain = chainPrefix + heads[i].Chain
		tx.AfterCommit(func() { e.store.fresh.take(id) })
	}
	return ids, heads, nil
}

// HeldAlert is an alert with its whole timeline.
type HeldAlert struct {
	Alert  *Alert
	Events []Event
	Asked  []*Record // what became of who was asked
}

// Listed is that somebody stood on the list of an outage.
type Listed struct {
	Outage    AlertID    `json:"outage"`
	State     CheckState `json:"state"`
	At        time.Time  `json:"at"`
	Tries     int        `json:"tries"`
	Emergency AlertID    `json:"emergency"`
	Fragility int        `json:"fragility"`
}

// ListedTx gives in which outages an elder stood on the list, oldest first.
func (e *Engine) ListedTx(ctx context.Context, tx *db.Tx, elder registry.ElderID) ([]Listed, error) {
	return e.store.listed(ctx, tx, elder)
}

// HeldTx gives everything that is kept of an elder's alerts.
func (e *Engine) HeldTx(ctx context.Context, tx *db.Tx, elder registry.ElderID) ([]HeldAlert, error) {
	_, ids, err := e.store.ofElder(ctx, tx, elder)
	if err != nil {
		return nil, err
	}
	var out []HeldAlert
	for _, id := range ids {
		a, err := e.store.read(ctx, tx, id, "")
		if err != nil {
			return nil, err
		}
		rows, err := e.store.events(ctx, tx, `e.alert = ? ORDER BY e.seq`, string(id))
		if err != nil {
			return nil, err
		}
		h := HeldAlert{Alert: a}
		if h.Asked, err = e.store.records(ctx, tx, `alert = ? ORDER BY seq`, string(id)); err != nil {
			return nil, err
		}
		for _, r := range rows {
			h.Events = append(h.Events, r.Event)
		}
		out = append(out, h)
	}
	return out, nil
}
