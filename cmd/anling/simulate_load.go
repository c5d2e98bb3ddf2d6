package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"anling/devices"
	"anling/geo"
	"anling/registry"

	"github.com/schollz/progressbar/v3"
)

// How a button insists.
const (
	tries      = 8
	tryAgain   = 500 * time.Millisecond // doubled with every try
	answerTime = 15 * time.Second       // one try waits so long
	noiseBatch = 100
)

// press is one press of a button and what became of it. Its fields are written by one goroutine, and read
// when that has ended.
type press struct {
	signal devices.Signal
	device registry.Device
	due    time.Time // when it was to be pressed: latency counts from here, so that a stalled service cannot hide
	acked  time.Time // zero: never acknowledged
	twice  bool
	tries  int
	answer devices.Receipt
	other  *devices.Receipt // the answer on the second path
	err    error            // why it was never acknowledged
}

// ledger is every press of a simulation, and what else was counted.
type ledger struct {
	mu      sync.Mutex
	presses []*press
	noise   int // heartbeats and positions taken
	shed    int // refused for now, as is allowed for them
	deeds   int // commands of people that were done
	refused int // and not
	errs    map[string]int
}

func newLedger() *ledger { return &ledger{errs: map[string]int{}} }

func (l *ledger) add(p *press) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.presses = append(l.presses, p)
}

func (l *ledger) heard(n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.noise += n
		return
	}
	l.shed += n
	l.errs[err.Error()]++
}

func (l *ledger) did(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.deeds++
		return
	}
	l.refused++
}

// counts are the sums of a ledger.
type counts struct{ sent, acknowledged, refused, unanswered, retried int }

func (l *ledger) count() counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	var c counts
	for _, p := range l.presses {
		c.sent++
		switch s := statusOf(p.err); {
		case !p.acked.IsZero():
			c.acknowledged++
		case s >= 400 && s < 500:
			c.refused++
		default:
			c.unanswered++
		}
		if p.tries > 1 {
			c.retried++
		}
	}
	return c
}

// play lets the storm break, and the city live for as long as was asked.
func (st *stage) play(ctx context.Context) error {
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	var around sync.WaitGroup
	around.Go(func() { st.watch.run(watching) })
	if err := st.watch.ready(ctx); err != nil {
		stopWatching()
		around.Wait()
		return fmt.Errorf("watch the stream: %w", err)
	}
	living, stopLiving := context.WithTimeout(ctx, st.duration)
	defer stopLiving()
	around.Go(func() { st.makeNoise(living) })
	around.Go(func() { st.walk(living) })
	if st.people {
		around.Go(func() { st.seats.run(living) })
		around.Go(func() { st.answerPhones(living) })
	}
	draining, stopDraining := context.WithTimeout(context.WithoutCancel(ctx), st.duration+st.drain)
	defer stopDraining()
	var sending sync.WaitGroup
	st.pressButtons(living, draining, &sending)
	<-living.Done()
	sending.Wait()
	st.watch.settle(draining, st.ledger)
	stopWatching()
	around.Wait()
	return nil
}

// pressButtons is the open loop: every press goes out at its time, whatever became of the ones before.
func (st *stage) pressButtons(living, draining context.Context, sending *sync.WaitGroup) {
	total := st.storm + int(st.rate*st.duration.Seconds())
	bar := st.bar(total, "pressing")
	defer st.finishBar(bar)
	start := time.Now()
	send := func(n int, due time.Time) {
		p := st.newPress(n, due)
		st.ledger.add(p)
		sending.Go(func() { st.push(draining, p, bar) })
	}
	for n := range st.storm {
		send(n, time.Now())
	}
	for n := 0; n < total-st.storm; n++ {
		due := start.Add(time.Duration(float64(n) / st.rate * float64(time.Second)))
		select {
		case <-time.After(time.Until(due)):
		case <-living.Done():
			return
		}
		send(st.storm+n, due)
	}
	sending.Wait()
}

func (st *stage) newPress(n int, due time.Time) *press {
	d := st.buttons[st.rand.IntN(len(st.buttons))]
	kind := devices.SOS
	if st.rand.IntN(10) == 0 {
		kind = devices.Fall
	}
	return &press{device: d, due: due, twice: st.rand.Float64() < st.again,
		signal: devices.Signal{ID: fmt.Sprintf("sim-%d-%d-%d", st.seed, due.UnixMicro(), n), Device: d.Identity, Kind: kind, Time: due.UTC().Truncate(time.Millisecond)}}
}

// push sends a press until it is acknowledged, as a button does: the same signal with the same id again and again.
func (st *stage) push(ctx context.Context, p *press, bar *progressbar.ProgressBar) {
	defer st.tick(bar)
	var second sync.WaitGroup
	if p.twice {
		second.Go(func() {
			var r devices.Receipt
			if st.send(ctx, p.signal, &r) == nil {
				p.other = &r
			}
		})
	}
	pause := tryAgain
	for p.tries = 1; ; p.tries++ {
		p.err = st.send(ctx, p.signal, &p.answer)
		status := statusOf(p.err)
		if p.err == nil || p.tries == tries || ctx.Err() != nil || status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause *= 2
	}
	if p.err == nil {
		p.acked = time.Now()
	}
	second.Wait()
}

func (st *stage) send(ctx context.Context, s devices.Signal, into *devices.Receipt) error {
	ctx, stop := context.WithTimeout(ctx, answerTime)
	defer stop()
	return st.api.do(ctx, http.MethodPost, "/v1/signals", s, into)
}

// makeNoise sends the heartbeats of all buttons, each every minute.
func (st *stage) makeNoise(ctx context.Context) {
	const every = time.Minute
	next := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		n := min(noiseBatch, 1+len(st.buttons)*int(time.Second)/int(every))
		var batch []devices.Signal
		for range n {
			batch = append(batch, heartbeat(st.buttons[next%len(st.buttons)], time.Now(), 40+next%60))
			next++
		}
		err := st.api.do(ctx, http.MethodPost, "/v1/signals", batch, nil)
		if ctx.Err() == nil {
			st.ledger.heard(n, err)
		}
	}
}

// walk moves the helpers, and tells the service where they are.
func (st *stage) walk(ctx context.Context) {
	if len(st.world.helpers) == 0 {
		return
	}
	st.seats.walkers.step(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
		moves := st.seats.walkers.step(time.Now())
		err := inParallel(ctx, moves, func(ctx context.Context, m move) error {
			err := st.api.do(ctx, http.MethodPut, "/v1/helpers/"+string(m.helper)+"/position",
				geo.Position{Point: m.at, AccuracyM: 8, At: time.Now(), Source: geo.SourceDevice}, nil)
			if ctx.Err() == nil {
				st.ledger.heard(1, err)
			}
			return nil // counted
		})
		if err != nil {
			return
		}
	}
}
