package simtest

import (
	"context"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/registry"
)

// goDark silences the devices of some homes at once; the supervision of devices finds that they are one matter, and why.
func (w *world) goDark() {
	var dark []home
	for _, i := range w.rng.Perm(len(w.homes))[:3+w.rng.IntN(len(w.homes)-2)] {
		dark = append(dark, w.homes[i])
	}
	w.insist("dark", 5, func(n *node) error {
		err := n.call(func(ctx context.Context) error {
			return n.db.Update(ctx, func(tx *db.Tx) error { return n.gather(ctx, tx, dark) })
		})
		w.tell("%d devices fall silent together, as %s sees%s", len(dark), n.name, failed(err))
		return err
	})
	for _, hm := range dark {
		if w.chance(60) {
			w.after(time.Minute+w.upTo(9*time.Minute), "light", func() { w.light(hm) })
		}
	}
	if w.chance(30) {
		w.after(w.upTo(6*time.Minute), "dark", w.goDark)
	}
}

func (n *node) gather(ctx context.Context, tx *db.Tx, dark []home) error {
	var ids []registry.DeviceID
	for _, hm := range dark {
		if err := n.engine.Waits(ctx, tx, hm.device, alerts.KindLost); err != nil {
			return err
		}
		ids = append(ids, hm.device.ID)
	}
	n.afterCommit(tx)
	_, err := n.engine.Gather(ctx, tx, alerts.Cause{Centre: "county", By: alerts.ByGateway, Value: "http"}, ids)
	return err
}

// light lets a device be heard again.
func (w *world) light(hm home) {
	w.ledger.heard[string(hm.device.ID)] = w.now
	w.insist("light", 5, func(n *node) error {
		err := n.call(func(ctx context.Context) error {
			return n.db.Update(ctx, func(tx *db.Tx) error {
				return mouth{n}.Heard(ctx, tx, []registry.DeviceID{hm.device.ID})
			})
		})
		w.tell("%s is heard again by %s%s", hm.identity, n.name, failed(err))
		return err
	})
}

// checkOn is what an operator does about an outage.
func (w *world) checkOn() alerts.Command {
	switch n := w.rng.IntN(20); {
	case n < 14:
		how := []alerts.Outcome{alerts.Outcome(alerts.CheckedWell), alerts.Outcome(alerts.CheckedWell), alerts.Outcome(alerts.NeedsHelp), alerts.CheckUnreached}
		return alerts.Command{Type: alerts.CommandCheck, Person: string(w.homes[w.rng.IntN(len(w.homes))].elder.ID), Outcome: how[w.rng.IntN(len(how))]}
	case n < 17:
		return alerts.Command{Type: alerts.CommandResolve, Outcome: alerts.OutcomeOther}
	case n < 18:
		return alerts.Command{Type: alerts.CommandResolve, Outcome: alerts.OutcomeOther, Reason: "the power is back"}
	case n < 19:
		return alerts.Command{Type: alerts.CommandCancel, Reason: "seen to", Reached: alerts.ReachedElder}
	}
	return alerts.Command{Type: alerts.CommandNote, Text: "the grid company is asked"}
}
