package web

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/geo"
)

// schema is a JSON Schema (2020-12, as OpenAPI 3.1 has it).
type schema map[string]any

// schemas makes schemas of Go types; a struct becomes a component of its name.
type schemas struct {
	components map[string]schema
}

func (g *schemas) of(t reflect.Type) schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return schema{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return schema{}
	case reflect.TypeFor[geo.Position]():
		return g.component("Position", positionSchema)
	case reflect.TypeFor[alerts.Reached]():
		return schema{"type": []string{"string", "boolean"}, "description": "true or elder: the elder was reached; or the id of a person"}
	case reflect.TypeFor[devices.Kind]():
		return schema{"type": "string", "enum": devices.Kinds()}
	}
	switch t.Kind() {
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32:
		return schema{"type": "integer"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Pointer:
		return schema{"anyOf": []schema{g.of(t.Elem()), {"type": "null"}}}
	case reflect.Slice, reflect.Array:
		return schema{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": g.of(t.Elem())}
	case reflect.Struct:
		return g.object(t)
	}
	return schema{}
}

func (g *schemas) component(name string, make func(*schemas) schema) schema {
	if _, known := g.components[name]; !known {
		g.components[name] = schema{} // against going round in circles
		g.components[name] = make(g)
	}
	return schema{"$ref": "#/components/schemas/" + name}
}

func positionSchema(*schemas) schema {
	return schema{"type": "object", "description": "WGS-84", "required": []string{"lat", "lon"}, "properties": schema{
		"lat": schema{"type": "number", "minimum": -90, "maximum": 90}, "lon": schema{"type": "number", "minimum": -180, "maximum": 180},
		"accuracy_m": schema{"type": "number"}, "time": schema{"type": "string", "format": "date-time"}, "source": schema{"type": "string"}}}
}

// object describes a struct. A page of records is written out where it stands.
func (g *schemas) object(t reflect.Type) schema {
	name := t.Name()
	if record, ok := ungated(t); ok {
		return g.gatedObject(record)
	}
	if strings.HasPrefix(name, "page[") {
		return g.fields(t)
	}
	return g.component(componentName(name), func(g *schemas) schema { return g.fields(t) })
}

// ungated is the record inside a gated value.
func ungated(t reflect.Type) (reflect.Type, bool) {
	if !strings.HasPrefix(t.Name(), "gated[") {
		return nil, false
	}
	return t.Field(0).Type, true
}

func (g *schemas) gatedObject(record reflect.Type) schema {
	return schema{"allOf": []schema{g.of(record), {"type": "object", "properties": schema{
		"masked": schema{"type": "array", "items": schema{"type": "string"},
			"description": "names of fields that were left out or shortened, because the caller may not see them"},
		"warnings": schema{"type": "array", "items": g.of(reflect.TypeFor[ProblemField]()),
			"description": "after create and change: what a person should look at again; the record was taken in all the same"}}}}}
}

func componentName(name string) string {
	name = strings.TrimSuffix(name, "View")
	return strings.ToUpper(name[:1]) + name[1:]
}

func (g *schemas) fields(t reflect.Type) schema {
	props, required := schema{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name := jsonName(f)
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			inner := g.fields(f.Type)
			for k, v := range inner["properties"].(schema) {
				props[k] = v
			}
			required = append(required, inner["required"].([]string)...)
			continue
		}
		props[name] = g.of(f.Type)
		if tag := f.Tag.Get("json"); !strings.Contains(tag, ",omit") {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return schema{"type": "object", "properties": props, "required": required}
}
