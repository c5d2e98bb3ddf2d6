package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"anling/internal/db"
)

// requestRow is a request as it lies in its table.
type requestRow struct {
	PrivacyRequest
	cell []byte
}

const requestColumns = `id, centre, elder, kind, created_at, due_at, done_at, version, cell`

func scanRequest(scan func(...any) error) (q requestRow, err error) {
	var created, due int64
	err = db.Fault(scan(&q.ID, &q.Centre, &q.Elder, &q.Kind, &created, &due, microsInto{&q.DoneAt}, &q.Version, &q.cell))
	q.CreatedAt, q.DueAt = db.Time(created), db.Time(due)
	return q, err
}

func putRequest(ctx context.Context, tx *db.Tx, q PrivacyRequest, cell []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO privacy_requests (`+requestColumns+`) VALUES (`+db.InList(9)+`)
		ON CONFLICT (id) DO UPDATE SET done_at = excluded.done_at, version = excluded.version, cell = excluded.cell`,
		q.ID, q.Centre, q.Elder, q.Kind, db.Micros(q.CreatedAt), db.Micros(q.DueAt), db.NullMicros(q.DoneAt), q.Version, cell)
	if err != nil {
		return fmt.Errorf("write request %s: %w", q.ID, err)
	}
	return nil
}

func findRequest(ctx context.Context, tx *db.Tx, id string) (requestRow, error) {
	return scanRequest(tx.QueryRow(ctx, `SELECT `+requestColumns+` FROM privacy_requests WHERE id = ?`, id).Scan)
}

func listRequests(ctx context.Context, tx *db.Tx, scope Scope, open bool) ([]requestRow, error) {
	var c condition
	c.and("1 = 1")
	if open {
		c.and("done_at IS NULL")
	}
	if !scope.All() {
		c.and("centre IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
	}
	rows, err := tx.Query(ctx, `SELECT `+requestColumns+` FROM privacy_requests WHERE `+strings.Join(c.where, " AND ")+
		` ORDER BY due_at, id LIMIT `+strconv.Itoa(maxLimit), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return collect(rows, func() (requestRow, error) { return scanRequest(rows.Scan) })
}
