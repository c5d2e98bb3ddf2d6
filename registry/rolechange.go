package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"anling/internal/db"
	"anling/internal/fault"
)

// Granting is who gives rights, and the fields that there are: nobody gives a right that they do not have.
type Granting struct {
	By     *Rights
	Fields []Field
}

// Lacks lists what other may and the giver may not; empty when the giver may give it all.
func (g Granting) Lacks(other *Rights) []fault.Field {
	var bad problems
	for _, a := range other.Actions() {
		if !g.By.May(a) {
			bad.add("actions", "%s is more than you may do yourself", a)
		}
	}
	for _, f := range g.Fields {
		for _, s := range Situations() {
			more := other.Of(f, s) &^ (g.By.Of(f, s) | g.By.Of(f, Always))
			if more&MaySeeMasked != 0 && g.By.Of(f, s|Always)&MaySee != 0 {
				more &^= MaySeeMasked
			}
			if more != 0 {
				bad.add("fields", "%s.%s: %v is more than you may yourself", f.Resource, f.Name, more.Words())
				break
			}
		}
	}
	return bad.fields
}

// permit refuses what is more than the giver has.
func (g Granting) permit(r Role) error {
	if lacks := g.Lacks(compile(r)); len(lacks) > 0 {
		return &fault.Error{Kind: fault.Denied, Msg: "nobody gives rights that they do not have", Fields: lacks}
	}
	return nil
}

// known names every record, class and field of a role that there is not.
func (g Granting) known(r Role) error {
	resources, classes, fields := map[string]bool{everything: true}, map[string]bool{everything: true}, map[string]bool{}
	for _, f := range g.Fields {
		resources[f.Resource], classes[f.Class], fields[f.Name] = true, true, true
	}
	var bad problems
	check := func(at string, names []string, known map[string]bool) {
		for _, n := range names {
			if !known[n] {
				bad.add(at, "names %q, which there is not", clipped(n))
			}
		}
	}
	for i, l := range r.Fields {
		at := fmt.Sprintf("fields.%d.", i)
		check(at+"of", l.Of, resources)
		check(at+"class", l.Class, classes)
		check(at+"field", l.Field, fields)
	}
	return bad.err("role")
}

// CreateRole adds a role of which the giver may give everything. A taken id is a Conflict.
func (r *Registry) CreateRole(ctx context.Context, g Granting, x Role) (Role, error) {
	x.BuiltIn = false
	d := draft[Role]{x: x}
	r.roles.prepare(&d)
	if err := d.bad.err("role"); err != nil {
		return Role{}, err
	}
	if err := g.check(d.x); err != nil {
		return Role{}, err
	}
	made, err := r.roles.create(ctx, r, x)
	return made, r.rolesChanged(err)
}

// check refuses a role with names that there are not, or with more than the giver has.
func (g Granting) check(now Role) error {
	if err := g.known(now); err != nil {
		return err
	}
	return g.permit(now)
}

// ChangeRole changes a role by a merge patch; the giver must have all that it gives before and after. A built-in one
// gets a record of its own by its first change.
func (r *Registry) ChangeRole(ctx context.Context, g Granting, id RoleID, patch []byte) (Role, error) {
	var x Role
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		old, err := r.roleToChange(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := g.permit(old); err != nil {
			return err
		}
		if x, err = r.roles.changeTx(ctx, tx, r, edit{string(id), patch}); err != nil {
			return err
		}
		return g.check(x)
	})
	return x, r.rolesChanged(err)
}

// roleToChange gives the record of a role, and makes that of a built-in one.
func (r *Registry) roleToChange(ctx context.Context, tx *db.Tx, id RoleID) (Role, error) {
	brought, builtIn := builtInRole(id)
	if builtIn && brought.fixed() {
		return brought, fault.New(fault.Denied, "this role is fixed; copy it and change the copy")
	}
	old, err := r.roles.find(ctx, tx, r.scope, string(id))
	if !builtIn || !fault.Is(err, fault.NotFound) {
		return old, err
	}
	if !r.scope.All() {
		return old, fault.New(fault.Denied, "a built-in role is changed by who may see all centres; copy it and change the copy")
	}
	d := draft[Role]{x: brought, scope: r.scope, actor: r.actor}
	r.roles.prepare(&d)
	return r.roles.put(ctx, tx, d)
}

