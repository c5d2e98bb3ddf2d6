package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
)

// State is what becomes of events for a hook.
//
//	active ⇄ paused     by hand; while paused nothing is kept for it
//	active → dead       by itself, when its receiver has taken nothing for a day, or says that it is gone
//	dead → active       by hand
type State string

// The states.
const (
	Active State = "active"
	Paused State = "paused"
	Dead   State = "dead"
)

// Hook is an address that is told what happens.
type Hook struct {
	ID      string    `json:"id"`
	Centre  string    `json:"centre"` // whose events, with the centres below it; empty: all
	Name    string    `json:"name"`
	Host    string    `json:"host"`  // of the address; the address itself may hold a secret and is not told again
	Kinds   []string  `json:"kinds"` // of events; empty: all
	State   State     `json:"state"`
	Failing time.Time `json:"failing_since,omitzero"`
	Code    string    `json:"last_code,omitempty"` // how the last try ended
	MadeAt  time.Time `json:"created_at"`
}

// Wish is what a hook is made of.
type Wish struct {
	Name   string
	Centre string
	URL    string
	Kinds  []string
}

// Occurrence is something that happened, ready to be told.
type Occurrence struct {
	Global  int64
	At      time.Time
	Kind    string
	Centres []string // where it happened, and the centres above
	Body    []byte   // JSON without anything personal
}

// wants tells whether a hook asked for an occurrence. Nobody is told what was before they asked.
func (h Hook) wants(o Occurrence) bool {
	return h.State == Active && !o.At.Before(h.MadeAt) && (len(h.Kinds) == 0 || slices.Contains(h.Kinds, o.Kind)) &&
		(h.Centre == "" || slices.Contains(o.Centres, h.Centre))
}

// Options are what Hooks work with.
type Options struct {
	DB    *db.DB
	Vault *seal.Vault
	Clock clock.Clock
	Log   *slog.Logger
	Kinds []string       // that a hook may ask for
	Allow []netip.Prefix // private networks that may be reached
	// Transport carries the requests in place of the guarded network, in tests; nil for the network.
	Transport http.RoundTripper
	// Died is called in the transaction in which a hook is switched off; may be nil.
	Died func(ctx context.Context, tx *db.Tx, h Hook)
}

// Hooks are all registered addresses.
type Hooks struct {
	o      Options
	client *http.Client
	wake   chan struct{}
	tidied time.Time // when old deliveries were last forgotten; Step's alone
}

// Open gives the hooks of a database. Run them.
func Open(o Options) *Hooks {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Hooks{o: o, client: newClient(o), wake: make(chan struct{}, 1)}
}

// secrets is the sealed part of a hook.
type secrets struct {
	URL     string    `json:"url"`
	Secrets []string  `json:"secrets"` // the newest first
	Until   time.Time `json:"until,omitzero"`
}

// live are the secrets that sign at a moment: an old one signs for a day after it was replaced.
func (s secrets) live(now time.Time) []string {
	if len(s.Secrets) > 1 && now.After(s.Until) {
		return s.Secrets[:1]
	}
	return s.Secrets
}

// rotation is how long an old secret still signs.
const rotation = 24 * time.Hour

func (hs *Hooks) check(w Wish) error {
	var bad []fault.Field
	refuse := func(wrong bool, name, problem string) {
		if wrong {
			bad = append(bad, fault.Field{Name: name, Problem: problem})
		}
	}
	refuse(w.Name == "" || len(w.Name) > 100, "name", "must have 1 to 100 bytes")
	u, err := url.Parse(w.URL)
	sound := err == nil && u.Hostname() != "" && len(w.URL) <= 1000
	refuse(!sound, "url", "must be a web address")
	if sound {
		refuse(u.User != nil, "url", "must not hold a name and password")
		refuse(u.Scheme != "https" && !(u.Scheme == "http" && hs.allowed(u.Hostname())), "url", "must begin with https:// (http:// only for an address of a network that webhook-allow names)")
		refuse(hs.private(u.Hostname()), "url", "leads into a private network that webhook-allow does not name")
	}
	for _, k := range w.Kinds {
		refuse(!slices.Contains(hs.o.Kinds, k), "kinds", "may hold "+strings.Join(hs.o.Kinds, ", "))
	}
	if len(bad) > 0 {
		return fault.InvalidFields("the webhook is not valid", bad)
	}
	return nil
}

// Create registers an address and gives its secret, this once.
func (hs *Hooks) Create(ctx context.Context, w Wish, also func(tx *db.Tx, h Hook)) (h Hook, secret string, err error) {
	if err := hs.check(w); err != nil {
		return Hook{}, "", err
	}
	secret = newSecret()
	u, err := url.Parse(w.URL)
	if err != nil {
		return Hook{}, "", fault.New(fault.Invalid, "the address of the webhook cannot be read")
	}
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		h = Hook{ID: db.NewID(), Centre: w.Centre, Name: w.Name, Host: u.Host, Kinds: w.Kinds, State: Active, MadeAt: tx.Now()}
		if err := hs.insert(ctx, tx, h, secrets{URL: w.URL, Secrets: []string{secret}}); err != nil {
			return err
		}
		also(tx, h)
		return nil
	})
	return h, secret, err
}

