package notify

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// which are messages that are to be taken back: a condition on their table, and its arguments.
type which struct {
	where string
	args  []any
}

// ofAlert are those of an alert to these persons, or to all when none is named.
func ofAlert(alert string, persons []string) which {
	w := which{`alert = ?`, []any{alert}}
	if len(persons) > 0 {
		w.where += ` AND person IN (` + db.InList(len(persons)) + `)`
		w.args = append(w.args, texts(persons)...)
	}
	return w
}

// toElders are those to these elders, whatever they are about. They are found by whose key they are sealed under, which is an elder's.
func toElders(elders []string) which {
	in := db.InList(len(elders))
	return which{`subject IN (` + in + `) AND person IN (` + in + `)`, append(texts(elders), texts(elders)...)}
}

func texts(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}

// ringing lists the calls that ring.
func (store) ringing(ctx context.Context, tx *db.Tx, w which) ([]ringing, error) {
	rows, err := tx.Query(ctx, `SELECT provider, ref FROM messages WHERE `+w.where+` AND channel = ? AND status IN (?, ?) AND ref <> ''`,
		append(w.args[:len(w.args):len(w.args)], string(Voice), string(StatusSent), string(StatusRinging))...)
	if err != nil {
		return nil, fmt.Errorf("list ringing calls: %w", err)
	}
	defer rows.Close()
	var calls []ringing
	for rows.Next() {
		var c ringing
		if err := rows.Scan(&c.provider, &c.ref); err != nil {
			return nil, fmt.Errorf("read ringing call: %w", err)
		}
		calls = append(calls, c)
	}
	return calls, db.Fault(rows.Err())
}

func (store) cancel(ctx context.Context, tx *db.Tx, w which) error {
	args := append([]any{string(StatusCancelled), db.Micros(tx.Now())}, w.args...)
	_, err := tx.Exec(ctx, `
		UPDATE messages
		SET status = ?,
		    status_at = ?,
		    pending = FALSE
		WHERE `+w.where+` AND pending AND status IN (?, ?)`, append(args, string(StatusQueued), string(StatusUnknown))...)
	if err != nil {
		return fmt.Errorf("cancel messages: %w", err)
	}
	// What is in a sender's hands may have left. It is not worth sending any more: it does not leave late, nor a second time.
	args = append([]any{db.Micros(tx.Now())}, w.args...)
	_, err = tx.Exec(ctx, `UPDATE messages SET deadline_at = ? WHERE `+w.where+` AND pending AND status = ?`, append(args, string(StatusSending))...)
	if err != nil {
		return fmt.Errorf("end messages under way: %w", err)
	}
	return nil
}
