package registry

import (
	"reflect"
	"strconv"
	"strings"
)

// A cell that holds several things of several fields separates the things by a semicolon or a new line, and the fields by |, in the
// order in which the record has them: first_aid|A-17|2024-03-01|2027-02-28; nurse|88-1||. Fields at the end may be left out.

// partsOf reads such a cell.
func partsOf[T any](cell string) (any, string) {
	all := []T{}
	for _, text := range splitOn(cell, ";；\n") {
		one, problem := partOf[T](text)
		if problem != "" {
			return nil, problem
		}
		all = append(all, one.(T))
	}
	return all, ""
}

// partOf reads one thing.
func partOf[T any](text string) (any, string) {
	var one T
	v := reflect.ValueOf(&one).Elem()
	fields := strings.FieldsFunc(strings.ReplaceAll(text, "|", " | "), func(r rune) bool { return r == '|' || r == '｜' })
	if len(fields) > v.NumField() {
		return nil, "must be written as " + strings.ReplaceAll(fieldNames(v.Type()), ", ", "|")
	}
	for i, f := range fields {
		f = tidy(f)
		if v.Field(i).Kind() == reflect.String {
			v.Field(i).SetString(f)
			continue
		}
		n, err := strconv.Atoi(narrow(f))
		if err != nil {
			return nil, "must be written as " + strings.ReplaceAll(fieldNames(v.Type()), ", ", "|")
		}
		v.Field(i).SetInt(int64(n))
	}
	return one, ""
}

func partsText(v reflect.Value) string {
	var all []string
	for i := range v.Len() {
		all = append(all, partText(v.Index(i)))
	}
	return strings.Join(all, ";")
}

// partText writes one thing; what separates fields and things cannot stand within a field.
func partText(v reflect.Value) string {
	var all []string
	for i := range v.NumField() {
		text := v.Field(i).String()
		if v.Field(i).CanInt() {
			text = strconv.FormatInt(v.Field(i).Int(), 10)
		}
		all = append(all, strings.NewReplacer("|", "/", ";", ",", "；", "，", "\n", " ").Replace(text))
	}
	return strings.TrimRight(strings.Join(all, "|"), "|")
}
