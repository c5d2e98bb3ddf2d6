package web

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"anling/internal/audit"
	"anling/internal/fault"
	"anling/registry"
)

// look is what somebody is about to be shown, or has done that changes no record.
type look struct {
	action   string // elder.seen, elders.listed, elders.exported …
	resource string
	id       string            // of one record; empty for a list
	subject  string            // whose key seals the rest; empty: nobody's in particular
	centre   registry.CentreID // empty: the caller's
	alert    string            // the alarm that justifies it
	seen     seen
}

// seen is what the log keeps sealed of a look.
type seen struct {
	Fields []string          `json:"fields,omitempty"` // those with personal data that were shown
	Query  map[string]string `json:"query,omitempty"`  // terms and filters of a list
	Count  *int              `json:"count,omitempty"`  // records in it
	Note   string            `json:"note,omitempty"`
}

func (v seen) data() any {
	if len(v.Fields) == 0 && len(v.Query) == 0 && v.Count == nil && v.Note == "" {
		return nil
	}
	return v
}

func (s *Server) entryOf(ctx context.Context, l look) audit.Entry {
	c := callerOf(ctx)
	if l.centre == "" && c.operator != nil {
		l.centre = c.operator.Centre
	}
	return audit.Entry{Actor: c.who(), Action: l.action, Resource: l.resource, ID: l.id, Subject: l.subject,
		Centre: string(l.centre), Alert: l.alert, Data: l.seen.data()}
}

// look writes down what the caller is about to be shown and returns when that is durable. Whoever gets an
// error – Retry: the log cannot be written – shows nothing.
func (s *Server) look(ctx context.Context, looks ...look) error {
	entries := make([]audit.Entry, len(looks))
	for i, l := range looks {
		entries[i] = s.entryOf(ctx, l)
	}
	return fault.Wrap(fault.Retry, s.audit.Add(ctx, entries...), "nothing can be shown while it cannot be written down who has seen it; try again in a moment")
}

// lookAtAlarm is look for what an alarm needs: an alert is opened even when the log cannot be written. Then the look
// stands in the program's log, as an error, and in a metric.
func (s *Server) lookAtAlarm(ctx context.Context, looks ...look) {
	err := s.look(ctx, looks...)
	if err == nil {
		return
	}
	for _, l := range looks {
		e := s.entryOf(ctx, l)
		s.metrics.unlogged.Inc()
		s.log.Error("a look at an alarm could not be written into the audit log", "who", e.Actor.Kind+" "+e.Actor.ID,
			"action", e.Action, "id", e.ID, "alert", e.Alert, "err", err)
	}
}

func newUnlogged() prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "anling_audit_unwritten_total",
		Help: "Looks at alarms that could not be written into the audit log; they stand in the program's log."})
}
