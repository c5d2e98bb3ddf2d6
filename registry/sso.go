package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"anling/internal/db"
	"anling/internal/fault"
)

// SSOIdentity is who somebody is to an identity provider. Both together never change and are never given to another person,
// unlike a name or a mail address.
type SSOIdentity struct {
	Issuer  string
	Subject string
}

// The kinds of look-up of an identity: an account that was made by single sign-on follows the provider's groups, one that its
// owner has linked keeps its role.
const (
	ssoMadeLookup   = "sso"
	ssoLinkedLookup = "sso_linked"
)

func (i SSOIdentity) text() string { return i.Issuer + "\x00" + i.Subject }

// SSOAccount is an account that somebody reaches by single sign-on.
type SSOAccount struct {
	Operator Operator
	Linked   bool // by its owner
}

// OperatorBySSO gives the account of an identity; NotFound when there is none.
func (r *Registry) OperatorBySSO(ctx context.Context, i SSOIdentity) (a SSOAccount, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		for _, kind := range []string{ssoLinkedLookup, ssoMadeLookup} {
			id, err := rowBy(ctx, tx, kind, r.vault.Blind(kind, i.text()))
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("look up an identity: %w", err)
			}
			a.Linked = kind == ssoLinkedLookup
			a.Operator, err = r.operators.find(ctx, tx, ScopeAll(), id)
			return err
		}
		return fault.New(fault.NotFound, "nobody is known by this identity")
	})
	return a, err
}

// LinkSSO lets an operator log in by an identity. It is a Conflict when that is somebody else's.
func (r *Registry) LinkSSO(ctx context.Context, o Operator, i SSOIdentity) error {
	return r.pointSSO(ctx, ssoLinkedLookup, o, i)
}

func (r *Registry) pointSSO(ctx context.Context, kind string, o Operator, i SSOIdentity) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		for _, other := range []string{ssoLinkedLookup, ssoMadeLookup} {
			id, err := rowBy(ctx, tx, other, r.vault.Blind(other, i.text()))
			if err == nil && id != string(o.ID) {
				return fault.New(fault.Conflict, "this identity belongs to another account")
			}
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		r.audit.AddTx(ctx, tx, doneBy(r.actor, o.entry("factor.linked", map[string]string{"kind": kind})))
		return setLookups(ctx, tx, lookupsOf{kind: kind, unique: true, row: string(o.ID), hashes: [][]byte{r.vault.Blind(kind, i.text())}})
	})
}

// CreateBySSO makes an account for an identity that a group lets in.
func (r *Registry) CreateBySSO(ctx context.Context, o Operator, i SSOIdentity) (Operator, error) {
	made, err := r.CreateOperator(ctx, o)
	if err != nil {
		return made, err
	}
	return made, r.pointSSO(ctx, ssoMadeLookup, made, i)
}

// FollowSSO brings an account that was made by single sign-on to the role and the centre that its groups give it now.
func (r *Registry) FollowSSO(ctx context.Context, o Operator, role string, centre CentreID) (Operator, error) {
	if o.Role == role && (centre == "" || o.Centre == centre) {
		return o, nil
	}
	change := map[string]any{"version": o.Version, "role": role}
	if centre != "" {
		change["centre"] = centre
	}
	patch, err := json.Marshal(change)
	if err != nil {
		return o, fmt.Errorf("write a change of role: %w", err)
	}
	return r.ChangeOperator(ctx, o.ID, patch)
}
