package notify

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/seal"
)

// arrivals is a Sender that notes when each message's request came.
type arrivals struct {
	mu   sync.Mutex
	at   map[string]time.Time // first request of an alert
	wait *sync.WaitGroup
}

func (a *arrivals) Send(_ context.Context, m Message) Result {
	now := clock.Real().Now()
	a.mu.Lock()
	if _, known := a.at[m.Alert]; !known {
		a.at[m.Alert] = now
	}
	a.mu.Unlock()
	a.wait.Done()
	return Result{Outcome: Accepted, Ref: string(m.ID)}
}

type silent struct{}

func (silent) TakeReceipts(context.Context, *db.Tx, []Receipt) error    { return nil }
func (silent) TakeReply(context.Context, *db.Tx, Reply) (string, error) { return "", nil }

// BenchmarkPressToRequest writes one alert's six messages and measures from before the
// transaction to the first request: alone, and 1000 at once.
func BenchmarkPressToRequest(b *testing.B) {
	for _, at := range []int{1, 32, 1000} {
		b.Run(fmt.Sprintf("%d at a time", at), func(b *testing.B) { benchPresses(b, at) })
	}
}

func benchPresses(b *testing.B, together int) {
	d := dbtest.SQLite(b)
	ring, err := seal.OpenRing(filepath.Join(b.TempDir(), "ring.json"))
	if err != nil {
		b.Fatal(err)
	}
	got := &arrivals{at: map[string]time.Time{}, wait: &sync.WaitGroup{}}
	o := NewOutbox(Options{
		DB: d, Vault: seal.NewVault(d, ring), Clock: clock.Real(), Log: slog.New(slog.DiscardHandler), Listener: silent{}, Owner: "bench",
		Senders: map[Channel][]NamedSender{SMS: {{Name: "fake", Sender: got}}},
	})
	if _, _, err := o.Step(b.Context()); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	var waits []time.Duration
	for b.Loop() {
		waits = append(waits, press(b, o, got, together)...)
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
}

func press(b *testing.B, o *Outbox, got *arrivals, together int) []time.Duration {
	got.wait.Add(6 * together)
	begun := make([]time.Time, together)
	ids := make([]string, together)
	var presses sync.WaitGroup
	for i := range together {
		ids[i] = db.NewID()
		presses.Go(func() {
			begun[i] = clock.Real().Now()
			messages := make([]Message, 6)
			for k := range messages {
				messages[k] = family("1")
				messages[k].ID, messages[k].Alert, messages[k].Subject = "", ids[i], "elder-1"
				messages[k].Priority = min(k, PriorityAlarm)
			}
			err := o.o.DB.Update(b.Context(), func(tx *db.Tx) error { return o.Add(b.Context(), tx, messages) })
			if err != nil {
				b.Error(err)
			}
		})
	}
	presses.Wait()
	got.wait.Wait()
	waits := make([]time.Duration, together)
	for i, id := range ids {
		waits[i] = got.at[id].Sub(begun[i])
	}
	return waits
}
