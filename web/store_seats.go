package web

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/registry"
)

// seatsAt counts the operators of a centre who were heard of since.
func seatsAt(ctx context.Context, tx *db.Tx, centre registry.CentreID, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM sessions JOIN operators ON operators.id = sessions.operator
		WHERE operators.centre = ? AND operators.archived_at IS NULL AND sessions.ends_at > ? AND sessions.seen_at > ?`,
		string(centre), db.Micros(tx.Now()), db.Micros(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the seats of centre %s: %w", centre, err)
	}
	return n, nil
}

// beatSeat notes that a console was heard of, and forgets those of yesterday.
func beatSeat(ctx context.Context, tx *db.Tx, session string, x alerts.Seat) error {
	free := 0
	if x.Free {
		free = 1
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO seats (session, operator, centre, free, beat_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (session) DO UPDATE SET centre = excluded.centre, free = excluded.free, beat_at = excluded.beat_at`,
		session, x.Operator, string(x.Centre), free, db.Micros(x.BeatAt))
	if err != nil {
		return fmt.Errorf("note a beat of the seat of %s: %w", x.Operator, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM seats WHERE beat_at < ?`, db.Micros(x.BeatAt.Add(-48*time.Hour))); err != nil {
		return fmt.Errorf("forget old seats: %w", err)
	}
	return nil
}

// dropSeat closes the console of a session.
func dropSeat(ctx context.Context, tx *db.Tx, session string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM seats WHERE session = ?`, session); err != nil {
		return fmt.Errorf("close the seat of a session: %w", err)
	}
	return nil
}

// turnSeat notes that an alert stands at an operator's seat.
func turnSeat(ctx context.Context, tx *db.Tx, operator string) error {
	if _, err := tx.Exec(ctx, `UPDATE seats SET turn_at = ? WHERE operator = ?`, db.Micros(tx.Now()), operator); err != nil {
		return fmt.Errorf("note the turn of %s: %w", operator, err)
	}
	return nil
}

// listSeats gives the seats of operators who still work here, each operator's newest console once.
func listSeats(ctx context.Context, tx *db.Tx, since time.Time) ([]alerts.Seat, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.operator, s.centre, s.free, s.beat_at, s.turn_at FROM seats s JOIN operators o ON o.id = s.operator
		WHERE s.beat_at >= ? AND o.archived_at IS NULL ORDER BY s.operator, s.beat_at DESC`, db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("list the seats: %w", err)
	}
	defer rows.Close()
	var out []alerts.Seat
	for rows.Next() {
		var x alerts.Seat
		var beat int64
		var turn sql.NullInt64
		if err := rows.Scan(&x.Operator, &x.Centre, &x.Free, &beat, &turn); err != nil {
			return nil, fmt.Errorf("read a seat: %w", err)
		}
		x.BeatAt = db.Time(beat)
		if turn.Valid {
			x.TurnAt = db.Time(turn.Int64)
		}
		if n := len(out); n == 0 || out[n-1].Operator != x.Operator {
			out = append(out, x)
		}
	}
	return out, rows.Err()
}
