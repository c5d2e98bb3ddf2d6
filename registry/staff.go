package registry

import (
	"context"

	"anling/internal/db"
	"anling/internal/fault"
)

func (c *core) relateProvider(ctx context.Context, tx *db.Tx, d *draft[Provider]) error {
	if d.old == nil {
		d.x.Grade = ""
	}
	d.x.Services = c.roster.Services().codes(d.x.Services)
	if d.old == nil {
		d.x.CreatedAt = tx.Now() // the first inspection counts from here
	}
	defer func() { c.roster.warnProvider(&d.x, tx.Now()) }()
	if err := c.home(ctx, tx, asked(d), &d.x.Centre); err != nil {
		return err
	}
	values := customValues{resource: "provider", centre: d.x.Centre, now: d.x.Custom, bad: &d.bad}
	if d.old != nil {
		values.old = d.old.Custom
	}
	return c.checkCustom(ctx, tx, values)
}

// providerOpened says what is worth seeing to.
func (c *core) providerOpened(_ context.Context, tx *db.Tx, p *Provider) error {
	c.roster.warnProvider(p, tx.Now())
	return nil
}

// providerStored tells the roster, and takes the staff along into another centre.
func (c *core) providerStored(ctx context.Context, tx *db.Tx, d draft[Provider]) error {
	tx.AfterCommit(func() { c.roster.takeProvider(d.x) })
	if d.old == nil || d.old.Centre == d.x.Centre {
		return nil
	}
	return c.eachOfStaff(ctx, tx, d, func(h *draft[Helper]) { h.x.Centre = d.x.Centre })
}

// eachOfStaff changes every helper of a provider who is not archived.
func (c *core) eachOfStaff(ctx context.Context, tx *db.Tx, of draft[Provider], change func(*draft[Helper])) error {
	for after := ""; ; {
		var theirs condition
		theirs.equal("provider", of.x.ID)
		theirs.archived(false)
		theirs.after(after)
		rows, err := c.helpers.store.list(ctx, tx, theirs, chunk)
		if err != nil {
			return err
		}
		for _, r := range rows {
			old, err := c.helpers.open(ctx, tx, r)
			if err != nil {
				return err
			}
			d := draft[Helper]{old: &old, x: old, scope: ScopeAll(), actor: of.actor}
			change(&d)
			if _, err := c.helpers.put(ctx, tx, d); err != nil {
				return err
			}
			after = r.ID
		}
		if len(rows) < chunk {
			return nil
		}
	}
}

// relateStaff lets a provider's people follow its centre.
func (c *core) relateStaff(ctx context.Context, tx *db.Tx, d *draft[Helper]) error {
	row, err := c.providers.get(ctx, tx, string(d.x.Provider))
	known := d.old != nil && d.old.Provider == d.x.Provider // it was right then; the provider may be archived now
	if fault.Is(err, fault.NotFound) || err == nil && !known && (row.Archived != nil || !d.scope.Has(row.Centre)) {
		d.bad.add("provider", "is not a provider that is known")
		return nil
	}
	if err != nil {
		return err
	}
	d.x.Centre = row.Centre
	return nil
}

// Staff lists the helpers of a provider.
func (r *Registry) Staff(ctx context.Context, id ProviderID, q Query) (Page[Helper], error) {
	if _, err := r.Provider(ctx, id); err != nil {
		return Page[Helper]{}, err
	}
	filters := map[string]string{"provider": string(id)}
	for name, value := range q.Filters {
		if name != "provider" {
			filters[name] = value
		}
	}
	q.Filters = filters
	return r.ListHelpers(ctx, r.scope, q)
}
