package alerts

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/registry"
)

// benchElders is a street of elders, each with a button and two contacts.
func benchElders(b *testing.B, h *house, n int) []registry.Device {
	b.Helper()
	devices := make([]registry.Device, n)
	for i := range devices {
		id := registry.ElderID(fmt.Sprintf("be%d", i))
		_, err := h.reg.CreateElder(b.Context(), registry.Elder{ID: id, Centre: "c1", Name: "王秀兰", Address: "南京西路20弄6号",
			Position: &geo.Position{Point: orb.Point{121.47 + float64(i%100)*1e-5, 31.23}}, Phones: []string{fmt.Sprintf("+86199001%05d", i)}})
		if err != nil {
			b.Fatal(err)
		}
		for k := range 2 {
			_, err := h.reg.CreateContact(b.Context(), registry.Contact{Elder: id, Name: "女儿", Role: "family", Order: k + 1,
				Phones: []string{fmt.Sprintf("+8619902%d%05d", k, i)}, Channels: []string{"sms", "voice"}})
			if err != nil {
				b.Fatal(err)
			}
		}
		devices[i], err = h.reg.CreateDevice(b.Context(), registry.Device{Identity: fmt.Sprintf("bd%d", i), Protocol: "http", Kind: "pendant", Elder: id})
		if err != nil {
			b.Fatal(err)
		}
	}
	return devices
}

// BenchmarkPress is one press in one durable transaction: look-up, plan, timeline, messages, state.
func BenchmarkPress(b *testing.B) {
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			clk := clock.Real()
			h := newBenchHouse(b, dbtest.Open(b, db.Options{Path: dbtest.Path(b)}, clk), clk)
			devices := benchElders(b, h, b.N)
			var next atomic.Int64
			b.SetParallelism(max(1, clients/2))
			b.ResetTimer()
			press := func() {
				d := devices[next.Add(1)-1]
				err := b.Context().Err()
				if err == nil {
					err = h.db.Update(b.Context(), func(tx *db.Tx) error {
						_, err := h.engine.Signal(b.Context(), tx, Signal{ID: db.NewID(), Kind: "sos", Device: d, Elder: d.Elder, Protocol: "http",
							Identity: d.Identity, At: tx.Now(), ReceivedAt: tx.Now()})
						return err
					})
				}
				if err != nil {
					b.Error(err)
				}
			}
			if clients == 1 {
				for range b.N {
					press()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					press()
				}
			})
		})
	}
}

// BenchmarkNodes is how long after the commit of a press at one node another one on the same PostgreSQL has read it, beside a commit of
// one statement there.
func BenchmarkNodes(b *testing.B) {
	const n = 300
	for b.Loop() {
		b.StopTimer()
		clk, o := clock.Real(), db.Options{URL: dbtest.URL(b)}
		h := newBenchHouse(b, dbtest.Open(b, o, clk), clk)
		devices := benchElders(b, h, n)
		there := New(Options{DB: dbtest.Open(b, o, clk), Vault: h.vault, Registry: h.reg, Outbox: h.outbox, Clock: clk, Log: h.engine.log})
		listening := there.Changed()
		go there.Listen(b.Context())
		go h.engine.Listen(b.Context())
		<-listening
		b.StartTimer()
		single, press, known := make([]time.Duration, n), make([]time.Duration, n), make([]time.Duration, n)
		for i, d := range devices {
			changed := there.Changed()
			begin := time.Now()
			h.ok(h.db.Update(b.Context(), func(tx *db.Tx) error {
				_, err := tx.NextSeq(b.Context(), "bench", 1)
				return err
			}))
			single[i] = time.Since(begin)
			begin = time.Now()
			id := h.signal(Signal{ID: db.NewID(), Kind: "sos", Device: d, Elder: d.Elder, Protocol: "http", Identity: d.Identity, At: begin, ReceivedAt: begin})
			committed := time.Now()
			press[i] = committed.Sub(begin)
			<-changed
			_, err := there.Get(b.Context(), id)
			h.ok(err)
			known[i] = time.Since(committed)
		}
		for name, took := range map[string][]time.Duration{"one-statement": single, "press": press, "known-there": known} {
			slices.Sort(took)
			b.ReportMetric(float64(took[n/2].Microseconds())/1000, name+"-p50-ms")
			b.ReportMetric(float64(took[n*99/100].Microseconds())/1000, name+"-p99-ms")
		}
	}
}
