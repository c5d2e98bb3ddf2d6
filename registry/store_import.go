package registry

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// stagedRow is an import as it lies in its table.
type stagedRow struct {
	id, kind, state  string
	centre           CentreID
	actor            audit.Actor
	created, updated time.Time
	lease, atLine    int64
	total            int
	report           Report // counts only
	refused          int
	cell             []byte
}

const importColumns = `id, kind, centre, actor_kind, actor_id, state, created_at, updated_at, lease, at_line, total,
	created, changed, unchanged, skipped, refused, record`

func scanImport(scan func(...any) error) (r stagedRow, err error) {
	var created, updated int64
	err = db.Fault(scan(&r.id, &r.kind, &r.centre, &r.actor.Kind, &r.actor.ID, &r.state, &created, &updated, &r.lease, &r.atLine, &r.total,
		&r.report.Created, &r.report.Changed, &r.report.Unchanged, &r.report.Skipped, &r.refused, &r.cell))
	r.created, r.updated = db.Time(created), db.Time(updated)
	return r, err
}

func insertImport(ctx context.Context, tx *db.Tx, r stagedRow) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO imports (id, kind, centre, actor_kind, actor_id, state, created_at, updated_at, expires_at, lease, lease_until,
			at_line, total, created, changed, unchanged, skipped, refused, record)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?)`,
		r.id, r.kind, r.centre, r.actor.Kind, r.actor.ID, r.state, db.Micros(tx.Now()), db.Micros(tx.Now()),
		db.Micros(tx.Now().Add(importKept)), r.cell)
	if err != nil {
		return fmt.Errorf("write import %s: %w", r.id, err)
	}
	return nil
}

func importBy(ctx context.Context, tx *db.Tx, id string) (stagedRow, error) {
	return scanImport(tx.QueryRow(ctx, `SELECT `+importColumns+` FROM imports WHERE id = ?`, id).Scan)
}

// importsOf gives those of somebody, newest first.
func importsOf(ctx context.Context, tx *db.Tx, who audit.Actor) ([]stagedRow, error) {
	rows, err := tx.Query(ctx, `SELECT `+importColumns+` FROM imports WHERE actor_kind = ? AND actor_id = ?
		ORDER BY id DESC LIMIT 100`, who.Kind, who.ID)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return collect(rows, func() (stagedRow, error) { return scanImport(rows.Scan) })
}

// setImport writes what somebody says about an import, when it is in one of two states; Conflict when it is in another.
func setImport(ctx context.Context, tx *db.Tx, r stagedRow, from ...string) error {
	res, err := tx.Exec(ctx, `
		UPDATE imports SET state = ?, updated_at = ?, record = ?, lease_until = 0, at_line = 0, total = 0,
			created = 0, changed = 0, unchanged = 0, skipped = 0, refused = 0
		WHERE id = ? AND state IN (`+db.InList(len(from))+`)`,
		append([]any{r.state, db.Micros(tx.Now()), r.cell, r.id}, anys(from)...)...)
	return changedOne(res, err, "the import is being worked on, or is done")
}

func changedOne(res sql.Result, err error, otherwise string) error {
	if err != nil {
		return fmt.Errorf("write the import: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("write the import: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "%s", otherwise)
	}
	return nil
}

// claimImport takes an import that waits, or whose worker has died; NotFound when there is none.
func claimImport(ctx context.Context, tx *db.Tx, now, until time.Time) (stagedRow, error) {
	return scanImport(tx.QueryRow(ctx, `
		UPDATE imports SET lease = lease + 1, lease_until = ?
		WHERE id = (SELECT id FROM imports WHERE state IN ('checking', 'running') AND lease_until < ? ORDER BY id LIMIT 1`+tx.ForUpdate()+`)
		RETURNING `+importColumns, db.Micros(until), db.Micros(now)).Scan)
}

// keepImport adds what was done to the counts, as long as the lease holds.
func keepImport(ctx context.Context, tx *db.Tx, r stagedRow, until time.Time) error {
	res, err := tx.Exec(ctx, `
		UPDATE imports SET at_line = ?, total = ?, created = created + ?, changed = changed + ?, unchanged = unchanged + ?,
			skipped = skipped + ?, refused = refused + ?, updated_at = ?, lease_until = ?
		WHERE id = ? AND lease = ?`, r.atLine, r.total, r.report.Created, r.report.Changed, r.report.Unchanged, r.report.Skipped, r.refused,
		db.Micros(tx.Now()), db.Micros(until), r.id, r.lease)
	return changedOne(res, err, "another node works on this import now")
}

// endImport writes how an import ended.
func endImport(ctx context.Context, tx *db.Tx, r stagedRow) error {
	res, err := tx.Exec(ctx, `UPDATE imports SET state = ?, record = ?, updated_at = ?, lease_until = 0 WHERE id = ? AND lease = ?`,
		r.state, r.cell, db.Micros(tx.Now()), r.id, r.lease)
	return changedOne(res, err, "another node works on this import now")
}

func insertPart(ctx context.Context, tx *db.Tx, id string, n int, part []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO import_parts (import, n, part) VALUES (?, ?, ?)`, id, n, part)
	return err
}

