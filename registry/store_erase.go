package registry

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
)

// eraseElder leaves of an elder's rows a stub.
func eraseElder(ctx context.Context, tx *db.Tx, id ElderID) error {
	for _, query := range []string{
		`DELETE FROM lookups WHERE row_id = ?`,
		`DELETE FROM identities WHERE row_id = ?`,
		`DELETE FROM reached WHERE contact IN (SELECT id FROM contacts WHERE elder = ?)`,
		`DELETE FROM caller_classes WHERE elder = ?`,
		`DELETE FROM safe_zones WHERE elder = ?`,
		`DELETE FROM zone_watch WHERE elder = ?`,
		`DELETE FROM moves WHERE resource = 'elder' AND record_id = ?`,
		`DELETE FROM attachment_contents WHERE id IN (SELECT id FROM attachments WHERE resource = 'elder' AND owner = ?)`,
		`DELETE FROM attachments WHERE resource = 'elder' AND owner = ?`,
	} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return fmt.Errorf("erase what leads to elder %s: %w", id, err)
		}
	}
	now := db.Micros(tx.Now())
	// Stubs, not gaps: what changes, the searches of every node read again and forget.
	_, err := tx.Exec(ctx, `
		UPDATE contacts SET record = ?, role = '', version = version + 1, updated_at = ?, archived_at = COALESCE(archived_at, ?)
		WHERE elder = ?`, []byte{}, now, now, id)
	if err != nil {
		return fmt.Errorf("erase the contacts of elder %s: %w", id, err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE elders SET record = ?, tier = '', area = '', household = '', safety_plan = FALSE,
			version = version + 1, updated_at = ?, archived_at = COALESCE(archived_at, ?)
		WHERE id = ?`, []byte{}, now, now, id)
	if err != nil {
		return fmt.Errorf("erase elder %s: %w", id, err)
	}
	return nil
}

// eraseDevice leaves a stub of a device that is named by its owner's number.
func eraseDevice(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identities WHERE kind = 'device' AND row_id = ?`, id); err != nil {
		return err
	}
	now := db.Micros(tx.Now())
	_, err := tx.Exec(ctx, `
		UPDATE devices SET record = ?, elder = '', version = version + 1, updated_at = ?, archived_at = COALESCE(archived_at, ?)
		WHERE id = ?`, []byte{}, now, now, id)
	if err != nil {
		return err
	}
	return endBinding(ctx, tx, DeviceID(id))
}

// mergedInto gives the archived records that are part of an elder's.
func mergedInto(ctx context.Context, tx *db.Tx, id ElderID) ([]ElderID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM elders WHERE merged_into <> '' AND merged_into = ? ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (m ElderID, err error) {
		err = db.Fault(rows.Scan(&m))
		return m, err
	})
}

func noteErasure(ctx context.Context, tx *db.Tx, id ElderID) error {
	_, err := tx.Exec(ctx, `INSERT INTO erasures (subject, at) VALUES (?, ?) ON CONFLICT (subject) DO NOTHING`, id, db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("note the erasure of %s: %w", id, err)
	}
	return nil
}

func isErased(ctx context.Context, tx *db.Tx, id ElderID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM erasures WHERE subject = ?`, id).Scan(&n)
	return n > 0, err
}

// expirePlaces deletes positions of helpers who have not moved since before a time.
func expirePlaces(ctx context.Context, tx *db.Tx, before time.Time) (int, error) {
	res, err := tx.Exec(ctx, `DELETE FROM helper_positions WHERE at < ?`, db.Micros(before))
	if err != nil {
		return 0, fmt.Errorf("delete old positions: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
