package devices

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/registry"
)

const (
	gatherBatch = 200              // devices that become part of an outage in one transaction: short enough that an alarm never waits for it
	foldBatch   = 20               // of those that had a task already, because each is an alert of its own
	riskBatch   = 1000             // elders who come on the safety plan in one look; the next look follows at once
	singleAfter = 15 * time.Minute // what cannot be made part of an outage is a task by itself then
)

// waiting is something wrong with a device that is nobody's task yet.
type waiting struct {
	device   registry.Device
	kind     string
	since    time.Time
	standing string
	cared    bool // its elder is on the safety plan by it
}

// gather looks at the losses that wait: those that are one matter become an outage, or part of one, and the others tasks of their
// own. All of it stands in the database: whichever node looks next goes on where another one ended.
func (w *Watch) gather(ctx context.Context, h Hearing) error {
	now := w.clock.Now()
	if now.Sub(w.turn) < gatherEvery && !now.Before(w.turn) {
		return nil
	}
	w.turn = now
	var peers []peer
	open := map[alerts.Cause]bool{}
	ripe := false
	err := w.db.View(ctx, func(tx *db.Tx) (err error) {
		if ripe, err = isRipe(ctx, tx, now.Add(-gatherFor)); err != nil || !ripe {
			return err
		}
		if peers, err = peersOfGathered(ctx, tx, now.Add(-singleAfter)); err != nil {
			return err
		}
		return w.openOutages(ctx, tx, peers, open)
	})
	if err != nil {
		return fmt.Errorf("read what fell silent: %w", err)
	}
	stuck := map[registry.DeviceID]bool{}
	for i := range peers {
		peers[i].missing = h.missing(peers[i].seen, now, peers[i].beat)
	}
	for _, o := range outages(peers, open) {
		if err := w.together(ctx, o); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			w.log.Error("an outage could not be raised", "by", o.cause.By, "devices", len(o.lost), "err", err)
			for _, id := range o.lost {
				stuck[id] = true
			}
		}
	}
	return w.alone(ctx, stuck)
}

// openOutages looks which outages are open with which the losses have their cause in common.
func (w *Watch) openOutages(ctx context.Context, tx *db.Tx, peers []peer, open map[alerts.Cause]bool) error {
	for _, p := range peers {
		if !p.gathered {
			continue
		}
		for _, c := range p.causes() {
			if _, known := open[c]; known {
				continue
			}
			is, err := w.tasks.OutageOpen(ctx, tx, c)
			if err != nil {
				return err
			}
			open[c] = is
		}
	}
	return nil
}

// together makes devices part of an outage, a batch in each transaction.
func (w *Watch) together(ctx context.Context, o outage) error {
	parts := slices.AppendSeq(slices.Collect(slices.Chunk(o.lost, gatherBatch)), slices.Chunk(o.tasks, foldBatch))
	for _, part := range parts {
		err := w.insist(ctx, func(tx *db.Tx) error {
			_, err := w.tasks.Gather(ctx, tx, o.cause, part)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// alone makes tasks of what has waited for others in vain, and of what was never tried, as many at each centre as there is room for: what
// is lost first, then the most fragile. The rest waits, and nothing is dropped; the elders do not wait: all of them are on the safety
// plan from now on. stuck belongs to an outage that could not be
// raised; it is tried again, but not for ever: nobody may be lost because a list cannot be written.
func (w *Watch) alone(ctx context.Context, stuck map[registry.DeviceID]bool) error {
	now := w.clock.Now()
	var all []waiting
	err := w.db.View(ctx, func(tx *db.Tx) (err error) {
		all, err = waitingTasks(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("read what waits to be a task: %w", err)
	}
	w.waits = len(all) > 0
	all = slices.DeleteFunc(all, func(t waiting) bool {
		since := now.Sub(t.since)
		return t.standing == alerts.StandsGathered && (since < gatherFor || stuck[t.device.ID] && since < singleAfter)
	})
	if all, err = w.care(ctx, all); err != nil {
		return err
	}
	left := int64(len(all))
	room := map[registry.CentreID]int{}
	for _, t := range all {
		free, err := w.roomAt(ctx, t.device.Centre, room)
		if err != nil {
			return err
		}
		if free == 0 {
			continue
		}
		if err := w.single(ctx, t); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			w.log.Error("devices could not be looked after", "device", string(t.device.ID), "err", err)
			continue
		}
		room[t.device.Centre]--
		left--
	}
	w.queued.Store(left)
	return nil
}

// care puts the elders of devices that are lost one by one, or were never tried, on the safety plan, the most fragile first, and gives
// what waits for a task after that. Hours later these losses are not taken to have happened with others.
func (w *Watch) care(ctx context.Context, all []waiting) (cared []waiting, err error) {
	n := 0
	for _, t := range all {
		if t.cared {
			cared = append(cared, t)
			continue
		}
		if n++; n > riskBatch {
			w.turn = time.Time{} // the others in a moment
			continue
		}
		err := w.insist(ctx, func(tx *db.Tx) error { return w.tasks.AtRisk(ctx, tx, t.device, t.kind) })
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			w.log.Error("devices could not be looked after", "device", string(t.device.ID), "err", err)
			continue
		}
		t.standing = alerts.StandsAlone
		cared = append(cared, t)
	}
	return cared, nil
}

// roomAt asks once how much room there is at a centre.
func (w *Watch) roomAt(ctx context.Context, centre registry.CentreID, known map[registry.CentreID]int) (int, error) {
	if n, ok := known[centre]; ok {
		return n, nil
	}
	err := w.db.View(ctx, func(tx *db.Tx) (err error) {
		known[centre], err = w.tasks.Room(ctx, tx, centre)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look how many tasks centre %s has: %w", centre, err)
	}
	return known[centre], nil
}

// single makes one task. A node that was quicker has claimed it.
func (w *Watch) single(ctx context.Context, t waiting) error {
	return w.insist(ctx, func(tx *db.Tx) error {
		ours, err := claim(ctx, tx, t)
		if err != nil || !ours {
			return err
		}
		now := tx.Now()
		_, err = w.tasks.Signal(ctx, tx, alerts.Signal{ID: db.NewID(), Kind: t.kind, Device: t.device, Elder: t.device.Elder,
			Protocol: t.device.Protocol, At: now, ReceivedAt: now})
		return err
	})
}
