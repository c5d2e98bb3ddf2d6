package web

import (
	"context"
	"reflect"

	"anling/registry"
)

// searchable are the words by which a viewer may find records of a type: of the fields that they see
// whole. Finding by a field that is hidden would tell what is in it.
func (v viewer) searchable(of reflect.Type) registry.Classes {
	var may registry.Classes
	for words, fields := range registry.WordFields() {
		if v.seesAll(of, fields) {
			may |= words
		}
	}
	return may
}

// seesAll tells whether the viewer sees each of the fields that the type has.
func (v viewer) seesAll(of reflect.Type, fields []string) bool {
	for _, f := range fields {
		if _, has := v.lens.gate.fields[of][f]; has && v.rights(of, f)&registry.MaySee == 0 {
			return false
		}
	}
	return true
}

// searcher is the caller as they stand to every record that their search can reach.
func (s *Server) searcher(ctx context.Context) viewer {
	v, c := s.viewer(ctx), callerOf(ctx)
	if all := c.scope.Centres(); !c.scope.All() && len(all) == 1 && all[0] == c.centre {
		return v.in(registry.OwnCentre)
	}
	return v
}
