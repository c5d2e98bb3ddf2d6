package devices

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Pace of the batches that carry reports to the database.
const (
	flushEvery = 5 * time.Second
	flushBatch = 500 // reports in one transaction: short enough that an alarm never waits for it
)

// live is what devices said last. It is the only place for what may be lost for some seconds.
type live struct {
	mu      sync.Mutex
	max     int
	states  map[registry.DeviceID]*state
	waiting map[registry.DeviceID]bool // whose report is not in the database yet
	turn    chan struct{}              // held by whoever flushes
}

// state is what is known of one device.
type state struct {
	device   registry.Device
	seenAt   time.Time
	testedAt time.Time // when its key last came through
	battery  *int
	position *geo.Position
	reports  map[Kind]Record // the last heartbeat and position that are not in the database yet
	pace     *rate.Limiter   // of heartbeats and positions; alarms have none
}

// A device may report this often in the long run, and so many at once after it was out of reach.
const (
	reportEvery = time.Second
	reportBurst = 120
)

func newState(d registry.Device) *state {
	return &state{device: d, reports: map[Kind]Record{}, pace: rate.NewLimiter(rate.Every(reportEvery), reportBurst)}
}

func newLive(max int) *live {
	return &live{max: max, states: map[registry.DeviceID]*state{}, waiting: map[registry.DeviceID]bool{},
		turn: make(chan struct{}, 1)}
}

// saw notes that a device was heard, and what it said about itself. It is not for unknown devices.
func (l *live) saw(d registry.Device, s Signal, r Record) {
	if d.ID == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.note(d, s, r)
	if s.Kind.pressed() && !s.Locates && r.ReceivedAt.After(st.testedAt) {
		st.testedAt = r.ReceivedAt
	}
	l.waiting[d.ID] = true
}

// report is saw for what may be refused: it gives Retry when too many reports are waiting.
func (l *live) report(d registry.Device, s Signal, r Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.waiting[d.ID] && len(l.waiting) >= l.max {
		return fault.New(fault.Retry, "too many reports are waiting to be written; send it again later")
	}
	if st := l.states[d.ID]; st != nil && !st.pace.AllowN(r.ReceivedAt, 1) {
		return fault.New(fault.Retry, "this device reports too often; once a second is enough")
	}
	st := l.note(d, s, r)
	st.reports[s.Kind] = r
	l.waiting[d.ID] = true
	return nil
}

// note is called with the lock held.
func (l *live) note(d registry.Device, s Signal, r Record) *state {
	st := l.states[d.ID]
	if st == nil {
		st = newState(d)
		l.states[d.ID] = st
	}
	if st.device.Elder != d.Elder {
		st.testedAt = time.Time{} // that was in another home
	}
	st.device = d
	if r.ReceivedAt.After(st.seenAt) {
		st.seenAt = r.ReceivedAt
	}
	if s.Battery != nil {
		st.battery = s.Battery
	}
	if p := dated(s.Position, r.At); p != nil && (st.position == nil || !p.At.Before(st.position.At)) {
		st.position = p
	}
	return st
}

// dated gives a position the time of its signal when it has none of its own.
func dated(p *geo.Position, at time.Time) *geo.Position {
	if p == nil || !p.At.IsZero() {
		return p
	}
	q := *p
	q.At = at
	return &q
}

// remember puts a position back that was read from the database, unless a newer one has come in.
func (l *live) remember(d registry.Device, p geo.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.states[d.ID]
	if st == nil {
		st = newState(d)
		l.states[d.ID] = st
	}
	if st.position == nil || p.At.After(st.position.At) {
		st.position = &p
	}
}

func (l *live) position(id registry.DeviceID) (geo.Position, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.states[id]
	if st == nil || st.position == nil {
		return geo.Position{}, false
	}
	return *st.position, true
}

// take gives some of the states that wait, as copies, and no longer counts them as waiting.
func (l *live) take(n int) []state {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []state
	for id := range l.waiting {
		if len(out) == n {
			break
		}
		st := l.states[id]
		out = append(out, *st)
		st.reports = map[Kind]Record{}
		delete(l.waiting, id)
	}
	// One order for all nodes: two that wrote the same rows crosswise would wait for each other.
	slices.SortFunc(out, func(a, b state) int { return cmp.Compare(a.device.ID, b.device.ID) })
	return out
}

// putBack has states that could not be written wait again; what came in meanwhile is newer.
func (l *live) putBack(states []state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, old := range states {
		st := l.states[old.device.ID]
		for k, r := range old.reports {
			if _, newer := st.reports[k]; !newer {
				st.reports[k] = r
			}
		}
		l.waiting[old.device.ID] = true
	}
}

// takeVolatile keeps a heartbeat or position in memory. What an unknown device reports is
// answered, so that it stays quiet, and forgotten.
func (in *Intake) takeVolatile(ctx context.Context, from Sender, s Signal) (Receipt, error) {
	var who origin
	var r Record
	crosses := false
	err := in.db.View(ctx, func(tx *db.Tx) (err error) {
		if who, err = in.identify(ctx, tx, from, s); err != nil {
			return err
		}
		r = newRecord(in.clock.Now().UTC(), who, s)
		crosses = in.crosses(ctx, tx, who, r)
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	r.ID = in.reportID(who, s)
	if who.device.ID == "" {
		return r.receipt(), nil
	}
	if r, err = in.seeZone(ctx, who, r, crosses); err != nil {
		return Receipt{}, err
	}
	r.dedupe = in.reportKey(who.device.ID, s.Kind)
	r.subject = who.subject(r)
	if err := in.live.report(who.device, s, r); err != nil {
		return Receipt{}, err
	}
	return r.receipt(), nil
}

// LastSeen tells when a device was last heard by this node.
func (in *Intake) LastSeen(id registry.DeviceID) (time.Time, bool) {
	in.live.mu.Lock()
	defer in.live.mu.Unlock()
	st := in.live.states[id]
	if st == nil || st.seenAt.IsZero() {
		return time.Time{}, false
	}
	return st.seenAt, true
}

// lastTested tells when the key of a device last came through to this node since it is the elder's.
func (in *Intake) lastTested(id registry.DeviceID, elder registry.ElderID) (time.Time, bool) {
	in.live.mu.Lock()
	defer in.live.mu.Unlock()
	st := in.live.states[id]
	if st == nil || st.testedAt.IsZero() || st.device.Elder != elder {
		return time.Time{}, false
	}
	return st.testedAt, true
}

// Waiting tells how many devices' last reports are not in the database yet.
func (in *Intake) Waiting() int {
	in.live.mu.Lock()
	defer in.live.mu.Unlock()
	return len(in.live.waiting)
}

// Flush writes what devices reported last. What could not be written waits for the next time.
func (in *Intake) Flush(ctx context.Context) error {
	select {
	case in.live.turn <- struct{}{}:
		defer func() { <-in.live.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		batch := in.live.take(flushBatch)
		if len(batch) == 0 {
			return nil
		}
		err := in.db.Update(ctx, func(tx *db.Tx) error { return in.keepReports(ctx, tx, batch) })
		if err != nil {
			in.live.putBack(batch)
			return fmt.Errorf("write reports of %d devices: %w", len(batch), err)
		}
		if len(batch) < flushBatch {
			return nil
		}
	}
}

// Run writes reports in batches until it is told to stop, and then once more.
func (in *Intake) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return in.Flush(context.WithoutCancel(ctx))
		case <-in.clock.After(flushEvery):
		}
		if err := in.Flush(ctx); err != nil && ctx.Err() == nil {
			in.log.Warn("reports of devices wait for the next batch", "err", err)
		}
	}
}
