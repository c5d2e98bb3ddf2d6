package coverage

import (
	"context"
	"fmt"
	"time"

	"anling/geo/cover"
	"anling/internal/db"
	"anling/registry"
)

// Report is how the week of one centre looked in one night. It holds figures only.
type Report struct {
	Centre   registry.CentreID `json:"centre"`
	Day      string            `json:"day"` // of the centre above all others
	At       time.Time         `json:"at"`
	Minutes  int               `json:"minutes"`
	Elders   int               `json:"elders"`
	Unplaced int               `json:"unplaced"` // of them: nobody knows where they live
	Always   int               `json:"always"`   // somebody could be there in every hour of the week
	Never    int               `json:"never"`    // in none
	Hours    int64             `json:"hours"`    // hours of all elders in which somebody could be there
	Open     []int             `json:"open"`     // for each hour of the week, from Monday at midnight on: elders at whose door nobody could be
}

// The night's report is written between one and five; it is kept for two years.
const (
	reportFrom  = 1
	reportUntil = 5
	reportsKept = 2 * 365 * 24 * time.Hour
)

// report writes the report of the night when it is due and nobody has written it, and tells how many centres it wrote of.
func (w *Watch) report(ctx context.Context) (wrote int, err error) {
	now := w.Clock.Now()
	local := now.In(w.Zone())
	if h := local.Hour(); h < reportFrom || h >= reportUntil {
		return 0, nil
	}
	day := local.Format(time.DateOnly)
	if w.reported == day {
		return 0, nil
	}
	written := false
	err = w.DB.View(ctx, func(tx *db.Tx) (err error) {
		written, err = reportedOn(ctx, tx, day)
		return err
	})
	if err != nil {
		return 0, err
	}
	if w.reported = day; written {
		return 0, nil
	}
	if wrote, err = w.writeReport(ctx, day); err != nil {
		w.reported = ""
	}
	return wrote, err
}

// writeReport reckons the week anew, with every elder read anew, and writes down how it looks.
func (w *Watch) writeReport(ctx context.Context, day string) (int, error) {
	w.upTo = 0
	clear(w.homes)
	r, err := w.reckon(ctx, Ask{Minutes: UsualMinutes, Week: true})
	if err != nil {
		return 0, err
	}
	w.done(r.Ask, r)
	all := r.reports(day)
	err = w.DB.Update(ctx, func(tx *db.Tx) error {
		for _, one := range all {
			if err := saveReport(ctx, tx, one); err != nil {
				return err
			}
		}
		return dropReports(ctx, tx, r.At.Add(-reportsKept))
	})
	if err != nil {
		return 0, fmt.Errorf("write the report of the night: %w", err)
	}
	w.Log.Info("who could be at whose door in each hour of the week was written down", "centres", len(all), "elders", len(r.homes), "helpers", r.Helpers)
	return len(all), nil
}

// reports are the figures of a week, of each centre with elders and of "", all together.
func (r *Result) reports(day string) []Report {
	by := map[registry.CentreID]*Report{}
	var order []registry.CentreID
	of := func(centre registry.CentreID) *Report {
		if by[centre] == nil {
			by[centre] = &Report{Centre: centre, Day: day, At: r.At, Minutes: r.Minutes, Open: make([]int, cover.WeekHours)}
			order = append(order, centre)
		}
		return by[centre]
	}
	of("")
	for i, h := range r.homes {
		one := of(h.centre)
		hours := r.weeks[i].Once
		one.Elders++
		one.Hours += int64(hours.Len())
		switch hours.Len() {
		case 0:
			one.Never++
		case cover.WeekHours:
			one.Always++
		}
		cover.Always().Without(hours).Each(func(hour int) { one.Open[hour]++ })
	}
	for centre, n := range r.lost {
		one := of(centre)
		one.Elders, one.Unplaced = one.Elders+n, one.Unplaced+n
	}
	var out []Report
	for _, centre := range order[1:] {
		by[""].add(*by[centre])
		out = append(out, *by[centre])
	}
	return append(out, *by[""])
}

func (r *Report) add(o Report) {
	r.Elders, r.Unplaced, r.Always, r.Never, r.Hours = r.Elders+o.Elders, r.Unplaced+o.Unplaced, r.Always+o.Always, r.Never+o.Never, r.Hours+o.Hours
	for i, n := range o.Open {
		r.Open[i] += n
	}
}

// Night is the report of a night for some centres together, and the one of a week before.
type Night struct {
	Report
	Before *Report `json:"before"` // null: there is none
}

// Nights gives the reports of some centres together, the newest first, at most so many.
func (w *Watch) Nights(ctx context.Context, scope registry.Scope, limit int) (out []Night, err error) {
	var all []Report
	err = w.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = listReports(ctx, tx, scope, limit+7)
		return err
	})
	for i, one := range all {
		n := Night{Report: one}
		for k := i + 1; k < len(all); k++ {
			if all[k].Day == weekBefore(one.Day) {
				n.Before = &all[k]
			}
		}
		out = append(out, n)
	}
	return out[:min(len(out), limit)], err
}

func weekBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, -7).Format(time.DateOnly)
}

// Share is the part of the hours of all elders whose place is known in which somebody could be there.
func (r Report) Share() float64 {
	placed := r.Elders - r.Unplaced
	if placed == 0 {
		return 0
	}
	return float64(r.Hours) / float64(placed*cover.WeekHours)
}

// Worst is the hour of the week in which most elders have nobody, and how many.
func (r Report) Worst() (hour, open int) {
	for i, n := range r.Open {
		if n > open {
			hour, open = i, n
		}
	}
	return hour, open
}
