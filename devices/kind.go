package devices

import "strings"

// Kind is what a signal says; the names are an outer interface.
type Kind string

// The kinds of signals.
const (
	SOS        Kind = "sos"
	Fall       Kind = "fall"
	Silent     Kind = "silent"
	Smoke      Kind = "smoke"
	Gas        Kind = "gas"
	Water      Kind = "water"
	Inactivity Kind = "inactivity"
	Door       Kind = "door"
	LowBattery Kind = "low_battery"
	BatteryOK  Kind = "battery_ok"
	MainsLost  Kind = "mains_lost"
	MainsOK    Kind = "mains_ok"
	Tamper     Kind = "tamper"
	Fault      Kind = "fault"
	FaultOK    Kind = "fault_ok"
	Heartbeat  Kind = "heartbeat"
	Position   Kind = "position"
	Test       Kind = "test"
	Cancel     Kind = "cancel"
)

// Kinds lists every kind of signal.
func Kinds() []Kind {
	return []Kind{SOS, Fall, Silent, Smoke, Gas, Water, Inactivity, Door, LowBattery, BatteryOK, MainsLost, MainsOK,
		Tamper, Fault, FaultOK, Heartbeat, Position, Test, Cancel}
}

// Known reports whether the kind is one of Kinds.
func (k Kind) Known() bool {
	for _, known := range Kinds() {
		if k == known {
			return true
		}
	}
	return false
}

// Volatile reports whether a signal of the kind may be lost for some seconds: it is refused when odd,
// shed under pressure, and written in batches. Everything else is durable before it is answered.
func (k Kind) Volatile() bool { return k == Heartbeat || k == Position }

// Alarm reports whether somebody may have to come.
func (k Kind) Alarm() bool {
	switch k {
	case SOS, Fall, Silent, Smoke, Gas, Water, Inactivity, Door:
		return true
	}
	return false
}

// pressed reports whether a signal of the kind proves that the key works, and the way from it to us.
func (k Kind) pressed() bool { return k == SOS || k == Silent || k == Test }

// readKind reads a kind as senders write it: case, spaces and dashes do not matter. A kind that we do
// not know is a press (odd is then true): a new firmware's "panic" must not be lost to our ignorance.
func readKind(s string) (kind Kind, odd bool) {
	k := Kind(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "-", "_"))
	if k.Known() {
		return k, false
	}
	return SOS, true
}
