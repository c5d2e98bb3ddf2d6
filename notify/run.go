package notify

import (
	"context"
	"sync"
	"time"

	"anling/internal/db"
)

// recoverOnce gives back what an earlier life of this owner had in hand: after a restart nothing
// waits for a lease to run out.
func (o *Outbox) recoverOnce(ctx context.Context) error {
	o.recovering.Lock()
	defer o.recovering.Unlock()
	if o.recovered.Load() {
		return nil
	}
	if err := o.o.DB.Update(ctx, func(tx *db.Tx) error { return o.store.dropLeases(ctx, tx, o.o.Owner) }); err != nil {
		return err
	}
	o.recovered.Store(true)
	return nil
}

// Step sends what is due, one after the other, most urgent first, and tells how many messages
// moved and when something is due next (zero: nothing is waiting). For a clock that is turned by hand; not beside Run.
func (o *Outbox) Step(ctx context.Context) (did int, next time.Time, err error) {
	if err := o.recoverOnce(ctx); err != nil {
		return 0, time.Time{}, err
	}
	for {
		n, err := o.drain(ctx)
		did += n + o.silence(ctx)
		if err != nil {
			return did, time.Time{}, err
		}
		got, err := o.take(ctx, claimAtOnce)
		if err != nil {
			return did, time.Time{}, err
		}
		if err := o.endAll(ctx, got.over); err != nil {
			return did, time.Time{}, err
		}
		did += len(got.over)
		if got.seen == 0 {
			break
		}
		o.hand(got.jobs)
	}
	err = o.o.DB.View(ctx, func(tx *db.Tx) error {
		var err error
		next, _, err = o.store.next(ctx, tx)
		return err
	})
	return did, next, err
}

// drain sends what is in memory.
func (o *Outbox) drain(ctx context.Context) (int, error) {
	n := 0
	for {
		j, ok := o.alarm.pop()
		if !ok {
			j, ok = o.rest.pop()
		}
		if !ok {
			return n, nil
		}
		res, made, err := o.deliver(ctx, j)
		if err == nil && made {
			err = o.conclude(ctx, j, res)
		}
		if err != nil {
			return n, err
		}
		n++
	}
}

// Run sends until ctx ends, then lets what is in flight come to its end and gives the rest back.
// Trouble with the database is logged and tried again: the sender must outlive it.
func (o *Outbox) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range []*lane{o.alarm, o.rest} {
		for range l.workers {
			wg.Go(func() { o.work(ctx, l) })
		}
	}
	wg.Go(func() { o.silenceAll(ctx) })
	for ctx.Err() == nil {
		more := o.poll(ctx)
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-o.o.Clock.After(pollEvery):
		}
	}
	wg.Wait()
	return o.release(context.WithoutCancel(ctx), o.empty())
}

// poll claims what no hand-over has brought: messages due later, tries after a pause, work of dead nodes.
func (o *Outbox) poll(ctx context.Context) (more bool) {
	if err := o.recoverOnce(ctx); err != nil {
		o.complain(ctx, "outbox could not take over earlier work", err)
		return false
	}
	if !o.roomFor(claimAtOnce) {
		return false
	}
	got, err := o.take(ctx, claimAtOnce)
	if err != nil {
		o.complain(ctx, "outbox could not claim messages", err)
		return false
	}
	o.hand(got.jobs)
	if err := o.endAll(ctx, got.over); err != nil {
		o.complain(ctx, "outbox could not end messages", err)
	}
	return got.seen == claimAtOnce
}

// work sends what comes into a lane. What came of it is recorded while the next one is sent: in a storm the receipts of one
// alarm hold up no other's first message. There are never more receipts under way than messages were claimed.
func (o *Outbox) work(ctx context.Context, l *lane) {
	var concluding sync.WaitGroup
	defer concluding.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		for ctx.Err() == nil {
			j, ok := l.pop()
			if !ok {
				break
			}
			res, made, err := o.deliver(ctx, j)
			if err != nil {
				o.complain(ctx, "outbox could not look a message up again", err)
			}
			if !made {
				continue
			}
			concluding.Go(func() {
				if err := o.conclude(ctx, j, res); err != nil {
					// The lease ends and the message is tried again as a repeat.
					o.complain(ctx, "outbox could not record a result", err)
				}
			})
		}
	}
}

func (o *Outbox) complain(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return // it is the stopping itself that fails
	}
	o.o.Log.Error(what, "err", err)
}

func (o *Outbox) empty() []job {
	var jobs []job
	for _, l := range []*lane{o.alarm, o.rest} {
		for j, ok := l.pop(); ok; j, ok = l.pop() {
			jobs = append(jobs, j)
		}
	}
	return jobs
}
