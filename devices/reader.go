package devices

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"anling/geo"
	"anling/internal/fault"
)

// reader reads the fields of one signal. What is wrong with a field becomes a problem (the signal is
// refused) where it is strict, else a remark (the field is left out).
type reader struct {
	prefix   string
	strict   bool
	problems []fault.Field
	remarks  []fault.Field
}

func (r *reader) refuse(name, problem string) {
	r.problems = append(r.problems, fault.Field{Name: r.prefix + name, Problem: problem})
}

func (r *reader) odd(name, problem string) {
	if r.strict {
		r.refuse(name, problem)
		return
	}
	r.remarks = append(r.remarks, fault.Field{Name: name, Problem: problem})
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// label reads a name that senders write as text or as a number (an IMEI, a counter).
func label(raw json.RawMessage) (string, bool) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s), true
	}
	if c := raw[0]; c == '-' || c >= '0' && c <= '9' {
		return string(raw), true
	}
	return "", false
}

func (r *reader) kind(raw json.RawMessage) Kind {
	if absent(raw) {
		r.refuse("kind", "is required")
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || strings.TrimSpace(text) == "" {
		r.refuse("kind", "must be the name of a kind of signal")
		return ""
	}
	k, odd := readKind(text)
	if odd {
		r.odd("kind", "is not known; taken as sos")
	}
	return k
}

func (r *reader) identity(raw json.RawMessage) string {
	if absent(raw) {
		return ""
	}
	name, ok := label(raw)
	if !ok || name == "" || len(name) > maxIdentity {
		r.refuse("device", "must be text of 1 to "+strconv.Itoa(maxIdentity)+" bytes")
		return ""
	}
	return name
}

func (r *reader) id(raw json.RawMessage) string {
	if absent(raw) {
		return ""
	}
	id, ok := label(raw)
	if !ok {
		r.odd("id", "must be text")
		return ""
	}
	if len(id) > maxID {
		sum := sha256.Sum256([]byte(id)) // still the same for the same id
		id = "long:" + hex.EncodeToString(sum[:])
	}
	return id
}

func (r *reader) time(raw json.RawMessage) time.Time {
	if absent(raw) {
		return time.Time{}
	}
	var t time.Time
	if json.Unmarshal(raw, &t) != nil || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		r.odd("time", "must be an RFC 3339 time")
		return time.Time{}
	}
	return t.UTC()
}

func (r *reader) position(raw json.RawMessage) *geo.Position {
	if absent(raw) {
		return nil
	}
	var p geo.Position
	if err := json.Unmarshal(raw, &p); err != nil {
		fields := fault.FieldsOf(err)
		if len(fields) == 0 {
			r.odd("position", `must be an object with "lat" and "lon"`)
		}
		for _, f := range fields {
			r.odd("position."+f.Name, f.Problem)
		}
		return nil
	}
	if p.Point.Lat() == 0 && p.Point.Lon() == 0 {
		r.odd("position", "is 0, 0, which devices say when they do not know")
		return nil
	}
	p.Source = geo.SourceDevice // whatever it calls itself: it came from the device
	return &p
}

func (r *reader) battery(raw json.RawMessage) *int {
	if absent(raw) {
		return nil
	}
	text, ok := label(raw)
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if !ok || err != nil || !(v >= 0 && v <= 100) {
		r.odd("battery", "must be a number from 0 to 100")
		return nil
	}
	percent := int(math.Round(v))
	return &percent
}

func (r *reader) silent(raw json.RawMessage) bool {
	switch string(bytes.ToLower(raw)) {
	case "true", "1", `"true"`, `"1"`:
		return true
	case "", "null", "false", "0", `"false"`, `"0"`:
		return false
	}
	r.odd("silent", "must be true or false")
	return false
}

func (r *reader) text(raw json.RawMessage) string {
	if absent(raw) {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		r.odd("text", "must be text")
		return ""
	}
	if utf8.RuneCountInString(s) > maxText {
		r.odd("text", "must have at most "+strconv.Itoa(maxText)+" characters")
		s = string([]rune(s)[:maxText])
	}
	return s
}
