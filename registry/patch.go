package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"anling/geo"
	"anling/internal/fault"
)

// Parse reads the JSON of a new record. It names every unknown, ill-typed and wrong field at
// once; what is not given has the noun's default.
func Parse[T Record](body []byte, now time.Time) (T, error) {
	var x T
	var bad problems
	r := any(&x).(interface {
		defaults()
		normalise(*problems)
		check(*problems, time.Time)
	})
	r.defaults()
	noun := strings.ToLower(reflect.TypeFor[T]().Name())
	fields, err := objectOf(body, noun)
	if err != nil {
		return x, err
	}
	p := patch{noun: noun, creating: true}
	p.assign(&x, fields, &bad)
	bad.settle()
	r.normalise(&bad)
	r.check(&bad, now)
	return x, bad.err(noun)
}

// patch is a change that a client asks for: a JSON merge patch (RFC 7396) that names the version
// which it changes.
type patch struct {
	noun     string
	now      head // of the record that is changed
	creating bool
	restores bool
}

// apply changes x. It is a Conflict when the patch is for another version; wrong fields are added to bad.
func (p *patch) apply(x any, body []byte, bad *problems) error {
	fields, err := objectOf(body, p.noun)
	if err != nil {
		return err
	}
	if err := p.checkVersion(fields, bad); err != nil {
		return err
	}
	p.assign(x, fields, bad)
	bad.settle()
	return nil
}

// allowed is a Conflict when the record is archived and the patch does not restore it, for which it must be otherwise right.
func (p *patch) allowed(bad *problems) error {
	if p.now.Archived != nil && !p.restores {
		return fault.New(fault.Conflict, "this %s is archived; set archived_at to null to restore it", p.noun)
	}
	return bad.known(p.noun)
}

func objectOf(body []byte, noun string) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, fault.New(fault.Invalid, "the %s must be a JSON object", noun)
	}
	return fields, nil
}

func (p *patch) checkVersion(fields map[string]json.RawMessage, bad *problems) error {
	raw, given := fields["version"]
	delete(fields, "version")
	if !given {
		bad.add("version", "is required: the version that you have seen")
		return nil
	}
	var v int64
	if json.Unmarshal(raw, &v) != nil || string(raw) == "null" {
		bad.add("version", "must be a whole number")
		return nil
	}
	if v != p.now.Version {
		return fault.New(fault.Conflict, "this %s has changed since you saw it: it has version %d now", p.noun, p.now.Version)
	}
	return nil
}

// assign sets the fields of the struct that x points to.
func (p *patch) assign(x any, fields map[string]json.RawMessage, bad *problems) {
	v := reflect.ValueOf(x).Elem()
	byName := map[string]reflect.Value{}
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name != "" && v.Field(i).CanSet() {
			byName[name] = v.Field(i)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field, known := byName[name]
		if !known {
			bad.add(name, "is not a field of %s", article(p.noun))
			continue
		}
		p.set(field, fields[name], name, bad)
	}
}

func (p *patch) set(field reflect.Value, raw json.RawMessage, name string, bad *problems) {
	fresh := reflect.New(field.Type())
	if merges(field.Type()) {
		fresh.Elem().Set(field)
	}
	err := strictly(raw, fresh.Interface())
	if p.keeps(name) {
		if err == nil && name == "archived_at" && string(raw) == "null" && !p.creating {
			p.restores = p.now.Archived != nil
			field.SetZero()
			return
		}
		if err != nil || !sameJSON(field.Interface(), fresh.Elem().Interface()) {
			bad.add(name, "is set by the program and cannot be given")
		}
		return
	}
	if err != nil {
		describe(field.Type(), name, err, bad)
		return
	}
	field.Set(fresh.Elem())
}

// SetByProgram tells whether only the program sets a field of a record that exists; whoever sends it back as it is
// changes nothing.
func SetByProgram(field string) bool {
	return field != "archived_at" && (&patch{}).keeps(field)
}

// keeps tells whether only the program sets a field. The same value is no offence: a client may send back all
// that it got.
func (p *patch) keeps(name string) bool {
	switch name {
	case "id", "code":
		return !p.creating
	case "version", "created_at", "updated_at", "archived_at", "locked", "last_seen_at", "battery", "grade", "tested_at", "merged_into", "warnings",
		"built_in", "by":
		return true
	}
	return false
}

// merges tells whether a merge patch goes into a field's own fields (RFC 7396): what it does not name stays, null
// takes a key away. A position is one value, and a list is.
func merges(t reflect.Type) bool {
	return t == reflect.TypeFor[Custom]() || t == reflect.TypeFor[*SafetyPlan]()
}

func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// describe says what a field of the wrong type should have been.
func describe(t reflect.Type, name string, err error, bad *problems) {
	if inner := fault.FieldsOf(err); len(inner) > 0 {
		for _, f := range inner {
			bad.add(name+"."+f.Name, "%s", f.Problem)
		}
		return
	}
	bad.add(name, "must be %s", typeName(t))
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[*geo.Position]():
		return `an object with "lat" and "lon"`
	case t == reflect.TypeFor[[]Shift]():
		return `a list of {"days":[1],"from":"08:00","to":"18:00"}`
	case t == reflect.TypeFor[*time.Time]():
		return "a time like 2026-11-25T08:00:00Z"
	case t.Kind() == reflect.Map:
		return "an object"
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		return "an object with " + fieldNames(t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return "a list of objects with " + fieldNames(t.Elem())
	case t.Kind() == reflect.Struct:
		return "an object with " + fieldNames(t)
	case t.Kind() == reflect.Slice:
		return "a list of texts"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int || t == reflect.TypeFor[*int]():
		return "a whole number"
	case t.Kind() == reflect.String:
		return "a text"
	}
	return fmt.Sprintf("a %s", t.Kind())
}

// fieldNames lists what an object may say.
func fieldNames(t reflect.Type) string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
