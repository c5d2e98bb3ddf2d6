package web

import (
	"cmp"
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"anling/alerts"
	"anling/alerts/coverage"
	"anling/devices"
	"anling/geo/address"
	"anling/geo/road"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/retention"
	"anling/notify"
	"anling/notify/webhook"
	"anling/registry"
)

// Options are what a Server works with. DB, Registry, Engine, Intake, Audit and Outbox are required.
type Options struct {
	DB        *db.DB
	Registry  *registry.Registry
	Engine    *alerts.Engine
	Intake    *devices.Intake
	Audit     *audit.Log
	Outbox    *notify.Outbox
	Notary    *audit.Notary // nil: no checkpoints are made
	Privacy   Privacy
	Retention *retention.Keeper
	Roads     *road.Finder    // who can be at a place soonest, and the way there; nil: by air
	Coverage  *coverage.Watch // who could be at whose door in time; nil: one that nobody lets work
	// ClosuresChanged is called when a road was closed or opened; may be nil.
	ClosuresChanged func()
	Clock           clock.Clock
	Log             *slog.Logger
	PublicURL       string

	Console fs.FS                   // the built console; nil for the embedded one
	Basemap func() (fs.File, error) // opens the base map's PMTiles; nil when there is none
	Map     MapView                 // where the console's map begins
	Places  *address.Index          // finds addresses; nil when there is none

	Webhooks *webhook.Hooks // programs that are told what happens; may be nil

	Hooks  http.Handler // everything under /hooks/, which checks its callers itself; may be nil
	Phones http.Handler // the phone wall, under /phones; may be nil
	Demo   *Demo        // nil outside the demo

	Limits  Limits         // how fast callers may go; never alarms
	Proxies []netip.Prefix // whose X-Forwarded-For is believed

	// CertificateUntil tells when the certificate in use ends; nil when the service does not speak TLS itself.
	CertificateUntil func() (time.Time, error)
	SecondFactor     string        // when one is asked for: FactorsOff, FactorsEnrolled or FactorsRequired; "" is FactorsEnrolled
	SSO              *SSO          // the identity provider; nil: none
	PasswordLife     time.Duration // after which a password must be changed; 0: never

	// OldestUnsent tells how long the oldest message that is due has waited; nil leaves the metric out.
	OldestUnsent func(context.Context) (time.Duration, error)
	// SupervisionLate tells since when devices have not been looked after; nil leaves the metric out.
	SupervisionLate func() time.Duration

	// TasksWaiting tells how many devices wait for the turn of their task; nil leaves the metric out.
	TasksWaiting func() int64
}

// Server is the HTTP side of the service.
type Server struct {
	db              *db.DB
	registry        *registry.Registry
	engine          *alerts.Engine
	intake          *devices.Intake
	audit           *audit.Log
	outbox          *notify.Outbox
	notary          *audit.Notary
	privacy         Privacy
	retention       *retention.Keeper
	recent          recent
	roads           *road.Finder
	coverage        *coverage.Watch
	closuresChanged func()
	clock           clock.Clock
	log             *slog.Logger

	publicURL string
	secure    bool // reached over TLS: cookies and headers may rely on it
	mapView   MapView
	places    *address.Index // empty when there is none
	basemap   func() (fs.File, error)
	demo      *Demo
	phones    http.Handler
	hooks     http.Handler
	proxies   []netip.Prefix

	sessions *sessions
	policy   policy
	sso      *signOn            // nil: none
	passkeys *webauthn.WebAuthn // nil where the public address knows none
	throttle *throttle
	lanes    *lanes
	links    *guesses
	webhooks *webhook.Hooks
	feeding  bool  // fed is known; StepWebhooks' alone
	fed      int64 // the number of the last event that the webhooks were fed; StepWebhooks' alone
	gate     *gate
	lenses   *lenses
	metrics  *metrics
	hub      *hub
	console  *static
	assets   *static
	handler  http.Handler
	routes   []route
	openapi  []byte
	stopping chan struct{} // closed when an http.Server of ours shuts down
	stopOnce sync.Once
}

