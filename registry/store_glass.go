package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
)

// glassRow is an emergency access as it lies in its table.
type glassRow struct {
	BreakGlass
	cell []byte
}

const glassColumns = `id, elder, centre, operator, session, at, until_at, ended_at, verdict, reviewed_by, reviewed_at, cell`

func scanGlass(scan func(...any) error) (g glassRow, err error) {
	var at, until int64
	err = db.Fault(scan(&g.ID, &g.Elder, &g.Centre, &g.Operator, &g.session, &at, &until, microsInto{&g.EndedAt},
		&g.Verdict, &g.ReviewedBy, microsInto{&g.ReviewedAt}, &g.cell))
	g.At, g.Until = db.Time(at), db.Time(until)
	return g, err
}

func insertGlass(ctx context.Context, tx *db.Tx, g BreakGlass, cell []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO break_glass (`+glassColumns+`) VALUES (`+db.InList(12)+`)`,
		g.ID, g.Elder, g.Centre, g.Operator, g.session, db.Micros(g.At), db.Micros(g.Until), db.NullMicros(g.EndedAt),
		g.Verdict, g.ReviewedBy, db.NullMicros(g.ReviewedAt), cell)
	if err != nil {
		return fmt.Errorf("insert emergency access: %w", err)
	}
	return nil
}

func findGlass(ctx context.Context, tx *db.Tx, id string) (glassRow, error) {
	return scanGlass(tx.QueryRow(ctx, `SELECT `+glassColumns+` FROM break_glass WHERE id = ?`, id).Scan)
}

// glassOpenIn finds the one that holds for an elder in a session; NotFound when none does.
func glassOpenIn(ctx context.Context, tx *db.Tx, session string, elder ElderID) (id string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id FROM break_glass WHERE session = ? AND ended_at IS NULL AND elder = ? AND until_at > ?`,
		session, elder, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

func listGlass(ctx context.Context, tx *db.Tx, scope Scope, q GlassQuery) ([]glassRow, error) {
	var c condition
	c.and("1 = 1")
	if !scope.All() {
		c.and("centre IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
	}
	if q.Operator != "" {
		c.equal("operator", q.Operator)
	}
	if q.Elder != "" {
		c.equal("elder", q.Elder)
	}
	if q.After != "" {
		c.and("id < ?", q.After)
	}
	now := db.Micros(tx.Now())
	switch q.State {
	case GlassOpen:
		c.and("ended_at IS NULL AND until_at > ?", now)
	case GlassEnded:
		c.and("reviewed_at IS NULL AND (ended_at IS NOT NULL OR until_at <= ?)", now)
	case GlassReviewed:
		c.and("reviewed_at IS NOT NULL")
	}
	rows, err := tx.Query(ctx, `SELECT `+glassColumns+` FROM break_glass WHERE `+strings.Join(c.where, " AND ")+
		` ORDER BY id DESC LIMIT `+strconv.Itoa(Query{Limit: q.Limit}.limit()), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list emergency accesses: %w", err)
	}
	return collect(rows, func() (glassRow, error) { return scanGlass(rows.Scan) })
}

func countGlassWaiting(ctx context.Context, tx *db.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM break_glass WHERE reviewed_at IS NULL AND (ended_at IS NOT NULL OR until_at <= ?)`, db.Micros(tx.Now())).Scan(&n)
	return n, err
}

// glasses selects emergency accesses.
type glasses struct {
	where string
	args  []any
}

func glassWith(column, value string) glasses {
	return glasses{where: column + " = ?", args: []any{value}}
}

func glassOver(now time.Time) glasses {
	return glasses{where: "until_at <= ?", args: []any{db.Micros(now)}}
}

func glassIsOver(ctx context.Context, tx *db.Tx) (yes bool, err error) {
	over := glassOver(tx.Now())
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM break_glass WHERE ended_at IS NULL AND `+over.where+`)`, over.args...).Scan(&yes)
	return yes, err
}

// endGlass ends those that are selected and not ended yet: now, or when their time was over.
func endGlass(ctx context.Context, tx *db.Tx, which glasses) ([]glassRow, error) {
	now := db.Micros(tx.Now())
	rows, err := tx.Query(ctx, `
		UPDATE break_glass SET ended_at = CASE WHEN until_at < ? THEN until_at ELSE ? END
		WHERE ended_at IS NULL AND `+which.where+` RETURNING `+glassColumns, append([]any{now, now}, which.args...)...)
	if err != nil {
		return nil, fmt.Errorf("end emergency accesses: %w", err)
	}
	return collect(rows, func() (glassRow, error) { return scanGlass(rows.Scan) })
}

// reviewGlass writes what was found. Without a cell what was sealed before stays.
func reviewGlass(ctx context.Context, tx *db.Tx, g BreakGlass, cell []byte) error {
	_, err := tx.Exec(ctx, `UPDATE break_glass SET verdict = ?, reviewed_by = ?, reviewed_at = ? WHERE id = ?`,
		g.Verdict, g.ReviewedBy, db.NullMicros(g.ReviewedAt), g.ID)
	if err == nil && cell != nil {
		_, err = tx.Exec(ctx, `UPDATE break_glass SET cell = ? WHERE id = ?`, cell, g.ID)
	}
	if err != nil {
		return fmt.Errorf("write the review of emergency access %s: %w", g.ID, err)
	}
	return nil
}
