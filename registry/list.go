package registry

import (
	"context"

	"anling/internal/db"
)

// list gives a page of what both the scope asked for and that of the caller see.
func (s *shelf[T, P]) list(ctx context.Context, r *Registry, scope Scope, q Query) (Page[T], error) {
	scope = scope.and(r.scope)
	c, bad := s.conditionOf(q)
	if q.checkText(&bad); len(q.terms()) > 0 {
		return s.searchPage(ctx, scope, q, finding{condition: c, bad: bad})
	}
	after := q.after(&bad)
	if err := bad.err("query"); err != nil {
		return Page[T]{}, err
	}
	s.within(&c, scope)
	var items []T
	var total *Total
	err := s.db.View(ctx, func(tx *db.Tx) (err error) {
		if q.Count {
			n, err := s.count(ctx, tx, c, mostCounted+1)
			if err != nil {
				return err
			}
			total = totalOf(n, false)
		}
		if after != "" {
			c.after(after)
		}
		rows, err := s.store.list(ctx, tx, c, q.limit()+1)
		if err != nil {
			return err
		}
		items, err = s.openAll(ctx, tx, rows)
		return err
	})
	if err != nil {
		return Page[T]{}, err
	}
	page := pageOf[T, P](items, q.limit())
	page.Total = total
	return page, nil
}

// chunk is how many ids are asked for at once.
const chunk = 500

// openAll opens rows; what cannot be opened is shown as locked rather than left out.
func (s *shelf[T, P]) openAll(ctx context.Context, tx *db.Tx, rows []row[T]) ([]T, error) {
	all := make([]T, 0, len(rows))
	k, err := s.keysOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
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
		if ask, special := s.asks[name]; special {
			bad.when(name, ask(&c, text))
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
