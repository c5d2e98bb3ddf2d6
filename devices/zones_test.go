package devices_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/devices"
	"anling/geo"
	"anling/geo/fence"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// door is where the elder of these tests lives; the morning of the tests is 16:00 there.
var door = orb.Point{121.4737, 31.2304} //nolint:gochecknoglobals // a constant

func (r *rig) mustZone(t testing.TB, hours ...registry.Shift) registry.SafeZone {
	t.Helper()
	if _, err := r.registry.GiveConsent(t.Context(), registry.Consent{Elder: r.elder.ID, Purpose: "location", Basis: "consent"}); err != nil {
		t.Fatal(err)
	}
	z, err := r.registry.CreateZone(t.Context(), registry.SafeZone{Elder: r.elder.ID, Name: "家附近", MarginM: 50, Hours: hours,
		Shape: fence.Shape{Circle: &fence.Circle{Lat: door.Lat(), Lon: door.Lon(), RadiusM: 300}}})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// metresNorth is a place so far north of the door.
func metresNorth(m float64) *geo.Position {
	return &geo.Position{Point: orb.Point{door.Lon(), door.Lat() + m/111_195}, AccuracyM: 10}
}

// fixes has the device say, every so often, that it is so many metres from the door, with a look at those whose turn it is.
func (r *rig) fixes(t *testing.T, every time.Duration, metres ...float64) {
	t.Helper()
	for _, m := range metres {
		r.clock.Advance(every)
		r.mustTake(t, devices.Signal{ID: fmt.Sprint(r.clock.Now().UnixMicro()), Device: "BTN-1", Kind: devices.Position, Position: metresNorth(m)})
		r.look(t)
	}
}

func (r *rig) look(t *testing.T) {
	t.Helper()
	if _, _, err := devices.NewZoneWatch(r.intake).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) wantAlarms(t *testing.T, what string, left, back int) {
	t.Helper()
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	gone, home := 0, r.engine.home
	for _, s := range r.engine.got {
		if s.Kind == alerts.KindZone {
			gone++
		}
	}
	if gone != left || home != back {
		t.Errorf("%s: %d leavings and %d returns, want %d and %d", what, gone, home, left, back)
	}
}

func (r *rig) wantWhere(t *testing.T, want fence.Where) {
	t.Helper()
	all, err := r.intake.ZonedOf(t.Context(), r.elder.ID)
	if err != nil || len(all) != 1 || all[0].Where != want {
		t.Errorf("stands %+v, %v; want %s", all, err, want)
	}
}

func TestALeftZoneIsOneAlarmAndAReturnIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20, 120, 290, 340)
		r.wantAlarms(t, "within the margin", 0, 0)
		r.wantWhere(t, fence.Inside)
		r.fixes(t, time.Minute, 420)
		r.wantAlarms(t, "one fix outside", 0, 0)
		r.fixes(t, time.Minute, 460)
		r.wantAlarms(t, "a second one", 1, 0)
		if s := r.engine.last(t); s.Elder != r.elder.ID || s.Device.ID != r.device.ID || s.Position == nil || !s.At.Equal(r.clock.Now().Add(-time.Minute)) {
			t.Errorf("the alarm says %+v", s)
		}
		r.fixes(t, time.Minute, 500, 900, 320, 290)
		r.wantAlarms(t, "and others", 1, 0)
		r.fixes(t, time.Minute, 250, 200)
		r.wantAlarms(t, "home again", 1, 1)
		r.wantWhere(t, fence.Inside)
		r.fixes(t, time.Minute, 420, 460)
		r.wantAlarms(t, "out once more", 2, 1)
	})
}

func TestALeavingThatNothingContradictsIsBelieved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20, 420)
		r.clock.Advance(2 * time.Minute)
		r.look(t)
		r.wantAlarms(t, "after two minutes", 0, 0)
		r.clock.Advance(time.Minute + time.Second)
		r.look(t)
		r.look(t)
		r.wantAlarms(t, "after three", 1, 0)
		r.fixes(t, time.Minute, 430)
		r.wantAlarms(t, "and a fix that agrees", 1, 0)
	})
}

