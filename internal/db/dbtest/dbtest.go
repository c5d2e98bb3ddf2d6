package dbtest

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"anling/internal/clock"
	"anling/internal/db"
)

// Each runs f on a fresh, migrated database of each engine.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachOptions(t, func(t *testing.T, o db.Options) { f(t, mustOpen(t, o)) })
}

// EachOptions runs f with the options of an empty database of each engine, for tests that open it themselves: several times,
// or with a clock of their own.
func EachOptions(t *testing.T, f func(t *testing.T, o db.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, db.Options{Path: Path(t)})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, db.Options{URL: URL(t)})
	})
}

// SQLite gives a fresh, migrated SQLite database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return mustOpen(t, db.Options{Path: Path(t)})
}

// Postgres gives a fresh, migrated schema on PostgreSQL.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return mustOpen(t, db.Options{URL: URL(t)})
}

// Open opens and migrates the database of o with a clock, and closes it with the test.
func Open(t testing.TB, o db.Options, c clock.Clock) *db.DB {
	t.Helper()
	o.Clock = c
	return mustOpen(t, o)
}

// Path gives the name of a SQLite file that is not there yet.
func Path(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "anling.db")
}

// URL gives the address of an empty schema on PostgreSQL, which ends with the test.
func URL(t testing.TB) string {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("PostgreSQL for the tests: %v", err)
	}
	base := s.url
	schema := "t_" + strings.ReplaceAll(db.NewID(), "-", "")
	mustExec(t, base, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { mustExec(t, base, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("read the URL of PostgreSQL: %v", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func mustOpen(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the database: %v", err)
	}
	return d
}

func mustExec(t testing.TB, dsn, query string) {
	t.Helper()
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	defer pool.Close()
	if _, err := pool.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
