package registry

import (
	"context"
	"fmt"
	"strconv"

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

// noConsentHolds is true of an elder for whom no consent to a purpose holds at a time.
const noConsentHolds = `NOT EXISTS (
	SELECT 1 FROM consents WHERE consents.elder = elders.id AND consents.purpose = ? AND consents.archived_at IS NULL
		AND consents.withdrawn_at IS NULL AND consents.given_at <= ? AND (consents.until_at IS NULL OR consents.until_at > ?))`

// sharedLookups gives those groups of rows to which the same hash leads, each row once.
func sharedLookups(ctx context.Context, tx *db.Tx, kind string, limit int) (groups [][]ElderID, err error) {
	rows, err := tx.Query(ctx, `
		SELECT hash, row_id FROM lookups WHERE kind = ? AND hash IN (
			SELECT hash FROM lookups WHERE kind = ? GROUP BY hash HAVING COUNT(*) BETWEEN 2 AND `+strconv.Itoa(maxAlike)+`
			ORDER BY hash LIMIT `+strconv.Itoa(limit)+`)
		ORDER BY hash, row_id`, kind, kind)
	if err != nil {
		return nil, fmt.Errorf("look who is alike: %w", err)
	}
	last := ""
	_, err = collect(rows, func() (id ElderID, err error) {
		var hash []byte
		err = db.Fault(rows.Scan(&hash, &id))
		if string(hash) != last || len(groups) == 0 {
			last, groups = string(hash), append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], id)
		return id, err
	})
	return groups, err
}
