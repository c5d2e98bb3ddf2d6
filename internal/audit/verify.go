package audit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"anling/internal/db"
)

// What can be wrong with a history.
const (
	Altered   = "altered"    // a row does not say what its hash says
	Missing   = "missing"    // a row is not there
	Unlinked  = "unlinked"   // a row does not follow the one before
	Moved     = "moved"      // rows have changed places
	Cut       = "cut"        // the end of a chain is not there
	ChainGone = "chain gone" // all of it
	Rewritten = "rewritten"  // a chain, or the checkpoints, are whole and are not those that were signed
	Foreign   = "foreign"    // a checkpoint is not signed by us
)

// Problem is one place where a history is not what it was.
type Problem struct {
	Chain string `json:"chain"`
	Seq   int64  `json:"seq"`
	Kind  string `json:"kind"`
	What  string `json:"what"`
}

// Report is the result of Verify.
type Report struct {
	Chains, Rows int
	Unread       int // rows whose data is erased or locked: chained correctly, but not to be read
	Checkpoints  int
	Outside      int // checkpoints that lie outside the database
	Problems     []Problem
}

// MinimumKept is how long rows are kept at least: a chain that was deleted earlier was not deleted because it was old
// (Cybersecurity Law of the PRC: network logs, six months).
const MinimumKept = 180 * 24 * time.Hour

// Verify checks every row of every chain of the log, and what the checkpoints say of all chains, also those of others. outside
// may be nil, or a file of checkpoints that was kept elsewhere: what it remembers cannot have been rewritten with
// the database.
func (n *Notary) Verify(ctx context.Context, outside io.Reader) (Report, error) {
	v := verification{Notary: n, latest: map[string]Leaf{}, broken: map[string]bool{}}
	if err := v.chains(ctx); err != nil {
		return v.Report, fmt.Errorf("verify the audit chains: %w", err)
	}
	if outside != nil {
		if err := v.readOutside(outside); err != nil {
			return v.Report, err
		}
	}
	if err := v.checkpoints(ctx); err != nil {
		return v.Report, fmt.Errorf("verify the checkpoints: %w", err)
	}
	if err := v.anchors(ctx); err != nil {
		return v.Report, fmt.Errorf("compare chains with checkpoints: %w", err)
	}
	return v.Report, nil
}

type verification struct {
	*Notary
	Report
	latest  map[string]Leaf // what was last signed of each chain
	broken  map[string]bool // chains with a problem of their own, where a wrong hash says nothing new
	kept    []Written       // the file outside
	leaving []string        // chains that are being deleted because they are old
}

// bad notes a problem.
//
//house:parameters the last two are one sentence
func (v *verification) bad(chain string, seq int64, kind, format string, args ...any) {
	v.broken[chain] = true
	v.Problems = append(v.Problems, Problem{Chain: chain, Seq: seq, Kind: kind, What: fmt.Sprintf(format, args...)})
}

const (
	chainsAtOnce = 100
	rowsAtOnce   = 500
)

