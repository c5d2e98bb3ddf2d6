package web

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"anling/geo"
	"anling/registry"
)

// plan is what the gate does to the records of one type for one role in one situation, worked out once: nothing is
// asked of names and rights while records pass. A nil plan is that of a value without parts.
type plan struct {
	whole  bool // all of it is shown as it is
	path   string
	shows  func(key string) bool // of a centre's own fields: whether the value of a key is shown
	fields []planned
}

// planned is what happens to one field: it is left out, masked, or its parts are looked at. What is shown as it is
// has no entry.
type planned struct {
	index   int
	path    string // as it stands under "masked"
	verdict verdict
	inner   *plan
}

type verdict int

const (
	hide verdict = iota
	mask
	see
)

// plan gives the plan for a type, from memory when it was asked before.
func (v viewer) plan(t reflect.Type) *plan {
	l, key := v.lens, planKey{of: t, situation: v.situation}
	l.mu.RLock()
	known, ok := l.plans[key]
	l.mu.RUnlock()
	if ok {
		return known
	}
	made := v.draw(t, "")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plans[key] = made
	return made
}

// draw works out the plan for the parts of a type.
func (v viewer) draw(t reflect.Type, path string) *plan {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || leaf(t) {
		return nil
	}
	p := &plan{whole: true}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		done := v.drawField(t, f, path)
		if done.verdict == see && (done.inner == nil || done.inner.whole) {
			continue
		}
		done.index = i
		p.whole, p.fields = false, append(p.fields, done)
	}
	return p
}

func (v viewer) drawField(t reflect.Type, f reflect.StructField, path string) planned {
	name := jsonName(f)
	switch {
	case name == "" && f.Anonymous:
		return planned{verdict: see, inner: v.draw(f.Type, path)}
	case name == "-":
		return planned{verdict: hide} // it does not leave as JSON, and pages are given what they need by name
	}
	where := strings.TrimPrefix(path+"."+name, ".")
	if f.Type == reflect.TypeFor[registry.Custom]() {
		return planned{path: where, verdict: see, inner: &plan{path: where, shows: v.showsCustom(t)}}
	}
	switch may := v.rights(t, name); {
	case may&registry.MaySee != 0:
		return planned{path: where, verdict: see, inner: v.draw(f.Type, where)}
	case may&registry.MaySeeMasked != 0:
		return planned{path: where, verdict: mask}
	}
	return planned{path: where, verdict: hide}
}

// leaf are values that have no parts of their own to be judged.
func leaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[geo.Position](), reflect.TypeFor[json.RawMessage]():
		return true
	}
	return false
}

// pass is one walk through a record.
type pass struct {
	masked []string
}

// change carries a plan out on a record that may be written to.
func (p *pass) change(pl *plan, v reflect.Value) {
	for i := range pl.fields {
		f := &pl.fields[i]
		at := v.Field(f.index)
		switch f.verdict {
		case see:
			at.Set(p.inside(f.inner, at))
			continue
		case mask:
			at.Set(masked(at))
		case hide:
			at.SetZero()
		}
		if f.path != "" {
			p.masked = append(p.masked, f.path)
		}
	}
}

// inside gives a copy of a value with the plan carried out on its parts: the original is somebody else's.
func (p *pass) inside(pl *plan, v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Map:
		return p.custom(pl, v)
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		p.change(pl, out)
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(p.inside(pl, v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(p.inside(pl, v.Index(i)))
		}
		return out
	}
	return v
}

// custom gives those of a centre's own values that are shown: each is of the class that its definition says.
func (p *pass) custom(pl *plan, v reflect.Value) reflect.Value {
	values, ok := v.Interface().(registry.Custom)
	if !ok || pl == nil || pl.shows == nil {
		return v
	}
	out := registry.Custom{}
	for key, value := range values {
		if pl.shows(key) {
			out[key] = value
			continue
		}
		p.masked = append(p.masked, pl.path+"."+key)
	}
	return reflect.ValueOf(out)
}

// showsCustom tells of a centre's own fields of a type of record whether a viewer sees their values.
func (v viewer) showsCustom(t reflect.Type) func(key string) bool {
	return func(key string) bool { return v.ownField(t, key)&registry.MaySee != 0 }
}

// ownField gives what a viewer may do with a centre's own field: what all classes of its definitions allow.
func (v viewer) ownField(t reflect.Type, key string) registry.Right {
	g, may := v.lens.gate, ^registry.Right(0)
	if v.situation&registry.BrokenGlass != 0 {
		return registry.MaySee | registry.MayChange
	}
	for _, c := range g.customClass(g.resources[t], key) {
		may &= v.lens.rights.Of(registry.Field{Resource: g.resources[t], Name: "custom." + key, Class: c}, v.situation)
	}
	return may
}
