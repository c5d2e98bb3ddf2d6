// Package simtest proves the alert engine by simulation: engine, intake, outbox and registry, whole and unchanged, on a real
// database under a virtual clock, in a small town whose every accident comes from one number, the seed. People answer, decline,
// lie, fall asleep and walk the wrong way; the carrier fails, delays, doubles and reorders; the database refuses; the
// process dies between any two statements and starts again; clocks jump; signals come late, twice and garbled.
//
// Its one important idea: what must always hold is a table of invariants (invariants_test.go; docs/invariants.md is made of
// it), checked after every step against what the world outside was promised, and each of them is shown to be able to
// fail by an engine that was broken on purpose (mutations_test.go).
//
// Start reading with world_test.go. A seed repeats itself exactly; its whole story is told by
//
//	go test ./cmd/simtest -run TestSimulation -seed 1234 -v
//
// It lies below cmd because only there everything meets; nothing imports it, and no hook in the program serves it: what fails is injected
// through the interfaces that are there (contexts, carriers, listeners, the clock, and triggers in the test's database).
package simtest
