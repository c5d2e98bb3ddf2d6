package registry

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"anling/internal/db"
	"anling/internal/search"

	"github.com/google/uuid"
)

// A change becomes visible later than the time it carries: by as long as its transaction lasts, and what the clocks of two
// nodes differ by. So each look at what has changed goes back over some of what was seen already: a little at
// each, far back at every far-th.
const (
	overlap     = time.Minute
	overlapNear = 2 * time.Second
	farEvery    = 30 * time.Second

	refreshEvery = time.Second
)

// finder searches the words of all records of one noun in memory, so that nothing that can be searched lies on
// disk in clear. It is filled in the background, and kept fresh by what this node writes and by
// reading what others have changed – the same way on one node and on many.
type finder struct {
	once sync.Once
	all  *search.Index // from index

	asked atomic.Bool // somebody has searched: what only few search is loaded only then
	ready atomic.Bool // everything has been read once

	reading sync.Mutex // one refresh at a time
	upTo    stamp      // how far changes have been read
	far     time.Time  // when the last refresh went far back
}

// index gives the index. It is made when it is needed first.
func (f *finder) index() *search.Index {
	f.once.Do(func() { f.all = search.New() })
	return f.all
}

// docOf gives the words of a record as the index takes them.
func (s *shelf[T, P]) docOf(x T) search.Doc {
	p := P(&x)
	h := p.head()
	d := search.Doc{ID: h.ID, Group: string(h.Centre), Version: h.Version, Archived: h.Archived != nil}
	for _, w := range p.words() {
		d.Words = append(d.Words, s.spelled.words(w)...)
	}
	return d
}

// mostNote is how much of a note can be searched, in signs.
const mostNote = 120

// tailLength is how much of a long number, such as that of an identity card, is searched by its end.
const tailLength = 6

func (s *speller) words(w word) (all []search.Word) {
	text := fold(w.text)
	add := func(k search.Kind, texts ...string) {
		for _, t := range texts {
			if t != "" {
				all = append(all, search.Word{Kind: k, Text: t})
			}
		}
	}
	switch w.class {
	case NameWords:
		spelt, initials := s.spell(w.text)
		add(search.Name, text)
		add(search.Spelling, spelt...)
		add(search.Initials, initials...)
	case AddressWords:
		add(search.Address, withoutSpace(text))
	case PhoneWords:
		add(search.Phone, strings.TrimPrefix(text, "+"))
	case PaperWords:
		add(search.Tail, text[max(0, len(text)-tailLength):])
	case NoteWords:
		signs := []rune(text)
		add(search.Note, string(signs[:min(len(signs), mostNote)]))
	default:
		if uuid.Validate(text) != nil { // one is found by the whole of it
			add(search.Code, text)
		}
	}
	return all
}

func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// kinds are the words of the index that a query may look into.
func (c Classes) kinds() search.Kinds {
	in := search.KindsOf(search.Code)
	for class, kinds := range map[Classes]search.Kinds{
		NameWords:    search.KindsOf(search.Name, search.Spelling, search.Initials),
		AddressWords: search.KindsOf(search.Address), PhoneWords: search.KindsOf(search.Phone),
		PaperWords: search.KindsOf(search.Tail), NoteWords: search.KindsOf(search.Note),
	} {
		if c.sees(class) {
			in |= kinds
		}
	}
	return in
}

// taken brings a record that this node has written into the index, after the commit.
func (s *shelf[T, P]) taken(tx *db.Tx, x T) {
	if s.finder.wanted() {
		tx.AfterCommit(func() { s.finder.index().Put(s.docOf(x)) })
	}
}

// wanted tells whether anybody searches here.
func (f *finder) wanted() bool { return f.asked.Load() }

// refresh reads what has changed: at most so many chunks of it, so that who searches never waits for a whole load.
// Without a bound it also gives the index its order.
func (s *shelf[T, P]) refresh(ctx context.Context, chunks int) error {
	f := &s.finder
	f.asked.Store(true)
	if !f.reading.TryLock() {
		return nil // it is being done
	}
	defer f.reading.Unlock()
	from := s.lookFrom(chunks == 0)
	for n := 0; chunks == 0 || n < chunks; {
		last, more, err := s.readChanges(ctx, from)
		if err != nil {
			return err
		}
		from = last
		if f.upTo.before(from) {
			f.upTo = from
			n++
		}
		if !more {
			f.ready.Store(true)
			break
		}
	}
	if f.index().Waiting() > mostWaiting {
		f.index().Pack()
	}
	return nil
}

