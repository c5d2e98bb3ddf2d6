package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// classRows gives the entries about an elder ("": none) and about numbers, by their blind index, that are not archived.
func classRows(ctx context.Context, tx *db.Tx, s store[CallerClass, *CallerClass], elder ElderID, hashes [][]byte) ([]row[CallerClass], error) {
	where, args := "elder = ? AND elder <> ''", []any{elder}
	if len(hashes) > 0 {
		where += ` OR id IN (SELECT row_id FROM lookups WHERE kind = 'class' AND hash IN (` + db.InList(len(hashes)) + `))`
		for _, h := range hashes {
			args = append(args, h)
		}
	}
	rows, err := tx.Query(ctx, `SELECT `+s.columns+` FROM caller_classes WHERE archived_at IS NULL AND (`+where+`) ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("find classes of a caller: %w", err)
	}
	return collect(rows, func() (row[CallerClass], error) { return s.scan(rows.Scan) })
}
