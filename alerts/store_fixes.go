package alerts

import (
	"context"
	"database/sql"
	"fmt"

	"anling/internal/db"
)

// keysAtOnce is how many keys are looked up by one statement.
const keysAtOnce = 400

// openByKeys finds the open alerts that presses with these keys would belong to, in the order of their ids.
func (s store) openByKeys(ctx context.Context, tx *db.Tx, keys [][]byte) ([]openKey, error) {
	var out []openKey
	for len(keys) > 0 {
		part := keys[:min(len(keys), keysAtOnce)]
		keys = keys[len(part):]
		args := make([]any, len(part))
		for i, k := range part {
			args[i] = k
		}
		found, err := scanOpenKeys(tx.Query(ctx, `SELECT join_key, id FROM alerts WHERE join_key IN (`+db.InList(len(args))+`) ORDER BY id`, args...))
		if err != nil {
			return nil, fmt.Errorf("find open alerts: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

func scanOpenKeys(rows *sql.Rows, err error) (out []openKey, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o openKey
		if err := rows.Scan(&o.key, &o.id); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}
