package alerts

import (
	"context"
	"fmt"
	"slices"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

// KindZone is the kind of an alert about an elder who has left their safe zone.
const KindZone = "zone"

// ZoneReturn is where an elder is who had left their safe zone and is in one again.
type ZoneReturn struct {
	Alert    AlertID // of the leaving
	Device   registry.Device
	Position geo.Position
}

// ZoneBack carries into the alert of an elder who had left their safe zone that they are back. It ends nothing: somebody who has wandered at
// night is not well because they stand at their door. An alert that is over stays as it is.
func (e *Engine) ZoneBack(ctx context.Context, tx *db.Tx, r ZoneReturn) error {
	a, err := e.store.load(ctx, tx, r.Alert)
	if fault.Is(err, fault.NotFound) {
		return nil // let go by the retention
	}
	if err != nil {
		return fmt.Errorf("alert of a left zone: %w", err)
	}
	if !a.State.Working() {
		return nil
	}
	by := Actor{Kind: ActorDevice, ID: string(r.Device.ID)}
	s := Signal{Kind: "position", Device: r.Device, At: r.Position.At, ReceivedAt: tx.Now(), Position: &r.Position}
	s.tidy()
	return e.advance(ctx, tx, a, Command{Type: commandLocate, Actor: by, signal: &s}, Command{Type: commandZone, Actor: by, back: &r})
}

// zoneBack tells everybody who was told of the leaving that the elder is back. Who has been sent home already is left in peace.
func (d *decision) zoneBack() {
	if d.a.BackAt != nil {
		return
	}
	r := d.c.back
	d.emit(EventZoneBack, Data{Device: r.Device.ID, Late: max(0, int(d.now.Sub(r.Position.At).Seconds()))})
	for _, p := range d.a.People {
		if len(p.Messages) > 0 && p.Part != PartElder && p.Numbers > 0 && p.State != PersonStoodDown {
			d.told(p, notify.SMS, "zone_back", rulePrefix+"zone-back")
		}
	}
}

// tellAtOnce tells the contacts who are to know at once that a zone was left.
func (d *decision) tellAtOnce(all []*Person, who []registry.ContactID) {
	for _, p := range all {
		if p.Part == PartContact && p.Numbers > 0 && slices.Contains(who, registry.ContactID(p.ID)) {
			d.told(p, notify.SMS, "zone_left", rulePrefix+"zone-left")
		}
	}
}
