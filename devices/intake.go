package devices

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/registry"
)

// Limits of belief in a sender's clock.
const (
	lateAfter  = 60 * time.Second    // older than this when it comes in: a late press
	clockAhead = 60 * time.Second    // farther ahead than this: the clock is wrong
	clockOld   = 30 * 24 * time.Hour // older than this: the clock is wrong, not the press old
	sameWithin = 24 * time.Hour      // an id that comes again after this may have been used anew
)

// Engine makes an alert of a signal, inside the transaction that keeps the signal. It is
// alerts.Engine.
type Engine interface {
	Signal(ctx context.Context, tx *db.Tx, s alerts.Signal) (alerts.AlertID, error)

	// Located takes where devices are, apart from any press.
	Located(ctx context.Context, tx *db.Tx, fixes []alerts.Fix) error

	// ZoneBack takes that an elder who had left their safe zone is back.
	ZoneBack(ctx context.Context, tx *db.Tx, r alerts.ZoneReturn) error

	// Heard takes that devices reported by what raises nothing.
	Heard(ctx context.Context, tx *db.Tx, devices []registry.DeviceID) error
}

// Options are what an Intake works with.
type Options struct {
	DB       *db.DB
	Vault    *seal.Vault
	Registry *registry.Registry
	Engine   Engine
	Clock    clock.Clock
	Log      *slog.Logger
	Pending  int // devices whose last report may wait for the next batch; 0 means 100 000
}

// Intake takes signals from every way in.
type Intake struct {
	db       *db.DB
	vault    *seal.Vault
	registry *registry.Registry
	engine   Engine
	clock    clock.Clock
	log      *slog.Logger
	live     *live
}

// NewIntake gives an Intake. Run it, so that heartbeats and positions reach the database.
func NewIntake(o Options) *Intake {
	if o.Pending <= 0 {
		o.Pending = 100_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Intake{db: o.DB, vault: o.Vault, registry: o.Registry, engine: o.Engine, clock: o.Clock, log: o.Log,
		live: newLive(o.Pending)}
}

// Sender is who brings a signal: what its token allows and which way it came.
type Sender struct {
	Device   registry.DeviceID // the one device that the token may speak for; empty for a gateway, which may for any
	Protocol string            // of the device's registration; empty means http
	Path     string            // the way in, for the record; empty means the protocol
}

func (s Sender) protocol() string {
	if s.Protocol == "" {
		return "http"
	}
	return s.Protocol
}

func (s Sender) path() string {
	if s.Path == "" {
		return s.protocol()
	}
	return s.Path
}

// Receipt is the answer to a signal: it is durable, and this is what came of it. A signal that is sent
// again gets the same receipt.
type Receipt struct {
	Signal string  `json:"signal"`
	Alert  *string `json:"alert"` // nil when the signal raised nothing
}

// Take takes one signal and returns when it is durable; heartbeats and positions, which may be lost,
// only when they are in memory. It gives Invalid for a signal that is no signal, Denied when the
// sender may not speak for the device, and Retry for what may be lost while too much is waiting.
// A device that nobody knows is taken: the alert is marked unidentified.
//
// Once begun, a durable signal is carried to its end even when the sender hangs up.
func (in *Intake) Take(ctx context.Context, from Sender, s Signal) (Receipt, error) {
	if err := s.check(from); err != nil {
		return Receipt{}, err
	}
	now := in.clock.Now().UTC()
	if s.ID == "" {
		s.ID = s.contentID(now)
	}
	s = s.settleTime(now)
	from, s, err := in.ownDevice(ctx, from, s)
	if err != nil {
		return Receipt{}, err
	}
	if s.Kind.Volatile() {
		return in.takeVolatile(ctx, from, s)
	}
	if s.Kind.Alarm() {
		ctx = db.Urgent(ctx)
	}
	return in.takeDurable(ctx, from, s)
}

// check refuses what cannot be taken from this sender.
func (s Signal) check(from Sender) error {
	if err := s.Err(); err != nil {
		return err
	}
	var bad []fault.Field
	if s.Device == "" && from.Device == "" && !byCaller(from.protocol()) {
		bad = append(bad, fault.Field{Name: "device", Problem: "is required"})
	}
	if !s.Kind.Known() {
		bad = append(bad, fault.Field{Name: "kind", Problem: "is not known"})
	}
	if s.Kind == Position && s.Position == nil {
		bad = append(bad, fault.Field{Name: "position", Problem: "is required for the kind position"})
	}
	if len(bad) > 0 {
		return fault.InvalidFields("the signal is not valid", bad)
	}
	return nil
}

// byCaller reports whether a protocol knows senders by their telephone number: it may be withheld,
// and may be that of several elders.
func byCaller(protocol string) bool { return protocol == "phone" || protocol == "sms" }

// settleTime decides how far the sender's clock is believed. What it says is kept in the raw signal.
func (s Signal) settleTime(now time.Time) Signal {
	if s.Position != nil && s.Position.At.Sub(now) > clockAhead {
		s.remark("position.time", "lies in the future; taken as that of the signal")
		p := *s.Position
		p.At = time.Time{}
		s.Position = &p
	}
	if s.Time.IsZero() {
		return s
	}
	switch age := now.Sub(s.Time); {
	case age < -clockAhead:
		s.remark("time", "lies in the future; taken as now")
		s.Time = time.Time{}
	case age > clockOld:
		s.remark("time", "is more than 30 days old; taken as now")
		s.Time = time.Time{}
	}
	return s
}

func (s *Signal) remark(name, problem string) {
	s.Remarks = append(s.Remarks[:len(s.Remarks):len(s.Remarks)], fault.Field{Name: name, Problem: problem})
}

// ownDevice lets a token that belongs to one device say which device speaks, when the signal does not.
func (in *Intake) ownDevice(ctx context.Context, from Sender, s Signal) (Sender, Signal, error) {
	if s.Device != "" || from.Device == "" {
		return from, s, nil
	}
	d, err := in.registry.Device(ctx, from.Device)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return from, s, fmt.Errorf("find device %s: %w", from.Device, err)
	}
	if err != nil || d.Identity == "" { // gone, or locked: unknown like any other
		s.Device, from.Device = string(from.Device), ""
		return from, s, nil
	}
	from.Path, from.Protocol = from.path(), d.Protocol
	s.Device = d.Identity
	return from, s, nil
}

