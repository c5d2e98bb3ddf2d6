package alerts

import (
	"fmt"
	"testing"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/registry"
)

// BenchmarkOutage is two hundred people who come onto the list of an outage, and whose devices are then heard again, as one batch of the
// supervision does it.
func BenchmarkOutage(b *testing.B) {
	clk := clock.NewManual(start)
	h := newBenchHouse(b, dbtest.Open(b, db.Options{Path: dbtest.Path(b)}, clk), clk)
	h.clock = clk
	const people = 200
	var ids []registry.DeviceID
	var all []registry.Device
	for i := range people {
		el, err := h.reg.CreateElder(b.Context(), registry.Elder{ID: registry.ElderID(fmt.Sprintf("b%03d", i)), Centre: "c1", Name: "村民", Illnesses: []string{"高血压"}})
		h.ok(err)
		d := h.addDevice(registry.Device{Identity: "hub-" + string(el.ID), Protocol: "mqtt", Kind: "hub", Elder: el.ID})
		ids, all = append(ids, d.ID), append(all, d)
	}
	for b.Loop() {
		h.ok(h.db.Update(b.Context(), func(tx *db.Tx) error {
			for _, d := range all {
				if err := h.engine.Waits(b.Context(), tx, d, KindLost); err != nil {
					return err
				}
			}
			return nil
		}))
		h.ok(h.db.Update(b.Context(), func(tx *db.Tx) error {
			_, err := h.engine.Gather(b.Context(), tx, villageCause(), ids)
			return err
		}))
		h.ok(h.db.Update(b.Context(), func(tx *db.Tx) error { return h.engine.Heard(b.Context(), tx, ids) }))
	}
}
