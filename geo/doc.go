// Package geo answers where something is and how far away help is.
//
// Its one important idea: a search is exact. "The cells around" is a wrong
// answer in a third of all cases and looks just like a right one, so an Index
// stops only when nothing unseen can be nearer, and a Finder stops only when
// nobody unseen can be quicker.
//
// Inside, everything is WGS-84 in an orb.Point, longitude first; other systems
// are converted at the edge (Convert). There is one distance, Distance, for
// bounds, candidates and what people read.
//
// Start with NewIndex, Put the helpers that are on duty, and ask a Finder for
// the ones who can be at a door soonest.
//
// It keeps nothing on disk, asks nobody over the network and never reads a
// clock: instants come in as values.
package geo
