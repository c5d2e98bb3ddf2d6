package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// Importer works through the imports that were handed in, one after the other. What it has done of one it
// notes in the same transaction, so that a program that was killed goes on where it stood, and does nothing twice.
type Importer struct {
	*core
	wake chan struct{}
}

func newImporter(c *core) *Importer { return &Importer{core: c, wake: make(chan struct{}, 1)} }

// poke tells the worker that something waits.
func (w *Importer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Imports gives the worker that carries out imports.
func (r *Registry) Imports() *Importer { return r.imports }

// Run works until ctx ends.
func (w *Importer) Run(ctx context.Context) error {
	const looks = 5 * time.Second
	for ctx.Err() == nil {
		did, _, err := w.Step(ctx)
		w.roster.warn(err, "an import does not go on")
		if did > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-w.clock.After(looks):
		}
	}
	return nil
}

// Step does one import that waits, or clears away what is over.
func (w *Importer) Step(ctx context.Context) (did int, next time.Time, err error) {
	var row stagedRow
	err = w.db.Update(ctx, func(tx *db.Tx) error {
		now, err := tx.LeaseNow(ctx)
		if err != nil {
			return err
		}
		row, err = claimImport(ctx, tx, now, now.Add(importLease))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return 0, time.Time{}, w.clear(ctx)
	}
	if err != nil {
		return 0, time.Time{}, err
	}
	return 1, time.Time{}, w.do(ctx, row)
}

// clear deletes the imports whose time is over, with the key of their files.
func (w *Importer) clear(ctx context.Context) error {
	var over []string
	err := w.db.View(ctx, func(tx *db.Tx) (err error) {
		over, err = expiredImports(ctx, tx, tx.Now())
		return err
	})
	for _, id := range over {
		err = errors.Join(err, w.dropImport(ctx, id))
	}
	return err
}

// do carries out an import from where it stands.
func (w *Importer) do(ctx context.Context, row stagedRow) error {
	var plan kept
	err := w.db.View(ctx, func(tx *db.Tx) (err error) {
		plan, err = w.actorOf(row, plan).openPlan(ctx, tx, row)
		return err
	})
	if err != nil {
		return err
	}
	r := w.actorOf(row, plan)
	o := r.orderOf(ctx, row, plan)
	o.Dry = row.state == ImportChecking
	job := &job{Importer: w, row: row}
	o.Progress = job.progress(ctx)
	report, err := r.importWith(ctx, o, keeping{after: int(row.atLine), keep: job.keep})
	if fault.Is(err, fault.Retry) || fault.Is(err, fault.Conflict) || ctx.Err() != nil || job.lost {
		return err // whoever takes it up next goes on
	}
	plan.Ignored = report.Ignored
	return job.end(ctx, plan, report, err)
}

// job is an import in the hands of this worker.
type job struct {
	*Importer
	row   stagedRow
	total int
	lost  bool // the lease, to another node
}

// keep notes what a batch has done, in its transaction.
func (j *job) keep(ctx context.Context, tx *db.Tx, part Report, upTo int) error {
	now, err := tx.LeaseNow(ctx)
	if err != nil {
		return err
	}
	did := stagedRow{id: j.row.id, lease: j.row.lease, atLine: int64(upTo), total: j.total, report: part, refused: part.Refusals()}
	if err := keepImport(ctx, tx, did, now.Add(importLease)); err != nil {
		j.lost = fault.Is(err, fault.Conflict)
		return fmt.Errorf("note how far import %s is: %w", j.row.id, err)
	}
	return j.remark(ctx, tx, part.Refused)
}

// remark keeps why rows were refused.
func (j *job) remark(ctx context.Context, tx *db.Tx, rows []RefusedRow) error {
	if len(rows) == 0 {
		return nil
	}
	key, err := j.vault.Key(ctx, tx, subjectOf(j.row.id))
	if err != nil {
		return fmt.Errorf("key of import %s: %w", j.row.id, err)
	}
	for _, r := range rows {
		cell, err := key.SealJSON("import_refused", "cell", partPlace(j.row.id, r.Line), r)
		if err != nil {
			return err
		}
		if err := insertRefused(ctx, tx, j.row.id, r.Line, cell); err != nil {
			return fmt.Errorf("note a refused row: %w", err)
		}
	}
	return nil
}

// progress holds the lease while rows are only looked at, and notes how far that is.
func (j *job) progress(ctx context.Context) func(done, total int) {
	last := j.clock.Now()
	return func(done, total int) {
		j.total = total
		if j.clock.Now().Sub(last) < time.Second {
			return
		}
		last = j.clock.Now()
		err := j.db.Update(ctx, func(tx *db.Tx) error {
			row, err := importBy(ctx, tx, j.row.id)
			if err != nil {
				return err
			}
			if row.state == ImportRunning && row.atLine > 0 {
				return nil // its batches hold the lease
			}
			now, err := tx.LeaseNow(ctx)
			if err != nil {
				return err
			}
			at := int64(0)
			if row.state == ImportChecking {
				at = int64(done)
			}
			return keepImport(ctx, tx, stagedRow{id: j.row.id, lease: j.row.lease, atLine: at, total: total}, now.Add(importLease))
		})
		j.lost = j.lost || fault.Is(err, fault.Conflict)
	}
}

// end writes how it ended: for a look, and a file that was refused as a whole, also what would have become of the rows.
func (j *job) end(ctx context.Context, plan kept, report Report, failed error) error {
	dry := j.row.state == ImportChecking
	return j.db.Update(ctx, func(tx *db.Tx) error {
		row, err := importBy(ctx, tx, j.row.id)
		if err != nil {
			return err
		}
		row.lease, row.state = j.row.lease, ImportDone
		nothing := plan.Order.Mode == ImportFile && !dry && row.atLine == 0 && len(report.Refused) > 0
		if dry || nothing {
			if err := j.keep(ctx, tx, report, j.total); err != nil {
				return err
			}
			row.report, row.refused = report, report.Refusals()
		}
		switch {
		case failed != nil:
			row.state, plan.Problem = ImportFailed, problemOfFile(failed)
		case dry:
			row.state = ImportChecked
		case nothing:
			row.state, plan.Problem = ImportFailed, "rows were refused, and so nothing was taken in"
		}
		if err := j.actorOf(row, plan).sealPlan(ctx, tx, &row, plan); err != nil {
			return err
		}
		if j.audit != nil {
			j.audit.AddTx(ctx, tx, auditOf(row, dry))
		}
		return endImport(ctx, tx, row)
	})
}

// problemOfFile says what is wrong with a file as a whole.
func problemOfFile(err error) string {
	text := fault.MessageOf(err)
	for _, f := range fault.FieldsOf(err) {
		text += "; " + f.Name + " " + f.Problem
	}
	return text
}
