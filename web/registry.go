package web

import (
	"context"
	"net/http"
	"reflect"

	"anling/devices"
	"anling/internal/fault"
	"anling/registry"
)

// verbs are what the registry can do with one kind of record, as somebody of a certain scope.
type verbs[T any, ID ~string] struct {
	get     func(context.Context, ID) (T, error)
	list    func(context.Context, registry.Scope, registry.Query) (registry.Page[T], error)
	create  func(context.Context, T) (T, error)
	change  func(context.Context, ID, []byte) (T, error)
	archive func(context.Context, ID) error
}

// noun is what the API does with one kind of record: five routes, the same for all.
type noun[T any, ID ~string] struct {
	s       *Server
	path    string
	right   string // the noun in its actions: elders.see, elders.change, elders.archive
	filters []string
	stepped bool // who changes one proves again who they are
	verbs   func(*registry.Registry) verbs[T, ID]
	fresh   T                                                 // what a new record has where the body says nothing
	advise  func(context.Context, T) (registry.Advice, error) // what to look at again; nil: nothing
}

// nouns makes the routes of the registry.
func (s *Server) nouns() []route {
	type reg = *registry.Registry
	var t []route
	t = append(t, noun[registry.Elder, registry.ElderID]{s: s, path: "/v1/elders", right: "elders",
		filters: []string{"centre", "tier", "area", "household", "safety_plan", "legal_hold", "without_consent"}, advise: s.adviseElder,
		verbs: func(r reg) verbs[registry.Elder, registry.ElderID] {
			return verbs[registry.Elder, registry.ElderID]{r.Elder, r.ListElders, r.CreateElder, r.ChangeElder, r.ArchiveElder}
		}}.routes()...)
	t = append(t, noun[registry.Contact, registry.ContactID]{s: s, path: "/v1/contacts", right: "contacts",
		filters: []string{"elder", "role", "has_key"},
		verbs: func(r reg) verbs[registry.Contact, registry.ContactID] {
			return verbs[registry.Contact, registry.ContactID]{r.Contact, r.ListContacts, r.CreateContact, r.ChangeContact, r.ArchiveContact}
		}}.routes()...)
	t = append(t, noun[registry.Device, registry.DeviceID]{s: s, path: "/v1/devices", right: "devices",
		filters: []string{"centre", "elder", "protocol", "kind", "tested", "installed"},
		verbs: func(r reg) verbs[registry.Device, registry.DeviceID] {
			return verbs[registry.Device, registry.DeviceID]{s.liveDevice(r), s.liveDevices(r), r.CreateDevice, r.ChangeDevice, r.ArchiveDevice}
		}}.routes()...)
	t = append(t, noun[registry.Helper, registry.HelperID]{s: s, path: "/v1/helpers", right: "helpers",
		filters: []string{"centre", "kind", "on_duty"}, fresh: registry.Helper{OnDuty: true},
		verbs: func(r reg) verbs[registry.Helper, registry.HelperID] {
			return verbs[registry.Helper, registry.HelperID]{r.Helper, r.ListHelpers, r.CreateHelper, r.ChangeHelper, r.ArchiveHelper}
		}}.routes()...)
	t = append(t, noun[registry.Provider, registry.ProviderID]{s: s, path: "/v1/providers", right: "providers",
		filters: []string{"centre"},
		verbs: func(r reg) verbs[registry.Provider, registry.ProviderID] {
			return verbs[registry.Provider, registry.ProviderID]{r.Provider, r.ListProviders, r.CreateProvider, r.ChangeProvider, r.ArchiveProvider}
		}}.routes()...)
	t = append(t, noun[registry.Centre, registry.CentreID]{s: s, path: "/v1/centres", right: "centres",
		filters: []string{"parent"},
		verbs: func(r reg) verbs[registry.Centre, registry.CentreID] {
			return verbs[registry.Centre, registry.CentreID]{r.Centre, r.ListCentres, r.CreateCentre, r.ChangeCentre, r.ArchiveCentre}
		}}.routes()...)
	t = append(t, noun[registry.Operator, registry.OperatorID]{s: s, path: "/v1/operators", right: "operators", stepped: true,
		filters: []string{"centre", "role"},
		verbs: func(r reg) verbs[registry.Operator, registry.OperatorID] {
			return verbs[registry.Operator, registry.OperatorID]{r.Operator, r.ListOperators, r.CreateOperator, r.ChangeOperator, r.ArchiveOperator}
		}}.routes()...)
	return t
}

