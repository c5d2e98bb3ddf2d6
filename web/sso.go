package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"anling/internal/clock"
	"anling/internal/fault"
	"anling/registry"
)

// SSO is an identity provider by which people may log in (OpenID Connect).
type SSO struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	RoleClaim    string // the claim that lists somebody's groups
	Grants       []Grant
	HTTP         *http.Client // nil for the usual one
}

// Grant is what a group of the provider is given here.
type Grant struct {
	Group  string
	Role   string
	Centre registry.CentreID // empty: the first one
}

// ssoTime is how long the provider may take. It is asked at a log-in only: sessions that have begun do not need it.
const ssoTime = 10 * time.Second

var errSSOTime = errors.New("the identity provider did not answer in 10 s")

// signOn speaks with the provider. It is asked who it is when the first person comes, so that one that is down does not keep
// the service from starting.
type signOn struct {
	SSO
	clock    clock.Clock
	callback string

	mu       sync.Mutex
	provider *oidc.Provider
}

func newSignOn(o *SSO, c clock.Clock, publicURL string) *signOn {
	if o == nil {
		return nil
	}
	so := &signOn{SSO: *o, clock: c, callback: publicURL + "/v1/session/oidc/callback"}
	if so.HTTP == nil {
		so.HTTP = &http.Client{Timeout: ssoTime}
	}
	return so
}

func (so *signOn) discover(ctx context.Context) (*oidc.Provider, error) {
	so.mu.Lock()
	defer so.mu.Unlock()
	if so.provider != nil {
		return so.provider, nil
	}
	// The provider keeps the context for later look-ups of its keys, so this one must not end.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), so.HTTP), so.Issuer)
	if err != nil {
		return nil, fault.Wrap(fault.Retry, err, "the identity provider cannot be reached")
	}
	so.provider = p
	return p, nil
}

func (so *signOn) config(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: so.ClientID, ClientSecret: so.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: so.callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", so.RoleClaim}}
}

// departure is what is kept while somebody is at the provider.
type departure struct {
	State    string              `json:"state"`
	Nonce    string              `json:"nonce"`
	Verifier string              `json:"verifier"`
	Next     string              `json:"next"`
	Link     registry.OperatorID `json:"link,omitempty"` // who wants to link their account
}

// The reasons that the console is told when single sign-on has failed. They say nothing about whom there is.
const (
	ssoUnreachable = "unreachable"
	ssoRefused     = "refused"
	ssoNoRole      = "no_role"
	ssoTaken       = "taken"
)

func (s *Server) ssoCookie() string { return s.hostCookie("anling-sso") }

// goToSSO answers GET /v1/session/oidc: leads to the provider. It changes nothing but for a note of its own.
func (s *Server) goToSSO(w http.ResponseWriter, r *http.Request) error {
	if s.sso == nil {
		return unmatched(r)
	}
	if err := s.mayTry(attempt{what: "sso ", addr: s.clientAddr(r)}); err != nil {
		return err
	}
	d := departure{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: localPath(r.URL.Query().Get("next"))}
	if r.URL.Query().Get("link") != "" {
		c, err := s.self(r)
		if err == nil {
			err = s.stepUp(r)
		}
		if err != nil {
			return err
		}
		d.Link = c.operator.ID
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), ssoTime, errSSOTime)
	defer cancel()
	p, err := s.sso.discover(ctx)
	if err != nil {
		s.log.Warn("single sign-on is not possible", "error", err)
		return s.backFromSSO(w, r, ssoUnreachable)
	}
	token, err := s.registry.BeginCeremony(r.Context(), registry.CeremonySSO, d.Link, d)
	if err != nil {
		return err
	}
	s.setCookie(w, s.ssoCookie(), token, 5*time.Minute)
	http.Redirect(w, r, s.sso.config(p).AuthCodeURL(d.State, oidc.Nonce(d.Nonce), oauth2.S256ChallengeOption(d.Verifier)), http.StatusFound)
	return nil
}

