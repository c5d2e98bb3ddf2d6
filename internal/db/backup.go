package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"anling/internal/fault"
)

// Backup writes the database, as it is at one moment, into a new file, while everybody goes on
// working. It is for SQLite; PostgreSQL brings its own tools.
func (d *DB) Backup(ctx context.Context, path string) (err error) {
	s, ok := d.engine.(*sqliteDB)
	if !ok {
		return fault.New(fault.Invalid, "PostgreSQL is backed up with its own tool: pg_dump --format=custom")
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.users.Done()
	// VACUUM INTO accepts an empty file, and keeps the rights that we give it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := s.vacuumInto(ctx, path); err != nil {
		return fmt.Errorf("write the backup: %w", Fault(err))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("flush the backup: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// vacuumInto takes one of the reading connections, which has to be allowed to write elsewhere.
func (s *sqliteDB) vacuumInto(ctx context.Context, path string) (err error) {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `PRAGMA query_only = OFF`); err != nil {
		return err
	}
	defer func() {
		_, back := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only = ON`)
		err = errors.Join(err, back)
	}()
	_, err = conn.ExecContext(ctx, `VACUUM INTO ?`, path)
	return err
}

// CheckIntegrity has SQLite look through the whole file. On PostgreSQL it only asks whether the
// server is there.
func (d *DB) CheckIntegrity(ctx context.Context) error {
	if d.name == postgresEngine {
		return d.Ping(ctx)
	}
	return d.View(ctx, func(tx *Tx) error {
		var found string
		if err := tx.QueryRow(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
			return fmt.Errorf("check the file: %w", err)
		}
		if found != "ok" {
			return fault.New(fault.Internal, "the database file is damaged: %s", found)
		}
		return nil
	})
}

// Scrub writes what is in SQLite's log into the file and empties the log, which else keeps every version of a deleted row
// until it is written over. It is for after an erasure. PostgreSQL does this in its own time (VACUUM).
func (d *DB) Scrub(ctx context.Context) error {
	s, ok := d.engine.(*sqliteDB)
	if !ok {
		return nil
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.users.Done()
	return s.truncateLog(ctx)
}

// scrubTries is how often the log is tried to be emptied: a reader in the middle of it keeps it.
const scrubTries = 5

func (s *sqliteDB) truncateLog(ctx context.Context) (err error) {
	pool := sql.OpenDB(connector{dsn: s.dsn})
	defer func() { err = errors.Join(err, pool.Close()) }()
	for range scrubTries {
		var busy, pages, done int
		if err := pool.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done); err != nil {
			return fmt.Errorf("empty the log of the database: %w", Fault(err))
		}
		if busy == 0 {
			return nil
		}
	}
	return fault.New(fault.Retry, "the log of the database could not be emptied: somebody was reading; it is next time")
}
