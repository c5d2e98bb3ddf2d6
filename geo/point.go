package geo

import (
	"encoding/json"
	"math"
	"time"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

// Metres is a length on the ground.
type Metres float64

// earthRadius is the mean radius of the earth (IUGG). A sphere of this radius
// is at most 0.5 % off the ellipsoid, far below what a way around a block adds.
const earthRadius Metres = 6371008.8

// Distance is the great-circle distance between two points. It is the
// haversine, worked through the chord between unit vectors: the search
// compares chords, so what it orders by and what it reports cannot differ.
func Distance(a, b orb.Point) Metres {
	return metresOf(vectorOf(a).chord2(vectorOf(b)))
}

// Valid reports whether p is a place on earth: both numbers finite, latitude
// within ±90 and longitude within ±180 degrees.
func Valid(p orb.Point) bool {
	return math.Abs(p.Lat()) <= 90 && math.Abs(p.Lon()) <= 180 // false for NaN
}

// vector is a point on the unit sphere.
type vector struct{ x, y, z float64 }

func vectorOf(p orb.Point) vector {
	sinLat, cosLat := math.Sincos(p.Lat() * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p.Lon() * math.Pi / 180)
	return vector{x: cosLat * cosLon, y: cosLat * sinLon, z: sinLat}
}

// chord2 is the square of the straight line between two points: it grows with
// their distance and costs no trigonometry.
func (v vector) chord2(w vector) float64 {
	dx, dy, dz := v.x-w.x, v.y-w.y, v.z-w.z
	return dx*dx + dy*dy + dz*dz
}

func metresOf(chord2 float64) Metres {
	return 2 * earthRadius * Metres(math.Asin(math.Min(1, math.Sqrt(chord2)/2)))
}

// chord2Of is the inverse of metresOf; half the earth's girth and beyond are
// the antipode.
func chord2Of(m Metres) float64 {
	half := math.Min(float64(m/(2*earthRadius)), math.Pi/2)
	s := 2 * math.Sin(half)
	return s * s
}

// Sources of a position, from the most to the least telling (E3). A gateway
// may name others.
const (
	SourceDevice   = "device"   // measured by the device or phone itself
	SourceOperator = "operator" // set or dragged by a person
	SourceHome     = "home"     // the registered address
	SourceAML      = "aml"      // sent by a phone with an emergency call (Advanced Mobile Location)
	SourceCell     = "cell"     // a radio cell
	SourceNearby   = "nearby"   // the phone of somebody else who has a part in the alarm
	SourceArea     = "area"     // the middle of a community or district
)

// maxSource bounds a source's name, which may come from outside.
const maxSource = 32

// Position is a place with what one must know to trust it: how exact, how old
// and from where. Zero AccuracyM, At or Source means that it is not known.
type Position struct {
	Point     orb.Point
	AccuracyM float64
	At        time.Time
	Source    string
}

// Age is how old the position is at now: zero for one from the future (a clock
// that is ahead), and the longest duration when its instant is not known.
func (p Position) Age(now time.Time) time.Duration {
	return ageOf(p.At, now)
}

func ageOf(at, now time.Time) time.Duration {
	if at.IsZero() {
		return math.MaxInt64
	}
	return max(0, now.Sub(at))
}

// Check refuses, as Invalid, a position that is no place on earth or whose
// accuracy is no length; it names every wrong field.
func (p Position) Check() error {
	var bad []fault.Field
	if !(math.Abs(p.Point.Lat()) <= 90) { // the negation also catches NaN
		bad = append(bad, fault.Field{Name: "lat", Problem: "must be a number from -90 to 90"})
	}
	if !(math.Abs(p.Point.Lon()) <= 180) {
		bad = append(bad, fault.Field{Name: "lon", Problem: "must be a number from -180 to 180"})
	}
	if !(p.AccuracyM >= 0 && p.AccuracyM <= math.MaxFloat64) {
		bad = append(bad, fault.Field{Name: "accuracy_m", Problem: "must be a number of metres, 0 or more"})
	}
	if year := p.At.UTC().Year(); year < 1 || year > 9999 { // RFC 3339 can say no other
		bad = append(bad, fault.Field{Name: "time", Problem: "must lie in the years 1 to 9999"})
	}
	if len(p.Source) > maxSource {
		bad = append(bad, fault.Field{Name: "source", Problem: "must have at most 32 characters"})
	}
	return invalidPosition(bad)
}

func invalidPosition(bad []fault.Field) error {
	if len(bad) == 0 {
		return nil
	}
	return fault.InvalidFields("the position is not valid", bad)
}

// MarshalJSON writes {"lat","lon"} and, where known, "accuracy_m", "time"
// (RFC 3339, UTC) and "source". It refuses what Check refuses.
func (p Position) MarshalJSON() ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	out := struct {
		Lat       float64    `json:"lat"`
		Lon       float64    `json:"lon"`
		AccuracyM float64    `json:"accuracy_m,omitempty"`
		Time      *time.Time `json:"time,omitempty"`
		Source    string     `json:"source,omitempty"`
	}{Lat: p.Point.Lat(), Lon: p.Point.Lon(), AccuracyM: p.AccuracyM, Source: p.Source}
	if !p.At.IsZero() {
		at := p.At.UTC()
		out.Time = &at
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. "lat" and "lon" are required and
// are numbers: text, null and anything out of range is refused as Invalid, with
// every wrong field named at once. Fields of other names are passed over.
func (p *Position) UnmarshalJSON(data []byte) error {
	var in struct {
		Lat       json.RawMessage `json:"lat"`
		Lon       json.RawMessage `json:"lon"`
		AccuracyM json.RawMessage `json:"accuracy_m"`
		Time      json.RawMessage `json:"time"`
		Source    json.RawMessage `json:"source"`
	}
	if string(data) == "null" || json.Unmarshal(data, &in) != nil {
		return fault.New(fault.Invalid, `a position must be an object with "lat" and "lon"`)
	}
	r := fieldReader{}
	var got Position
	var lat, lon float64
	r.required("lat", in.Lat)
	r.required("lon", in.Lon)
	r.read("lat", in.Lat, &lat)
	r.read("lon", in.Lon, &lon)
	r.read("accuracy_m", in.AccuracyM, &got.AccuracyM)
	r.read("time", in.Time, &got.At)
	r.read("source", in.Source, &got.Source)
	got.Point = orb.Point{lon, lat}
	if err := got.Check(); err != nil {
		r.bad = append(r.bad, fault.FieldsOf(err)...)
	}
	if len(r.bad) > 0 {
		return invalidPosition(r.bad)
	}
	*p = got
	return nil
}

// fieldReader reads the fields of an object one by one, so that all that is
// wrong can be told together.
type fieldReader struct{ bad []fault.Field }

func (r *fieldReader) required(name string, raw json.RawMessage) {
	if isAbsent(raw) {
		r.bad = append(r.bad, fault.Field{Name: name, Problem: "is required"})
	}
}

func (r *fieldReader) read(name string, raw json.RawMessage, into any) {
	if isAbsent(raw) || json.Unmarshal(raw, into) == nil {
		return
	}
	problem := "must be a number"
	switch into.(type) {
	case *time.Time:
		problem = "must be an RFC 3339 time"
	case *string:
		problem = "must be text"
	}
	r.bad = append(r.bad, fault.Field{Name: name, Problem: problem})
}

func isAbsent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}
