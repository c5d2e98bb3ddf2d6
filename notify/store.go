package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
)

// store keeps messages, attempts, replies and recordings. Numbers and texts are sealed under the
// message's subject; the blind index of the number is all that a reply is found by.
type store struct{ vault *seal.Vault }

// record is a message with what became of it.
type record struct {
	Message
	toHash     []byte
	status     Status
	statusAt   time.Time
	provider   string
	ref        string
	refCode    string
	unknowns   int64
	attempts   int64
	pending    bool
	owner      string
	generation int64
	leased     time.Time // zero: nobody has it
}

// secret is the sealed part of a message.
type secret struct {
	To   string `json:"to"`
	Text string `json:"text"`
	Dial string `json:"dial,omitempty"`
}

// heard is a reply as it is kept; subject is empty when the number belongs to no message of ours,
// and then its words are not kept either.
type heard struct {
	Reply
	subject  string
	fromHash []byte
	say      string
}

// spokenBack is the sealed part of a reply.
type spokenBack struct {
	Text string `json:"text"`
	Say  string `json:"say"`
}

const insertAtOnce = 20 // rows per INSERT; keeps the number of different statements small

const messageColumns = `id, subject, alert, code, person, channel, to_hash, language, priority, template, step, answers,
	cell, status, status_at, provider, ref, provider_code, copies, unknowns, attempts, pending, due_at, deadline_at,
	owner, generation, leased_at, created_at`

