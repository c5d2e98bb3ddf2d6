package alerts

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/db"
)

// where is a message of a phone with which somebody calls for help.
func (h *house) where(id string, at orb.Point) Signal {
	s := Signal{ID: id, Kind: "sos", Elder: h.elder.ID, Protocol: "phone", Path: "aml", At: h.clock.Now(), ReceivedAt: h.clock.Now(), Where: true}
	s.Position = &geo.Position{Point: at, AccuracyM: 14, At: h.clock.Now(), Source: geo.SourceAML}
	return s
}

func TestWhereACallersPhoneIsJoinsTheAlertAndIsNoPress(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		h.settle()
		before := h.get(id)
		h.clock.Advance(20 * time.Second)
		if got := h.signal(h.where("s2", orb.Point{121.48, 31.23})); got != id {
			t.Fatalf("it went to alert %s, want %s", got, id)
		}
		a := h.get(id)
		if a.Presses != before.Presses || a.Priority != before.Priority {
			t.Errorf("it counts as a press: %d, priority %d", a.Presses, a.Priority)
		}
		if a.Position == nil || a.Position.Source != geo.SourceAML || !a.Place.Away {
			t.Errorf("position %+v", a.Position)
		}
		h.settle()
		h.verified()
	})
}

func TestWhereACallersPhoneIsRaisesAnAlertWhereNoneIsOpen(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.signal(h.where("s1", orb.Point{121.48, 31.23}))
		if a := h.get(id); a.Kind != "sos" || a.Elder != h.elder.ID || a.Position == nil || a.Position.Source != geo.SourceAML {
			t.Errorf("alert %s: %s of %s at %+v", id, a.Kind, a.Elder, a.Position)
		}
		s := h.where("s2", orb.Point{121.49, 31.24})
		s.Elder, s.Identity = "", "+8619900007777"
		unknown := h.signal(s)
		if a := h.get(unknown); !a.Unidentified || a.Caller != s.Identity || a.Position == nil {
			t.Errorf("of an unknown phone: %+v", a)
		}
		h.clock.Advance(time.Minute)
		call := Signal{ID: "s3", Kind: "sos", Protocol: "phone", Path: "phone", Identity: s.Identity, At: h.clock.Now(), ReceivedAt: h.clock.Now()}
		if got := h.signal(call); got != unknown {
			t.Errorf("the call from the same number is alert %s, want %s", got, unknown)
		}
		h.verified()
	})
}

func TestReportsOfADeviceAreFollowedWhileItsElderNeedsHelp(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		report := func(lon float64) {
			t.Helper()
			fix := Fix{Device: "d1", Elder: h.elder.ID, Position: geo.Position{Point: orb.Point{lon, 31.23}, AccuracyM: 10, At: h.clock.Now()}}
			h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
				return h.engine.Located(t.Context(), tx, []Fix{{Device: "d9", Elder: "nobody", Position: fix.Position}, {Device: "d8"}, fix})
			}))
		}
		report(121.49) // nothing is open: nothing happens
		id := h.press("sos")
		h.settle()
		h.clock.Advance(30 * time.Second)
		report(121.48)
		if a := h.get(id); a.Position == nil || a.Position.Source != geo.SourceDevice || a.Position.Point[0] != 121.48 {
			t.Errorf("position %+v, want where the device is", a.Position)
		}
		h.verified()
	})
}