// liveDevice reads a device with what has been heard of it since the last batch was written.
func (s *Server) liveDevice(r *registry.Registry) func(context.Context, registry.DeviceID) (registry.Device, error) {
	return func(ctx context.Context, id registry.DeviceID) (registry.Device, error) {
		d, err := r.Device(ctx, id)
		s.heard(&d)
		return d, err
	}
}

func (s *Server) liveDevices(r *registry.Registry) func(context.Context, registry.Scope, registry.Query) (registry.Page[registry.Device], error) {
	return func(ctx context.Context, scope registry.Scope, q registry.Query) (registry.Page[registry.Device], error) {
		page, err := r.ListDevices(ctx, scope, q)
		for i := range page.Items {
			s.heard(&page.Items[i])
		}
		return page, err
	}
}

func (s *Server) heard(d *registry.Device) {
	if at, ok := s.intake.LastSeen(d.ID); ok && (d.LastSeenAt == nil || at.After(*d.LastSeenAt)) {
		d.LastSeenAt = &at
	}
	devices.Expected(d, s.clock.Now())
}

func (n noun[T, ID]) routes() []route {
	see, change, archive := registry.Action(n.right+".see"), registry.Action(n.right+".change"), registry.Action(n.right+".archive")
	sure := func(h handler) handler {
		if n.stepped {
			return n.s.stepped(h)
		}
		return h
	}
	return []route{
		{http.MethodGet, n.path, see, n.handleList},
		{http.MethodPost, n.path, change, sure(n.handleCreate)},
		{http.MethodGet, n.path + "/{id}", see, n.handleGet},
		{http.MethodGet, n.path + "/{id}/history", see, n.handleHistory},
		{http.MethodPatch, n.path + "/{id}", change, sure(n.handleChange)},
		{http.MethodDelete, n.path + "/{id}", archive, sure(n.handleArchive)},
	}
}

// of is the registry as the caller sees it: a record of another centre is not there.
func (n noun[T, ID]) of(r *http.Request) verbs[T, ID] { return n.verbs(n.s.registryFor(r)) }

func (s *Server) registryFor(r *http.Request) *registry.Registry {
	c := callerOf(r.Context())
	return s.registry.In(c.scope).As(c.who())
}

func (n noun[T, ID]) answer(w http.ResponseWriter, r *http.Request, status int, v T) error {
	who, err := n.s.opened(r.Context(), v)
	if err != nil {
		return err
	}
	if status != http.StatusCreated { // who has just written it down has seen it
		if err := n.s.lookAt(r.Context(), v, who, ""); err != nil {
			return err
		}
	}
	return writeJSON(w, status, redact(who.viewer, v))
}

// written answers with a record that was just made or changed, and with what to look at again in it.
func (n noun[T, ID]) written(w http.ResponseWriter, r *http.Request, status int, v T) error {
	if n.advise == nil {
		return n.answer(w, r, status, v)
	}
	who, err := n.s.opened(r.Context(), v)
	if err != nil {
		return err
	}
	if status != http.StatusCreated {
		if err := n.s.lookAt(r.Context(), v, who, ""); err != nil {
			return err
		}
	}
	advice, err := n.advise(r.Context(), v)
	if err != nil {
		return err
	}
	out := redact(who.viewer, v)
	out.Warnings = warningsFor(r, advice, out.Masked)
	return writeJSON(w, status, out)
}

// one gives the record of the path, if it is there for the caller.
func (n noun[T, ID]) one(r *http.Request) (T, error) {
	v, err := n.of(r).get(r.Context(), ID(pathVar(r, "id")))
	if err != nil {
		return v, err
	}
	return v, n.s.within(r.Context(), v)
}

