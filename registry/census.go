package registry

import (
	"context"
	"slices"

	"anling/internal/db"
)

// Census says what is worth knowing of all accounts together.
type Census struct {
	Total      int
	WeakAdmins []OperatorID // may change accounts or roles and have no second factor
	FewLocal   []CentreID   // have operators, and fewer than two of them with a password
}

// localAccounts is how many accounts with a password a centre needs for the day on which the identity provider is down.
const localAccounts = 2

// AccountCensus looks at all accounts that are not archived.
func (r *Registry) AccountCensus(ctx context.Context) (c Census, err error) {
	local, strong := map[CentreID]int{}, map[OperatorID]bool{}
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		strong, err = operatorsWithFactor(ctx, tx)
		return err
	})
	if err != nil {
		return c, err
	}
	q := Query{Limit: maxLimit}
	for {
		page, err := r.ListOperators(ctx, ScopeAll(), q)
		if err != nil {
			return c, err
		}
		for _, o := range page.Items {
			c.Total++
			rights := r.RightsOf(ctx, RoleID(o.Role))
			if (rights.May("operators.change") || rights.May("roles.change")) && !strong[o.ID] {
				c.WeakAdmins = append(c.WeakAdmins, o.ID)
			}
			st, err := r.StandingOf(ctx, o.ID)
			if err != nil {
				return c, err
			}
			if local[o.Centre] += 0; st.HasPassword {
				local[o.Centre]++
			}
		}
		if page.Next == nil {
			break
		}
		q.Cursor = *page.Next
	}
	for centre, n := range local {
		if n < localAccounts {
			c.FewLocal = append(c.FewLocal, centre)
		}
	}
	slices.Sort(c.FewLocal)
	return c, nil
}