// partOfImport is NotFound behind the last one.
func partOfImport(ctx context.Context, tx *db.Tx, id string, n int) (part []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT part FROM import_parts WHERE import = ? AND n = ?`, id, n).Scan(&part)
	return part, err
}

func insertRefused(ctx context.Context, tx *db.Tx, id string, line int, cell []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO import_refused (import, line, cell) VALUES (?, ?, ?)
		ON CONFLICT (import, line) DO UPDATE SET cell = excluded.cell`, id, line, cell)
	return err
}

// refusedOf gives refused rows behind a line.
func refusedOf(ctx context.Context, tx *db.Tx, id string, after, limit int) (cells [][]byte, lines []int, err error) {
	rows, err := tx.Query(ctx, `SELECT line, cell FROM import_refused WHERE import = ? AND line > ? ORDER BY line LIMIT ?`, id, after, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("list refused rows: %w", err)
	}
	cells, err = collect(rows, func() (cell []byte, err error) {
		var n int
		err = db.Fault(rows.Scan(&n, &cell))
		lines = append(lines, n)
		return cell, err
	})
	return cells, lines, err
}

func clearRefused(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM import_refused WHERE import = ?`, id)
	return err
}

// expiredImports gives those whose time is over.
func expiredImports(ctx context.Context, tx *db.Tx, now time.Time) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM imports WHERE expires_at < ? AND state NOT IN ('checking', 'running') ORDER BY id LIMIT 20`, db.Micros(now))
	if err != nil {
		return nil, fmt.Errorf("list imports that are over: %w", err)
	}
	return collect(rows, func() (id string, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
}

func deleteImport(ctx context.Context, tx *db.Tx, id string) error {
	for _, from := range []string{`import_parts WHERE import = ?`, `import_refused WHERE import = ?`, `imports WHERE id = ?`} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+from, id); err != nil {
			return fmt.Errorf("delete import %s: %w", id, err)
		}
	}
	return nil
}

func mappingOf(ctx context.Context, tx *db.Tx, centre CentreID, kind string) (text string, err error) {
	err = tx.QueryRow(ctx, `SELECT mapping FROM import_mappings WHERE centre = ? AND kind = ?`, centre, kind).Scan(&text)
	return text, err
}

//house:parameters the row of a table
func setMapping(ctx context.Context, tx *db.Tx, centre CentreID, kind string, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO import_mappings (centre, kind, mapping) VALUES (?, ?, ?)
		ON CONFLICT (centre, kind) DO UPDATE SET mapping = excluded.mapping`, centre, kind, text)
	return err
}
