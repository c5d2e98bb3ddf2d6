package registry

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// BenchmarkAlarm is what an alarm asks of the registry: whose device, who, and whom to tell.
func BenchmarkAlarm(b *testing.B) {
	engines := map[string]func() db.Options{
		"sqlite":   func() db.Options { return db.Options{Path: dbtest.Path(b)} },
		"postgres": func() db.Options { return db.Options{URL: dbtest.URL(b)} },
	}
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			h := mustHouse(b, engines[name]())
			const elders = 200
			mustCrowd(b, h, elders)
			alarm := func(tx *db.Tx, n int) error {
				d, err := h.FindDeviceTx(b.Context(), tx, "watch", fmt.Sprintf("8600000000%05d", n%elders))
				if err != nil {
					return err
				}
				if _, err = h.ElderTx(b.Context(), tx, d.Elder); err != nil {
					return err
				}
				_, err = h.ContactsTx(b.Context(), tx, d.Elder)
				return err
			}
			b.Run("one", func(b *testing.B) { // one press in a transaction of its own
				for n := 0; b.Loop(); n++ {
					h.view(b, func(tx *db.Tx) error { return alarm(tx, n) })
				}
			})
			b.Run("in a writer's transaction", func(b *testing.B) {
				h.update(b, func(tx *db.Tx) error {
					start := processorTime(b)
					for n := 0; b.Loop(); n++ {
						if err := alarm(tx, n); err != nil {
							return err
						}
					}
					b.ReportMetric(float64((processorTime(b)-start).Microseconds())/float64(b.N), "cpu-µs/op")
					return nil
				})
			})
		})
	}
}

// processorTime says what was used, not what was waited for: the figure that a busy machine spoils least.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func mustCrowd(b *testing.B, h *house, n int) {
	b.Helper()
	h.update(b, func(tx *db.Tx) error {
		for i := range n {
			e := zhang()
			e.ID = ElderID(fmt.Sprintf("E%d", i))
			mustPut(b, h.elders, tx, e)
			mustPut(b, h.devices, tx, Device{ID: DeviceID(fmt.Sprintf("D%d", i)), Elder: e.ID, Protocol: "watch", Identity: fmt.Sprintf("8600000000%05d", i)})
			for k := range 4 {
				c := daughter()
				c.ID, c.Elder, c.Order = ContactID(fmt.Sprintf("C%d-%d", i, k)), e.ID, k+1
				mustPut(b, h.contacts, tx, c)
			}
		}
		return nil
	})
}

func mustPut[T any, P record[T]](b *testing.B, s *shelf[T, P], tx *db.Tx, x T) {
	b.Helper()
	d := draft[T]{x: x, scope: ScopeAll()}
	s.prepare(&d)
	must[T](b)(s.put(b.Context(), tx, d))
}

func BenchmarkNormalizePhone(b *testing.B) {
	for name, raw := range map[string]string{"mobile": "+86 199 0000 1234", "fixed line": "029-88445566"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must[string](b)(NormalizePhone(raw))
			}
		})
	}
}

func BenchmarkCheckToken(b *testing.B) {
	h := mustHouse(b, db.Options{Path: dbtest.Path(b)})
	plain, _, err := h.CreateToken(b.Context(), Token{Name: "x", Scope: TokenSignals})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		must[Token](b)(h.CheckToken(b.Context(), plain))
	}
}
