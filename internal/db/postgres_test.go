package db_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

func TestPostgresRefusesSettingsThatLoseCommits(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	for commit, kept := range map[string]bool{"off": false, "local": true, "on": true} {
		d, err := db.Open(t.Context(), db.Options{URL: url + "&synchronous_commit=" + commit})
		if (err == nil) != kept {
			t.Errorf("synchronous_commit = %s: got %v, accepted should be %v", commit, err, kept)
		}
		if err != nil && !strings.Contains(err.Error(), "synchronous_commit = off") {
			t.Errorf("the refusal does not say why: %v", err)
		}
		if d != nil {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestPostgresTriesAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	tries := 0
	mustUpdate(t, d, func(tx *db.Tx) error {
		if _, err := tx.NextSeq(t.Context(), "x", 1); err != nil {
			return err
		}
		if tries++; tries > 2 {
			return nil
		}
		var gone bool // the server throws us out in the middle
		return tx.QueryRow(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`).Scan(&gone)
	})
	mustUpdate(t, d, func(tx *db.Tx) error {
		if n, err := tx.NextSeq(t.Context(), "x", 1); err != nil || n != 2 || tries != 3 {
			t.Errorf("got number %d after %d tries, %v, want 2 after 3", n, tries, err)
		}
		return nil
	})
	tries = 0
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		tries++
		return fault.New(fault.Retry, "the caller's own")
	})
	if !fault.Is(err, fault.Retry) || tries != 1 {
		t.Errorf("the caller's own error: %d tries, %v, want 1", tries, err)
	}
}

func TestPostgresDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	for _, name := range []string{"a", "b"} {
		mustUpdate(t, d, func(tx *db.Tx) error {
			_, err := tx.NextSeq(t.Context(), name, 1)
			return err
		})
	}
	var all, met sync.WaitGroup
	met.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		tries := 0
		all.Go(func() {
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.NextSeq(t.Context(), order[0], 1); err != nil {
					return err
				}
				if tries++; tries == 1 { // each holds what the other wants
					met.Done()
					met.Wait()
				}
				_, err := tx.NextSeq(t.Context(), order[1], 1)
				return err
			})
			if err != nil {
				t.Errorf("%v: %v", order, err)
			}
		})
	}
	all.Wait()
	mustUpdate(t, d, func(tx *db.Tx) error {
		if n, err := tx.NextSeq(t.Context(), "a", 1); err != nil || n != 4 {
			t.Errorf("got number %d, %v, want 4", n, err)
		}
		return nil
	})
}

func TestPostgresNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			d, err := db.Open(t.Context(), db.Options{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(d.Migrate(t.Context()), d.CheckSchema(t.Context()), d.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestMigrationsOnPostgres(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), db.Options{URL: dbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	db.MigrationsContract(t, d)
}