func (n noun[T, ID]) handleGet(w http.ResponseWriter, r *http.Request) error {
	v, err := n.one(r)
	if err != nil {
		return err
	}
	who, err := n.s.opened(r.Context(), v)
	if err != nil {
		return err
	}
	if err := n.s.lookAt(r.Context(), v, who, ""); err != nil {
		return err
	}
	out := redact(who.viewer, v)
	if el, is := any(v).(registry.Elder); is {
		if out.Safety, err = n.s.engine.SafetyOf(r.Context(), el.ID); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

func (n noun[T, ID]) handleList(w http.ResponseWriter, r *http.Request) error {
	filters := map[string]string{}
	for _, f := range append([]string{"archived"}, n.filters...) {
		if v := r.URL.Query().Get(f); v != "" {
			filters[f] = v
		}
	}
	q := query{r: r}
	ask := registry.Query{Text: q.text("q"), Classes: n.s.searcher(r.Context()).searchable(reflect.TypeFor[T]()), Filters: filters, Cursor: q.text("cursor"),
		Limit: q.limit("limit", 50, 500), Count: r.URL.Query().Get("count") == "true"}
	if err := q.err(); err != nil {
		return err
	}
	found, err := n.find(r, ask)
	if err != nil {
		return err
	}
	if err := n.s.lookAtList(r, n.right, len(found.Items)); err != nil {
		return err
	}
	out := page[gated[T]]{Items: []gated[T]{}, Next: found.Next, Partial: found.Partial, Total: found.Total}
	for _, v := range found.Items {
		out.Items = append(out.Items, redact(n.s.listed(r.Context(), v), v))
	}
	return writeJSON(w, http.StatusOK, out)
}

// find gives the records of a list that are there for the caller. A field that they do not see is nothing to filter by:
// who is found would tell what it holds.
func (n noun[T, ID]) find(r *http.Request, q registry.Query) (registry.Page[T], error) {
	ctx, of := r.Context(), reflect.TypeFor[T]()
	who := n.s.searcher(ctx)
	for f := range q.Filters {
		if _, known := n.s.gate.fields[of][f]; known && who.rights(of, f)&registry.MaySee == 0 {
			return registry.Page[T]{}, &fault.Error{Kind: fault.Denied, Msg: "you may not filter by what you do not see",
				Fields: []fault.Field{{Name: f, Problem: "is hidden from you"}}}
		}
	}
	found, err := n.of(r).list(ctx, callerOf(ctx).scope, q)
	if err != nil || callerOf(ctx).firm() == "" {
		return found, err
	}
	var mine []T
	for _, v := range found.Items {
		switch err := n.s.within(ctx, v); {
		case err == nil:
			mine = append(mine, v)
		case !fault.Is(err, fault.NotFound):
			return found, err
		}
	}
	found.Items, found.Total = mine, nil
	return found, nil
}

// handleCreate makes a record. Without a centre it belongs to that of whoever makes it.
func (n noun[T, ID]) handleCreate(w http.ResponseWriter, r *http.Request) error {
	v := n.fresh
	body, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	if err := decodeBytes(body, &v); err != nil {
		return err
	}
	if err := n.s.guardNew(r.Context(), v, body); err != nil {
		return err
	}
	v, err = n.of(r).create(r.Context(), v)
	if err != nil {
		return err
	}
	return n.written(w, r, http.StatusCreated, v)
}

// handleChange changes a record by a JSON merge patch with the version that was read.
func (n noun[T, ID]) handleChange(w http.ResponseWriter, r *http.Request) error {
	patch, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	old, err := n.one(r)
	if err != nil {
		return err
	}
	if err := n.s.guardChange(r.Context(), old, patch); err != nil {
		return err
	}
	v, err := n.of(r).change(r.Context(), ID(pathVar(r, "id")), patch)
	if err != nil {
		return err
	}
	return n.written(w, r, http.StatusOK, v)
}

func (n noun[T, ID]) handleArchive(w http.ResponseWriter, r *http.Request) error {
	old, err := n.one(r)
	if err != nil {
		return err
	}
	if op, is := any(old).(registry.Operator); is {
		if err := n.s.mayGive(r.Context(), op.Role); err != nil {
			return err
		}
	}
	if err := n.of(r).archive(r.Context(), ID(pathVar(r, "id"))); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// contactsOf lists an elder's contacts in their order.
func (s *Server) contactsOf(ctx context.Context, elder registry.ElderID) ([]registry.Contact, error) {
	found, err := s.registry.ListContacts(ctx, registry.ScopeAll(),
		registry.Query{Filters: map[string]string{"elder": string(elder)}, Limit: 200})
	return found.Items, err
}
