package alerts

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// callNext takes those people of an outage whom a machine calls next, the most fragile first, and counts the call. Who has an alarm open is
// not called: somebody sees to them already, and at the side of a silent alarm nothing may ring.
func (s store) callNext(ctx context.Context, tx *db.Tx, id AlertID, line *Step) (*roll, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.elder, p.asked FROM outage_people p
		WHERE p.alert = ? AND p.state = 'unchecked' AND p.asked < ? AND (p.asked_at IS NULL OR p.asked = 0 OR p.asked_at <= ?)
			AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.elder = p.elder AND a.ended_at IS NULL AND a.priority < 3)
		ORDER BY p.fragility DESC, p.elder DESC LIMIT `+strconv.Itoa(line.People),
		string(id), line.Tries, db.Micros(tx.Now().Add(-askAgainAfter)))
	if err != nil {
		return nil, fmt.Errorf("look who of outage %s is called next: %w", id, err)
	}
	out := &roll{}
	if out.all, err = scanRoll(rows); err != nil {
		return nil, fmt.Errorf("read who of outage %s is called next: %w", id, err)
	}
	if len(out.all) > 0 {
		elders := make([]registry.ElderID, len(out.all))
		for i, who := range out.all {
			elders[i] = who.elder
		}
		_, err = tx.Exec(ctx, `UPDATE outage_people SET asked = asked + 1, asked_at = ? WHERE alert = ? AND elder IN (`+db.InList(len(elders))+`)`,
			append([]any{db.Micros(tx.Now()), string(id)}, texts(elders)...)...)
		if err != nil {
			return nil, fmt.Errorf("count the calls of outage %s: %w", id, err)
		}
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM outage_people WHERE alert = ? AND state = 'unchecked' AND asked < ?)`,
		string(id), line.Tries).Scan(&out.left)
	if err != nil {
		return nil, fmt.Errorf("look whether outage %s has more to call: %w", id, err)
	}
	return out, nil
}

func scanRoll(rows *sql.Rows) (out []listedOne, err error) {
	defer rows.Close()
	for rows.Next() {
		var who listedOne
		if err := rows.Scan(&who.elder, &who.times); err != nil {
			return nil, err
		}
		out = append(out, who)
	}
	return out, db.Fault(rows.Err())
}

// silentFirst puts somebody at the head of the list of an outage, once, and lets the machine call them again.
func (s store) silentFirst(ctx context.Context, tx *db.Tx, id AlertID, elder registry.ElderID) error {
	_, err := tx.Exec(ctx, `
		UPDATE outage_people SET fragility = CASE WHEN fragility < ? THEN fragility + ? ELSE fragility END WHERE alert = ? AND elder = ?`,
		silentFirst, silentFirst, string(id), string(elder))
	if err != nil {
		return fmt.Errorf("put a silent line of outage %s first: %w", id, err)
	}
	return nil
}

// calledLately gives whom the machine has called since a time.
func (s store) calledLately(ctx context.Context, tx *db.Tx, id AlertID, since time.Time) (out []string, err error) {
	rows, err := tx.Query(ctx, `SELECT elder FROM outage_people WHERE alert = ? AND asked > 0 AND asked_at > ?`, string(id), db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("look who was called in outage %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var elder string
		if err := rows.Scan(&elder); err != nil {
			return nil, fmt.Errorf("read who was called in outage %s: %w", id, err)
		}
		out = append(out, elder)
	}
	return out, db.Fault(rows.Err())
}
