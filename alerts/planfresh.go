package alerts

import (
	"context"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// planAge is how long a node chooses among the plans that it knows before it looks whether another node has written one.
const planAge = 5 * time.Second

// readPlans takes the newest version of each plan into memory.
func (e *Engine) readPlans(ctx context.Context) error {
	return e.db.View(ctx, func(tx *db.Tx) error { return e.readPlansTx(ctx, tx) })
}

func (e *Engine) readPlansTx(ctx context.Context, tx *db.Tx) error {
	written, err := e.store.countPlans(ctx, tx)
	if err != nil {
		return err
	}
	docs, err := e.store.newestPlans(ctx, tx)
	if err != nil {
		return err
	}
	var newest []parsed
	for _, d := range docs {
		p, err := e.readable(ctx, tx, d)
		if err != nil {
			return err
		}
		if p.Plan != nil {
			newest = append(newest, p)
		}
	}
	e.plans.setNewest(newest, written, tx.Now())
	return nil
}

// readable gives the newest version of a plan that can be read. One bad text must not take the others, or the service, with it:
// the version before it stands in its place, and without any the plan is passed over.
func (e *Engine) readable(ctx context.Context, tx *db.Tx, d PlanDoc) (parsed, error) {
	for v := d.Version; v > 0; v-- {
		if v < d.Version {
			var err error
			if d.Body, err = planBody(ctx, tx, d.ID, v); err != nil {
				return parsed{}, err
			}
		}
		if d.Body == "" {
			break // withdrawn then
		}
		p, err := storedPlan([]byte(d.Body))
		if err == nil {
			p.policy = e.plans.policy
			return parsed{Plan: p, ref: Ref(d.ID, v), centre: d.Centre}, nil
		}
		e.log.Error("a stored response plan cannot be read; the version before it is used", "plan", Ref(d.ID, v), "err", err)
	}
	return parsed{}, nil
}

// freshPlans reads the plans again when another node has written one. It asks at most every planAge.
func (e *Engine) freshPlans(ctx context.Context, tx *db.Tx) error {
	if !e.plans.old(tx.Now()) {
		return nil
	}
	written, err := e.store.countPlans(ctx, tx)
	if err != nil {
		return err
	}
	if e.plans.same(written, tx.Now()) {
		return nil
	}
	return e.readPlansTx(ctx, tx)
}

// somePlans is freshPlans for who only looks: a database on which the service has never run has none.
func (e *Engine) somePlans(ctx context.Context, tx *db.Tx) error {
	if err := e.freshPlans(ctx, tx); err != nil {
		return err
	}
	if len(e.plans.all()) == 0 {
		return fault.New(fault.NotFound, "no response plan is stored here yet; the service stores those that come with the program when it starts")
	}
	return nil
}

func (b *planBook) old(now time.Time) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return now.Sub(b.asked) >= planAge || now.Before(b.asked)
}

// same notes that somebody has looked, and reports whether nothing was written since.
func (b *planBook) same(written int, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = now
	return written == b.written
}

// setNewest takes over what was read, unless somebody has read more meanwhile.
func (b *planBook) setNewest(newest []parsed, written int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if written < b.written {
		return
	}
	if b.byRef == nil {
		b.byRef = map[PlanRef]*Plan{}
	}
	for _, p := range newest {
		b.byRef[p.ref] = p.Plan
	}
	b.newest, b.written, b.asked = newest, written, now
}

// names are those of all plans, as another plan goes on with them.
func (b *planBook) names() []string {
	var out []string
	for _, p := range b.all() {
		out = append(out, p.ID)
	}
	return out
}
