package registry

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

const sessionColumns = `id, operator, centre, browser, method, level, made_at, seen_at, ends_at, proved_at,
	ended_at, ended_by, ended_why, hash`

func scanSession(scan func(...any) error) (s Session, err error) {
	var made, seen, ends int64
	err = db.Fault(scan(&s.ID, &s.Operator, &s.Centre, &s.Browser, &s.Method, &s.Level, &made, &seen, &ends,
		microsInto{&s.ProvedAt}, microsInto{&s.EndedAt}, &s.EndedBy, &s.EndedWhy, &s.hash))
	s.MadeAt, s.SeenAt, s.EndsAt = db.Time(made), db.Time(seen), db.Time(ends)
	return s, err
}

func insertSession(ctx context.Context, tx *db.Tx, s Session) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO sessions (`+sessionColumns+`) VALUES (`+db.InList(14)+`)`,
		s.ID, s.Operator, s.Centre, s.Browser, s.Method, s.Level, db.Micros(s.MadeAt), db.Micros(s.SeenAt), db.Micros(s.EndsAt),
		db.NullMicros(s.ProvedAt), db.NullMicros(s.EndedAt), s.EndedBy, s.EndedWhy, s.hash)
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

// sessionBy finds a session by the hash of its token, or of the one before while that is still borne.
func sessionBy(ctx context.Context, tx *db.Tx, hash []byte) (Session, error) {
	s, err := scanSession(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE hash = ?`, hash).Scan)
	if !fault.Is(err, fault.NotFound) {
		return s, err
	}
	s, err = scanSession(tx.QueryRow(ctx, `
		SELECT `+sessionColumns+` FROM sessions WHERE prev_hash = ? AND prev_until >= ?`, hash, db.Micros(tx.Now())).Scan)
	s.stale = true
	return s, err
}

func sessionOf(ctx context.Context, tx *db.Tx, id string) (Session, error) {
	return scanSession(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE id = ?`, id).Scan)
}

// touchSession also gives an id to a session that the program before this one has made.
func touchSession(ctx context.Context, tx *db.Tx, s Session) error {
	_, err := tx.Exec(ctx, `
		UPDATE sessions SET seen_at = ?, id = CASE WHEN id = '' THEN ? ELSE id END
		WHERE hash = ? AND ended_at IS NULL`, db.Micros(tx.Now()), db.NewID(), s.hash)
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// rotation is a session's new token, and what is known of its person by now.
type rotation struct {
	hash  []byte
	level string
}

// rotateSession is NotFound when the session has ended or its token was changed meanwhile.
func rotateSession(ctx context.Context, tx *db.Tx, s Session, to rotation) error {
	now := tx.Now()
	var id string
	err := tx.QueryRow(ctx, `
		UPDATE sessions SET prev_hash = hash, prev_until = ?, hash = ?, level = ?, proved_at = ?, seen_at = ?
		WHERE hash = ? AND ended_at IS NULL RETURNING id`,
		db.Micros(now.Add(sessionGrace)), to.hash, to.level, db.Micros(now), db.Micros(now), s.hash).Scan(&id)
	if err != nil {
		return fmt.Errorf("change the token of a session: %w", err)
	}
	return nil
}

// selection is a condition on sessions.
type selection struct{ column, value string }

func sessionsWith(column, value string) selection { return selection{column, value} }

// endSessions ends those that are selected and not over, but for e.Except, and gives which.
func endSessions(ctx context.Context, tx *db.Tx, which selection, e Ending) ([]Session, error) {
	now := db.Micros(tx.Now())
	rows, err := tx.Query(ctx, `
		UPDATE sessions SET ended_at = ?, ends_at = ?, ended_by = ?, ended_why = ?
		WHERE `+which.column+` = ? AND id <> ? AND ended_at IS NULL RETURNING id, operator, centre`,
		now, now, e.By.ID, e.Why, which.value, e.Except)
	if err != nil {
		return nil, fmt.Errorf("end sessions: %w", err)
	}
	return collect(rows, func() (s Session, err error) {
		err = db.Fault(rows.Scan(&s.ID, &s.Operator, &s.Centre))
		return s, err
	})
}

// sweepSessions writes down which sessions have ended by themselves, and forgets the old ones.
func sweepSessions(ctx context.Context, tx *db.Tx) error {
	now := tx.Now()
	idle := db.Micros(now.Add(-SessionIdle))
	_, err := tx.Exec(ctx, `
		UPDATE sessions SET ended_at = seen_at + ?, ended_why = ? WHERE ended_at IS NULL AND seen_at < ?`,
		SessionIdle.Microseconds(), EndedIdle, idle)
	if err != nil {
		return fmt.Errorf("end idle sessions: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE sessions SET ended_at = ends_at, ended_why = ? WHERE ended_at IS NULL AND ends_at < ?`, EndedShift, db.Micros(now))
	if err != nil {
		return fmt.Errorf("end old sessions: %w", err)
	}
	if _, err = tx.Exec(ctx, `DELETE FROM sessions WHERE ended_at < ?`, db.Micros(now.Add(-sessionKept))); err != nil {
		return fmt.Errorf("forget old sessions: %w", err)
	}
	return nil
}

