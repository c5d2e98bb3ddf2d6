package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"anling/registry"
)

// fieldRow is a field of a record, or one of a part of it: people.name.
type fieldRow struct {
	path, class string
	of          registry.Field // by which it is judged
	classes     []string       // of a centre's own field: it is shown to who may see all of them
	within      *fieldRow      // of which it is a part
	top         bool           // stands in the record itself
	whole       bool           // a value without parts that are judged by themselves
}

// ownKeys are the centres' own fields of the matrix' house.
func ownKeys() map[string]string { return map[string]string{"pension": "personal", "ward": "health"} }

// fieldsOf lists the fields of a type with those of its parts, in the order in which they stand there.
func (h *matrixHouse) fieldsOf(t reflect.Type) []fieldRow {
	var all []fieldRow
	h.addFields(&all, t, nil)
	return all
}

func (h *matrixHouse) addFields(all *[]fieldRow, t reflect.Type, within *fieldRow) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || leaf(t) {
		return
	}
	g := h.server.gate
	for i := range t.NumField() {
		f := t.Field(i)
		name := jsonName(f)
		if name == "" && f.Anonymous {
			h.addFields(all, f.Type, within)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		row := fieldRow{path: name, class: string(g.fields[t][name]), within: within, top: within == nil}
		if within != nil {
			row.path = within.path + "." + name
		}
		row.of = registry.Field{Resource: g.resources[t], Name: name, Class: row.class}
		if f.Type == reflect.TypeFor[registry.Custom]() {
			h.addOwn(all, row)
			continue
		}
		at := len(*all)
		*all = append(*all, row)
		h.addFields(all, f.Type, &row)
		(*all)[at].whole = len(*all) == at+1
	}
}

// addOwn adds the centres' own fields one by one: each has its class.
func (h *matrixHouse) addOwn(all *[]fieldRow, custom fieldRow) {
	for _, key := range sortedKeys(ownKeys()) {
		row := custom
		row.class, row.path, row.top = ownKeys()[key], custom.path+"."+key, false
		row.of.Name, row.of.Class, row.classes = "custom."+key, row.class, h.reg.CustomClass(custom.of.Resource, key)
		*all = append(*all, row)
	}
}

// allowed is what the role says about seeing a field.
func (m *matrix) allowed(f fieldRow, s registry.Situation) string {
	if f.within != nil && m.allowed(*f.within, s) != "see" {
		return "-"
	}
	may := m.rights.Of(f.of, s)
	for _, c := range f.classes {
		of := f.of
		of.Class = c
		may &= m.rights.Of(of, s) &^ registry.MaySeeMasked // what is their own is shown or not
	}
	switch {
	case may&registry.MaySee != 0:
		return "see"
	case may&registry.MaySeeMasked != 0:
		return "masked"
	}
	return "-"
}

// cell is a field of a kind of record in a place.
type cell struct {
	probe probe
	field fieldRow
	place string
}

// judge tells how a field came back, and compares that with the role.
func (m *matrix) judge(c cell, record map[string]any) string {
	m.h.t.Helper()
	resource := resourceName(c.probe.of)
	whole := valuesAt(m.reference[resource+" "+c.place], c.field.path)
	want := m.allowed(c.field, m.situation(c.probe, c.place))
	is := shown(record, c.field, whole)
	if len(whole) == 0 && is != "leaks" {
		return want // there is nothing to show or to hide; the page names such fields (unfilled)
	}
	if is != want {
		m.h.t.Errorf("%s: %s.%s, %s: came back as %q, the role says %q", m.role.ID, resource, c.field.path, c.place, is, want)
	}
	return is
}

// shown tells from a record itself whether a field is whole, masked or left out. What is left out must be named, and be empty.
func shown(record map[string]any, f fieldRow, whole []any) string {
	path, named := f.path, false
	list, _ := record["masked"].([]any)
	for _, m := range list {
		named = named || path == m.(string) || strings.HasPrefix(path, m.(string)+".")
	}
	got := valuesAt(record, path)
	switch {
	case !named && f.whole && len(whole) > 0 && len(got) == 0:
		return "empty, and not named"
	case !named && f.whole && len(whole) > 0 && !reflect.DeepEqual(got, whole) && !moves(path):
		return fmt.Sprintf("other than it is: %v, not %v", got, whole)
	case !named:
		return "see"
	case len(got) == 0:
		return "-"
	}
	for _, v := range got {
		if s, is := v.(string); !is || !strings.Contains(s, "**") {
			return "leaks"
		}
	}
	return "masked"
}

