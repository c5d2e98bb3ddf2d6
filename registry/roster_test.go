package registry

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
)

func moved(lat float64, when time.Time) geo.Position {
	p := *at(lat, 121.47)
	p.At, p.Source = when, geo.SourceDevice
	return p
}

func latOf(t testing.TB, h Helper) float64 {
	t.Helper()
	if h.Position == nil {
		return 0
	}
	return h.Position.Point.Lat()
}

func TestRosterFollowsTheRegistry(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		roster := h.Helpers()
		if _, ok := roster.Get("H1"); ok {
			t.Error("a helper before anybody was created")
		}
		h.mustPeople(t)
		got, ok := roster.Get("H1")
		if !ok || got.Name != "李强" || latOf(t, got) != 31.2304 || roster.Index().Len() != 1 {
			t.Errorf("created: %+v, %d in the index", got, roster.Index().Len())
		}
		if modes := roster.ModesOf("H1"); len(modes) != 1 || modes[0] != geo.Foot {
			t.Errorf("modes: %v", modes)
		}
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"on_duty":false}`)))
		if got, _ := roster.Get("H1"); got.OnDuty || got.Version != 2 || latOf(t, got) != 31.2304 {
			t.Errorf("changed: %+v", got)
		}
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":2,"position":null}`)))
		if got, _ := roster.Get("H1"); got.Position != nil || roster.Index().Len() != 0 {
			t.Errorf("without a position: %+v", got)
		}
		if err := h.ArchiveHelper(ctx, "H1"); err != nil {
			t.Fatal(err)
		}
		if _, ok := roster.Get("H1"); ok || len(roster.All()) != 0 {
			t.Error("an archived helper is still in memory")
		}
	})
}

func TestARefusedChangeDoesNotReachTheRoster(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		broken := fmt.Errorf("the caller changed its mind")
		err := h.db.Update(t.Context(), func(tx *db.Tx) error {
			x := li()
			x.ID = "H2"
			d := draft[Helper]{x: x, scope: ScopeAll()}
			h.helpers.prepare(&d)
			must[Helper](t)(h.helpers.put(t.Context(), tx, d))
			return broken
		})
		if err == nil {
			t.Fatal("the transaction went through")
		}
		if _, ok := h.Helpers().Get("H2"); ok {
			t.Error("a helper is in memory who is not in the database")
		}
	})
}

func TestPositionsAreInMemoryAtOnceAndWrittenTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		roster := h.Helpers()
		for _, m := range []struct {
			p    geo.Position
			want float64
		}{
			{moved(31.30, noon().Add(time.Second)), 31.30},
			{moved(31.31, noon().Add(-time.Hour)), 31.30},     // came late
			{moved(31.32, noon().Add(1000*time.Hour)), 31.30}, // a clock far ahead is taken for now, which is before the first
			{moved(31.33, noon().Add(2*time.Second)), 31.33},
		} {
			if err := roster.MovePosition("H1", m.p); err != nil {
				t.Fatalf("move: %v", err)
			}
			if got, _ := roster.Get("H1"); latOf(t, got) != m.want {
				t.Errorf("after %v: got %v, want %v", m.p.At, latOf(t, got), m.want)
			}
			if p, _, _ := roster.Index().Get("H1"); p.Lat() != m.want {
				t.Errorf("index after %v: got %v, want %v", m.p.At, p.Lat(), m.want)
			}
		}
		wantKind(t, "an unknown helper", roster.MovePosition("nobody", moved(1, noon())), fault.NotFound)
		wantKind(t, "no place", roster.MovePosition("H1", *at(91, 0)), fault.Invalid)
		if got := must[Helper](t)(h.Helper(ctx, "H1")); latOf(t, got) != 31.33 || got.Version != 1 {
			t.Errorf("read while it is only in memory: %+v", got)
		}
		if err := roster.Flush(ctx); err != nil {
			t.Fatalf("flush: %v", err)
		}
		again := h.mustOpen(t)
		if got := must[Helper](t)(again.Helper(ctx, "H1")); latOf(t, got) != 31.33 {
			t.Errorf("read from the database: %v", latOf(t, got))
		}
		if err := again.Load(ctx); err != nil {
			t.Fatal(err)
		}
		before, _ := roster.Get("H1")
		after, _ := again.Helpers().Get("H1")
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after a restart (-before +after):\n%s", diff)
		}
	})
}

func TestRosterLearnsFromOtherNodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		other := h.mustOpen(t)
		h.mustPeople(t)
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(2 * time.Second)
		if err := h.Helpers().MovePosition("H1", moved(31.40, h.clock.Now())); err != nil {
			t.Fatal(err)
		}
		if err := h.Helpers().Flush(ctx); err != nil {
			t.Fatal(err)
		}
		must[Helper](t)(h.CreateHelper(ctx, Helper{ID: "H2", Name: "王", Phones: []string{"19900001111"}}))
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if got, _ := other.Helpers().Get("H1"); latOf(t, got) != 31.40 {
			t.Errorf("the other node sees the helper at %v, want 31.40", latOf(t, got))
		}
		if err := h.ArchiveHelper(ctx, "H1"); err != nil {
			t.Fatal(err)
		}
		if err := other.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if all := other.Helpers().All(); len(all) != 1 || all[0].ID != "H2" {
			t.Errorf("the other node has %+v", all)
		}
	})
}

func TestRosterRunWritesEverySecondAndAtTheEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- h.Helpers().Run(ctx) }()
		if err := h.Helpers().MovePosition("H1", moved(31.50, noon().Add(time.Second))); err != nil {
			t.Fatal(err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatalf("run: %v", err)
		}
		if got := must[Helper](t)(h.mustOpen(t).Helper(t.Context(), "H1")); latOf(t, got) != 31.50 {
			t.Errorf("after the end the database has %v, want 31.50", latOf(t, got))
		}
	})
}

func TestSeenIsWrittenForwardOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		full, low := 90, 12
		for _, s := range []Seen{{Device: "D1", At: noon(), Battery: &full}, {Device: "D1", At: noon().Add(-time.Hour), Battery: &low},
			{Device: "D1", At: noon().Add(time.Hour)}, {Device: "nobody", At: noon()}} {
			h.update(t, func(tx *db.Tx) error { return h.SeenTx(ctx, tx, []Seen{s}) })
		}
		d := must[Device](t)(h.Device(ctx, "D1"))
		if d.LastSeenAt == nil || !d.LastSeenAt.Equal(noon().Add(time.Hour)) || d.Battery == nil || *d.Battery != full || d.Version != 1 {
			t.Errorf("seen: %+v", d)
		}
		must[Device](t)(h.ChangeDevice(ctx, "D1", []byte(`{"version":1,"kind":"watch"}`)))
		if d = must[Device](t)(h.Device(ctx, "D1")); d.LastSeenAt == nil || d.Battery == nil {
			t.Errorf("a change forgot when the device was seen: %+v", d)
		}
		_, err := h.ChangeDevice(ctx, "D1", []byte(`{"version":2,"battery":100}`))
		wantFields(t, "a battery charged by a patch", err, "battery")
	})
}

func TestAKeyIsProvedOnlyInTheHomeWhereItWasPressed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		other := zhang()
		other.ID, other.Number = "E2", ""
		must[Elder](t)(h.CreateElder(ctx, other))
		pressed := func(at time.Time, elder ElderID, want *time.Time) {
			t.Helper()
			h.update(t, func(tx *db.Tx) error {
				return h.SeenTx(ctx, tx, []Seen{{Device: "D1", At: at, Tested: at, Elder: elder}})
			})
			if d := must[Device](t)(h.Device(ctx, "D1")); !cmp.Equal(d.TestedAt, want) {
				t.Errorf("pressed at %v with %s: tested at %v, want %v", at, elder, d.TestedAt, want)
			}
		}
		first, later := noon(), noon().Add(time.Hour)
		pressed(first, "E1", &first)
		pressed(later, "E1", &later)
		pressed(first, "E1", &later)
		must[Device](t)(h.ChangeDevice(ctx, "D1", []byte(`{"version":1,"place":"床头"}`)))
		pressed(first, "E1", &later)
		must[Device](t)(h.ChangeDevice(ctx, "D1", []byte(`{"version":2,"elder":"E2"}`)))
		pressed(later, "E1", nil)
		pressed(later, "E2", &later)
	})
}
