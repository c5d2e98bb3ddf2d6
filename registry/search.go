package registry

import (
	"context"
	"slices"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/search"
)

// finding is a search under way: what records must meet besides having the words.
type finding struct {
	condition
	bad problems
}

// mostRounds is how often the index is asked for more when filters leave out what it finds.
const mostRounds = 10

// searchPage gives a page of those who have all words of the query. The index knows who and in which order; the
// database has the last word on what may be seen.
func (s *shelf[T, P]) searchPage(ctx context.Context, scope Scope, q Query, f finding) (page Page[T], err error) {
	after := q.behind(&f.bad)
	if err := f.bad.err("query"); err != nil {
		return page, err
	}
	s.within(&f.condition, scope)
	if err := s.refresh(ctx, 1); err != nil {
		return page, err
	}
	page.Partial = !s.finder.ready.Load()
	err = s.db.View(ctx, func(tx *db.Tx) error {
		found, err := s.findPage(ctx, tx, finding{condition: f.condition}, question{q, scope, after})
		if err != nil {
			return err
		}
		page.Next, page.Total = found.next, found.total
		page.Items, err = s.openAll(ctx, tx, found.rows)
		return err
	})
	return page, err
}

// question is what is searched, by whom, and behind which hit.
type question struct {
	Query
	scope Scope
	after search.Hit
}

// found is a page of rows.
type found[T any] struct {
	rows  []row[T]
	next  *string
	total *Total
}

func (s *shelf[T, P]) findPage(ctx context.Context, tx *db.Tx, f finding, a question) (page found[T], err error) {
	if s.exactly != nil && a.Cursor == "" {
		ids, err := s.exactly(ctx, tx, a.Query)
		if err != nil || len(ids) > 0 {
			page.rows, err = s.visible(ctx, tx, f.condition, ids)
			page.total = totalOf(len(page.rows), false)
			return page, err
		}
	}
	after := a.after
	for range mostRounds {
		answer := s.finder.search(a.Query, a.scope, after)
		if a.Count && page.total == nil && !a.filtered() {
			page.total = totalOf(answer.Total, answer.Cut)
		}
		rows, err := s.visible(ctx, tx, f.condition, idsOf(answer.Hits))
		if err != nil {
			return page, err
		}
		room := a.limit() - len(page.rows)
		if len(rows) > room {
			rows = rows[:room]
			page.rows = append(page.rows, rows...)
			last := slices.IndexFunc(answer.Hits, func(h search.Hit) bool { return h.ID == rows[room-1].ID })
			page.next = cursorOf(answer.Hits[last])
			return page, nil
		}
		page.rows = append(page.rows, rows...)
		if len(answer.Hits) <= a.limit() {
			page.next = nil
			return page, nil
		}
		after = answer.Hits[len(answer.Hits)-1]
		page.next = cursorOf(after)
		if room == len(rows) {
			return page, nil
		}
	}
	return page, nil
}

// filtered tells whether filters of the database leave out what the index finds.
func (q Query) filtered() bool {
	for name := range q.Filters {
		if name != "archived" && name != "centre" {
			return true
		}
	}
	return false
}

func idsOf(hits []search.Hit) []string {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	return ids
}

// visible gives the rows of ids that meet the condition, in the order of the ids.
func (s *shelf[T, P]) visible(ctx context.Context, tx *db.Tx, c condition, ids []string) ([]row[T], error) {
	if len(ids) == 0 {
		return nil, nil
	}
	c = condition{where: slices.Clone(c.where), args: slices.Clone(c.args)}
	c.ids(ids)
	rows, err := s.store.list(ctx, tx, c, len(ids))
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(rows, func(a, b row[T]) int { return place[a.ID] - place[b.ID] })
	return rows, nil
}

// eldersExactly finds elders by the whole of a telephone number, also that of the line on which a device calls, or of
// an identity paper.
func (c *core) eldersExactly(ctx context.Context, tx *db.Tx, q Query) (ids []string, err error) {
	if q.Classes.sees(PaperWords) {
		_, number := paperOf("", q.Text)
		id, err := rowBy(ctx, tx, paperLookup, c.vault.Blind(paperLookup, number))
		if err == nil {
			return []string{id}, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	if !q.Classes.sees(PhoneWords) {
		return nil, nil
	}
	who, err := (&Registry{core: c, scope: ScopeAll()}).FindCallerTx(ctx, tx, q.Text)
	for _, id := range who {
		ids = append(ids, string(id))
	}
	return ids, err
}

// searching are the nouns that are searched often enough to be made ready at once. The others – contacts, devices – are when
// somebody searches them first, so that they take no memory where nobody does.
func (c *core) searching() []keeper {
	return []keeper{c.elders, c.helpers, c.providers, c.operators, c.centres, c.contacts, c.devices}
}

// keeper is a shelf as the worker that keeps searches fresh sees it.
type keeper interface {
	refresh(ctx context.Context, chunks int) error
	wantSearch() bool
}

// wantSearch tells whether the index has to be kept.
func (s *shelf[T, P]) wantSearch() bool {
	return s.finder.wanted() || s.noun == "elder" || s.noun == "helper" || s.noun == "provider"
}

// Searches keeps ready what is searched.
type Searches struct{ *core }

// Searches gives the worker that keeps what is searched in memory ready and fresh.
func (r *Registry) Searches() Searches { return Searches{r.core} }

// Run reads what is searched, then every second what has changed, until ctx ends.
func (w Searches) Run(ctx context.Context) error {
	for {
		for _, k := range w.searching() {
			if k.wantSearch() {
				w.roster.warn(k.refresh(ctx, 0), "what is searched in memory may be out of date")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.clock.After(refreshEvery):
		}
	}
}

// Forget takes people who were erased out of all searches of this node at once; the others follow with the
// change of the record.
func (r *Registry) Forget(ids ...string) {
	for _, f := range []*finder{&r.elders.finder, &r.contacts.finder, &r.devices.finder, &r.helpers.finder, &r.providers.finder, &r.operators.finder} {
		f.index().Drop(ids...)
	}
}
