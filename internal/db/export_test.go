package db

import "testing"

// MigrationsContract is what the migrator owes on every engine.
func MigrationsContract(t *testing.T, d *DB) {
	t.Helper()
	testMigrations(t, d)
}
