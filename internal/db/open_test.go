package db

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"anling/internal/fault"
)

func TestSQLiteRefusesSettingsThatLoseCommits(t *testing.T) {
	t.Parallel()
	for setting, kept := range map[string]bool{
		"_journal_mode=WAL&_synchronous=FULL":   true,
		"_journal_mode=WAL&_synchronous=EXTRA":  true,
		"_journal_mode=WAL&_synchronous=NORMAL": false,
		"_journal_mode=WAL&_synchronous=OFF":    false,
		"_journal_mode=DELETE":                  false,
		"_journal_mode=MEMORY":                  false,
	} {
		pool := sql.OpenDB(connector{dsn: "file:" + filepath.Join(t.TempDir(), "x.db") + "?" + setting})
		if err := sqliteDurable(t.Context(), pool); (err == nil) != kept {
			t.Errorf("%s: got %v, accepted should be %v", setting, err, kept)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSQLitePragmas(t *testing.T) {
	t.Parallel()
	d := mustSQLite(t)
	pragmas := func(tx *Tx) error {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "temp_store": "2", "busy_timeout": "10000",
		} {
			var got string
			if err := tx.QueryRow(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: got %q, %v, want %q", pragma, got, err, want)
			}
		}
		return nil
	}
	if err := d.Update(t.Context(), pragmas); err != nil {
		t.Error(err)
	}
	if err := d.View(t.Context(), pragmas); err != nil {
		t.Error(err)
	}
}

func TestFilesAreForUsOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "x.db")
	d, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, d, `CREATE TABLE x (n BIGINT)`)
	for _, f := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want 0600", filepath.Base(f), info, err)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	notADatabase := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(notADatabase, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"nothing":        {},
		"memory":         {Path: ":memory:"},
		"a folder":       {Path: t.TempDir()},
		"not a database": {Path: notADatabase},
		"a broken URL":   {URL: "postgres://secret:pw@[broken"},
		"nobody there":   {URL: "postgres://secret:pw@/x?host=" + t.TempDir()},
	} {
		d, err := Open(t.Context(), o)
		if err == nil {
			t.Errorf("%s: opened %v", name, d)
		} else if strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: the password is in %v", name, err)
		}
	}
}

func files(names ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for _, n := range names {
		table := strings.TrimSuffix(n, ".sql")
		fs["migrations/"+n] = &fstest.MapFile{Data: []byte("-- it's ?\nCREATE TABLE t" + table + " (id TEXT PRIMARY KEY, b BLOB); CREATE INDEX i" + table + " ON t" + table + " (b);")}
	}
	return fs
}

// migrateWith migrates the database as a program with other migrations would.
func migrateWith(t *testing.T, d *DB, fs fstest.MapFS) (err error) {
	t.Helper()
	if d.migrations, err = readMigrations(fs); err != nil {
		return err
	}
	return d.Migrate(t.Context())
}

// testMigrations is run on each engine.
func testMigrations(t *testing.T, d *DB) {
	t.Helper()
	if err := migrateWith(t, d, files("0001_a.sql", "0002_b.sql")); err != nil {
		t.Fatalf("first: %v", err)
	}
	if err := migrateWith(t, d, files("0001_a.sql", "0002_b.sql")); err != nil {
		t.Errorf("again: %v", err)
	}
	broken := files("0001_a.sql", "0002_b.sql", "0003_c.sql")
	broken["migrations/0003_c.sql"].Data = []byte(`CREATE TABLE half (id TEXT); CREATE TABLE t0001_a (id TEXT)`)
	if err := migrateWith(t, d, broken); err == nil {
		t.Error("a broken migration went through")
	}
	if err := d.CheckSchema(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("with one to come: got %v, want Conflict", err)
	}
	mustRun(t, d, `CREATE TABLE half (id TEXT)`) // nothing of the broken one was kept
	if err := migrateWith(t, d, files("0001_a.sql", "0002_b.sql", "0003_c.sql")); err != nil {
		t.Errorf("mended: %v", err)
	}
	if err := d.CheckSchema(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	err := migrateWith(t, d, files("0001_a.sql", "0002_b.sql"))
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err), "newer anling") {
		t.Errorf("older program: got %v", err)
	}
	changed := files("0001_a.sql", "0002_b.sql", "0003_c.sql")
	changed["migrations/0002_b.sql"].Data = append(changed["migrations/0002_b.sql"].Data, ' ')
	err = migrateWith(t, d, changed)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err), "0002_b.sql has changed") {
		t.Errorf("changed file: got %v", err)
	}
	if err := migrateWith(t, d, files("0001_a.sql", "0002_other.sql", "0003_c.sql")); !fault.Is(err, fault.Conflict) {
		t.Errorf("another program: got %v, want Conflict", err)
	}
}

