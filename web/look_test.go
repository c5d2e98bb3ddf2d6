package web

import (
	"context"
	"strings"
	"testing"

	"anling/internal/audit"
	"anling/internal/fault"
	"anling/registry"
)

// asCaller is a request's context in the hands of somebody.
func asCaller(ctx context.Context, c *caller) context.Context {
	return context.WithValue(ctx, infoKey{}, &info{caller: c})
}

// seenBy gives what the log says somebody has seen, oldest last.
func (h *house) looks(q audit.Query) []audit.Row {
	h.t.Helper()
	page, err := h.audit.Find(h.t.Context(), q)
	must(h.t, err)
	return page.Items
}

func TestALookIsWrittenBeforeItIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := asCaller(t.Context(), &caller{operator: &registry.Operator{ID: "o1", Centre: "c1"}})
	must(t, h.server.look(ctx, look{action: "elder.seen", resource: "elder", id: "e1", subject: "e1", alert: "a1", seen: seen{Fields: []string{"access"}}}))
	rows := h.looks(audit.Query{Subject: "e1", Action: "elder.seen"})
	if len(rows) != 1 || rows[0].Actor.ID != "o1" || rows[0].Centre != "c1" || rows[0].Alert != "a1" || string(rows[0].Data) != `{"fields":["access"]}` {
		t.Errorf("got %+v", rows)
	}
}

func TestWithoutALogOnlyAlarmsAreShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := asCaller(t.Context(), &caller{operator: &registry.Operator{ID: "o1", Centre: "c1"}})
	must(t, h.db.Close())
	l := look{action: "elder.seen", resource: "elder", id: "e1", subject: "e1", seen: seen{Note: "secret words"}}
	if err := h.server.look(ctx, l); !fault.Is(err, fault.Retry) {
		t.Errorf("got %v, want Retry: 503", err)
	}
	h.server.lookAtAlarm(ctx, l)
	if log := h.log.String(); !strings.Contains(log, "operator o1") || strings.Contains(log, "secret words") {
		t.Errorf("the program's log: %s", log)
	}
	if body := h.serve("GET", "/metrics").Body.String(); !strings.Contains(body, "anling_audit_unwritten_total 1") {
		t.Error("the metric does not count it")
	}
}
