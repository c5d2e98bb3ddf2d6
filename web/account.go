package web

import (
	"net/http"

	"anling/internal/fault"
	"anling/registry"
)

// accountRoutes are what an operator does with their own account, and a supervisor with the seats of the centre. Those
// without a right check for themselves who is logged in.
func (s *Server) accountRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	return []route{
		{post, "/v1/session/step-up", nobody, s.doStepUp},
		{get, "/v1/session/step-up", nobody, s.mine(s.stepped(s.isProved))},
		{post, "/v1/session/passkey/begin", nobody, s.beginPasskey},
		{post, "/v1/session/passkey/finish", nobody, s.finishPasskey},

		{get, "/v1/me/factors", nobody, s.mine(s.listFactors)},
		{post, "/v1/me/factors/totp", nobody, s.mine(s.stepped(s.beginTOTP))},
		{post, "/v1/me/factors/totp/confirm", nobody, s.mine(s.stepped(s.confirmTOTP))},
		{del, "/v1/me/factors/{id}", nobody, s.mine(s.stepped(s.removeFactor))},
		{post, "/v1/me/passkeys/begin", nobody, s.mine(s.stepped(s.beginAddPasskey))},
		{post, "/v1/me/passkeys/finish", nobody, s.mine(s.stepped(s.finishAddPasskey))},
		{post, "/v1/me/recovery-codes", nobody, s.mine(s.stepped(s.newRecoveryCodes))},
		{post, "/v1/me/password", nobody, s.mine(s.changePassword)},
		{del, "/v1/operators/{id}/factors", "operators.change", s.stepped(s.resetFactors)},

		{get, "/v1/sessions", nobody, s.mine(s.listSessions)},
		{del, "/v1/sessions/{id}", nobody, s.mine(s.endSession)},
		{get, "/v1/browsers", nobody, s.mine(s.listBrowsers)},
		{post, "/v1/browsers", nobody, s.mine(s.stepped(s.enrolSeat))},
		{del, "/v1/browsers/{id}", nobody, s.mine(s.revokeBrowser)},
		{post, "/v1/browsers/redeem", nobody, s.redeemSeat},

		{get, "/v1/session/oidc", nobody, s.goToSSO},
		{get, "/v1/session/oidc/callback", nobody, s.comeFromSSO},
	}
}

// What lets somebody see and end the sessions of others in their scope, and enrol and revoke seats.
const (
	sessionsSee registry.Action = "sessions.see"
	sessionsEnd registry.Action = "sessions.end"
)

// FactorsView is how an operator can prove who they are.
type FactorsView struct {
	Items    []registry.Factor `json:"items"`
	Recovery int               `json:"recovery_codes"` // how many are left
	Password bool              `json:"password"`
	Passkeys bool              `json:"passkeys"` // whether they are possible at this address
	Policy   string            `json:"policy"`
}

// isProved answers GET /v1/session/step-up: a page asks before it leads to a file that only who has just proved who they
// are may take along.
func (s *Server) isProved(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listFactors answers GET /v1/me/factors.
func (s *Server) listFactors(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	all, err := s.registry.Factors(r.Context(), c.operator.ID)
	if err != nil {
		return err
	}
	st, err := s.registry.StandingOf(r.Context(), c.operator.ID)
	if err != nil {
		return err
	}
	v := FactorsView{Items: []registry.Factor{}, Recovery: st.Recovery, Password: st.HasPassword, Passkeys: s.passkeys != nil,
		Policy: s.policy.secondFactor}
	for _, f := range all {
		if f.State != registry.FactorPending {
			v.Items = append(v.Items, f)
		}
	}
	return writeJSON(w, http.StatusOK, v)
}

// beginTOTP answers POST /v1/me/factors/totp.
func (s *Server) beginTOTP(w http.ResponseWriter, r *http.Request) error {
	made, err := s.registry.As(callerOf(r.Context()).who()).BeginTOTP(r.Context(), *callerOf(r.Context()).operator)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, made)
}

// confirmBody shows that an app knows its secret.
type confirmBody struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

// confirmTOTP answers POST /v1/me/factors/totp/confirm.
func (s *Server) confirmTOTP(w http.ResponseWriter, r *http.Request) error {
	var body confirmBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	a, err := s.arrive(r, c.operator.Name)
	if err != nil {
		return err
	}
	var codes []string
	err = s.guess(r.Context(), c.guessing(a), func() (err error) {
		codes, err = s.registry.As(c.who()).ConfirmTOTP(r.Context(), *c.operator, body.ID, body.Code)
		return err
	})
	if err != nil {
		return err
	}
	return s.strengthen(w, r, codes)
}

