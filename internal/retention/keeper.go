package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
)

// Kind is one kind of data and how it is deleted.
type Kind struct {
	Name string
	Days int // how long it is kept unless somebody says otherwise
	Min  int // the law or the program needs it this long
	// Expire deletes at most limit things from before a time, and tells how many; 0: nothing is left to do.
	Expire func(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error)
}

// Rule is how long a kind is kept, and what came of that.
type Rule struct {
	Kind     string     `json:"kind"`
	Days     int        `json:"days"`
	Min      int        `json:"min_days"`
	LastRun  *time.Time `json:"last_run"`
	LastRows int64      `json:"last_rows"` // how many were deleted then
}

// Options are what a Keeper works with.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock
	Report *slog.Logger
	Audit  *audit.Log
	Kinds  []Kind
}

// Keeper lets data go when it has been kept long enough.
type Keeper struct{ Options }

// New makes a keeper; Run lets it work.
func New(o Options) *Keeper { return &Keeper{o} }

const (
	batch   = 500
	maxDays = 36500
	day     = 24 * time.Hour
	// looks is how often it is seen whether it is night.
	looks = 10 * time.Minute
)

// Run works every night until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		if _, _, err := k.Step(ctx); err != nil && ctx.Err() == nil {
			k.Report.Error("what has been kept long enough could not all be deleted; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.Clock.After(looks):
		}
	}
}

// Step does what is due: between one and five at night if it was not done for 20 hours, else after two days at any hour. It
// tells how many kinds it went through.
func (k *Keeper) Step(ctx context.Context) (did int, next time.Time, err error) {
	rules, err := k.Rules(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	now := k.Clock.Now()
	hour := now.Local().Hour()
	night := hour >= 1 && hour < 5
	var failed []error
	for i, r := range rules {
		age := 3 * day
		if r.LastRun != nil {
			age = now.Sub(*r.LastRun)
		}
		if age < 20*time.Hour || !night && age < 2*day {
			continue
		}
		did++
		if err := k.sweep(ctx, k.Kinds[i], r); err != nil {
			failed = append(failed, fmt.Errorf("delete old %s: %w", r.Kind, err))
		}
	}
	return did, time.Time{}, errors.Join(failed...)
}

// sweep deletes what is too old of one kind.
func (k *Keeper) sweep(ctx context.Context, kind Kind, r Rule) error {
	before := k.Clock.Now().Add(-time.Duration(r.Days) * day)
	total := int64(0)
	for {
		n := 0
		err := k.DB.Update(ctx, func(tx *db.Tx) (err error) {
			n, err = kind.Expire(ctx, tx, before, batch)
			return err
		})
		if err != nil {
			return err
		}
		if total += int64(n); n == 0 {
			break
		}
	}
	return k.DB.Update(ctx, func(tx *db.Tx) error {
		if total > 0 {
			k.Audit.AddTx(ctx, tx, audit.Entry{Action: "retention.done", Resource: "retention", ID: kind.Name,
				Data: map[string]any{"rows": total, "before": before.UTC()}})
		}
		return noteRun(ctx, tx, r, total)
	})
}

// Rules gives every kind with its rule, in the order of the kinds.
func (k *Keeper) Rules(ctx context.Context) (rules []Rule, err error) {
	err = k.DB.View(ctx, func(tx *db.Tx) error {
		rules, err = k.rules(ctx, tx)
		return err
	})
	return rules, err
}

func (k *Keeper) rules(ctx context.Context, tx *db.Tx) ([]Rule, error) {
	said, err := listRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	rules := make([]Rule, len(k.Kinds))
	for i, kind := range k.Kinds {
		r, ok := said[kind.Name]
		if !ok {
			r = Rule{Kind: kind.Name, Days: kind.Days}
		}
		r.Min = kind.Min
		r.Days = max(r.Days, kind.Min)
		rules[i] = r
	}
	return rules, nil
}

// Change sets for how many days a kind is kept. NotFound: no such kind. Invalid: fewer than the least, or without end.
func (k *Keeper) Change(ctx context.Context, by audit.Actor, kind string, days int) (changed Rule, err error) {
	err = k.DB.Update(ctx, func(tx *db.Tx) error {
		rules, err := k.rules(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range rules {
			if r.Kind != kind {
				continue
			}
			if days < r.Min || days > maxDays || days < 1 {
				return fault.InvalidFields("the rule is not valid", []fault.Field{{Name: "days", Problem: fmt.Sprintf("must be a number of days from %d to %d", max(1, r.Min), maxDays)}})
			}
			k.Audit.AddTx(ctx, tx, audit.Entry{Actor: by, Action: "retention.changed", Resource: "retention", ID: kind,
				Data: map[string]any{"days": map[string]int{"from": r.Days, "to": days}}})
			changed = r
			changed.Days = days
			return setDays(ctx, tx, changed)
		}
		return fault.New(fault.NotFound, "there is no such kind of data")
	})
	return changed, err
}

// DaysSince tells how many days ago the kind that has waited longest was gone through; -1: one never was.
func (k *Keeper) DaysSince(ctx context.Context) (float64, error) {
	rules, err := k.Rules(ctx)
	if err != nil {
		return 0, err
	}
	oldest := 0.0
	for _, r := range rules {
		if r.LastRun == nil {
			return -1, nil
		}
		oldest = max(oldest, k.Clock.Now().Sub(*r.LastRun).Hours()/24)
	}
	return oldest, nil
}
