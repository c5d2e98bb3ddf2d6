package alerts

import (
	"context"
	"strconv"

	"anling/internal/db"
)

// Follow reads what happened after a global number and carries it into states, which the caller keeps from one call to the next: what
// the events alone say of each alert, from its first one on. No snapshot is opened; that both say the same is for Verify to find
// out. When an alert is looked for next (DueAt) is no event, and stays as the caller has set it.
func (e *Engine) Follow(ctx context.Context, global int64, limit int, states map[AlertID]*Alert) ([]Event, error) {
	var out []Event
	err := e.db.View(ctx, func(tx *db.Tx) error {
		rows, err := e.store.events(ctx, tx, `e.global > ? ORDER BY e.global LIMIT `+strconv.Itoa(limit), global)
		for _, r := range rows {
			out = append(out, r.Event)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, ev := range out {
		a := states[ev.Alert]
		if a == nil {
			a = &Alert{}
			states[ev.Alert] = a
		}
		due := a.DueAt
		evolve(a, ev)
		a.DueAt = due
	}
	return out, nil
}
