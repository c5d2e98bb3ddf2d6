package db

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"anling/internal/fault"
)

func mustSQLite(t testing.TB) *DB {
	t.Helper()
	d, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "a b?#%.db")}) // no name confuses the DSN
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	mustRun(t, d, `CREATE TABLE parents (id TEXT PRIMARY KEY)`)
	mustRun(t, d, `CREATE TABLE things (id TEXT PRIMARY KEY, parent TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED, body BLOB)`)
	return d
}

func mustRun(t testing.TB, d *DB, query string, args ...any) {
	t.Helper()
	if err := d.Update(t.Context(), exec(t.Context(), query, args...)); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func exec(ctx context.Context, query string, args ...any) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}
}

func add(ctx context.Context, id string) func(*Tx) error {
	return exec(ctx, `INSERT INTO things (id) VALUES (?)`, id)
}

// holdWriter keeps the writer busy until release is called.
func holdWriter(t testing.TB, d *DB, all *sync.WaitGroup) (release func()) {
	t.Helper()
	holding, free := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		err := d.Update(t.Context(), func(*Tx) error {
			close(holding)
			<-free
			return nil
		})
		if err != nil {
			t.Errorf("hold the writer: %v", err)
		}
	})
	<-holding
	return func() { close(free) }
}

// batched runs functions as parts of one batch, in their order, and gives their errors; that of one that
// panics is what it threw.
func batched(t testing.TB, d *DB, parts ...func(*Tx) error) []error {
	t.Helper()
	queue := d.engine.(*sqliteDB).writer.queues[whenever]
	var all sync.WaitGroup
	release := holdWriter(t, d, &all)
	errs := make([]error, len(parts))
	for i, f := range parts {
		all.Go(func() {
			defer func() {
				if thrown := recover(); thrown != nil {
					errs[i] = thrown.(error)
				}
			}()
			errs[i] = d.Update(t.Context(), f)
		})
		for len(queue) <= i {
			runtime.Gosched()
		}
	}
	release()
	all.Wait()
	return errs
}

