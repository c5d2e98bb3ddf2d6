package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/geo"
	"anling/internal/db"
	"anling/registry"
)

// BenchmarkBurst1000 is a thousand presses at the same moment, over 64 connections.
func BenchmarkBurst1000(b *testing.B) {
	const n, connections = 1000, 64
	for b.Loop() {
		b.StopTimer()
		c := newBenchCity(b, n)
		c.client.Transport = benchTransport(connections)
		b.StartTimer()
		since, acked := make([]time.Time, n), make([]time.Duration, n)
		begin := time.Now()
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				since[i] = time.Now()
				c.press(fmt.Sprintf("p%d", i), fmt.Sprintf("b%d", i))
				acked[i] = time.Since(since[i])
			})
		}
		all.Wait()
		report(b, "press-ack", acked)
		report(b, "press-carrier", c.waited(since))
		b.ReportMetric(float64(c.lastFirst(n).Sub(begin).Milliseconds()), "first-messages-out-ms")
		c.settled(n)
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "all-messages-out-ms")
	}
}

// lastFirst is when the last of n families was first asked for.
func (c *benchCity) lastFirst(n int) (last time.Time) {
	c.carrier.mu.Lock()
	defer c.carrier.mu.Unlock()
	for i := range n {
		if at := c.carrier.first[familyOf(i)]; at.After(last) {
			last = at
		}
	}
	return last
}

// BenchmarkAmong is the whole way, one press at a time, in a database that holds many alerts already, and how long the program
// takes to be ready in it. ANLING_BENCH_MILLION=1 adds a million closed ones: some 6 GB.
func BenchmarkAmong(b *testing.B) {
	sizes := []struct {
		open, closed int
	}{{10, 0}, {1_000, 0}, {100_000, 0}, {10, 100_000}}
	if os.Getenv("ANLING_BENCH_MILLION") != "" {
		sizes = append(sizes, struct{ open, closed int }{10, 1_000_000})
	}
	for _, s := range sizes {
		b.Run(fmt.Sprintf("open=%d/closed=%d", s.open, s.closed), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				const n = 300
				c := newBenchCity(b, n)
				c.fillAlerts(s.open, s.closed)
				b.ReportMetric(float64(c.restart().Microseconds())/1000, "ready-ms")
				b.StartTimer()
				c.pressEach(n, func(int) {})
				b.ReportMetric(c.firstPage(), "first-page-ms")
				b.ReportMetric(residentMB(b), "resident-MB")
			}
		})
	}
}

// fillAlerts makes copies of one true alert: each with a state of its own that can be opened, the events and the messages of
// the press. Those that are open want nothing for an hour.
func (c *benchCity) fillAlerts(open, closed int) {
	ctx := c.b.Context()
	c.press("model", c.model())
	c.settled(1)
	items, _, err := c.app.engine.List(ctx, registry.ScopeAll(), alerts.Filter{State: "open", Elder: registry.ElderID("model")})
	c.ok(err)
	if len(items) != 1 {
		c.b.Fatalf("%d alerts for a model, want 1", len(items))
	}
	model := items[0]
	const batch = 500
	for done := 0; done < open+closed; done += batch {
		c.ok(c.app.db.Update(ctx, func(tx *db.Tx) error {
			for i := done; i < min(done+batch, open+closed); i++ {
				if err := c.copyAlert(ctx, tx, *model, i >= open); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// model is the device of one more elder.
func (c *benchCity) model() string {
	ctx := c.b.Context()
	_, err := c.app.registry.CreateElder(ctx, registry.Elder{ID: "model", Centre: "c1", Name: "王秀兰", Address: "南京西路20弄6号301室",
		Position: &geo.Position{Point: orb.Point{121.46, 31.22}}})
	c.ok(err)
	_, err = c.app.registry.CreateContact(ctx, registry.Contact{Elder: "model", Name: "女儿", Role: "family", Phones: []string{"+8619905000000"},
		Channels: []string{"sms", "voice"}, Order: 1})
	c.ok(err)
	_, err = c.app.registry.CreateDevice(ctx, registry.Device{Identity: "model", Protocol: "http", Kind: "pendant", Elder: "model"})
	c.ok(err)
	return "model"
}

//house:parameters of the model, and whether the copy has ended
func (c *benchCity) copyAlert(ctx context.Context, tx *db.Tx, a alerts.Alert, closed bool) error {
	model := a.ID
	a.ID = alerts.AlertID(db.NewID())
	var due, ended any
	if later := tx.Now().Add(time.Hour); closed {
		a.State, a.ClosedAt, a.DueAt = alerts.Closed, &later, nil
		ended = db.Micros(tx.Now())
	} else {
		a.DueAt = &later
		due = db.Micros(later)
	}
	key, err := c.app.vault.Key(ctx, tx, a.Subject)
	if err != nil {
		return err
	}
	snapshot, err := key.SealJSON("alerts", "snapshot", string(a.ID), a)
	if err != nil {
		return err
	}
	number, err := tx.NextSeq(ctx, "alert_number", 1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO alerts (id, number, centre, elder, device, subject, kind, priority, state, outcome, plan, raised_at, due_at, ended_at,
			seq, global, head, snapshot, operator)
		SELECT ?, ?, centre, elder, device, subject, kind, priority, ?, outcome, plan, raised_at, ?, ?, seq, global, head, ?, operator
		FROM alerts WHERE id = ?`, string(a.ID), number, string(a.State), due, ended, snapshot, string(model))
	if err != nil {
		return err
	}
	const each = 6 // events of the press itself
	first, err := tx.NextSeq(ctx, "events", each)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO events (alert, seq, global, type, at, actor_kind, actor_id, prev, commitment, hash, data)
		SELECT ?, seq, ? + seq, type, at, actor_kind, actor_id, prev, commitment, hash, data FROM events WHERE alert = ? AND seq <= 6`,
		string(a.ID), first-1, string(model))
	return err
}

// restart ends the program and starts it anew on the same data; it gives how long it took until it answered.
func (c *benchCity) restart() time.Duration {
	c.stop()
	begin := time.Now()
	c.start()
	resp, err := c.client.Get(strings.TrimSuffix(c.url, "/v1/signals") + "/readyz")
	c.ok(err)
	c.ok(resp.Body.Close())
	if resp.StatusCode != 200 {
		c.b.Fatalf("after a restart /readyz says %d", resp.StatusCode)
	}
	return time.Since(begin)
}

// firstPage is the median time, in milliseconds, of reading the first 50 open alerts.
func (c *benchCity) firstPage() float64 {
	took := make([]time.Duration, 21)
	for i := range took {
		begin := time.Now()
		_, _, err := c.app.engine.List(c.b.Context(), registry.ScopeAll(), alerts.Filter{State: "open", Limit: 50})
		c.ok(err)
		took[i] = time.Since(begin)
	}
	slices.Sort(took)
	return inMillis(took, 0.5)
}

// residentMB is how much memory this process – client, service and carrier – holds.
func residentMB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / (1 << 20)
}
