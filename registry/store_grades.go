package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"anling/internal/db"
	"anling/internal/fault"
)

// saveGrade keeps the newest grade of somebody with the figures that it rests on.
func saveGrade(ctx context.Context, tx *db.Tx, id string, g Grade) error {
	figures, err := json.Marshal(g.Figures)
	if err != nil {
		return fmt.Errorf("write figures as JSON: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO grades (id, grade, points, since_at, at, figures) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET grade = excluded.grade, points = excluded.points, since_at = excluded.since_at,
			at = excluded.at, figures = excluded.figures`,
		id, g.Grade, g.Points, db.Micros(g.Since), db.Micros(g.At), string(figures))
	if err != nil {
		return fmt.Errorf("write grade of %s: %w", id, err)
	}
	return nil
}

func readGrade(ctx context.Context, tx *db.Tx, id string) (g Grade, err error) {
	var since, at int64
	var figures string
	err = tx.QueryRow(ctx, `SELECT grade, points, since_at, at, figures FROM grades WHERE id = ?`, id).
		Scan(&g.Grade, &g.Points, &since, &at, &figures)
	if err != nil {
		return g, err
	}
	g.Since, g.At = db.Time(since), db.Time(at)
	if err := json.Unmarshal([]byte(figures), &g.Figures); err != nil {
		return g, fault.Wrap(fault.Internal, err, "the figures of %s cannot be read", id)
	}
	return g, nil
}