// CodesView are recovery codes, told this once; empty when there were some already.
type CodesView struct {
	Codes []string `json:"recovery_codes"`
}

// strengthen raises the session of who has just added a second factor: they have shown it, too.
func (s *Server) strengthen(w http.ResponseWriter, r *http.Request, codes []string) error {
	c := callerOf(r.Context())
	if err := s.renew(w, r, registry.Proof{Factor: true}); err != nil {
		return err
	}
	s.sessions.forgetOperator(c.operator.ID)
	return writeJSON(w, http.StatusOK, CodesView{Codes: codes})
}

// renew gives the caller's session a new token.
func (s *Server) renew(w http.ResponseWriter, r *http.Request, p registry.Proof) error {
	c := callerOf(r.Context())
	token, err := s.registry.RaiseSession(r.Context(), *c.session, p)
	if err != nil {
		return err
	}
	s.sessions.forget(c.session.ID)
	s.setCookie(w, s.cookieName(), token, registry.SessionLong)
	return nil
}

// removeFactor answers DELETE /v1/me/factors/{id}.
func (s *Server) removeFactor(w http.ResponseWriter, r *http.Request) error {
	op := *callerOf(r.Context()).operator
	if err := s.registry.As(callerOf(r.Context()).who()).RemoveFactor(r.Context(), op, pathVar(r, "id")); err != nil {
		return err
	}
	s.sessions.forgetOperator(op.ID)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// newRecoveryCodes answers POST /v1/me/recovery-codes.
func (s *Server) newRecoveryCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.registry.As(callerOf(r.Context()).who()).NewRecoveryCodes(r.Context(), *callerOf(r.Context()).operator)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, CodesView{Codes: codes})
}

// ownPasswordBody is a new password of one's own. Who never had one sends no old one, and has to step up.
type ownPasswordBody struct {
	Old      string `json:"old"`
	Password string `json:"password"`
}

// changePassword answers POST /v1/me/password: the operator's other sessions end, this one gets a new token.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	var body ownPasswordBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	p := registry.NewPassword{Operator: *c.operator, Password: body.Password, Session: c.session.ID}
	if err := s.changeOwn(r, body.Old, p); err != nil {
		return err
	}
	if err := s.renew(w, r, registry.Proof{}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) changeOwn(r *http.Request, old string, p registry.NewPassword) error {
	c := callerOf(r.Context())
	if !c.standing.HasPassword {
		if err := s.stepUp(r); err != nil {
			return err
		}
		return s.registry.As(c.who()).GivePassword(r.Context(), p)
	}
	a, err := s.arrive(r, c.operator.Name)
	if err != nil {
		return err
	}
	if err := s.checkOwnPassword(r.Context(), c, a, old); err != nil {
		return err
	}
	if old == p.Password {
		return fault.InvalidFields("the password is not good enough",
			[]fault.Field{{Name: "password", Problem: "must be another one than before"}})
	}
	return s.registry.As(c.who()).GivePassword(r.Context(), p)
}

