package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// How surely it is known who somebody is.
const (
	LevelPassword     = "password"      // one factor
	LevelSecondFactor = "second_factor" // two: a code or a passkey besides, or a log-in elsewhere that asked for both
)

// How a session began.
const (
	MethodPassword = "password"
	MethodPasskey  = "passkey"
	MethodSSO      = "sso"
)

// Why a session ended.
const (
	EndedLogOut   = "log_out"
	EndedByOther  = "ended"    // somebody ended it from the list
	EndedIdle     = "idle"     // nobody at the seat
	EndedShift    = "shift"    // the longest shift is over
	EndedPassword = "password" // the password was changed elsewhere
	EndedRole     = "role"     // the role or the centre has changed
	EndedArchived = "archived" // the operator has left
	EndedFactors  = "factors"  // somebody took the second factors away
	EndedBrowser  = "browser"  // the browser was revoked
)

// How long a session lasts: no shift is longer than SessionLong, and no seat is left alone for SessionIdle
// (an open console counts as somebody there).
const (
	SessionLong  = 14 * time.Hour
	SessionIdle  = 2 * time.Hour
	sessionTouch = time.Minute
	sessionGrace = 10 * time.Second    // requests under way may still bear the token before the last
	sessionKept  = 90 * 24 * time.Hour // in the list, after the end
	maxSessions  = 500                 // that a list shows
)

// Session is an operator's log-in. Its token is stored nowhere.
type Session struct {
	ID       string     `json:"id"`
	Operator OperatorID `json:"operator"`
	Centre   CentreID   `json:"centre"`
	Browser  string     `json:"browser"` // id of the browser or seat
	Method   string     `json:"method"`  // password, passkey or sso
	Level    string     `json:"level"`   // password or second_factor
	MadeAt   time.Time  `json:"made_at"`
	SeenAt   time.Time  `json:"seen_at"` // to the minute
	EndsAt   time.Time  `json:"ends_at"` // at the latest
	EndedAt  *time.Time `json:"ended_at"`
	EndedBy  OperatorID `json:"ended_by"`
	EndedWhy string     `json:"ended_why"`

	// ProvedAt is when the person last proved who they are: what is dangerous asks that again.
	ProvedAt *time.Time `json:"proved_at"`

	hash  []byte
	stale bool // found by the token before the last one
}

// Over tells whether the session has ended.
func (s Session) Over(now time.Time) bool {
	return s.EndedAt != nil || now.After(s.EndsAt) || now.After(s.SeenAt.Add(SessionIdle))
}

// FreshFor tells whether the person proved who they are within a time. A token that has been
// replaced proves nothing.
func (s Session) FreshFor(d time.Duration, now time.Time) bool {
	return !s.stale && s.ProvedAt != nil && now.Sub(*s.ProvedAt) <= d
}

// Beginning is a session about to be made.
type Beginning struct {
	Operator Operator
	Visitor  Visitor // the browser, which is known for the operator from then on
	Method   string
	Level    string
	Code     string // of a second factor, to be used up with the session's making; empty: none
}

func hashOfSession(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// BeginSession makes a session and gives its token. A code is used up in the same transaction: two
// nodes cannot both begin a session with one. It is ErrWrongCode when the code is wrong.
func (r *Registry) BeginSession(ctx context.Context, b Beginning) (token string, s Session, err error) {
	token = rand.Text() // 130 bits
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		if err := sweepSessions(ctx, tx); err != nil {
			return err
		}
		level, factor := b.Level, ""
		if b.Code != "" {
			var err error
			if factor, err = r.useCode(ctx, tx, b.Operator, b.Code); err != nil {
				return err
			}
			level = LevelSecondFactor
		}
		browser, err := r.rememberBrowser(ctx, tx, b.Visitor, b.Operator)
		if err != nil {
			return err
		}
		now := tx.Now()
		s = Session{ID: db.NewID(), Operator: b.Operator.ID, Centre: b.Operator.Centre, Browser: browser, Method: b.Method,
			Level: level, MadeAt: now, SeenAt: now, EndsAt: now.Add(SessionLong), ProvedAt: &now, hash: hashOfSession(token)}
		r.audit.AddTx(ctx, tx, doneBy(b.Operator.themself(), about("session", s.ID, b.Operator.entry("session.begun",
			map[string]string{"method": s.Method, "level": s.Level, "browser": browser, "factor": factor}))))
		return insertSession(ctx, tx, s)
	})
	return token, s, err
}

// Session gives the session that a token belongs to; NotFound when there is none. Whether it is over, the
// caller asks.
func (r *Registry) Session(ctx context.Context, token string) (s Session, err error) {
	hash := hashOfSession(token)
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		s, err = sessionBy(ctx, tx, hash)
		return err
	})
	return s, err
}

// SessionByID gives a session by its id, in the scope.
func (r *Registry) SessionByID(ctx context.Context, id string) (s Session, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		s, err = sessionOf(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && !r.scope.Has(s.Centre) {
		return Session{}, fault.New(fault.NotFound, "there is no such session")
	}
	return s, err
}

// TouchSession writes that somebody is there, at most once a minute.
func (r *Registry) TouchSession(ctx context.Context, s Session) error {
	if r.clock.Now().Sub(s.SeenAt) < sessionTouch && s.ID != "" {
		return nil
	}
	return r.db.Update(ctx, func(tx *db.Tx) error { return touchSession(ctx, tx, s) })
}

// Proof is what a person has shown to prove again who they are.
type Proof struct {
	Code   string // of a second factor, to be used up now
	Factor bool   // another second factor, which the caller has checked
}

// RaiseSession gives a session a new token after its person proved again who they are. The
// token before is good for some seconds more, for requests under way, and proves nothing any more.
func (r *Registry) RaiseSession(ctx context.Context, s Session, p Proof) (token string, err error) {
	token = rand.Text()
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		level := s.Level
		o := Operator{ID: s.Operator, Centre: s.Centre}
		if p.Code != "" {
			if _, err := r.useCode(ctx, tx, o, p.Code); err != nil {
				return err
			}
		}
		if p.Code != "" || p.Factor {
			level = LevelSecondFactor
		}
		r.audit.AddTx(ctx, tx, doneBy(o.themself(), about("session", s.ID, o.entry("session.raised", map[string]string{"level": level}))))
		return rotateSession(ctx, tx, s, rotation{hash: hashOfSession(token), level: level})
	})
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.Unauthenticated, "the session is over; log in again")
	}
	return token, err
}