// How long an alarm insists when the database is busy or away, before its sender has to.
const (
	insistTimes = 5
	insistPause = 50 * time.Millisecond // doubled each time
)

// takeDurable insists: nobody should have to press again because the database was busy, or because two first presses
// of one elder met. A Conflict is tried again at once, whoever was quicker has committed.
func (in *Intake) takeDurable(ctx context.Context, from Sender, s Signal) (Receipt, error) {
	pause := insistPause
	for try := 1; ; try++ {
		out, err := in.takeOnce(ctx, from, s)
		kind := fault.KindOf(err)
		if kind != fault.Retry && kind != fault.Conflict || try == insistTimes {
			return out, err
		}
		if kind == fault.Conflict {
			continue
		}
		select {
		case <-ctx.Done():
			return out, err
		case <-clock.Real().After(pause): // the machine's time, also under a clock that a test turns: it waits for the database
			pause *= 2
		}
	}
}

// takeOnce is one transaction: the signal's row, and what the engine makes of it.
func (in *Intake) takeOnce(ctx context.Context, from Sender, s Signal) (Receipt, error) {
	var out Receipt
	err := in.db.Update(ctx, func(tx *db.Tx) error {
		who, err := in.identify(ctx, tx, from, s)
		if err != nil {
			return err
		}
		r, first, err := in.enter(ctx, tx, who, s)
		if err != nil {
			return fmt.Errorf("keep a signal: %w", err)
		}
		if first {
			if r, err = in.raise(ctx, tx, who, r); err != nil {
				return err
			}
		}
		out = r.receipt()
		tx.AfterCommit(func() { in.live.saw(who.device, s, r) })
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return out, nil
}

// raise hands a new signal to the engine and completes its record.
func (in *Intake) raise(ctx context.Context, tx *db.Tx, who origin, r Record) (Record, error) {
	known, err := in.forEngine(ctx, tx, who, r)
	if err != nil {
		return r, err
	}
	alert, err := in.engine.Signal(ctx, tx, known)
	if err != nil {
		return r, fmt.Errorf("raise signal %s: %w", r.ID, err)
	}
	r.setAlert(alert)
	return r, in.complete(ctx, tx, who, r)
}

// origin is who a signal comes from, as far as that is known.
type origin struct {
	from     Sender
	identity string
	device   registry.Device    // zero when unknown
	elder    registry.ElderID   // empty when unknown, or when it may be several
	elders   []registry.ElderID // several behind one line
}

// identify finds out who sent a signal. Not knowing is no error.
func (in *Intake) identify(ctx context.Context, tx *db.Tx, from Sender, s Signal) (origin, error) {
	who := origin{from: from, identity: s.Device}
	if s.Device == "" {
		return who, nil // a withheld number
	}
	d, err := in.registry.FindDeviceTx(ctx, tx, from.protocol(), s.Device)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return who, fmt.Errorf("find the device of a signal: %w", err)
	}
	if err == nil {
		who.device, who.elder = d, d.Elder
	}
	if from.Device != "" && who.device.ID != from.Device {
		if who.device, err = in.own(ctx, tx, from, s); err != nil {
			return who, err
		}
		who.elder = who.device.Elder
	}
	if !byCaller(from.protocol()) || who.elder != "" {
		return who, nil
	}
	who.elders, err = in.registry.FindCallerTx(ctx, tx, s.Device)
	if err != nil {
		return who, fmt.Errorf("find the caller of a signal: %w", err)
	}
	if len(who.elders) == 1 {
		who.elder = who.elders[0]
	}
	return who, nil
}

// own is the device of a token, when the signal names it: it may be registered with another protocol than
// the way it came. One that has been archived is nobody's any more, but may still cry for help.
func (in *Intake) own(ctx context.Context, tx *db.Tx, from Sender, s Signal) (registry.Device, error) {
	d, err := in.registry.DeviceTx(ctx, tx, from.Device)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return d, fmt.Errorf("find device %s: %w", from.Device, err)
	}
	if err != nil || d.Identity != s.Device {
		return registry.Device{}, fault.New(fault.Denied, "this token may speak only for its own device")
	}
	if d.ArchivedAt != nil {
		return registry.Device{}, nil
	}
	return d, nil
}

