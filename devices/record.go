package devices

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"anling/alerts"
	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Record is a signal as it was kept. The JSON names are an outer interface.
type Record struct {
	ID         string        `json:"id"`
	Kind       Kind          `json:"kind"`
	Alarms     []Kind        `json:"alarms"` // which alarms it raised; empty for all that is none
	At         time.Time     `json:"time"`   // when it happened, as far as the sender's clock is believed
	ReceivedAt time.Time     `json:"received_at"`
	Late       bool          `json:"late"`
	Position   *geo.Position `json:"position"`
	Battery    *int          `json:"battery"`
	Path       string        `json:"path"` // the way it came in
	Alert      *string       `json:"alert"`
	Silent     bool          `json:"silent"`
	Text       string        `json:"text,omitempty"`
	Raw        string        `json:"raw"` // as it was sent
	Remarks    []fault.Field `json:"remarks,omitempty"`
	Repeats    int64         `json:"repeats"` // how often it came again

	dedupe   []byte
	device   registry.DeviceID
	subject  string
	protocol string
	locates  bool
}

// personal is what of a record is sealed.
type personal struct {
	Position *geo.Position `json:"position,omitempty"`
	Battery  *int          `json:"battery,omitempty"`
	Path     string        `json:"path,omitempty"`
	Silent   bool          `json:"silent,omitempty"`
	Text     string        `json:"text,omitempty"`
	Raw      string        `json:"raw,omitempty"`
	Remarks  []fault.Field `json:"remarks,omitempty"`
}

// newRecord makes the record of a signal that comes in now.
func newRecord(now time.Time, who origin, s Signal) Record {
	r := Record{
		ID: db.NewID(), Kind: s.Kind, At: s.Time, ReceivedAt: now, Position: s.Position, Battery: s.Battery,
		Path: who.from.path(), Silent: s.Silent, Text: s.Text, Raw: rawText(s.Raw), Remarks: s.Remarks,
		device: who.device.ID, protocol: who.from.protocol(), locates: s.Locates,
	}
	if r.At.IsZero() {
		r.At = now
	}
	r.Late = now.Sub(r.At) > lateAfter
	r.alarms()
	return r
}

func (r *Record) alarms() {
	r.Alarms = []Kind{}
	if r.Kind.Alarm() {
		r.Alarms = append(r.Alarms, r.Kind)
	}
}

// rawText keeps what was sent readable; JSON has no place for bytes that are no text.
func rawText(raw json.RawMessage) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	return string([]rune(string(raw)))
}

func (r Record) personal() personal {
	return personal{Position: r.Position, Battery: r.Battery, Path: r.Path, Silent: r.Silent, Text: r.Text, Raw: r.Raw,
		Remarks: r.Remarks}
}

func (r *Record) setPersonal(p personal) {
	r.Position, r.Battery, r.Path, r.Silent = p.Position, p.Battery, p.Path, p.Silent
	r.Text, r.Raw, r.Remarks = p.Text, p.Raw, p.Remarks
}

func (r *Record) setAlert(id alerts.AlertID) {
	if id == "" {
		return
	}
	s := string(id)
	r.Alert = &s
}

func (r Record) receipt() Receipt { return Receipt{Signal: r.ID, Alert: r.Alert} }
