package web

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// seatsAt counts the operators of a centre who were heard of since.
func seatsAt(ctx context.Context, tx *db.Tx, centre registry.CentreID, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM sessions JOIN operators ON operators.id = sessions.operator
		WHERE operators.centre = ? AND operators.archived_at IS NULL AND sessions.ends_at > ? AND sessions.seen_at > ?`,
		string(centre), db.Micros(tx.Now()), db.Micros(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the seats of centre %s: %w", centre, err)
	}
	return n, nil
}
