package seal

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"anling/internal/db"
)

// wrappedKey is a row of data_keys.
type wrappedKey struct {
	subject, id, kek string
	wrapped          []byte
	createdAt        int64
}

// listKeys gives the data keys of a subject, oldest first. They are sorted here, because SQLite would prepare a sorting
// statement again for each subject.
func listKeys(ctx context.Context, tx *db.Tx, subject string) ([]wrappedKey, error) {
	list, err := scanKeys(ctx, tx, `SELECT subject, id, kek, wrapped, created_at FROM data_keys WHERE subject = ?`, subject)
	slices.SortFunc(list, oldestFirst)
	return list, err
}

// listKeysOf gives the data keys of many subjects, oldest first.
func listKeysOf(ctx context.Context, tx *db.Tx, subjects []string) ([]wrappedKey, error) {
	args := make([]any, len(subjects))
	for i, s := range subjects {
		args[i] = s
	}
	list, err := scanKeys(ctx, tx, `SELECT subject, id, kek, wrapped, created_at FROM data_keys
		WHERE subject IN (`+db.InList(len(subjects))+`)`, args...)
	slices.SortFunc(list, oldestFirst)
	return list, err
}

func oldestFirst(a, b wrappedKey) int {
	return cmp.Or(cmp.Compare(a.createdAt, b.createdAt), cmp.Compare(a.id, b.id))
}

// stale asks for data keys wrapped by one of some master keys, after a place in the table.
type stale struct {
	keks        []any
	subject, id string
	limit       int
}

// listStale gives data keys for wrapping anew.
func listStale(ctx context.Context, tx *db.Tx, from stale) ([]wrappedKey, error) {
	args := append(append([]any{}, from.keks...), from.subject, from.id, from.limit)
	return scanKeys(ctx, tx, `
		SELECT subject, id, kek, wrapped, created_at
		FROM data_keys
		WHERE kek IN (`+db.InList(len(from.keks))+`) AND (subject, id) > (?, ?)
		ORDER BY subject, id
		LIMIT ?`+tx.ForUpdate(), args...)
}

func scanKeys(ctx context.Context, tx *db.Tx, query string, args ...any) (list []wrappedKey, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w wrappedKey
		if err := rows.Scan(&w.subject, &w.id, &w.kek, &w.wrapped, &w.createdAt); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

func insertKey(ctx context.Context, tx *db.Tx, w wrappedKey) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO data_keys (subject, id, kek, wrapped, created_at)
		VALUES (?, ?, ?, ?, ?)`, w.subject, w.id, w.kek, w.wrapped, db.Micros(tx.Now()))
	return err
}

func updateWrapped(ctx context.Context, tx *db.Tx, w wrappedKey) error {
	_, err := tx.Exec(ctx, `
		UPDATE data_keys
		SET kek = ?, wrapped = ?
		WHERE subject = ? AND id = ?`, w.kek, w.wrapped, w.subject, w.id)
	return err
}

func deleteKeys(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := tx.Exec(ctx, `DELETE FROM data_keys WHERE subject = ?`, subject)
	return err
}

// noteMaster remembers that a master key is in use.
func noteMaster(ctx context.Context, tx *db.Tx, kek string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO master_keys (kek, created_at) VALUES (?, ?)
		ON CONFLICT (kek) DO NOTHING`, kek, db.Micros(tx.Now()))
	return err
}

// listMasters gives the master keys that a ring must hold to open everything.
func listMasters(ctx context.Context, tx *db.Tx) (keks []string, err error) {
	rows, err := tx.Query(ctx, `SELECT kek FROM master_keys ORDER BY created_at, kek`)
	if err != nil {
		return nil, fmt.Errorf("list master keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kek string
		if err := rows.Scan(&kek); err != nil {
			return nil, fmt.Errorf("list master keys: %w", err)
		}
		keks = append(keks, kek)
	}
	return keks, rows.Err()
}

// forgetUnusedMasters drops the note of master keys that wrap nothing any more.
func forgetUnusedMasters(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM master_keys
		WHERE NOT EXISTS (SELECT 1 FROM data_keys WHERE data_keys.kek = master_keys.kek)`)
	return err
}

func countKeys(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, `SELECT kek, COUNT(*) FROM data_keys GROUP BY kek ORDER BY kek`)
	if err != nil {
		return nil, fmt.Errorf("count data keys: %w", err)
	}
	defer rows.Close()
	counts := map[string]int64{}
	for rows.Next() {
		var kek string
		var n int64
		if err := rows.Scan(&kek, &n); err != nil {
			return nil, fmt.Errorf("count data keys: %w", err)
		}
		counts[kek] = n
	}
	return counts, rows.Err()
}