// ArchiveRole takes a role away, of which the giver has everything and which nobody has. A built-in one stays.
func (r *Registry) ArchiveRole(ctx context.Context, g Granting, id RoleID) error {
	if _, builtIn := builtInRole(id); builtIn {
		return fault.New(fault.Conflict, "a built-in role cannot be deleted")
	}
	held, err := r.Role(ctx, id)
	if err != nil {
		return err
	}
	if err := g.permit(held); err != nil {
		return err
	}
	return r.rolesChanged(r.roles.archive(ctx, r, string(id)))
}

// rolesChanged makes this node look again at once.
func (r *Registry) rolesChanged(err error) error {
	if err == nil {
		r.book.stale()
	}
	return err
}

// relateRole gives a role its centre and keeps its id from those that the program brings; who has an archived
// role must be given another one first.
func (c *core) relateRole(ctx context.Context, tx *db.Tx, d *draft[Role]) error {
	if _, taken := builtInRole(d.x.ID); taken && d.old == nil && !d.x.BuiltIn {
		return fault.New(fault.Conflict, "the program brings a role with this id")
	}
	if d.old != nil && d.old.Kind != d.x.Kind {
		d.bad.add("kind", "cannot be changed")
	}
	if d.old != nil {
		d.x.BuiltIn = d.old.BuiltIn
	}
	if d.x.ArchivedAt != nil {
		used, err := roleInUse(ctx, tx, d.x.ID)
		if err == nil && used {
			return fault.New(fault.Conflict, "there are operators with this role; give them another one first")
		}
		return err
	}
	return c.home(ctx, tx, asked(d), &d.x.Centre)
}

// relateOperator checks the role, and keeps the last administrator.
func (c *core) relateOperator(ctx context.Context, tx *db.Tx, d *draft[Operator]) error {
	if err := c.checkRole(ctx, tx, d); err != nil {
		return err
	}
	if err := c.keepAdmin(ctx, tx, d); err != nil {
		return err
	}
	if err := c.checkFirm(ctx, tx, d); err != nil {
		return err
	}
	return c.home(ctx, tx, asked(d), &d.x.Centre)
}

// checkFirm checks the provider for whom an operator works.
func (c *core) checkFirm(ctx context.Context, tx *db.Tx, d *draft[Operator]) error {
	if d.x.Provider == "" || d.old != nil && d.old.Provider == d.x.Provider {
		return nil
	}
	_, err := c.providers.load(ctx, tx, d.scope, string(d.x.Provider))
	if fault.Is(err, fault.NotFound) {
		d.bad.add("provider", "is not a provider that is known")
		return nil
	}
	return err
}

func (c *core) checkRole(ctx context.Context, tx *db.Tx, d *draft[Operator]) error {
	if d.old != nil && d.old.Role == d.x.Role {
		return nil
	}
	role, ok := builtInRole(RoleID(d.x.Role))
	if !ok {
		found, err := c.roles.load(ctx, tx, ScopeAll(), d.x.Role)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		role, ok = found.clear, err == nil && found.Archived == nil
	}
	if !ok || role.Kind != RoleForPeople {
		d.bad.add("role", "is not a role that an operator can have")
	}
	return nil
}

// keepAdmin refuses to take away the last administrator: nobody could make another.
func (c *core) keepAdmin(ctx context.Context, tx *db.Tx, d *draft[Operator]) error {
	is := func(o *Operator) bool { return o != nil && o.Role == RoleAdmin && o.ArchivedAt == nil }
	if !is(d.old) || is(&d.x) {
		return nil
	}
	others, err := otherAdmins(ctx, tx, d.x.ID)
	if err == nil && !others {
		return fault.New(fault.Conflict, "this is the last administrator; make another one first")
	}
	return err
}

func orderOfRoles(place map[RoleID]int, a, b Role) int {
	last := len(place) + 1
	at := func(r Role) int {
		if p := place[r.ID]; p > 0 {
			return p
		}
		return last
	}
	return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.ID, b.ID))
}

// supervisorRoles lists the roles whose people are called when nobody accepts an alert: those that supervise first
// by the order of the list, the administrators last.
func (r *Registry) supervisorRoles() []string {
	all := r.book.all()
	place := map[RoleID]int{}
	for i, b := range builtIn() {
		place[b.ID] = i + 1
	}
	slices.SortFunc(all, func(a, b Role) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), orderOfRoles(place, a, b))
	})
	var out []string
	for _, x := range all {
		if slices.Contains(x.Actions, AlertsSupervise) && x.Kind == RoleForPeople {
			out = append(out, string(x.ID))
		}
	}
	return out
}

func rank(r Role) int {
	if r.ID == RoleAdmin {
		return 1
	}
	return 0
}
