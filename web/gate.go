package web

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"anling/geo"
)

// audience is for whom a record leaves the house, and why.
type audience int

// The audiences.
const (
	forReader   audience = iota // a machine that may read: statistics, a wall display
	forOperator                 // somebody who handles alerts
	forFamily                   // a contact, through the link in a message
	forAsked                    // a helper who has been asked and has not promised to come
	forComing                   // a helper who is coming, while the alert is open
	audiences
)

func (c *caller) audience() audience {
	if c.right.allows(operate) {
		return forOperator
	}
	return forReader
}

// class is what kind of thing a field tells.
type class string

// The classes of fields. A field without a class is shown to nobody.
const (
	open     class = "open"     // ids, states, times, counts
	rough    class = "rough"    // what a helper must know to decide
	personal class = "personal" // names, addresses, exact places
	number   class = "number"   // telephone numbers
	vital    class = "vital"    // what saves a life at the door: allergies, mobility
	health   class = "health"   // illnesses, medicines
	access   class = "access"   // how to get in
	note     class = "note"     // what people wrote freely
	raw      class = "raw"      // what a device or carrier sent, word for word
)

type verdict int

const (
	hide verdict = iota
	mask
	see
)

// verdicts is the whole policy on one screen: classes against audiences.
func verdicts(c class, a audience) verdict {
	row := map[class][audiences]verdict{
		//         reader operator family asked coming
		open:     {see, see, see, see, see},
		rough:    {see, see, see, see, see},
		personal: {see, see, see, hide, see},
		number:   {mask, see, mask, hide, see},
		vital:    {hide, see, hide, hide, see},
		health:   {hide, see, hide, hide, hide},
		access:   {hide, see, hide, hide, see},
		note:     {hide, see, hide, hide, hide},
		raw:      {hide, see, hide, hide, hide},
	}
	return row[c][a]
}

// gate is the one place through which records of people leave. It copies a value and leaves out,
// or masks, what the audience may not see.
type gate struct {
	fields map[reflect.Type]map[string]class
	policy [audiences]map[class]verdict
}

func newGate() *gate {
	g := &gate{fields: map[reflect.Type]map[string]class{}}
	for _, row := range gateRows() {
		g.fields[reflect.TypeOf(row.of)] = row.fields
	}
	for a := range audiences {
		g.policy[a] = map[class]verdict{}
		for _, c := range []class{open, rough, personal, number, vital, health, access, note, raw} {
			g.policy[a][c] = verdicts(c, a)
		}
	}
	return g
}

// gated is a record after the gate. Its JSON is the record's, with the names of what was left out under
// "masked": an empty list of allergies and a hidden one must not look the same.
type gated[T any] struct {
	Record T
	Masked []string
}

// MarshalJSON writes the record with "masked" at its end.
func (v gated[T]) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(v.Record)
	if err != nil || len(v.Masked) == 0 || len(b) < 2 || b[len(b)-1] != '}' {
		return b, err
	}
	names, err := json.Marshal(v.Masked)
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	if len(b) > 1 {
		b = append(b, ',')
	}
	b = append(b, `"masked":`...)
	return append(append(b, names...), '}'), nil
}

// redact lets a record through the gate.
func redact[T any](g *gate, v T, a audience) gated[T] {
	p := pass{gate: g, who: a}
	out := p.value(reflect.ValueOf(&v).Elem(), "")
	slices.Sort(p.masked)
	return gated[T]{Record: out.Interface().(T), Masked: slices.Compact(p.masked)}
}

// redactAll lets a list through the gate.
func redactAll[T any](g *gate, list []T, a audience) []gated[T] {
	out := make([]gated[T], 0, len(list))
	for _, v := range list {
		out = append(out, redact(g, v, a))
	}
	return out
}

// pass is one walk through a record.
type pass struct {
	gate   *gate
	who    audience
	masked []string
}

func (p *pass) value(v reflect.Value, path string) reflect.Value {
	if leaf(v.Type()) {
		return v
	}
	switch v.Kind() {
	case reflect.Struct:
		return p.record(v, path)
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(p.value(v.Elem(), path))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(p.value(v.Index(i), path))
		}
		return out
	}
	return v
}

// leaf are values that have no parts of their own to be judged.
func leaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[geo.Position](), reflect.TypeFor[json.RawMessage]():
		return true
	}
	return false
}

func (p *pass) record(v reflect.Value, path string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	classes := p.gate.fields[v.Type()]
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		name := jsonName(f)
		if name == "" && f.Anonymous {
			out.Field(i).Set(p.value(v.Field(i), path))
			continue
		}
		if name == "-" {
			continue // it does not leave as JSON, and pages are given what they need by name
		}
		where := strings.TrimPrefix(path+"."+name, ".")
		switch p.gate.policy[p.who][classes[name]] {
		case see:
			out.Field(i).Set(p.value(v.Field(i), where))
		case mask:
			out.Field(i).Set(masked(v.Field(i)))
			p.masked = append(p.masked, where)
		case hide:
			p.masked = append(p.masked, where)
		}
	}
	return out
}

// jsonName is the name of a field in JSON: "" for an embedded one, "-" for none.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" && !f.Anonymous {
		return f.Name
	}
	return name
}

// masked keeps of a number what tells two of them apart, and no more.
func masked(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(maskNumber(v.String()))
		return out
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(masked(v.Index(i)))
		}
		return out
	}
	return reflect.Zero(v.Type())
}

func maskNumber(s string) string {
	r := []rune(s)
	if len(r) < 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + "****" + string(r[len(r)-3:])
}
