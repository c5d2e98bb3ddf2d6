package devices

import (
	"context"
	"fmt"
	"time"

	"anling/alerts"
	"anling/geo"
	"anling/geo/fence"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// zoneRecord is how an elder stands towards their safe zones, by each device that says where it is. It is written only when something has
// changed, before the device is answered, so that no fix that matters lives in memory alone.
type zoneRecord struct {
	Devices map[registry.DeviceID]fence.State `json:"devices"`
	Alert   alerts.AlertID                    `json:"alert,omitempty"` // of the last leaving, while they are not back
}

// zoned is an elder in the hands of a judge: what is known, and what comes of a fix.
type zoned struct {
	elder  registry.ElderID
	set    *registry.ZoneSet
	turn   *time.Time // when they are to be looked at, as it is written
	record zoneRecord
}

// fixOf is the fix of a report; false when it tells nothing of an elder.
func fixOf(who origin, r Record) (fence.Fix, bool) {
	if r.Position == nil || who.elder == "" || who.device.ID == "" || r.Kind.Alarm() {
		return fence.Fix{}, false
	}
	return fixAt(*dated(r.Position, r.At), r.ReceivedAt), true
}

// fixAt makes a fix of a position. A clock that is ahead is not believed.
func fixAt(p geo.Position, heard time.Time) fence.Fix {
	return fence.Fix{Point: p.Point, Accuracy: geo.Metres(p.AccuracyM), At: earlier(p.At, heard), Heard: heard}
}

func positionOf(f fence.Fix) geo.Position {
	return geo.Position{Point: f.Point, AccuracyM: float64(f.Accuracy), At: f.At, Source: geo.SourceDevice}
}

// crosses tells whether a fix changes how the elder stands towards their zones. It only reads: most fixes change nothing, and those of elders
// without a zone cost a look into memory. What cannot be judged here is left to who writes, and says so: it must keep no report out.
func (in *Intake) crosses(ctx context.Context, tx *db.Tx, who origin, r Record) bool {
	fix, ok := fixOf(who, r)
	if !ok {
		return false
	}
	z, err := in.zonedOf(ctx, tx, who.elder)
	if err != nil || z == nil {
		return err != nil
	}
	j, err := in.judge(ctx, tx, z, seenBy{who.device, fix})
	return err != nil || j.Changed
}

// cross writes down what a fix changes, and raises the alarm. It is durable when it returns.
func (in *Intake) cross(ctx context.Context, who origin, r Record) (id alerts.AlertID, err error) {
	err = in.db.Update(db.Urgent(ctx), func(tx *db.Tx) (err error) {
		id, err = in.crossTx(ctx, tx, who, r)
		return err
	})
	return id, err
}

func (in *Intake) crossTx(ctx context.Context, tx *db.Tx, who origin, r Record) (alerts.AlertID, error) {
	fix, ok := fixOf(who, r)
	if !ok {
		return "", nil
	}
	z, err := in.zonedOf(ctx, tx, who.elder)
	if err != nil || z == nil {
		return "", err
	}
	saw := seenBy{who.device, fix}
	j, err := in.judge(ctx, tx, z, saw)
	if err != nil || !j.Changed {
		return "", err
	}
	id, err := in.settleZone(ctx, tx, z, saw, j)
	if err != nil {
		return "", err
	}
	next := z.next(tx.Now())
	if z.turn != nil && !z.turn.After(tx.Now()) {
		next = z.turn // a look that is due is not taken away
	}
	return id, in.keepZoned(ctx, tx, z, next)
}

// seenBy is a fix of a device.
type seenBy struct {
	device registry.Device
	fix    fence.Fix
}

// zonedOf reads an elder with their zones; nil for who has none. In a transaction that writes, others wait for this one.
func (in *Intake) zonedOf(ctx context.Context, tx *db.Tx, elder registry.ElderID) (*zoned, error) {
	set, err := in.registry.ZonesTx(ctx, tx, elder)
	if err != nil || set == nil || len(set.Zones) == 0 {
		return nil, err
	}
	z := &zoned{elder: elder, set: set}
	return z, in.openZoned(ctx, tx, z)
}

func (in *Intake) openZoned(ctx context.Context, tx *db.Tx, z *zoned) error {
	z.record.Devices = map[registry.DeviceID]fence.State{}
	turn, cell, err := zoneRow(ctx, tx, z.elder)
	z.turn = turn
	if err != nil || len(cell) == 0 {
		return err
	}
	key, err := in.vault.Existing(ctx, tx, string(z.elder))
	if err != nil {
		return fmt.Errorf("key of elder %s: %w", z.elder, err)
	}
	if err := key.OpenJSON("zone_watch", "record", string(z.elder), cell, &z.record); err != nil {
		return fmt.Errorf("open how elder %s stands: %w", z.elder, err)
	}
	return nil
}

// judge says what a fix shows. Leaving is judged by the zones that were in force at the time of the fix, returning by all of them.
func (in *Intake) judge(ctx context.Context, tx *db.Tx, z *zoned, saw seenBy) (fence.Judgement, error) {
	state := z.record.Devices[saw.device.ID]
	out := state.Where == fence.Outside || state.Where == fence.Returning
	fences := z.set.Fences(saw.fix.At)
	if out {
		fences = z.set.Every()
	}
	if len(fences) == 0 {
		return fence.Judgement{State: state}, nil
	}
	var before *fence.Fix
	p, known, err := in.lastPosition(ctx, tx, saw.device)
	if err != nil {
		return fence.Judgement{}, err
	}
	if known {
		f := fixAt(p, saw.fix.Heard)
		before = &f
	}
	return fence.Judge(state, fences, saw.fix, before), nil
}

// settleZone carries a judgement into the record and the alert.
func (in *Intake) settleZone(ctx context.Context, tx *db.Tx, z *zoned, saw seenBy, j fence.Judgement) (id alerts.AlertID, err error) {
	z.record.Devices[saw.device.ID] = j.State
	switch {
	case j.Verdict == fence.Left:
		id, err = in.engine.Signal(ctx, tx, z.signal(tx.Now(), saw.device, j.State))
		z.record.Alert = id
	case j.Verdict == fence.Back && z.record.Alert != "":
		err = in.engine.ZoneBack(ctx, tx, alerts.ZoneReturn{Alert: z.record.Alert, Device: saw.device, Position: positionOf(j.Last)})
		z.record.Alert = ""
	}
	return id, err
}

// signal is the alarm: since when, and where they were last. Who was outside before a zone came into force has left it at that moment.
func (z *zoned) signal(now time.Time, d registry.Device, s fence.State) alerts.Signal {
	at := s.First.At
	if len(z.set.Fences(at)) == 0 {
		at = now
	}
	p := positionOf(s.Last)
	out := alerts.Signal{ID: db.NewID(), Kind: alerts.KindZone, Device: d, Elder: z.elder, Protocol: d.Protocol, At: at, ReceivedAt: now, Position: &p}
	for _, one := range z.set.Zones {
		out.Tell = append(out.Tell, one.Tell...)
	}
	return out
}

// next is when something becomes true of the elder without a fix; nil when nothing does.
func (z *zoned) next(now time.Time) *time.Time {
	next := z.set.Begins(now)
	for _, s := range z.record.Devices {
		if s.Due != nil && (next == nil || s.Due.Before(*next)) {
			next = s.Due
		}
	}
	return next
}

// keepZoned writes how an elder stands, and when they are looked at next.
func (in *Intake) keepZoned(ctx context.Context, tx *db.Tx, z *zoned, next *time.Time) error {
	key, err := in.vault.Key(ctx, tx, string(z.elder))
	if err != nil {
		return fmt.Errorf("key of elder %s: %w", z.elder, err)
	}
	cell, err := key.SealJSON("zone_watch", "record", string(z.elder), z.record)
	if err != nil {
		return fmt.Errorf("seal how elder %s stands: %w", z.elder, err)
	}
	return setZoned(ctx, tx, z.elder, next, cell)
}

// seeZone judges the position of a report that is not kept for its own sake. A zone that cannot be judged keeps no report out; one that could be
// at the next try has the sender try again.
func (in *Intake) seeZone(ctx context.Context, who origin, r Record, crosses bool) (Record, error) {
	if !crosses {
		return r, nil
	}
	id, err := in.cross(ctx, who, r)
	if kind := fault.KindOf(err); kind == fault.Retry || kind == fault.Conflict {
		return r, fault.Wrap(fault.Retry, err, "the position could not be judged; send it again")
	}
	if err != nil {
		in.log.Error("a safe zone could not be judged", "device", string(who.device.ID), "err", err)
		return r, nil
	}
	r.setAlert(id)
	return r, nil
}
