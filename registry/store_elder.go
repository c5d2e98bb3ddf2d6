package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// nextCount gives the next number of a counter; other transactions that want one wait until this one ends.
func nextCount(ctx context.Context, tx *db.Tx, name string) (n int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO registry_counters (name, last) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET last = registry_counters.last + 1
		RETURNING last`, name).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return n, nil
}

// raiseCount makes a counter go on behind a number that was given by hand.
func raiseCount(ctx context.Context, tx *db.Tx, name string, n int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO registry_counters (name, last) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE registry_counters.last < excluded.last`, name, n)
	if err != nil {
		return fmt.Errorf("count %s: %w", name, err)
	}
	return nil
}
