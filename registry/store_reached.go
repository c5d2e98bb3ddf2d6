package registry

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
)

func saveReached(ctx context.Context, tx *db.Tx, x Reached) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO reached (contact, asked, answered, last_at, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (contact) DO UPDATE SET asked = excluded.asked, answered = excluded.answered, last_at = excluded.last_at, at = excluded.at`,
		x.Contact, x.Asked, x.Answered, db.NullMicros(x.LastAt), db.Micros(x.At))
	return err
}

// dropReached deletes what was not worked out anew: those alarms were too long ago.
func dropReached(ctx context.Context, tx *db.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM reached WHERE at < ?`, db.Micros(before)); err != nil {
		return fmt.Errorf("delete how contacts could once be reached: %w", err)
	}
	return nil
}

func reachedOf(ctx context.Context, tx *db.Tx, elder ElderID) ([]Reached, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.contact, r.asked, r.answered, r.last_at, r.at FROM contacts k JOIN reached r ON r.contact = k.id
		WHERE k.elder = ? AND k.archived_at IS NULL ORDER BY r.contact`, elder)
	if err != nil {
		return nil, fmt.Errorf("how the contacts of %s could be reached: %w", elder, err)
	}
	return collect(rows, func() (x Reached, err error) {
		var at int64
		err = db.Fault(rows.Scan(&x.Contact, &x.Asked, &x.Answered, microsInto{&x.LastAt}, &at))
		x.At = db.Time(at)
		return x, err
	})
}
