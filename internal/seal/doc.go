// Package seal keeps what is personal unreadable to whoever has only the database.
//
// Every person – every subject – has a data key. A cell is sealed under it together with its place
// (table, column, row), so a door code copied into another person's row does not open.
// Data keys lie in the database, wrapped by a master key from a ring, a file kept elsewhere. To erase
// a person is to delete the data key: all cells, in append-only tables too, are unreadable from then on. To change the
// master key only data keys are wrapped anew.
//
// Exact look-up (a caller's number) goes through Blind, a keyed hash.
//
// A missing master key locks what was sealed under it and nothing else: Key still
// gives a key for a locked person, a second one, so that an alarm can always be stored. It never lets an
// alarm wait for a key.
//
// Start with OpenRing and NewVault. A backup of the database never holds the ring.
package seal
