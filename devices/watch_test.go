package devices_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/registry"
)

func (r *rig) watch() *devices.Watch {
	return devices.NewWatch(devices.WatchOptions{DB: r.db, Intake: r.intake, Tasks: r.engine, Clock: r.clock, Log: slog.New(slog.DiscardHandler)})
}

// kinds lists what the engine was told of a device, sorted.
func (e *engine) kinds(id registry.DeviceID) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []string{}
	for _, s := range e.got {
		if s.Device.ID == id {
			out = append(out, s.Kind)
		}
	}
	slices.Sort(out)
	return out
}

// pass lets time go by, with a round of every watch each half a minute.
func (r *rig) pass(t *testing.T, d time.Duration, all ...*devices.Watch) {
	t.Helper()
	for end := r.clock.Now().Add(d); ; r.clock.Advance(30 * time.Second) {
		var wg sync.WaitGroup
		for _, w := range all {
			wg.Go(func() {
				if _, _, err := w.Step(t.Context()); err != nil {
					t.Errorf("round at %v: %v", r.clock.Now(), err)
				}
			})
		}
		wg.Wait()
		if !r.clock.Now().Before(end) {
			return
		}
	}
}

func (r *rig) mustDevice(t *testing.T, d registry.Device) registry.Device {
	t.Helper()
	d, err := r.registry.CreateDevice(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASilentDeviceIsOneTaskOnAnyNumberOfNodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		d := r.mustDevice(t, registry.Device{Identity: "HUB-1", Protocol: "mqtt", Kind: "hub", Elder: r.elder.ID})
		here, there := r.watch(), r.watch()
		r.mustTakeAs(t, "mqtt", devices.Signal{Device: "HUB-1", Kind: devices.Test, ID: "tried"})
		r.pass(t, 15*time.Minute, here, there)
		if got := r.engine.kinds(d.ID); !slices.Equal(got, []string{"test"}) {
			t.Fatalf("before it is lost: %v", got)
		}
		r.pass(t, time.Hour, here, there)
		if got := r.engine.kinds(d.ID); !slices.Equal(got, []string{"lost", "test"}) {
			t.Errorf("after it was lost: %v, want one task", got)
		}
	})
}

func TestNobodyHasTriedADevice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.watch()
		box := r.mustDevice(t, registry.Device{Identity: "BAND-1", Protocol: "gt06", Kind: "watch", Elder: r.elder.ID})
		tried := r.mustDevice(t, registry.Device{Identity: "BAND-2", Protocol: "gt06", Kind: "watch", Elder: r.elder.ID})
		stock := r.mustDevice(t, registry.Device{Identity: "BAND-3", Protocol: "gt06", Kind: "watch"})
		r.mustTakeAs(t, "gt06", devices.Signal{Device: "BAND-2", Kind: devices.SOS, ID: "real"})
		r.pass(t, 0, w)
		r.clock.Advance(24*time.Hour - time.Minute)
		r.pass(t, 0, w)
		if got := r.engine.kinds(box.ID); len(got) > 0 {
			t.Fatalf("within the first day: %v", got)
		}
		r.pass(t, 2*time.Minute, w)
		if got := r.engine.kinds(box.ID); !slices.Equal(got, []string{"untested"}) {
			t.Errorf("after a day in its box: %v, want untested", got)
		}
		if got := r.engine.kinds(tried.ID); !slices.Equal(got, []string{"sos"}) {
			t.Errorf("a device that was pressed: %v", got)
		}
		if got := r.engine.kinds(stock.ID); len(got) > 0 {
			t.Errorf("a device that is nobody's: %v", got)
		}
	})
}

// TestOurOwnRestartLosesNoDevice: three hours without the program, and every device reports again within its beat.
func TestOurOwnRestartLosesNoDevice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		d := r.mustDevice(t, registry.Device{Identity: "HUB-1", Protocol: "mqtt", Kind: "hub", Elder: r.elder.ID})
		r.mustTakeAs(t, "mqtt", devices.Signal{Device: "HUB-1", Kind: devices.Test, ID: "tried"})
		r.pass(t, 10*time.Minute, r.watch())
		if err := r.intake.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(3 * time.Hour)
		r.intake = devices.NewIntake(devices.Options{DB: r.db, Vault: r.vault, Registry: r.registry, Engine: r.engine, Clock: r.clock})
		again := r.watch()
		r.pass(t, 14*time.Minute, again)
		if got := r.engine.kinds(d.ID); !slices.Equal(got, []string{"test"}) {
			t.Fatalf("just after the restart: %v", got)
		}
		r.pass(t, 4*time.Minute, again)
		if got := r.engine.kinds(d.ID); !slices.Equal(got, []string{"lost", "test"}) {
			t.Errorf("it did not come back either: %v, want lost", got)
		}
	})
}

