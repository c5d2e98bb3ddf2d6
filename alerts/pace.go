package alerts

import (
	"context"
	"time"

	"anling/internal/db"
	"anling/registry"
)

const (
	defaultPerHour = 30 // of tasks about devices that a centre can begin to work on in an hour
	mostPerHour    = 1000
	paceOver       = time.Hour
)

// Room tells how many tasks about devices that are lost or were never tried may begin at a centre now: so many an hour as its plan for
// such devices says (repair: per_hour), without those that began within the last hour and are not done. What a device says of itself
// has no pace, nor has an alarm.
func (e *Engine) Room(ctx context.Context, tx *db.Tx, centre registry.CentreID) (int, error) {
	q := PlanAsk{Kind: KindUntested, At: tx.Now()}
	var err error
	if q.Centres, q.Zone, err = e.centresAbove(ctx, tx, centre); err != nil {
		return 0, err
	}
	most := defaultPerHour
	if p, _ := e.plans.choose(q); p.Plan != nil && p.Repair.PerHour > 0 {
		most = p.Repair.PerHour
	}
	begun, err := e.store.begunSince(ctx, tx, centre, tx.Now().Add(-paceOver))
	return max(0, most-begun), err
}
