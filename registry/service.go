package registry

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
)

// Options are what a registry works with.
type Options struct {
	DB    *db.DB
	Vault *seal.Vault
	Clock clock.Clock
	Log   *slog.Logger
	Audit *audit.Log // who changed what; nil: nobody wants to know, as in some tests

	// PasswordKiB is the memory that a password's hash takes; 0: as much as it should. Tests of many log-ins take less.
	PasswordKiB int
}

// Registry is the registry as somebody of a certain scope may see it.
type Registry struct {
	*core
	scope Scope
	actor audit.Actor // who changes something through this view
}

// core is what all views of one registry share.
type core struct {
	db    *db.DB
	vault *seal.Vault
	clock clock.Clock
	log   *slog.Logger
	audit *audit.Log

	elders    *shelf[Elder, *Elder]
	contacts  *shelf[Contact, *Contact]
	devices   *shelf[Device, *Device]
	helpers   *shelf[Helper, *Helper]
	centres   *shelf[Centre, *Centre]
	providers *shelf[Provider, *Provider]
	operators *shelf[Operator, *Operator]
	roles     *shelf[Role, *Role]

	spelled     speller
	consents    *shelf[Consent, *Consent]
	attachments *shelf[Attachment, *Attachment]
	customs     *shelf[CustomField, *CustomField]
	ownFields   customBook
	services    *shelf[ServiceType, *ServiceType]
	classes     *shelf[CallerClass, *CallerClass]
	agreements  *shelf[Agreement, *Agreement]
	moves       *shelf[Move, *Move]
	zones       *shelf[SafeZone, *SafeZone]
	zoneBook    zoneBook

	roster    *Roster
	passwords *passwords
	tokens    *tokenCache
	book      *roleBook
	ends      *ends
	imports   *Importer
}

