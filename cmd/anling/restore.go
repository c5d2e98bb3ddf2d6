package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"anling/internal/clock"
	"anling/internal/config"
	"anling/internal/fault"
)

// restore puts a backup in the place of the database. It looks the backup over first, and keeps what was
// there under another name.
func restore(ctx context.Context, e environment, args []string) int {
	return finish(e, "restore", restoreBackup(ctx, e, args))
}

func restoreBackup(ctx context.Context, e environment, args []string) (err error) {
	fs := newFlags(e, "restore")
	force := fs.Bool("force", false, "put the database that is there aside")
	settings := config.Flags(fs, config.Storage)
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usage("restore takes the name of the backup")
	}
	cfg, err := settings.Load(e.Getenv)
	if err != nil {
		return err
	}
	if cfg.Database != "" {
		return fault.New(fault.Invalid, "PostgreSQL is restored with its own tool: pg_restore")
	}
	held, err := lockData(cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.release()) }()
	if mustExist(cfg) == nil && !*force {
		return fault.New(fault.Conflict, "there is a database in %s already; --force puts it aside", filepath.Clean(cfg.Data))
	}
	return swapIn(ctx, e, cfg, rest[0])
}

// swapIn copies the backup beside the database, checks the copy, and only then renames.
func swapIn(ctx context.Context, e environment, cfg config.Config, backup string) (err error) {
	room := filepath.Join(cfg.Data, "restoring")
	if err := os.RemoveAll(room); err != nil {
		return fmt.Errorf("clear what an earlier restore left: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	trial := cfg
	trial.Data, trial.KeyRing = room, cfg.KeyRingPath()
	if err := copyFile(backup, trial.DatabasePath()); err != nil {
		return err
	}
	if err := checkCopy(ctx, e, trial, cfg.Data); err != nil {
		return fmt.Errorf("the backup was not restored: %w", err)
	}
	aside := ""
	if mustExist(cfg) == nil {
		aside = cfg.DatabasePath() + ".replaced-" + clock.Real().Now().UTC().Format("20060102T150405Z")
		if err := renameDatabase(cfg.DatabasePath(), aside); err != nil {
			return err
		}
	}
	if err := renameDatabase(trial.DatabasePath(), cfg.DatabasePath()); err != nil {
		return err
	}
	say(e.Stdout, "restored %s\n", backup)
	if aside != "" {
		say(e.Stdout, "what was there before is %s now\n", aside)
	}
	return nil
}

// checkCopy opens the copy as the program would, which also brings an old backup to this program's
// schema, verifies every timeline in it, and erases again who stands in the folder's list of erasures.
func checkCopy(ctx context.Context, e environment, cfg config.Config, folder string) (err error) {
	s, err := openStorage(ctx, cfg, parts{Clock: clock.Real(), Log: newLogger(cfg, e.Stderr)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.db.CheckIntegrity(ctx); err != nil {
		return err
	}
	if err := verifyAll(ctx, e.Stdout, s, ""); err != nil {
		return err
	}
	n, err := s.privacyOf().replay(ctx, folder)
	if n > 0 {
		say(e.Stdout, "%d people who were erased after this backup are erased again\n", n)
	}
	return err
}

func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("make room for the backup: %w", err)
	}
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make room for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if _, err := io.Copy(dst, src); err != nil {
		return fmt.Errorf("copy the backup: %w", err)
	}
	return dst.Sync()
}

// renameDatabase moves a SQLite file with its log, which after an orderly end is not there.
func renameDatabase(from, to string) error {
	for _, part := range []string{"-wal", "-shm", ""} {
		err := os.Rename(from+part, to+part)
		if err != nil && (part == "" || !errors.Is(err, os.ErrNotExist)) {
			return fmt.Errorf("move the database: %w", err)
		}
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
