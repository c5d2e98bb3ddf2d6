package alerts

import (
	"context"
	"fmt"

	"anling/internal/db"
	"anling/internal/fault"
)

// addLink makes a link for one person of one alert. Only its hash is kept.
func (s store) addLink(ctx context.Context, tx *db.Tx, id AlertID, person string) (token string, err error) {
	if token, err = newToken(); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `INSERT INTO links (hash, alert, person, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
		linkHash(token), string(id), person, db.Micros(tx.Now()), db.Micros(tx.Now().Add(linkLife)))
	if err != nil {
		return "", fmt.Errorf("add link to alert %s: %w", id, err)
	}
	return token, nil
}

// revokeLinks takes back the links of an alert.
func (s store) revokeLinks(ctx context.Context, tx *db.Tx, id AlertID) error {
	_, err := tx.Exec(ctx, `UPDATE links SET revoked_at = ? WHERE alert = ? AND revoked_at IS NULL`, db.Micros(tx.Now()), string(id))
	if err != nil {
		return fmt.Errorf("revoke links of alert %s: %w", id, err)
	}
	return nil
}

// findLink gives the alert and person that a valid link opens.
func (s store) findLink(ctx context.Context, tx *db.Tx, token string) (id AlertID, person string, err error) {
	err = tx.QueryRow(ctx, `SELECT alert, person FROM links WHERE hash = ? AND revoked_at IS NULL AND expires_at > ?`,
		linkHash(token), db.Micros(tx.Now())).Scan(&id, &person)
	if fault.Is(err, fault.NotFound) {
		return "", "", fault.New(fault.NotFound, "this link is not valid any more")
	}
	if err != nil {
		return "", "", fmt.Errorf("look up link: %w", err)
	}
	return id, person, nil
}
