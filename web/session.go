package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"anling/alerts"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/fault"
	"anling/registry"
)

// sessionMemory is how long a session is believed without a look at the database.
const sessionMemory = 5 * time.Second

// browserLong is how long a browser stays known from which nobody logs in.
const browserLong = 365 * 24 * time.Hour

// sessions remembers for some seconds who is behind a session. The end of one is known at once here, and to its open
// streams; that of one that was ended on another node, within seconds.
type sessions struct {
	clock    clock.Clock
	registry *registry.Registry
	policy   policy

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

func newSessions(c clock.Clock, r *registry.Registry, p policy) *sessions {
	ss := &sessions{clock: c, registry: r, policy: p, known: map[string]remembered{}, streams: map[string]*ending{}}
	r.OnSessionsEnded(ss.ended)
	return ss
}

// maxRemembered bounds the memory.
const maxRemembered = 10_000

var errNoSession = fault.New(fault.Unauthenticated, "the session is over; log in again")

// caller gives who is behind a session's token.
func (ss *sessions) caller(ctx context.Context, token string) (*caller, error) {
	now := ss.clock.Now()
	ss.mu.Lock()
	r, ok := ss.known[token]
	ss.mu.Unlock()
	if ok && now.Sub(r.at) < sessionMemory && now.Sub(r.at) >= 0 {
		return r.caller, nil
	}
	c, err := ss.load(ctx, token)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if err != nil {
		delete(ss.known, token)
		return nil, err
	}
	if len(ss.known) > maxRemembered {
		clear(ss.known)
	}
	ss.known[token] = remembered{caller: c, at: now}
	return c, nil
}

func (ss *sessions) load(ctx context.Context, token string) (*caller, error) {
	v, err := ss.registry.Session(ctx, token)
	if err := ss.alive(ctx, v, err); err != nil {
		return nil, err
	}
	if v.ID == "" { // made by the program before this one; it has an id since it was looked at
		if v, err = ss.registry.Session(ctx, token); err != nil {
			return nil, err
		}
	}
	op, err := ss.registry.Operator(ctx, v.Operator)
	if fault.Is(err, fault.NotFound) || err == nil && op.ArchivedAt != nil {
		return nil, errNoSession
	}
	if err != nil {
		return nil, err
	}
	scope, err := ss.registry.ScopeFor(ctx, op)
	if err != nil {
		return nil, err
	}
	standing, err := ss.registry.StandingOf(ctx, op.ID)
	if err != nil {
		return nil, err
	}
	return &caller{
		role:     registry.RoleID(op.Role),
		centre:   op.Centre,
		scope:    scope,
		actor:    alerts.Actor{Kind: alerts.ActorOperator, ID: string(op.ID), Name: op.DisplayName, Role: op.Role},
		operator: &op,
		session:  &v,
		standing: standing,
		lacks:    ss.policy.lacks(known{v, standing, dangerous(ss.registry.RightsOf(ctx, registry.RoleID(op.Role)))}, ss.clock.Now()),
		check: func(ctx context.Context) error {
			now, err := ss.registry.SessionByID(ctx, v.ID)
			return ss.alive(ctx, now, err)
		},
	}, nil
}

// alive is errNoSession for a session that was not found or is over; else it notes that somebody is there.
func (ss *sessions) alive(ctx context.Context, v registry.Session, err error) error {
	if fault.Is(err, fault.NotFound) || err == nil && v.Over(ss.clock.Now()) {
		return errNoSession
	}
	if err != nil {
		return err
	}
	return ss.registry.TouchSession(ctx, v)
}

// forget drops what is remembered of a session, because it has changed.
func (ss *sessions) forget(id string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for token, r := range ss.known {
		if r.caller.session.ID == id {
			delete(ss.known, token)
		}
	}
}

// forgetOperator drops what is remembered of all sessions of an operator.
func (ss *sessions) forgetOperator(id registry.OperatorID) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for token, r := range ss.known {
		if r.caller.operator.ID == id {
			delete(ss.known, token)
		}
	}
}

// ended forgets sessions that are over, and closes their streams.
func (ss *sessions) ended(ids []string) {
	for _, id := range ids {
		ss.forget(id)
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, id := range ids {
		if e, ok := ss.streams[id]; ok {
			close(e.done)
			delete(ss.streams, id)
		}
	}
}

// watch gives a channel that closes when the session ends; the caller calls leave when done.
func (ss *sessions) watch(v *registry.Session) (done <-chan struct{}, leave func()) {
	if v == nil {
		return nil, func() {}
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	e, ok := ss.streams[v.ID]
	if !ok {
		e = &ending{done: make(chan struct{})}
		ss.streams[v.ID] = e
	}
	e.users++
	return e.done, func() {
		ss.mu.Lock()
		defer ss.mu.Unlock()
		if e.users--; e.users == 0 && ss.streams[v.ID] == e {
			delete(ss.streams, v.ID)
		}
	}
}

// cookieName has the prefix that binds a cookie to one host over TLS, except where the service is
// reached over plain HTTP, where browsers would drop such a cookie.
func (s *Server) cookieName() string { return s.hostCookie("anling") }

func (s *Server) browserCookie() string { return s.hostCookie("anling-browser") }

func (s *Server) hostCookie(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

// welcome gives the browser the token of its session, and says who is logged in.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request, token string) error {
	c, err := s.sessions.caller(r.Context(), token)
	if err != nil {
		return err
	}
	infoOf(r.Context()).caller = c
	v, err := s.viewSession(r.Context(), c)
	if err != nil {
		return err
	}
	s.setCookie(w, s.cookieName(), token, registry.SessionLong)
	return writeJSON(w, http.StatusOK, v)
}

// self is the operator who is logged in, also one who must do something before anything else.
func (s *Server) self(r *http.Request) (*caller, error) {
	c, err := s.identify(r)
	if err != nil {
		return nil, err
	}
	infoOf(r.Context()).caller = c
	if c.operator == nil {
		return nil, fault.New(fault.Unauthenticated, "a token is not a session")
	}
	return c, nil
}

// logOut answers DELETE /v1/session; without a session there is nothing to end.
func (s *Server) logOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(s.cookieName()); err == nil && c.Value != "" {
		v, err := s.registry.Session(r.Context(), c.Value)
		if err == nil {
			err = s.registry.EndSession(r.Context(), v.ID, registry.Ending{By: audit.Actor{Kind: audit.Operator, ID: string(v.Operator)}, Why: registry.EndedLogOut})
			if err == nil {
				err = s.leaveSeat(r.Context(), v.ID, v.Operator)
			}
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	s.setCookie(w, s.cookieName(), "", -time.Second)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
