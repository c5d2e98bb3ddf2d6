package web

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"anling/alerts"
	"anling/devices"
	"anling/registry"
)

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

// gate is the one place through which records of people leave. It copies a value and leaves out, or masks, what
// the viewer's role does not show them in their situation. The roles are data (registry/role.go); here stands of
// which class each field is.
type gate struct {
	fields    map[reflect.Type]map[string]class
	resources map[reflect.Type]string
	blind     *lens // sees nothing

	// customClass gives the classes of a centre's own field.
	customClass func(resource, key string) []string
}

func newGate() *gate {
	g := &gate{fields: map[reflect.Type]map[string]class{}, resources: map[reflect.Type]string{},
		customClass: func(string, string) []string { return []string{string(note)} }}
	for _, row := range gateRows() {
		t := reflect.TypeOf(row.of)
		g.fields[t], g.resources[t] = row.fields, resourceName(t)
	}
	g.blind = g.lens(nil)
	return g
}

func (g *gate) lens(r *registry.Rights) *lens {
	return &lens{gate: g, rights: r, plans: map[planKey]*plan{}}
}

// resourceName is what roles call a kind of record: elder, alert, operator_ref.
func resourceName(t reflect.Type) string {
	if t == reflect.TypeFor[devices.Record]() {
		return "signal"
	}
	var out strings.Builder
	for i, r := range strings.TrimSuffix(t.Name(), "View") {
		if i > 0 && unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// catalogue lists every field that there is, for those who make roles.
func (g *gate) catalogue() []registry.Field {
	var all []registry.Field
	for t, fields := range g.fields {
		for name, c := range fields {
			all = append(all, registry.Field{Resource: g.resources[t], Name: name, Class: string(c)})
		}
	}
	slices.SortFunc(all, func(a, b registry.Field) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Class, b.Class))
	})
	return slices.Compact(all)
}

// rights are what a lens allows with a field of a type.
func (v viewer) rights(t reflect.Type, name string) registry.Right {
	g := v.lens.gate
	c := g.fields[t][name]
	if c == "" {
		return 0
	}
	if v.situation&registry.BrokenGlass != 0 {
		return registry.MaySee | registry.MayChange // whatever the role says
	}
	return v.lens.rights.Of(registry.Field{Resource: g.resources[t], Name: name, Class: string(c)}, v.situation)
}

// gated is a record after the gate. Its JSON is the record's, with the names of what was left out under
// "masked": an empty list of allergies and a hidden one must not look the same.
type gated[T any] struct {
	Record   T
	Masked   []string
	Warnings []ProblemField // what to look at again in a record that was taken in; nil where nobody looked
	Safety   *alerts.Safety // of an elder: the safety plan that they are on because of their devices; nil when they are not
}

// MarshalJSON writes the record with "masked", "warnings" and "safety" at its end.
func (v gated[T]) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(v.Record)
	if err == nil && len(v.Masked) > 0 {
		b, err = withMember(b, "masked", v.Masked)
	}
	if err == nil && v.Warnings != nil {
		b, err = withMember(b, "warnings", v.Warnings)
	}
	if err == nil && v.Safety != nil {
		b, err = withMember(b, "safety", v.Safety)
	}
	return b, err
}

// withMember adds a member to the JSON of an object.
func withMember(object []byte, name string, value any) ([]byte, error) {
	if len(object) < 2 || object[len(object)-1] != '}' {
		return object, nil
	}
	b, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	object = object[:len(object)-1]
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, `"`+name+`":`...)
	return append(append(object, b...), '}'), nil
}

// redact lets a record through the gate.
func redact[T any](who viewer, v T) gated[T] {
	pl := who.plan(reflect.TypeFor[T]())
	if pl == nil || pl.whole {
		return gated[T]{Record: v}
	}
	p := pass{}
	out := gated[T]{Record: v}
	p.change(pl, reflect.ValueOf(&out.Record).Elem())
	slices.Sort(p.masked)
	out.Masked = slices.Compact(p.masked)
	return out
}

// redactAll lets a list through the gate.
func redactAll[T any](who viewer, list []T) []gated[T] {
	out := make([]gated[T], 0, len(list))
	for _, v := range list {
		out = append(out, redact(who, v))
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
