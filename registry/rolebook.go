package registry

import (
	"context"
	"slices"
	"sync"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// rolesFresh is how long a node may not yet know what another one has changed of a role.
const rolesFresh = 2 * time.Second

// roleBook holds the roles, compiled, in memory: they are asked with every request. It is kept fresh by reading what
// has changed, the same way on one node and on many.
type roleBook struct {
	core *core

	mu     sync.RWMutex
	byID   map[RoleID]heldRole
	newest int64
	at     time.Time // of the last look; zero when something is known to have changed
}

type heldRole struct {
	role   Role
	rights *Rights
}

func newRoleBook(c *core) *roleBook {
	b := &roleBook{core: c, byID: map[RoleID]heldRole{}}
	for _, r := range builtIn() {
		b.byID[r.ID] = heldRole{role: r, rights: compile(r)}
	}
	return b
}

// fresh tells whether the book was looked through lately.
func (b *roleBook) fresh(now time.Time) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	age := now.Sub(b.at)
	return !b.at.IsZero() && age >= 0 && age < rolesFresh
}

// refresh reads what has changed since the last look, when that was too long ago.
func (b *roleBook) refresh(ctx context.Context) error {
	now := b.core.clock.Now()
	if b.fresh(now) {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	from := stamp{at: b.newest - overlap.Microseconds()}
	for more := true; more; {
		var found []row[Role]
		err := b.core.db.View(ctx, func(tx *db.Tx) (err error) {
			found, err = b.core.roles.changedSince(ctx, tx, from, chunk)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range found {
			from = stamp{at: db.Micros(r.Updated), id: r.ID}
			if err := b.take(ctx, r); err != nil {
				return err
			}
		}
		b.newest = max(b.newest, from.at)
		more = len(found) == chunk
	}
	b.at = now
	return nil
}

// take puts a row into the book, unless that version stands there already: who holds its rights can then tell by the
// pointer that nothing has changed.
func (b *roleBook) take(ctx context.Context, r row[Role]) error {
	if held, ok := b.byID[RoleID(r.ID)]; ok && held.role.Version == r.Version && held.role.UpdatedAt.Equal(r.Updated) {
		return nil
	}
	role, err := b.core.roles.open(ctx, nil, r)
	if err != nil {
		return err
	}
	b.byID[role.ID] = heldRole{role: role, rights: compile(role)}
	return nil
}

// stale makes the next look read again.
func (b *roleBook) stale() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = time.Time{}
}

func (b *roleBook) get(id RoleID) (heldRole, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	h, ok := b.byID[id]
	return h, ok
}

func (b *roleBook) all() []Role {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]Role, 0, len(b.byID))
	for _, h := range b.byID {
		out = append(out, h.role)
	}
	return out
}

// RightsOf gives what a role lets somebody do. An unknown or archived role gives nil, which lets nobody do anything. When
// the database does not answer, the roles are as they were last known: an alarm must not wait for a role.
func (r *Registry) RightsOf(ctx context.Context, id RoleID) *Rights {
	if err := r.book.refresh(ctx); err != nil {
		r.log.Warn("the roles cannot be read; going on with those that are known", "error", err)
	}
	h, ok := r.book.get(id)
	if !ok || h.role.ArchivedAt != nil {
		return nil
	}
	return h.rights
}

// Role gives a role. Roles are no secret: a foreign one is shown, too.
func (r *Registry) Role(ctx context.Context, id RoleID) (Role, error) {
	if err := r.book.refresh(ctx); err != nil {
		return Role{}, err
	}
	h, ok := r.book.get(id)
	if !ok {
		return Role{}, fault.New(fault.NotFound, "there is no such role")
	}
	return h.role, nil
}

// ListRoles gives all roles that are not archived (or those that are), the built-in ones first.
func (r *Registry) ListRoles(ctx context.Context, archived bool) ([]Role, error) {
	if err := r.book.refresh(ctx); err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(r.book.all(), func(x Role) bool { return (x.ArchivedAt != nil) != archived })
	place := map[RoleID]int{}
	for i, b := range builtIn() {
		place[b.ID] = i + 1
	}
	slices.SortFunc(all, func(a, b Role) int { return orderOfRoles(place, a, b) })
	return all, nil
}
