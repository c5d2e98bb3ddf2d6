package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"anling/internal/fault"
	"anling/registry"
)

// passkeyTime is how long a person may take to touch their key.
const passkeyTime = 2 * time.Minute

// newPasskeys makes what speaks the protocol of passkeys. Where the service is reached by a bare address, or over
// plain http elsewhere than on this machine, browsers know no passkeys: then it is nil.
func newPasskeys(publicURL string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, nil
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: passkeyTime, TimeoutUVD: passkeyTime}
	needed := true
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "安铃 Anling", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: &needed,
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys for %s: %w", u.Hostname(), err)
	}
	return w, nil
}

var errNoPasskeys = fault.New(fault.Conflict, "passkeys need a name and https, or localhost, as the public address")

// keyHolder is an operator as the library of passkeys wants to see one.
type keyHolder struct {
	operator registry.Operator
	keys     []webauthn.Credential
}

// WebAuthnID gives the handle by which an authenticator knows its owner: an id, never a name.
func (h keyHolder) WebAuthnID() []byte { return []byte(h.operator.ID) }

// WebAuthnName gives the name that the authenticator shows.
func (h keyHolder) WebAuthnName() string { return h.operator.Name }

// WebAuthnDisplayName gives the name that the authenticator shows.
func (h keyHolder) WebAuthnDisplayName() string { return h.operator.DisplayName }