// localPath gives a place in the console to go back to; anything else is the console itself.
func localPath(next string) string {
	const console = "/console/"
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, console) ||
		strings.Contains(next, "\\") || strings.Contains(u.Path, "..") {
		return console
	}
	return next
}

// backFromSSO leads to the console, which says why nobody is logged in.
func (s *Server) backFromSSO(w http.ResponseWriter, r *http.Request, why string) error {
	http.Redirect(w, r, "/console/?sso="+why, http.StatusFound)
	return nil
}

// comeFromSSO answers GET /v1/session/oidc/callback. The cookie says that it is the browser that left, the state that it is
// the same departure; both are good once.
func (s *Server) comeFromSSO(w http.ResponseWriter, r *http.Request) error {
	if s.sso == nil {
		return unmatched(r)
	}
	d, err := s.returned(w, r)
	if err != nil {
		return s.ssoFailed(w, r, err)
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), ssoTime, errSSOTime)
	defer cancel()
	who, err := s.sso.redeem(ctx, r.URL.Query().Get("code"), d)
	if err != nil {
		return s.ssoFailed(w, r, err)
	}
	if d.Link != "" {
		return s.linkSSO(w, r, d, who)
	}
	op, err := s.accountOf(r.Context(), who)
	if err != nil {
		return s.ssoFailed(w, r, err)
	}
	a, err := s.arrive(r, op.Name)
	if err != nil {
		return err
	}
	token, _, err := s.registry.BeginSession(r.Context(), registry.Beginning{Operator: op, Visitor: a.visitor, Method: registry.MethodSSO, Level: who.level()})
	if err != nil {
		return err
	}
	s.setCookie(w, s.browserCookie(), a.visitor.Cookie, browserLong)
	s.setCookie(w, s.cookieName(), token, registry.SessionLong)
	http.Redirect(w, r, d.Next, http.StatusFound)
	return nil
}

// returned ends the departure that a browser comes back from.
func (s *Server) returned(w http.ResponseWriter, r *http.Request) (d departure, err error) {
	c, err := r.Cookie(s.ssoCookie())
	if err != nil {
		return d, fault.New(fault.Unauthenticated, "this browser did not leave for the identity provider")
	}
	s.setCookie(w, s.ssoCookie(), "", -time.Second)
	if _, err := s.registry.EndCeremony(r.Context(), registry.CeremonySSO, c.Value, &d); err != nil {
		return d, err
	}
	if subtle.ConstantTimeCompare([]byte(d.State), []byte(r.URL.Query().Get("state"))) != 1 {
		return d, fault.New(fault.Unauthenticated, "the state is another one")
	}
	return d, nil
}

// ssoFailed writes down that somebody could not log in by the provider, and says no more than a code.
func (s *Server) ssoFailed(w http.ResponseWriter, r *http.Request, err error) error {
	why := ssoRefused
	switch fault.KindOf(err) {
	case fault.Retry:
		why = ssoUnreachable
	case fault.Denied:
		why = ssoNoRole
	case fault.Conflict:
		why = ssoTaken
	}
	s.log.Warn("single sign-on failed", "why", why, "error", err)
	if err := s.registry.NoteFailed(r.Context(), registry.Operator{}, registry.FailedSSO); err != nil {
		return err
	}
	return s.backFromSSO(w, r, why)
}

// identity is what the provider says of somebody.
type identity struct {
	registry.SSOIdentity
	name, display string
	groups        []string
	methods       []string // how they proved who they are (amr, RFC 8176)
}

// level tells whether the provider has asked for two factors.
func (i identity) level() string {
	if slices.ContainsFunc(i.methods, func(m string) bool { return slices.Contains([]string{"mfa", "otp", "hwk", "swk", "sc"}, m) }) {
		return registry.LevelSecondFactor
	}
	return registry.LevelPassword
}

