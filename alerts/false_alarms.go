package alerts

import (
	"context"
	"fmt"
	"time"

	"anling/internal/fault"
)

// KindFalseAlarms is the kind of the task about a device that raised false alarms again and again. Only the program itself raises it.
const KindFalseAlarms = "false_alarms"

const (
	falseFrom   = 3                  // so many alerts that ended as false alarms …
	falseWithin = 7 * 24 * time.Hour // … within this time are a task
)

// falseAlarm makes a task of a device's false alarms when there are too many of them: somebody looks why, at the device or with the
// elder. It never mutes the device: who presses for the fourth time may have fallen. Those that led to an earlier task count no more.
func (p *progress) falseAlarm(ctx context.Context) error {
	a := p.a
	if a.Outcome != OutcomeFalseAlarm || a.Device == "" || a.Test || a.isTask() {
		return nil
	}
	now := p.tx.Now()
	n, err := p.e.store.falseAlarms(ctx, p.tx, a, now.Add(-falseWithin))
	if err != nil || n+1 < falseFrom { // this one is written with the alert
		return err
	}
	d, err := p.e.registry.DeviceTx(ctx, p.tx, a.Device)
	if fault.Is(err, fault.NotFound) || err == nil && d.ArchivedAt != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("device of the false alarms: %w", err)
	}
	_, err = p.e.raise(ctx, p.tx, Signal{Kind: KindFalseAlarms, Device: d, Elder: d.Elder, Protocol: d.Protocol, At: now, ReceivedAt: now})
	return err
}
