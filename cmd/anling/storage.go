package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/registry"
)

// storage is the stored data, opened: what every command works on.
type storage struct {
	cfg      config.Config
	log      *slog.Logger
	clock    clock.Clock
	db       *db.DB
	ring     *seal.Ring
	vault    *seal.Vault
	audit    *audit.Log
	registry *registry.Registry
}

// openStorage opens database and keys, and brings the schema to what this program needs.
func openStorage(ctx context.Context, cfg config.Config, p parts) (*storage, error) {
	s := &storage{cfg: cfg, log: p.Log, clock: p.Clock}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	ring, err := seal.OpenRing(cfg.KeyRingPath())
	if err != nil {
		return nil, fmt.Errorf("open the key ring: %w", err)
	}
	s.db, err = db.Open(ctx, db.Options{Path: cfg.DatabasePath(), URL: cfg.Database, Log: p.Log, Clock: p.Clock})
	if err != nil {
		return nil, err
	}
	if err := s.db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.ring, s.vault = ring, seal.NewVault(s.db, ring)
	s.audit = audit.New(s.db, s.vault)
	s.registry = registry.New(registry.Options{DB: s.db, Vault: s.vault, Clock: p.Clock, Log: p.Log, Audit: s.audit})
	return s, nil
}

func (s *storage) close() error { return s.db.Close() }

// mustHaveKeys refuses a database whose key ring is not there: a tool would make a new ring, which opens nothing.
func mustHaveKeys(cfg config.Config) error {
	_, err := os.Stat(cfg.KeyRingPath())
	if errors.Is(err, fs.ErrNotExist) && mustExist(cfg) == nil {
		return fault.New(fault.NotFound, "the key ring %s is missing; put it back from its own backup, or say where it is with --key-ring", cfg.KeyRingPath())
	}
	return nil
}

// mustExist refuses a data folder without a database: a tool that looks at data must not make an
// empty one because of a misspelt folder.
func mustExist(cfg config.Config) error {
	if cfg.Database != "" {
		return nil
	}
	_, err := os.Stat(cfg.DatabasePath())
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "there is no database in %s; is --data right?", filepath.Clean(cfg.Data))
	}
	return err
}

// newLogger writes to w what the settings ask for.
func newLogger(cfg config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// call is a command on the stored data, as it was typed.
type call struct {
	environment
	flags  *flag.FlagSet
	args   []string
	create bool // may begin with an empty data folder
}

// withStorage reads the settings, opens the data, gives it to work with the arguments that are no
// flags, and closes it.
func withStorage(ctx context.Context, c call, work func(s *storage, args []string) error) (err error) {
	settings := config.Flags(c.flags, config.Storage)
	rest, err := parse(c.flags, c.args)
	if err != nil {
		return err
	}
	cfg, err := settings.Load(c.Getenv)
	if err != nil {
		return err
	}
	if !c.create {
		if err := mustExist(cfg); err != nil {
			return err
		}
	}
	if err := mustHaveKeys(cfg); err != nil {
		return err
	}
	s, err := openStorage(ctx, cfg, parts{Clock: clock.Real(), Log: newLogger(cfg, c.Stderr)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	by := audit.Actor{Kind: audit.Command, ID: c.flags.Name()}
	s.registry = s.registry.As(by)
	ran := audit.Entry{Actor: by, Action: "command.run", Resource: "command", ID: c.flags.Name(), Data: map[string]any{"arguments": rest, "user": os.Getuid()}}
	if err := s.audit.Add(ctx, ran); err != nil {
		return err
	}
	return work(s, rest)
}

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}
