// Package coverage keeps at hand who could be at which elder's door in time,
// and writes each night how the week looks.
//
// Its one important idea: whoever asks never waits. Look gives what is known and
// notes what is wanted; one worker reckons it, one question after the other, so
// that no alarm ever shares the processor with more than that. Run lets it work.
//
// Where elders live is held in memory and told only as figures of places; whoever
// shows an elder asks the registry, under its rights.
package coverage
