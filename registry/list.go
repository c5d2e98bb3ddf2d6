package registry

import (
	"cmp"
	"context"
	"slices"

	"anling/internal/db"
)

// list gives a page of what both the scope asked for and that of the caller see.
func (s *shelf[T, P]) list(ctx context.Context, r *Registry, scope Scope, q Query) (Page[T], error) {
	scope = scope.and(r.scope)
	c, bad := s.conditionOf(q)
	after := q.after(&bad)
	if err := bad.err("query"); err != nil {
		return Page[T]{}, err
	}
	s.within(&c, scope)
	if len(q.terms()) > 0 {
		if err := s.finder.refresh(ctx, s.changes); err != nil {
			return Page[T]{}, err
		}
	}
	var items []T
	err := s.db.View(ctx, func(tx *db.Tx) error {
		rows, err := s.rows(ctx, tx, q, listing{condition: c, after: after})
		if err != nil {
			return err
		}
		items, err = s.openAll(ctx, tx, rows)
		return err
	})
	if err != nil {
		return Page[T]{}, err
	}
	return pageOf[T, P](items, q.limit()), nil
}

// listing is what rows must meet, and the id behind which they stand.
type listing struct {
	condition
	after string
}

// rows gives one more than the limit, so that the caller knows whether a page follows.
func (s *shelf[T, P]) rows(ctx context.Context, tx *db.Tx, q Query, l listing) ([]row[T], error) {
	want := q.limit() + 1
	if len(q.terms()) > 0 {
		return s.matching(ctx, tx, l, s.finder.search(q, l.after), want)
	}
	if l.after != "" {
		l.condition.after(l.after)
	}
	return s.store.list(ctx, tx, l.condition, want)
}

// chunk is how many ids are asked for at once.
const chunk = 500

// matching takes the rows of ids that also meet the condition. The search in memory has sorted
// the ids; the database decides what may be seen.
func (s *shelf[T, P]) matching(ctx context.Context, tx *db.Tx, l listing, ids []string, want int) ([]row[T], error) {
	var found []row[T]
	for part := range slices.Chunk(ids, chunk) {
		c := condition{where: slices.Clone(l.where), args: slices.Clone(l.args)}
		c.ids(part)
		rows, err := s.store.list(ctx, tx, c, chunk)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(rows, func(a, b row[T]) int { return cmp.Compare(a.ID, b.ID) })
		found = append(found, rows...)
		if len(found) >= want {
			return found[:want], nil
		}
	}
	return found, nil
}

// openAll opens rows; what cannot be opened is shown as locked rather than left out.
func (s *shelf[T, P]) openAll(ctx context.Context, tx *db.Tx, rows []row[T]) ([]T, error) {
	all, k := make([]T, 0, len(rows)), s.keys(tx)
	for _, r := range rows {
		x, err := s.openWith(ctx, k, r)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

func pageOf[T any, P record[T]](items []T, limit int) Page[T] {
	if len(items) <= limit {
		return Page[T]{Items: items}
	}
	items = items[:limit]
	return Page[T]{Items: items, Next: cursorAt(P(&items[limit-1]).head().ID)}
}

// conditionOf turns the filters of a query into a condition; it names every filter that there is not.
func (s *shelf[T, P]) conditionOf(q Query) (condition, problems) {
	var c condition
	var bad problems
	archived := false
	for name, text := range q.Filters {
		if name == "archived" {
			v, problem := boolFilter(text)
			archived = v == true
			bad.when(name, problem)
			continue
		}
		f, known := s.filters[name]
		if !known {
			bad.add(name, "is not something that a list of %ss can be filtered by", s.noun)
			continue
		}
		value, problem := f(text)
		bad.when(name, problem)
		c.equal(name, value)
	}
	c.archived(archived)
	return c, bad
}
