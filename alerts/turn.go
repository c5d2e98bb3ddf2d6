package alerts

import (
	"slices"
	"time"

	"anling/registry"
)

// inTurn puts contacts whose hours it is before those whose hours it is not, each in the elder's own order. Nobody is left out: at
// night somebody who sleeps is better than nobody.
func inTurn(contacts []registry.Contact, now time.Time, loc *time.Location) []registry.Contact {
	outside := func(c registry.Contact) bool { return !registry.Within(c.Hours, now, loc) }
	if !slices.ContainsFunc(contacts, outside) {
		return contacts
	}
	turn := make([]registry.Contact, 0, len(contacts))
	for _, later := range []bool{false, true} {
		for _, c := range contacts {
			if outside(c) == later {
				turn = append(turn, c)
			}
		}
	}
	return turn
}

// haveHours tells whether any of the contacts can be told better at some times than at others.
func haveHours(contacts []registry.Contact) bool {
	return slices.ContainsFunc(contacts, func(c registry.Contact) bool { return len(c.Hours) > 0 })
}
