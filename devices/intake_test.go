package devices_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/registry"

	"github.com/google/go-cmp/cmp"
)

func morning() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// engine is an alert engine that raises an alert for everything but what is quiet, numbered inside the
// transaction: what was rolled back leaves no number. It fails when it is told to.
type engine struct {
	mu    sync.Mutex
	fail  error
	left  int // how often it fails yet; 0: always
	home  int // how often an elder was said to be back
	fixes []alerts.Fix
	got   []alerts.Signal

	outages   map[alerts.Cause][]registry.DeviceID
	fragility map[registry.DeviceID]int
	room      map[registry.CentreID]int
	noGather  error
}

// failTimes lets the next n signals fail.
func (e *engine) failTimes(n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.left, e.fail = n, err
}

func (e *engine) Signal(ctx context.Context, tx *db.Tx, s alerts.Signal) (alerts.AlertID, error) {
	if s.Kind == "battery_ok" {
		return "", nil
	}
	n, err := tx.NextSeq(ctx, "test_alerts", 1)
	if err != nil {
		return "", err
	}
	if err := e.refuse(); err != nil {
		return "", err
	}
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.got = append(e.got, s)
	})
	return alerts.AlertID(fmt.Sprintf("alert-%d", n)), nil
}

// Located remembers what it was told.
func (e *engine) Located(_ context.Context, tx *db.Tx, all []alerts.Fix) error {
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.fixes = append(e.fixes, all...)
	})
	return nil
}

// ZoneBack counts who is back in their zone.
func (e *engine) ZoneBack(_ context.Context, tx *db.Tx, _ alerts.ZoneReturn) error {
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.home++
	})
	return nil
}

// Heard ends what waits, as alerts.Engine does.
func (e *engine) Heard(ctx context.Context, tx *db.Tx, all []registry.DeviceID) error {
	for _, id := range all {
		_, err := tx.Exec(ctx, `DELETE FROM device_troubles WHERE device = ? AND kind = 'lost' AND standing <> ''`, string(id))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE device_watch SET watch_at = ? WHERE device = ?`, db.Micros(tx.Now()), string(id)); err != nil {
			return err
		}
	}
	return nil
}

// Waits writes down what waits, in the table of alerts.Engine.
func (e *engine) Waits(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error {
	if err := e.refuse(); err != nil {
		return err
	}
	standing := "alone"
	if kind == alerts.KindLost {
		standing = "gathered"
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO device_troubles (device, kind, elder, alert, since_at, standing, fragility) VALUES (?, ?, ?, '', ?, ?, ?)
		ON CONFLICT (device, kind) DO NOTHING`, string(d.ID), kind, string(d.Elder), db.Micros(tx.Now()), standing, e.fragility[d.ID])
	return err
}