// New makes a Server. It starts nothing; give Handler to an http.Server (see HTTP).
func New(o Options) (*Server, error) {
	if o.DB == nil || o.Registry == nil || o.Engine == nil || o.Intake == nil || o.Audit == nil || o.Outbox == nil {
		return nil, fault.New(fault.Internal, "the web server needs a database, a registry, an engine, an intake, an audit log and an outbox")
	}
	if o.Clock == nil {
		o.Clock = clock.Real()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Roads == nil {
		crowd := road.NewCrowd(road.Nowhere())
		o.Registry.Helpers().Follow(crowd)
		o.Roads = road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: o.Registry.Helpers().Index()})
	}
	if o.Coverage == nil {
		o.Coverage = coverage.New(coverage.Options{DB: o.DB, Registry: o.Registry, Roads: o.Roads, Clock: o.Clock, Log: o.Log})
	}
	if o.ClosuresChanged == nil {
		o.ClosuresChanged = func() {}
	}
	s := &Server{
		db: o.DB, registry: o.Registry, engine: o.Engine, intake: o.Intake, audit: o.Audit, outbox: o.Outbox, notary: o.Notary, privacy: o.Privacy, retention: o.Retention, clock: o.Clock, log: o.Log,
		roads: o.Roads, coverage: o.Coverage, closuresChanged: o.ClosuresChanged,
		publicURL: strings.TrimRight(o.PublicURL, "/"), secure: strings.HasPrefix(o.PublicURL, "https://"),
		mapView: o.Map.orDefault(), basemap: o.Basemap, demo: o.Demo, phones: o.Phones, hooks: o.Hooks, proxies: o.Proxies, webhooks: o.Webhooks,
		throttle: newThrottle(), gate: newGate(), stopping: make(chan struct{}),
	}
	if s.places = o.Places; s.places == nil {
		s.places = address.New(nil)
	}
	s.gate.customClass = o.Registry.CustomClass
	s.lenses = newLenses(o.Registry, s.gate)
	s.policy = policy{secondFactor: cmp.Or(o.SecondFactor, FactorsEnrolled), passwordLife: o.PasswordLife}
	s.sso = newSignOn(o.SSO, o.Clock, s.publicURL)
	s.sessions = newSessions(o.Clock, o.Registry, s.policy)
	s.hub = newHub(o.Engine, o.Registry.Helpers(), o.Clock)
	s.metrics = newMetrics(s, o)
	s.lanes = newLanes(o.Limits, s.metrics.refuse)
	s.links = newGuesses(o.Log, s.metrics.refuse)
	var err error
	if s.passkeys, err = newPasskeys(s.publicURL); err != nil {
		return nil, err
	}
	if s.console, err = newConsole(o.Console); err != nil {
		return nil, err
	}
	if s.assets, err = newAssets(); err != nil {
		return nil, err
	}
	s.routes = s.table()
	if s.openapi, err = s.describe(); err != nil {
		return nil, err
	}
	guarded, err := s.guardOrigins(s.router())
	if err != nil {
		return nil, err
	}
	s.handler = s.observe(guarded)
	return s, nil
}

// Handler serves everything.
func (s *Server) Handler() http.Handler { return s.handler }

// The time limits of a connection. Streams lift the write limit for themselves and set one for each event.
const (
	headerTime = 5 * time.Second
	readTime   = 60 * time.Second // an import over a slow line
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	pingTime   = 30 * time.Second // silence after which an HTTP/2 client is asked whether it is there
)

// maxStreams is how many requests one HTTP/2 connection may have under way.
const maxStreams = 128

// HTTP makes an http.Server with this server's handler and limits; the caller listens, and shuts it
// down. At that moment the live streams end, which would else never do so, while every other request that has
// begun is carried to its end, also when ctx is over.
func (s *Server) HTTP(ctx context.Context) *http.Server {
	ctx = context.WithoutCancel(ctx)
	h := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: 32 << 10,
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   newConns(maxConns).watch,
		HTTP2:       &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: pingTime, WriteByteTimeout: streamTimeout * 2},
	}
	h.RegisterOnShutdown(func() { s.stopOnce.Do(func() { close(s.stopping) }) })
	return h
}

// ObserveCommit notes how long a signal took from its arrival to its durable commit, for gateways
// that do not come in over HTTP.
func (s *Server) ObserveCommit(took time.Duration) { s.metrics.commit(took) }

// MapView is where the console's map begins.
type MapView struct {
	Center      [2]float64 `json:"center"` // longitude, latitude
	Zoom        float64    `json:"zoom"`
	Attribution string     `json:"attribution"`
}

func (m MapView) orDefault() MapView {
	if m.Center == [2]float64{} {
		m.Center, m.Zoom = [2]float64{121.4737, 31.2304}, 14
	}
	if m.Attribution == "" {
		m.Attribution = "© OpenStreetMap contributors"
	}
	return m
}

// Demo is what only the demo offers.
type Demo struct {
	// Press presses the button of an elder, or of anybody when the id is empty.
	Press func(ctx context.Context, elder registry.ElderID) (Pressed, error)
	// Page is the button to press in a browser, at /demo; may be nil.
	Page http.Handler
}

// Pressed is what came of a press in the demo.
type Pressed struct {
	Alert alerts.AlertID   `json:"alert"`
	Elder registry.ElderID `json:"elder"`
}

func unmatched(*http.Request) error {
	return fault.New(fault.NotFound, "there is nothing here")
}