// moves tells of fields that go on by themselves between two looks.
func moves(path string) bool {
	name := path[strings.LastIndex(path, ".")+1:]
	return slices.Contains([]string{"position_age_s", "last_seen_at", "seq", "at"}, name)
}

// valuesAt gathers what says something at a path, through all lists on the way.
func valuesAt(v any, path string) []any {
	if path == "" {
		return says(v)
	}
	name, rest, _ := strings.Cut(path, ".")
	switch x := v.(type) {
	case map[string]any:
		return valuesAt(x[name], rest)
	case []any:
		var all []any
		for _, one := range x {
			all = append(all, valuesAt(one, path)...)
		}
		return all
	}
	return nil
}

func says(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		if x == "" {
			return nil
		}
	case bool:
		if !x {
			return nil
		}
	case float64:
		if x == 0 {
			return nil
		}
	case []any:
		var all []any
		for _, one := range x {
			all = append(all, says(one)...)
		}
		return all
	case map[string]any:
		if len(x) == 0 {
			return nil
		}
	}
	return []any{v}
}

// writeAll tries to make a record of each kind, and to change each field of one.
func (m *matrix) writeAll(at ...string) {
	for _, p := range m.h.probes() {
		if p.write == "" {
			continue
		}
		for i, place := range at {
			if i == 0 && m.firm != "" {
				place = inMine
			}
			if _, there := m.pathOf(p, place); there {
				m.change(p, place, []string{"change", "in alert"}[i])
			}
		}
		place := inOwn
		if m.firm != "" {
			place = inMine
		}
		if _, there := m.pathOf(p, place); there {
			m.create(p, place)
		}
	}
}

// body is the whole record without what only the program sets, as JSON.
func (m *matrix) body(p probe, place string, keep func(fieldRow) bool, more map[string]any) string {
	record := m.reference[resourceName(p.of)+" "+place]
	out := map[string]any{}
	for _, f := range m.h.topFields(p.of) {
		if value, there := record[f.path]; there && keep(f) {
			out[f.path] = value
		}
	}
	for k, v := range more {
		out[k] = v
	}
	b, err := json.Marshal(out)
	must(m.h.t, err)
	return string(b)
}

// topFields are the fields of the record itself that people set.
func (h *matrixHouse) topFields(t reflect.Type) []fieldRow {
	var all []fieldRow
	for _, f := range h.fieldsOf(t) {
		if f.top && !registry.SetByProgram(f.path) && f.path != "archived_at" {
			all = append(all, f)
		}
	}
	return all
}

// change sends every field with a version that is never right: those that are refused are named, and the others alone are
// told that they are stale.
func (m *matrix) change(p probe, place, column string) {
	m.h.t.Helper()
	resource := resourceName(p.of)
	path := p.write + "/" + p.ids[place]
	stale := map[string]any{"version": 999999}
	got := m.ask("PATCH", path, m.body(p, place, func(fieldRow) bool { return true }, stale))
	if !m.rights.May(m.h.needOf("PATCH", path)) || got.code == 404 {
		if m.status[resource+" "+column] = fmt.Sprint(got.code); got.code != 403 && got.code != 404 {
			m.h.t.Errorf("%s: a change of %s was answered with %d", m.role.ID, resource, got.code)
		}
		return
	}
	refused := strings.Fields(fieldsRefused(got.body))
	permitted := 0
	if len(refused) > 0 && got.code != 403 {
		m.h.t.Errorf("%s: a change of %s was answered with %d %v", m.role.ID, resource, got.code, got.body)
	}
	for _, f := range m.h.topFields(p.of) {
		is := "yes"
		if slices.Contains(refused, f.path) {
			is = "-"
		}
		may := m.rights.Of(f.of, m.situation(p, place))
		if want := may&registry.MayChange != 0 && m.seesWhole(p, f, place); want != (is == "yes") {
			m.h.t.Errorf("%s: %s.%s, %s: a change is %q, the role says %v", m.role.ID, resource, f.path, place, is, want)
		}
		if is == "yes" {
			permitted++
		}
		m.put(resource, f, column, is)
	}
	if permitted == 0 {
		return
	}
	got = m.ask("PATCH", path, m.body(p, place, func(f fieldRow) bool { return !slices.Contains(refused, f.path) }, stale))
	if got.code != 409 {
		m.h.t.Errorf("%s: %s, %s: what may be changed was answered with %d %v, want 409: it is stale", m.role.ID, resource, place, got.code, got.body)
	}
}

