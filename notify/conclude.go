package notify

import (
	"context"
	"fmt"
	"sync"

	"anling/internal/db"
)

// result is what came of one request, waiting to be written.
type result struct {
	job  job
	res  Result
	done chan error
}

// results gathers what comes of requests by alert: the answers of one alarm's eight or ten requests arrive
// together, and one transaction tells the alert of all of them. Whoever finds nobody writing for an alert writes for all.
type results struct {
	mu      sync.Mutex
	waiting map[string][]*result
	leading map[string]bool
}

func newResults() *results {
	return &results{waiting: map[string][]*result{}, leading: map[string]bool{}}
}

// add puts a result in, and tells whether the caller must now write.
func (rs *results) add(key string, r *result) (lead bool) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.waiting[key] = append(rs.waiting[key], r)
	lead = !rs.leading[key]
	rs.leading[key] = true
	return lead
}

// take gives all that wait.
func (rs *results) take(key string) []*result {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	all := rs.waiting[key]
	delete(rs.waiting, key)
	return all
}

// over ends a lead, unless more has come meanwhile.
func (rs *results) over(key string) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.waiting[key]) > 0 {
		return false
	}
	delete(rs.leading, key)
	return true
}

// conclude writes the result and tells the alert, in one transaction, even when the program is about to stop.
func (o *Outbox) conclude(ctx context.Context, j job, res Result) error {
	ctx = context.WithoutCancel(ctx)
	key := j.msg.Alert
	if key == "" {
		key = string(j.msg.ID)
	}
	if o.laneOf(j.msg.Priority) == o.alarm {
		ctx = db.Soon(ctx)
	}
	mine := &result{job: j, res: res, done: make(chan error, 1)}
	if o.results.add(key, mine) {
		for {
			o.writeWaiting(ctx, key)
			if o.results.over(key) {
				break
			}
		}
	}
	if err := <-mine.done; err != nil {
		return fmt.Errorf("record the result of message %s: %w", j.msg.ID, err)
	}
	return nil
}

// writeWaiting writes what waits for one alert together; when that fails, each by itself, so that
// one bad result cannot sink the others.
func (o *Outbox) writeWaiting(ctx context.Context, key string) {
	var batch []*result
	err := o.o.DB.Update(ctx, func(tx *db.Tx) error {
		batch = append(batch, o.results.take(key)...) // run again, it has those of the first run too
		return o.write(ctx, tx, batch, true)
	})
	if err != nil && len(batch) == 0 {
		batch = o.results.take(key) // the transaction did not even begin
	}
	for _, r := range batch {
		if err == nil {
			r.done <- nil
			continue
		}
		r.done <- o.evenUntold(func(tell bool) error {
			return o.o.DB.Update(ctx, func(tx *db.Tx) error { return o.write(ctx, tx, []*result{r}, tell) })
		})
	}
}

// write records results of one alert's messages. A sender that was paused and has lost its lease only
// writes its attempt: the message is in other hands.
func (o *Outbox) write(ctx context.Context, tx *db.Tx, batch []*result, tell bool) error {
	var news []record
	for _, b := range batch {
		r, _, err := o.store.get(ctx, tx, b.job.msg.ID)
		if err != nil {
			return err
		}
		if err := o.store.endAttempt(ctx, tx, r.ID, b.job.attempt, b.res); err != nil {
			return err
		}
		if r.generation != b.job.generation || r.owner != b.job.owner {
			continue
		}
		before := r.status
		r = settle(r, b.res, len(o.o.Senders[r.Channel]), tx.Now())
		if err := o.store.save(ctx, tx, r); err != nil {
			return err
		}
		if tell && r.status != before && r.status != StatusQueued {
			news = append(news, r)
		}
	}
	return o.tell(ctx, tx, news...)
}
