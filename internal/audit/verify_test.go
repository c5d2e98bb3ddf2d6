package audit

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// others are chains that somebody else keeps: here, in memory.
type others struct{ heads []Head }

func (o *others) Moved(_ context.Context, _ *db.Tx, mark int64, limit int) ([]Head, int64, error) {
	fresh := o.heads[mark:min(int(mark)+limit, len(o.heads))]
	return fresh, mark + int64(len(fresh)), nil
}

func (o *others) Link(_ context.Context, _ *db.Tx, chain string, n int64) (length int64, hash []byte, err error) {
	for _, h := range o.heads {
		if h.Chain == chain && h.Length == n {
			hash = h.Hash
		}
		if h.Chain == chain {
			length = max(length, h.Length)
		}
	}
	return length, hash, nil
}

// notarised is a house with a notary, its file outside, and some chains that were signed.
type notarised struct {
	*house
	*Notary
	others *others
	file   string
}

func mustNotarise(t *testing.T, h *house) *notarised {
	t.Helper()
	n := &notarised{house: h, others: &others{heads: []Head{{"alert:a1", 3, []byte("x")}}}, file: filepath.Join(t.TempDir(), "checkpoints")}
	n.Notary = n.mustNotary(t, seedOf(1))
	h.mustKey(t, "e1")
	for i := range 6 {
		e := looked("o1", "e1")
		e.Data = fmt.Sprint("field ", i)
		h.mustAdd(t, e)
		if i == 3 {
			must(t, n.Make(t.Context()))
			h.clock.Advance(time.Minute)
		}
	}
	other := New(h.db, h.vault)
	must(t, other.Add(t.Context(), looked("o2", "e2")))
	must(t, n.Make(t.Context()))
	return n
}

func seedOf(b byte) []byte { return slices.Repeat([]byte{b}, 32) }

func (n *notarised) mustNotary(t *testing.T, seed []byte) *Notary {
	t.Helper()
	made, err := NewNotary(NotaryOptions{Log: n.house.Log, Seed: seed, Others: n.others, Clock: n.house.clock, Report: slog.New(slog.DiscardHandler), File: n.file})
	must(t, err)
	return made
}

// found gives what Verify says, as "kind chain/seq", with the file outside or without.
func (n *notarised) found(t *testing.T, outside bool) string {
	t.Helper()
	var r Report
	var err error
	if outside {
		f, errOpen := os.Open(n.file)
		must(t, errOpen)
		defer f.Close()
		r, err = n.Verify(t.Context(), f)
	} else {
		r, err = n.Verify(t.Context(), nil)
	}
	must(t, err)
	var all []string
	for _, p := range r.Problems {
		chain := p.Chain
		if chain == chainName(n.house.chain) {
			chain = "ours"
		}
		all = append(all, fmt.Sprintf("%s %s/%d", p.Kind, chain, p.Seq))
		if p.What == "" || strings.Contains(p.What, "field") {
			t.Errorf("%s is explained by %q", p.Kind, p.What)
		}
	}
	return strings.Join(all, ", ")
}

func (n *notarised) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	n.update(t, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
}

// relink gives every row of our chain from one on a hash that fits, as somebody would who can write the
// database and knows the program.
func (n *notarised) relink(t *testing.T) {
	t.Helper()
	n.update(t, func(tx *db.Tx) error {
		rows, err := rowsAfter(t.Context(), tx, n.house.chain, 0, 100)
		if err != nil {
			return err
		}
		head := []byte{}
		for i := range rows {
			r := &rows[i]
			r.prev = head
			head = r.sum()
			_, err := tx.Exec(t.Context(), `UPDATE audit SET prev = ?, hash = ? WHERE chain = ? AND seq = ?`, r.prev, head, r.Chain, r.Seq)
			if err != nil {
				return err
			}
		}
		_, err = tx.Exec(t.Context(), `UPDATE audit_chains SET head = ?, length = ? WHERE id = ?`, head, int64(len(rows)), n.house.chain)
		return err
	})
}

func TestWholeHistoryIsFoundWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		n := mustNotarise(t, h)
		for _, outside := range []bool{false, true} {
			if got := n.found(t, outside); got != "" {
				t.Errorf("outside %v: found %s", outside, got)
			}
		}
		h.update(t, func(tx *db.Tx) error { return h.vault.Shred(t.Context(), tx, "e1") }) // an erasure alters nothing
		r, err := n.Verify(t.Context(), nil)
		if err != nil || len(r.Problems) > 0 || r.Rows != 7 || r.Chains != 2 || r.Unread != 6 || r.Checkpoints != 2 {
			t.Errorf("after an erasure: %+v %v", r, err)
		}
	})
}

type mutation struct {
	do            func(t *testing.T, n *notarised)
	want, outside string // outside: what the file finds besides
}

// TestEveryMutationIsFoundAndNamed does to the database what somebody could do who can write it, and wants it
// named: without the file outside, and with it.
func TestEveryMutationIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]mutation{
		"row altered": {func(t *testing.T, n *notarised) {
			n.exec(t, `UPDATE audit SET actor_id = 'o9' WHERE chain = ? AND seq = 3`, n.house.chain)
		}, "altered ours/3", ""},
		"data altered": {func(t *testing.T, n *notarised) {
			n.exec(t, `UPDATE audit SET cell = (SELECT cell FROM audit b WHERE b.chain = audit.chain AND b.seq = 2) WHERE chain = ? AND seq = 3`, n.house.chain)
		}, "altered ours/3", ""},
		"row missing": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ? AND seq = 3`, n.house.chain)
		}, "missing ours/3", ""},
		"first row missing": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ? AND seq = 1`, n.house.chain)
		}, "missing ours/1", ""},
		"row does not follow": {func(t *testing.T, n *notarised) {
			n.update(t, func(tx *db.Tx) error {
				rows, err := rowsAfter(t.Context(), tx, n.house.chain, 2, 1)
				if err != nil {
					return err
				}
				rows[0].Actor.ID = "o9"
				_, err = tx.Exec(t.Context(), `UPDATE audit SET actor_id = 'o9', hash = ? WHERE chain = ? AND seq = 3`, rows[0].sum(), n.house.chain)
				return err
			})
		}, "unlinked ours/4", ""},
		"order changed": {func(t *testing.T, n *notarised) {
			for _, step := range []struct{ from, to int64 }{{3, 99}, {4, 3}, {99, 4}} {
				n.exec(t, `UPDATE audit SET seq = ? WHERE chain = ? AND seq = ?`, step.to, n.house.chain, step.from)
			}
		}, "moved ours/3, moved ours/4", ""},
		"tail cut": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ? AND seq > 4`, n.house.chain)
		}, "cut ours/5, cut ours/5", ""},
		"tail cut, and the chain's memory with it": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ? AND seq > 4`, n.house.chain)
			n.relink(t)
		}, "cut ours/5", ""},
		"whole chain gone": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ?`, n.house.chain)
			n.exec(t, `DELETE FROM audit_chains WHERE id = ?`, n.house.chain)
		}, "chain gone ours/0", ""},
		"chain row gone": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit_chains WHERE id = ?`, n.house.chain)
		}, "missing ours/0", ""},
		"another's chain gone": {func(t *testing.T, n *notarised) { n.others.heads = nil }, "chain gone alert:a1/0", ""},
		"another's chain cut":  {func(t *testing.T, n *notarised) { n.others.heads[0].Length = 2 }, "cut alert:a1/3", ""},
		"another's rewritten":  {func(t *testing.T, n *notarised) { n.others.heads[0].Hash = []byte("y") }, "rewritten alert:a1/3", ""},
		"history rewritten": {func(t *testing.T, n *notarised) {
			n.exec(t, `UPDATE audit SET actor_id = 'o9' WHERE chain = ? AND seq = 3`, n.house.chain)
			n.relink(t)
		}, "rewritten ours/6", ""},
		"leaf altered": {func(t *testing.T, n *notarised) {
			n.exec(t, `UPDATE audit_leaves SET at = at + 1 WHERE n = 3`)
		}, "rewritten checkpoints/4", "rewritten checkpoints/4"},
		"deleted too early": {func(t *testing.T, n *notarised) {
			n.exec(t, `DELETE FROM audit WHERE chain = ?`, n.house.chain)
			n.exec(t, `DELETE FROM audit_chains WHERE id = ?`, n.house.chain)
			n.update(t, func(tx *db.Tx) error {
				return n.GoneTx(t.Context(), tx, Head{chainName(n.house.chain), 6, []byte("x")})
			})
			must(t, n.Make(t.Context()))
		}, "chain gone ours/0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, h *house) {
				n := mustNotarise(t, h)
				m.do(t, n)
				if got := n.found(t, false); got != m.want {
					t.Errorf("found %q, want %q", got, m.want)
				}
				if got := n.found(t, true); !strings.Contains(got, m.want) || !strings.Contains(got, m.outside) {
					t.Errorf("with the file: found %q, want %q and %q", got, m.want, m.outside)
				}
			})
		})
	}
}

