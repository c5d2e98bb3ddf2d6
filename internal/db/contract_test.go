package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

var errStop = errors.New("stop")

func mustUpdate(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), f); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func mustExec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	mustUpdate(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), query, args...)
		return err
	})
}

// things gives the ids in the table that mustThings made.
func things(t testing.TB, d *db.DB) (ids []string) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) error {
		ids = nil
		rows, err := tx.Query(t.Context(), `SELECT id FROM things ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("read things: %v", err)
	}
	return ids
}

// each runs f on both engines, with a table of things.
func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, `CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL DEFAULT 0)`)
		f(t, d)
	})
}

func insert(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `INSERT INTO things (id) VALUES (?)`, id)
	return err
}

func wantThings(t *testing.T, d *db.DB, want ...string) {
	t.Helper()
	if got := things(t, d); !slices.Equal(got, want) {
		t.Errorf("things: got %v, want %v", got, want)
	}
}

func TestCommitIsKeptAndErrorIsNot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		mustUpdate(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, "kept") })
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if err := insert(t.Context(), tx, "lost"); err != nil {
				return err
			}
			return errStop
		})
		if !errors.Is(err, errStop) {
			t.Errorf("got %v, want the caller's own error", err)
		}
		wantThings(t, d, "kept")
	})
}

func TestPanicComesBackToItsCallerAndHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if got := recover(); got != errStop {
					t.Errorf("recovered %v, want what was thrown", got)
				}
			}()
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if err := insert(t.Context(), tx, "lost"); err != nil {
					return err
				}
				panic(errStop)
			})
			t.Errorf("update returned %v", err)
		}()
		ended := make(chan struct{})
		go func() { // as t.FailNow does
			defer close(ended)
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				runtime.Goexit()
				return nil
			})
			t.Errorf("update returned %v", err)
		}()
		<-ended
		mustUpdate(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, "kept") })
		wantThings(t, d, "kept")
	})
}

func TestFailedStatementSpoilsTheTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			for range 2 { // the second is refused; neither error is passed on
				if err := insert(t.Context(), tx, "a"); err != nil {
					return nil
				}
			}
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("swallowed: got %v, want Conflict", err)
		}
		err = d.Update(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO nowhere VALUES (1)`); err == nil {
				t.Error("a table that is not there took a row")
			}
			return insert(t.Context(), tx, "b")
		})
		if !fault.Is(err, fault.Internal) {
			t.Errorf("carried on: got %v, want Internal", err)
		}
		wantThings(t, d)
	})
}

func TestErrorsHaveKinds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		mustExec(t, d, `CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (id), n BIGINT CHECK (n > 0))`)
		mustUpdate(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, "a") })
		for _, c := range []struct {
			name, query string
			want        fault.Kind
		}{
			{"there already", `INSERT INTO things (id) VALUES ('a')`, fault.Conflict},
			{"there already, returning", `INSERT INTO things (id) VALUES ('a') RETURNING id`, fault.Conflict},
			{"no such parent", `INSERT INTO parts (thing) VALUES ('b')`, fault.Conflict},
			{"check", `INSERT INTO parts (thing, n) VALUES ('a', 0)`, fault.Internal},
			{"null", `INSERT INTO parts (thing) VALUES (NULL)`, fault.Internal},
			{"syntax", `INSERT INTO`, fault.Internal},
			{"no row", `SELECT id FROM things WHERE id = 'b'`, fault.NotFound},
		} {
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				var id string
				err := tx.QueryRow(t.Context(), c.query).Scan(&id)
				if got := fault.KindOf(err); got != c.want {
					t.Errorf("%s: inside got %v (%v), want %v", c.name, got, err, c.want)
				}
				return fmt.Errorf("wrapped: %w", err)
			})
			if got := fault.KindOf(err); got != c.want {
				t.Errorf("%s: outside got %v (%v), want %v", c.name, got, err, c.want)
			}
			if (c.want == fault.NotFound) != errors.Is(err, sql.ErrNoRows) {
				t.Errorf("%s: is sql.ErrNoRows: %v", c.name, err)
			}
		}
	})
}

