package registry

import (
	"context"
	"fmt"
	"strings"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/db"
)

const closureColumns = `id, centre, lat, lon, name, modes, reason, at, until_at, ended_at`

func scanClosure(scan func(...any) error) (c Closure, err error) {
	var at, until int64
	var modes string
	err = db.Fault(scan(&c.ID, &c.Centre, &c.Point[1], &c.Point[0], &c.Name, &modes, &c.Reason, &at, &until, microsInto{&c.EndedAt}))
	c.At, c.Until, c.Modes = db.Time(at), db.Time(until), []geo.Mode{}
	for _, m := range strings.Fields(modes) {
		c.Modes = append(c.Modes, geo.Mode(m))
	}
	return c, err
}

func insertClosure(ctx context.Context, tx *db.Tx, c Closure, by audit.Actor) error {
	var modes []string
	for _, m := range c.Modes {
		modes = append(modes, string(m))
	}
	_, err := tx.Exec(ctx, `INSERT INTO closures (`+closureColumns+`, by_kind, by_id) VALUES (`+db.InList(12)+`)`,
		c.ID, c.Centre, c.Point.Lat(), c.Point.Lon(), c.Name, strings.Join(modes, " "), c.Reason, db.Micros(c.At), db.Micros(c.Until), db.NullMicros(c.EndedAt),
		by.Kind, by.ID)
	if err != nil {
		return fmt.Errorf("insert closed road: %w", err)
	}
	return nil
}

func findClosure(ctx context.Context, tx *db.Tx, id string) (Closure, error) {
	return scanClosure(tx.QueryRow(ctx, `SELECT `+closureColumns+` FROM closures WHERE id = ?`, id).Scan)
}

func endClosure(ctx context.Context, tx *db.Tx, c Closure) error {
	if _, err := tx.Exec(ctx, `UPDATE closures SET ended_at = ? WHERE id = ?`, db.NullMicros(c.EndedAt), c.ID); err != nil {
		return fmt.Errorf("open closed road: %w", err)
	}
	return nil
}

func listClosures(ctx context.Context, tx *db.Tx) ([]Closure, error) {
	rows, err := tx.Query(ctx, `SELECT `+closureColumns+` FROM closures WHERE ended_at IS NULL AND until_at > ? ORDER BY id DESC`, db.Micros(tx.Now()))
	if err != nil {
		return nil, fmt.Errorf("list closed roads: %w", err)
	}
	return collect(rows, func() (Closure, error) { return scanClosure(rows.Scan) })
}
