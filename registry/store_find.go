package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"anling/internal/db"
)

// seen is a record as a look at what has changed sees it.
type seen struct {
	stamp
	version int64
}

// stampsSince gives what has changed behind a place in the order of changes, oldest change first, without the records.
func (s store[T, P]) stampsSince(ctx context.Context, tx *db.Tx, from stamp, limit int) ([]seen, error) {
	rows, err := tx.Query(ctx, `SELECT updated_at, id, version FROM `+s.table+` WHERE (updated_at, id) > (?, ?)
		ORDER BY updated_at, id LIMIT ?`, from.at, from.id, limit)
	if err != nil {
		return nil, fmt.Errorf("list changes of %s: %w", s.table, err)
	}
	return collect(rows, func() (v seen, err error) {
		err = db.Fault(rows.Scan(&v.at, &v.id, &v.version))
		return v, err
	})
}

// byIDs gives rows in no order.
func (s store[T, P]) byIDs(ctx context.Context, tx *db.Tx, ids []string) ([]row[T], error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+s.columns+` FROM `+s.table+` WHERE id IN (`+db.InList(len(ids))+`)`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.table, err)
	}
	return collect(rows, func() (row[T], error) { return s.scan(rows.Scan) })
}

// count counts the rows that meet a condition, and stops at a number.
func (s store[T, P]) count(ctx context.Context, tx *db.Tx, c condition, most int) (n int, err error) {
	where := ""
	if len(c.where) > 0 {
		where = " WHERE " + strings.Join(c.where, " AND ")
	}
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+s.table+where+` LIMIT `+strconv.Itoa(most)+`) AS counted`, c.args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", s.table, err)
	}
	return n, nil
}
