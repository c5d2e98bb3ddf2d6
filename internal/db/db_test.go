package db_test

import (
	"testing"

	"anling/internal/db"
	"anling/internal/db/dbtest"
)

func TestCommitIsVisible(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var first int64
		err := d.Update(t.Context(), func(tx *db.Tx) (err error) {
			first, err = tx.NextSeq(t.Context(), "x", 3)
			return err
		})
		if err != nil || first != 1 {
			t.Fatalf("take numbers: got %d, %v, want 1", first, err)
		}
		var n int64
		err = d.View(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT n FROM counters WHERE name = ?`, "x").Scan(&n)
		})
		if err != nil || n != 3 {
			t.Fatalf("read: got %d, %v, want 3", n, err)
		}
	})
}
