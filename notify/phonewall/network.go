package phonewall

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"anling/internal/clock"
)

const (
	hookTimeout = 15 * time.Second // Twilio's own limit for a webhook
	parallel    = 32               // webhooks at a time in Run
)

// Options are what a network is made of.
type Options struct {
	AccountSID string
	AuthToken  string
	Number     string // of the service; what people call and write to
	PublicURL  string // where the service takes incoming calls and SMS
	Clock      clock.Clock
	Log        *slog.Logger
	Client     *http.Client // for webhooks
	// Latency is between the stages of a message or call; 0 is right for stories.
	Latency time.Duration
}

// Outage is a way in which the whole network fails.
type Outage string

// The outages.
const (
	Working     Outage = ""
	Unavailable Outage = "unavailable" // 503 with a page for humans
	Limited     Outage = "limited"     // 429 with Retry-After
	Dropped     Outage = "dropped"     // the connection breaks; nothing was taken
	AnswerLost  Outage = "answer_lost" // the request is taken, the connection breaks before the answer
	Hanging     Outage = "hanging"     // no answer until the client gives up; nothing was taken
)

// Network is the telephone network.
type Network struct {
	o Options

	mu       sync.Mutex
	phones   map[string]*phone
	calls    map[string]*call
	messages map[string]*textMessage
	stopped  map[string]bool // numbers that said STOP
	outage   Outage
	events   []event
	order    uint64
	busy     map[string]bool // keys whose event is being done
	watchers map[*Watcher]bool
	wake     chan struct{}
}

// event is something that happens at a time. Events of one key happen one after the other.
type event struct {
	at    time.Time
	order uint64
	key   string
	do    func(ctx context.Context) error
}

// New makes a network without phones; they appear when they are called or named.
func New(o Options) *Network {
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	return &Network{
		o:        o,
		phones:   map[string]*phone{},
		calls:    map[string]*call{},
		messages: map[string]*textMessage{},
		stopped:  map[string]bool{},
		busy:     map[string]bool{},
		watchers: map[*Watcher]bool{},
		wake:     make(chan struct{}, 1),
	}
}

// SetOutage makes the whole network fail in a way, or work again.
func (n *Network) SetOutage(o Outage) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.outage = o
}

func (n *Network) currentOutage() Outage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.outage
}

// schedule puts an event in the queue; n.mu is held.
func (n *Network) schedule(after time.Duration, key string, do func(ctx context.Context) error) {
	n.order++
	e := event{at: n.o.Clock.Now().Add(after), order: n.order, key: key, do: do}
	i := sort.Search(len(n.events), func(i int) bool {
		return n.events[i].at.After(e.at) // the order of arrival holds among equals
	})
	n.events = append(n.events, event{})
	copy(n.events[i+1:], n.events[i:])
	n.events[i] = e
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// claim takes the first event that is due and whose key is free.
func (n *Network) claim() (event, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.o.Clock.Now()
	for i, e := range n.events {
		if e.at.After(now) {
			break
		}
		if n.busy[e.key] {
			continue
		}
		n.events = append(n.events[:i], n.events[i+1:]...)
		n.busy[e.key] = true
		return e, true
	}
	return event{}, false
}

func (n *Network) perform(ctx context.Context, e event) error {
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.busy, e.key)
	}()
	return e.do(ctx)
}

// Step does all that is due by the clock, one event after the other, and tells how many. An
// error of one webhook does not keep the others from being done.
func (n *Network) Step(ctx context.Context) (did int, err error) {
	var errs []error
	for ctx.Err() == nil {
		e, ok := n.claim()
		if !ok {
			break
		}
		did++
		if err := n.perform(ctx, e); err != nil {
			errs = append(errs, err)
		}
	}
	return did, errors.Join(errs...)
}

// Next tells when something happens next by itself; false: nothing is under way.
func (n *Network) Next() (time.Time, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.events) == 0 {
		return time.Time{}, false
	}
	return n.events[0].at, true
}

// Run works the queue in real time until ctx ends. Troubles with webhooks are logged: a network goes on.
func (n *Network) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	free := make(chan struct{}, parallel)
	for ctx.Err() == nil {
		e, ok := n.claim()
		if !ok {
			n.waitForWork(ctx)
			continue
		}
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		wg.Go(func() {
			defer func() { <-free; n.nudge() }()
			if err := n.perform(ctx, e); err != nil && ctx.Err() == nil {
				n.o.Log.Warn("the phone wall could not do its part", "err", err)
			}
		})
	}
	return nil
}

// nudge wakes Run: a key is free again, whose next event may be due.
func (n *Network) nudge() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *Network) waitForWork(ctx context.Context) {
	pause := time.Second
	if at, ok := n.Next(); ok {
		if left := at.Sub(n.o.Clock.Now()); left > 0 {
			pause = min(pause, left)
		}
	}
	select {
	case <-ctx.Done():
	case <-n.wake:
	case <-n.o.Clock.After(pause):
	}
}

// newSID makes an id in Twilio's form: two letters and 32 hexadecimal digits.
func newSID(kind string) string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(fmt.Sprintf("no randomness: %v", err)) // never returned by crypto/rand
	}
	return kind + hex.EncodeToString(b[:])
}
