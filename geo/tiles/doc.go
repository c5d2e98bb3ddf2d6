// Package tiles makes the base map of a centre: vector tiles of an OpenStreetMap extract, in the schema of
// the Protomaps base map (version 4), as one PMTiles archive that the console draws without internet.
//
// Its one important idea: a map is never held in memory. Each element is cut, zoom by zoom, into the pieces
// of its tiles; the pieces go to the disk in sorted runs; and the tiles are made one after the other by merging
// the runs. What stays in memory is where the nodes are.
//
// Start with Build. What an element looks like is told by its tags alone (schema_*.go, tables); rings.go makes
// areas of ways, coast.go makes land and sea, cut.go the pieces, assemble.go the tiles, pmtiles.go the file.
// The same extract gives the same bytes.
//
// It writes nothing but the archive, and that only when it is whole.
package tiles
