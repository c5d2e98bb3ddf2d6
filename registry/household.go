package registry

import (
	"context"
	"slices"

	"anling/internal/db"
	"anling/internal/fault"
)

// Joining says with whom an elder shares a home from now on.
type Joining struct {
	With          ElderID `json:"with"`           // anybody of the household; empty: the elder leaves theirs
	ShareContacts bool    `json:"share_contacts"` // give each the contacts of the other whom they lack
}

// JoinHousehold puts an elder into the household of another one, which begins with that when there is none, or takes the elder out of
// theirs. Contacts that are shared are copied: afterwards each is changed by itself. Who stays behind alone is in no household any more.
func (r *Registry) JoinHousehold(ctx context.Context, id ElderID, j Joining) (Elder, error) {
	var x Elder
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		elder, err := r.elders.find(ctx, tx, r.scope, string(id))
		if err != nil {
			return err
		}
		household, err := r.householdFor(ctx, tx, id, j.With)
		if err != nil {
			return err
		}
		left := elder.Household
		if x, err = r.settleIn(ctx, tx, elder, household); err != nil {
			return err
		}
		if left != "" && left != household {
			if err := r.dissolve(ctx, tx, left); err != nil {
				return err
			}
		}
		if !j.ShareContacts || j.With == "" {
			return nil
		}
		if err := r.copyContacts(ctx, tx, j.With, id); err != nil {
			return err
		}
		return r.copyContacts(ctx, tx, id, j.With)
	})
	return x, err
}

// householdFor is the household of an elder, which gets one when it has none; none for nobody.
func (r *Registry) householdFor(ctx context.Context, tx *db.Tx, id, with ElderID) (string, error) {
	if with == "" {
		return "", nil
	}
	other, err := r.elders.find(ctx, tx, r.scope, string(with))
	if with == id || fault.Is(err, fault.NotFound) || err == nil && other.ArchivedAt != nil {
		var bad problems
		bad.add("with", "is not an elder who is known")
		return "", bad.err("household")
	}
	if err != nil || other.Household != "" {
		return other.Household, err
	}
	household := db.NewID()
	_, err = r.settleIn(ctx, tx, other, household)
	return household, err
}

func (r *Registry) settleIn(ctx context.Context, tx *db.Tx, elder Elder, household string) (Elder, error) {
	if elder.ArchivedAt != nil {
		return elder, fault.New(fault.Conflict, "this %s is archived; set archived_at to null to restore it", "elder")
	}
	if elder.Household == household {
		return elder, nil
	}
	d := draft[Elder]{old: &elder, x: elder, scope: r.scope, actor: r.actor}
	d.x.Household = household
	return r.elders.put(ctx, tx, d)
}

// dissolve ends a household in which only one is left.
func (r *Registry) dissolve(ctx context.Context, tx *db.Tx, household string) error {
	var c condition
	c.equal("household", household)
	c.archived(false)
	rows, err := r.elders.store.list(ctx, tx, c, 2)
	if err != nil || len(rows) != 1 {
		return err
	}
	last, err := r.elders.open(ctx, tx, rows[0])
	if err != nil {
		return err
	}
	_, err = r.settleIn(ctx, tx, last, "")
	return err
}

// copyContacts gives an elder those contacts of another whose numbers none of their own has.
func (r *Registry) copyContacts(ctx context.Context, tx *db.Tx, from, to ElderID) error {
	theirs, err := r.ContactsTx(ctx, tx, from)
	if err != nil {
		return err
	}
	own, err := r.ContactsTx(ctx, tx, to)
	if err != nil {
		return err
	}
	for _, k := range theirs {
		if k.Locked || slices.ContainsFunc(own, func(o Contact) bool { return sharesNumber(o, k) }) {
			continue
		}
		k.Elder, k.HasKey = to, false // a key of one door is not one of another; they may have the same, which is for a person to say
		k.setHead(head{ID: db.NewID()})
		d := draft[Contact]{x: k, scope: r.scope, actor: r.actor}
		r.contacts.prepare(&d)
		if _, err := r.contacts.put(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

func sharesNumber(a, b Contact) bool {
	return slices.ContainsFunc(a.Phones, func(p string) bool { return slices.Contains(b.Phones, p) })
}
