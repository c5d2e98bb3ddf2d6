// Package road knows the streets: how long the way to a door is on foot, by
// bicycle and by car, and who of all helpers can be there first.
//
// Its one important idea: do not pick the nearest by air and rank them
// afterwards. A Finder goes outward from the door against the direction of
// travel, over all streets at once, and meets the helpers in the order in which
// they would arrive. It stops when nobody unmet can be sooner, so its answer is
// exact over all helpers (TestExpansionIsExact).
//
// Build makes a road file from OpenStreetMap data; Load reads one into a Map,
// which never changes. A Crowd keeps helpers on it; a Finder asks both.
// Closures are handed in by whoever knows them.
//
// Costs are whole milliseconds, so that two ways of adding them up are equal and
// not nearly equal.
package road
