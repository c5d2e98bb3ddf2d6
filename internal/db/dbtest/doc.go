// Package dbtest gives tests a fresh, migrated database on each engine.
//
// A store's test calls Each and runs on a SQLite file and on PostgreSQL, where it has a schema of
// its own, so tests run in parallel. PostgreSQL is that of ANLING_TEST_POSTGRES; without it, each
// test binary starts its own, which ends with the binary, however that ends. Where there is no
// PostgreSQL the test fails: an engine that was silently left out was not tested.
package dbtest
