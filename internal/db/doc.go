// Package db keeps rows: one SQL text, two engines, and nothing acknowledged before it is
// durable.
//
// SQLite is the embedded engine, PostgreSQL the one for several machines. Open refuses settings
// under which a commit could be lost with the power. Update returns only after
// the commit has reached the disk. View reads one unchanging state.
//
// The important idea is the group commit of SQLite: one writer goroutine takes whatever callers
// have queued, gives each in turn the transaction under a savepoint of its own, and pays for
// one fsync for all of them. A caller's mistake – an error, a panic – takes back that
// caller's part and nobody else's.
//
// Queries are plain SQL in the subset that both engines understand, with ? in text order. What
// differs between the engines is a method of Tx, never an if in a store. The first statement
// that fails spoils its transaction, on both engines: to live with a duplicate, write ON CONFLICT.
//
// A function given to Update must not call Update or View itself: on SQLite it would wait for itself.
package db