// List gives all hooks, the oldest first.
func (hs *Hooks) List(ctx context.Context) (all []Hook, err error) {
	err = hs.o.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = hs.list(ctx, tx)
		return err
	})
	return all, err
}

// Get gives one hook; NotFound when there is none.
func (hs *Hooks) Get(ctx context.Context, id string) (h Hook, err error) {
	err = hs.o.DB.View(ctx, func(tx *db.Tx) (err error) {
		h, err = hs.get(ctx, tx, id)
		return err
	})
	return h, err
}

// Set moves a hook into a state by hand.
func (hs *Hooks) Set(ctx context.Context, id string, to State, also func(tx *db.Tx, h Hook)) (h Hook, err error) {
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) (err error) {
		if h, err = hs.get(ctx, tx, id); err != nil {
			return err
		}
		h.State, h.Failing = to, time.Time{}
		if err := hs.setState(ctx, tx, h); err != nil {
			return err
		}
		also(tx, h)
		return nil
	})
	return h, err
}

// Delete forgets a hook with what is still to be told.
func (hs *Hooks) Delete(ctx context.Context, id string, also func(tx *db.Tx, h Hook)) error {
	return hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		h, err := hs.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := hs.remove(ctx, tx, id); err != nil {
			return err
		}
		also(tx, h)
		return hs.o.Vault.Shred(ctx, tx, subject(id))
	})
}

// Rotate gives a new secret, this once. For a day requests are signed with the old one as well.
func (hs *Hooks) Rotate(ctx context.Context, id string, also func(tx *db.Tx, h Hook)) (secret string, err error) {
	secret = newSecret()
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		h, err := hs.get(ctx, tx, id)
		if err != nil {
			return err
		}
		held, err := hs.open(ctx, tx, id)
		if err != nil {
			return err
		}
		held.Secrets, held.Until = []string{secret, held.Secrets[0]}, tx.Now().Add(rotation)
		also(tx, h)
		return hs.setSecrets(ctx, tx, id, held)
	})
	return secret, err
}

// Test tells a hook something that has not happened, whatever kinds it asked for.
func (hs *Hooks) Test(ctx context.Context, id string, body []byte) (delivery string, err error) {
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := hs.get(ctx, tx, id); err != nil {
			return err
		}
		delivery = db.NewID()
		return hs.enqueue(ctx, tx, Delivery{ID: delivery, Hook: id, Kind: "test", Body: body, MadeAt: tx.Now()})
	})
	if err == nil {
		hs.nudge()
	}
	return delivery, err
}

// Deliveries gives the newest deliveries of a hook.
func (hs *Hooks) Deliveries(ctx context.Context, id string, limit int) (all []Delivery, err error) {
	err = hs.o.DB.View(ctx, func(tx *db.Tx) (err error) {
		if _, err := hs.get(ctx, tx, id); err != nil {
			return err
		}
		all, err = hs.deliveries(ctx, tx, id, limit)
		return err
	})
	return all, err
}

// Position is the number of the last event that was fed; the first time it is noted as the newest one there is: who
// registers today is not told the past.
func (hs *Hooks) Position(ctx context.Context, newest int64) (at int64, err error) {
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) (err error) {
		at, err = hs.position(ctx, tx, newest)
		return err
	})
	return at, err
}

// Span is a run of events: those after From, up to and with UpTo.
type Span struct{ From, UpTo int64 }

// Feed writes a delivery for each hook that wants an occurrence of the span, and that the span has been fed: one
// transaction. What another node has fed meanwhile is passed over.
func (hs *Hooks) Feed(ctx context.Context, span Span, all []Occurrence) (n int, err error) {
	err = hs.o.DB.Update(ctx, func(tx *db.Tx) error {
		n = 0
		at, err := hs.position(ctx, tx, span.From)
		if err != nil || at >= span.UpTo {
			return err
		}
		hooks, err := hs.list(ctx, tx)
		if err != nil {
			return err
		}
		for _, o := range all {
			for _, h := range hooks {
				if o.Global <= at || !h.wants(o) {
					continue
				}
				n++
				if err := hs.enqueue(ctx, tx, Delivery{ID: db.NewID(), Hook: h.ID, Kind: o.Kind, Body: o.Body, MadeAt: tx.Now()}); err != nil {
					return err
				}
			}
		}
		return hs.setPosition(ctx, tx, span.UpTo)
	})
	if n > 0 {
		hs.nudge()
	}
	return n, err
}

func (hs *Hooks) nudge() {
	select {
	case hs.wake <- struct{}{}:
	default:
	}
}
