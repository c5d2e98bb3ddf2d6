package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// The table and column that cells are authenticated with.
const (
	auditTable = "audit"
	cellColumn = "data"
)

// chain is a row of audit_chains.
type chain struct {
	id          string
	begun, last time.Time
	ended       *time.Time
	length      int64
	head        []byte
	anchored    int64
}

const chainColumns = `id, begun_at, last_at, ended_at, length, head, anchored`

func scanChain(scan func(...any) error) (c chain, err error) {
	var begun, last int64
	var ended sql.NullInt64
	err = scan(&c.id, &begun, &last, &ended, &c.length, &c.head, &c.anchored)
	c.begun, c.last, c.ended = db.Time(begun), db.Time(last), db.NullTime(ended)
	return c, err
}

// findChain gives a chain to add to, locked; one without an id when there is none.
func findChain(ctx context.Context, tx *db.Tx, id string) (chain, error) {
	c, err := scanChain(tx.QueryRow(ctx, `SELECT `+chainColumns+` FROM audit_chains WHERE id = ?`+tx.ForUpdate(), id).Scan)
	if fault.Is(err, fault.NotFound) {
		return chain{}, nil
	}
	return c, err
}

func insertChain(ctx context.Context, tx *db.Tx, c chain) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO audit_chains (id, begun_at, last_at, length, head, anchored)
		VALUES (?, ?, ?, 0, ?, 0)`, c.id, db.Micros(c.begun), db.Micros(c.begun), c.head)
	return err
}

func updateChain(ctx context.Context, tx *db.Tx, c chain) error {
	_, err := tx.Exec(ctx, `UPDATE audit_chains SET length = ?, head = ?, last_at = ? WHERE id = ?`,
		c.length, c.head, db.Micros(c.last), c.id)
	if err != nil {
		return fmt.Errorf("move the end of the audit chain: %w", err)
	}
	return nil
}

func endChain(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE audit_chains SET ended_at = ? WHERE id = ? AND ended_at IS NULL`, db.Micros(tx.Now()), id)
	return err
}

const rowColumns = `chain, seq, at, actor_kind, actor_id, action, resource, resource_id, subject, centre, alert, sealed_by,
	prev, commitment, hash, cell`

// rowsPerInsert keeps the number of different statements small, and of their arguments below every engine's limit.
const (
	rowsPerInsert = 16
	rowWidth      = 16
)

func insertRows(ctx context.Context, tx *db.Tx, rows []Row) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), rowsPerInsert)]
		args := make([]any, 0, len(some)*rowWidth)
		for i := range some {
			r := &some[i]
			args = append(args, r.Chain, r.Seq, db.Micros(r.At), r.Actor.Kind, r.Actor.ID, r.Action, r.Resource, r.ID, r.Subject,
				r.Centre, r.Alert, r.sealedBy, r.prev, r.commitment, r.hash, r.cell)
		}
		values := strings.Repeat(", ("+db.InList(rowWidth)+")", len(some))[2:]
		if _, err := tx.Exec(ctx, `INSERT INTO audit (`+rowColumns+`) VALUES `+values, args...); err != nil {
			return err
		}
		rows = rows[len(some):]
	}
	return nil
}

func scanRow(scan func(...any) error) (r Row, err error) {
	var at int64
	err = db.Fault(scan(&r.Chain, &r.Seq, &at, &r.Actor.Kind, &r.Actor.ID, &r.Action, &r.Resource, &r.ID, &r.Subject, &r.Centre,
		&r.Alert, &r.sealedBy, &r.prev, &r.commitment, &r.hash, &r.cell))
	r.At = db.Time(at)
	return r, err
}

func collect[T any](rows *sql.Rows, read func(func(...any) error) (T, error)) (all []T, err error) {
	defer func() {
		if closing := rows.Close(); err == nil {
			err = db.Fault(closing)
		}
	}()
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, db.Fault(rows.Err())
}

// chainsAfter lists chains in the order of their ids.
func chainsAfter(ctx context.Context, tx *db.Tx, id string, limit int) ([]chain, error) {
	rows, err := tx.Query(ctx, `SELECT `+chainColumns+` FROM audit_chains WHERE id > ? ORDER BY id LIMIT ?`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("list audit chains: %w", err)
	}
	return collect(rows, scanChain)
}

// rowsAfter lists the rows of a chain behind a number.
func rowsAfter(ctx context.Context, tx *db.Tx, chain string, seq int64, limit int) ([]Row, error) {
	rows, err := tx.Query(ctx, `SELECT `+rowColumns+` FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?`, chain, seq, limit)
	if err != nil {
		return nil, fmt.Errorf("list audit rows: %w", err)
	}
	return collect(rows, scanRow)
}

// found gives the rows that meet a condition, newest first.
func found(ctx context.Context, tx *db.Tx, where []string, args []any, limit int) ([]Row, error) {
	query := `SELECT ` + rowColumns + ` FROM audit`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, ` AND `)
	}
	rows, err := tx.Query(ctx, query+` ORDER BY at DESC, chain DESC, seq DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("search the audit log: %w", err)
	}
	return collect(rows, scanRow)
}