// A second node and one that has just been started have nothing in memory of what the first one judged.
func TestNodesGoOnWhereAnotherHasEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20, 420)
		other := r.afresh(t)
		other.fixes(t, time.Minute, 450)
		other.wantAlarms(t, "the second fix at another node", 1, 0)
		r.afresh(t).fixes(t, time.Minute, 470, 520)
		r.fixes(t, time.Minute, 600)
		r.wantAlarms(t, "fixes at others", 1, 0)
		r.afresh(t).fixes(t, time.Minute, 20)
		r.fixes(t, time.Minute, 20)
		r.wantAlarms(t, "home at a third", 1, 1)
	})
}

// afresh is the same service, started anew.
func (r *rig) afresh(t *testing.T) *rig {
	t.Helper()
	o := *r
	o.registry = registry.New(registry.Options{DB: r.db, Vault: r.vault, Clock: r.clock})
	o.intake = devices.NewIntake(devices.Options{DB: r.db, Vault: r.vault, Registry: o.registry, Engine: r.engine, Clock: r.clock})
	return &o
}

func TestManyNodesRaiseOneAlarm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20, 420)
		nodes := []*rig{r, r.afresh(t), r.afresh(t), r.afresh(t)}
		r.clock.Advance(4 * time.Minute)
		var wg sync.WaitGroup
		for i, n := range nodes {
			wg.Go(func() {
				if _, _, err := devices.NewZoneWatch(n.intake).Step(t.Context()); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				s := devices.Signal{ID: fmt.Sprint("n", i), Device: "BTN-1", Kind: devices.Position, Position: metresNorth(450 + float64(i))}
				if _, err := n.intake.Take(t.Context(), devices.Sender{}, s); err != nil && !fault.Is(err, fault.Retry) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		r.wantAlarms(t, "four nodes at once", 1, 0)
	})
}

func TestAZoneThatComesIntoForceFindsWhoIsOutside(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t, registry.Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "20:00", To: "07:00"})
		r.fixes(t, 57*time.Minute, 20, 800, 900, 900) // until 19:48
		r.wantAlarms(t, "by day", 0, 0)
		r.clock.Advance(11 * time.Minute)
		r.look(t)
		r.wantAlarms(t, "a minute before", 0, 0)
		r.clock.Advance(2 * time.Minute)
		r.look(t)
		r.wantAlarms(t, "at the beginning", 1, 0)
		if s := r.engine.last(t); !s.At.Equal(r.clock.Now()) {
			t.Errorf("left at %v, want now: until now they were free to go", s.At)
		}
		r.fixes(t, time.Minute, 20, 30)
		r.wantAlarms(t, "home", 1, 1)
		r.clock.Advance(12 * time.Hour) // 08:02, by day
		r.fixes(t, time.Minute, 900, 900)
		r.wantAlarms(t, "by day again", 1, 1)
	})
}

func TestAnOutingIsNoAlarmAndItsEndIsOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		z := r.mustZone(t)
		r.fixes(t, time.Minute, 20)
		until := r.clock.Now().Add(2 * time.Hour)
		patch := fmt.Sprintf(`{"version":%d,"paused_until":%q}`, z.Version, until.Format(time.RFC3339Nano))
		if _, err := r.registry.ChangeZone(t.Context(), z.ID, []byte(patch)); err != nil {
			t.Fatal(err)
		}
		r.fixes(t, 20*time.Minute, 900, 4000, 9000, 9000, 9000)
		r.wantAlarms(t, "on an outing", 0, 0)
		r.clock.Set(until.Add(time.Second))
		r.look(t)
		r.wantAlarms(t, "not back in time", 1, 0)
	})
}