func (r *rig) mustTakeAs(t testing.TB, protocol string, s devices.Signal) devices.Receipt {
	t.Helper()
	got, err := r.intake.Take(t.Context(), devices.Sender{Protocol: protocol}, s)
	if err != nil {
		t.Fatalf("take %+v: %v", s, err)
	}
	return got
}

// BenchmarkWatch is a round of the supervision of 100 000 devices, of which 500 have their turn.
func BenchmarkWatch(b *testing.B) {
	r := mustRig(b, db.Options{Path: dbtest.Path(b)})
	const many = 100_000
	err := r.db.Update(b.Context(), func(tx *db.Tx) error {
		for i := range many {
			id := fmt.Sprintf("d%06d", i)
			_, err := tx.Exec(b.Context(), `
				INSERT INTO devices (id, centre, elder, protocol, kind, version, created_at, updated_at, record, last_seen_at, tested_at)
				VALUES (?, 'c', ?, 'mqtt', 'hub', 1, 0, 0, ?, ?, 0)`, id, "e"+id, []byte{}, db.Micros(r.clock.Now().Add(-time.Minute)))
			if err != nil {
				return err
			}
			_, err = tx.Exec(b.Context(), `INSERT INTO device_watch (device, watch_at, bound_at) VALUES (?, ?, 0)`, id,
				db.Micros(r.clock.Now().Add(time.Duration(i)*9*time.Millisecond)))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	w := devices.NewWatch(devices.WatchOptions{DB: r.db, Intake: r.intake, Tasks: r.engine, Clock: clock.Clock(r.clock), Log: slog.New(slog.DiscardHandler)})
	for b.Loop() {
		r.clock.Advance(4500 * time.Millisecond)
		if _, _, err := w.Step(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// raisedOf counts the tasks of a kind, in the order in which they began.
func (e *engine) raisedOf(kind string) (out []registry.DeviceID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.got {
		if s.Kind == kind {
			out = append(out, s.Device.ID)
		}
	}
	return out
}

// TestTasksBeginAtAPace: a hundred devices that nobody tries are no hundred tasks at once, the most fragile come first, and none is dropped.
func TestTasksBeginAtAPace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w, again := r.watch(), r.watch()
		r.engine.fragility, r.engine.room = map[registry.DeviceID]int{}, map[registry.CentreID]int{r.elder.Centre: 5}
		for i := range 20 {
			d := r.mustDevice(t, registry.Device{ID: registry.DeviceID(fmt.Sprintf("b%02d", i)), Identity: fmt.Sprintf("BAND-%d", i), Protocol: "gt06", Kind: "watch", Elder: r.elder.ID})
			r.engine.fragility[d.ID] = i % 10
		}
		r.pass(t, 0, w)
		r.clock.Advance(24 * time.Hour)
		r.pass(t, 0, w)
		got := r.engine.raisedOf("untested")
		if want := []registry.DeviceID{"b09", "b19", "b08", "b18", "b07"}; len(got) < 5 || !slices.Equal(got[:5], want) {
			t.Fatalf("tasks began for %v, want those of the most fragile: %v", got, want)
		}
		r.engine.setRoom(r.elder.Centre, 0)
		before := len(r.engine.raisedOf("untested"))
		r.pass(t, 10*time.Minute, w)
		const all = 21 // with the one that the rig has
		if n := len(r.engine.raisedOf("untested")); n == all || n != before || w.Waiting() != int64(all-n) {
			t.Errorf("without room %d tasks began and %d wait, want none and %d", n-before, w.Waiting(), all-n)
		}
		if n := r.uncared(t); n > 0 {
			t.Errorf("the elders of %d devices wait for the safety plan, want none: only tasks have a pace", n)
		}
		r.engine.setRoom(r.elder.Centre, 100)
		r.pass(t, time.Minute, w, again)
		if got := r.engine.raisedOf("untested"); len(got) != all || w.Waiting() != 0 {
			t.Errorf("with room for all %d tasks have begun and %d wait, want each once and none", len(got), w.Waiting())
		}
	})
}

// uncared counts the devices that wait for a task and whose elders are not on the safety plan.
func (r *rig) uncared(t *testing.T) (n int) {
	t.Helper()
	err := r.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM device_troubles WHERE standing = 'alone' AND safety = 0`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (e *engine) setRoom(c registry.CentreID, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.room[c] = n
}

// TestATaskThatCannotBeWrittenHoldsUpNoOther: the engine refuses, and is asked again.
func TestATaskThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.watch()
		for _, id := range []string{"H1", "H2", "H3"} {
			r.mustDevice(t, registry.Device{ID: registry.DeviceID(id), Identity: id, Protocol: "mqtt", Kind: "hub", Elder: r.elder.ID})
			r.mustTakeAs(t, "mqtt", devices.Signal{Device: id, Kind: devices.Test, ID: "tried-" + id})
		}
		r.pass(t, 14*time.Minute, w)
		r.engine.failTimes(2, errors.New("the disk is full")) // of three that are noted, two are refused
		r.pass(t, 90*time.Second, w)
		if n := len(r.engine.raisedOf("lost")); n > 0 {
			t.Fatalf("%d tasks before the losses were gathered", n)
		}
		r.pass(t, 90*time.Second, w)
		if n := len(r.engine.raisedOf("lost")); n != 1 {
			t.Errorf("%d tasks began, want that of the one device that could be noted", n)
		}
		r.engine.failTimes(1, errors.New("the disk is full")) // the first of the two tasks
		r.pass(t, 3*time.Minute, w)
		if got := r.engine.raisedOf("lost"); len(got) != 3 {
			t.Errorf("tasks began for %v, want for each device once", got)
		}
	})
}

// mustVillage makes n elders with a tried hub each.
func (r *rig) mustVillage(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		el, err := r.registry.CreateElder(t.Context(), registry.Elder{Centre: r.elder.Centre, Name: "村民"})
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("HUB-%d", i)
		r.mustDevice(t, registry.Device{ID: registry.DeviceID(id), Identity: id, Protocol: "mqtt", Kind: "hub", Elder: el.ID})
		r.mustTakeAs(t, "mqtt", devices.Signal{Device: id, Kind: devices.Test, ID: "tried-" + id})
	}
	r.mustFlush(t)
}

// TestAnOutageThatCannotBeWrittenLosesNobody: the list of an outage cannot be written for a while, and then it can; when it never can,
// each device becomes a task.
func TestAnOutageThatCannotBeWrittenLosesNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w, again := r.watch(), r.watch()
		r.mustVillage(t, 8)
		r.pass(t, 15*time.Minute, w, again)
		r.engine.refuseGather(errors.New("no"))
		r.pass(t, 10*time.Minute, w, again)
		if n := len(r.engine.raisedOf("lost")) + len(r.engine.outages); n > 0 {
			t.Fatalf("%d tasks and outages while the list cannot be written", n)
		}
		r.engine.refuseGather(nil)
		r.pass(t, time.Minute, w, again)
		if got := r.engine.outages[alerts.Cause{Centre: r.elder.Centre, By: alerts.ByGateway, Value: "mqtt"}]; len(got) != 8 {
			t.Errorf("the outage has %v, want all eight", got)
		}
		if n := len(r.engine.raisedOf("lost")); n > 0 {
			t.Errorf("%d tasks beside the outage", n)
		}
	})
}

func (e *engine) refuseGather(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.noGather = err
}

func TestAnOutageThatCanNeverBeWrittenIsATaskForEachDevice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.watch()
		r.engine.refuseGather(errors.New("no"))
		r.mustVillage(t, 5)
		r.pass(t, 28*time.Minute, w)
		if n := len(r.engine.raisedOf("lost")); n > 0 {
			t.Fatalf("%d tasks within a quarter of an hour", n)
		}
		r.pass(t, 4*time.Minute, w)
		if n := len(r.engine.raisedOf("lost")); n != 5 {
			t.Errorf("%d tasks began, want five", n)
		}
	})
}
