package alerts

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// newestPlans reads the newest version of each plan that is in use: a version without a text is its withdrawal.
func (s store) newestPlans(ctx context.Context, tx *db.Tx) ([]PlanDoc, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.id, p.version, p.centre, p.body, p.author, p.created_at FROM plans p
		WHERE p.version = (SELECT MAX(q.version) FROM plans q WHERE q.id = p.id) AND p.body <> '' ORDER BY p.id`)
	if err != nil {
		return nil, fmt.Errorf("list plans: %w", err)
	}
	defer rows.Close()
	var docs []PlanDoc
	for rows.Next() {
		var d PlanDoc
		var at int64
		if err := rows.Scan(&d.ID, &d.Version, &d.Centre, &d.Body, &d.Author, &at); err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		d.At = db.Time(at)
		docs = append(docs, d)
	}
	return docs, rows.Err()
}

// addPlan stores the next version of a plan and gives its number.
func (s store) addPlan(ctx context.Context, tx *db.Tx, d PlanDoc) (version int, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO plans (id, version, centre, body, author, created_at)
		VALUES (?, (SELECT COALESCE(MAX(version), 0) + 1 FROM plans WHERE id = ?), ?, ?, ?, ?) RETURNING version`,
		d.ID, d.ID, string(d.Centre), d.Body, d.Author, db.Micros(tx.Now())).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("store plan %s: %w", d.ID, err)
	}
	return version, nil
}

// seedPlan stores a built-in plan unless it stands there already, or a centre has written its own.
func (s store) seedPlan(ctx context.Context, tx *db.Tx, d PlanDoc) error {
	known, err := s.newestPlans(ctx, tx)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.ID == d.ID && (k.Body == d.Body || k.Author != builtInAuthor) {
			return nil
		}
	}
	_, err = s.addPlan(ctx, tx, d)
	return err
}

// planBody reads the text of one version of a plan.
func planBody(ctx context.Context, tx *db.Tx, id string, version int) (string, error) {
	var body string
	if err := tx.QueryRow(ctx, `SELECT body FROM plans WHERE id = ? AND version = ?`, id, version).Scan(&body); err != nil {
		return "", fmt.Errorf("read plan %s version %d: %w", id, version, err)
	}
	return body, nil
}

// countPlans counts the stored versions of all plans: each one that is written makes it one more.
func (s store) countPlans(ctx context.Context, tx *db.Tx) (n int, err error) {
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM plans`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count plans: %w", err)
	}
	return n, nil
}

// planVersions reads who wrote each version of a plan, and when, newest first.
func (s store) planVersions(ctx context.Context, tx *db.Tx, id string) ([]PlanDoc, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, version, centre, body, author, created_at FROM plans
		WHERE id = ? ORDER BY version DESC LIMIT ?`, id, mostVersions)
	if err != nil {
		return nil, fmt.Errorf("list versions of plan %s: %w", id, err)
	}
	defer rows.Close()
	var docs []PlanDoc
	for rows.Next() {
		var d PlanDoc
		var at int64
		if err := rows.Scan(&d.ID, &d.Version, &d.Centre, &d.Body, &d.Author, &at); err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		d.At = db.Time(at)
		docs = append(docs, d)
	}
	return docs, rows.Err()
}