func TestErrorsNeverQuoteValues(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const phone = "+8619900001234"
		mustUpdate(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, phone) })
		for name, f := range map[string]func(tx *db.Tx) error{
			"unique": func(tx *db.Tx) error { return insert(t.Context(), tx, phone) },
			"argument": func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE things SET n = ?`, phone)
				return errors.Join(err, errStop) // SQLite takes it
			},
			"cast": func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE things SET n = CAST(id || 'x' AS BIGINT)`)
				return errors.Join(err, errStop)
			},
			"scan": func(tx *db.Tx) error {
				var n int64
				return tx.QueryRow(t.Context(), `SELECT id || 'x' FROM things`).Scan(&n)
			},
			"scan rows": func(tx *db.Tx) error {
				rows, err := tx.Query(t.Context(), `SELECT id || 'x' FROM things`)
				if err != nil {
					return err
				}
				defer rows.Close()
				var n int64
				rows.Next()
				return errors.Join(rows.Err(), rows.Scan(&n))
			},
		} {
			if err := d.Update(t.Context(), f); err == nil || strings.Contains(err.Error(), "1990000") {
				t.Errorf("%s: got %v, want an error without the number", name, err)
			}
		}
	})
}

func TestWrongNumberOfArgumentsIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		for _, args := range [][]any{{}, {"a", "b"}} {
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO things (id) VALUES (?)`, args...)
				return err
			})
			if !fault.Is(err, fault.Internal) {
				t.Errorf("%d arguments: got %v, want Internal", len(args), err)
			}
		}
	})
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		var ran []string
		note := func(s string) func() { return func() { ran = append(ran, s) } }
		mustUpdate(t, d, func(tx *db.Tx) error {
			tx.AfterCommit(note("first"))
			tx.AfterCommit(func() { wantThings(t, d, "a") }) // it is there, and the database is free
			tx.AfterCommit(note("second"))
			return insert(t.Context(), tx, "a")
		})
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(note("never"))
			return errStop
		})
		if !errors.Is(err, errStop) || !slices.Equal(ran, []string{"first", "second"}) {
			t.Errorf("got %v, %v, want first, second", ran, err)
		}
	})
}

func TestNextSeqHasNoGaps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const callers = 100
		var mu sync.Mutex
		var got []int64
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					if err := insert(t.Context(), tx, fmt.Sprintf("%03d", i)); err != nil {
						return err
					}
					n, err := tx.NextSeq(t.Context(), "events", 2)
					if err != nil {
						return err
					}
					if i%5 == 0 {
						return errStop
					}
					tx.AfterCommit(func() {
						mu.Lock()
						defer mu.Unlock()
						got = append(got, n, n+1)
					})
					return nil
				})
				if (i%5 == 0) != errors.Is(err, errStop) || i%5 != 0 && err != nil {
					t.Errorf("caller %d: got %v", i, err)
				}
			})
		}
		all.Wait()
		slices.Sort(got)
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("number %d of the sorted ones is %d: %v", i+1, n, got)
			}
		}
		if want := callers * 4 / 5; len(got) != 2*want || len(things(t, d)) != want {
			t.Errorf("got %d numbers, %d things, want %d, %d", len(got), len(things(t, d)), 2*want, want)
		}
	})
}

func TestViewSeesOneStateAndChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		count := func(tx *db.Tx) (n int) {
			if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM things`).Scan(&n); err != nil {
				t.Errorf("count: %v", err)
			}
			return n
		}
		err := d.View(t.Context(), func(tx *db.Tx) error {
			before := count(tx)
			mustUpdate(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, "meanwhile") })
			if after := count(tx); before != 0 || after != 0 {
				t.Errorf("got %d, then %d, want 0 both times", before, after)
			}
			return nil
		})
		if err != nil {
			t.Errorf("view: %v", err)
		}
		if err := d.View(t.Context(), func(tx *db.Tx) error { return insert(t.Context(), tx, "b") }); err == nil {
			t.Error("a view wrote")
		}
		wantThings(t, d, "meanwhile")
	})
}

func TestTransactionIsOverWhenItsFunctionReturns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		mustUpdate(t, d, func(tx *db.Tx) error {
			kept = tx
			_, err := tx.Query(t.Context(), `SELECT id FROM things`) // forgotten, and closed for us
			return err
		})
		if err := insert(t.Context(), kept, "late"); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("exec: got %v, want sql.ErrTxDone", err)
		}
		var id string
		if err := kept.QueryRow(t.Context(), `SELECT id FROM things`).Scan(&id); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("query: got %v, want sql.ErrTxDone", err)
		}
		wantThings(t, d)
	})
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Update(ctx, func(tx *db.Tx) error {
			if err := insert(ctx, tx, "kept"); err != nil {
				return err
			}
			cancel() // all is said: the answer tells what came of it
			return nil
		})
		if err != nil {
			t.Errorf("cancelled after the last statement: got %v", err)
		}
		err = d.Update(ctx, func(tx *db.Tx) error { return insert(ctx, tx, "before") })
		if !fault.Is(err, fault.Retry) || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: got %v, want Retry", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		err = d.Update(ctx, func(tx *db.Tx) error {
			cancel()
			return insert(ctx, tx, "between")
		})
		if !fault.Is(err, fault.Retry) {
			t.Errorf("cancelled between: got %v, want Retry", err)
		}
		wantThings(t, d, "kept")
	})
}