// forEngine tells the engine what is known. A device that does not say where it is was last heard
// somewhere: that is said instead, with its age.
func (in *Intake) forEngine(ctx context.Context, tx *db.Tx, who origin, r Record) (alerts.Signal, error) {
	out := alerts.Signal{
		ID: r.ID, Kind: string(r.Kind), Device: who.device, Elder: who.elder, Elders: who.elders,
		Protocol: r.protocol, Path: r.Path, Identity: who.identity, At: r.At, ReceivedAt: r.ReceivedAt,
		Position: dated(r.Position, r.At), Battery: r.Battery, Silent: r.Silent, Test: r.Kind == Test, Where: r.locates, Text: r.Text,
	}
	if out.Position != nil || who.device.ID == "" {
		return out, nil
	}
	p, known, err := in.lastPosition(ctx, tx, who.device)
	if known {
		out.Position = &p
	}
	return out, err
}

// enter writes the signal's row, or marks the row that is there already: whatever answers a sender
// must itself have written (a re-send that only read may be answered from a commit that never
// reached the standby). first says that the signal is new.
func (in *Intake) enter(ctx context.Context, tx *db.Tx, who origin, s Signal) (r Record, first bool, err error) {
	fresh := newRecord(tx.Now(), who, s)
	fresh.subject = who.subject(fresh)
	for _, occasion := range []string{"", s.occasion(tx.Now())} {
		fresh.dedupe = in.vault.Blind("signal", who.from.protocol()+"\x00"+who.identity+"\x00"+s.ID+"\x00"+occasion)
		if r, err = insertOrMark(ctx, tx, fresh); err != nil {
			return Record{}, false, err
		}
		if r.ID == fresh.ID {
			return fresh, true, nil
		}
		// A carrier never gives a call or an SMS the id of another, so however late it comes again it is the same.
		if byCaller(who.from.protocol()) || s.repeats(r, tx.Now()) {
			break
		}
	}
	return r, false, nil
}

// occasion tells the second use of an id from its first.
func (s Signal) occasion(now time.Time) string {
	if !s.Time.IsZero() {
		return string(s.Kind) + s.Time.Format(time.RFC3339Nano)
	}
	return string(s.Kind) + now.Format("2006-01-02")
}

// repeats decides whether the signal is the one of the row sent again. The same id is the same signal: that is
// the contract. Two things must not be swallowed by it: an alarm after something harmless of the
// same id, and a press, long after, of a device whose counter has begun anew – unless it still says the time of the first.
func (s Signal) repeats(first Record, now time.Time) bool {
	if s.Kind.Alarm() && !first.Kind.Alarm() {
		return false
	}
	if now.Sub(first.ReceivedAt) < sameWithin {
		return true
	}
	return !s.Time.IsZero() && db.Micros(s.Time) == db.Micros(first.At)
}

// Answer is the answer to a body that came in: one receipt, or one item for each signal of a batch.
type Answer struct {
	Batch bool
	Items []Item
}

// Item is the answer to one signal of a batch.
type Item struct {
	Receipt
	Err error
}

// Receive takes a body of one signal or a batch of them, in their order. In a batch every good signal is taken
// whatever is wrong with the others; the Answer says what became of each. The error is not nil when
// nothing could be taken, or when something that may not be lost could not be taken through no fault of the
// sender: then all is to be sent again, and what was taken is recognised.
func (in *Intake) Receive(ctx context.Context, from Sender, body []byte) (Answer, error) {
	signals, batch, err := Decode(body)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Batch: batch}
	var taken int
	var refused []error
	for i, s := range signals {
		r, err := in.Take(ctx, from, s)
		out.Items = append(out.Items, Item{Receipt: r, Err: err})
		switch kind := fault.KindOf(err); {
		case err == nil:
			taken++
		case !s.Kind.Volatile() && (kind == fault.Retry || kind == fault.Internal):
			return Answer{}, fmt.Errorf("take signal %d of %d: %w", i+1, len(signals), err)
		default:
			refused = append(refused, err)
		}
	}
	if taken == 0 {
		return Answer{}, together(refused)
	}
	return out, nil
}

// together makes one error of the reasons why nothing of a body was taken.
func together(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	var bad []fault.Field
	for _, err := range errs {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		bad = append(bad, fault.FieldsOf(err)...)
	}
	return fault.Wrap(fault.Invalid, errors.Join(fault.InvalidFields("", bad)), "no signal of the batch could be taken")
}
