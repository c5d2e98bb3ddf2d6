package registry

import (
	"sync"
	"time"
)

// home is the time zone of nearly all centres. Reading a zone opens a file, and every look at an alert asks for one.
var home = sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation(defaultTimeZone) })

// Zone is a time zone by its name; UTC when there is none of that name.
func Zone(name string) *time.Location {
	load := home
	if name != defaultTimeZone {
		load = func() (*time.Location, error) { return time.LoadLocation(name) }
	}
	zone, err := load()
	if err != nil {
		return time.UTC
	}
	return zone
}