// WebAuthnCredentials gives the passkeys that the operator has.
func (h keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// beginPasskeyAnswer is what a browser needs to make or to use a passkey.
type beginPasskeyAnswer struct {
	Ceremony  string `json:"ceremony"` // to be sent back with what the authenticator says
	PublicKey any    `json:"public_key"`
}

// addPasskeyBody is what an authenticator has made.
type addPasskeyBody struct {
	Ceremony   string          `json:"ceremony"`
	Label      string          `json:"label"`
	Credential json.RawMessage `json:"credential"`
}

// passkeyBody is what an authenticator has signed.
type passkeyBody struct {
	Ceremony   string          `json:"ceremony"`
	Credential json.RawMessage `json:"credential"`
}

// beginAddPasskey answers POST /v1/me/passkeys/begin.
func (s *Server) beginAddPasskey(w http.ResponseWriter, r *http.Request) error {
	if s.passkeys == nil {
		return errNoPasskeys
	}
	op := *callerOf(r.Context()).operator
	holder, err := s.keyHolder(r, op)
	if err != nil {
		return err
	}
	options, data, err := s.passkeys.BeginRegistration(holder, webauthn.WithExclusions(webauthn.Credentials(holder.keys).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("begin a passkey: %w", err)
	}
	return s.beginCeremony(w, r, ceremony{registry.CeremonyAddPasskey, op.ID, data, options.Response})
}

// ceremony is one that begins: whose it is, what is kept, and what the browser is told.
type ceremony struct {
	kind     string
	operator registry.OperatorID
	kept     *webauthn.SessionData
	told     any
}

func (s *Server) beginCeremony(w http.ResponseWriter, r *http.Request, c ceremony) error {
	token, err := s.registry.BeginCeremony(r.Context(), c.kind, c.operator, c.kept)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, beginPasskeyAnswer{Ceremony: token, PublicKey: c.told})
}

func (s *Server) keyHolder(r *http.Request, op registry.Operator) (keyHolder, error) {
	h := keyHolder{operator: op}
	all, err := s.registry.PasskeysOf(r.Context(), op.ID)
	if err != nil {
		return h, err
	}
	for _, p := range all {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Body, &c); err != nil {
			return h, fmt.Errorf("read passkey %s: %w", p.Factor.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// finishAddPasskey answers POST /v1/me/passkeys/finish.
func (s *Server) finishAddPasskey(w http.ResponseWriter, r *http.Request) error {
	if s.passkeys == nil {
		return errNoPasskeys
	}
	var body addPasskeyBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	var data webauthn.SessionData
	whose, err := s.registry.EndCeremony(r.Context(), registry.CeremonyAddPasskey, body.Ceremony, &data)
	if err == nil && whose != c.operator.ID {
		err = errBadPasskey
	}
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(body.Credential)
	if err != nil {
		return badPasskey(err)
	}
	made, err := s.passkeys.CreateCredential(keyHolder{operator: *c.operator}, data, parsed)
	if err != nil {
		return badPasskey(err)
	}
	kept, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	codes, err := s.registry.As(c.who()).AddPasskey(r.Context(), *c.operator, body.Label, registry.Passkey{Credential: made.ID, Body: kept})
	if err != nil {
		return err
	}
	return s.strengthen(w, r, codes)
}

var errBadPasskey = fault.New(fault.Unauthenticated, "the passkey was not accepted")

// badPasskey keeps what the library says to the log: it would tell a stranger whose key is known.
func badPasskey(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok && e.DevInfo != "" {
		err = fmt.Errorf("%w (%s)", err, e.DevInfo)
	}
	return fault.Wrap(fault.Unauthenticated, err, "the passkey was not accepted")
}

// beginPasskey answers POST /v1/session/passkey/begin. It asks for no name, so there is none to be probed: the authenticator
// says who its owner is.
func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	if s.passkeys == nil {
		return errNoPasskeys
	}
	if err := s.mayTry(attempt{what: "passkey ", addr: s.clientAddr(r)}); err != nil {
		return err
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return fmt.Errorf("begin a log-in with a passkey: %w", err)
	}
	return s.beginCeremony(w, r, ceremony{registry.CeremonyPasskey, "", data, options.Response})
}

// finishPasskey answers POST /v1/session/passkey/finish: a log-in with what one has (the key) and what one is or knows (by which
// it was opened) is two factors. Wrong passwords do not slow it down.
func (s *Server) finishPasskey(w http.ResponseWriter, r *http.Request) error {
	var body passkeyBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	used, err := s.usePasskey(r, body)
	if err != nil {
		return err
	}
	op, err := s.registry.Operator(r.Context(), used.Operator)
	if fault.Is(err, fault.NotFound) || err == nil && op.ArchivedAt != nil {
		return errBadPasskey
	}
	if err != nil {
		return err
	}
	a, err := s.arrive(r, op.Name)
	if err != nil {
		return err
	}
	token, _, err := s.registry.BeginSession(r.Context(), registry.Beginning{Operator: op, Visitor: a.visitor,
		Method: registry.MethodPasskey, Level: registry.LevelSecondFactor})
	if err != nil {
		return err
	}
	s.setCookie(w, s.browserCookie(), a.visitor.Cookie, browserLong)
	return s.welcome(w, r, token)
}

// usePasskey checks what an authenticator has signed, and gives whose passkey it is. The challenge is good once.
func (s *Server) usePasskey(r *http.Request, body passkeyBody) (registry.Passkey, error) {
	if s.passkeys == nil {
		return registry.Passkey{}, errNoPasskeys
	}
	var data webauthn.SessionData
	if _, err := s.registry.EndCeremony(r.Context(), registry.CeremonyPasskey, body.Ceremony, &data); err != nil {
		return registry.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(body.Credential)
	if err != nil {
		return registry.Passkey{}, badPasskey(err)
	}
	known, err := s.registry.PasskeyBy(r.Context(), parsed.RawID)
	if fault.Is(err, fault.NotFound) {
		return registry.Passkey{}, badPasskey(err)
	}
	if err != nil {
		return registry.Passkey{}, err
	}
	var credential webauthn.Credential
	if err := json.Unmarshal(known.Body, &credential); err != nil {
		return registry.Passkey{}, fmt.Errorf("read passkey %s: %w", known.Factor.ID, err)
	}
	holder := keyHolder{operator: registry.Operator{ID: known.Operator}, keys: []webauthn.Credential{credential}}
	_, now, err := s.passkeys.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return holder, nil }, data, parsed)
	if err != nil {
		return registry.Passkey{}, badPasskey(err)
	}
	return known, s.countPasskey(r, known, now)
}

// countPasskey writes what the authenticator has counted. When it counts what was counted before there are two of it: the
// passkey is blocked and refused.
func (s *Server) countPasskey(r *http.Request, known registry.Passkey, now *webauthn.Credential) error {
	body, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("keep a passkey: %w", err)
	}
	known.Body = body
	copied := now.Authenticator.CloneWarning
	if err := s.registry.PasskeyUsed(r.Context(), known, copied); err != nil {
		return err
	}
	if copied {
		s.log.Warn("a passkey may have been copied and is blocked", "factor", known.Factor.ID, "operator", known.Operator)
		return errBadPasskey
	}
	return nil
}