// New makes a registry that sees every centre: the program's own view. Whoever asks on behalf
// of a person uses In.
func New(o Options) *Registry {
	c := &core{db: o.DB, vault: o.Vault, clock: o.Clock, log: o.Log, audit: o.Audit}
	if c.clock == nil {
		c.clock = clock.Real()
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.shelve()
	c.shelveRules()
	c.shelveZones()
	c.roster = newRoster(c)
	c.passwords = newPasswords(c.clock, o.PasswordKiB)
	c.imports = newImporter(c)
	c.tokens = newTokenCache(c.clock)
	c.book = newRoleBook(c)
	c.ends = &ends{}
	return &Registry{core: c, scope: ScopeAll()}
}

// shelve lays out the nouns: where each lies, how it is found, what hangs on it.
func (c *core) shelve() {
	c.elders = &shelf[Elder, *Elder]{core: c, noun: "elder",
		leads: []lead{{callerLookup, ""}, {numberLookup, "number"}, {alikeLookup, ""}, {paperLookup, "id_number"}},
		store: newStore[Elder, *Elder]("elders", elderColumns()...),
		filters: map[string]filter{"centre": textFilter, "tier": textFilter, "household": textFilter,
			"safety_plan": boolFilter, "legal_hold": boolFilter},
		asks:   map[string]ask{"area": inArea, "without_consent": c.withoutConsent},
		relate: c.relateElder, stored: c.elderStored, exactly: c.eldersExactly}
	c.contacts = &shelf[Contact, *Contact]{core: c, noun: "contact",
		store:   newStore[Contact, *Contact]("contacts", "elder", "role", "ord", "has_key"),
		filters: map[string]filter{"centre": textFilter, "elder": textFilter, "role": textFilter, "has_key": boolFilter},
		relate:  c.relateContact}
	c.devices = &shelf[Device, *Device]{core: c, noun: "device", leads: []lead{{deviceLookup, "identity"}},
		store:   newStore[Device, *Device]("devices", deviceColumns()...),
		filters: map[string]filter{"centre": textFilter, "elder": textFilter, "protocol": textFilter, "kind": textFilter},
		asks:    map[string]ask{"tested": setAt("tested_at"), "installed": setAt("installed_at")},
		strip:   func(d *Device) { d.Link, d.ExpectedS = "", nil },
		relate:  c.relateDevice, stored: c.deviceStored}
	c.helpers = &shelf[Helper, *Helper]{core: c, noun: "helper",
		store: newStore[Helper, *Helper]("helpers", "kind", "on_duty", "provider", "status", "grade"),
		filters: map[string]filter{"centre": textFilter, "kind": textFilter, "on_duty": boolFilter, "provider": textFilter,
			"status": textFilter, "grade": textFilter},
		relate: c.relateHelper, stored: c.helperStored,
		strip: func(h *Helper) { h.Position, h.Warnings = nil, nil }, opened: c.helperOpened}
	c.centres = &shelf[Centre, *Centre]{core: c, noun: "centre",
		store:   newStore[Centre, *Centre]("centres", "parent"),
		filters: map[string]filter{"parent": textFilter},
		relate:  c.relateCentre, stored: c.centreStored}
	c.providers = &shelf[Provider, *Provider]{core: c, noun: "provider",
		store:   newStore[Provider, *Provider]("providers", "kind", "status", "grade"),
		filters: map[string]filter{"centre": textFilter, "kind": textFilter, "status": textFilter, "grade": textFilter},
		relate:  c.relateProvider, stored: c.providerStored,
		strip: func(p *Provider) { p.Warnings = nil }, opened: c.providerOpened}
	c.operators = &shelf[Operator, *Operator]{core: c, noun: "operator", leads: []lead{{operatorLookup, "name"}},
		store:   newStore[Operator, *Operator]("operators", "role"),
		filters: map[string]filter{"centre": textFilter, "role": textFilter},
		relate:  c.relateOperator, stored: c.operatorStored}
	c.shelveRest()
	c.roles = &shelf[Role, *Role]{core: c, noun: "role", store: newStore[Role, *Role]("roles", "kind"), relate: c.relateRole}
}

// In gives the registry as somebody of this scope sees it: what lies outside is NotFound, cannot be referred to and
// cannot be made.
func (r *Registry) In(scope Scope) *Registry {
	return &Registry{core: r.core, scope: r.scope.and(scope), actor: r.actor}
}

// As gives the registry in the hands of somebody: what is changed through it is written down as theirs. Without, it is the
// program's own doing.
func (r *Registry) As(actor audit.Actor) *Registry {
	return &Registry{core: r.core, scope: r.scope, actor: actor}
}

// Everywhere gives the registry in the same hands without the limits of a scope: for what belongs to a person whom the caller was
// seen to reach, such as a record in another centre that was merged into theirs.
func (r *Registry) Everywhere() *Registry {
	return &Registry{core: r.core, scope: ScopeAll(), actor: r.actor}
}

// ScopeUnder is the scope of those who work for a centre: the centre and all below it.
func (r *Registry) ScopeUnder(ctx context.Context, centre CentreID) (Scope, error) {
	var all []CentreID
	err := r.db.View(ctx, func(tx *db.Tx) (err error) {
		all, err = centresBelow(ctx, tx, centre)
		return err
	})
	return ScopeOf(all...), err
}

// ScopeFor is what an operator may see: an administrator everything, the others their centre and what is below it.
func (r *Registry) ScopeFor(ctx context.Context, o Operator) (Scope, error) {
	if o.ArchivedAt != nil {
		return Scope{}, nil
	}
	if r.RightsOf(ctx, RoleID(o.Role)).May(CentresEverywhere) {
		return ScopeAll(), nil
	}
	return r.ScopeUnder(ctx, o.Centre)
}

// Load reads into memory what lives there: the roles and the helpers. The program calls it before it takes alarms.
func (r *Registry) Load(ctx context.Context) error {
	if err := r.book.refresh(ctx); err != nil {
		return err
	}
	if err := r.seedAreas(ctx); err != nil {
		return err
	}
	return r.roster.refresh(ctx)
}

// Helpers gives the helpers that are held in memory.
func (r *Registry) Helpers() *Roster { return r.roster }

// ContactsTx gives an elder's contacts in the order in which they are told.
func (r *Registry) ContactsTx(ctx context.Context, tx *db.Tx, elder ElderID) ([]Contact, error) {
	rows, err := contactsOf(ctx, tx, r.contacts.store, elder)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(x row[Contact]) bool { return !r.scope.Has(x.Centre) })
	return r.contacts.openAll(ctx, tx, rows)
}

