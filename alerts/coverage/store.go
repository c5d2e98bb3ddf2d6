package coverage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/registry"
)

const reportColumns = `centre, day, at, minutes, elders, unplaced, always, never, hours, open`

// reportedOn tells whether the report of a day is there.
func reportedOn(ctx context.Context, tx *db.Tx, day string) (bool, error) {
	n := 0
	err := db.Fault(tx.QueryRow(ctx, `SELECT COUNT(*) FROM coverage_reports WHERE day = ?`, day).Scan(&n))
	return n > 0, err
}

// saveReport writes a report, unless another node was first.
func saveReport(ctx context.Context, tx *db.Tx, r Report) error {
	open, err := json.Marshal(r.Open)
	if err != nil {
		return fmt.Errorf("write hours: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO coverage_reports (`+reportColumns+`) VALUES (`+db.InList(10)+`) ON CONFLICT (day, centre) DO NOTHING`,
		r.Centre, r.Day, db.Micros(r.At), r.Minutes, r.Elders, r.Unplaced, r.Always, r.Never, r.Hours, string(open))
	if err != nil {
		return fmt.Errorf("insert report: %w", err)
	}
	return nil
}

func dropReports(ctx context.Context, tx *db.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM coverage_reports WHERE day < ?`, before.Format(time.DateOnly)); err != nil {
		return fmt.Errorf("delete old reports: %w", err)
	}
	return nil
}

// listReports gives the reports of some centres, added up by day, of the last days, the newest first.
func listReports(ctx context.Context, tx *db.Tx, scope registry.Scope, days int) (all []Report, err error) {
	rows, err := tx.Query(ctx, `SELECT `+reportColumns+` FROM coverage_reports
		WHERE day IN (SELECT DISTINCT day FROM coverage_reports ORDER BY day DESC LIMIT ?) ORDER BY day DESC, centre`, days)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = db.Fault(closing)
		}
	}()
	for rows.Next() {
		r, err := scanReport(rows.Scan)
		if err != nil {
			return nil, err
		}
		switch n := len(all); {
		case scope.All() != (r.Centre == "") || r.Centre != "" && !scope.Has(r.Centre): // what all have together is written, too
		case n > 0 && all[n-1].Day == r.Day:
			all[n-1].add(r)
		default:
			r.Centre = ""
			all = append(all, r)
		}
	}
	return all, db.Fault(rows.Err())
}

func scanReport(scan func(...any) error) (r Report, err error) {
	var at int64
	var open string
	err = db.Fault(scan(&r.Centre, &r.Day, &at, &r.Minutes, &r.Elders, &r.Unplaced, &r.Always, &r.Never, &r.Hours, &open))
	if err != nil {
		return r, err
	}
	r.At = db.Time(at)
	if err := json.Unmarshal([]byte(open), &r.Open); err != nil {
		return r, fmt.Errorf("read hours of the report: %w", err)
	}
	return r, nil
}
