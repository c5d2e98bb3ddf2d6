package alerts

import (
	"slices"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// The kinds of signals that come from inside only: of a device nothing was heard, nobody has tried it, an elder is on the safety
// plan. A sender who calls a signal so is not believed (devices.readKind).
const (
	KindLost     = "lost"
	KindUntested = "untested"
	KindSafety   = "safety"
)

// insideKind tells whether only the program itself raises a kind.
func insideKind(kind string) bool {
	return kind == KindLost || kind == KindUntested || kind == KindSafety || kind == KindOutage || kind == KindFalseAlarms
}

// orElse is the plan by which a kind goes that no plan names: an emergency, but for a task, which never sounds.
func orElse(kind string) string {
	switch {
	case kind == KindSafety, kind == KindOutage:
		return kind
	case TaskKind(kind):
		return "technical"
	}
	return emergencyPlan
}

// raiser is who raises an alert by a signal.
func raiser(s Signal) Actor {
	if s.By != nil {
		return *s.By
	}
	if insideKind(s.Kind) {
		return System()
	}
	return Actor{Kind: ActorDevice, ID: string(s.Device.ID)}
}

// repairKind tells whether an alert of a kind is a repair task: something is wrong with one device.
func repairKind(kind string) bool {
	switch kind {
	case "low_battery", "mains_lost", "tamper", "fault", KindLost, KindUntested:
		return true
	}
	return false
}

// deviceTask tells whether an alert of a kind is a task about one device: what is wrong with it, or that it raises false alarms.
func deviceTask(kind string) bool { return repairKind(kind) || kind == KindFalseAlarms }

// TaskKind tells whether an alert of a kind is work with a clock and not a call for help: nobody waits at a door.
func TaskKind(kind string) bool { return deviceTask(kind) || kind == KindSafety }

// isTask tells whether the alert is work with a clock. A safety plan on which nobody answered has become an emergency, and is none.
func (a *Alert) isTask() bool { return TaskKind(a.Kind) && a.Priority == 3 }

// mendedBy names the trouble that a device itself says is over. Its key has not been tried by that.
func mendedBy(kind string) string {
	switch kind {
	case "battery_ok":
		return "low_battery"
	case "mains_ok":
		return "mains_lost"
	case "fault_ok":
		return "fault"
	}
	return ""
}

// provingKind tells whether a signal is a real press, which proves that the key works and the way from it to us. It is the
// rule of registry.Device.TestedAt.
func provingKind(kind string) bool { return kind == "sos" || kind == "silent" || kind == "test" }

// Trouble is why a device cannot be relied on. It lasts until a real press of the device has passed, also when the fault has gone
// before that.
type Trouble struct {
	Device registry.DeviceID `json:"device"` // "" when the elder has no device left that is known to work
	Kind   string            `json:"kind"`   // low_battery, mains_lost, tamper, fault, lost, untested; none
	Since  time.Time         `json:"since"`
	Mended *time.Time        `json:"mended"` // when the device said that the fault is over; nil: it is not
	Task   AlertID           `json:"task"`   // the repair task, or the outage; "" while the task waits for its turn
}

// noDevice is the trouble of an elder whose faulty device was taken away, and who has no other that is known to work.
const noDevice = "none"

// news is what is new about the devices of an alert.
type news struct {
	trouble Trouble           // commandTrouble: what is wrong; commandMend: what has gone
	device  registry.DeviceID // commandProve, commandRelease: which
	signal  string            // commandProve: the press
	reason  string            // commandRelease: unbound, archived, outage
	alone   bool              // commandRelease: the elder has no other device that is known to work
	at      time.Time         // commandRelease
}

// troubled carries news about a device into a repair task or a safety plan. What ends by that is closed by rule.
func (d *decision) troubled() error {
	n := d.c.news
	if d.a.State.Ended() {
		return nil
	}
	switch d.c.Type {
	case commandTrouble:
		if t := d.a.faultOf(n.trouble.Device, n.trouble.Kind); t != nil && t.Mended == nil && t.Task == n.trouble.Task {
			return nil
		}
		d.emit(EventTrouble, Data{Device: n.trouble.Device, Kind: n.trouble.Kind, Other: n.trouble.Task})
		return nil
	case commandMend:
		d.mended(n.trouble)
	case commandProve:
		d.emit(EventProved, Data{Device: n.device, Signal: n.signal})
		d.finishTask("proved", d.a.troublesBut(n.device, "") == 0)
	case commandRelease:
		d.released(n)
	}
	return nil
}

func (d *decision) mended(t Trouble) {
	if d.a.Kind == KindSafety {
		if known := d.a.faultOf(t.Device, t.Kind); known == nil || known.Mended != nil {
			return
		}
	}
	d.emit(EventMended, Data{Device: t.Device, Kind: t.Kind})
	d.finishTask("mended", d.a.Kind != KindSafety)
}

// released takes a device off the elder's safety plan because it is theirs no more. An elder who would then have nothing to call for help
// with stays on it.
func (d *decision) released(n *news) {
	d.emit(EventReleased, Data{Device: n.device, Reason: n.reason})
	left := d.a.troublesBut(n.device, "")
	if d.a.Kind == KindSafety && left == 0 && n.alone {
		d.emit(EventTrouble, Data{Kind: noDevice})
		return
	}
	d.finishTask("released", left == 0)
}

// finishTask ends an alert by rule: resolved, and closed, because nobody has to be called back.
func (d *decision) finishTask(why string, over bool) {
	if !over || !d.a.isTask() {
		return // somebody who gave no sign of life is not well because a device works
	}
	if d.a.State != Resolved {
		d.emit(EventResolved, Data{Outcome: string(OutcomeOther), Code: why})
	}
	d.emit(EventClosed, Data{Code: why})
}

// settleByHand is the rule for who resolves work with a clock by hand: nothing but a real press proves that a device works, unless a
// supervisor writes why.
func (d *decision) settleByHand() error {
	if err := d.mayEndOutage(); err != nil {
		return err
	}
	byPress := d.a.isTask() && (d.a.Kind == KindSafety || repairKind(d.a.Kind) && d.a.Pressable)
	if !byPress || d.excused() {
		return nil
	}
	if d.c.Actor.supervises() {
		return missingReason("say why this ends without a real press of the device")
	}
	return fault.New(fault.Conflict, "this ends by itself when the key of the device has been pressed and the press has come through; without that, a supervisor resolves it with a reason")
}

// faultOf finds what is known to be wrong with a device, or nil.
func (a *Alert) faultOf(device registry.DeviceID, kind string) *Trouble {
	for i := range a.Troubles {
		if t := &a.Troubles[i]; t.Device == device && t.Kind == kind {
			return t
		}
	}
	return nil
}

// troublesBut counts the reasons that would be left without those of a device. With any device proved, an elder has one again.
func (a *Alert) troublesBut(device registry.DeviceID, kind string) int {
	n := 0
	for _, t := range a.Troubles {
		if !(t.Device == device && (kind == "" || t.Kind == kind)) && t.Kind != noDevice {
			n++
		}
	}
	return n
}

// evolveTrouble keeps the list of reasons.
func evolveTrouble(a *Alert, e Event) {
	d := e.Data
	kept := slices.Clone(a.Troubles)
	switch e.Type {
	case EventTrouble:
		since := e.At
		if t := a.faultOf(d.Device, d.Kind); t != nil && t.Mended == nil {
			since = t.Since // known, and somebody's task now
		}
		kept = slices.DeleteFunc(kept, func(t Trouble) bool { return t.Device == d.Device && t.Kind == d.Kind })
		kept = append(kept, Trouble{Device: d.Device, Kind: d.Kind, Since: since, Task: d.Other})
	case EventMended:
		at := e.At
		for i := range kept {
			if kept[i].Device == d.Device && kept[i].Kind == d.Kind {
				kept[i].Mended = &at
			}
		}
	case EventProved, EventReleased:
		kept = slices.DeleteFunc(kept, func(t Trouble) bool {
			return t.Device == d.Device || t.Kind == noDevice && e.Type == EventProved
		})
	}
	slices.SortStableFunc(kept, func(x, y Trouble) int { return strings.Compare(string(x.Device), string(y.Device)) })
	a.Troubles = kept
}
