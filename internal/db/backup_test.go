package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

func TestBackupIsTheWholeDatabase(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	mustTake(t, d, 5)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := d.Backup(t.Context(), path); err != nil {
		t.Fatalf("backup: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("backup has rights %v (%v), want only ours", info.Mode().Perm(), err)
	}
	mustTake(t, d, 1) // after the backup: not in it

	copied := dbtest.Open(t, db.Options{Path: path}, nil)
	if err := copied.CheckIntegrity(t.Context()); err != nil {
		t.Errorf("integrity of the backup: %v", err)
	}
	if got := mustTake(t, copied, 1); got != 6 {
		t.Errorf("the backup's counter goes on with %d, want 6", got)
	}
}

func TestBackupOverwritesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dbtest.SQLite(t).Backup(t.Context(), path); err == nil {
		t.Error("a file that was there was overwritten")
	}
	if held, err := os.ReadFile(path); err != nil || string(held) != "precious" {
		t.Errorf("the file holds %q (%v) now", held, err)
	}
}

func TestPostgresIsNotBackedUpByUs(t *testing.T) {
	t.Parallel()
	if err := dbtest.Postgres(t).Backup(t.Context(), filepath.Join(t.TempDir(), "b")); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want a refusal that names pg_dump", err)
	}
}

// mustTake takes n numbers of a counter and gives the last.
func mustTake(t *testing.T, d *db.DB, n int64) int64 {
	t.Helper()
	var first int64
	err := d.Update(t.Context(), func(tx *db.Tx) (err error) {
		first, err = tx.NextSeq(context.Background(), "backup test", n)
		return err
	})
	if err != nil {
		t.Fatalf("take %d numbers: %v", n, err)
	}
	return first + n - 1
}
