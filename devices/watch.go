package devices

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

const (
	watchEvery = 5 * time.Second // how often devices whose turn it is are looked at
	watchBatch = 500             // devices of one look
	stuckAgain = time.Minute     // when a device is looked at again whose task could not be written
	hearingFor = 95              // days that are remembered of when we listened: three times the longest beat
)

// Tasks makes work of what the supervision finds. It is alerts.Engine.
type Tasks interface {
	Engine
	TestWithin() time.Duration

	// Waits notes that something is wrong with a device, before it is a task; Gather makes lost ones part of an outage with a cause.
	Waits(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error
	Gather(ctx context.Context, tx *db.Tx, c alerts.Cause, lost []registry.DeviceID) (alerts.AlertID, error)
	// AtRisk puts the elder of a device that is lost or untried on the safety plan, before its task has its turn.
	AtRisk(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error
	OutageOpen(ctx context.Context, tx *db.Tx, c alerts.Cause) (bool, error)

	// Room tells how many tasks about lost and untried devices may begin at a centre now.
	Room(ctx context.Context, tx *db.Tx, centre registry.CentreID) (int, error)

	// Released ends what was wrong with a device for an elder whose it is no more.
	Released(ctx context.Context, tx *db.Tx, d registry.Device) error
}

// WatchOptions are what a Watch works with.
type WatchOptions struct {
	DB     *db.DB
	Intake *Intake // what was heard since the last batch was written
	Tasks  Tasks
	Clock  clock.Clock
	Log    *slog.Logger
}

// Watch supervises every device: one that falls silent, or that nobody has tried, is somebody's job. Any number of nodes may watch the
// same devices.
//
// It has no timers. Each device has the moment at which it could first be lost; whoever looks then sees when it was heard last, and comes
// back when it could be lost the next time. So 100 000 devices that report every five minutes cost some hundred looks a second, in
// batches, and their reports cost nothing more than before.
type Watch struct {
	db     *db.DB
	intake *Intake
	tasks  Tasks
	clock  clock.Clock
	log    *slog.Logger
	done   atomic.Int64 // microseconds: when the last round came to its end
	queued atomic.Int64 // what waits to be a task, when it was last looked at
	turn   time.Time    // when the losses that wait were last looked at; of Step only
	waits  bool         // some wait; of Step only
}

// NewWatch gives a Watch. Run it.
func NewWatch(o WatchOptions) *Watch {
	return &Watch{db: o.DB, intake: o.Intake, tasks: o.Tasks, clock: o.Clock, log: o.Log}
}

// Run looks after the devices until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	for {
		did, _, err := w.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.log.Error("devices could not be looked after", "err", err)
		}
		if did > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.clock.After(watchEvery):
		}
	}
}

// Late tells how long ago a round of the supervision last came to its end here; negative when none has.
func (w *Watch) Late() time.Duration {
	at := w.done.Load()
	if at == 0 {
		return -time.Second
	}
	return max(0, w.clock.Now().Sub(db.Time(at)))
}

// Waiting tells how much was wrong with devices, at the last look of this node, that is nobody's task yet because its turn has not come.
func (w *Watch) Waiting() int64 { return w.queued.Load() }

