package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// subject is whose key seals a hook's address and secrets.
func subject(id string) string { return "webhook:" + id }

const hookColumns = `id, centre, name, host, kinds, state, failing_at, code, created_at`

func (hs *Hooks) insert(ctx context.Context, tx *db.Tx, h Hook, held secrets) error {
	key, err := hs.o.Vault.Key(ctx, tx, subject(h.ID))
	if err != nil {
		return fmt.Errorf("key for webhook %s: %w", h.ID, err)
	}
	cell, err := key.SealJSON("webhooks", "cell", h.ID, held)
	if err != nil {
		return fmt.Errorf("seal webhook %s: %w", h.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhooks (`+hookColumns+`, cell) VALUES (`+db.InList(10)+`)`,
		h.ID, h.Centre, h.Name, h.Host, strings.Join(h.Kinds, ","), string(h.State), 0, h.Code, db.Micros(h.MadeAt), cell)
	return err
}

func scanHook(row interface{ Scan(...any) error }) (h Hook, err error) {
	var kinds string
	var failing, made int64
	if err := row.Scan(&h.ID, &h.Centre, &h.Name, &h.Host, &kinds, &h.State, &failing, &h.Code, &made); err != nil {
		return Hook{}, err
	}
	h.Kinds = []string{}
	if kinds != "" {
		h.Kinds = strings.Split(kinds, ",")
	}
	if failing != 0 {
		h.Failing = db.Time(failing)
	}
	h.MadeAt = db.Time(made)
	return h, nil
}

func (hs *Hooks) list(ctx context.Context, tx *db.Tx) (all []Hook, err error) {
	rows, err := tx.Query(ctx, `SELECT `+hookColumns+` FROM webhooks ORDER BY id LIMIT 1000`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		h, err := scanHook(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, rows.Err()
}

func (hs *Hooks) get(ctx context.Context, tx *db.Tx, id string) (Hook, error) {
	h, err := scanHook(tx.QueryRow(ctx, `SELECT `+hookColumns+` FROM webhooks WHERE id = ?`, id))
	if fault.Is(db.Fault(err), fault.NotFound) || errors.Is(err, sql.ErrNoRows) {
		return Hook{}, fault.New(fault.NotFound, "there is no such webhook")
	}
	return h, err
}

func (hs *Hooks) open(ctx context.Context, tx *db.Tx, id string) (held secrets, err error) {
	var cell []byte
	if err := tx.QueryRow(ctx, `SELECT cell FROM webhooks WHERE id = ?`, id).Scan(&cell); err != nil {
		return secrets{}, err
	}
	key, err := hs.o.Vault.Existing(ctx, tx, subject(id))
	if err != nil {
		return secrets{}, err
	}
	return held, key.OpenJSON("webhooks", "cell", id, cell, &held)
}

func (hs *Hooks) setSecrets(ctx context.Context, tx *db.Tx, id string, held secrets) error {
	key, err := hs.o.Vault.Key(ctx, tx, subject(id))
	if err != nil {
		return err
	}
	cell, err := key.SealJSON("webhooks", "cell", id, held)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE webhooks SET cell = ? WHERE id = ?`, cell, id)
	return err
}

func (hs *Hooks) setState(ctx context.Context, tx *db.Tx, h Hook) error {
	_, err := tx.Exec(ctx, `UPDATE webhooks SET state = ?, failing_at = ?, code = ? WHERE id = ?`, string(h.State), instant(h.Failing), h.Code, h.ID)
	return err
}

func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func (hs *Hooks) remove(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM webhook_deliveries WHERE hook = ?`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM webhooks WHERE id = ?`, id)
	return err
}

// position gives how far the events have been fed, and keeps it from other nodes until the transaction ends.
func (hs *Hooks) position(ctx context.Context, tx *db.Tx, newest int64) (at int64, err error) {
	_, err = tx.Exec(ctx, `INSERT INTO webhook_position (name, global) VALUES ('alerts', ?) ON CONFLICT (name) DO NOTHING`, newest)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT global FROM webhook_position WHERE name = 'alerts'`+tx.ForUpdate()).Scan(&at)
	return at, err
}

func (hs *Hooks) setPosition(ctx context.Context, tx *db.Tx, at int64) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_position SET global = ? WHERE name = 'alerts'`, at)
	return err
}

func (hs *Hooks) enqueue(ctx context.Context, tx *db.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO webhook_deliveries (id, hook, kind, body, attempts, pending, code, due_at, leased_at, generation, created_at)
		VALUES (`+db.InList(11)+`)`,
		d.ID, d.Hook, d.Kind, string(d.Body), 0, true, "", db.Micros(d.MadeAt), 0, 0, db.Micros(d.MadeAt))
	return err
}

const deliveryColumns = `id, hook, kind, body, attempts, pending, code, due_at, generation, created_at`

func (hs *Hooks) query(ctx context.Context, tx *db.Tx, where string, args ...any) (all []Delivery, err error) {
	rows, err := tx.Query(ctx, `SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Delivery
		var body string
		var due, made int64
		if err := rows.Scan(&d.ID, &d.Hook, &d.Kind, &body, &d.Attempts, &d.Pending, &d.Code, &due, &d.generation, &made); err != nil {
			return nil, err
		}
		d.Body, d.DueAt, d.MadeAt = []byte(body), db.Time(due), db.Time(made)
		all = append(all, d)
	}
	return all, rows.Err()
}

func (hs *Hooks) deliveries(ctx context.Context, tx *db.Tx, hook string, limit int) ([]Delivery, error) {
	return hs.query(ctx, tx, `hook = ? ORDER BY id DESC LIMIT ?`, hook, limit)
}

// claim takes what is due under a lease.
func (hs *Hooks) claim(ctx context.Context, tx *db.Tx) (due []Delivery, err error) {
	now, err := tx.LeaseNow(ctx)
	if err != nil {
		return nil, err
	}
	due, err = hs.query(ctx, tx, `pending AND due_at <= ? AND leased_at <= ? ORDER BY due_at, id LIMIT ?`+tx.SkipLocked(),
		db.Micros(tx.Now()), db.Micros(now), atOnce)
	if err != nil {
		return nil, err
	}
	for i := range due {
		due[i].generation++
		due[i].Attempts++
		_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET leased_at = ?, generation = ?, attempts = ? WHERE id = ?`,
			db.Micros(now.Add(leaseTime)), due[i].generation, due[i].Attempts, due[i].ID)
		if err != nil {
			return nil, err
		}
	}
	return due, nil
}

// soonest tells when the next delivery is due; zero when none waits.
func (hs *Hooks) soonest(ctx context.Context, tx *db.Tx) (next time.Time, err error) {
	var at sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT MIN(due_at) FROM webhook_deliveries WHERE pending`).Scan(&at)
	if at.Valid {
		next = db.Time(at.Int64)
	}
	return next, err
}

// finish writes how a try ended, if the lease is still this one's.
func (hs *Hooks) finish(ctx context.Context, tx *db.Tx, d Delivery) (ours bool, err error) {
	res, err := tx.Exec(ctx, `
		UPDATE webhook_deliveries SET pending = ?, code = ?, due_at = ?, leased_at = 0
		WHERE id = ? AND generation = ?`, d.Pending, d.Code, db.Micros(d.DueAt), d.ID, d.generation)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// forget deletes what was told, or given up, before a moment.
func (hs *Hooks) forget(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM webhook_deliveries WHERE NOT pending AND created_at < ?`, db.Micros(before))
	return err
}