func TestMigrationsOnSQLite(t *testing.T) {
	t.Parallel()
	testMigrations(t, mustSQLite(t))
}

func TestMigrationNames(t *testing.T) {
	t.Parallel()
	for _, bad := range [][]string{{"1_a.sql"}, {"0001_a.SQL"}, {"0001_a.sql", "0001_b.sql"}, {"0001.sql"}} {
		if all, err := readMigrations(files(bad...)); err == nil {
			t.Errorf("%v: got %v", bad, all)
		}
	}
	if all, err := embedded(); err != nil || len(all) == 0 {
		t.Errorf("ours: %v", err)
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		text   string
		params int
	}{
		`SELECT 1`:                {`SELECT 1`, 0},
		`a = ? AND b IN (?,?)`:    {`a = $1 AND b IN ($2,$3)`, 3},
		`a = '?' AND b = ?`:       {`a = '?' AND b = $1`, 1},
		`a = 'it''s ?' AND b = ?`: {`a = 'it''s ?' AND b = $1`, 1},
		`"a?" = ?`:                {`"a?" = $1`, 1},
		"a -- ?\n= ?":             {"a -- ?\n= $1", 1},
		"a /* ? '*/ = ?":          {"a /* ? '*/ = $1", 1},
		`a = '?`:                  {`a = '?`, 0},
		`-- ?`:                    {`-- ?`, 0},
		`/* ?`:                    {`/* ?`, 0},
		`a - ? / ?`:               {`a - $1 / $2`, 2},
		`名 = ?`:                   {`名 = $1`, 1},
		``:                        {``, 0},
		`(?,?,?,?,?,?,?,?,?,?)`:   {`($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, 10},
	} {
		if text, params := rewrite(in); text != want.text || params != want.params {
			t.Errorf("%s: got %s, %d, want %s, %d", in, text, params, want.text, want.params)
		}
	}
	for in, want := range map[string]string{
		`a BLOB NOT NULL, b blob`:       `a BYTEA NOT NULL, b BYTEA`,
		`blob_size BIGINT, my_blob INT`: `blob_size BIGINT, my_blob INT`,
		`'BLOB' "BLOB" -- BLOB`:         `'BLOB' "BLOB" -- BLOB`,
		`x(BLOB)`:                       `x(BYTEA)`,
	} {
		if got := forPostgres(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add(`a = '?' AND b = ? -- ?`)
	f.Fuzz(func(t *testing.T, in string) {
		text, params := rewrite(in)
		if len(text) < len(in) || params == 0 && text != in {
			t.Errorf("%q became %q with %d", in, text, params)
		}
		forPostgres(in)
	})
}

func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	s := statements{numbered: true}
	for n := range maxStatements + 10 {
		query := fmt.Sprintf("SELECT %d, ?", n)
		if got, want := s.get(query).text, fmt.Sprintf("SELECT %d, $1", n); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	if got := s.count.Load(); got != maxStatements {
		t.Errorf("keeps %d, want %d", got, maxStatements)
	}
}
