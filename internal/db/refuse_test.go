package db_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// errDisk is what a disk says that fails.
var errDisk = errors.New("disk I/O error")

func TestARefusedStatementKeepsNothingAndHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		var refuse atomic.Pointer[string]
		o.Refuse = func(statement string) error {
			if r := refuse.Load(); r != nil && *r == statement {
				refuse.Store(nil)
				return errDisk
			}
			return nil
		}
		d := dbtest.Open(t, o, nil)
		mustExec(t, d, `CREATE TABLE things (id TEXT PRIMARY KEY)`)
		ctx := t.Context()
		const write = `INSERT INTO things (id) VALUES (?)`
		all := []string{"COMMIT", write}
		if o.URL == "" {
			all = append(all, "BEGIN IMMEDIATE", "ROLLBACK")
		}
		for _, statement := range all {
			told := false
			refuse.Store(&statement)
			err := d.Update(ctx, func(tx *db.Tx) error {
				tx.AfterCommit(func() { told = true })
				_, err := tx.Exec(ctx, write, statement)
				if err == nil && statement == "ROLLBACK" {
					return errDisk // there is something to be taken back, and that cannot be done
				}
				return err
			})
			if !errors.Is(err, errDisk) || told {
				t.Errorf("%s is refused: error %v, told %v", statement, err, told)
			}
			mustUpdate(t, d, func(tx *db.Tx) error { return insert(ctx, tx, "after "+statement) })
		}
		got := things(t, d)
		if len(got) != len(all) {
			t.Errorf("kept %v, want only what came after each refusal", got)
		}
	})
}
