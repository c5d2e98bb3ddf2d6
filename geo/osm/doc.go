// Package osm reads OpenStreetMap extracts in their binary form (.osm.pbf).
//
// Its one important idea: an extract is a file from outside. Whatever it holds, reading it never panics and
// never takes more memory than the bytes that are really there can fill; what is broken is refused as
// fault.Invalid with what is wrong and at which byte of the file. The format is that of
// https://wiki.openstreetmap.org/wiki/PBF_Format; blocks may be plain or packed with zlib, which is what
// every public mirror offers.
//
// Start with ReadFile. An extract holds nodes, then ways, then relations; whoever needs the shape of a way
// reads the file twice, or keeps the nodes in Places.
//
// It never writes, never asks the network and hands over no half-read element.
package osm
