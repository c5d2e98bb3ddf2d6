package alerts

import (
	"context"
	"testing"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// TestAnotherNodeHearsOfAPress: whoever watches at one node sees a press at another without having to ask again and again.
func TestAnotherNodeHearsOfAPress(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(start)
	o := db.Options{URL: dbtest.URL(t)}
	h := newHouse(t, dbtest.Open(t, o, clk), clk)
	there := New(Options{DB: dbtest.Open(t, o, clk), Vault: h.vault, Registry: h.reg, Outbox: h.outbox, Clock: clk, Log: h.engine.log})
	first := there.Changed()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for _, e := range []*Engine{there, h.engine} {
		go func() { done <- e.Listen(ctx) }()
	}
	<-first // it listens, and looks once
	changed := there.Changed()
	id := h.press("sos")
	<-changed
	if a, err := there.Get(t.Context(), id); err != nil || a.State != Raised {
		t.Errorf("got %v, %v, want the alert", a, err)
	}
	stop()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
