package web

import (
	"context"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// Seats tells the alert engine whether somebody sits at a centre: an operator of the centre is logged in whose console has been
// heard of within mannedWithin. An open console is heard of every minute.
type Seats struct{}

const mannedWithin = 3 * time.Minute

// Manned implements alerts.Seats.
func (Seats) Manned(ctx context.Context, tx *db.Tx, centre registry.CentreID) (bool, error) {
	n, err := seatsAt(ctx, tx, centre, tx.Now().Add(-mannedWithin))
	return n > 0, err
}
