// Package registry knows who is who: elders and their contacts, the devices that are theirs,
// the helpers and providers who come, the centres and the operators who sit there.
//
// The important idea is the sealed record. A row has in clear what the database must compare
// or join – ids, codes, times – and one cell, sealed under the key of the person whom it is about,
// that holds the rest. What must be found exactly (a caller's number, a device's identity, a
// log-in name) goes through a blind index; what is searched freely is searched in memory. Nothing
// in the database files can be read without the key ring beside them.
//
// Start at Registry: New, then In(scope) for whoever asks. The nouns have all the same five verbs:
// create, change with a version, archive, get, list. Methods that end in Tx run inside a
// transaction of the caller; they are the way of an alarm, are cheap, and go on without the sealed part when the
// keys are missing, because a lost key must not lose an alarm.
//
// Helpers are kept whole in memory by the Roster, their positions in its index.
//
// The package never guesses a number or an address that it cannot read, never changes half a
// record, never tells one centre about the people of another.
package registry