// chains walks through all chains of this log.
func (v *verification) chains(ctx context.Context) error {
	after := ""
	for {
		var some []chain
		err := v.log.db.View(ctx, func(tx *db.Tx) (err error) {
			some, err = chainsAfter(ctx, tx, after, chainsAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		if len(some) == 0 {
			return v.strays(ctx)
		}
		for _, c := range some {
			if err := v.chain(ctx, c); err != nil {
				return err
			}
			after = c.id
		}
	}
}

func (v *verification) strays(ctx context.Context) error {
	return v.log.db.View(ctx, func(tx *db.Tx) error {
		ids, err := strayChains(ctx, tx, chainsAtOnce)
		for _, id := range ids {
			v.bad(chainName(id), 0, Missing, "the chain has rows, but what is known of the chain itself is not there")
		}
		return err
	})
}

// chain walks through one chain. What was added after its head was read is looked at next time.
func (v *verification) chain(ctx context.Context, c chain) error {
	if c.anchored == expiring {
		v.leaving = append(v.leaving, chainName(c.id))
		return nil
	}
	v.Chains++
	w := walk{verification: v, name: chainName(c.id), whole: true}
	for w.seq < c.length {
		var rows []Row
		err := v.log.db.View(ctx, func(tx *db.Tx) (err error) {
			if rows, err = rowsAfter(ctx, tx, c.id, w.seq, rowsAtOnce); err != nil {
				return err
			}
			for i := range rows {
				if err := v.log.unseal(ctx, tx, &rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			w.row(&rows[i], c.length)
		}
	}
	switch {
	case w.seq < c.length:
		v.bad(w.name, w.seq+1, Cut, "it should end with row %d, it ends with row %d", c.length, w.seq)
	case w.whole && !bytes.Equal(w.prev, c.head):
		v.bad(w.name, c.length, Altered, "its last row is not the one that the chain remembers")
	}
	return nil
}

// walk is how far a chain was looked through.
type walk struct {
	*verification
	name  string
	seq   int64
	prev  []byte
	whole bool
}

func (w *walk) row(r *Row, length int64) {
	if r.Seq > length {
		w.seq = r.Seq // written meanwhile
		return
	}
	w.Rows++
	for gap := w.seq + 1; gap < r.Seq; gap++ {
		w.wrong(gap, Missing, "row %d is missing", gap)
	}
	follows := bytes.Equal(r.prev, w.prev)
	switch place := r.rightPlace(); {
	case place == 0:
		w.wrong(r.Seq, Altered, "row %d (%s) has been altered", r.Seq, r.Action)
	case place != r.Seq:
		w.wrong(r.Seq, Moved, "row %d (%s) was written as row %d: the order was changed", r.Seq, r.Action, place)
	case !follows && w.seq+1 == r.Seq && w.whole:
		w.wrong(r.Seq, Unlinked, "row %d (%s) does not follow the row before it", r.Seq, r.Action)
	case r.damaged, !r.Unread && !bytes.Equal(commit(r.plain), r.commitment):
		w.wrong(r.Seq, Altered, "row %d (%s): its data has been altered", r.Seq, r.Action)
	}
	if r.Unread && !r.damaged {
		w.Unread++
	}
	w.seq, w.prev = r.Seq, r.hash
}

func (w *walk) wrong(seq int64, kind, format string, args ...any) {
	w.whole = false
	w.bad(w.name, seq, kind, format, args...)
}

// near is how far away a row's own place is looked for.
const near = 1000

// rightPlace gives the number under which a row's hash is right; 0: under none, so that it was altered.
func (r *Row) rightPlace() int64 {
	if bytes.Equal(r.sum(), r.hash) {
		return r.Seq
	}
	for seq := max(1, r.Seq-near); seq <= r.Seq+near; seq++ {
		if bytes.Equal(r.sumAt(seq), r.hash) {
			return seq
		}
	}
	return 0
}

// readOutside takes in a file of checkpoints. Each must be signed by us.
func (v *verification) readOutside(r io.Reader) error {
	return ReadCheckpoints(r, func(w Written) error {
		v.Outside++
		c, err := openNote(w.Note, v.key)
		if err != nil {
			v.bad("checkpoints", w.Size, Foreign, "the checkpoint of %s in the file is not signed with our key", stamp(w.At))
			return nil
		}
		w.Checkpoint = c
		v.kept = append(v.kept, w)
		return nil
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// checkpoints builds the tree anew from its leaves and compares its roots with those that were signed, in the database and
// outside.
func (v *verification) checkpoints(ctx context.Context) error {
	var f frontier
	signed := signedRoots{verification: v}
	for {
		var leaves []Leaf
		var notes []Checkpoint
		err := v.log.db.View(ctx, func(tx *db.Tx) (err error) {
			if notes, err = checkpointsAfter(ctx, tx, f.size, rowsAtOnce); err != nil || len(notes) == 0 {
				return err
			}
			leaves, err = leavesFrom(ctx, tx, f.size, int(notes[len(notes)-1].Size-f.size))
			return err
		})
		if err != nil {
			return err
		}
		if len(notes) == 0 {
			signed.rest(f.size)
			return nil
		}
		if !signed.compare(&f, leaves, notes) {
			return nil
		}
	}
}

// signedRoots compares a growing tree with the signed notes of the database and of the file outside.
type signedRoots struct {
	*verification
	kept int // notes of the file that were compared
}

// compare adds leaves to the tree and checks the notes on the way. It gives false when leaves are missing: nothing behind
// them can be computed.
func (s *signedRoots) compare(f *frontier, leaves []Leaf, notes []Checkpoint) bool {
	for _, c := range notes {
		s.Checkpoints++
		for len(leaves) > 0 && f.size < c.Size {
			l := leaves[0]
			leaves = leaves[1:]
			if l.N != f.size {
				s.bad("checkpoints", f.size, Missing, "leaf %d of the checkpoints is missing", f.size)
				s.rest(f.size)
				return false
			}
			f.add(l.record())
			s.leaf(l)
			s.outside(f)
		}
		if f.size < c.Size {
			s.bad("checkpoints", f.size, Cut, "the checkpoint of %s has %d leaves, %d are there", stamp(c.At), c.Size, f.size)
			s.rest(f.size)
			return false
		}
		s.note(f, c)
	}
	return true
}

// leaf remembers what is said of a chain. One that was deleted must have been kept long enough.
func (s *signedRoots) leaf(l Leaf) {
	before, known := s.latest[l.Chain]
	if age := db.Time(l.At).Sub(db.Time(before.At)); l.Gone && known && !before.Gone && age < MinimumKept {
		s.bad(l.Chain, 0, ChainGone, "the whole chain was deleted at %s, though it was added to as late as %s", stamp(db.Time(l.At)), stamp(db.Time(before.At)))
	}
	s.latest[l.Chain] = l
}

func (s *signedRoots) note(f *frontier, c Checkpoint) {
	said, err := openNote(c.Note, s.key)
	switch {
	case err != nil:
		s.bad("checkpoints", c.Size, Foreign, "the checkpoint of %s is not signed with our key: history may have been rewritten before it", stamp(c.At))
	case said.Size != c.Size || said.Root != f.root():
		s.bad("checkpoints", c.Size, Rewritten, "what was signed at %s is not what the database says of the time before it", stamp(said.At))
	}
}

// outside compares the tree at its present size with the file.
func (s *signedRoots) outside(f *frontier) {
	for s.kept < len(s.verification.kept) && s.verification.kept[s.kept].Size <= f.size {
		w := s.verification.kept[s.kept]
		s.kept++
		if w.Size != f.size || w.Root != f.root() {
			s.bad("checkpoints", w.Size, Rewritten, "history was rewritten: the checkpoint of %s in the file is not what the database says of the time before it", stamp(w.At))
			s.believe(w)
		}
	}
}

// rest are the checkpoints of the file that lie behind the end of the database's.
func (s *signedRoots) rest(size int64) {
	for ; s.kept < len(s.verification.kept); s.kept++ {
		w := s.verification.kept[s.kept]
		s.bad("checkpoints", w.Size, Cut, "the file has a checkpoint of %s with %d leaves, the database ends with %d", stamp(w.At), w.Size, size)
		s.believe(w)
	}
}

// believe takes what the file says of chains in place of what the database says.
func (s *signedRoots) believe(w Written) {
	for _, l := range w.Leaves {
		s.latest[l.Chain] = l
	}
}

// anchors compares every chain with what was last signed of it.
func (v *verification) anchors(ctx context.Context) error {
	for _, name := range v.leaving {
		if err := v.reallyLeaving(ctx, name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.latest)) {
		l := v.latest[name]
		if l.Gone || slices.Contains(v.leaving, name) {
			continue
		}
		if err := v.log.db.View(ctx, func(tx *db.Tx) error { return v.anchor(ctx, tx, name, l) }); err != nil {
			return err
		}
	}
	return nil
}

// reallyLeaving wants the end of a chain that is being deleted to be known to the checkpoints.
func (v *verification) reallyLeaving(ctx context.Context, name string) error {
	if v.latest[name].Gone {
		return nil
	}
	return v.log.db.View(ctx, func(tx *db.Tx) error {
		gone, err := isGone(ctx, tx, name)
		if err == nil && !gone {
			v.bad(name, 0, ChainGone, "it says that it is being deleted, but no checkpoint knows of that")
		}
		return err
	})
}

func (v *verification) anchor(ctx context.Context, tx *db.Tx, name string, l Leaf) error {
	length, hash, err := v.linkOf(ctx, tx, name, l.Length)
	if err != nil {
		return err
	}
	when := stamp(db.Time(l.At))
	switch {
	case length == 0:
		gone, err := isGone(ctx, tx, name)
		if err == nil && !gone {
			v.bad(name, 0, ChainGone, "the whole chain is gone: at %s it had %d rows", when, l.Length)
		}
		return err
	case length < l.Length:
		v.bad(name, length+1, Cut, "its end is cut off: at %s it had %d rows, now it has %d", when, l.Length, length)
	case !bytes.Equal(hash, l.Hash) && !v.broken[name]:
		v.bad(name, l.Length, Rewritten, "it was rewritten: row %d is not the one that was signed at %s", l.Length, when)
	}
	return nil
}

func (v *verification) linkOf(ctx context.Context, tx *db.Tx, name string, n int64) (length int64, hash []byte, err error) {
	if id, own := strings.CutPrefix(name, chainName("")); own {
		return linkOf(ctx, tx, id, n)
	}
	if v.others == nil {
		return n, nil, fmt.Errorf("nobody keeps the chain %s", name)
	}
	return v.others.Link(ctx, tx, name, n)
}
