package alerts

import (
	"testing"
	"time"

	"anling/geo"
)

func (w *world) backInZone() {
	w.t.Helper()
	r := ZoneReturn{Alert: w.a.ID, Position: east(geo.SourceDevice, 10, 10, w.now)}
	w.must(Command{Type: commandZone, Actor: Actor{Kind: ActorDevice, ID: "d1"}, back: &r})
}

// Whoever comes back by themselves and does not answer is no emergency, and is not forgotten either.
func TestWhoIsBackInTheZoneIsNoEmergencyAndNotForgotten(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", KindZone, 1)
	w.pass(time.Minute)
	w.backInZone()
	w.pass(2 * time.Minute)
	if w.a.BackAt == nil || w.count(EventContinued, "no-answer") != 0 || w.a.Level < 1 || !w.a.State.Working() {
		t.Errorf("back at %v, %d times an emergency, level %d, %s; want an operator to be rung for and nothing more",
			w.a.BackAt, w.count(EventContinued, "no-answer"), w.a.Level, w.a.State)
	}
}

func TestWhoStaysOutsideIsAnEmergencyAndAReturnIsToldOnceToWhoWasTold(t *testing.T) {
	t.Parallel()
	w := pressed(t, "inactivity", KindZone, 1)
	w.pass(3 * time.Minute)
	if w.count(EventContinued, "no-answer") != 1 {
		t.Fatal("nobody answered for three minutes, and it is no emergency")
	}
	told := w.told("k1", "family_alarm")
	w.backInZone()
	w.backInZone()
	if got := w.toldTimes("k1", "zone_back"); len(told) == 0 || got != 1 {
		t.Errorf("the family was told %d times of the leaving and %d of the return, want the return once", len(told), got)
	}
	if w.toldTimes("e1", "zone_back") != 0 || !w.a.State.Working() {
		t.Errorf("the elder was told, or the alert has ended (%s)", w.a.State)
	}
}
