package alerts

import (
	"context"
	"slices"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Safety is an elder's safety plan as it stands: somebody looks after them until every device of theirs is proved to work.
type Safety struct {
	Alert AlertID   `json:"alert"`
	Since time.Time `json:"since"`
	Why   []Trouble `json:"why"`
}

// SafetyOf gives the safety plan that an elder is on, or nil.
func (e *Engine) SafetyOf(ctx context.Context, elder registry.ElderID) (*Safety, error) {
	var out *Safety
	err := e.db.View(ctx, func(tx *db.Tx) error {
		out = nil
		id, err := e.store.openSafety(ctx, tx, elder)
		if id == "" || err != nil {
			return err
		}
		a, err := e.store.read(ctx, tx, id, "")
		if isLocked(err) {
			out = &Safety{Alert: id} // who it is about cannot be read, that somebody is at risk can
			return nil
		}
		if err != nil {
			return err
		}
		out = &Safety{Alert: id, Since: a.RaisedAt, Why: slices.Clone(a.Troubles)}
		return nil
	})
	return out, err
}

// atRisk puts an elder on the safety plan because of a trouble, or adds it to the reasons.
func (e *Engine) atRisk(ctx context.Context, tx *db.Tx, t openTrouble) error {
	if t.elder == "" {
		return nil
	}
	c := Command{Type: commandTrouble, Actor: System(), news: &news{trouble: t.Trouble}}
	id, err := e.store.openSafety(ctx, tx, t.elder)
	if err != nil {
		return err
	}
	if id != "" {
		return e.tell(ctx, tx, id, c)
	}
	el, err := e.registry.ElderTx(ctx, tx, t.elder)
	if fault.Is(err, fault.NotFound) || err == nil && el.ArchivedAt != nil {
		return nil
	}
	if err != nil {
		return err
	}
	now := tx.Now()
	in := Signal{Kind: KindSafety, Elder: t.elder, At: now, ReceivedAt: now}
	r := &Raise{Kind: KindSafety, Language: "zh", PressedAt: now, joinKey: elderKey(t.elder, KindSafety)}
	if err := e.identify(ctx, tx, r, in, []registry.ElderID{t.elder}); err != nil {
		return err
	}
	if err := e.plan(ctx, tx, r, in); err != nil {
		return err
	}
	if r.Number, err = tx.NextSeq(ctx, "alert_number", 1); err != nil {
		return err
	}
	return e.advance(ctx, tx, &Alert{}, Command{Type: commandRaise, Actor: System(), raise: r}, c)
}

// tellSafety carries news into the safety plan of an elder, if they are on it.
func (e *Engine) tellSafety(ctx context.Context, tx *db.Tx, elder registry.ElderID, c Command) error {
	if elder == "" {
		return nil
	}
	id, err := e.store.openSafety(ctx, tx, elder)
	if id == "" || err != nil {
		return err
	}
	return e.tell(ctx, tx, id, c)
}

// stillAtRisk begins a safety plan anew that had become an emergency, when that has ended and the devices are as they were.
func (e *Engine) stillAtRisk(ctx context.Context, tx *db.Tx, a *Alert) error {
	if a.Kind != KindSafety || !a.State.Ended() || a.isTask() || len(a.Troubles) == 0 {
		return nil
	}
	left, err := e.store.troublesOfElder(ctx, tx, a.Elder)
	if err != nil {
		return err
	}
	for _, t := range left {
		if err := e.atRisk(ctx, tx, t); err != nil {
			return err
		}
		if t.Mended == nil {
			continue
		}
		c := Command{Type: commandMend, Actor: System(), news: &news{trouble: t.Trouble}}
		if err := e.tellSafety(ctx, tx, t.elder, c); err != nil {
			return err
		}
	}
	return nil
}

// noneOf is the name under which it is written down that an elder has no device left that is known to work.
func noneOf(elder registry.ElderID) registry.DeviceID { return registry.DeviceID("none/" + elder) }

// Released ends what was wrong with a device for the elder whose it is no more; it is as broken for the next one. An elder on the safety
// plan who has nothing left that is known to work stays on it, until some device of theirs has been pressed.
func (e *Engine) Released(ctx context.Context, tx *db.Tx, d registry.Device) error {
	open, err := e.store.troublesOf(ctx, tx, []registry.DeviceID{d.ID})
	if err != nil {
		return err
	}
	for _, t := range open {
		if t.elder == d.Elder && d.ArchivedAt == nil {
			continue
		}
		if !t.safety {
			// Whose it was stays on the list of the outage, if there is one, until somebody has looked.
			if err := e.store.endTrouble(ctx, tx, t); err != nil {
				return err
			}
			continue
		}
		if err := e.release(ctx, tx, t); err != nil {
			return err
		}
		if d.Elder == "" || d.ArchivedAt != nil || t.Mended != nil || t.Kind == KindUntested || t.Kind == KindLost {
			continue
		}
		now := tx.Now()
		if _, err := e.Signal(ctx, tx, Signal{ID: db.NewID(), Kind: t.Kind, Device: d, Elder: d.Elder, Protocol: d.Protocol, At: now, ReceivedAt: now}); err != nil {
			return err
		}
	}
	return e.store.watchAgain(ctx, tx, d.ID)
}

func (e *Engine) release(ctx context.Context, tx *db.Tx, t openTrouble) error {
	if err := e.store.endTrouble(ctx, tx, t); err != nil {
		return err
	}
	n := &news{device: t.Device, reason: "unbound"}
	el, err := e.registry.ElderTx(ctx, tx, t.elder)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && el.ArchivedAt == nil && t.elder != "" {
		works, err := e.store.hasProved(ctx, tx, t.elder, t.Device)
		if err != nil {
			return err
		}
		n.alone = !works
	}
	c := Command{Type: commandRelease, Actor: System(), news: n}
	if err := e.tell(ctx, tx, t.repair(), c); err != nil {
		return err
	}
	on, err := e.store.openSafety(ctx, tx, t.elder)
	if on == "" || err != nil {
		return err
	}
	if n.alone {
		none := openTrouble{Trouble: Trouble{Device: noneOf(t.elder), Kind: noDevice, Since: tx.Now(), Task: on}, elder: t.elder}
		if err := e.store.addTrouble(ctx, tx, none); err != nil {
			return err
		}
	}
	return e.tell(ctx, tx, on, c)
}
