package registry

import (
	"context"

	"anling/internal/db"
)

// roleInUse tells whether an operator who is not archived has a role.
func roleInUse(ctx context.Context, tx *db.Tx, id RoleID) (used bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM operators WHERE role = ? AND archived_at IS NULL)`, id).Scan(&used)
	return used, err
}

// otherAdmins tells whether there is an administrator besides one.
func otherAdmins(ctx context.Context, tx *db.Tx, but OperatorID) (found bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM operators WHERE role = 'admin' AND archived_at IS NULL AND id <> ?)`, but).Scan(&found)
	return found, err
}
