package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// credentials are the body of a log-in.
type credentials struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"` // of the authenticator app, or a recovery code
}

// The names of the problems that a log-in or a dangerous request can meet; the console acts on them.
const (
	problemSecondFactor = "second-factor"    // send a code, or use a passkey
	problemStepUp       = "step-up"          // prove again who you are
	problemRunOut       = "password-run-out" // the temporary password was right, too late
	problemLacks        = "lacks"            // something else has to be done first
)

// arrival is a browser that comes to log in.
type arrival struct {
	visitor registry.Visitor
	attempt attempt
}

// logIn answers POST /v1/session.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request) error {
	var c credentials
	if err := decode(w, r, &c); err != nil {
		return err
	}
	a, err := s.arrive(r, c.Name)
	if err != nil {
		return err
	}
	if err := s.mayTry(a.attempt); err != nil {
		return err
	}
	op, err := s.registry.CheckPassword(r.Context(), registry.Try{Name: c.Name, Password: c.Password, Known: a.attempt.browser != ""})
	if err != nil {
		return s.logInFailed(r.Context(), a.attempt, failure{op, err})
	}
	s.throttle.giveBack(a.attempt, s.clock.Now())
	token, err := s.beginWithPassword(r.Context(), a, op, c.Code)
	if err != nil {
		return err
	}
	s.setCookie(w, s.browserCookie(), a.visitor.Cookie, browserLong)
	return s.welcome(w, r, token)
}

// beginWithPassword makes a session for who knew the password, if they need no second factor or have sent
// the right code.
func (s *Server) beginWithPassword(ctx context.Context, a arrival, op registry.Operator, code string) (token string, err error) {
	b := registry.Beginning{Operator: op, Visitor: a.visitor, Method: registry.MethodPassword, Level: registry.LevelPassword}
	standing, err := s.registry.StandingOf(ctx, op.ID)
	if err != nil {
		return "", err
	}
	if standing.Strong() && s.policy.asks(dangerous(s.registry.RightsOf(ctx, registry.RoleID(op.Role)))) {
		if code == "" {
			return "", &refusal{status: http.StatusUnauthorized, name: problemSecondFactor, msg: "a second factor is needed", factors: standing.Factors}
		}
		b.Code = code
	}
	if b.Code == "" {
		token, _, err = s.registry.BeginSession(ctx, b)
		return token, err
	}
	err = s.guess(ctx, guessing{op, a.attempt.asFactor(op.ID), standing.Factors}, func() (err error) {
		token, _, err = s.registry.BeginSession(ctx, b)
		return err
	})
	return token, err
}

// guessing is a code that somebody is about to try.
type guessing struct {
	operator registry.Operator
	attempt  attempt
	factors  []string // the ways that there are
}

func (c *caller) guessing(a arrival) guessing {
	return guessing{*c.operator, a.attempt.asFactor(c.operator.ID), c.standing.Factors}
}

// guess lets a code of a second factor be tried; a wrong one is counted, written down and refused.
func (s *Server) guess(ctx context.Context, g guessing, try func() error) error {
	if err := s.mayTry(g.attempt); err != nil {
		return err
	}
	err := try()
	if !errors.Is(err, registry.ErrWrongCode) {
		s.throttle.giveBack(g.attempt, s.clock.Now())
		return err
	}
	if err := s.registry.NoteFailed(ctx, g.operator, registry.FailedCode); err != nil {
		return err
	}
	return &refusal{status: http.StatusUnauthorized, name: problemSecondFactor, msg: "the code is wrong or was used before",
		factors: g.factors, err: err}
}

// mayTry refuses who has guessed too often just now.
func (s *Server) mayTry(a attempt) error {
	if wait := s.throttle.take(a, s.clock.Now()); wait > 0 {
		return &refusal{status: http.StatusTooManyRequests, msg: "too many wrong tries; wait a little", after: wait}
	}
	return nil
}

// failure is a log-in that came to nothing, as whom (empty: nobody is called so) and why.
type failure struct {
	operator registry.Operator
	err      error
}

// logInFailed says why a password did not do. Only a wrong one stays counted, and is written into the audit log.
func (s *Server) logInFailed(ctx context.Context, a attempt, f failure) error {
	if errors.Is(f.err, registry.ErrRunOut) {
		s.throttle.giveBack(a, s.clock.Now())
		return &refusal{status: http.StatusForbidden, name: problemRunOut, msg: fault.MessageOf(f.err)}
	}
	switch fault.KindOf(f.err) {
	case fault.Unauthenticated, fault.NotFound, fault.Denied, fault.Invalid:
		if err := s.registry.NoteFailed(ctx, f.operator, registry.FailedPassword); err != nil {
			return err
		}
		return fault.Wrap(fault.Unauthenticated, f.err, "the name or the password is wrong")
	}
	s.throttle.giveBack(a, s.clock.Now())
	return f.err
}

// arrive gathers whence a log-in comes, and the browser's cookie or a new one.
func (s *Server) arrive(r *http.Request, name string) (arrival, error) {
	v := registry.Visitor{Account: registry.LoginName(clip(name, 200)), Agent: agentOf(r.UserAgent())}
	a := arrival{visitor: v, attempt: attempt{account: v.Account, addr: s.clientAddr(r)}}
	c, err := r.Cookie(s.browserCookie())
	if err != nil || len(c.Value) < 20 || len(c.Value) > 64 {
		a.visitor.Cookie = newCookie()
		return a, nil
	}
	a.visitor.Cookie = c.Value
	known, err := s.registry.Meet(r.Context(), a.visitor)
	switch {
	case err != nil:
		return a, err
	case known.Revoked:
		a.visitor.Cookie = newCookie()
	case known.Known:
		a.attempt.browser = a.visitor.Mark()
	}
	return a, nil
}

