package web

import (
	"reflect"

	"anling/registry"
)

// searchable are the words by which an audience may find records of a type: of the fields that it sees
// whole. Finding by a field that is hidden would tell what is in it.
func (g *gate) searchable(of reflect.Type, a audience) registry.Classes {
	var may registry.Classes
	for words, fields := range registry.WordFields() {
		if g.seesAll(of, fields, a) {
			may |= words
		}
	}
	return may
}

// seesAll tells whether the audience sees each of the fields that the type has.
func (g *gate) seesAll(of reflect.Type, fields []string, a audience) bool {
	for _, f := range fields {
		if c, has := g.fields[of][f]; has && g.policy[a][c] != see {
			return false
		}
	}
	return true
}

func (n noun[T, ID]) searchable(a audience) registry.Classes {
	return n.s.gate.searchable(reflect.TypeFor[T](), a)
}
