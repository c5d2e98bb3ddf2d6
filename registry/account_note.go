package registry

import (
	"context"

	"anling/internal/audit"
	"anling/internal/db"
)

// entry is an entry about an account: ids and codes only, sealed under the operator's key where there is more.
func (o Operator) entry(action string, data any) audit.Entry {
	return audit.Entry{Action: action, Resource: "operator", ID: string(o.ID), Subject: string(o.ID), Centre: string(o.Centre), Data: data}
}

// doneBy makes an entry somebody's doing.
func doneBy(actor audit.Actor, e audit.Entry) audit.Entry {
	e.Actor = actor
	return e
}

// themself is an operator as the one who does something, where no view of the registry says so yet.
func (o Operator) themself() audit.Actor {
	return audit.Actor{Kind: audit.Operator, ID: string(o.ID)}
}

// about turns an entry about an account into one about something of it.
func about(resource, id string, e audit.Entry) audit.Entry {
	e.Resource, e.ID = resource, id
	return e
}

// noteEnds writes which sessions were ended.
func (c *core) noteEnds(ctx context.Context, tx *db.Tx, ended []Session, e Ending) {
	for _, s := range ended {
		o := Operator{ID: s.Operator, Centre: s.Centre}
		c.audit.AddTx(ctx, tx, doneBy(e.By, about("session", s.ID, o.entry("session.ended", map[string]string{"why": e.Why}))))
	}
}

// Why a log-in failed.
const (
	FailedPassword = "password"
	FailedCode     = "code"
	FailedPasskey  = "passkey"
	FailedSSO      = "sso"
)

// NoteFailed writes that somebody has failed to log in, or to prove who they are, as an operator; the operator is empty when
// it is not known as whom. A name that was typed is not kept: it may be a password in the wrong field.
func (r *Registry) NoteFailed(ctx context.Context, o Operator, why string) error {
	return r.audit.Add(ctx, doneBy(audit.Actor{Kind: audit.Nobody}, o.entry("session.failed", map[string]string{"why": why})))
}