// Ending says which sessions end, and why.
type Ending struct {
	Operator OperatorID
	Except   string // id of the session that goes on
	By       audit.Actor
	Why      string
}

// EndSession ends one session; its streams end at once here and within seconds on other nodes.
func (r *Registry) EndSession(ctx context.Context, id string, e Ending) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		return r.endTx(ctx, tx, sessionsWith("id", id), e)
	})
}

// EndSessions ends the sessions of an operator, but for one.
func (r *Registry) EndSessions(ctx context.Context, e Ending) error {
	return r.db.Update(ctx, func(tx *db.Tx) error { return r.endSessionsTx(ctx, tx, e) })
}

func (c *core) endSessionsTx(ctx context.Context, tx *db.Tx, e Ending) error {
	return c.endTx(ctx, tx, sessionsWith("operator", string(e.Operator)), e)
}

// endTx ends the selected sessions, writes that down, and tells who remembers them.
func (c *core) endTx(ctx context.Context, tx *db.Tx, which selection, e Ending) error {
	ended, err := endSessions(ctx, tx, which, e)
	if err != nil || len(ended) == 0 {
		return err
	}
	c.noteEnds(ctx, tx, ended, e)
	ids := make([]string, len(ended))
	for i, s := range ended {
		ids[i] = s.ID
		if err := c.endGlassTx(ctx, tx, glassWith("session", s.ID), glassEnd{e.By, glassSession}); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { c.ends.tell(ids) })
	return nil
}

// SessionQuery asks for sessions.
type SessionQuery struct {
	Operator OperatorID // empty: of everybody in the scope
	Open     bool       // only those that have not ended
}

// ListSessions lists the sessions of the scope, newest first, those that ended within 90 days, too.
func (r *Registry) ListSessions(ctx context.Context, q SessionQuery) (all []Session, err error) {
	now := r.clock.Now()
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		all, err = listSessions(ctx, tx, r.scope, q)
		return err
	})
	open := all[:0]
	for _, s := range all {
		if q.Open && s.Over(now) {
			continue
		}
		open = append(open, s.ended(now))
	}
	return open, err
}

// ended says of a session that is over by itself when that was, before it is written down.
func (s Session) ended(now time.Time) Session {
	if s.EndedAt != nil || !s.Over(now) {
		return s
	}
	at, why := s.EndsAt, EndedShift
	if idle := s.SeenAt.Add(SessionIdle); idle.Before(at) {
		at, why = idle, EndedIdle
	}
	s.EndedAt, s.EndedWhy = &at, why
	return s
}

// ends tells who keeps sessions in memory that some have ended, here or on another node.
type ends struct {
	mu   sync.Mutex
	hear []func(ids []string)
	from int64 // all ends before this moment have been told
}

func (e *ends) tell(ids []string) {
	e.mu.Lock()
	hear := e.hear
	e.mu.Unlock()
	for _, f := range hear {
		f(ids)
	}
}

// OnSessionsEnded has f told of sessions that end.
func (r *Registry) OnSessionsEnded(f func(ids []string)) {
	r.ends.mu.Lock()
	defer r.ends.mu.Unlock()
	r.ends.hear = append(r.ends.hear[:len(r.ends.hear):len(r.ends.hear)], f)
}

// endsOverlap looks again at the ends of the last seconds: a transaction of another node may commit late.
const endsOverlap = 15 * time.Second

// hearEnds looks which sessions were ended on other nodes, or by a command.
func (c *core) hearEnds(ctx context.Context) error {
	now := db.Micros(c.clock.Now())
	c.ends.mu.Lock()
	from := c.ends.from
	c.ends.mu.Unlock()
	if from == 0 {
		from = now
	}
	var ids []string
	err := c.db.View(ctx, func(tx *db.Tx) (err error) {
		ids, err = endedSince(ctx, tx, from-endsOverlap.Microseconds())
		return err
	})
	if err != nil {
		return err
	}
	c.ends.mu.Lock()
	c.ends.from = now
	c.ends.mu.Unlock()
	if len(ids) > 0 {
		c.ends.tell(ids)
	}
	return nil
}

// accountsEvery is how often other nodes' ends of sessions are looked for.
const accountsEvery = 2 * time.Second

// RunAccounts hears which sessions were ended elsewhere, writes which tokens were used, and ends emergency accesses whose time
// is over, until ctx ends.
func (r *Registry) RunAccounts(ctx context.Context) error {
	for {
		if err := r.FlushAccounts(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn("ends of sessions are not heard, or uses of tokens or ends of emergency accesses not written", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.clock.After(accountsEvery):
		}
	}
}

// FlushAccounts does once what RunAccounts does again and again.
func (r *Registry) FlushAccounts(ctx context.Context) error {
	return errors.Join(r.hearEnds(ctx), r.flushTokens(ctx), r.endOldGlass(ctx))
}
