package db

// MigrationsContract is what the migrator owes on every engine.
var MigrationsContract = testMigrations
