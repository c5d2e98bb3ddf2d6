package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"code.dny.dev/ssrf"

	"anling/internal/db"
	"anling/internal/fault"
)

// Delivery is one event on its way to one hook.
type Delivery struct {
	ID       string    `json:"id"`
	Hook     string    `json:"-"`
	Kind     string    `json:"kind"`
	Body     []byte    `json:"-"`
	Attempts int       `json:"attempts"`
	Pending  bool      `json:"pending"`
	Code     string    `json:"code"` // how the last try ended: a status, or a word
	MadeAt   time.Time `json:"created_at"`
	DueAt    time.Time `json:"due_at"`

	generation int64
}

// The pace of tries, and for how long. The receiver has the whole of a day to mend itself.
const (
	patience  = 24 * time.Hour
	leaseTime = 30 * time.Second
	atOnce    = 8
	pollEvery = 2 * time.Second
)

// pause is how long to wait after so many tries.
func pause(attempts int) time.Duration {
	steps := []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}
	return steps[min(attempts, len(steps))-1]
}

// Run delivers until ctx ends.
func (hs *Hooks) Run(ctx context.Context) error {
	for {
		did, _, err := hs.Step(ctx)
		if err != nil && ctx.Err() == nil {
			hs.o.Log.Warn("webhooks wait: the database does not answer", "err", err)
		}
		if did > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hs.wake:
		case <-hs.o.Clock.After(pollEvery):
		}
	}
}

// Step delivers what is due now, and tells how much that was and when the next is due.
func (hs *Hooks) Step(ctx context.Context) (did int, next time.Time, err error) {
	err = hs.o.DB.View(ctx, func(tx *db.Tx) (err error) {
		next, err = hs.soonest(ctx, tx)
		return err
	})
	if err != nil {
		return 0, next, err
	}
	if next.IsZero() || next.After(hs.o.Clock.Now()) {
		return 0, next, hs.tidy(ctx)
	}
	var claimed []Delivery
	held := map[string]secrets{}
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) (err error) {
		clear(held)
		if claimed, err = hs.claim(ctx, tx); err != nil {
			return err
		}
		for _, d := range claimed {
			if _, known := held[d.Hook]; known {
				continue
			}
			// What cannot be opened must not keep the others waiting: it is tried again later.
			if held[d.Hook], err = hs.open(ctx, tx, d.Hook); err != nil {
				hs.o.Log.Warn("a webhook's address cannot be opened", "webhook", d.Hook, "err", err)
			}
		}
		return nil
	})
	if err != nil || len(claimed) == 0 {
		return 0, time.Time{}, err // what is due is under way on another node
	}
	var wg sync.WaitGroup
	errs := make([]error, len(claimed))
	for i, d := range claimed {
		wg.Go(func() { errs[i] = hs.settle(ctx, d, hs.post(ctx, d, held[d.Hook])) })
	}
	wg.Wait()
	return len(claimed), time.Time{}, errors.Join(errs...)
}

// Deliveries are kept for a month, to be looked at.
const (
	keptFor   = 30 * 24 * time.Hour
	tidyEvery = time.Hour
)

func (hs *Hooks) tidy(ctx context.Context) error {
	now := hs.o.Clock.Now()
	if now.Sub(hs.tidied) < tidyEvery {
		return nil
	}
	hs.tidied = now
	return hs.o.DB.Update(ctx, func(tx *db.Tx) error { return hs.forget(ctx, tx, now.Add(-keptFor)) })
}

// post makes one request and gives how it ended: a status, or a word. Errors of the network hold addresses: they are
// put into a word and go no further.
func (hs *Hooks) post(ctx context.Context, d Delivery, held secrets) string {
	if held.URL == "" {
		return "locked"
	}
	now := hs.o.Clock.Now()
	signature, err := sign(held.live(now), d.ID, now, d.Body)
	if err != nil {
		return "secret"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, held.URL, bytes.NewReader(d.Body))
	if err != nil {
		return "address"
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "anling-webhook")
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	res, err := hs.client.Do(req)
	if err != nil {
		return word(err)
	}
	// The answer is read a little, so that the connection can be used again, and believed in nothing but its status.
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, answerBytes))
	if err = errors.Join(err, res.Body.Close()); err != nil && res.StatusCode/100 != 2 {
		return word(err)
	}
	return strconv.Itoa(res.StatusCode)
}

// word says in one word why there was no answer.
func word(err error) string {
	for _, forbidden := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedNetwork, ssrf.ErrProhibitedPort, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, forbidden) {
			return "forbidden"
		}
	}
	var slow interface{ Timeout() bool }
	if errors.As(err, &slow) && slow.Timeout() {
		return "timeout"
	}
	return "unreachable"
}

func taken(code string) bool { return len(code) == 3 && code[0] == '2' }

// settle notes how a try ended. Under a lease that has meanwhile been taken over nothing is written.
func (hs *Hooks) settle(ctx context.Context, d Delivery, code string) error {
	ctx = context.WithoutCancel(ctx)
	died := false
	err := hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		died = false
		now := tx.Now()
		d.Code, d.Pending = code, !taken(code)
		if d.Pending && now.Sub(d.MadeAt) >= patience {
			d.Pending = false
		}
		d.DueAt = now.Add(pause(d.Attempts))
		ours, err := hs.finish(ctx, tx, d)
		if err != nil || !ours {
			return err
		}
		h, err := hs.get(ctx, tx, d.Hook)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		died, err = hs.learn(ctx, tx, h, code)
		return err
	})
	if died && err == nil {
		hs.o.Log.Error("a webhook was switched off; its receiver has taken nothing for a day or says that it is gone", "webhook", d.Hook, "code", code)
	}
	return err
}

// learn notes of a hook how its last request ended.
func (hs *Hooks) learn(ctx context.Context, tx *db.Tx, h Hook, code string) (died bool, err error) {
	now := tx.Now()
	h.Code = code
	switch {
	case taken(code):
		h.Failing = time.Time{}
	case h.Failing.IsZero():
		h.Failing = now
	}
	long := !h.Failing.IsZero() && now.Sub(h.Failing) >= patience
	if h.State == Active && (long || code == "410") {
		h.State, died = Dead, true
	}
	if err := hs.setState(ctx, tx, h); err != nil || !died {
		return false, err
	}
	if hs.o.Died != nil {
		hs.o.Died(ctx, tx, h)
	}
	return true, nil
}
