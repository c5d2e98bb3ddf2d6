package web

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"anling/internal/fault"
	"anling/registry"
)

// guardNew refuses a new record that gives a field which the caller's role may not write. What says nothing is no
// offence: a form sends its empty fields, too.
func (s *Server) guardNew(ctx context.Context, record any, body []byte) error {
	fields, err := fieldsIn(body)
	if err != nil {
		return err
	}
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return saysNothing(value) })
	g := guard{who: s.standing(ctx, record), of: reflect.TypeOf(record), fields: fields}
	if err := g.check(registry.MayChange); err != nil {
		return err
	}
	if op, is := record.(registry.Operator); is {
		return s.mayGive(ctx, op.Role)
	}
	return nil
}

// guardChange refuses a patch that touches a field which the caller may not write, or does not see as the record
// stands: nobody overwrites what they have not read.
func (s *Server) guardChange(ctx context.Context, record any, patch []byte) error {
	fields, err := fieldsIn(patch)
	if err != nil {
		return err
	}
	st, err := s.opened(ctx, record)
	if err != nil {
		return err
	}
	g := guard{who: st.viewer, of: reflect.TypeOf(record), record: record, fields: fields}
	if err := g.check(registry.MayChange | registry.MaySee); err != nil {
		return err
	}
	op, is := record.(registry.Operator)
	if !is {
		return nil
	}
	if err := s.mayGive(ctx, op.Role); err != nil {
		return err
	}
	var role string
	if raw, given := fields["role"]; given && json.Unmarshal(raw, &role) == nil {
		return s.mayGive(ctx, role)
	}
	return nil
}

// guard is a body with which a caller would write into a record.
type guard struct {
	who    viewer
	of     reflect.Type
	record any // as it stands; nil for a new one
	fields map[string]json.RawMessage
}

// check names every field that the caller may not write, and every value that is only the mask of one.
func (g guard) check(need registry.Right) error {
	var denied, invalid []fault.Field
	for _, name := range slices.Sorted(maps.Keys(g.fields)) {
		if isMask(g.fields[name]) {
			invalid = append(invalid, fault.Field{Name: name, Problem: "is only the mask of a value; leave the field out, and it stays as it is"})
			continue
		}
		if _, known := g.who.lens.gate.fields[g.of][name]; !known || registry.SetByProgram(name) {
			continue // what is not there, or not theirs to set, is for the registry to refuse
		}
		switch may := g.who.rights(g.of, name); {
		case may&registry.MayChange == 0:
			denied = append(denied, fault.Field{Name: name, Problem: "is not yours to change"})
		case may&need != need || need&registry.MaySee != 0 && g.hidesIn(name):
			denied = append(denied, fault.Field{Name: name, Problem: "is hidden from you at the moment, and so cannot be changed"})
		}
	}
	if len(denied) > 0 {
		return &fault.Error{Kind: fault.Denied, Msg: "you may not change this", Fields: denied}
	}
	if len(invalid) > 0 {
		return fault.InvalidFields("a masked value was sent back", invalid)
	}
	return nil
}

// hidesIn tells whether a field that is shown has parts which are not: sent back as it came, it would lose them.
func (g guard) hidesIn(name string) bool {
	p := g.who.plan(g.of)
	if p == nil {
		return false
	}
	i := slices.IndexFunc(p.fields, func(f planned) bool { return f.path == name && f.inner != nil && !f.inner.whole })
	if i < 0 {
		return false
	}
	own, is := reflect.ValueOf(g.record).Field(p.fields[i].index).Interface().(registry.Custom)
	if !is {
		return true
	}
	for key := range own {
		if !p.fields[i].inner.shows(key) {
			return true
		}
	}
	return false
}

// fieldsIn are the fields of a body; none when it is no object, which its reader says better.
func fieldsIn(body []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, jsonFault(err)
	}
	return fields, nil
}

func saysNothing(value json.RawMessage) bool {
	switch string(bytes.TrimSpace(value)) {
	case "null", `""`, "[]", "{}", "false", "0":
		return true
	}
	return false
}

// isMask tells whether a value, or one in it, is what maskNumber makes of a number.
func isMask(value json.RawMessage) bool {
	if !bytes.Contains(value, []byte("**")) {
		return false
	}
	var v any
	if json.Unmarshal(value, &v) != nil {
		return false
	}
	return anyMask(v)
}

func anyMask(v any) bool {
	switch x := v.(type) {
	case string:
		r := []rune(x)
		return strings.Trim(x, "*") == "" && len(r) > 1 || len(r) == 10 && string(r[3:7]) == "****"
	case []any:
		return slices.ContainsFunc(x, anyMask)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(x)), anyMask)
	}
	return false
}