// TestRewritingEverythingIsFoundOutside: whoever has the database and even the keys can make everything fit. Only the file that
// lies elsewhere tells.
func TestRewritingEverythingIsFoundOutside(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		n := mustNotarise(t, h)
		kept := n.file
		n.exec(t, `UPDATE audit SET actor_id = 'o9' WHERE chain = ? AND seq = 2`, h.chain)
		n.relink(t)
		for _, table := range []string{"audit_leaves", "audit_tree", "audit_checkpoints"} {
			n.exec(t, `DELETE FROM `+table)
		}
		n.exec(t, `UPDATE audit_tree_head SET size = 0, mark = 0, at = 0`)
		n.exec(t, `UPDATE audit_chains SET anchored = 0`)
		n.file = filepath.Join(t.TempDir(), "forged")
		must(t, n.mustNotary(t, seedOf(1)).Make(t.Context()))
		n.file = kept
		if got := n.found(t, false); got != "" {
			t.Errorf("the forgery does not fit: %s", got)
		}
		if got := n.found(t, true); !strings.Contains(got, "rewritten ours/") || !strings.Contains(got, "checkpoints/") {
			t.Errorf("with the file: found %q", got)
		}
		// The program itself notices, and does not add to the file.
		before, err := os.ReadFile(kept)
		must(t, err)
		if err := n.mustNotary(t, seedOf(1)).Make(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Errorf("the notary went on: %v", err)
		}
		if after, err := os.ReadFile(kept); err != nil || string(after) != string(before) {
			t.Errorf("the file was changed: %v", err)
		}
	})
}

func TestAnotherKeyIsFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		n := mustNotarise(t, h)
		h.mustAdd(t, looked("o1", "e3"))
		n.file = filepath.Join(t.TempDir(), "forged")
		must(t, n.mustNotary(t, seedOf(2)).Make(t.Context()))
		if got := n.found(t, false); !strings.HasPrefix(got, "foreign checkpoints/") {
			t.Errorf("found %q", got)
		}
	})
}

func TestADeletedChainThatWasOldIsNoProblem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		n := mustNotarise(t, h)
		h.clock.Advance(MinimumKept + time.Hour)
		h.update(t, func(tx *db.Tx) error {
			c, err := findChain(t.Context(), tx, h.chain)
			if err != nil {
				return err
			}
			return n.GoneTx(t.Context(), tx, Head{chainName(h.chain), c.length, c.head})
		})
		n.exec(t, `DELETE FROM audit WHERE chain = ?`, h.chain)
		n.exec(t, `DELETE FROM audit_chains WHERE id = ?`, h.chain)
		if got := n.found(t, true); got != "" {
			t.Errorf("before the next checkpoint: %s", got)
		}
		must(t, n.Make(t.Context()))
		if got := n.found(t, true); got != "" {
			t.Errorf("after it: %s", got)
		}
	})
}

func TestTwoNotariesShareOneTree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		n := mustNotarise(t, h)
		first := n.file
		n.file = filepath.Join(t.TempDir(), "second")
		second := n.mustNotary(t, seedOf(1))
		h.mustAdd(t, looked("o1", "e4"))
		must(t, second.checkpoint(t.Context(), checkpointEvery)) // the last one is too young
		c, err := second.Latest(t.Context())
		if err != nil || c.Size != 4 {
			t.Errorf("got %+v %v, want still 4 leaves", c, err)
		}
		must(t, second.Make(t.Context()))
		must(t, n.Make(t.Context()))
		a, err := os.ReadFile(first)
		must(t, err)
		b, err := os.ReadFile(n.file)
		must(t, err)
		if string(a) != string(b) || strings.Count(string(a), "\n") != 3 {
			t.Errorf("the files differ:\n%s\n%s", a, b)
		}
	})
}
