package devices_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"anling/devices"
	"anling/geo"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

func at(lat, lon float64) *geo.Position {
	return &geo.Position{Point: orb.Point{lon, lat}, Source: geo.SourceDevice}
}

func TestReportsWaitInMemoryAndAreWrittenTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		battery := 40
		first := r.mustTake(t, devices.Signal{ID: "h1", Device: "BTN-1", Kind: devices.Heartbeat})
		r.clock.Advance(time.Minute)
		r.mustTake(t, devices.Signal{ID: "h2", Device: "BTN-1", Kind: devices.Heartbeat, Battery: &battery})
		r.mustTake(t, devices.Signal{ID: "m1", Device: "BTN-1", Kind: devices.Position, Position: at(31.2, 121.4)})
		if list := r.mustList(t, r.device.ID); len(list) != 0 {
			t.Fatalf("written at once: %+v", list)
		}
		if again := r.mustTake(t, devices.Signal{ID: "h1", Device: "BTN-1", Kind: devices.Heartbeat}); again.Signal != first.Signal || again.Alert != nil {
			t.Errorf("repeated heartbeat: %+v, first %+v", again, first)
		}
		if seen, ok := r.intake.LastSeen(r.device.ID); !ok || !seen.Equal(morning().Add(time.Minute)) {
			t.Errorf("last seen %v, %v", seen, ok)
		}
		r.mustFlush(t)
		if list := r.mustList(t, r.device.ID); len(list) != 2 {
			t.Errorf("%d records, want the last heartbeat and the last position", len(list))
		}
		d, err := r.registry.Device(t.Context(), r.device.ID)
		if err != nil || d.LastSeenAt == nil || !d.LastSeenAt.Equal(morning().Add(time.Minute)) || d.Battery == nil || *d.Battery != 40 {
			t.Errorf("device %+v, %v", d, err)
		}
		r.clock.Advance(time.Minute)
		r.mustTake(t, devices.Signal{ID: "h3", Device: "BTN-1", Kind: devices.Heartbeat})
		r.mustFlush(t)
		if list := r.mustList(t, r.device.ID); len(list) != 2 || list[0].Kind != devices.Heartbeat || !list[0].ReceivedAt.Equal(morning().Add(2*time.Minute)) {
			t.Errorf("the newer heartbeat is not in the place of the older: %+v", list)
		}
		if r.engine.heard() != 0 {
			t.Error("the engine was asked about a report")
		}
	})
}

func TestAPressProvesTheKeyAndAHeartbeatDoesNot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		tested := func(after string, want *time.Time) {
			t.Helper()
			r.mustFlush(t)
			d, err := r.registry.Device(t.Context(), r.device.ID)
			if err != nil || !cmp.Equal(d.TestedAt, want) {
				t.Errorf("after %s: tested at %v, %v; want %v", after, d.TestedAt, err, want)
			}
		}
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Heartbeat})
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Smoke})
		tested("a heartbeat and smoke", nil)
		r.mustTake(t, devices.Signal{ID: "t1", Device: "BTN-1", Kind: devices.Test})
		first := morning()
		tested("a test", &first)
		r.clock.Advance(time.Minute)
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Heartbeat})
		tested("a later heartbeat", &first)
		r.mustTake(t, devices.Signal{ID: "s1", Device: "BTN-1", Kind: devices.SOS})
		second := morning().Add(time.Minute)
		tested("a press", &second)
	})
}

func (r *rig) mustFlush(t *testing.T) {
	t.Helper()
	if err := r.intake.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.intake.Waiting(); n != 0 {
		t.Errorf("%d reports still wait", n)
	}
}

func TestAnAlarmWithoutAPlaceGetsTheLastOneKnown(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		r := mustRig(t, o)
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Position, Position: at(31.2, 121.4)})
		r.clock.Advance(10 * time.Minute)
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.SOS})
		p := r.engine.last(t).Position
		if p == nil || p.Point.Lat() != 31.2 || !p.At.Equal(morning()) {
			t.Fatalf("position %+v, want that of ten minutes ago, dated", p)
		}
		r.mustFlush(t)
		fresh := r.again(t) // after a restart nothing is in memory
		fresh.mustTake(t, devices.Signal{ID: "later", Device: "BTN-1", Kind: devices.SOS})
		if p := fresh.engine.last(t).Position; p == nil || p.Point.Lat() != 31.2 || !p.At.Equal(morning()) {
			t.Errorf("after a restart: position %+v", p)
		}
	})
}

