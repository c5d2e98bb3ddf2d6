package seal

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// Many gives the keys of many subjects for reading, in one query. Those of whom nothing can be opened – erased, or
// locked – are left out.
func (v *Vault) Many(ctx context.Context, tx *db.Tx, subjects []string) (map[string]Key, error) {
	rows, err := listKeysOf(ctx, tx, subjects)
	if err != nil {
		return nil, fmt.Errorf("read the keys of %d subjects: %w", len(subjects), err)
	}
	all := make(map[string]Key, len(subjects))
	for _, row := range rows {
		secret, err := v.unwrap(row)
		if err != nil {
			continue
		}
		k, err := newDataKey(secret)
		if err != nil {
			return nil, err
		}
		key := all[row.subject]
		key.keys = append(key.keys, k)
		all[row.subject] = key
	}
	return all, nil
}
