package web

import (
	"net/http"
	"slices"
	"time"

	"anling/registry"
)

// What a session may lack before it may do anything else.
const (
	lacksPassword     = "password"      // the password was given by somebody else, or is too old: change it
	lacksSecondFactor = "second_factor" // there is a second factor, and it was not shown
	lacksEnrolment    = "enrolment"     // a second factor is required, and there is none
)

// When a second factor is asked for (the setting --second-factor).
const (
	FactorsOff      = "off"      // only of those whose rights are dangerous, once they have one
	FactorsEnrolled = "enrolled" // of everybody who has one
	FactorsRequired = "required" // of everybody; who has none must add one first
)

// policy says what an operator must show.
type policy struct {
	secondFactor string
	passwordLife time.Duration // 0: a password does not grow old
}

// dangerous tells whether a role reaches so far that a second factor is always asked for, once there is one.
func dangerous(r *registry.Rights) bool {
	return slices.ContainsFunc([]registry.Action{"operators.change", "roles.change", "tokens.change", "audit.see", "audit.export",
		"export", "privacy.act", "retention.change"}, r.May)
}

// asks tells whether an operator who has a second factor must show it.
func (p policy) asks(dangerous bool) bool { return p.secondFactor != FactorsOff || dangerous }

// known is how well an operator is known.
type known struct {
	session   registry.Session
	standing  registry.Standing
	dangerous bool // what the role lets them do
}

// lacks is what an operator has to do first; "" when nothing.
func (p policy) lacks(k known, now time.Time) string {
	v, st := k.session, k.standing
	old := p.passwordLife > 0 && st.HasPassword && now.Sub(st.PasswordAt) > p.passwordLife
	switch {
	case st.Strong() && p.asks(k.dangerous) && v.Level != registry.LevelSecondFactor:
		return lacksSecondFactor
	case v.Method == registry.MethodPassword && (st.Temporary || old):
		return lacksPassword
	case p.secondFactor == FactorsRequired && !st.Strong() && v.Level != registry.LevelSecondFactor:
		return lacksEnrolment
	}
	return ""
}

// refuseLacking says what has to be done first; nil when nothing.
func (c *caller) refuseLacking() error {
	if c.lacks == "" {
		return nil
	}
	msg := map[string]string{
		lacksPassword:     "change your password first",
		lacksSecondFactor: "show your second factor first",
		lacksEnrolment:    "add a second factor first",
	}[c.lacks]
	return &refusal{status: http.StatusForbidden, name: problemLacks, msg: msg, factors: c.standing.Factors}
}