// again is the rig with an intake that has just begun.
func (r *rig) again(t *testing.T) *rig {
	t.Helper()
	other := *r
	other.intake = devices.NewIntake(devices.Options{DB: r.db, Vault: r.vault, Registry: r.registry, Engine: r.engine, Clock: r.clock})
	return &other
}

func TestUnderPressureReportsAreShedAndAlarmsAreNot(t *testing.T) {
	t.Parallel()
	r := mustRigWith(t, db.Options{Path: dbtest.Path(t)}, 2)
	for i := range 3 {
		r.mustElder(t, fmt.Sprint("W-", i), fmt.Sprint("+861990000200", i))
	}
	beat := func(device string) error {
		_, err := r.intake.Take(t.Context(), devices.Sender{}, devices.Signal{Device: device, Kind: devices.Heartbeat})
		return err
	}
	for _, d := range []string{"W-0", "W-1", "W-0"} {
		if err := beat(d); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
	if err := beat("W-2"); !fault.Is(err, fault.Retry) {
		t.Errorf("the third device: got %v, want Retry", err)
	}
	if got := r.mustTake(t, devices.Signal{Device: "W-2", Kind: devices.SOS}); got.Alert == nil {
		t.Error("an alarm was shed")
	}
	r.mustFlush(t)
	if err := beat("W-2"); err != nil {
		t.Errorf("after the batch: %v", err)
	}
}

func TestReportsThatCouldNotBeWrittenWait(t *testing.T) {
	t.Parallel()
	r := mustRig(t, db.Options{Path: dbtest.Path(t)})
	r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Heartbeat})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.intake.Flush(gone); err == nil {
		t.Fatal("written although the caller has gone")
	}
	if n := r.intake.Waiting(); n != 1 {
		t.Errorf("%d wait, want 1", n)
	}
	r.mustFlush(t)
}

func TestRunWritesOnItsPaceAndOnceMoreAtTheEnd(t *testing.T) {
	t.Parallel()
	r := mustRig(t, db.Options{Path: dbtest.Path(t)})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.intake.Run(ctx) }()
	r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Heartbeat})
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := r.intake.Waiting(); n != 0 {
		t.Errorf("%d reports were left behind", n)
	}
}

func TestTheListGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		for i := range 7 {
			if i%2 == 0 {
				r.clock.Advance(time.Second) // some come in the same instant
			}
			r.mustTake(t, devices.Signal{ID: fmt.Sprint(i), Device: "BTN-1", Kind: devices.SOS})
		}
		var ids []string
		cursor := ""
		for range 10 {
			page, err := r.intake.Signals(t.Context(), r.device.ID, 3, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range page.Items {
				ids = append(ids, it.ID)
			}
			if page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		for i := 1; i < len(ids); i++ {
			if ids[i] >= ids[i-1] {
				t.Errorf("not newest first: %v", ids)
			}
		}
		if len(ids) != 7 {
			t.Errorf("%d ids, want 7", len(ids))
		}
		if _, err := r.intake.Signals(t.Context(), r.device.ID, 3, "nonsense!"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a cursor of nobody's: %v", err)
		}
	})
}

func TestWhereDevicesAreIsToldWhenItIsWritten(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		r := mustRig(t, o)
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Position, Position: at(31.2, 121.4)})
		ahead := at(31.3, 121.5)
		ahead.At = morning().Add(8 * time.Hour)
		r.clock.Advance(2 * time.Second)
		r.mustTake(t, devices.Signal{Device: "BTN-1", Kind: devices.Position, Position: ahead})
		r.mustFlush(t)
		if n := len(r.engine.fixes); n != 1 || r.engine.fixes[0].Position.Point.Lat() != 31.3 || r.engine.fixes[0].Position.At.After(r.clock.Now()) {
			t.Errorf("the engine was told %+v, want the last fix, and no time to come", r.engine.fixes)
		}
	})
}
