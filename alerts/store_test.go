package alerts

import (
	"strings"
	"testing"

	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// TestOpenAlertsAreReadInTheirOrder: a console that asks for the first fifty of a hundred thousand open alerts does not have all of them
// sorted, and neither does whoever looks for what has ended long ago.
func TestOpenAlertsAreReadInTheirOrder(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for query, index := range map[string]string{
		`SELECT id FROM alerts WHERE 1 = 1 AND ended_at IS NULL ORDER BY id DESC LIMIT 51`:            "alerts_open",
		`SELECT id FROM alerts WHERE ended_at IS NOT NULL AND ended_at < 7 ORDER BY ended_at LIMIT 9`: "alerts_ended",
	} {
		var steps []string
		err := d.View(t.Context(), func(tx *db.Tx) error {
			rows, err := tx.Query(t.Context(), `EXPLAIN QUERY PLAN `+query)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id, parent, unused int
				var step string
				if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
					return err
				}
				steps = append(steps, step)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		if how := strings.Join(steps, "; "); !strings.Contains(how, index) || strings.Contains(how, "TEMP B-TREE") {
			t.Errorf("%s: %s, want it read by %s", query, how, index)
		}
	}
}
