package alerts

import (
	"context"
	"fmt"
	"slices"

	"anling/internal/db"
	"anling/registry"
)

// share notes that another centre sees an alert, too.
func (s store) share(ctx context.Context, tx *db.Tx, id AlertID, with registry.CentreID) error {
	_, err := tx.Exec(ctx, `INSERT INTO alert_shares (alert, centre) VALUES (?, ?) ON CONFLICT (alert, centre) DO NOTHING`,
		string(id), string(with))
	if err != nil {
		return fmt.Errorf("share alert %s: %w", id, err)
	}
	return nil
}

// visible limits a list to the alerts that a scope may see: its own, those of whom nobody knows whose they are (an outage has no
// elder either, and is its centre's), and the open ones that are shared with it.
func visible(scope registry.Scope) (condition string, args []any) {
	centres := scope.Centres()
	in := db.InList(len(centres))
	for _, c := range centres {
		args = append(args, string(c))
	}
	args = append(slices.Clone(args), append([]any{KindOutage}, args...)...)
	return `(centre IN (` + in + `) OR elder = '' AND kind <> ?
		OR ended_at IS NULL AND id IN (SELECT alert FROM alert_shares WHERE alert_shares.centre IN (` + in + `)))`, args
}
