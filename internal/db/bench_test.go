package db_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// BenchmarkPress stores what a press stores – an alert, an event, six messages – with one and with many callers,
// beside the floor: one 4 KiB page written and flushed. Quote the ratio, not the figures.
func BenchmarkPress(b *testing.B) {
	b.Run("floor", benchmarkFloor)
	for _, callers := range []int{1, 10, 32, 100} {
		b.Run(fmt.Sprintf("sqlite/%d", callers), func(b *testing.B) { benchmarkPress(b, dbtest.SQLite(b), callers) })
	}
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("postgres/%d", callers), func(b *testing.B) { benchmarkPress(b, dbtest.Postgres(b), callers) })
	}
}

func benchmarkFloor(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	took := make([]time.Duration, 0, b.N)
	if _, err := f.Write(make([]byte, 64*len(page))); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		start := time.Now()
		if _, err := f.WriteAt(page, int64(i%64)*4096); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

func benchmarkPress(b *testing.B, d *db.DB, callers int) {
	for _, table := range []string{
		`CREATE TABLE b_alerts (id TEXT PRIMARY KEY, state TEXT NOT NULL, raised_at BIGINT NOT NULL, due_at BIGINT)`,
		`CREATE TABLE b_events (alert TEXT NOT NULL, seq BIGINT NOT NULL, type TEXT NOT NULL, at BIGINT NOT NULL, data TEXT, hash TEXT, PRIMARY KEY (alert, seq))`,
		`CREATE TABLE b_messages (id TEXT PRIMARY KEY, alert TEXT NOT NULL, state TEXT NOT NULL, due_at BIGINT NOT NULL, body TEXT)`,
	} {
		mustExec(b, d, table)
	}
	var next atomic.Int64
	took := make([][]time.Duration, callers)
	var all sync.WaitGroup
	b.ResetTimer()
	for c := range callers {
		all.Go(func() {
			for next.Add(1) <= int64(b.N) {
				start := time.Now()
				if err := d.Update(b.Context(), func(tx *db.Tx) error { return press(b.Context(), tx) }); err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(start))
			}
		})
	}
	all.Wait()
	report(b, slices.Concat(took...))
}

func press(ctx context.Context, tx *db.Tx) error {
	const body = "a sealed cell has about as many bytes as this text, give or take a few of them"
	id, now := db.NewID(), db.Micros(tx.Now())
	_, err := tx.Exec(ctx, `INSERT INTO b_alerts (id, state, raised_at, due_at) VALUES (?, ?, ?, ?)`, id, "raised", now, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO b_events (alert, seq, type, at, data, hash) VALUES (?, ?, ?, ?, ?, ?)`, id, 1, "raised", now, body, body)
	if err != nil {
		return err
	}
	for range 6 {
		_, err := tx.Exec(ctx, `INSERT INTO b_messages (id, alert, state, due_at, body) VALUES (?, ?, ?, ?, ?)`, db.NewID(), id, "queued", now, body)
		if err != nil {
			return err
		}
	}
	return nil
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