// mostWaiting is how many records a search reads through one by one.
const mostWaiting = 2000

// lookFrom is where the next look at changes begins.
func (s *shelf[T, P]) lookFrom(mayBeFar bool) stamp {
	f := &s.finder
	if !f.ready.Load() {
		return f.upTo
	}
	back := overlapNear
	if now := s.clock.Now(); mayBeFar && now.Sub(f.far) >= farEvery {
		f.far, back = now, overlap
	}
	return stamp{at: f.upTo.at - back.Microseconds()}
}

func (s stamp) before(o stamp) bool { return s.at < o.at || s.at == o.at && s.id < o.id }

// readChanges reads a chunk of the changes behind a place and takes in those that are not known.
func (s *shelf[T, P]) readChanges(ctx context.Context, from stamp) (last stamp, more bool, err error) {
	last = from
	var rows []row[T]
	var k *keys
	err = s.db.View(ctx, func(tx *db.Tx) error {
		seen, err := s.stampsSince(ctx, tx, from, chunk)
		if err != nil {
			return err
		}
		if more = len(seen) == chunk; len(seen) > 0 {
			last = seen[len(seen)-1].stamp
		}
		var unknown []string
		for _, v := range seen {
			if known, _ := s.finder.index().Version(v.id); known < v.version {
				unknown = append(unknown, v.id)
			}
		}
		if rows, err = s.byIDs(ctx, tx, unknown); err != nil {
			return err
		}
		k, err = s.keysOf(ctx, tx, rows)
		return err
	})
	if err != nil {
		return last, more, err
	}
	for _, r := range rows {
		x, err := s.decode(ctx, k, r)
		if err != nil {
			s.finder.index().Drop(r.ID) // it was erased, or is locked: nothing of it can be searched
			continue
		}
		s.finder.index().Put(s.docOf(x))
	}
	return last, more, nil
}

// cursorOf is a page's end in the order of a search: how well the last record fitted, and its id.
func cursorOf(h search.Hit) *string {
	s := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(int(h.Rank)) + " " + h.ID))
	return &s
}

// behind reads cursorOf.
func (q Query) behind(c *problems) search.Hit {
	if q.Cursor == "" {
		return search.Hit{}
	}
	text, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	rank, id, ok := strings.Cut(string(text), " ")
	n, errRank := strconv.ParseUint(rank, 10, 16)
	if err != nil || errRank != nil || !ok || id == "" {
		c.add("cursor", "must be what the page before gave as next")
	}
	return search.Hit{Rank: search.Rank(n), ID: id}
}

// search asks the index.
func (f *finder) search(q Query, scope Scope, after search.Hit) search.Answer {
	ask := search.Query{Terms: q.terms(), Kinds: q.Classes.kinds(), All: scope.all, Archived: q.Filters["archived"] == "true",
		After: after, Limit: q.limit() + 1}
	for _, c := range scope.centres {
		ask.Groups = append(ask.Groups, string(c))
	}
	if home, asked := q.Filters["centre"]; asked && scope.Has(CentreID(home)) {
		ask.All, ask.Groups = false, []string{home}
	}
	if len(ask.Terms) == 1 && uuid.Validate(ask.Terms[0]) == nil {
		return f.byID(ask.Terms[0], after)
	}
	return f.index().Search(ask)
}

// byID finds a record by the whole of its id. Whether it may be seen is for the database to say.
func (f *finder) byID(id string, after search.Hit) search.Answer {
	if _, known := f.index().Version(id); !known || after.ID != "" {
		return search.Answer{}
	}
	return search.Answer{Hits: []search.Hit{{ID: id}}, Total: 1}
}

func (q Query) terms() []string { return search.Terms(fold(q.Text)) }

// mostTerms is how many words a query may have.
const mostTerms = 8

// checkText refuses a text of which not all words would be looked for.
func (q Query) checkText(c *problems) {
	if len(q.terms()) > mostTerms {
		c.add("q", "must have at most %d words", mostTerms)
	}
	if q.Text != "" && slices.ContainsFunc([]rune(q.Text), func(r rune) bool { return r == unicode.ReplacementChar }) {
		c.add("q", "cannot be read")
	}
}