// AtRisk notes whose elder is on the safety plan, in the table of alerts.Engine: never of what another node has made a task of meanwhile.
func (e *engine) AtRisk(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error {
	if err := e.refuse(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE device_troubles SET standing = 'alone', safety = 1 WHERE device = ? AND kind = ? AND standing IN ('gathered', 'alone')`,
		string(d.ID), kind)
	return err
}

// OutageOpen knows the outages that were gathered for.
func (e *engine) OutageOpen(_ context.Context, _ *db.Tx, c alerts.Cause) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.outages[c]) > 0, nil
}

// Room has no end, unless a test says so.
func (e *engine) Room(ctx context.Context, tx *db.Tx, centre registry.CentreID) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.room == nil {
		return 1000, nil
	}
	return e.room[centre], nil
}

func (e *engine) Gather(ctx context.Context, tx *db.Tx, c alerts.Cause, lost []registry.DeviceID) (alerts.AlertID, error) {
	e.mu.Lock()
	err := e.noGather
	e.mu.Unlock()
	if err != nil {
		return "", err
	}
	for _, id := range lost {
		res, err := tx.Exec(ctx, `UPDATE device_troubles SET standing = 'outage' WHERE device = ? AND standing = 'gathered'`, string(id))
		if err != nil {
			return "", err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return "", err
		}
	}
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.outages == nil {
			e.outages = map[alerts.Cause][]registry.DeviceID{}
		}
		e.outages[c] = append(e.outages[c], lost...)
	})
	return "outage", nil
}

// refuse fails as often as it was told to.
func (e *engine) refuse() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.fail
	if err != nil {
		if e.left--; e.left == 0 {
			e.fail = nil
		}
	}
	return err
}

func (e *engine) Released(context.Context, *db.Tx, registry.Device) error { return nil }

func (e *engine) TestWithin() time.Duration { return 24 * time.Hour }

func (e *engine) last(t *testing.T) alerts.Signal {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.got) == 0 {
		t.Fatal("the engine has heard nothing")
	}
	return e.got[len(e.got)-1]
}

func (e *engine) heard() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.got)
}

// rig is an intake with everything around it.
type rig struct {
	db       *db.DB
	intake   *devices.Intake
	registry *registry.Registry
	engine   *engine
	vault    *seal.Vault
	clock    *clock.Manual
	device   registry.Device
	elder    registry.Elder
}

func mustRig(t testing.TB, o db.Options) *rig {
	t.Helper()
	return mustRigWith(t, o, 0)
}

func mustRigWith(t testing.TB, o db.Options, pending int) *rig {
	t.Helper()
	r := &rig{clock: clock.NewManual(morning()), engine: &engine{}}
	r.db = dbtest.Open(t, o, r.clock)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	if err != nil {
		t.Fatal(err)
	}
	r.vault = seal.NewVault(r.db, ring)
	r.registry = registry.New(registry.Options{DB: r.db, Vault: r.vault, Clock: r.clock})
	r.intake = devices.NewIntake(devices.Options{DB: r.db, Vault: r.vault, Registry: r.registry, Engine: r.engine, Clock: r.clock, Pending: pending})
	r.elder, r.device = r.mustElder(t, "BTN-1", "+8619900001234")
	return r
}

func (r *rig) mustElder(t testing.TB, identity, phone string) (registry.Elder, registry.Device) {
	t.Helper()
	e, err := r.registry.CreateElder(t.Context(), registry.Elder{Name: "张秀英", Sex: "f", BirthDate: "1944", Phones: []string{phone}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.registry.CreateDevice(t.Context(), registry.Device{Identity: identity, Protocol: "http", Elder: e.ID})
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

func (r *rig) mustTake(t testing.TB, s devices.Signal) devices.Receipt {
	t.Helper()
	got, err := r.intake.Take(t.Context(), devices.Sender{}, s)
	if err != nil {
		t.Fatalf("take %+v: %v", s, err)
	}
	return got
}

func (r *rig) mustList(t testing.TB, id registry.DeviceID) []devices.Record {
	t.Helper()
	page, err := r.intake.Signals(t.Context(), id, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

func each(t *testing.T, f func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { f(t, mustRig(t, o)) })
}

func TestAPressIsKeptWithItsAlert(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		body := `{"id":"p1","device":"BTN-1","kind":"fall","time":"2026-11-23T07:38:00Z","battery":63,"position":{"lat":31.23,"lon":121.47},"text":"浴室","speed":3}`
		a, err := r.intake.Receive(t.Context(), devices.Sender{}, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		heard := r.engine.last(t)
		if heard.Elder != r.elder.ID || heard.Device.ID != r.device.ID || heard.Kind != "fall" || heard.Text != "浴室" || *heard.Battery != 63 {
			t.Errorf("the engine heard %+v", heard)
		}
		if heard.Position == nil || !heard.Position.At.Equal(heard.At) || heard.Position.Source != "device" {
			t.Errorf("position %+v, want the press's, dated", heard.Position)
		}
		list := r.mustList(t, r.device.ID)
		if len(list) != 1 {
			t.Fatalf("%d records, want 1", len(list))
		}
		got := list[0]
		if !got.Late || got.Alert == nil || *got.Alert != "alert-1" || got.ID != a.Items[0].Signal || got.Raw != body || got.Path != "http" || got.Text != "浴室" {
			t.Errorf("record %+v", got)
		}
		if !cmp.Equal(got.Alarms, []devices.Kind{devices.Fall}) || *got.Battery != 63 {
			t.Errorf("alarms %v, battery %v", got.Alarms, got.Battery)
		}
	})
}

func TestARepeatGetsTheSameAnswerAndNothingMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		s := devices.Signal{ID: "p1", Device: "BTN-1", Kind: devices.SOS}
		first := r.mustTake(t, s)
		for range 3 {
			r.clock.Advance(time.Minute)
			if again := r.mustTake(t, s); !cmp.Equal(again, first) {
				t.Fatalf("again %+v, first %+v", again, first)
			}
		}
		if n := r.engine.heard(); n != 1 {
			t.Errorf("the engine heard %d signals, want 1", n)
		}
		if list := r.mustList(t, r.device.ID); len(list) != 1 || list[0].Repeats != 3 {
			t.Errorf("records %+v, want one that was repeated three times: an answer must have written", list)
		}
	})
}

func TestAnIdUsedAgainDoesNotSwallowAnAlarm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		low := r.mustTake(t, devices.Signal{ID: "1", Device: "BTN-1", Kind: devices.LowBattery})
		press := r.mustTake(t, devices.Signal{ID: "1", Device: "BTN-1", Kind: devices.SOS})
		if press.Signal == low.Signal {
			t.Error("a press was taken for a repetition of a battery report")
		}
		if again := r.mustTake(t, devices.Signal{ID: "1", Device: "BTN-1", Kind: devices.SOS}); !cmp.Equal(again, press) {
			t.Error("the press sent again is another press")
		}
		r.clock.Advance(40 * 24 * time.Hour) // the device's counter begins anew
		later := r.mustTake(t, devices.Signal{ID: "1", Device: "BTN-1", Kind: devices.SOS})
		if later.Signal == press.Signal || later.Signal == low.Signal {
			t.Error("a press weeks later was taken for the first one")
		}
		if again := r.mustTake(t, devices.Signal{ID: "1", Device: "BTN-1", Kind: devices.SOS}); !cmp.Equal(again, later) {
			t.Error("the later press sent again is another press")
		}
		at := r.clock.Now()
		timed := r.mustTake(t, devices.Signal{ID: "2", Device: "BTN-1", Kind: devices.SOS, Time: at})
		r.clock.Advance(5 * 24 * time.Hour) // a gateway that was cut off sends what it has kept
		if again := r.mustTake(t, devices.Signal{ID: "2", Device: "BTN-1", Kind: devices.SOS, Time: at}); !cmp.Equal(again, timed) {
			t.Error("the same id and time, days later, is another press")
		}
	})
}

func TestWhatTheEngineRefusesLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.engine.fail = errors.New("the disk is on fire")
		s := devices.Signal{ID: "p1", Device: "BTN-1", Kind: devices.SOS}
		if got, err := r.intake.Take(t.Context(), devices.Sender{}, s); err == nil {
			t.Fatalf("acknowledged %+v", got)
		}
		if list := r.mustList(t, r.device.ID); len(list) != 0 {
			t.Fatalf("half a signal was kept: %+v", list)
		}
		if _, seen := r.intake.LastSeen(r.device.ID); seen {
			t.Error("a signal that was rolled back counts as heard")
		}
		r.engine.fail = nil
		if got := r.mustTake(t, s); got.Alert == nil || *got.Alert != "alert-1" {
			t.Errorf("sent again: %+v, want the first alert", got)
		}
	})
}

func TestEachOfAThousandPressesAtOnceIsTakenOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		const presses, senders = 500, 2 // every press comes over two paths at the same time
		var wg sync.WaitGroup
		answers := make([][senders]devices.Receipt, presses)
		errs := make(chan error, presses*senders)
		for i := range presses {
			for j := range senders {
				wg.Go(func() {
					got, err := r.intake.Take(t.Context(), devices.Sender{}, devices.Signal{ID: fmt.Sprint("p", i), Device: "BTN-1", Kind: devices.SOS})
					answers[i][j] = got
					errs <- err
				})
			}
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		alertsSeen := map[string]bool{}
		for i, a := range answers {
			if !cmp.Equal(a[0], a[1]) {
				t.Errorf("press %d got two answers: %+v", i, a)
			}
			alertsSeen[*a[0].Alert] = true
		}
		if len(alertsSeen) != presses || r.engine.heard() != presses {
			t.Errorf("%d alerts, engine heard %d, want %d", len(alertsSeen), r.engine.heard(), presses)
		}
	})
}

func TestAnUnknownDeviceIsTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		got := r.mustTake(t, devices.Signal{ID: "1", Device: "who-is-this", Kind: devices.SOS, Text: "help"})
		heard := r.engine.last(t)
		if got.Alert == nil || heard.Device.ID != "" || heard.Elder != "" || heard.Identity != "who-is-this" {
			t.Errorf("got %+v, engine heard %+v", got, heard)
		}
		if quiet := r.mustTake(t, devices.Signal{Device: "who-is-this", Kind: devices.Heartbeat}); quiet.Alert != nil {
			t.Errorf("a heartbeat of an unknown device raised %s", *quiet.Alert)
		}
	})
}

func TestATokenSpeaksOnlyForItsDevice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		_, other := r.mustElder(t, "BTN-2", "+8619900005678")
		own := devices.Sender{Device: r.device.ID}
		for i, c := range []struct {
			from   devices.Sender
			device string
			want   fault.Kind
		}{
			{own, "BTN-1", ""},
			{own, "", ""}, // the token says which
			{own, "BTN-2", fault.Denied},
			{own, "BTN-9", fault.Denied},
			{devices.Sender{Device: other.ID}, "BTN-2", ""},
			{devices.Sender{}, "BTN-2", ""},
			{devices.Sender{}, "", fault.Invalid},
		} {
			for _, kind := range []devices.Kind{devices.SOS, devices.Heartbeat} {
				_, err := r.intake.Take(t.Context(), c.from, devices.Signal{ID: fmt.Sprint(i), Device: c.device, Kind: kind})
				if fault.KindOf(err) != c.want {
					t.Errorf("token of %q says %s for %q: got %v, want %q", c.from.Device, kind, c.device, err, c.want)
				}
			}
		}
		if r.engine.heard() != 4 {
			t.Errorf("the engine heard %d signals, want 4", r.engine.heard())
		}
	})
}

func TestAnArchivedDeviceMayStillCryForHelp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		if err := r.registry.ArchiveDevice(t.Context(), r.device.ID); err != nil {
			t.Fatal(err)
		}
		for _, device := range []string{"BTN-1", ""} {
			got, err := r.intake.Take(t.Context(), devices.Sender{Device: r.device.ID}, devices.Signal{ID: "x" + device, Device: device, Kind: devices.SOS})
			if err != nil || got.Alert == nil {
				t.Errorf("device %q: got %+v, %v", device, got, err)
			}
			if heard := r.engine.last(t); heard.Elder != "" {
				t.Errorf("an archived device still speaks for elder %s", heard.Elder)
			}
		}
	})
}

func TestASendersClockIsBelievedWithinReason(t *testing.T) {
	t.Parallel()
	r := mustRig(t, db.Options{Path: dbtest.Path(t)})
	for i, c := range []struct {
		age  time.Duration // of the press, by its own clock
		late bool
		took time.Duration // the age that is believed
	}{
		{0, false, 0},
		{30 * time.Second, false, 30 * time.Second},
		{22 * time.Minute, true, 22 * time.Minute},
		{-30 * time.Second, false, -30 * time.Second},
		{-2 * time.Hour, false, 0},
		{20000 * 24 * time.Hour, false, 0}, // a clock that begins in 1970
	} {
		r.mustTake(t, devices.Signal{ID: fmt.Sprint(i), Device: "BTN-1", Kind: devices.SOS, Time: morning().Add(-c.age)})
		got := r.mustList(t, r.device.ID)[0]
		if got.Late != c.late || !got.At.Equal(morning().Add(-c.took)) {
			t.Errorf("pressed %v ago: at %v, late %v; want %v, %v", c.age, got.At, got.Late, morning().Add(-c.took), c.late)
		}
		if odd := c.took != c.age; odd != (len(got.Remarks) > 0) {
			t.Errorf("pressed %v ago: remarks %v", c.age, got.Remarks)
		}
	}
}

func TestABatchTakesTheGoodAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		body := `[{"id":"1","device":"BTN-1","kind":"sos"},{"device":"BTN-1","kind":"position"},{"kind":"sos"},{"id":"4","device":"BTN-1","kind":"smoke"}]`
		a, err := r.intake.Receive(t.Context(), devices.Sender{}, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var got []struct {
			Signal, Alert *string
			Kind, Error   string
			Fields        []fault.Field
		}
		if err := json.Unmarshal(text, &got); err != nil || len(got) != 4 {
			t.Fatalf("answer %s: %v", text, err)
		}
		for i, good := range []bool{true, false, false, true} {
			if (got[i].Signal != nil && got[i].Alert != nil) != good || (len(got[i].Fields) == 1) == good {
				t.Errorf("item %d of %s", i, text)
			}
		}
		if *got[0].Alert != "alert-1" || *got[3].Alert != "alert-2" {
			t.Errorf("out of order: %s", text)
		}
		r.engine.fail = fault.New(fault.Retry, "the database is busy")
		if _, err := r.intake.Receive(t.Context(), devices.Sender{}, []byte(`[{"device":"BTN-1","kind":"heartbeat"},{"device":"BTN-1","kind":"gas"}]`)); !fault.Is(err, fault.Retry) {
			t.Errorf("an alarm that was not kept was answered with %v, want Retry", err)
		}
		if _, err := r.intake.Receive(t.Context(), devices.Sender{}, []byte(`[{"kind":"sos"},{"kind":"fall"}]`)); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("nothing was good: %v", err)
		}
	})
}

func TestAnAlarmInsistsWhenTheDatabaseIsBusy(t *testing.T) {
	t.Parallel()
	r := mustRig(t, db.Options{Path: dbtest.Path(t)})
	for i, kind := range []fault.Kind{fault.Retry, fault.Conflict} {
		r.engine.failTimes(2, fault.New(kind, "not now"))
		if got := r.mustTake(t, devices.Signal{ID: fmt.Sprint(i), Device: "BTN-1", Kind: devices.SOS}); got.Alert == nil {
			t.Errorf("after two times %s: %+v", kind, got)
		}
	}
	if n := r.engine.heard(); n != 2 {
		t.Errorf("the engine heard %d, want 2", n)
	}
}
