package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"anling/alerts"
	"anling/internal/audit"
	"anling/internal/fault"
	"anling/registry"
)

// look is what somebody is about to be shown, or has done that changes no record.
type look struct {
	by       audit.Actor // nobody: the caller
	action   string      // elder.seen, elders.listed, elders.exported …
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

// String tells two looks apart, the count by its value.
func (v seen) String() string {
	count := -1
	if v.Count != nil {
		count = *v.Count
	}
	return fmt.Sprint(v.Fields, v.Query, count, v.Note)
}

func (s *Server) entryOf(ctx context.Context, l look) audit.Entry {
	c := callerOf(ctx)
	if l.centre == "" && c.operator != nil {
		l.centre = c.operator.Centre
	}
	who := l.by
	if who == (audit.Actor{}) {
		who = c.who()
	}
	return audit.Entry{Actor: who, Action: l.action, Resource: l.resource, ID: l.id, Subject: l.subject,
		Centre: string(l.centre), Alert: l.alert, Data: l.seen.data()}
}

// look writes down what the caller is about to be shown and returns when that is durable. Whoever gets an
// error – Retry: the log cannot be written – shows nothing.
func (s *Server) look(ctx context.Context, looks ...look) error {
	now := s.clock.Now()
	var entries []audit.Entry
	for _, l := range looks {
		// Of an emergency access every look is written.
		if e := s.entryOf(ctx, l); s.recent.fresh(e, now) || strings.Contains(l.seen.Note, glassNote) {
			entries = append(entries, e)
		}
	}
	if err := s.audit.Add(ctx, entries...); err != nil {
		return fault.Wrap(fault.Retry, err, "nothing can be shown while it cannot be written down who has seen it; try again in a moment")
	}
	for _, e := range entries {
		s.recent.wrote(e, now)
	}
	return nil
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

// lookAt writes down that the caller opens a record; as is what of it ("" for the record itself). Only fields with
// personal data that are shown count: a record without any leaves no trace.
func (s *Server) lookAt(ctx context.Context, record any, who standing, as string) error {
	l, ok := lookOf(record, who)
	if !ok {
		return nil
	}
	l.seen.Note = strings.TrimSpace(as + " " + who.note())
	if l.alert != "" {
		s.lookAtAlarm(ctx, l)
		return nil
	}
	return s.look(ctx, l)
}

// alertLook is the look at an alert: at the elder's record with it, when it is shown and something in it may be seen.
func (s *Server) alertLook(a *alerts.Alert, elder *registry.Elder, who viewer, action string) look {
	l := look{action: action, resource: "alert", id: string(a.ID), subject: a.Subject, centre: a.Centre, alert: string(a.ID)}
	if elder != nil {
		l.action, l.resource, l.id, l.subject = "elder.seen", "elder", string(elder.ID), string(elder.ID)
		l.seen.Fields = who.personalOf(*elder)
	}
	return l
}

// lookAtList writes down that the caller is shown a list of people: what was asked for, and how many were found.
func (s *Server) lookAtList(r *http.Request, what string, count int) error {
	switch what {
	case "elders", "contacts", "helpers", "devices":
		return s.look(r.Context(), look{action: what + ".listed", resource: strings.TrimSuffix(what, "s"), seen: seen{Query: filtersOf(r), Count: &count}})
	}
	return nil
}

// lookOf is the look at a record by somebody; false when nothing in it is personal to them.
func lookOf(record any, who standing) (look, bool) {
	l := look{alert: string(who.alert), seen: seen{Fields: who.personalOf(record)}}
	switch x := record.(type) {
	case registry.Elder:
		l.resource, l.id, l.subject, l.centre = "elder", string(x.ID), string(x.ID), x.Centre
	case registry.Contact:
		l.resource, l.id, l.subject = "contact", string(x.ID), string(x.Elder)
	case registry.Helper:
		l.resource, l.id, l.subject, l.centre = "helper", string(x.ID), string(x.ID), x.Centre
	case registry.Device:
		l.resource, l.id, l.subject, l.centre = "device", string(x.ID), string(x.Elder), x.Centre
	default:
		return l, false
	}
	l.action = l.resource + ".seen"
	return l, len(l.seen.Fields) > 0
}

// personalOf names the fields of a record with something personal in them that are shown, whole or masked.
func (v viewer) personalOf(record any) []string {
	var out []string
	value := reflect.ValueOf(record)
	for i := range value.NumField() {
		f := value.Type().Field(i)
		c := v.lens.gate.fields[value.Type()][jsonName(f)]
		if f.IsExported() && c != open && c != "" && !value.Field(i).IsZero() && v.rights(value.Type(), jsonName(f))&(registry.MaySee|registry.MaySeeMasked) != 0 {
			out = append(out, jsonName(f))
		}
	}
	return out
}

// sameLook is how long a look that is repeated is the same one: a console asks again whenever something has moved.
const sameLook = 5 * time.Minute

// recent remembers looks that were written lately.
type recent struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// maxRecent bounds the memory; when it is full, looks are written once more.
const maxRecent = 20_000

// fresh tells whether an entry was not written lately.
func (r *recent) fresh(e audit.Entry, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := r.seen[lookKey(e)]
	return !known || now.Sub(at) >= sameLook || now.Before(at)
}

func (r *recent) wrote(e audit.Entry, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) >= maxRecent {
		r.seen = map[string]time.Time{}
	}
	r.seen[lookKey(e)] = now
}

// lookKey is the same for looks of the same person at the same fields of the same record for the same reason.
func lookKey(e audit.Entry) string {
	return fmt.Sprintf("%v|%s|%s|%s|%s|%v", e.Actor, e.Action, e.ID, e.Alert, e.Centre, e.Data)
}

func newUnlogged() prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "anling_audit_unwritten_total",
		Help: "Looks at alarms that could not be written into the audit log; they stand in the program's log."})
}
