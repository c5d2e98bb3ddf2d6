package registry

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// customPrefix stands before the keys of a centre's own fields where they are columns.
const customPrefix = "custom."

// resourceOfSheet names the record in the rows of a kind.
func resourceOfSheet(kind string) string {
	return map[string]string{Elders: "elder", Helpers: "helper", Providers: "provider"}[kind]
}

// ownFieldsOf are the definitions that spreadsheets of a kind know, by column. Where two centres mean different things by one
// key, the oldest says how a cell is read; whether it fits the centre of its row is asked when the row is written.
func (r *Registry) ownFieldsOf(kind string) map[string]CustomField {
	all := map[string]CustomField{}
	resource := resourceOfSheet(kind)
	for _, f := range r.ownFields.fields() {
		if _, known := all[customPrefix+f.Key]; f.Resource == resource && !known && r.heeds(f.Centre) {
			all[customPrefix+f.Key] = f
		}
	}
	return all
}

// heeds tells whether what a centre defines holds for records of the scope: it is one of them, or above one.
func (r *Registry) heeds(centre CentreID) bool {
	if centre == "" || r.scope.Has(centre) {
		return true
	}
	return slices.ContainsFunc(r.scope.centres, func(c CentreID) bool { return r.roster.above(centre, c) })
}

// Columns gives the columns of the spreadsheets of a kind, with those of the centres' own fields; none when there are no such
// spreadsheets.
func (r *Registry) Columns(kind string) []string {
	all, _ := columnsOf(kind)
	return append(slices.Clone(all), slices.Sorted(maps.Keys(r.ownFieldsOf(kind)))...)
}

// columnMeant gives the column of a centre's own field that a heading means, by key or label.
func columnMeant(heading string, own map[string]CustomField) string {
	for column, f := range own {
		if strings.EqualFold(heading, column) || slices.Contains([]string{f.Label["zh"], f.Label["en"]}, heading) {
			return column
		}
	}
	return ""
}

// customCells turns the cells of a centre's own fields into the JSON of all of a record's, with what it has already.
func customCells(cells map[string]string, own map[string]CustomField, was Custom, bad *problems) json.RawMessage {
	now := maps.Clone(was)
	for column, cell := range cells {
		f, ok := own[column]
		if !ok || was[f.Key] != nil && cellText(was[f.Key]) == cell {
			continue
		}
		if now == nil {
			now = Custom{}
		}
		v, problem := f.read(cell)
		bad.when(column, problem)
		now[f.Key] = v
	}
	if maps.Equal(now, was) {
		return nil
	}
	raw, err := json.Marshal(now)
	if err != nil {
		bad.add("custom", "cannot be read")
	}
	return raw
}

// read turns a cell into a value of the field.
func (f *CustomField) read(cell string) (v any, problem string) {
	switch f.Type {
	case "number":
		n, err := strconv.ParseFloat(narrow(cell), 64)
		if err != nil {
			return nil, "must be a number"
		}
		return n, ""
	case "bool":
		return boolOf(cell)
	case "date":
		return dateOf(cell), ""
	}
	return cell, ""
}

// customOfRecord gives the values of a record's own fields; none for records that have no such fields.
func customOfRecord(x any) Custom {
	switch x := x.(type) {
	case Elder:
		return x.Custom
	case Helper:
		return x.Custom
	case Provider:
		return x.Custom
	}
	return nil
}
