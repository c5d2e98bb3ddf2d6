package alerts

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Repair is what a plan says about devices that need mending (plans.md; JGJ/T 484-2019 10.3 asks for a substitute when a fault is
// not mended in two hours).
type Repair struct {
	// Within says for each kind of task until when it must be done, counted from its beginning. A device that says how long its
	// battery lasts has that long when it has lost its mains.
	Within RepairTimes `yaml:"within"`
	// TestWithin is how long a device may be an elder's without its key having been tried.
	TestWithin Span `yaml:"test_within"`
	// PerHour is how many tasks about devices that are lost or were never tried begin at a centre in an hour; the others wait.
	PerHour int `yaml:"per_hour"`
}

// defaultRepair holds where a plan says nothing: no plan can leave a task without an end.
const (
	defaultRepair     = 2 * time.Hour
	defaultTestWithin = 24 * time.Hour
)

// RepairTimes are how long each kind of task may take; what is not named takes two hours.
type RepairTimes struct {
	LowBattery  Span `yaml:"low_battery"`
	MainsLost   Span `yaml:"mains_lost"`
	Tamper      Span `yaml:"tamper"`
	Fault       Span `yaml:"fault"`
	Lost        Span `yaml:"lost"`
	Untested    Span `yaml:"untested"`
	FalseAlarms Span `yaml:"false_alarms"`
}

func (t RepairTimes) of(kind string) time.Duration {
	within := map[string]Span{"low_battery": t.LowBattery, "mains_lost": t.MainsLost, "tamper": t.Tamper, "fault": t.Fault,
		KindLost: t.Lost, KindUntested: t.Untested, KindFalseAlarms: t.FalseAlarms}[kind]
	if within <= 0 {
		return defaultRepair
	}
	return time.Duration(within)
}

// doBy is until when the task of a signal must be done; nil for what is no task.
func (r Repair) doBy(s Signal, from time.Time) *time.Time {
	if !deviceTask(s.Kind) {
		return nil
	}
	within := r.Within.of(s.Kind)
	if s.Kind == "mains_lost" && s.Device.BatteryHours != nil {
		within = time.Duration(*s.Device.BatteryHours) * time.Hour
	}
	at := from.Add(within)
	return &at
}

// overdue calls the supervisor once a day while a task is not done in time, whoever has accepted it.
func (r *ruling) overdue() {
	if r.a.DoBy != nil {
		r.daily(r.step("overdue", Step{Do: doEscalate, To: "supervisor", Level: 1}), *r.a.DoBy)
	}
}

// daily wants a step once a day from first on. Whoever was called by another step within the day is not called again.
func (r *ruling) daily(s *Step, first time.Time) {
	names := []string{rulePrefix + "unaccepted", rulePrefix + "overdue"}
	for i := range r.plan.Steps {
		if r.plan.Steps[i].Do == doEscalate {
			names = append(names, r.plan.Steps[i].ID)
		}
	}
	at := first
	for _, name := range names {
		if m, ok := r.a.Steps[name]; ok && !m.At.Before(r.a.BeganAt) {
			at = later(at, m.At.Add(24*time.Hour))
		}
	}
	r.o.at(at, Action{Step: s.ID, Do: s.Do, Line: s})
}

// TestWithin is how long a device may be an elder's without its key having been tried, by the plan for untested devices.
func (e *Engine) TestWithin() time.Duration {
	p, _ := e.plans.choose(PlanAsk{Kind: KindUntested, At: e.clock.Now()})
	if p.Plan != nil && p.Repair.TestWithin > 0 {
		return time.Duration(p.Repair.TestWithin)
	}
	return defaultTestWithin
}

// deviceSaid carries what a signal tells about its device into its repair tasks and the safety plan of its elder. task is the alert
// that the signal raised or joined.
func (e *Engine) deviceSaid(ctx context.Context, tx *db.Tx, s Signal, task AlertID) error {
	if s.Device.ID == "" {
		return nil
	}
	if repairKind(s.Kind) && task != "" {
		return e.broken(ctx, tx, s, task)
	}
	of := []registry.DeviceID{s.Device.ID}
	if provingKind(s.Kind) && s.Device.Elder != "" {
		of = append(of, noneOf(s.Device.Elder))
	}
	open, err := e.store.troublesOf(ctx, tx, of)
	if err != nil || len(open) == 0 {
		return err
	}
	err = e.troublesHeard(ctx, tx, s, open)
	if isLocked(err) || fault.Is(err, fault.NotFound) {
		// A press must not fail because what it proves cannot be written down.
		e.log.Warn("what a device proved could not be carried into its tasks", "device", string(s.Device.ID), "err", err)
		return nil
	}
	return err
}

// troublesHeard is deviceSaid for a device that is in trouble.
func (e *Engine) troublesHeard(ctx context.Context, tx *db.Tx, s Signal, open []openTrouble) error {
	open, err := e.apart(ctx, tx, open, provingKind(s.Kind))
	if err != nil {
		return err
	}
	var proved, mended []openTrouble
	for _, t := range open {
		switch {
		case provingKind(s.Kind) && (t.elder == "" || t.elder == s.Device.Elder) && !pressedAt(s).Before(t.Since):
			proved = append(proved, t)
		case t.Mended == nil && (t.Kind == mendedBy(s.Kind) || t.Kind == KindLost):
			mended = append(mended, t)
		}
	}
	if err := e.mend(ctx, tx, mended); err != nil {
		return err
	}
	return e.prove(ctx, tx, s, proved)
}

// pressedAt is when the elder pressed, as far as the sender says so.
func pressedAt(s Signal) time.Time {
	if s.At.IsZero() {
		return s.ReceivedAt
	}
	return s.At
}

// broken writes down that a device cannot be relied on.
func (e *Engine) broken(ctx context.Context, tx *db.Tx, s Signal, task AlertID) error {
	t := openTrouble{Trouble: Trouble{Device: s.Device.ID, Kind: s.Kind, Since: tx.Now(), Task: task}}
	if s.Device.HasKey() {
		t.elder = s.Device.Elder
	}
	if err := e.store.addTrouble(ctx, tx, t); err != nil {
		return err
	}
	return e.atRisk(ctx, tx, t)
}

// brokenAgain writes down that a device cannot be relied on after all: its task was opened again. The next real press ends both.
func (p *progress) brokenAgain(ctx context.Context) error {
	a := p.a
	if !repairKind(a.Kind) || a.Device == "" {
		return nil
	}
	t := openTrouble{Trouble: Trouble{Device: a.Device, Kind: a.Kind, Since: p.tx.Now(), Task: a.ID}}
	if a.Pressable {
		t.elder = a.Elder
	}
	if err := p.e.store.addTrouble(ctx, p.tx, t); err != nil {
		return err
	}
	return p.e.atRisk(ctx, p.tx, t)
}

// mend closes the tasks of faults that have gone.
func (e *Engine) mend(ctx context.Context, tx *db.Tx, all []openTrouble) error {
	for _, t := range all {
		by := Actor{Kind: ActorDevice, ID: string(t.Device)}
		c := Command{Type: commandMend, Actor: by, news: &news{trouble: t.Trouble}}
		if err := e.tell(ctx, tx, t.repair(), c); err != nil {
			return err
		}
		if err := e.tellSafety(ctx, tx, t.elder, c); err != nil {
			return err
		}
		if err := e.store.mendTrouble(ctx, tx, t); err != nil {
			return err
		}
		if err := e.backAgain(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// backAgain has a device supervised again that was lost.
func (e *Engine) backAgain(ctx context.Context, tx *db.Tx, t openTrouble) error {
	if t.Kind != KindLost {
		return nil
	}
	return e.store.watchAgain(ctx, tx, t.Device)
}

// prove ends what a real press has proved to be over.
func (e *Engine) prove(ctx context.Context, tx *db.Tx, s Signal, all []openTrouble) error {
	c := Command{Type: commandProve, Actor: Actor{Kind: ActorDevice, ID: string(s.Device.ID)}, news: &news{device: s.Device.ID, signal: s.ID}}
	for _, t := range all {
		if err := e.tell(ctx, tx, t.repair(), c); err != nil {
			return err
		}
		if err := e.store.endTrouble(ctx, tx, t); err != nil {
			return err
		}
		if err := e.backAgain(ctx, tx, t); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return e.tellSafety(ctx, tx, s.Device.Elder, c)
}

// Heard takes that devices reported which raise nothing by it: those that were lost are lost no more.
func (e *Engine) Heard(ctx context.Context, tx *db.Tx, devices []registry.DeviceID) error {
	open, err := e.store.troublesOf(ctx, tx, devices)
	if err != nil {
		return err
	}
	if open, err = e.apart(ctx, tx, open, false); err != nil {
		return err
	}
	for _, t := range open {
		if t.Kind != KindLost || t.Mended != nil {
			continue
		}
		err := e.mend(ctx, tx, []openTrouble{t})
		if isLocked(err) {
			e.log.Warn("what a device proved could not be carried into its tasks", "device", string(t.Device), "err", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell carries commands into an alert that may have ended, or been forgotten; "" is none.
func (e *Engine) tell(ctx context.Context, tx *db.Tx, id AlertID, commands ...Command) error {
	if id == "" {
		return nil
	}
	a, err := e.store.load(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // let go by the retention
	}
	if err != nil {
		return fmt.Errorf("task %s: %w", id, err)
	}
	return e.advance(ctx, tx, a, commands...)
}