func TestTimeIsFixedInATransaction(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		start := time.Date(2026, 11, 23, 8, 0, 0, 1999, time.FixedZone("Shanghai", 8*3600))
		hands := clock.NewManual(start)
		d := dbtest.Open(t, o, hands)
		mustUpdate(t, d, func(tx *db.Tx) error {
			hands.Advance(time.Hour)
			want := time.Date(2026, 11, 23, 0, 0, 0, 1000, time.UTC)
			if got := tx.Now(); got != want || db.Time(db.Micros(got)) != want {
				t.Errorf("now: got %v, want %v", got, want)
			}
			lease, err := tx.LeaseNow(t.Context())
			if err != nil || (d.Engine() == "sqlite") != lease.Equal(want) {
				t.Errorf("lease: got %v, %v", lease, err)
			}
			return err
		})
	})
}

func TestLockingClausesRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		mustUpdate(t, d, func(tx *db.Tx) error {
			for _, clause := range []string{tx.ForUpdate(), tx.SkipLocked()} {
				if _, err := tx.Exec(t.Context(), `SELECT id FROM things`+clause); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func TestTypesComeBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		blob := "BLOB"
		if d.Engine() == "postgres" {
			blob = "BYTEA"
		}
		mustExec(t, d, `CREATE TABLE kinds (b BOOLEAN NOT NULL, x `+blob+`, f DOUBLE PRECISION, at BIGINT, s TEXT)`)
		now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		mustExec(t, d, `INSERT INTO kinds VALUES (?, ?, ?, ?, ?)`, true, []byte{0, 1}, 31.25, db.NullMicros(&now), "安铃?")
		mustExec(t, d, `INSERT INTO kinds VALUES (?, ?, ?, ?, ?)`, false, nil, nil, db.NullMicros(nil), nil)
		err := d.View(t.Context(), func(tx *db.Tx) error {
			var b bool
			var x []byte
			var f float64
			var at sql.NullInt64
			var s string
			err := tx.QueryRow(t.Context(), `SELECT b, x, f, at, s FROM kinds WHERE b = ? AND s LIKE '%?'`, true).Scan(&b, &x, &f, &at, &s)
			if err != nil || !b || len(x) != 2 || f != 31.25 || !db.NullTime(at).Equal(now) || s != "安铃?" {
				t.Errorf("got %v %v %v %v %v, %v", b, x, f, at, s, err)
			}
			var null []byte
			err = tx.QueryRow(t.Context(), `SELECT x, at FROM kinds WHERE NOT b`).Scan(&null, &at)
			if err != nil || null != nil || db.NullTime(at) != nil {
				t.Errorf("nulls: got %v %v, %v", null, at, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestClosedDatabaseRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		inside, release, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			ended <- d.Update(t.Context(), func(tx *db.Tx) error {
				close(inside)
				<-release
				_, err := tx.NextSeq(t.Context(), "x", 1)
				return err
			})
		}()
		<-inside
		closed := make(chan error)
		go func() { closed <- d.Close() }()
		close(release)
		if err := <-ended; err != nil {
			t.Errorf("the call under way: got %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("close: %v", err)
		}
		nothing := func(*db.Tx) error { return nil }
		for name, err := range map[string]error{
			"update": d.Update(t.Context(), nothing),
			"view":   d.View(t.Context(), nothing),
			"ping":   d.Ping(t.Context()),
		} {
			if !errors.Is(err, db.ErrClosed) || !fault.Is(err, fault.Retry) {
				t.Errorf("%s: got %v, want ErrClosed", name, err)
			}
		}
		if err := d.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
	})
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		for want := int64(1); want <= 3; want++ {
			d, err := db.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(d.Migrate(t.Context()), d.CheckSchema(t.Context()), d.Ping(t.Context())); err != nil {
				t.Fatal(err)
			}
			var got int64
			mustUpdate(t, d, func(tx *db.Tx) (err error) {
				got, err = tx.NextSeq(t.Context(), "x", 1)
				return err
			})
			if got != want {
				t.Errorf("got %d, want %d", got, want)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSmallHelpers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{-1: "NULL", 0: "NULL", 1: "?", 3: "?,?,?"} {
		if got := db.InList(n); got != want {
			t.Errorf("list of %d: got %q, want %q", n, got, want)
		}
	}
	if a, b := db.NewID(), db.NewID(); len(a) != 36 || a >= b {
		t.Errorf("ids: got %s, then %s, want them ordered", a, b)
	}
}
