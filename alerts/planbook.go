package alerts

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"
	"sync"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

//go:embed plans/*.yaml
var builtIn embed.FS

// builtInAuthor is who wrote the plans that come with the program.
const builtInAuthor = "anling"

// PlanDoc is a version of a plan as a manager reads and writes it.
type PlanDoc struct {
	ID      string            `json:"id"`     // the plan's name, of a centre's own with ~ and the centre: emergency~c1
	Centre  registry.CentreID `json:"centre"` // whose own it is; "" for all
	Version int               `json:"version"`
	Name    map[string]string `json:"name"`
	Body    string            `json:"body"` // YAML
	Author  string            `json:"author"`
}

// parsed is a plan with the version that it stands in.
type parsed struct {
	*Plan
	ref    PlanRef
	centre registry.CentreID // "" for all
}

// ownPlan joins the id of a centre's own plan.
const ownPlan = "~"

func planID(name string, centre registry.CentreID) string {
	if centre == "" {
		return name
	}
	return name + ownPlan + string(centre)
}

// planBook keeps parsed plans in memory. A version never changes, so it is read once.
type planBook struct {
	policy Policy // of every plan

	mu     sync.RWMutex
	byRef  map[PlanRef]*Plan
	newest []parsed // the newest version of each plan, by id
}

// cached gives a plan that is in memory, or nil.
func (b *planBook) cached(ref PlanRef) *Plan {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.byRef[ref]
}

func (b *planBook) get(ctx context.Context, tx *db.Tx, ref PlanRef) (*Plan, error) {
	if p := b.cached(ref); p != nil {
		return p, nil
	}
	id, version, err := ref.Split()
	if err != nil {
		return nil, err
	}
	body, err := planBody(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	p, err := storedPlan([]byte(body))
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", ref, err)
	}
	p.policy = b.policy
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byRef == nil {
		b.byRef = map[PlanRef]*Plan{}
	}
	b.byRef[ref] = p
	return p, nil
}

func (b *planBook) setNewest(docs []PlanDoc) error {
	var newest []parsed
	byRef := map[PlanRef]*Plan{}
	for _, d := range docs {
		p, err := storedPlan([]byte(d.Body))
		if err != nil {
			return fmt.Errorf("plan %s: %w", Ref(d.ID, d.Version), err)
		}
		p.policy = b.policy
		newest = append(newest, parsed{Plan: p, ref: Ref(d.ID, d.Version), centre: d.Centre})
		byRef[Ref(d.ID, d.Version)] = p
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.newest = newest
	for ref, p := range b.byRef {
		if byRef[ref] == nil {
			byRef[ref] = p
		}
	}
	b.byRef = byRef
	return nil
}

// Start loads the built-in plans into the database, as a new version where the program's own text has
// changed and no centre has written its own, and reads the newest of each.
func (e *Engine) Start(ctx context.Context) error {
	files, err := builtIn.ReadDir("plans")
	if err != nil {
		return fmt.Errorf("built-in plans: %w", err)
	}
	err = e.update(ctx, func(tx *db.Tx) error {
		for _, f := range files {
			body, err := builtIn.ReadFile("plans/" + f.Name())
			if err != nil {
				return fmt.Errorf("built-in plan %s: %w", f.Name(), err)
			}
			p, err := ParsePlan(body)
			if err != nil {
				return fmt.Errorf("built-in plan %s: %w", f.Name(), err)
			}
			if err := e.store.seedPlan(ctx, tx, PlanDoc{ID: p.ID, Body: string(body), Author: builtInAuthor}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.readPlans(ctx)
}

// Plans lists the newest version of every response plan.
func (e *Engine) Plans(ctx context.Context) ([]PlanDoc, error) {
	var docs []PlanDoc
	err := e.db.View(ctx, func(tx *db.Tx) error {
		var err error
		docs, err = e.store.newestPlans(ctx, tx)
		return err
	})
	for i := range docs {
		if p, err := storedPlan([]byte(docs[i].Body)); err == nil {
			docs[i].Name = p.Name
		}
	}
	return docs, err
}

// PlanDraft is a plan to be saved, and by whom.
type PlanDraft struct {
	Centre registry.CentreID // whose own it is to be; "" for all
	Body   string            // YAML
	By     Actor
	Scope  registry.Scope // of By
}

// SavePlan stores a new version of a plan; open alerts keep theirs. Kinds: Invalid naming every mistake, Denied for who may not
// write plans, or not for that centre: a plan for all is written only by who works for all. noted, if any, writes that down in the
// same transaction.
func (e *Engine) SavePlan(ctx context.Context, d PlanDraft, noted func(*db.Tx, PlanDoc)) (PlanDoc, error) {
	if d.By.Kind != ActorOperator || !d.By.Rights.May(registry.PlansChange) {
		return PlanDoc{}, fault.New(fault.Denied, "you may not write response plans")
	}
	if ok, err := e.mayWriteFor(ctx, d); err != nil || !ok {
		return PlanDoc{}, cmp.Or(err, fault.New(fault.Denied, "you may write response plans only for your own centres"))
	}
	p, err := ParsePlan([]byte(d.Body))
	if err != nil {
		return PlanDoc{}, err
	}
	if err := e.plans.checkWith(p); err != nil {
		return PlanDoc{}, err
	}
	doc := PlanDoc{ID: planID(p.ID, d.Centre), Centre: d.Centre, Name: p.Name, Body: d.Body, Author: d.By.ID}
	err = e.update(ctx, func(tx *db.Tx) error {
		var err error
		doc.Version, err = e.store.addPlan(ctx, tx, doc)
		if err == nil && noted != nil {
			noted(tx, doc)
		}
		return err
	})
	if err != nil {
		return PlanDoc{}, err
	}
	return doc, e.readPlans(ctx)
}

// mayWriteFor reports whether the centre, or for all of them the one at the top, is in the scope of who writes.
func (e *Engine) mayWriteFor(ctx context.Context, d PlanDraft) (ok bool, err error) {
	if d.Centre != "" || d.Scope.All() {
		return d.Scope.Has(d.Centre), nil
	}
	err = e.db.View(ctx, func(tx *db.Tx) error {
		top, err := e.registry.DefaultCentreTx(ctx, tx)
		ok = err == nil && d.Scope.Has(top.ID)
		return err
	})
	return ok, err
}

// checkWith looks whether the plans that one goes on with exist.
func (b *planBook) checkWith(p *Plan) error {
	var wrong []fault.Field
	for i, s := range p.Steps {
		known := s.With == p.ID || slices.ContainsFunc(b.all(), func(o parsed) bool { return o.ID == s.With })
		if s.Do == doContinue && !known {
			wrong = append(wrong, fault.Field{Name: fmt.Sprintf("steps[%d].with", i+1), Problem: "there is no plan of this name: " + s.With})
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields("the plan cannot be used", wrong)
	}
	return nil
}

// readPlans takes the newest version of each plan into memory.
func (e *Engine) readPlans(ctx context.Context) error {
	docs, err := e.Plans(ctx)
	if err != nil {
		return err
	}
	return e.plans.setNewest(docs)
}
