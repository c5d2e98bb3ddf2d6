package alerts

import (
	"context"
	"fmt"

	"anling/internal/db"
	"anling/internal/fault"
)

// tasksOf finds the open tasks of losses that are to become part of an outage, in the order of the losses. A loss whose task cannot be
// read stays a task of its own, and is left out of what it gives.
func (e *Engine) tasksOf(ctx context.Context, tx *db.Tx, lost []openTrouble) (rest []openTrouble, tasks []AlertID, err error) {
	for _, t := range lost {
		id := t.repair()
		if id == "" {
			rest = append(rest, t)
			continue
		}
		a, err := e.store.load(ctx, tx, id)
		switch {
		case isLocked(err):
			continue
		case fault.Is(err, fault.NotFound): // let go by the retention
		case err != nil:
			return nil, nil, fmt.Errorf("task %s of a loss: %w", id, err)
		case a.State.Working():
			tasks = append(tasks, id)
		}
		rest = append(rest, t)
	}
	return rest, tasks, nil
}

// fold lets the tasks of losses join the outage of which they turned out to be part. Who is on the safety plan because of such a loss
// stays on it, because only a real press ends that; the reason names the outage from now on.
//
//house:parameters what joins what
func (e *Engine) fold(ctx context.Context, tx *db.Tx, outage AlertID, lost []openTrouble, tasks []AlertID) error {
	for _, id := range tasks {
		if err := e.tell(ctx, tx, id, Command{Type: commandFold, Actor: System(), Alert: outage}); err != nil {
			return fmt.Errorf("let task %s join outage %s: %w", id, outage, err)
		}
	}
	for _, t := range lost {
		if !t.safety {
			continue
		}
		t.Task = outage
		err := e.tellSafety(ctx, tx, t.elder, Command{Type: commandTrouble, Actor: System(), news: &news{trouble: t.Trouble}})
		if err != nil && !isLocked(err) {
			return err
		}
	}
	return nil
}