// newCookie gives what a browser is known by from now on: 130 bits.
func newCookie() string { return rand.Text() }

// agentOf tells a browser by two words, which is enough for its owner to know it again and too little to follow anybody.
func agentOf(header string) string {
	pick := func(words ...string) string {
		for i := 0; i < len(words); i += 2 {
			if strings.Contains(header, words[i]) {
				return words[i+1]
			}
		}
		return "other"
	}
	browser := pick("Edg", "edge", "OPR", "opera", "Firefox", "firefox", "MicroMessenger", "wechat", "QQBrowser", "qq", "Chrome", "chrome", "Safari", "safari")
	system := pick("Windows", "windows", "Android", "android", "iPhone", "ios", "iPad", "ios", "Mac OS", "macos", "CrOS", "chromeos", "Linux", "linux")
	return browser + "/" + system
}

// stepUpLife is how long a proof of who somebody is lasts for what is dangerous.
const stepUpLife = 5 * time.Minute

// stepUp refuses an operator who has not proved within five minutes who they are: with a second factor, if they have
// one. A machine cannot prove that; its token was made by somebody who has.
func (s *Server) stepUp(r *http.Request) error {
	c := callerOf(r.Context())
	if c.operator == nil {
		return nil
	}
	strongEnough := c.session.Level == registry.LevelSecondFactor || !c.standing.Strong()
	if strongEnough && c.session.FreshFor(stepUpLife, s.clock.Now()) {
		return nil
	}
	return &refusal{status: http.StatusForbidden, name: problemStepUp, msg: "prove again who you are", factors: proofs(c.standing)}
}

// proofs are the ways in which an operator can prove who they are.
func proofs(st registry.Standing) []string {
	if st.Strong() || !st.HasPassword {
		return st.Factors
	}
	return []string{"password"}
}

// stepped makes a handler of one that only who has just proved who they are may reach.
func (s *Server) stepped(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.stepUp(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// mine makes a handler of one that serves an operator in what is their own. It also serves who must do something before
// anything else, unless that is to show a second factor: nobody gets at those by a password alone.
func (s *Server) mine(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.self(r)
		if err != nil {
			return err
		}
		if c.lacks == lacksSecondFactor {
			return c.refuseLacking()
		}
		return h(w, r)
	}
}

// proofBody is how somebody proves again who they are: one of them.
type proofBody struct {
	Password string       `json:"password,omitempty"`
	Code     string       `json:"code,omitempty"`
	Passkey  *passkeyBody `json:"passkey,omitempty"`
}

// doStepUp answers POST /v1/session/step-up: the session gets a new token.
func (s *Server) doStepUp(w http.ResponseWriter, r *http.Request) error {
	c, err := s.self(r)
	if err != nil {
		return err
	}
	var body proofBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	a, err := s.arrive(r, c.operator.Name)
	if err != nil {
		return err
	}
	token, err := s.raise(r, c, a, body)
	if err != nil {
		return err
	}
	s.sessions.forget(c.session.ID)
	return s.welcome(w, r, token)
}

// raise checks what was sent, and gives the session's new token. The password alone proves nothing of who has a
// second factor.
func (s *Server) raise(r *http.Request, c *caller, a arrival, body proofBody) (token string, err error) {
	ctx := r.Context()
	switch {
	case body.Passkey != nil:
		used, err := s.usePasskey(r, *body.Passkey)
		if err == nil && used.Operator != c.operator.ID {
			err = fault.New(fault.Unauthenticated, "this passkey is somebody else's")
		}
		if err != nil {
			return "", err
		}
		return s.registry.RaiseSession(ctx, *c.session, registry.Proof{Factor: true})
	case body.Code != "":
		err = s.guess(ctx, c.guessing(a), func() (err error) {
			token, err = s.registry.RaiseSession(ctx, *c.session, registry.Proof{Code: body.Code})
			return err
		})
		return token, err
	case body.Password != "" && !c.standing.Strong():
		if err := s.checkOwnPassword(ctx, c, a, body.Password); err != nil {
			return "", err
		}
		return s.registry.RaiseSession(ctx, *c.session, registry.Proof{})
	}
	return "", &refusal{status: http.StatusForbidden, name: problemStepUp, msg: "prove who you are in one of these ways", factors: proofs(c.standing)}
}

// checkOwnPassword has somebody who is logged in show their password once more.
func (s *Server) checkOwnPassword(ctx context.Context, c *caller, a arrival, password string) error {
	if err := s.mayTry(a.attempt); err != nil {
		return err
	}
	_, err := s.registry.CheckPassword(ctx, registry.Try{Name: c.operator.Name, Password: password, Known: true})
	if err != nil {
		return s.logInFailed(ctx, a.attempt, failure{*c.operator, err})
	}
	s.throttle.giveBack(a.attempt, s.clock.Now())
	return nil
}

// useCode uses up a code that comes with a dangerous request itself, such as the opening of a record in an emergency.
func (s *Server) useCode(r *http.Request, code string) error {
	c := callerOf(r.Context())
	if c.operator == nil {
		return fault.New(fault.Denied, "only a person can do this")
	}
	a, err := s.arrive(r, c.operator.Name)
	if err != nil {
		return err
	}
	return s.guess(r.Context(), c.guessing(a), func() error {
		_, err := s.registry.UseCode(r.Context(), *c.operator, code)
		return err
	})
}
