package audit

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
)

// house is a log on a fresh database with a clock that the test turns.
type house struct {
	*Log
	db    *db.DB
	vault *seal.Vault
	clock *clock.Manual
	ring  string
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { f(t, mustHouse(t, o)) })
}

func mustHouse(t testing.TB, o db.Options) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)), ring: filepath.Join(t.TempDir(), "keys")}
	h.db = dbtest.Open(t, o, h.clock)
	ring, err := seal.OpenRing(h.ring)
	must(t, err)
	h.vault = seal.NewVault(h.db, ring)
	h.Log = New(h.db, h.vault)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func (h *house) update(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	must(t, h.db.Update(t.Context(), f))
}

func (h *house) mustAdd(t testing.TB, entries ...Entry) {
	t.Helper()
	must(t, h.Add(t.Context(), entries...))
}

func (h *house) mustFind(t testing.TB, q Query) []Row {
	t.Helper()
	page, err := h.Find(t.Context(), q)
	must(t, err)
	return page.Items
}

// mustKey makes a subject whose key exists, as a record that is stored has.
func (h *house) mustKey(t testing.TB, subject string) {
	t.Helper()
	h.update(t, func(tx *db.Tx) error {
		_, err := h.vault.Key(t.Context(), tx, subject)
		return err
	})
}

func looked(who, whom string) Entry {
	return Entry{Actor: Actor{Operator, who}, Action: "elder.seen", Resource: "elder", ID: whom, Subject: whom, Centre: "c1"}
}

func TestEachRowFollowsTheOneBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustKey(t, "e1")
		e := looked("o1", "e1")
		e.Alert, e.Data = "a1", map[string]string{"field": "access"}
		h.mustAdd(t, e, looked("o2", "e2"))
		h.clock.Advance(time.Second)
		h.mustAdd(t, Entry{Action: "chain.noted"})
		rows := h.mustFind(t, Query{})
		if len(rows) != 3 || rows[0].Seq != 3 || rows[2].Seq != 1 {
			t.Fatalf("got %+v", rows)
		}
		if got := string(rows[2].Data); got != `{"field":"access"}` || rows[2].Alert != "a1" || rows[2].sealedBy != "e1" {
			t.Errorf("first row: %+v with %s", rows[2], got)
		}
		if got := rows[0].Actor; got != (Actor{Kind: System}) {
			t.Errorf("who is not named is %v, want the system", got)
		}
		for i, r := range rows {
			if !bytes.Equal(r.hash, r.sum()) {
				t.Errorf("row %d: its hash does not cover it", r.Seq)
			}
			if i < 2 && !bytes.Equal(r.prev, rows[i+1].hash) {
				t.Errorf("row %d does not follow", r.Seq)
			}
		}
		if bytes.Contains(rows[2].cell, []byte("access")) {
			t.Error("the data lies there in clear")
		}
	})
}

func TestRowsAreWrittenWithTheirTransactionOrNotAtAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		gone := errors.New("changed my mind")
		err := h.db.Update(t.Context(), func(tx *db.Tx) error {
			h.AddTx(t.Context(), tx, looked("o1", "e1"))
			return gone
		})
		if !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		h.update(t, func(tx *db.Tx) error {
			h.AddTx(t.Context(), tx, looked("o1", "e2"))
			if _, err := tx.NextSeq(t.Context(), "n", 1); err != nil { // what comes later still comes before
				return err
			}
			h.AddTx(t.Context(), tx, looked("o1", "e3"), looked("o1", "e4"))
			return nil
		})
		var got []string
		for _, r := range h.mustFind(t, Query{}) {
			got = append(got, fmt.Sprint(r.Seq, " ", r.ID))
		}
		if diff := cmp.Diff([]string{"3 e4", "2 e3", "1 e2"}, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		bad := Entry{Action: "a.b", Data: func() {}}
		if err := h.db.Update(t.Context(), func(tx *db.Tx) error { h.AddTx(t.Context(), tx, bad); return nil }); err == nil {
			t.Error("a transaction was committed without its row")
		}
	})
}

func TestManyWhoWaitAreWrittenTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const callers, times = 40, 5
		other := New(h.db, h.vault) // another node
		var wg sync.WaitGroup
		for i := range callers {
			l := h.Log
			if i%4 == 0 {
				l = other
			}
			wg.Go(func() {
				for n := range times {
					if err := l.Add(t.Context(), looked(fmt.Sprint(i), fmt.Sprint(n))); err != nil {
						t.Errorf("caller %d: %v", i, err)
					}
				}
				if err := l.Add(t.Context(), Entry{Action: "a.b", Data: func() {}}); err == nil {
					t.Error("what cannot be written was taken")
				}
			})
		}
		wg.Wait()
		rows := h.mustFind(t, Query{Limit: 1000})
		if len(rows) != callers*times {
			t.Errorf("got %d rows, want %d", len(rows), callers*times)
		}
		chains := map[string]int64{}
		for _, r := range rows {
			chains[r.Chain] = max(chains[r.Chain], r.Seq)
		}
		if len(chains) != 2 || chains[h.chain]+chains[other.chain] != callers*times {
			t.Errorf("chains %v, want two without gaps", chains)
		}
	})
}