func TestWhatADeviceHasStoredIsToldAsLate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20)
		r.clock.Advance(time.Hour)
		stored := func(ago time.Duration, metres float64) {
			s := devices.Signal{ID: fmt.Sprint(ago), Device: "BTN-1", Kind: devices.Position, Time: r.clock.Now().Add(-ago), Position: metresNorth(metres)}
			r.mustTake(t, s)
			r.look(t)
		}
		stored(50*time.Minute, 500)
		stored(40*time.Minute, 700)
		stored(30*time.Minute, 50)
		r.clock.Advance(5 * time.Minute)
		r.look(t)
		r.wantAlarms(t, "out and home again before anybody heard of it", 0, 0)
		stored(25*time.Minute, 500)
		stored(24*time.Minute, 700)
		r.wantAlarms(t, "more may come", 0, 0)
		r.clock.Advance(2 * time.Minute)
		r.look(t)
		r.wantAlarms(t, "nothing more has come", 1, 0)
		if s := r.engine.last(t); s.ReceivedAt.Sub(s.At) < 25*time.Minute {
			t.Errorf("heard %v after it happened; it is to be told as late", s.ReceivedAt.Sub(s.At))
		}
	})
}

func TestNobodyWithoutAZoneOrAConsentIsJudged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		z := registry.SafeZone{Elder: r.elder.ID, Name: "家", Shape: fence.Shape{Circle: &fence.Circle{Lat: 31, Lon: 121, RadiusM: 300}}}
		if _, err := r.registry.CreateZone(t.Context(), z); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a zone without consent: %v, want Invalid", err)
		}
		r.fixes(t, time.Minute, 20, 900, 900)
		r.wantAlarms(t, "without a zone", 0, 0)
		r.mustZone(t)
		all, err := r.registry.Consents(t.Context(), r.elder.ID)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if _, err := r.registry.WithdrawConsent(t.Context(), all[0].ID, "本人", ""); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(2 * time.Minute)
		r.fixes(t, time.Minute, 900, 950, 980)
		r.wantAlarms(t, "after the consent was withdrawn", 0, 0)
	})
}

// TestWhatCannotBeJudgedKeepsNoReportOut: what is written of an elder's zones is broken, and their device is heard all the same.
func TestWhatCannotBeJudgedKeepsNoReportOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20)
		err := r.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO zone_watch (elder, record) VALUES (?, ?)
				ON CONFLICT (elder) DO UPDATE SET record = excluded.record`, r.elder.ID, []byte("broken"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(time.Minute)
		if _, err := r.intake.Take(t.Context(), devices.Sender{}, devices.Signal{ID: "there", Device: "BTN-1", Kind: devices.Position, Position: metresNorth(500)}); err != nil {
			t.Fatalf("the report was kept out: %v", err)
		}
		if at, ok := r.intake.LastSeen(r.device.ID); !ok || !at.Equal(r.clock.Now()) {
			t.Errorf("the device was last heard at %v, want %v", at, r.clock.Now())
		}
	})
}

// An alarm that cannot be written is not lost: the fix is refused with "again", and the next one raises it.
func TestALeavingIsNotAnsweredBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustZone(t)
		r.fixes(t, time.Minute, 20, 420)
		r.engine.failTimes(1, fault.New(fault.Retry, "busy"))
		r.clock.Advance(time.Minute)
		s := devices.Signal{ID: "out", Device: "BTN-1", Kind: devices.Position, Position: metresNorth(460)}
		if _, err := r.intake.Take(t.Context(), devices.Sender{}, s); !fault.Is(err, fault.Retry) {
			t.Fatalf("taken although nothing was written: %v", err)
		}
		got := r.mustTake(t, s)
		r.wantAlarms(t, "sent again", 1, 0)
		if got.Alert == nil {
			t.Error("the device is not told which alert it raised")
		}
	})
}
