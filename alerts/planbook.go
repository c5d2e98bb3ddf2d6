package alerts

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"
	"sync"
	"time"

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
	Body    string            `json:"body"` // YAML; "" for the version that withdrew it
	Author  string            `json:"author"`
	At      time.Time         `json:"at,omitzero"` // when it was written
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

	mu      sync.RWMutex
	byRef   map[PlanRef]*Plan
	newest  []parsed  // the newest version of each plan that can be read, by id
	written int       // versions that were stored when newest was read; none is ever taken away
	asked   time.Time // when somebody last looked whether there are more
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

// BuiltInPlans are the plans that come with the program.
func BuiltInPlans() ([]PlanDoc, error) {
	b, err := readBuiltIn()
	return slices.Clone(b.docs), err
}

// comesAlong is what the program brings along, read once.
type comesAlong struct {
	docs   []PlanDoc
	byBody map[string]*Plan
}

// readBuiltIn reads the plans of the program: no start of an engine reads them again.
var readBuiltIn = sync.OnceValues(func() (b comesAlong, err error) {
	b.byBody = map[string]*Plan{}
	files, err := builtIn.ReadDir("plans")
	if err != nil {
		return b, fmt.Errorf("built-in plans: %w", err)
	}
	for _, f := range files {
		body, err := builtIn.ReadFile("plans/" + f.Name())
		if err != nil {
			return b, fmt.Errorf("built-in plan %s: %w", f.Name(), err)
		}
		p, err := ParsePlan(body)
		if err != nil {
			return b, fmt.Errorf("built-in plan %s: %w", f.Name(), err)
		}
		b.docs = append(b.docs, PlanDoc{ID: p.ID, Name: p.Name, Body: string(body), Author: builtInAuthor})
		b.byBody[string(body)] = p
	}
	return b, nil
})

// Start loads the built-in plans into the database, as a new version where the program's own text has
// changed and no centre has written its own, and reads the newest of each that can be read.
func (e *Engine) Start(ctx context.Context) error {
	docs, err := BuiltInPlans()
	if err != nil {
		return err
	}
	err = e.update(ctx, func(tx *db.Tx) error {
		for _, d := range docs {
			if err := e.store.seedPlan(ctx, tx, d); err != nil {
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
	Base   int               // the version that the text was made from, which must still be the newest; 0: whatever there is
	By     Actor
	Scope  registry.Scope // of By
}

// SavePlan stores a new version of a plan; open alerts keep theirs. Kinds: Invalid naming every mistake, Conflict when Base is not the
// newest version any more, Denied for who may not
// write plans, or not for that centre: a plan for all is written only by who works for all. noted, if any, writes that down in the
// same transaction.
func (e *Engine) SavePlan(ctx context.Context, d PlanDraft, noted func(*db.Tx, PlanDoc)) (PlanDoc, error) {
	if err := e.mayWrite(ctx, d); err != nil {
		return PlanDoc{}, err
	}
	p, err := ParsePlan([]byte(d.Body), e.plans.names()...)
	if err != nil {
		return PlanDoc{}, err
	}
	doc := PlanDoc{ID: planID(p.ID, d.Centre), Centre: d.Centre, Name: p.Name, Body: d.Body, Author: d.By.ID}
	err = e.update(ctx, func(tx *db.Tx) error {
		var err error
		doc.Version, err = e.store.addPlan(ctx, tx, doc)
		if err == nil && d.Base > 0 && doc.Version != d.Base+1 {
			err = fault.New(fault.Conflict, "somebody else has changed this meanwhile; look again")
		}
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

// mayWrite refuses who may not write plans, or not for that centre (kind Denied).
func (e *Engine) mayWrite(ctx context.Context, d PlanDraft) error {
	if d.By.Kind != ActorOperator || !d.By.Rights.May(registry.PlansChange) {
		return fault.New(fault.Denied, "you may not write response plans")
	}
	if ok, err := e.mayWriteFor(ctx, d); err != nil || !ok {
		return cmp.Or(err, fault.New(fault.Denied, "you may write response plans only for your own centres"))
	}
	return nil
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
