package devices_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"anling/devices"
	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// BenchmarkTake is a press from decoded to durable, the engine left out: what the intake itself costs above one
// fdatasync. Callers share commits, so 32 of them are much quicker together than one after the other.
func BenchmarkTake(b *testing.B) {
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("callers-%d", callers), func(b *testing.B) {
			r := mustRig(b, db.Options{Path: dbtest.Path(b)})
			var n atomic.Int64
			b.SetParallelism(callers) // times GOMAXPROCS; with one caller the loop below is serial
			take := func() {
				s := devices.Signal{ID: fmt.Sprint("p", n.Add(1)), Device: "BTN-1", Kind: devices.SOS}
				if _, err := r.intake.Take(b.Context(), devices.Sender{}, s); err != nil {
					b.Error(err)
				}
			}
			if callers == 1 {
				for b.Loop() {
					take()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					take()
				}
			})
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "presses/s")
		})
	}
}

// BenchmarkHeartbeat is what a heartbeat costs: a look-up and a place in memory.
func BenchmarkHeartbeat(b *testing.B) {
	r := mustRig(b, db.Options{Path: dbtest.Path(b)})
	for b.Loop() {
		if _, err := r.intake.Take(b.Context(), devices.Sender{}, devices.Signal{Device: "BTN-1", Kind: devices.Heartbeat}); err != nil {
			b.Fatal(err)
		}
	}
}
