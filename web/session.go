package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// How long a session lasts: no shift is longer than sessionLong, and no seat is left alone for sessionIdle
// (an open console counts as somebody there).
const (
	sessionLong   = 14 * time.Hour
	sessionIdle   = 2 * time.Hour
	sessionTouch  = time.Minute
	sessionMemory = 5 * time.Second // how long another node may not yet know that a session has ended
	browserLong   = 365 * 24 * time.Hour
)

// session is an operator's log-in.
type session struct {
	hash     []byte
	operator registry.OperatorID
	made     time.Time
	seen     time.Time
	ends     time.Time
}

func (v session) over(now time.Time) bool {
	return now.After(v.ends) || now.After(v.seen.Add(sessionIdle))
}

// accounts is what sessions need of the registry.
type accounts interface {
	Operator(ctx context.Context, id registry.OperatorID) (registry.Operator, error)
	ScopeFor(ctx context.Context, o registry.Operator) (registry.Scope, error)
}

// sessions keeps the log-ins. What was looked up is remembered for some seconds; ending a session is
// known at once here, and to its open streams.
type sessions struct {
	db       *db.DB
	clock    clock.Clock
	accounts accounts
	store    store

	mu      sync.Mutex
	known   map[string]remembered
	streams map[string]*ending
}

type remembered struct {
	caller *caller
	at     time.Time
}

// ending tells the open streams of a session that it is over.
type ending struct {
	done  chan struct{}
	users int
}

func newSessions(d *db.DB, c clock.Clock, a accounts) *sessions {
	return &sessions{db: d, clock: c, accounts: a, known: map[string]remembered{}, streams: map[string]*ending{}}
}

func hashOf(parts ...string) []byte {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return h[:]
}

// begin makes a session and gives its token, which is stored nowhere.
func (ss *sessions) begin(ctx context.Context, id registry.OperatorID) (token string, err error) {
	token = rand.Text() // 130 bits
	now := ss.clock.Now()
	v := session{hash: hashOf(token), operator: id, made: now, seen: now, ends: now.Add(sessionLong)}
	err = ss.db.Update(ctx, func(tx *db.Tx) error {
		if err := ss.store.deleteOldSessions(ctx, tx, now); err != nil {
			return err
		}
		return ss.store.insertSession(ctx, tx, v)
	})
	return token, err
}

var errNoSession = fault.New(fault.Unauthenticated, "the session is over; log in again")

// caller gives who is behind a session's token.
func (ss *sessions) caller(ctx context.Context, token string) (*caller, error) {
	hash := hashOf(token)
	now := ss.clock.Now()
	ss.mu.Lock()
	r, ok := ss.known[string(hash)]
	ss.mu.Unlock()
	if ok && now.Sub(r.at) < sessionMemory && now.Sub(r.at) >= 0 {
		return r.caller, nil
	}
	c, err := ss.load(ctx, hash, now)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if err != nil {
		delete(ss.known, string(hash))
		return nil, err
	}
	if len(ss.known) > 10000 {
		clear(ss.known)
	}
	ss.known[string(hash)] = remembered{caller: c, at: now}
	return c, nil
}