func listSessions(ctx context.Context, tx *db.Tx, scope Scope, q SessionQuery) ([]Session, error) {
	var c condition
	c.and("id <> ''")
	if !scope.All() {
		c.and("centre IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
	}
	if q.Operator != "" {
		c.equal("operator", q.Operator)
	}
	if q.Open {
		c.and("ended_at IS NULL")
	}
	rows, err := tx.Query(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE `+strings.Join(c.where, " AND ")+`
		ORDER BY made_at DESC, id DESC LIMIT `+strconv.Itoa(maxSessions), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return collect(rows, func() (Session, error) { return scanSession(rows.Scan) })
}

func endedSince(ctx context.Context, tx *db.Tx, from int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM sessions WHERE ended_at >= ? ORDER BY id LIMIT 10000`, from)
	if err != nil {
		return nil, fmt.Errorf("list ended sessions: %w", err)
	}
	return collect(rows, func() (id string, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
}

const browserColumns = `id, kind, centre, agent, label, code_until, made_at, made_by, seen_at, revoked_at, revoked_by`

func scanBrowser(scan func(...any) error) (b Browser, err error) {
	var made int64
	err = db.Fault(scan(&b.ID, &b.Kind, &b.Centre, &b.Agent, &b.cell, microsInto{&b.CodeUntil}, &made, &b.MadeBy,
		microsInto{&b.SeenAt}, microsInto{&b.RevokedAt}, &b.RevokedBy))
	b.MadeAt = db.Time(made)
	return b, err
}

func insertBrowser(ctx context.Context, tx *db.Tx, b Browser, hash, code []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO browsers (hash, code, `+browserColumns+`) VALUES (`+db.InList(13)+`)`,
		bytesOrNull(hash), bytesOrNull(code), b.ID, b.Kind, b.Centre, b.Agent, bytesOrNull(b.cell), db.NullMicros(b.CodeUntil),
		db.Micros(b.MadeAt), b.MadeBy, db.NullMicros(b.SeenAt), db.NullMicros(b.RevokedAt), b.RevokedBy)
	if err != nil {
		return fmt.Errorf("insert browser: %w", err)
	}
	return nil
}

// bytesOrNull keeps absent ones from being equal to each other.
func bytesOrNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func browserBy(ctx context.Context, tx *db.Tx, hash []byte) (Browser, error) {
	return scanBrowser(tx.QueryRow(ctx, `SELECT `+browserColumns+` FROM browsers WHERE hash = ?`, hash).Scan)
}

func browserOf(ctx context.Context, tx *db.Tx, id string) (Browser, error) {
	return scanBrowser(tx.QueryRow(ctx, `SELECT `+browserColumns+` FROM browsers WHERE id = ?`, id).Scan)
}

// redeemSeat turns a code into a browser's cookie, once; NotFound when it is wrong, used or too old.
func redeemSeat(ctx context.Context, tx *db.Tx, code []byte, as Visitor) (b Browser, err error) {
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `
		UPDATE browsers SET hash = ?, agent = ?, seen_at = ?, code = NULL, code_until = NULL
		WHERE code = ? AND code_until >= ? AND revoked_at IS NULL RETURNING id, centre`,
		hashOfSession(as.Cookie), as.Agent, now, code, now).Scan(&b.ID, &b.Centre)
	return b, err
}

func touchBrowser(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `UPDATE browsers SET seen_at = ? WHERE id = ?`, db.Micros(tx.Now()), id); err != nil {
		return fmt.Errorf("touch browser: %w", err)
	}
	return nil
}

// pairKnown tells whether somebody has logged in from a browser before.
func pairKnown(ctx context.Context, tx *db.Tx, pair []byte) (known bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM known_browsers WHERE hash = ?)`, pair).Scan(&known)
	return known, err
}

// rememberPair notes that an operator has logged in from a browser.
func rememberPair(ctx context.Context, tx *db.Tx, pair []byte, operator OperatorID, browser string) error {
	now := db.Micros(tx.Now())
	_, err := tx.Exec(ctx, `
		INSERT INTO known_browsers (hash, operator, browser, made_at, seen_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET seen_at = excluded.seen_at, browser = excluded.browser`, pair, operator, browser, now, now)
	if err != nil {
		return fmt.Errorf("remember browser: %w", err)
	}
	return nil
}

// revokeBrowser forgets who has logged in from a browser; it is NotFound when there is none.
func revokeBrowser(ctx context.Context, tx *db.Tx, id, by string) error {
	var revoked int64
	err := tx.QueryRow(ctx, `
		UPDATE browsers SET revoked_at = COALESCE(revoked_at, ?), revoked_by = ?, code = NULL WHERE id = ? RETURNING revoked_at`,
		db.Micros(tx.Now()), by, id).Scan(&revoked)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `DELETE FROM known_browsers WHERE browser = ?`, id); err != nil {
		return fmt.Errorf("forget the log-ins of a browser: %w", err)
	}
	return nil
}

// listBrowsers gives the seats of a scope and the browsers of its operators, or those of one operator.
func listBrowsers(ctx context.Context, tx *db.Tx, scope Scope, operator OperatorID) ([]Browser, error) {
	var c condition
	c.and("revoked_at IS NULL")
	switch {
	case operator != "":
		c.and("id IN (SELECT browser FROM known_browsers WHERE operator = ?)", operator)
	case !scope.All():
		c.and("centre IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
	}
	rows, err := tx.Query(ctx, `SELECT `+browserColumns+` FROM browsers WHERE `+strings.Join(c.where, " AND ")+`
		ORDER BY id DESC LIMIT `+strconv.Itoa(maxSessions), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list browsers: %w", err)
	}
	return collect(rows, func() (Browser, error) { return scanBrowser(rows.Scan) })
}

// loginsFrom tells who has logged in from a browser.
func loginsFrom(ctx context.Context, tx *db.Tx, browser string) ([]OperatorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT operator FROM known_browsers WHERE browser = ? ORDER BY seen_at DESC, operator LIMIT 50`, browser)
	if err != nil {
		return nil, fmt.Errorf("list log-ins of browser %s: %w", browser, err)
	}
	return collect(rows, func() (id OperatorID, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
}

// password is what is stored of an operator's password.
type password struct {
	phc            string
	changedAt      time.Time
	temporaryUntil *time.Time // given by somebody else: to be changed, and good until then only
}

func passwordRow(ctx context.Context, tx *db.Tx, operator OperatorID) (p password, err error) {
	var changed int64
	var until sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT phc, changed_at, temporary_until FROM operator_passwords WHERE operator = ?`, operator).
		Scan(&p.phc, &changed, &until)
	p.changedAt, p.temporaryUntil = db.Time(changed), db.NullTime(until)
	return p, err
}