// Step looks at the devices whose turn it is, a batch of them. It tells how many it looked at, and when the next one has its turn.
func (w *Watch) Step(ctx context.Context) (did int, next time.Time, err error) {
	hearing, err := w.listen(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	var due []watched
	err = w.db.View(ctx, func(tx *db.Tx) (err error) {
		if due, err = dueForWatch(ctx, tx, watchBatch); err != nil {
			return err
		}
		next, err = nextWatch(ctx, tx)
		return err
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("look for devices whose turn it is: %w", err)
	}
	var quiet, wrong []judged
	within := w.tasks.TestWithin()
	for _, d := range due {
		w.fresh(&d)
		j := judged{d, d.look(w.clock.Now(), hearing, within)}
		if j.lost || j.untested || j.released {
			wrong = append(wrong, j)
			continue
		}
		quiet = append(quiet, j)
	}
	if err := w.settle(ctx, quiet); err != nil {
		return 0, time.Time{}, err
	}
	if err := w.raise(ctx, wrong); err != nil {
		return 0, time.Time{}, err
	}
	w.waits = w.waits || len(wrong) > 0
	if err := w.gather(ctx, hearing); err != nil {
		return 0, time.Time{}, err
	}
	if len(due) < watchBatch {
		w.done.Store(db.Micros(w.clock.Now()))
	}
	if again := w.turn.Add(gatherEvery); w.waits && (next.IsZero() || again.Before(next)) {
		next = again
	}
	return len(due), next, nil
}

// judged is a device with what was found.
type judged struct {
	watched
	finding
}

// listen notes that we listen, and gives when we did. It writes no more often than a round is made.
func (w *Watch) listen(ctx context.Context) (h Hearing, err error) {
	read := func(tx *db.Tx) (err error) {
		h, err = heardUntil(ctx, tx)
		return err
	}
	if err := w.db.View(ctx, read); err != nil {
		return nil, fmt.Errorf("read when we listened: %w", err)
	}
	if n := len(h); n > 0 && w.clock.Now().Sub(h[n-1].To) < watchEvery {
		return h, nil
	}
	err = w.db.Update(ctx, func(tx *db.Tx) error {
		if err := keepListening(ctx, tx); err != nil {
			return err
		}
		return read(tx)
	})
	if err != nil {
		return nil, fmt.Errorf("note that we listen: %w", err)
	}
	return h, nil
}

// fresh adds what this node has heard of a device since the last batch was written.
func (w *Watch) fresh(d *watched) {
	if at, ok := w.intake.LastSeen(d.device.ID); ok && (d.device.LastSeenAt == nil || at.After(*d.device.LastSeenAt)) {
		d.device.LastSeenAt = &at
	}
	if at, ok := w.intake.lastTested(d.device.ID, d.device.Elder); ok {
		d.device.TestedAt = &at
	}
}

// settle notes when devices with which nothing is newly wrong have their next turn.
func (w *Watch) settle(ctx context.Context, all []judged) error {
	if len(all) == 0 {
		return nil
	}
	err := w.db.Update(ctx, func(tx *db.Tx) error {
		for _, j := range all {
			if _, err := setWatch(ctx, tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note the next turn of %d devices: %w", len(all), err)
	}
	return nil
}

// raise notes each thing that is wrong. What cannot be noted has its turn again a minute later, and holds up nobody else.
func (w *Watch) raise(ctx context.Context, all []judged) error {
	for _, j := range all {
		err := w.raiseOne(ctx, j)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.log.Error("devices could not be looked after", "device", string(j.device.ID), "err", err)
		later := w.clock.Now().Add(stuckAgain)
		j.next = &later
		if err := w.settle(ctx, []judged{j}); err != nil {
			return err
		}
	}
	return nil
}

// raiseOne is one transaction: what is wrong, and the next turn. A node that was quicker has moved the turn, so nothing is raised
// twice.
func (w *Watch) raiseOne(ctx context.Context, j judged) error {
	return w.insist(ctx, func(tx *db.Tx) error {
		ours, err := setWatch(ctx, tx, j)
		if err != nil || !ours {
			return err
		}
		if j.released {
			return w.tasks.Released(ctx, tx, j.device) // it has its turn again at once
		}
		if j.lost {
			if err := w.tasks.Waits(ctx, tx, j.device, alerts.KindLost); err != nil {
				return err
			}
		}
		if j.untested {
			return w.tasks.Waits(ctx, tx, j.device, alerts.KindUntested)
		}
		return nil
	})
}

// insist carries out a transaction, again when another node was quicker.
func (w *Watch) insist(ctx context.Context, f func(tx *db.Tx) error) error {
	for try := 1; ; try++ {
		err := w.db.Update(ctx, f)
		if kind := fault.KindOf(err); try == insistTimes || kind != fault.Retry && kind != fault.Conflict {
			return err
		}
	}
}

// Expected fills in how a device stands towards us, and how often it should report.
func Expected(d *registry.Device, now time.Time) {
	beat, ok := BeatOf(*d)
	if !ok {
		return
	}
	seconds := int(time.Duration(beat) / time.Second)
	d.ExpectedS = &seconds
	var seen time.Time
	if d.LastSeenAt != nil {
		seen = *d.LastSeenAt
	}
	d.Link = string(LinkAt(now, seen, beat))
}