func (r *Registry) contactsOf(ctx context.Context, scope Scope, elder ElderID) (page Page[Contact], err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		page.Items, err = r.In(scope).ContactsTx(ctx, tx, elder)
		return err
	})
	return page, err
}

// FindDeviceTx finds a device by what it calls itself. It opens nothing: the identity is the one
// that was asked for, so that a device is known even when the key is not.
func (r *Registry) FindDeviceTx(ctx context.Context, tx *db.Tx, protocol, identity string) (Device, error) {
	d := Device{Protocol: protocol, Identity: identity}
	var ignored problems
	d.normalise(&ignored) // a number that cannot be read stays as it is, and is not found
	l := deviceLookupOf(d.Protocol, d.Identity)
	row, err := deviceBy(ctx, tx, r.devices.store, r.vault.Blind(l.kind, l.text))
	if fault.Is(err, fault.NotFound) || err == nil && !r.scope.Has(row.Centre) {
		return Device{}, fault.New(fault.NotFound, "there is no such device")
	}
	if err != nil {
		return Device{}, err
	}
	found := row.clear
	found.setHead(row.head)
	found.Identity = d.Identity
	return found, nil
}

// FindCallerTx gives the elders whose telephone this is: several when a couple shares a line,
// none when nobody is known by it or it is no number at all.
func (r *Registry) FindCallerTx(ctx context.Context, tx *db.Tx, phone string) ([]ElderID, error) {
	number, err := NormalizePhone(phone)
	if err != nil {
		return nil, nil // whoever withholds their number calls for help all the same
	}
	line, text := deviceLookupOf(ProtocolPhone, number), deviceLookupOf(ProtocolSMS, number)
	return eldersByCaller(ctx, tx, r.vault.Blind(callerLookup, number),
		r.vault.Blind(line.kind, line.text), r.vault.Blind(text.kind, text.text))
}

// SupervisorsTx gives who is called when a centre does not answer: its supervisors; where there
// are none its managers, then who else has such a role, its administrators last, because somebody must be. Those
// without a telephone come last.
func (r *Registry) SupervisorsTx(ctx context.Context, tx *db.Tx, centre CentreID) ([]Operator, error) {
	for _, role := range r.supervisorRoles() {
		var c condition
		c.equal("centre", centre)
		c.equal("role", role)
		c.archived(false)
		r.operators.within(&c, r.scope)
		rows, err := r.operators.store.list(ctx, tx, c, maxLimit)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			continue
		}
		all, err := r.operators.openAll(ctx, tx, rows)
		return phonesFirst(all), err
	}
	return nil, nil
}

func phonesFirst(all []Operator) []Operator {
	var with, without []Operator
	for _, o := range all {
		if o.Phone != "" {
			with = append(with, o)
			continue
		}
		without = append(without, o)
	}
	return append(with, without...)
}

// Seen is that a device was heard of.
type Seen struct {
	Device  DeviceID
	At      time.Time
	Battery *int // percent, when it was told

	// When its key last came through, and whose it was then: a key that was tried in another home proves nothing here.
	Tested time.Time
	Elder  ElderID
}

// SeenTx writes that devices were heard of; an older report than the last changes nothing.
// Callers collect heartbeats and write them together.
func (r *Registry) SeenTx(ctx context.Context, tx *db.Tx, all []Seen) error {
	for _, s := range all {
		if err := setSeen(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Binding is a time during which a device was an elder's.
type Binding struct {
	Elder ElderID    `json:"elder"`
	From  time.Time  `json:"from"`
	To    *time.Time `json:"to"` // nil while it lasts
}

// Bindings tells whose a device was, newest first.
func (r *Registry) Bindings(ctx context.Context, id DeviceID) (all []Binding, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if _, err := r.devices.load(ctx, tx, r.scope, string(id)); err != nil {
			return err
		}
		all, err = bindingsOf(ctx, tx, id)
		return err
	})
	return all, err
}