func TestAnErasedPersonIsUnreadableAndGetsNoNewKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustKey(t, "e1")
		e := looked("o1", "e1")
		e.Data = "door code 4711"
		h.mustAdd(t, e)
		h.update(t, func(tx *db.Tx) error { return h.vault.Shred(t.Context(), tx, "e1") })
		e.Action, e.Data = "elder.erased", "asked for it"
		h.mustAdd(t, e)
		rows := h.mustFind(t, Query{Subject: "e1"})
		if len(rows) != 2 || !rows[1].Unread || rows[1].Data != nil {
			t.Errorf("got %+v, want the first row unreadable", rows)
		}
		if rows[0].Unread || rows[0].sealedBy != chainSubject(h.chain) {
			t.Errorf("the row about the erasure: %+v, want it under the log's own key", rows[0])
		}
		err := h.db.View(t.Context(), func(tx *db.Tx) error {
			_, err := h.vault.Existing(t.Context(), tx, "e1")
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("the erased person has a key again: %v", err)
		}
	})
}

func TestRowsAreFoundByWhatTheySay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		start := h.clock.Now()
		for i, e := range []Entry{
			{Actor: Actor{Operator, "o1"}, Action: "elder.seen", Resource: "elder", ID: "e1", Subject: "e1", Centre: "c1", Alert: "a1"},
			{Actor: Actor{Operator, "o2"}, Action: "elder.changed", Resource: "elder", ID: "e1", Subject: "e1", Centre: "c1"},
			{Actor: Actor{Token, "t1"}, Action: "elders.exported", Resource: "elder", Centre: "c2"},
			{Actor: Actor{Command, "import"}, Action: "import.done", Resource: "import", ID: "i1"},
		} {
			h.clock.Set(start.Add(time.Duration(i) * time.Minute))
			h.mustAdd(t, e)
		}
		for name, tt := range map[string]struct {
			q    Query
			want string
		}{
			"everything": {Query{}, "4321"}, "actor": {Query{Actor: "o1"}, "1"}, "kind": {Query{ActorKind: Operator}, "21"},
			"action": {Query{Action: "elder.seen"}, "1"}, "noun": {Query{Action: "elder.*"}, "21"}, "no joker": {Query{Action: "elder.%"}, ""},
			"resource": {Query{Resource: "elder"}, "321"}, "id": {Query{ID: "e1"}, "21"}, "subject": {Query{Subject: "e1"}, "21"},
			"alert": {Query{Alert: "a1"}, "1"}, "from": {Query{From: start.Add(2 * time.Minute)}, "43"},
			"until": {Query{Until: start.Add(2 * time.Minute)}, "21"}, "both": {Query{Actor: "o2", Action: "elder.seen"}, ""},
			"one centre": {Query{Centres: []string{"c2"}}, "3"}, "no centre": {Query{Centres: []string{}}, ""},
		} {
			var got strings.Builder
			for _, r := range h.mustFind(t, tt.q) {
				fmt.Fprint(&got, r.Seq)
			}
			if got.String() != tt.want {
				t.Errorf("%s: got rows %s, want %s", name, got.String(), tt.want)
			}
		}
		if _, err := h.Find(t.Context(), Query{Cursor: "no"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a strange cursor: %v", err)
		}
	})
}

func TestPagesShowEachRowOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for i := range 25 { // all at the same moment
			h.mustAdd(t, looked("o1", fmt.Sprint(i)))
		}
		q, seen := Query{Limit: 10}, map[string]bool{}
		for pages := 1; ; pages++ {
			page, err := h.Find(t.Context(), q)
			must(t, err)
			for _, r := range page.Items {
				seen[r.ID] = true
			}
			if page.Next == nil {
				if pages != 3 || len(seen) != 25 {
					t.Errorf("%d rows on %d pages", len(seen), pages)
				}
				return
			}
			q.Cursor = *page.Next
		}
	})
}

func TestAnOldChainIsFollowedByANewOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustAdd(t, looked("o1", "e1"))
		first := h.chain
		h.clock.Advance(chainLife)
		h.mustAdd(t, looked("o1", "e2"))
		h.mustAdd(t, looked("o1", "e3"))
		rows := h.mustFind(t, Query{})
		if len(rows) != 3 || rows[0].Chain == first || rows[0].Chain != rows[1].Chain || rows[0].Seq != 2 || rows[2].Chain != first {
			t.Errorf("got %+v", rows)
		}
	})
}
