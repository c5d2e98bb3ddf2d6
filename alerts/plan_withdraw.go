package alerts

import (
	"context"

	"anling/internal/db"
	"anling/internal/fault"
)

// mostVersions is how far back the history of a plan is shown.
const mostVersions = 200

// WithdrawPlan takes the own plan of a centre out of use: the next press there has that of the centre above it, or the one for all. Its
// versions stay, and an open alert goes on with the one that it began with. Of the draft the text is not looked at. Kinds: Denied as of
// SavePlan, Invalid for a plan for all, NotFound.
func (e *Engine) WithdrawPlan(ctx context.Context, id string, d PlanDraft, noted func(*db.Tx, PlanDoc)) error {
	if err := e.mayWrite(ctx, d); err != nil {
		return err
	}
	if d.Centre == "" {
		return fault.New(fault.Invalid, "only a centre's own plan can be withdrawn")
	}
	err := e.update(ctx, func(tx *db.Tx) error {
		docs, err := e.store.newestPlans(ctx, tx)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if doc.ID != id || doc.Centre != d.Centre {
				continue
			}
			doc.Body, doc.Author = "", d.By.ID
			doc.Version, err = e.store.addPlan(ctx, tx, doc)
			if err == nil && noted != nil {
				noted(tx, doc)
			}
			return err
		}
		return fault.New(fault.NotFound, "there is no such plan")
	})
	if err != nil {
		return err
	}
	return e.readPlans(ctx)
}

// PlanVersions lists the versions of a plan, newest first. Kinds: NotFound.
func (e *Engine) PlanVersions(ctx context.Context, id string) (docs []PlanDoc, err error) {
	err = e.db.View(ctx, func(tx *db.Tx) error {
		docs, err = e.store.planVersions(ctx, tx, id)
		return err
	})
	if err == nil && len(docs) == 0 {
		err = fault.New(fault.NotFound, "there is no such plan")
	}
	return docs, err
}

// CheckPlan checks a text as SavePlan would, with the plans that there are, and stores nothing.
func (e *Engine) CheckPlan(body []byte) []Mistake {
	_, wrong := CheckPlan(body, e.plans.names()...)
	return wrong
}