func (ss *sessions) load(ctx context.Context, hash []byte, now time.Time) (*caller, error) {
	var v session
	err := ss.db.View(ctx, func(tx *db.Tx) (err error) {
		v, err = ss.store.session(ctx, tx, hash)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && v.over(now) {
		return nil, errNoSession
	}
	if err != nil {
		return nil, err
	}
	op, err := ss.accounts.Operator(ctx, v.operator)
	if fault.Is(err, fault.NotFound) || err == nil && op.ArchivedAt != nil {
		return nil, errNoSession
	}
	if err != nil {
		return nil, err
	}
	scope, err := ss.accounts.ScopeFor(ctx, op)
	if err != nil {
		return nil, err
	}
	if now.Sub(v.seen) >= sessionTouch {
		if err := ss.touch(ctx, hash, now); err != nil {
			return nil, err
		}
	}
	return &caller{
		role:     registry.RoleID(op.Role),
		centre:   op.Centre,
		scope:    scope,
		actor:    alerts.Actor{Kind: alerts.ActorOperator, ID: string(op.ID), Name: op.DisplayName, Role: op.Role},
		operator: &op,
		session:  &v,
		check: func(ctx context.Context) error {
			_, err := ss.load(ctx, hash, ss.clock.Now())
			return err
		},
	}, nil
}

func (ss *sessions) touch(ctx context.Context, hash []byte, now time.Time) error {
	return ss.db.Update(ctx, func(tx *db.Tx) error { return ss.store.touchSession(ctx, tx, hash, now) })
}

// end ends a session and closes its streams.
func (ss *sessions) end(ctx context.Context, hash []byte) error {
	err := ss.db.Update(ctx, func(tx *db.Tx) error { return ss.store.deleteSession(ctx, tx, hash) })
	if err != nil {
		return err
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.known, string(hash))
	if e, ok := ss.streams[string(hash)]; ok {
		close(e.done)
		delete(ss.streams, string(hash))
	}
	return nil
}

// watch gives a channel that closes when the session ends; the caller calls leave when done.
func (ss *sessions) watch(v *session) (done <-chan struct{}, leave func()) {
	if v == nil {
		return nil, func() {}
	}
	key := string(v.hash)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	e, ok := ss.streams[key]
	if !ok {
		e = &ending{done: make(chan struct{})}
		ss.streams[key] = e
	}
	e.users++
	return e.done, func() {
		ss.mu.Lock()
		defer ss.mu.Unlock()
		if e.users--; e.users == 0 && ss.streams[key] == e {
			delete(ss.streams, key)
		}
	}
}

// cookieName has the prefix that binds a cookie to one host over TLS, except where the service is
// reached over plain HTTP, where browsers would drop such a cookie.
func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-anling"
	}
	return "anling"
}

func (s *Server) browserCookie() string {
	if s.secure {
		return "__Host-anling-browser"
	}
	return "anling-browser"
}

func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

// credentials are the body of a log-in.
type credentials struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// logIn answers POST /v1/session.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request) error {
	var c credentials
	if err := decode(w, r, &c); err != nil {
		return err
	}
	a, browser, err := s.attemptOf(r, c.Name)
	if err != nil {
		return err
	}
	if wait := s.throttle.wait(a, s.clock.Now()); wait > 0 {
		return &refusal{status: http.StatusTooManyRequests, msg: "too many wrong passwords; wait a little", after: wait}
	}
	op, err := s.registry.CheckPassword(r.Context(), c.Name, c.Password)
	if err != nil {
		return s.logInFailed(a, err)
	}
	token, err := s.sessions.begin(r.Context(), op.ID)
	if err != nil {
		return err
	}
	if err := s.rememberBrowser(r.Context(), op.ID, browser, a.account); err != nil {
		return err
	}
	s.setCookie(w, s.cookieName(), token, sessionLong)
	s.setCookie(w, s.browserCookie(), browser, browserLong)
	who, err := s.sessions.caller(r.Context(), token)
	if err != nil {
		return err
	}
	v, err := s.viewSession(r.Context(), who)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, v)
}

func (s *Server) logInFailed(a attempt, err error) error {
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.NotFound, fault.Denied, fault.Invalid:
		s.throttle.failed(a, s.clock.Now())
		return fault.Wrap(fault.Unauthenticated, err, "the name or the password is wrong")
	}
	return err
}

// attemptOf gathers whence a log-in comes, and the browser's cookie or a new one.
func (s *Server) attemptOf(r *http.Request, name string) (attempt, string, error) {
	a := attempt{account: strings.ToLower(strings.TrimSpace(clip(name, 200)))}
	a.addr = s.clientAddr(r)
	c, err := r.Cookie(s.browserCookie())
	if err != nil || len(c.Value) < 20 || len(c.Value) > 64 {
		return a, rand.Text(), nil
	}
	hash := hashOf(c.Value, a.account)
	var known bool
	err = s.db.View(r.Context(), func(tx *db.Tx) (err error) {
		known, err = s.store.knowsBrowser(r.Context(), tx, hash)
		return err
	})
	if known {
		a.browser = string(hash)
	}
	return a, c.Value, err
}

func (s *Server) rememberBrowser(ctx context.Context, id registry.OperatorID, browser, account string) error {
	return s.db.Update(ctx, func(tx *db.Tx) error {
		return s.store.rememberBrowser(ctx, tx, hashOf(browser, account), id)
	})
}

// logOut answers DELETE /v1/session; without a session there is nothing to end.
func (s *Server) logOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(s.cookieName()); err == nil && c.Value != "" {
		if err := s.sessions.end(r.Context(), hashOf(c.Value)); err != nil {
			return err
		}
	}
	s.setCookie(w, s.cookieName(), "", -time.Second)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
