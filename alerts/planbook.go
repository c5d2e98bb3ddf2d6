package alerts

import (
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
	ID      string            `json:"id"`
	Version int               `json:"version"`
	Name    map[string]string `json:"name"`
	Body    string            `json:"body"` // YAML
	Author  string            `json:"author"`
}

// parsed is a plan with the version that it stands in.
type parsed struct {
	*Plan
	ref PlanRef
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
	p, err := ParsePlan([]byte(body))
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

// forKind picks the plan for a signal; a kind that no plan names is an emergency.
func (b *planBook) forKind(s Signal) (parsed, error) {
	kind := s.Kind
	if s.Test {
		kind = "test"
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var fallback parsed
	for _, p := range b.newest {
		if slices.Contains(p.For, kind) {
			return p, nil
		}
		if slices.Contains(p.For, "sos") {
			fallback = p
		}
	}
	if fallback.Plan == nil {
		return parsed{}, fault.New(fault.Internal, "no response plan is loaded")
	}
	return fallback, nil
}

func (b *planBook) setNewest(docs []PlanDoc) error {
	var newest []parsed
	byRef := map[PlanRef]*Plan{}
	for _, d := range docs {
		p, err := ParsePlan([]byte(d.Body))
		if err != nil {
			return fmt.Errorf("plan %s: %w", Ref(d.ID, d.Version), err)
		}
		p.policy = b.policy
		newest = append(newest, parsed{Plan: p, ref: Ref(d.ID, d.Version)})
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
	docs, err := e.Plans(ctx)
	if err != nil {
		return err
	}
	return e.plans.setNewest(docs)
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
		if p, err := ParsePlan([]byte(docs[i].Body)); err == nil {
			docs[i].Name = p.Name
		}
	}
	return docs, err
}

// SavePlan stores a new version of a plan; open alerts keep the version that they began with. Kinds:
// Invalid naming every mistake, Denied for who may not write plans. noted, if any, writes that down in the same transaction.
func (e *Engine) SavePlan(ctx context.Context, by Actor, body string, noted func(*db.Tx, PlanDoc)) (PlanDoc, error) {
	if by.Kind != ActorOperator || !by.Rights.May(registry.PlansChange) {
		return PlanDoc{}, fault.New(fault.Denied, "you may not write response plans")
	}
	p, err := ParsePlan([]byte(body))
	if err != nil {
		return PlanDoc{}, err
	}
	doc := PlanDoc{ID: p.ID, Name: p.Name, Body: body, Author: by.ID}
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
	docs, err := e.Plans(ctx)
	if err != nil {
		return PlanDoc{}, err
	}
	return doc, e.plans.setNewest(docs)
}