func (s store) insert(ctx context.Context, tx *db.Tx, records []record) error {
	for len(records) > 0 {
		n := min(len(records), insertAtOnce)
		if err := s.insertSome(ctx, tx, records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

func (s store) insertSome(ctx context.Context, tx *db.Tx, records []record) error {
	const columns = 28
	keys := map[string]seal.Key{}
	args := make([]any, 0, columns*len(records))
	for _, r := range records {
		key, known := keys[r.Subject]
		if !known {
			var err error
			if key, err = s.vault.Key(ctx, tx, r.Subject); err != nil {
				return fmt.Errorf("key for message %s: %w", r.ID, err)
			}
			keys[r.Subject] = key
		}
		cell, err := key.SealJSON("messages", "cell", string(r.ID), secret{To: r.To, Text: r.Text, Dial: r.Dial})
		if err != nil {
			return fmt.Errorf("seal message %s: %w", r.ID, err)
		}
		answers, err := encodeKeys(r.Keys)
		if err != nil {
			return fmt.Errorf("keys of message %s: %w", r.ID, err)
		}
		args = append(args, string(r.ID), r.Subject, r.Alert, r.Code, r.Person, string(r.Channel), r.toHash, r.Language,
			r.Priority, r.Template, r.Step, answers, cell, string(r.status), db.Micros(r.statusAt), r.provider, r.ref, r.refCode,
			r.Repeat, r.unknowns, r.attempts, r.pending, db.Micros(r.DueAt), db.Micros(r.Deadline),
			r.owner, r.generation, lease(r.leased), db.Micros(r.CreatedAt))
	}
	rows := strings.Repeat("("+db.InList(columns)+"),", len(records)-1) + "(" + db.InList(columns) + ")"
	if _, err := tx.Exec(ctx, `INSERT INTO messages (`+messageColumns+`) VALUES `+rows, args...); err != nil {
		return fmt.Errorf("insert messages: %w", err)
	}
	return s.insertFirstAttempts(ctx, tx, records)
}

// insertFirstAttempts notes the request that is about to leave for each message claimed at birth.
func (store) insertFirstAttempts(ctx context.Context, tx *db.Tx, records []record) error {
	var args []any
	n := 0
	for _, r := range records {
		if r.status != StatusSending {
			continue
		}
		n++
		args = append(args, string(r.ID), r.attempts, r.provider, r.owner, db.Micros(r.statusAt), 0, "", "", "")
	}
	if n == 0 {
		return nil
	}
	rows := strings.Repeat("("+db.InList(9)+"),", n-1) + "(" + db.InList(9) + ")"
	_, err := tx.Exec(ctx, `
		INSERT INTO attempts (message, n, provider, owner, started_at, ended_at, outcome, ref, code) VALUES `+rows, args...)
	if err != nil {
		return fmt.Errorf("insert attempts: %w", err)
	}
	return nil
}

func encodeKeys(keys map[string]Answer) (string, error) {
	if len(keys) == 0 {
		return "", nil
	}
	raw, err := json.Marshal(keys)
	return string(raw), err
}

// lease is an instant or 0 for the zero time.
func lease(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

type scanner interface{ Scan(dest ...any) error }

// scanRecord reads one row of messageColumns; the sealed cell comes apart, to be opened when wanted.
func scanRecord(row scanner) (r record, cell []byte, err error) {
	var answers string
	var statusAt, due, deadline, leased, created int64
	err = row.Scan(&r.ID, &r.Subject, &r.Alert, &r.Code, &r.Person, &r.Channel, &r.toHash, &r.Language, &r.Priority,
		&r.Template, &r.Step, &answers, &cell, &r.status, &statusAt, &r.provider, &r.ref, &r.refCode,
		&r.Repeat, &r.unknowns, &r.attempts, &r.pending, &due, &deadline, &r.owner, &r.generation, &leased, &created)
	if err != nil {
		return record{}, nil, err
	}
	if answers != "" {
		if err := json.Unmarshal([]byte(answers), &r.Keys); err != nil {
			return record{}, nil, fmt.Errorf("keys of message %s: %w", r.ID, err)
		}
	}
	r.statusAt, r.DueAt, r.Deadline, r.CreatedAt = db.Time(statusAt), db.Time(due), db.Time(deadline), db.Time(created)
	if leased != 0 {
		r.leased = db.Time(leased)
	}
	return r, cell, nil
}

func (s store) list(ctx context.Context, tx *db.Tx, where string, args ...any) (records []record, cells [][]byte, err error) {
	rows, err := tx.Query(ctx, `SELECT `+messageColumns+` FROM messages WHERE `+where, args...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, cell, err := scanRecord(rows)
		if err != nil {
			return nil, nil, err
		}
		records, cells = append(records, r), append(cells, cell)
	}
	return records, cells, rows.Err()
}

// open puts number and text into the message.
func (s store) open(ctx context.Context, tx *db.Tx, r *record, cell []byte) error {
	key, err := s.vault.Existing(ctx, tx, r.Subject)
	if err != nil {
		return fmt.Errorf("key for message %s: %w", r.ID, err)
	}
	var sec secret
	if err := key.OpenJSON("messages", "cell", string(r.ID), cell, &sec); err != nil {
		return fmt.Errorf("%w: message %s: %w", errUnreadable, r.ID, err)
	}
	r.To, r.Text, r.Dial = sec.To, sec.Text, sec.Dial
	return nil
}

// errUnreadable marks a sealed cell that its key does not open.
var errUnreadable = errors.New("sealed cell cannot be opened")

// openIfPossible leaves number and text empty when the person was erased, the key is locked away
// or the cell is damaged: what became of the message can still be read.
func (s store) openIfPossible(ctx context.Context, tx *db.Tx, r *record, cell []byte) error {
	err := s.open(ctx, tx, r, cell)
	if fault.Is(err, fault.NotFound) || errors.Is(err, seal.ErrLocked) || errors.Is(err, errUnreadable) {
		return nil
	}
	return err
}

// get reads one message and keeps its row for the transaction; the sealed part stays closed.
func (s store) get(ctx context.Context, tx *db.Tx, id MessageID) (record, []byte, error) {
	r, cell, err := scanRecord(tx.QueryRow(ctx, `SELECT `+messageColumns+` FROM messages WHERE id = ?`+tx.ForUpdate(), string(id)))
	if err != nil {
		return record{}, nil, fmt.Errorf("message %s: %w", id, err)
	}
	return r, cell, nil
}

// read reads one message without keeping its row.
func (s store) read(ctx context.Context, tx *db.Tx, id MessageID) (record, []byte, error) {
	r, cell, err := scanRecord(tx.QueryRow(ctx, `SELECT `+messageColumns+` FROM messages WHERE id = ?`, string(id)))
	if err != nil {
		return record{}, nil, fmt.Errorf("message %s: %w", id, err)
	}
	return r, cell, nil
}

// due lists what may be claimed now, most urgent first, and keeps those rows from other claimers.
func (s store) due(ctx context.Context, tx *db.Tx, leaseNow time.Time, limit int) ([]record, [][]byte, error) {
	return s.list(ctx, tx, `pending AND due_at <= ? AND leased_at <= ?
		ORDER BY priority, due_at, deadline_at, id
		LIMIT ?`+tx.SkipLocked(), db.Micros(tx.Now()), db.Micros(leaseNow), limit)
}

// save writes everything about a message that changes after it was made.
func (store) save(ctx context.Context, tx *db.Tx, r record) error {
	_, err := tx.Exec(ctx, `
		UPDATE messages
		SET status = ?,
		    status_at = ?,
		    provider = ?,
		    ref = ?,
		    provider_code = ?,
		    copies = ?,
		    unknowns = ?,
		    attempts = ?,
		    pending = ?,
		    due_at = ?,
		    owner = ?,
		    generation = ?,
		    leased_at = ?
		WHERE id = ?`,
		string(r.status), db.Micros(r.statusAt), r.provider, r.ref, r.refCode, r.Repeat, r.unknowns, r.attempts, r.pending,
		db.Micros(r.DueAt), r.owner, r.generation, lease(r.leased), string(r.ID))
	if err != nil {
		return fmt.Errorf("save message %s: %w", r.ID, err)
	}
	return nil
}

func (s store) insertAttempt(ctx context.Context, tx *db.Tx, r record) error {
	return s.insertFirstAttempts(ctx, tx, []record{r})
}

// endAttempt writes what is known of an attempt, once.
func (store) endAttempt(ctx context.Context, tx *db.Tx, id MessageID, n int64, res Result) error {
	_, err := tx.Exec(ctx, `
		UPDATE attempts
		SET ended_at = ?,
		    outcome = ?,
		    ref = ?,
		    code = ?
		WHERE message = ? AND n = ? AND ended_at = 0`,
		db.Micros(tx.Now()), string(res.Outcome), res.Ref, res.Code, string(id), n)
	if err != nil {
		return fmt.Errorf("end attempt %d of message %s: %w", n, id, err)
	}
	return nil
}

// renew lengthens a lease that is still the owner's own, of a message that is still to be sent; false: it is not any more.
func (store) renew(ctx context.Context, tx *db.Tx, j job, until time.Time) (bool, error) {
	res, err := tx.Exec(ctx, `
		UPDATE messages SET leased_at = ? WHERE id = ? AND pending AND owner = ? AND generation = ? AND deadline_at > ?`,
		db.Micros(until), string(j.msg.ID), j.owner, j.generation, db.Micros(tx.Now()))
	if err != nil {
		return false, fmt.Errorf("renew the lease of message %s: %w", j.msg.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// dropLeases gives back what an earlier life of this owner had in hand when it ended.
func (store) dropLeases(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.Exec(ctx, `UPDATE messages SET leased_at = 0 WHERE pending AND owner = ?`, owner)
	if err != nil {
		return fmt.Errorf("take over leases: %w", err)
	}
	return nil
}

// next tells when something is due next; false: nothing is pending.
func (store) next(ctx context.Context, tx *db.Tx) (time.Time, bool, error) {
	var us sql.NullInt64
	err := tx.QueryRow(ctx, `
		SELECT MIN(CASE WHEN leased_at > due_at THEN leased_at ELSE due_at END)
		FROM messages
		WHERE pending`).Scan(&us)
	if err != nil || !us.Valid {
		return time.Time{}, false, err
	}
	return db.Time(us.Int64), true, nil
}

func (store) backlog(ctx context.Context, tx *db.Tx) (n int64, oldest time.Time, err error) {
	var us sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT COUNT(*), MIN(due_at) FROM messages WHERE pending AND due_at <= ?`, db.Micros(tx.Now())).Scan(&n, &us)
	if err != nil || !us.Valid {
		return 0, time.Time{}, err
	}
	return n, db.Time(us.Int64), nil
}

// byRef finds the message that a provider's id belongs to.
func (store) byRef(ctx context.Context, tx *db.Tx, rep StatusReport) (MessageID, error) {
	var id MessageID
	err := tx.QueryRow(ctx, `SELECT message FROM attempts WHERE ref = ? AND provider = ?`, rep.Ref, rep.Provider).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("message of a provider's reference: %w", err)
	}
	return id, nil
}

// asked lists the newest messages to a number that asked something.
func (s store) asked(ctx context.Context, tx *db.Tx, toHash []byte, since time.Time) ([]record, error) {
	records, _, err := s.list(ctx, tx, `to_hash = ? AND answers <> '' AND created_at >= ?
		ORDER BY created_at DESC, id DESC
		LIMIT 50`, toHash, db.Micros(since))
	return records, err
}

// storedReply is what an earlier report of the same reply led to.
func (s store) storedReply(ctx context.Context, tx *db.Tx, id string) (say string, found bool, err error) {
	var message MessageID
	var cell []byte
	err = tx.QueryRow(ctx, `SELECT message, cell FROM replies WHERE id = ?`, id).Scan(&message, &cell)
	if fault.Is(err, fault.NotFound) {
		return "", false, nil
	}
	if err != nil || message == "" {
		return "", err == nil, err
	}
	r, _, err := s.read(ctx, tx, message)
	if err != nil {
		return "", true, err
	}
	key, err := s.vault.Existing(ctx, tx, r.Subject)
	if err != nil {
		return "", true, fmt.Errorf("key for reply %s: %w", id, err)
	}
	var back spokenBack
	if err := key.OpenJSON("replies", "cell", id, cell, &back); err != nil {
		return "", true, fmt.Errorf("open reply %s: %w", id, err)
	}
	return back.Say, true, nil
}

func (s store) insertReply(ctx context.Context, tx *db.Tx, r heard) error {
	cell := []byte{}
	if r.subject != "" {
		key, err := s.vault.Key(ctx, tx, r.subject)
		if err != nil {
			return fmt.Errorf("key for reply %s: %w", r.ID, err)
		}
		if cell, err = key.SealJSON("replies", "cell", r.ID, spokenBack{Text: r.Text, Say: r.say}); err != nil {
			return fmt.Errorf("seal reply %s: %w", r.ID, err)
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO replies (id, message, alert, person, from_hash, answer, cell, answered, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, string(r.Message), r.Alert, r.Person, r.fromHash, string(r.Answer), cell, r.say != "", db.Micros(r.At))
	if err != nil {
		return fmt.Errorf("insert reply %s: %w", r.ID, err)
	}
	return nil
}

func (store) answersSince(ctx context.Context, tx *db.Tx, fromHash []byte, since time.Time) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM replies WHERE from_hash = ? AND at > ? AND answered`,
		fromHash, db.Micros(since)).Scan(&n)
	return n, err
}

func (s store) insertRecording(ctx context.Context, tx *db.Tx, rec Recording, r record) error {
	key, err := s.vault.Key(ctx, tx, r.Subject)
	if err != nil {
		return fmt.Errorf("key for recording %s: %w", rec.Ref, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO recordings (ref, message, alert, cell, seconds, at)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (ref) DO NOTHING`,
		rec.Ref, string(r.ID), r.Alert, key.SealString("recordings", "cell", rec.Ref, rec.URL),
		int64(rec.Duration/time.Second), db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("insert recording %s: %w", rec.Ref, err)
	}
	return nil
}
