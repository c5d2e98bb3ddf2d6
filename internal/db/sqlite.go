package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"

	"anling/internal/fault"
)

const (
	sqliteReaders = 8   // connections that read at the same time
	sqliteCached  = 128 // prepared statements kept per connection
	sqliteBusy    = 10_000
)

// sqliteDB is a file: one connection that writes, in the hands of the writer, and some that read.
type sqliteDB struct {
	db     *DB
	write  *sql.DB
	read   *sql.DB
	writer *writer
	keeper *checkpointer
	dsn    string // of further connections
}

func openSQLite(ctx context.Context, d *DB, path string) (*sqliteDB, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	s := &sqliteDB{
		db:    d,
		dsn:   sqliteDSN(path),
		write: sql.OpenDB(connector{dsn: sqliteDSN(path, "_txlock=immediate")}),
		read:  sql.OpenDB(connector{dsn: sqliteDSN(path, "_query_only=on")}),
	}
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(sqliteReaders)
	s.read.SetMaxIdleConns(sqliteReaders)
	if err := sqliteDurable(ctx, s.write); err != nil {
		return nil, errors.Join(err, s.write.Close(), s.read.Close())
	}
	s.keeper = newCheckpointer(d, sql.OpenDB(connector{dsn: s.dsn}))
	s.writer = newWriter(d, s.write, s.keeper.ask)
	return s, nil
}

// makeFile makes an empty file that only we may read. SQLite would make it readable to all,
// and gives its log the same rights.
func makeFile(path string) error {
	if strings.Contains(path, ":memory:") {
		return fault.New(fault.Invalid, "a database in memory keeps nothing")
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the database file: %w", err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// sqliteDSN has every pragma that the driver knows; a PRAGMA sent through a pool would reach one
// connection only. secure_delete overwrites what is deleted: erased keys must be gone.
func sqliteDSN(path string, more ...string) string {
	pragmas := []string{
		"_journal_mode=WAL",
		"_synchronous=FULL",
		"_foreign_keys=on",
		"_secure_delete=on",
		fmt.Sprintf("_busy_timeout=%d", sqliteBusy),
		fmt.Sprintf("_stmt_cache_size=%d", sqliteCached),
	}
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return file.String() + "?" + strings.Join(append(pragmas, more...), "&")
}

// connector opens connections with the pragmas that the driver's DSN does not know: nothing in
// clear in temporary files, a log that does not stay huge after a burst, and a real flush on macOS.
type connector struct{ dsn string }

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		_, err := conn.Exec(fmt.Sprintf(`PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA fullfsync = ON;
			PRAGMA wal_autocheckpoint = %d`, mustCheckpoint), nil)
		return err
	}}
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }

// sqliteDurable refuses a connection whose commits could be lost with the power.
func sqliteDurable(ctx context.Context, pool *sql.DB) error {
	var journal string
	if err := pool.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal); err != nil {
		return fmt.Errorf("ask for the journal mode: %w", err)
	}
	if !strings.EqualFold(journal, "wal") {
		return fmt.Errorf("the database's journal mode is %q, not WAL; does its file system support shared memory?", journal)
	}
	var synchronous int
	if err := pool.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous); err != nil {
		return fmt.Errorf("ask for the synchronous setting: %w", err)
	}
	const full = 2
	if synchronous < full {
		return fmt.Errorf("synchronous is %d: a commit could be lost with the power, FULL is needed", synchronous)
	}
	return nil
}

func (s *sqliteDB) update(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	return s.writer.update(ctx, fn)
}

func (s *sqliteDB) view(ctx context.Context, fn func(*Tx) error) (tx *Tx, err error) {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return nil, Fault(err)
	}
	plain := context.WithoutCancel(ctx)
	defer func() {
		if closing := conn.Close(); err == nil {
			err = Fault(closing)
		}
	}()
	if _, err := conn.ExecContext(plain, "BEGIN"); err != nil {
		return nil, Fault(err)
	}
	defer func() {
		if _, ending := conn.ExecContext(plain, "ROLLBACK"); err == nil {
			err = Fault(ending)
		}
	}()
	tx = s.db.newTx(conn)
	return tx, tx.run(fn)
}

func (s *sqliteDB) ping(ctx context.Context) error { return s.read.PingContext(ctx) }

func (s *sqliteDB) script(ctx context.Context, tx *Tx, text string) error {
	_, err := tx.q.ExecContext(context.WithoutCancel(ctx), text)
	return err
}

// lockMigrations has nothing to do: the transaction began IMMEDIATE, nobody else writes.
func (s *sqliteDB) lockMigrations(context.Context, *Tx) error { return nil }

func (s *sqliteDB) hasTable(ctx context.Context, tx *Tx, name string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, name).Scan(&n)
	return n > 0, err
}

func (s *sqliteDB) close() error {
	return errors.Join(s.writer.close(), s.keeper.close(), s.read.Close(), s.write.Close())
}
