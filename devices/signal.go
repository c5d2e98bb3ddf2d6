package devices

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"anling/geo"
	"anling/internal/fault"
)

// Bounds of what a sender may say. Longer text of an alarm is cut, never refused.
const (
	maxBatch    = 1000
	maxIdentity = 200
	maxID       = 200
	maxText     = 2000 // runes
)

// Signal is what a device says, as it says it. The JSON names are an outer interface.
type Signal struct {
	ID       string        `json:"id,omitempty"` // the sender's own; the same id again is the same signal
	Device   string        `json:"device"`       // what the device calls itself
	Kind     Kind          `json:"kind"`
	Time     time.Time     `json:"time,omitzero"` // when it happened, by the sender's clock; zero when it did not say
	Position *geo.Position `json:"position,omitempty"`
	Battery  *int          `json:"battery,omitempty"` // per cent
	Silent   bool          `json:"silent,omitempty"`  // nothing may sound or light at the elder's side
	Text     string        `json:"text,omitempty"`

	// Locates says that it only tells where somebody is who calls for help: a press where no alert of theirs is open, else none.
	Locates bool `json:"-"`

	Remarks []fault.Field   `json:"-"` // what was odd and has been left out
	Raw     json.RawMessage `json:"-"` // as it was sent

	problems []fault.Field // why it cannot be taken
}

// Err says why a decoded signal cannot be taken: Invalid with every wrong field, or nil.
func (s Signal) Err() error {
	if len(s.problems) == 0 {
		return nil
	}
	return fault.InvalidFields("the signal is not valid", s.problems)
}

// Decode reads one signal or an array of them (batch).
//
// Refused as Invalid: what is no JSON, no object, or names neither kind nor device in a readable way.
// Heartbeats and positions are refused for every wrong field, too; anything else is taken without what is
// wrong, and Remarks says what was left out. A kind that nobody knows is taken as an sos. The device may be missing:
// the sender's token may say which it is, so that [Intake.Take] decides.
//
// In a batch the bad items stay at their places and their Err says what is wrong with them, by the
// name of the field with the item's index before it; the error is not nil only when no item is good.
func Decode(body []byte) (signals []Signal, batch bool, err error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if !json.Valid(body) {
		return nil, false, fault.New(fault.Invalid, "the body is not valid JSON")
	}
	if body[0] != '[' {
		s := decodeOne(body, "")
		return []Signal{s}, false, s.Err()
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		return nil, true, fault.Wrap(fault.Invalid, err, "the body is not an array of signals")
	}
	if len(items) == 0 || len(items) > maxBatch {
		return nil, true, fault.New(fault.Invalid, "a batch has 1 to %d signals, this one has %d", maxBatch, len(items))
	}
	var bad []fault.Field
	good := 0
	for i, item := range items {
		s := decodeOne(item, fmt.Sprintf("[%d].", i))
		if len(s.problems) == 0 {
			good++
		}
		bad = append(bad, s.problems...)
		signals = append(signals, s)
	}
	if good == 0 {
		return signals, true, fault.InvalidFields("no signal of the batch is valid", bad)
	}
	return signals, true, nil
}

// wire is a signal before anybody has looked at its fields.
type wire struct {
	ID, Device, Kind, Time, Position, Battery, Silent, Text json.RawMessage
}

// decodeOne reads one item; prefix is put before the names of wrong fields.
func decodeOne(item []byte, prefix string) Signal {
	s := Signal{Raw: bytes.Clone(item)}
	var w wire
	if item[0] != '{' || json.Unmarshal(item, &w) != nil {
		name := "signal"
		if prefix != "" {
			name = prefix[:len(prefix)-1]
		}
		s.problems = []fault.Field{{Name: name, Problem: "must be an object"}}
		return s
	}
	r := reader{prefix: prefix}
	s.Kind = r.kind(w.Kind)
	s.Device = r.identity(w.Device)
	r.strict = s.Kind.Volatile() || len(r.problems) > 0 // it is refused anyway: name all that is wrong
	s.ID = r.id(w.ID)
	s.Time = r.time(w.Time)
	s.Position = r.position(w.Position)
	s.Battery = r.battery(w.Battery)
	s.Silent = r.silent(w.Silent) || s.Kind == Silent
	s.Text = r.text(w.Text)
	if s.Kind == Position && s.Position == nil && absent(w.Position) {
		r.odd("position", "is required for the kind position")
	}
	if len(r.problems) > 0 && s.Device == "" && absent(w.Device) {
		r.problems = append(r.problems, fault.Field{Name: prefix + "device", Problem: "is required"})
	}
	s.Remarks, s.problems = r.remarks, r.problems
	return s
}

// contentID makes an id for a signal whose sender gave none, so that the same words sent again are
// recognised. Without a time the same words are a repetition only within the minute: the
// next press of a simple button says exactly the same, and must count.
func (s Signal) contentID(receivedAt time.Time) string {
	h := sha256.New()
	raw := []byte(s.Raw)
	if len(raw) == 0 {
		raw = fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s", s.Device, s.Kind, s.Time.UnixMicro(), s.Text)
	}
	h.Write(raw)
	id := "content:" + hex.EncodeToString(h.Sum(nil)[:16])
	if s.Time.IsZero() {
		id += receivedAt.UTC().Format(":200601021504")
	}
	return id
}