// seesWhole tells whether the role shows a field with all of its parts.
func (m *matrix) seesWhole(p probe, f fieldRow, place string) bool {
	s := m.situation(p, place)
	for _, part := range m.h.fieldsOf(p.of) {
		if (part.path == f.path || strings.HasPrefix(part.path, f.path+".")) && m.allowed(part, s) != "see" {
			return false
		}
	}
	return true
}

// create sends the whole record under an id that there is: who may make it is told so, who may not is refused by name.
func (m *matrix) create(p probe, place string) {
	m.h.t.Helper()
	resource := resourceName(p.of)
	got := m.ask("POST", p.write, m.body(p, place, func(fieldRow) bool { return true }, map[string]any{idName(p.of): p.ids[place]}))
	if !m.rights.May(m.h.needOf("POST", p.write)) {
		if m.status[resource+" new"] = fmt.Sprint(got.code); got.code != 403 {
			m.h.t.Errorf("%s: a new %s was answered with %d", m.role.ID, resource, got.code)
		}
		return
	}
	var refused []string
	if got.code == 403 {
		refused = strings.Fields(fieldsRefused(got.body))
	}
	if let := got.code == 409 || got.code == 422; let == (got.code == 403) {
		m.h.t.Errorf("%s: a new %s was answered with %d %v", m.role.ID, resource, got.code, got.body)
	}
	for _, f := range m.h.topFields(p.of) {
		said := len(valuesAt(m.reference[resource+" "+place], f.path)) > 0
		is := "yes"
		if slices.Contains(refused, f.path) {
			is = "-"
		}
		may := m.rights.Of(f.of, m.situation(p, place)) & registry.MayChange
		if said && (may != 0) != (is == "yes") {
			m.h.t.Errorf("%s: %s.%s of a new one is %q, the role says %v", m.role.ID, resource, f.path, is, may != 0)
		}
		if !said {
			is = map[bool]string{true: "yes", false: "-"}[may != 0] // what says nothing is no offence
		}
		m.put(resource, f, "new", is)
	}
}

// idName is what a kind of record calls its id.
func idName(of reflect.Type) string {
	if of == reflect.TypeFor[registry.ServiceType]() {
		return "code"
	}
	return "id"
}

// exportAll takes every kind of record along, and asks for each column that did not come.
func (m *matrix) exportAll() {
	m.h.t.Helper()
	for _, kind := range []string{registry.Elders, registry.Contacts, registry.Devices, registry.Helpers, registry.Providers} {
		got := m.ask("GET", "/v1/exports/"+kind, "")
		if !m.rights.May("export") {
			if got.code != 403 {
				m.h.t.Errorf("%s: an export was answered with %d", m.role.ID, got.code)
			}
			continue
		}
		head, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.text, "\ufeff"))).Read()
		must(m.h.t, err)
		of, err := sheetType(kind)
		must(m.h.t, err)
		for _, column := range m.h.reg.Columns(kind) {
			f := registry.Field{Resource: resourceName(of), Name: column, Class: string(m.h.server.gate.fields[of][column])}
			if key, own := strings.CutPrefix(column, "custom."); own {
				f.Class = ownKeys()[key]
			}
			may := m.rights.Of(f, registry.Always)
			want := column == "id" || may&registry.MaySee != 0 && may&registry.MayExport != 0
			if slices.Contains(head, column) != want {
				m.h.t.Errorf("%s: column %s of %s: the role says %v, the export had %v", m.role.ID, column, kind, want, head)
			}
			if !want && m.ask("GET", "/v1/exports/"+kind+"?columns="+column, "").code != 422 {
				m.h.t.Errorf("%s: column %s of %s was exported when it was asked for", m.role.ID, column, kind)
			}
		}
		m.exports = append(m.exports, "takes along "+kind+": "+strings.Join(head, " "))
	}
}