// redeem turns a code into who somebody is. Issuer, audience, key, signature and times are checked by the library, the nonce here.
func (so *signOn) redeem(ctx context.Context, code string, d departure) (who identity, err error) {
	p, err := so.discover(ctx)
	if err != nil {
		return who, err
	}
	ctx = oidc.ClientContext(ctx, so.HTTP)
	tokens, err := so.config(p).Exchange(ctx, code, oauth2.VerifierOption(d.Verifier))
	if err != nil {
		return who, fault.Wrap(fault.Unauthenticated, plainly(err), "the identity provider does not stand by its code")
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return who, fault.New(fault.Unauthenticated, "the identity provider does not say who this is")
	}
	token, err := p.VerifierContext(ctx, &oidc.Config{ClientID: so.ClientID, Now: so.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return who, fault.Wrap(fault.Unauthenticated, err, "what the identity provider says cannot be believed")
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(d.Nonce)) != 1 {
		return who, fault.New(fault.Unauthenticated, "the nonce is another one")
	}
	return so.read(token)
}

// plainly keeps the provider's answer, which may hold tokens, out of the log.
func plainly(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("the provider answers %q", e.ErrorCode)
	}
	return errors.New("the provider did not answer as it should")
}

func (so *signOn) read(token *oidc.IDToken) (identity, error) {
	claims := map[string]json.RawMessage{}
	if err := token.Claims(&claims); err != nil {
		return identity{}, fault.Wrap(fault.Unauthenticated, err, "what the identity provider says cannot be read")
	}
	return identity{SSOIdentity: registry.SSOIdentity{Issuer: token.Issuer, Subject: token.Subject},
		name: first(claims["preferred_username"]), display: first(claims["name"]),
		groups: texts(claims[so.RoleClaim]), methods: texts(claims["amr"])}, nil
}

// texts reads a claim that is a list of texts, or one.
func texts(raw json.RawMessage) []string {
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	return nil
}

func first(raw json.RawMessage) string {
	if all := texts(raw); len(all) > 0 {
		return all[0]
	}
	return ""
}

// grant is what the first group that fits gives.
func (so *signOn) grant(groups []string) (Grant, error) {
	for _, g := range so.Grants {
		if slices.Contains(groups, g.Group) {
			return g, nil
		}
	}
	return Grant{}, fault.New(fault.Denied, "none of the groups gives a role here")
}

// accountOf gives the account of who comes from the provider, and makes one where a group says so. An account is found by
// issuer and subject, never by a name or a mail address: whoever can choose those would be whomever they like.
func (s *Server) accountOf(ctx context.Context, who identity) (registry.Operator, error) {
	found, err := s.registry.OperatorBySSO(ctx, who.SSOIdentity)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return registry.Operator{}, err
	}
	switch {
	case err == nil && found.Operator.ArchivedAt != nil:
		return registry.Operator{}, fault.New(fault.Unauthenticated, "this operator has left")
	case err == nil && found.Linked:
		return found.Operator, nil
	}
	g, noRole := s.sso.grant(who.groups)
	if noRole != nil {
		return registry.Operator{}, noRole
	}
	if err == nil {
		return s.registry.FollowSSO(ctx, found.Operator, g.Role, g.Centre)
	}
	name := who.name
	if name == "" {
		name = who.Subject
	}
	return s.registry.CreateBySSO(ctx, registry.Operator{Name: name, DisplayName: who.display, Role: g.Role, Centre: g.Centre}, who.SSOIdentity)
}

// linkSSO lets somebody who is logged in, and has just proved who they are, log in by the provider from now on.
func (s *Server) linkSSO(w http.ResponseWriter, r *http.Request, d departure, who identity) error {
	c, err := s.self(r)
	if err == nil && c.operator.ID != d.Link {
		err = fault.New(fault.Unauthenticated, "somebody else is logged in by now")
	}
	if err == nil {
		err = s.registry.As(c.who()).LinkSSO(r.Context(), *c.operator, who.SSOIdentity)
	}
	if err != nil {
		return s.ssoFailed(w, r, err)
	}
	http.Redirect(w, r, d.Next, http.StatusFound)
	return nil
}
