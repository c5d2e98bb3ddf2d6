package registry

import (
	"maps"
	"slices"
)

// hides refuses to change of a record that exists what whoever imports does not see of it, also where the cell says what is
// there already: that it does would be told.
func (in *intake[T, P]) hides(cells map[string]string, bad *problems) {
	if in.Sees == nil {
		return
	}
	for _, column := range slices.Sorted(maps.Keys(cells)) {
		if !in.Sees(column) {
			bad.add(column, "is hidden from you, and so cannot be changed; leave the cell empty")
		}
	}
}