func TestUrgentPartsGoFirst(t *testing.T) {
	t.Parallel()
	d := mustSQLite(t)
	w := d.engine.(*sqliteDB).writer
	var all sync.WaitGroup
	release := holdWriter(t, d, &all)
	var mu sync.Mutex
	var order []string
	put := func(ctx context.Context, name string, n int) {
		for i := range n {
			all.Go(func() {
				err := d.Update(ctx, func(tx *Tx) error {
					mu.Lock()
					defer mu.Unlock()
					order = append(order, name)
					return nil
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			for len(w.queues[urgencyOf(ctx)]) <= i {
				runtime.Gosched()
			}
		}
	}
	put(t.Context(), "other", 6)
	put(Soon(t.Context()), "soon", 5)
	put(Urgent(t.Context()), "urgent", 3)
	release()
	all.Wait()
	want := slices.Concat(slices.Repeat([]string{"urgent"}, 3), slices.Repeat([]string{"soon"}, 5), slices.Repeat([]string{"other"}, 6))
	if !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

// TestTheRestNeverStandsStill: while urgent parts come without end, each batch takes some of the others.
func TestTheRestNeverStandsStill(t *testing.T) {
	t.Parallel()
	w := &writer{queues: newQueues()}
	for u, q := range w.queues {
		for range maxBatch {
			q <- &part{how: urgency(u)}
		}
	}
	fill := func(want [urgencies]int) {
		t.Helper()
		var got [urgencies]int
		for _, p := range w.fill(nil) {
			got[p.how]++
		}
		if got != want {
			t.Errorf("a batch has %v parts, want %v", got, want)
		}
	}
	few, little := behind(soon), behind(whenever)
	fill([urgencies]int{atOnce: maxBatch - few - little, soon: few, whenever: little})
	fill([urgencies]int{atOnce: few + little, soon: few, whenever: little})
	w.putBack([]*part{{how: soon}, {how: whenever}}) // before those of their kind
	fill([urgencies]int{soon: maxBatch - 2*few + 1, whenever: little})
	fill([urgencies]int{whenever: maxBatch - 3*little + 1})
	fill([urgencies]int{})
}

// TestAnAlarmDoesNotWaitForABatch: what comes while others are at work is the next, in the same commit, and the rest comes after.
func TestAnAlarmDoesNotWaitForABatch(t *testing.T) {
	t.Parallel()
	d := mustSQLite(t)
	w := d.engine.(*sqliteDB).writer
	var all sync.WaitGroup
	release := holdWriter(t, d, &all)
	var order []string
	note := func(ctx context.Context, name string, during func()) {
		queued := len(w.queues[urgencyOf(ctx)])
		all.Go(func() {
			err := d.Update(ctx, func(*Tx) error {
				order = append(order, name) // one writes at a time
				during()
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		for len(w.queues[urgencyOf(ctx)]) == queued {
			runtime.Gosched()
		}
	}
	nothing := func() {}
	note(t.Context(), "first", func() { note(Urgent(t.Context()), "alarm", nothing) })
	note(t.Context(), "second", nothing)
	note(t.Context(), "third", nothing)
	release()
	all.Wait()
	if want := []string{"first", "alarm", "second", "third"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

func wantIDs(t testing.TB, d *DB, want ...string) {
	t.Helper()
	var got string
	err := d.View(t.Context(), func(tx *Tx) error {
		return tx.QueryRow(t.Context(), `SELECT COALESCE(GROUP_CONCAT(id, ' '), '') FROM (SELECT id FROM things ORDER BY id)`).Scan(&got)
	})
	if err != nil || got != strings.Join(want, " ") {
		t.Errorf("things: got %q, %v, want %q", got, err, want)
	}
}

func TestBadPartSinksNobodyElse(t *testing.T) {
	t.Parallel()
	d, ctx := mustSQLite(t), t.Context()
	errBad := errors.New("bad")
	errs := batched(t, d,
		add(ctx, "a"),
		func(tx *Tx) error { return errors.Join(add(ctx, "x1")(tx), errBad) },
		add(ctx, "a"),
		func(tx *Tx) error {
			if err := add(ctx, "x2")(tx); err != nil {
				return err
			}
			panic(errBad)
		},
		exec(ctx, `INSERT INTO nowhere VALUES (1)`),
		add(ctx, "b"),
	)
	want := []fault.Kind{"", fault.Internal, fault.Conflict, fault.Internal, fault.Internal, ""}
	if got := kinds(errs); !slices.Equal(got, want) || !errors.Is(errs[1], errBad) || !errors.Is(errs[3], errBad) {
		t.Errorf("got %v, want %v", errs, want)
	}
	wantIDs(t, d, "a", "b")
}

func kinds(errs []error) (list []fault.Kind) {
	for _, err := range errs {
		list = append(list, fault.KindOf(err))
	}
	return list
}

func TestPartThatSpoilsTheCommitSinksNobodyElse(t *testing.T) {
	t.Parallel()
	d, ctx := mustSQLite(t), t.Context()
	runs := 0
	errs := batched(t, d,
		func(tx *Tx) error {
			runs++
			return add(ctx, "a")(tx)
		},
		exec(ctx, `INSERT INTO things (id, parent) VALUES ('x', 'nobody')`), // found out at the commit only
		func(*Tx) error { return errors.New("its own") },
		add(ctx, "b"),
	)
	want := []fault.Kind{"", fault.Conflict, fault.Internal, ""}
	if got := kinds(errs); !slices.Equal(got, want) || runs != 2 {
		t.Errorf("got %v after %d runs, want %v after 2", errs, runs, want)
	}
	wantIDs(t, d, "a", "b")
}

func TestFullDiskIsToldAndPasses(t *testing.T) {
	t.Parallel()
	d, ctx := mustSQLite(t), t.Context()
	fill := exec(ctx, `INSERT INTO things (id, body) VALUES ('x', ?)`, make([]byte, 1<<20))
	mustRun(t, d, `PRAGMA max_page_count = 60`)
	if err := d.Update(ctx, fill); !fault.Is(err, fault.Internal) {
		t.Errorf("alone: got %v, want Internal", err)
	}
	errs := batched(t, d, add(ctx, "a"), fill, func(tx *Tx) error {
		if err := fill(tx); err != nil {
			return nil // swallowed: it must not be taken for done
		}
		return nil
	}, add(ctx, "b"))
	want := []fault.Kind{"", fault.Internal, fault.Internal, ""}
	if got := kinds(errs); !slices.Equal(got, want) {
		t.Errorf("in a batch: got %v, want %v", errs, want)
	}
	wantIDs(t, d, "a", "b")
	mustRun(t, d, `PRAGMA max_page_count = 10000`)
	if err := d.Update(ctx, fill); err != nil {
		t.Errorf("with room again: %v", err)
	}
	wantIDs(t, d, "a", "b", "x")
}

func TestLostTransactionIsRunAgain(t *testing.T) {
	t.Parallel()
	d, ctx := mustSQLite(t), t.Context()
	first := true
	// ROLLBACK stands for what SQLite does on its own when the disk fails.
	errs := batched(t, d, add(ctx, "a"), func(tx *Tx) error {
		if first {
			first = false
			if err := exec(ctx, `ROLLBACK`)(tx); err != nil {
				return err
			}
		}
		return add(ctx, "b")(tx)
	}, add(ctx, "c"))
	if got := kinds(errs); !slices.Equal(got, []fault.Kind{"", "", ""}) {
		t.Errorf("got %v, want none", errs)
	}
	wantIDs(t, d, "a", "b", "c")
	err := d.Update(ctx, func(tx *Tx) error {
		return errors.Join(exec(ctx, `ROLLBACK`)(tx), add(ctx, "alone")(tx))
	})
	if !fault.Is(err, fault.Internal) {
		t.Errorf("alone: got %v, want Internal", err)
	}
	wantIDs(t, d, "a", "b", "c")
}

func TestConnectionThatCannotRollBackIsReplaced(t *testing.T) {
	t.Parallel()
	d, ctx := mustSQLite(t), t.Context()
	w := d.engine.(*sqliteDB).writer
	old := w.raw
	if err := old.Close(); err != nil { // behind everybody's back
		t.Fatal(err)
	}
	if err := d.Update(ctx, add(ctx, "x")); err == nil {
		t.Error("a closed connection took a row")
	}
	if err := d.Update(ctx, add(ctx, "a")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	wantIDs(t, d, "a")
}

func TestCallerLeavesTheQueue(t *testing.T) {
	t.Parallel()
	d := mustSQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	release := holdWriter(t, d, &all)
	left := make(chan error)
	go func() { left <- d.Update(ctx, add(t.Context(), "x")) }()
	for len(d.engine.(*sqliteDB).writer.queues[whenever]) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-left; !fault.Is(err, fault.Retry) {
		t.Errorf("got %v, want Retry", err)
	}
	release()
	all.Wait()
	mustRun(t, d, `INSERT INTO things (id) VALUES ('a')`)
	wantIDs(t, d, "a")
}

func TestTwoProgramsShareAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	var all sync.WaitGroup
	var nodes []*DB
	for range 2 {
		d, err := Open(t.Context(), Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, d)
		all.Go(func() {
			if err := d.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, d := range nodes {
		for i := range 50 {
			all.Go(func() {
				err := d.Update(t.Context(), func(tx *Tx) error {
					_, err := tx.NextSeq(t.Context(), "x", 1)
					return err
				})
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
	}
	all.Wait()
	for i, d := range nodes {
		err := d.Update(t.Context(), func(tx *Tx) error {
			n, err := tx.NextSeq(t.Context(), "x", 1)
			if want := int64(101 + i); n != want {
				return fmt.Errorf("got number %d, want %d (%w)", n, want, err)
			}
			return err
		})
		if err := errors.Join(err, d.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestARefusedCommitOfManyIsTriedOneByOne(t *testing.T) {
	t.Parallel()
	d := mustSQLite(t)
	refused := 0
	d.refuse = func(statement string) error {
		if statement != "COMMIT" || refused > 1 {
			return nil
		}
		refused++
		if refused == 1 { // of who keeps the writer busy until all have queued
			return nil
		}
		return errors.New("disk I/O error")
	}
	errs := batched(t, d, add(t.Context(), "a"), add(t.Context(), "b"), add(t.Context(), "c"))
	for i, err := range errs {
		if err != nil {
			t.Errorf("part %d: %v", i, err)
		}
	}
	if refused != 2 {
		t.Errorf("%d commits were looked at, want the second one refused", refused)
	}
	wantIDs(t, d, "a", "b", "c")
}
