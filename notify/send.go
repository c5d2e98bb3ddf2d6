package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
)

func (o *Outbox) jobOf(r record, now time.Time) job {
	return job{msg: r.Message, owner: r.owner, generation: r.generation, attempt: r.attempts, expires: now.Add(leaseTime)}
}

func (o *Outbox) roomFor(n int) bool { return o.alarm.len()+o.rest.len()+n <= handLimit }

func (o *Outbox) laneOf(priority int) *lane {
	if priority < PriorityRest {
		return o.alarm
	}
	return o.rest
}

func (o *Outbox) hand(jobs []job) {
	for _, j := range jobs {
		o.laneOf(j.msg.Priority).push(j)
	}
}

// taken is what one round of claiming brought.
type taken struct {
	jobs []job
	over []record // to be ended without a request; not yet written
	seen int
}

// lockedPause is waited with a message whose key is locked away for now.
const lockedPause = 10 * time.Second

// take claims up to limit messages that are due: attempt rows are committed with the claim,
// before any request leaves. It does not speak to the alert, so that one alert's trouble cannot
// hold back other alerts' messages.
func (o *Outbox) take(ctx context.Context, limit int) (got taken, err error) {
	err = o.o.DB.Update(ctx, func(tx *db.Tx) error {
		got = taken{}
		leaseNow, err := tx.LeaseNow(ctx)
		if err != nil {
			return err
		}
		records, cells, err := o.store.due(ctx, tx, leaseNow, limit)
		if err != nil {
			return err
		}
		got.seen = len(records)
		for i, r := range records {
			if err := o.takeOne(ctx, tx, claimed{r, cells[i], leaseNow.Add(leaseTime)}, &got); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return taken{}, fmt.Errorf("claim messages: %w", err)
	}
	return got, nil
}

// claimed is a row on its way to be a job.
type claimed struct {
	record
	cell  []byte
	until time.Time
}

// takeOne claims one message, unless it is too late, already under way, or not to be opened.
func (o *Outbox) takeOne(ctx context.Context, tx *db.Tx, c claimed, got *taken) error {
	r := c.record
	if err := o.closeOpenAttempt(ctx, tx, &r); err != nil {
		return err
	}
	if !r.pending {
		return o.store.save(ctx, tx, r)
	}
	if !tx.Now().Before(r.Deadline) {
		got.over = append(got.over, r.move(StatusExpired, tx.Now(), false))
		return nil
	}
	err := o.store.open(ctx, tx, &r, c.cell)
	switch {
	case fault.Is(err, fault.NotFound): // the person has been erased since
		got.over = append(got.over, r.move(StatusCancelled, tx.Now(), false))
		return nil
	case errors.Is(err, errUnreadable):
		r.refCode = "unreadable"
		got.over = append(got.over, r.move(StatusFailed, tx.Now(), false))
		return nil
	case errors.Is(err, seal.ErrLocked):
		r.DueAt = tx.Now().Add(lockedPause)
		return o.store.save(ctx, tx, r)
	case err != nil:
		return err
	}
	o.claim(&r, c.until)
	r.statusAt = tx.Now()
	if err := o.store.save(ctx, tx, r); err != nil {
		return err
	}
	got.jobs = append(got.jobs, o.jobOf(r, tx.Now()))
	return o.store.insertAttempt(ctx, tx, r)
}

// endAll ends messages without a request, each with its alert in a transaction of its own.
func (o *Outbox) endAll(ctx context.Context, over []record) error {
	var errs []error
	for _, end := range over {
		errs = append(errs, o.end(ctx, end))
	}
	return errors.Join(errs...)
}

func (o *Outbox) end(ctx context.Context, end record) error {
	change := func(tell bool) error {
		return o.o.DB.Update(ctx, func(tx *db.Tx) error {
			r, _, err := o.store.get(ctx, tx, end.ID)
			if err != nil || !r.pending || r.generation != end.generation {
				return err
			}
			end.leased = time.Time{}
			return o.saveAndTell(ctx, tx, end, tell)
		})
	}
	return o.evenUntold(change)
}

// evenUntold makes a change with its alert, or without when the alert refuses it: a message
// whose end is not written would be sent again and again.
func (o *Outbox) evenUntold(change func(tell bool) error) error {
	err := change(true)
	if err == nil || fault.Is(err, fault.Retry) {
		return err
	}
	return errors.Join(err, change(false))
}

// closeOpenAttempt deals with a message whose sender died or stalled with a request in hand: the
// request may have left, so what goes out now is a repeat, unless a callback has told that it arrived.
func (o *Outbox) closeOpenAttempt(ctx context.Context, tx *db.Tx, r *record) error {
	if r.owner == "" || r.status == StatusQueued || r.status == StatusUnknown {
		return nil
	}
	if err := o.store.endAttempt(ctx, tx, r.ID, r.attempts, Result{Outcome: Unknown, Code: "lost"}); err != nil {
		return err
	}
	if r.status.After(StatusUnknown) {
		r.pending = false
		return nil
	}
	r.Repeat++
	r.status = StatusUnknown
	return nil
}

// deliver makes the attempt and gives what came of it; false: the job is in other hands, or taken back, and nobody's phone rings for it.
func (o *Outbox) deliver(ctx context.Context, j job) (res Result, made bool, err error) {
	if waited := leaseTime - j.expires.Sub(o.o.Clock.Now()); waited > freshTime {
		ours, err := o.renew(ctx, j)
		if err != nil {
			return Result{}, false, err
		}
		if !ours {
			return Result{}, false, o.release(ctx, []job{j})
		}
	}
	return o.attempt(ctx, j), true, nil
}

// renew asks for more time for a job that has waited in memory; false: another has it now, or it has been taken back.
func (o *Outbox) renew(ctx context.Context, j job) (ours bool, err error) {
	err = o.o.DB.Update(ctx, func(tx *db.Tx) error {
		now, err := tx.LeaseNow(ctx)
		if err != nil {
			return err
		}
		ours, err = o.store.renew(ctx, tx, j, now.Add(leaseTime))
		return err
	})
	return ours, err
}

var errAttemptLimit = errors.New("the time for one request to a provider is over")

func (o *Outbox) attempt(ctx context.Context, j job) Result {
	s := o.provider(j.msg.Channel, j.attempt)
	if s.Sender == nil {
		return Result{Outcome: Rejected, Permanent: true, Code: "no_provider"}
	}
	// A request in flight is let come to its end when the program stops: its fate is worth knowing.
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), attemptLimit, errAttemptLimit)
	defer cancel()
	m := j.msg
	m.Text = m.spokenOrWritten()
	return s.Sender.Send(ctx, m)
}