// resetFactors answers DELETE /v1/operators/{id}/factors, for somebody who has lost theirs.
func (s *Server) resetFactors(w http.ResponseWriter, r *http.Request) error {
	op, err := s.registryFor(r).Operator(r.Context(), registry.OperatorID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	if err := s.mayGive(r.Context(), op.Role); err != nil {
		return err
	}
	if err := s.registryFor(r).ResetFactors(r.Context(), op.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listSessions answers GET /v1/sessions: one's own, or with operator= (an id, or all) those of the centres that one leads.
func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	q := query{r: r}
	ask := registry.SessionQuery{Operator: c.operator.ID, Open: q.text("open") == "true"}
	reg := s.registry
	if of := q.text("operator"); of != "" && of != string(c.operator.ID) {
		if err := s.demand(r.Context(), sessionsSee); err != nil {
			return err
		}
		reg, ask.Operator = s.registryFor(r), registry.OperatorID(of)
		if of == "all" {
			ask.Operator = ""
		}
	}
	all, err := reg.ListSessions(r.Context(), ask)
	if err != nil {
		return err
	}
	v := page[registry.Session]{Items: []registry.Session{}}
	v.Items = append(v.Items, all...)
	return writeJSON(w, http.StatusOK, v)
}

// endSession answers DELETE /v1/sessions/{id}.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	v, err := s.registry.SessionByID(r.Context(), pathVar(r, "id"))
	others := err == nil && v.Operator != c.operator.ID
	if others && !(s.may(r.Context(), sessionsEnd) && c.scope.Has(v.Centre)) {
		err = fault.New(fault.NotFound, "there is no such session") // also of others: ids are not told
	}
	if err != nil {
		return err
	}
	if err := s.registry.EndSession(r.Context(), v.ID, registry.Ending{By: c.who(), Why: registry.EndedByOther}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listBrowsers answers GET /v1/browsers: from which one has logged in oneself; with operator=all those of the centres that one leads.
func (s *Server) listBrowsers(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	reg, of := s.registry, c.operator.ID
	q := query{r: r}
	if other := q.text("operator"); other != "" && other != string(of) {
		if err := s.demand(r.Context(), sessionsSee); err != nil {
			return err
		}
		reg, of = s.registryFor(r), registry.OperatorID(other)
		if other == "all" {
			of = ""
		}
	}
	all, err := reg.ListBrowsers(r.Context(), of)
	if err != nil {
		return err
	}
	v := page[registry.Browser]{Items: []registry.Browser{}}
	v.Items = append(v.Items, all...)
	return writeJSON(w, http.StatusOK, v)
}

// seatBody is a seat to be enrolled.
type seatBody struct {
	Label  string            `json:"label"`
	Centre registry.CentreID `json:"centre,omitempty"`
}

// SeatView is a seat with the code that makes a browser that seat: told this once, good once, within a day.
type SeatView struct {
	Seat registry.Browser `json:"seat"`
	Code string           `json:"code"`
	Link string           `json:"link"` // to be opened at the seat
}

// enrolSeat answers POST /v1/browsers.
func (s *Server) enrolSeat(w http.ResponseWriter, r *http.Request) error {
	var body seatBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	if err := s.demand(r.Context(), sessionsEnd); err != nil {
		return err
	}
	code, seat, err := s.registryFor(r).EnrolSeat(r.Context(), registry.Browser{Label: body.Label, Centre: body.Centre})
	if err != nil {
		return err
	}
	// The code stands behind the #, which no browser sends and no log keeps.
	return writeJSON(w, http.StatusCreated, SeatView{Seat: seat, Code: code, Link: s.publicURL + "/console/#seat=" + code})
}

// redeemBody is the code of a seat.
type redeemBody struct {
	Code string `json:"code"`
}

// redeemSeat answers POST /v1/browsers/redeem: this browser becomes the seat. It needs no log-in and gives none: wrong
// passwords of others no longer slow down who logs in here, that is all.
func (s *Server) redeemSeat(w http.ResponseWriter, r *http.Request) error {
	var body redeemBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	a := attempt{what: "seat ", addr: s.clientAddr(r)}
	if err := s.mayTry(a); err != nil {
		return err
	}
	v := registry.Visitor{Cookie: newCookie(), Agent: agentOf(r.UserAgent())}
	if err := s.registry.RedeemSeat(r.Context(), body.Code, v); err != nil {
		return err
	}
	s.throttle.giveBack(a, s.clock.Now())
	s.setCookie(w, s.browserCookie(), v.Cookie, browserLong)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// revokeBrowser answers DELETE /v1/browsers/{id}: one's own, or one of the centres that one leads.
func (s *Server) revokeBrowser(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	id := pathVar(r, "id")
	allowed, err := s.mayRevoke(r, c, id)
	if err != nil {
		return err
	}
	if !allowed {
		return fault.New(fault.NotFound, "there is no such browser")
	}
	if err := s.registry.As(c.who()).RevokeBrowser(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// mayRevoke tells whether a browser is the caller's alone, or of the centres that the caller leads. A seat is not revoked
// by everybody who sits there.
func (s *Server) mayRevoke(r *http.Request, c *caller, id string) (bool, error) {
	if s.may(r.Context(), sessionsEnd) {
		_, err := s.registryFor(r).Browser(r.Context(), id)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return err == nil, err
		}
	}
	b, err := s.registry.Browser(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return b.Kind == registry.BrowserSeen && len(b.Operators) == 1 && b.Operators[0] == c.operator.ID, err
}
