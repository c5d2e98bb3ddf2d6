package devices

import (
	"context"
	"fmt"
	"time"

	"anling/alerts"
	"anling/geo/fence"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

const zoneBatch = 200 // elders of one look

// ZoneWatch looks at elders at the moments at which something becomes true without a fix: a zone comes into force while they are outside, or a
// leaving has not been contradicted for long enough. Like [Watch] it has no timers, and any number of nodes may do it.
type ZoneWatch struct {
	in    *Intake
	clock clock.Clock
}

// NewZoneWatch gives a ZoneWatch. Run it.
func NewZoneWatch(in *Intake) *ZoneWatch { return &ZoneWatch{in: in, clock: in.clock} }

// Run looks at elders until ctx ends.
func (w *ZoneWatch) Run(ctx context.Context) error {
	for {
		did, _, err := w.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.in.log.Error("elders outside their zones could not be looked for", "err", err)
		}
		if did == zoneBatch && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.clock.After(watchEvery):
		}
	}
}

// Step looks at the elders whose turn it is, a batch of them. It tells how many it looked at, and when the next one has their turn.
func (w *ZoneWatch) Step(ctx context.Context) (did int, next time.Time, err error) {
	var due []registry.ElderID
	err = w.in.db.View(ctx, func(tx *db.Tx) (err error) {
		if due, err = dueForZone(ctx, tx, zoneBatch); err != nil {
			return err
		}
		next, err = nextZone(ctx, tx)
		return err
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("look for elders whose turn it is: %w", err)
	}
	for _, elder := range due {
		err := w.look(ctx, elder)
		if ctx.Err() != nil {
			return did, next, ctx.Err()
		}
		if err == nil {
			continue
		}
		w.in.log.Error("a safe zone could not be judged", "elder", string(elder), "err", err)
		if err := w.later(ctx, elder); err != nil {
			return did, next, err
		}
	}
	return len(due), next, nil
}

// look is one transaction, again when another node was quicker.
func (w *ZoneWatch) look(ctx context.Context, elder registry.ElderID) error {
	for try := 1; ; try++ {
		err := w.in.db.Update(ctx, func(tx *db.Tx) error { return w.in.lookAtZone(ctx, tx, elder) })
		if kind := fault.KindOf(err); try == insistTimes || kind != fault.Retry && kind != fault.Conflict {
			return err
		}
	}
}

// later has an elder whose zones cannot be judged looked at again a minute later, so that they hold up nobody else.
func (w *ZoneWatch) later(ctx context.Context, elder registry.ElderID) error {
	return w.in.db.Update(ctx, func(tx *db.Tx) error { return postponeZone(ctx, tx, elder, tx.Now().Add(stuckAgain)) })
}

func (in *Intake) lookAtZone(ctx context.Context, tx *db.Tx, elder registry.ElderID) error {
	z := &zoned{elder: elder}
	err := in.openZoned(ctx, tx, z)
	if err != nil || z.turn == nil || z.turn.After(tx.Now()) {
		return err // another node was quicker
	}
	if z.set, err = in.registry.ZonesNowTx(ctx, tx, elder); err != nil {
		return err
	}
	if len(z.set.Zones) == 0 {
		return dropZoned(ctx, tx, elder)
	}
	devices, err := in.registry.DevicesTx(ctx, tx, elder)
	if err != nil {
		return fmt.Errorf("devices of elder %s: %w", elder, err)
	}
	z.forgetOthers(devices)
	began := len(z.set.Fences(z.turn.Add(-time.Second))) == 0
	for _, d := range devices {
		if err := in.lookByDevice(ctx, tx, z, glance{device: d, began: began}); err != nil {
			return err
		}
	}
	return in.keepZoned(ctx, tx, z, z.next(tx.Now()))
}

// forgetOthers drops what was known by devices that are the elder's no more.
func (z *zoned) forgetOthers(theirs []registry.Device) {
	known := map[registry.DeviceID]fence.State{}
	for _, d := range theirs {
		if s, ok := z.record.Devices[d.ID]; ok {
			known[d.ID] = s
		}
	}
	z.record.Devices = known
}

// glance is one look at an elder by one of their devices.
type glance struct {
	device registry.Device
	began  bool // their zones have just come into force
}

// lookByDevice believes a leaving that nothing has contradicted, or judges anew where the device was last.
func (in *Intake) lookByDevice(ctx context.Context, tx *db.Tx, z *zoned, g glance) error {
	now := tx.Now()
	state := z.record.Devices[g.device.ID]
	if j := state.Ripen(now); j.Changed {
		_, err := in.settleZone(ctx, tx, z, seenBy{device: g.device}, j)
		return err
	}
	p, known, err := in.lastPosition(ctx, tx, g.device)
	if err != nil || !known || now.Sub(p.At) > fence.FreshFor || state.Where == fence.Leaving {
		return err
	}
	fences := z.set.Fences(now)
	switch {
	case g.began:
		state = fence.State{}
	case state.Where == fence.Outside || state.Where == fence.Returning:
		fences = z.set.Every()
	}
	if len(fences) == 0 {
		return nil
	}
	fix := fixAt(p, now)
	fix.Heard = fix.At
	j := fence.Judge(state, fences, fix, nil)
	if ripe := j.Ripen(now); ripe.Changed {
		j = ripe
	}
	if !j.Changed && !g.began {
		return nil
	}
	_, err = in.settleZone(ctx, tx, z, seenBy{g.device, fix}, j)
	return err
}

// Zoned is how an elder stands towards their safe zones, by one device.
type Zoned struct {
	Device registry.DeviceID `json:"device"`
	Where  fence.Where       `json:"where"`
	Since  time.Time         `json:"since"`
	Alert  alerts.AlertID    `json:"alert,omitempty"`
}

// ZonedOf tells how an elder stands towards their safe zones, as far as it is known.
func (in *Intake) ZonedOf(ctx context.Context, elder registry.ElderID) ([]Zoned, error) {
	out := []Zoned{}
	err := in.db.View(ctx, func(tx *db.Tx) error {
		z, err := in.zonedOf(ctx, tx, elder)
		if err != nil || z == nil {
			return err
		}
		out = out[:0]
		for id, s := range z.record.Devices {
			out = append(out, Zoned{Device: id, Where: s.Where, Since: s.First.At, Alert: z.record.Alert})
		}
		return nil
	})
	return out, err
}