func (o *Outbox) saveAndTell(ctx context.Context, tx *db.Tx, r record, tell bool) error {
	if err := o.store.save(ctx, tx, r); err != nil || !tell {
		return err
	}
	return o.tell(ctx, tx, r)
}

func (o *Outbox) tell(ctx context.Context, tx *db.Tx, all ...record) error {
	receipts := make([]Receipt, 0, len(all))
	for _, r := range all {
		receipts = append(receipts, Receipt{
			Message: r.ID, Alert: r.Alert, Person: r.Person, Channel: r.Channel, Status: r.status,
			Ref: r.ref, Code: r.refCode, At: r.statusAt, Provider: r.provider,
		})
	}
	if len(receipts) == 0 {
		return nil
	}
	if err := o.o.Listener.TakeReceipts(ctx, tx, receipts); err != nil {
		return fmt.Errorf("tell the alert of message %s: %w", all[0].ID, err)
	}
	return nil
}

// release gives back jobs that were claimed and never begun, so that they leave as first copies.
func (o *Outbox) release(ctx context.Context, jobs []job) error {
	if len(jobs) == 0 {
		return nil
	}
	err := o.o.DB.Update(ctx, func(tx *db.Tx) error {
		for _, j := range jobs {
			r, _, err := o.store.get(ctx, tx, j.msg.ID)
			if err != nil {
				return err
			}
			if r.generation != j.generation || r.owner != j.owner || r.status != StatusSending {
				continue
			}
			if err := o.store.endAttempt(ctx, tx, r.ID, j.attempt, Result{Outcome: Rejected, Code: "not_begun"}); err != nil {
				return err
			}
			r.leased = time.Time{}
			if err := o.store.save(ctx, tx, r.move(StatusQueued, tx.Now(), true)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give back messages: %w", err)
	}
	return nil
}
