// Package cover tells who could be at whose door in time: at this moment, and in
// each hour of the week; where nobody could; and where one more person would
// help most.
//
// Its one important idea: nobody asks at each door who is near. Each helper's
// ways outward pass all the doors (road.Doors), and leave there the hours in
// which the helper can be asked, as 168 bits: one pass is the whole week.
//
// It is pure: places, times and people are handed in, and nothing is kept.
package cover
