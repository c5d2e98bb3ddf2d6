package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
	"anling/internal/fault"
)

const factorColumns = `id, operator, kind, state, last_step, made_at, used_at, cell`

func scanFactor(scan func(...any) error) (f Factor, err error) {
	var made int64
	err = db.Fault(scan(&f.ID, &f.operator, &f.Kind, &f.State, &f.lastStep, &made, microsInto{&f.UsedAt}, &f.cell))
	f.MadeAt = db.Time(made)
	return f, err
}

func insertFactor(ctx context.Context, tx *db.Tx, f Factor, credential []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO operator_factors (credential, `+factorColumns+`) VALUES (`+db.InList(9)+`)`, bytesOrNull(credential),
		f.ID, f.operator, f.Kind, f.State, f.lastStep, db.Micros(f.MadeAt), db.NullMicros(f.UsedAt), f.cell)
	if err != nil {
		return fmt.Errorf("insert second factor: %w", err)
	}
	return nil
}

func factorsOf(ctx context.Context, tx *db.Tx, operator OperatorID) ([]Factor, error) {
	rows, err := tx.Query(ctx, `SELECT `+factorColumns+` FROM operator_factors WHERE operator = ? ORDER BY id`, operator)
	if err != nil {
		return nil, fmt.Errorf("list second factors: %w", err)
	}
	return collect(rows, func() (Factor, error) { return scanFactor(rows.Scan) })
}

func factorBy(ctx context.Context, tx *db.Tx, id string) (Factor, error) {
	return scanFactor(tx.QueryRow(ctx, `SELECT `+factorColumns+` FROM operator_factors WHERE id = ?`, id).Scan)
}

func factorByCredential(ctx context.Context, tx *db.Tx, credential []byte) (Factor, error) {
	return scanFactor(tx.QueryRow(ctx, `SELECT `+factorColumns+` FROM operator_factors WHERE credential = ?`, credential).Scan)
}

// activeKinds gives the kinds of second factor that an operator can use.
func activeKinds(ctx context.Context, tx *db.Tx, operator OperatorID) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT kind FROM operator_factors WHERE operator = ? AND state = ? ORDER BY kind DESC`, operator, FactorActive)
	if err != nil {
		return nil, fmt.Errorf("list kinds of second factor: %w", err)
	}
	return collect(rows, func() (kind string, err error) {
		err = db.Fault(rows.Scan(&kind))
		return kind, err
	})
}

// operatorsWithFactor gives who has a second factor that can be used.
func operatorsWithFactor(ctx context.Context, tx *db.Tx) (map[OperatorID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT operator FROM operator_factors WHERE state = ?`, FactorActive)
	if err != nil {
		return nil, fmt.Errorf("list operators with a second factor: %w", err)
	}
	all, err := collect(rows, func() (id OperatorID, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
	found := map[OperatorID]bool{}
	for _, id := range all {
		found[id] = true
	}
	return found, err
}

func activateFactor(ctx context.Context, tx *db.Tx, id string, step int64) error {
	_, err := tx.Exec(ctx, `UPDATE operator_factors SET state = ?, last_step = ?, used_at = ? WHERE id = ?`,
		FactorActive, step, db.Micros(tx.Now()), id)
	if err != nil {
		return fmt.Errorf("activate second factor: %w", err)
	}
	return nil
}

// takeStep uses up a step of an app and all before it; fresh is false when it was used already.
func takeStep(ctx context.Context, tx *db.Tx, id string, step int64) (fresh bool, err error) {
	res, err := tx.Exec(ctx, `UPDATE operator_factors SET last_step = ?, used_at = ? WHERE id = ? AND last_step < ?`,
		step, db.Micros(tx.Now()), id, step)
	if err != nil {
		return false, fmt.Errorf("use a code: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, db.Fault(err)
}

// updateFactor writes what a passkey has counted, and its state.
func updateFactor(ctx context.Context, tx *db.Tx, f Factor) error {
	_, err := tx.Exec(ctx, `UPDATE operator_factors SET state = ?, used_at = ?, cell = ? WHERE id = ?`,
		f.State, db.NullMicros(f.UsedAt), f.cell, f.ID)
	if err != nil {
		return fmt.Errorf("write second factor: %w", err)
	}
	return nil
}

func dropFactor(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM operator_factors WHERE id = ?`, id); err != nil {
		return fmt.Errorf("remove second factor: %w", err)
	}
	return nil
}

func dropFactors(ctx context.Context, tx *db.Tx, operator OperatorID, kind, state string) error {
	_, err := tx.Exec(ctx, `DELETE FROM operator_factors WHERE operator = ? AND kind = ? AND state = ?`, operator, kind, state)
	if err != nil {
		return fmt.Errorf("remove second factors: %w", err)
	}
	return nil
}

func recoveryLeft(ctx context.Context, tx *db.Tx, operator OperatorID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE operator = ? AND used_at IS NULL`, operator).Scan(&n)
	return n, err
}

// burnRecovery uses up a recovery code; used is false when there is none, or it was used.
func burnRecovery(ctx context.Context, tx *db.Tx, operator OperatorID, hash []byte) (used bool, err error) {
	res, err := tx.Exec(ctx, `UPDATE recovery_codes SET used_at = ? WHERE operator = ? AND hash = ? AND used_at IS NULL`,
		db.Micros(tx.Now()), operator, hash)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, db.Fault(err)
}

// setRecovery replaces the recovery codes of an operator.
func setRecovery(ctx context.Context, tx *db.Tx, operator OperatorID, hashes [][]byte) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE operator = ?`, operator); err != nil {
		return fmt.Errorf("forget recovery codes: %w", err)
	}
	for _, hash := range hashes {
		_, err := tx.Exec(ctx, `INSERT INTO recovery_codes (operator, hash, made_at) VALUES (?, ?, ?)`, operator, hash, db.Micros(tx.Now()))
		if err != nil {
			return fmt.Errorf("write a recovery code: %w", err)
		}
	}
	return nil
}

// insertCeremony also forgets those that nobody has ended in time; it is Retry when too many are under way.
func insertCeremony(ctx context.Context, tx *db.Tx, hash []byte, c ceremony) error {
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, `DELETE FROM ceremonies WHERE expires_at < ?`, now); err != nil {
		return fmt.Errorf("forget old ceremonies: %w", err)
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM ceremonies`).Scan(&n); err != nil {
		return fmt.Errorf("count ceremonies: %w", err)
	}
	if n >= maxCeremonies {
		return fault.New(fault.Retry, "too many people are logging in at once; try again in a moment")
	}
	_, err := tx.Exec(ctx, `INSERT INTO ceremonies (hash, kind, operator, made_at, expires_at, cell) VALUES (?, ?, ?, ?, ?, ?)`,
		hash, c.kind, c.operator, now, db.Micros(tx.Now().Add(ceremonyLife)), c.cell)
	if err != nil {
		return fmt.Errorf("insert ceremony: %w", err)
	}
	return nil
}

// takeCeremony ends a ceremony; NotFound when there is none, it was ended or is too old.
func takeCeremony(ctx context.Context, tx *db.Tx, hash []byte, kind string) (c ceremony, err error) {
	c.kind = kind
	err = tx.QueryRow(ctx, `DELETE FROM ceremonies WHERE hash = ? AND kind = ? AND expires_at >= ? RETURNING operator, cell`,
		hash, kind, db.Micros(tx.Now())).Scan(&c.operator, &c.cell)
	return c, err
}
