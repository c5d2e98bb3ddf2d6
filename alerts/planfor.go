package alerts

import (
	"context"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// PlanQuery asks what a signal of a kind would bring about. Without an elder it asks in general, at the centre at the top.
type PlanQuery struct {
	Elder  registry.ElderID  `json:"elder,omitempty"`
	Centre registry.CentreID `json:"centre,omitempty"` // without an elder: at this centre
	Kind   string            `json:"kind,omitempty"`   // "": sos
	At     time.Time         `json:"at,omitzero"`      // zero: now
	Plan   string            `json:"plan,omitempty"`   // of this id instead of the one that would be chosen
	Body   string            `json:"body,omitempty"`   // this text instead
}

// PlanAnswer is which plan would be chosen, and why.
type PlanAnswer struct {
	Asked  PlanAsk      `json:"asked"`
	Chosen PlanDoc      `json:"chosen"`
	Plans  []Considered `json:"plans"`
}

// PlanFor tells which plan a signal would have, and why. Nothing is written. Kinds: NotFound for the elder.
func (e *Engine) PlanFor(ctx context.Context, q PlanQuery) (out PlanAnswer, err error) {
	err = e.db.View(ctx, func(tx *db.Tx) error {
		if err := e.somePlans(ctx, tx); err != nil {
			return err
		}
		r, err := e.imagine(ctx, tx, q)
		if err != nil {
			return err
		}
		out.Asked, err = e.planAsk(ctx, tx, r, Signal{})
		if err != nil {
			return err
		}
		if !q.At.IsZero() {
			out.Asked.At = q.At
		}
		var best parsed
		best, out.Plans = e.plans.choose(out.Asked)
		id, version, err := best.ref.Split()
		if err != nil {
			return err
		}
		body, err := planBody(ctx, tx, id, version)
		out.Chosen = PlanDoc{ID: id, Version: version, Centre: best.centre, Name: best.Name, Body: body}
		return err
	})
	return out, err
}

// imagine makes what would be known at a press that never happened.
func (e *Engine) imagine(ctx context.Context, tx *db.Tx, q PlanQuery) (*Raise, error) {
	if q.Kind == "" {
		q.Kind = "sos"
	}
	r := &Raise{Kind: q.Kind, Language: "zh", Silent: q.Kind == "silent", Test: q.Kind == "test", PressedAt: tx.Now(), Code: "0000"}
	var elders []registry.ElderID
	if q.Elder != "" {
		elders = []registry.ElderID{q.Elder}
	}
	if err := e.identify(ctx, tx, r, Signal{Kind: q.Kind}, elders); err != nil {
		return nil, err
	}
	if q.Elder != "" && r.Elder == "" {
		return nil, fault.New(fault.NotFound, "there is no such elder")
	}
	if q.Elder == "" && q.Centre != "" {
		r.Centre = q.Centre
	}
	r.Subject = "try"
	return r, nil
}
