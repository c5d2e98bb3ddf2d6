package web

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"anling/alerts"
	"anling/registry"
)

// metrics counts what a person on call wants to know. Routes are templates, never paths.
type metrics struct {
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	commits  prometheus.Histogram
	refused  *prometheus.CounterVec
	unlogged prometheus.Counter
	streams  atomic.Int64
	handler  http.Handler
}

// scrapeTime bounds what a scrape may ask of the database.
const scrapeTime = 2 * time.Second

func newMetrics(s *Server, o Options) *metrics {
	m := &metrics{
		unlogged: newUnlogged(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anling_http_requests_total",
			Help: "Requests by route template, method and status."}, []string{"route", "method", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "anling_http_request_seconds",
			Help: "Time to answer by route template, without streams.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}, []string{"route"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anling_refused_total",
			Help: "Requests that were told to come again, by lane and reason; never alarms."}, []string{"lane", "why"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "anling_press_commit_seconds",
			Help: "From the arrival of a signal to its durable commit.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18)}),
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.took, m.commits, m.refused, m.unlogged,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_stream_clients", Help: "Open live streams."},
			func() float64 { return float64(m.streams.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_open_alerts", Help: "Alerts that are not closed (counted up to 1000); -1 when they cannot be counted."},
			func() float64 { return s.countOpen() }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_tokens_expiring", Help: "Tokens of machines that end within 14 days or ended within the last; -1 when they cannot be counted."},
			func() float64 { return s.countExpiring() }))
	if o.CertificateUntil != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_certificate_days",
			Help: "Days until the TLS certificate in use ends; -1 when that cannot be told."},
			func() float64 { return s.certificateDays(o.CertificateUntil) }))
	}
	if oldest := o.OldestUnsent; oldest != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_oldest_unsent_message_seconds",
			Help: "How long the oldest message that is due has waited; -1 when that cannot be told."},
			func() float64 { return ageOf(oldest) }))
	}
	if late := o.SupervisionLate; late != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_supervision_late_seconds",
			Help: "Since when no round of the supervision of devices has come to its end; -1 when none has yet."},
			func() float64 { return max(-1, late().Seconds()) }))
	}
	if waiting := o.TasksWaiting; waiting != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_device_tasks_waiting",
			Help: "Devices that are lost or were never tried and wait for the turn of their task: so many begin in an hour."},
			func() float64 { return float64(waiting()) }))
	}
	reg.MustRegister(s.glassGauge())
	if s.retention != nil {
		reg.MustRegister(s.retentionGauge())
	}
	m.handler = promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Inc()
	if route != "/v1/stream" {
		m.took.WithLabelValues(route).Observe(took.Seconds())
	}
}

// knownMethod keeps what a stranger writes out of the labels.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

func (m *metrics) refuse(in lane, why string) { m.refused.WithLabelValues(string(in), why).Inc() }

func (m *metrics) commit(took time.Duration) { m.commits.Observe(took.Seconds()) }

func (m *metrics) clients(change int64) { m.streams.Add(change) }

func (s *Server) countOpen() float64 {
	ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTime, errScrape)
	defer cancel()
	n, f := 0, alerts.Filter{State: "open", Limit: mostAlerts}
	for n < 1000 {
		list, next, err := s.engine.List(ctx, registry.ScopeAll(), f)
		if err != nil {
			return -1
		}
		n += len(list)
		if next == nil {
			break
		}
		f.Cursor = *next
	}
	return float64(n)
}

func (s *Server) certificateDays(until func() (time.Time, error)) float64 {
	at, err := until()
	if err != nil {
		return -1
	}
	return at.Sub(s.clock.Now()).Hours() / 24
}

func (s *Server) countExpiring() float64 {
	ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTime, errScrape)
	defer cancel()
	all, err := s.registry.ExpiringTokens(ctx)
	if err != nil {
		return -1
	}
	return float64(len(all))
}

func ageOf(oldest func(context.Context) (time.Duration, error)) float64 {
	ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTime, errScrape)
	defer cancel()
	age, err := oldest(ctx)
	if err != nil {
		return -1
	}
	return age.Seconds()
}

// showMetrics answers GET /metrics.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) error {
	s.metrics.handler.ServeHTTP(w, r)
	return nil
}
