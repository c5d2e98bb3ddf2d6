package alerts

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
)

// recordColumns are those of the table asked, in the order in which they are written and read.
const recordColumns = `alert, person, seq, part, kind, priority, phase, channels, asked_at, hour, travel_s, distance_m, mode,
	position_age_s, others, beyond, answer, answered_at, answer_ms, answered_by, departed_at, arrived_at, withdrawn_at,
	reserved_at, recalled_at, stood_down_at, unreached_at`

const recordWidth = 27

// saveRecords writes what became of people who were asked, many in one statement.
func (s store) saveRecords(ctx context.Context, tx *db.Tx, all []*Record) error {
	for part := range slices.Chunk(all, 16) {
		args := make([]any, 0, recordWidth*len(part))
		for _, r := range part {
			args = append(args, r.values()...)
		}
		row := "(" + strings.TrimSuffix(strings.Repeat("?, ", recordWidth), ", ") + ")"
		_, err := tx.Exec(ctx, `INSERT INTO asked (`+recordColumns+`) VALUES `+row+strings.Repeat(", "+row, len(part)-1)+`
			ON CONFLICT (alert, seq) DO UPDATE SET channels = excluded.channels, answer = excluded.answer,
				answered_at = excluded.answered_at, answer_ms = excluded.answer_ms, answered_by = excluded.answered_by,
				departed_at = excluded.departed_at, arrived_at = excluded.arrived_at, withdrawn_at = excluded.withdrawn_at,
				reserved_at = excluded.reserved_at, recalled_at = excluded.recalled_at,
				stood_down_at = excluded.stood_down_at, unreached_at = excluded.unreached_at`, args...)
		if err != nil {
			return fmt.Errorf("record who was asked: %w", err)
		}
	}
	return nil
}

func (r *Record) values() []any {
	var ms any
	if d, ok := r.Delay(); ok {
		ms = d.Milliseconds()
	}
	return []any{string(r.Alert), r.Person, r.Seq, string(r.Part), r.Kind, r.Priority, r.Phase, joined(r.Channels), db.Micros(r.AskedAt),
		r.Hour, r.TravelS, r.Metres, string(r.Mode), r.PositionAgeS, r.Others, joined(r.Beyond), r.Answer,
		db.NullMicros(r.AnsweredAt), ms, r.AnsweredBy, db.NullMicros(r.DepartedAt), db.NullMicros(r.ArrivedAt),
		db.NullMicros(r.WithdrawnAt), db.NullMicros(r.ReservedAt), db.NullMicros(r.RecalledAt), db.NullMicros(r.StoodDownAt),
		db.NullMicros(r.UnreachedAt)}
}

// records reads records by a condition; it must say in which order.
func (s store) records(ctx context.Context, tx *db.Tx, where string, args ...any) ([]*Record, error) {
	rows, err := tx.Query(ctx, `SELECT `+recordColumns+` FROM asked WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read who was asked: %w", err)
	}
	return scanRecords(rows)
}

// lastColumns are what Known is made of: with many people each column costs.
const lastColumns = `alert, seq, person, asked_at, answer, answered_at, answered_by, departed_at, arrived_at, withdrawn_at, reserved_at, stood_down_at,
	unreached_at`

// lastRecords reads the newest records of several people, at most knownOffers of each, in one query; only what Known is made of.
func (s store) lastRecords(ctx context.Context, tx *db.Tx, people []string) (map[string][]Record, error) {
	out := map[string][]Record{}
	if len(people) == 0 {
		return out, nil
	}
	one := `SELECT ` + lastColumns + ` FROM (SELECT ` + lastColumns + ` FROM asked WHERE person = ? ORDER BY asked_at DESC LIMIT ` +
		strconv.Itoa(knownOffers) + `) AS p`
	args := make([]any, len(people))
	for i, p := range people {
		args[i] = p
	}
	rows, err := tx.Query(ctx, one+strings.Repeat(" UNION ALL "+one, len(people)-1), args...)
	if err != nil {
		return nil, fmt.Errorf("read what is known of %d people: %w", len(people), err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Record
		var asked int64
		var at [7]sql.NullInt64
		err := rows.Scan(&r.Alert, &r.Seq, &r.Person, &asked, &r.Answer, &at[0], &r.AnsweredBy, &at[1], &at[2], &at[3], &at[4], &at[5], &at[6])
		if err != nil {
			return nil, fmt.Errorf("read what is known of people: %w", err)
		}
		r.AskedAt = db.Time(asked)
		instants(at[:], &r.AnsweredAt, &r.DepartedAt, &r.ArrivedAt, &r.WithdrawnAt, &r.ReservedAt, &r.StoodDownAt, &r.UnreachedAt)
		out[r.Person] = append(out[r.Person], r)
	}
	return out, rows.Err()
}

// instants sets the times that a row has.
func instants(at []sql.NullInt64, into ...**time.Time) {
	for i := range into {
		if at[i].Valid {
			t := db.Time(at[i].Int64)
			*into[i] = &t
		}
	}
}

func scanRecords(rows *sql.Rows) ([]*Record, error) {
	defer rows.Close()
	var out []*Record
	for rows.Next() {
		var r Record
		var asked int64
		var age, ms sql.NullInt64
		var channels, beyond string
		var at [8]sql.NullInt64
		err := rows.Scan(&r.Alert, &r.Person, &r.Seq, &r.Part, &r.Kind, &r.Priority, &r.Phase, &channels, &asked, &r.Hour, &r.TravelS,
			&r.Metres, &r.Mode, &age, &r.Others, &beyond, &r.Answer, &at[0], &ms, &r.AnsweredBy, &at[1], &at[2], &at[3], &at[4],
			&at[5], &at[6], &at[7])
		if err != nil {
			return nil, fmt.Errorf("read who was asked: %w", err)
		}
		r.AskedAt, r.Channels, r.Beyond = db.Time(asked), parted(channels), parted(beyond)
		if age.Valid {
			n := int(age.Int64)
			r.PositionAgeS = &n
		}
		instants(at[:], &r.AnsweredAt, &r.DepartedAt, &r.ArrivedAt, &r.WithdrawnAt, &r.ReservedAt, &r.RecalledAt, &r.StoodDownAt, &r.UnreachedAt)
		out = append(out, &r)
	}
	return out, rows.Err()
}

// dropRecords deletes the records of an alert.
func (s store) dropRecords(ctx context.Context, tx *db.Tx, id AlertID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM asked WHERE alert = ?`, string(id)); err != nil {
		return fmt.Errorf("delete who was asked in alert %s: %w", id, err)
	}
	return nil
}

// dropContacts deletes the records of the elder's own people; those of helpers say nothing of the elder.
func (s store) dropContacts(ctx context.Context, tx *db.Tx, id AlertID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM asked WHERE alert = ? AND part = ?`, string(id), string(PartContact)); err != nil {
		return fmt.Errorf("delete which contacts were told in alert %s: %w", id, err)
	}
	return nil
}
