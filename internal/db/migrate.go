package db

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"

	"anling/internal/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Once published it never changes.
type migration struct {
	name string // 0001_base.sql
	text string
	hash string // sha256 of the file
}

// embedded gives the migrations of this program in their order.
func embedded() ([]migration, error) { return readMigrations(migrationFiles) }

func readMigrations(from fs.FS) ([]migration, error) {
	entries, err := fs.ReadDir(from, "migrations") // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	named := regexp.MustCompile(`^\d{4}_[a-z0-9_]+\.sql$`)
	var all []migration
	for _, e := range entries {
		if !named.MatchString(e.Name()) {
			return nil, fmt.Errorf("migration %s: the name is not NNNN_name.sql", e.Name())
		}
		if n := len(all); n > 0 && all[n-1].name[:4] == e.Name()[:4] {
			return nil, fmt.Errorf("migrations %s and %s have the same number", all[n-1].name, e.Name())
		}
		text, err := fs.ReadFile(from, "migrations/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", e.Name(), err)
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{name: e.Name(), text: string(text), hash: hex.EncodeToString(sum[:])})
	}
	return all, nil
}

// Migrate brings the schema to what this program needs, each step in a transaction of its own.
// It refuses a schema that a newer program made, and one whose steps are not ours.
func (d *DB) Migrate(ctx context.Context) error {
	for {
		var applied string
		err := d.Update(ctx, func(tx *Tx) (err error) {
			applied, err = d.migrateOne(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if applied == "" {
			return nil
		}
		d.log.Info("schema migrated", "to", applied)
	}
}

// CheckSchema tells whether the schema is the one of this program; if not, the error says what to do.
func (d *DB) CheckSchema(ctx context.Context) error {
	return d.View(ctx, func(tx *Tx) error {
		next, err := d.pending(ctx, tx)
		if err != nil {
			return err
		}
		if next != nil {
			return fault.New(fault.Conflict, "this database lacks %s; run anling migrate", next.name)
		}
		return nil
	})
}

func (d *DB) migrateOne(ctx context.Context, tx *Tx) (applied string, err error) {
	if err := d.engine.lockMigrations(ctx, tx); err != nil {
		return "", err
	}
	m, err := d.pending(ctx, tx)
	if err != nil || m == nil {
		return "", err
	}
	if m.name == d.migrations[0].name {
		_, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at BIGINT NOT NULL)`)
		if err != nil {
			return "", fmt.Errorf("make the list of migrations: %w", err)
		}
	}
	if err := d.engine.script(ctx, tx, m.text); err != nil {
		return "", fmt.Errorf("run %s: %w", m.name, Fault(err))
	}
	_, err = tx.Exec(ctx, `INSERT INTO schema_migrations (name, hash, applied_at) VALUES (?, ?, ?)`, m.name, m.hash, Micros(tx.Now()))
	if err != nil {
		return "", fmt.Errorf("record %s: %w", m.name, err)
	}
	return m.name, nil
}

// pending gives the first migration that is not applied, nil when there is none. What is
// applied must be the beginning of our own list, to the byte.
func (d *DB) pending(ctx context.Context, tx *Tx) (*migration, error) {
	applied, err := d.applied(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i, a := range applied {
		if i >= len(d.migrations) {
			return nil, fault.New(fault.Conflict, "this database was made by a newer anling (%s); update the program", a.name)
		}
		if m := d.migrations[i]; m.name != a.name {
			return nil, fault.New(fault.Conflict, "this database was migrated by %s where this program has %s; is it of another version?", a.name, m.name)
		} else if m.hash != a.hash {
			return nil, fault.New(fault.Conflict, "migration %s has changed since this database ran it", m.name)
		}
	}
	if len(applied) == len(d.migrations) {
		return nil, nil
	}
	return &d.migrations[len(applied)], nil
}

func (d *DB) applied(ctx context.Context, tx *Tx) (list []migration, err error) {
	there, err := d.engine.hasTable(ctx, tx, "schema_migrations")
	if err != nil || !there {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT name, hash FROM schema_migrations ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.name, &m.hash); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}
