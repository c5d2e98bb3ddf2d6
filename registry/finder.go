package registry

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"anling/internal/db"
)

// overlap is how far back each refresh of what is held in memory looks again: longer than a transaction lasts, plus
// what the clocks of two nodes differ by, because a change becomes visible later than the time it carries.
const overlap = time.Minute

// finder searches the words of all records of one noun in memory, so that nothing that can be searched lies on
// disk in clear. It is kept fresh by reading, before a search, what has changed since the last one – the same
// way on one node and on many.
type finder struct {
	mu     sync.Mutex
	docs   map[string]doc
	newest int64 // the latest change that was seen
}

type doc struct {
	version int64
	words   []word // folded
}

// change is a record that has changed, as the finder sees it.
type change struct {
	stamp
	version int64
	words   func() ([]word, error) // opens the record
}

// changes reads the changes behind a place, for the finder.
func (s *shelf[T, P]) changes(ctx context.Context, from stamp, each func(change) error) (last stamp, more bool, err error) {
	last = from
	err = s.db.View(ctx, func(tx *db.Tx) error {
		rows, err := s.changedSince(ctx, tx, from, chunk)
		if err != nil {
			return err
		}
		more = len(rows) == chunk
		for _, r := range rows {
			last = stamp{at: db.Micros(r.Updated), id: r.ID}
			err := each(change{stamp: last, version: r.Version, words: func() ([]word, error) {
				x, err := s.openAnyway(ctx, tx, r)
				if err != nil {
					return nil, err
				}
				all := P(&x).words()
				for i := range all {
					all[i].text = fold(all[i].text)
				}
				return all, nil
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return last, more, err
}

type changeReader func(ctx context.Context, from stamp, each func(change) error) (last stamp, more bool, err error)

// refresh brings the finder up to what is committed now.
func (f *finder) refresh(ctx context.Context, read changeReader) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.docs == nil {
		f.docs = map[string]doc{}
	}
	from := stamp{at: f.newest - overlap.Microseconds()}
	for more := true; more; {
		var err error
		from, more, err = read(ctx, from, f.take)
		if err != nil {
			return err
		}
		f.newest = max(f.newest, from.at)
	}
	return nil
}

// take opens a record only when it is not known in this version yet.
func (f *finder) take(c change) error {
	if known, ok := f.docs[c.id]; ok && known.version == c.version {
		return nil
	}
	words, err := c.words()
	if err != nil {
		return err
	}
	f.docs[c.id] = doc{version: c.version, words: words}
	return nil
}

// search gives the sorted ids behind after whose record has all terms of the query.
func (f *finder) search(q Query, after string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	terms := q.terms()
	for id, d := range f.docs {
		if id > after && d.has(terms, q.Classes) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (d doc) has(terms []string, in Classes) bool {
	for _, t := range terms {
		if !slices.ContainsFunc(d.words, func(w word) bool { return in.sees(w.class) && strings.Contains(w.text, t) }) {
			return false
		}
	}
	return true
}
