package registry

import (
	"context"

	"anling/internal/db"
)

// The five verbs, and one inside a transaction, are the same for every noun:
//
// CreateX checks all fields at once (Invalid with Fields), gives an id when there is none, and is a
// Conflict when the id, or what must be unique, exists.
//
// ChangeX applies a JSON merge patch that names the version it changes; a stale one is a Conflict, as is a change
// of an archived record that does not set archived_at to null.
//
// ArchiveX takes a record out of lists and look-ups; it stays readable by its id.
//
// X gives one record; of a foreign scope, NotFound. ListX gives those in the scope, in the order of their ids.
//
// XTx is X in the caller's transaction, for the way of an alarm: when the sealed part cannot be opened, the
// record has only what is known in clear, and says so where it has a field Locked.

// CreateElder adds an elder.
func (r *Registry) CreateElder(ctx context.Context, x Elder) (Elder, error) {
	return r.elders.create(ctx, r, x)
}

// ChangeElder changes an elder by a merge patch.
func (r *Registry) ChangeElder(ctx context.Context, id ElderID, patch []byte) (Elder, error) {
	return r.elders.change(ctx, r, string(id), patch)
}

// ArchiveElder archives an elder.
func (r *Registry) ArchiveElder(ctx context.Context, id ElderID) error {
	return r.elders.archive(ctx, r, string(id))
}

// Elder gives an elder.
func (r *Registry) Elder(ctx context.Context, id ElderID) (Elder, error) {
	return r.elders.one(ctx, r, string(id))
}

// ElderTx gives an elder in a transaction.
func (r *Registry) ElderTx(ctx context.Context, tx *db.Tx, id ElderID) (Elder, error) {
	return r.elders.findAnyway(ctx, tx, r.scope, string(id))
}

// ListElders lists elders.
func (r *Registry) ListElders(ctx context.Context, scope Scope, q Query) (Page[Elder], error) {
	return r.elders.list(ctx, r, scope, q)
}

// CreateContact adds a contact.
func (r *Registry) CreateContact(ctx context.Context, x Contact) (Contact, error) {
	return r.contacts.create(ctx, r, x)
}

// ChangeContact changes a contact by a merge patch.
func (r *Registry) ChangeContact(ctx context.Context, id ContactID, patch []byte) (Contact, error) {
	return r.contacts.change(ctx, r, string(id), patch)
}

// ArchiveContact archives a contact.
func (r *Registry) ArchiveContact(ctx context.Context, id ContactID) error {
	return r.contacts.archive(ctx, r, string(id))
}

// Contact gives a contact.
func (r *Registry) Contact(ctx context.Context, id ContactID) (Contact, error) {
	return r.contacts.one(ctx, r, string(id))
}

// ContactTx gives a contact in a transaction.
func (r *Registry) ContactTx(ctx context.Context, tx *db.Tx, id ContactID) (Contact, error) {
	return r.contacts.findAnyway(ctx, tx, r.scope, string(id))
}

// ListContacts lists contacts; with the filter elder and nothing else, all of that elder's in the order in which
// they are told.
func (r *Registry) ListContacts(ctx context.Context, scope Scope, q Query) (Page[Contact], error) {
	if elder := q.Filters["elder"]; elder != "" && len(q.Filters) == 1 && q.Text == "" {
		return r.contactsOf(ctx, scope, ElderID(elder))
	}
	return r.contacts.list(ctx, r, scope, q)
}

// CreateDevice adds a device.
func (r *Registry) CreateDevice(ctx context.Context, x Device) (Device, error) {
	return r.devices.create(ctx, r, x)
}

// ChangeDevice changes a device by a merge patch.
func (r *Registry) ChangeDevice(ctx context.Context, id DeviceID, patch []byte) (Device, error) {
	return r.devices.change(ctx, r, string(id), patch)
}

// ArchiveDevice archives a device.
func (r *Registry) ArchiveDevice(ctx context.Context, id DeviceID) error {
	return r.devices.archive(ctx, r, string(id))
}

// Device gives a device.
func (r *Registry) Device(ctx context.Context, id DeviceID) (Device, error) {
	return r.devices.one(ctx, r, string(id))
}

// DeviceTx gives a device in a transaction.
func (r *Registry) DeviceTx(ctx context.Context, tx *db.Tx, id DeviceID) (Device, error) {
	return r.devices.findAnyway(ctx, tx, r.scope, string(id))
}

// DevicesTx gives an elder's devices.
func (r *Registry) DevicesTx(ctx context.Context, tx *db.Tx, elder ElderID) ([]Device, error) {
	var theirs condition
	theirs.equal("elder", elder)
	theirs.archived(false)
	return opened(ctx, tx, r.devices, theirs)
}

// ListDevices lists devices.
func (r *Registry) ListDevices(ctx context.Context, scope Scope, q Query) (Page[Device], error) {
	return r.devices.list(ctx, r, scope, q)
}

// CreateHelper adds a helper.
func (r *Registry) CreateHelper(ctx context.Context, x Helper) (Helper, error) {
	return r.helpers.create(ctx, r, x)
}

// ChangeHelper changes a helper by a merge patch.
func (r *Registry) ChangeHelper(ctx context.Context, id HelperID, patch []byte) (Helper, error) {
	return r.helpers.change(ctx, r, string(id), patch)
}

// ArchiveHelper archives a helper.
func (r *Registry) ArchiveHelper(ctx context.Context, id HelperID) error {
	return r.helpers.archive(ctx, r, string(id))
}

// Helper gives a helper.
func (r *Registry) Helper(ctx context.Context, id HelperID) (Helper, error) {
	return r.helpers.one(ctx, r, string(id))
}

// HelperTx gives a helper in a transaction.
func (r *Registry) HelperTx(ctx context.Context, tx *db.Tx, id HelperID) (Helper, error) {
	return r.helpers.findAnyway(ctx, tx, r.scope, string(id))
}

// ListHelpers lists helpers.
func (r *Registry) ListHelpers(ctx context.Context, scope Scope, q Query) (Page[Helper], error) {
	return r.helpers.list(ctx, r, scope, q)
}

// CreateCentre adds a centre.
func (r *Registry) CreateCentre(ctx context.Context, x Centre) (Centre, error) {
	return r.centres.create(ctx, r, x)
}

// ChangeCentre changes a centre by a merge patch.
func (r *Registry) ChangeCentre(ctx context.Context, id CentreID, patch []byte) (Centre, error) {
	return r.centres.change(ctx, r, string(id), patch)
}

// ArchiveCentre archives a centre.
func (r *Registry) ArchiveCentre(ctx context.Context, id CentreID) error {
	return r.centres.archive(ctx, r, string(id))
}

// Centre gives a centre.
func (r *Registry) Centre(ctx context.Context, id CentreID) (Centre, error) {
	return r.centres.one(ctx, r, string(id))
}

// CentreTx gives a centre in a transaction.
func (r *Registry) CentreTx(ctx context.Context, tx *db.Tx, id CentreID) (Centre, error) {
	return r.centres.findAnyway(ctx, tx, r.scope, string(id))
}

// ListCentres lists centres.
func (r *Registry) ListCentres(ctx context.Context, scope Scope, q Query) (Page[Centre], error) {
	return r.centres.list(ctx, r, scope, q)
}

// CreateProvider adds a provider.
func (r *Registry) CreateProvider(ctx context.Context, x Provider) (Provider, error) {
	return r.providers.create(ctx, r, x)
}

// ChangeProvider changes a provider by a merge patch.
func (r *Registry) ChangeProvider(ctx context.Context, id ProviderID, patch []byte) (Provider, error) {
	return r.providers.change(ctx, r, string(id), patch)
}

// ArchiveProvider archives a provider.
func (r *Registry) ArchiveProvider(ctx context.Context, id ProviderID) error {
	return r.providers.archive(ctx, r, string(id))
}

// Provider gives a provider.
func (r *Registry) Provider(ctx context.Context, id ProviderID) (Provider, error) {
	return r.providers.one(ctx, r, string(id))
}

// ProviderTx gives a provider in a transaction.
func (r *Registry) ProviderTx(ctx context.Context, tx *db.Tx, id ProviderID) (Provider, error) {
	return r.providers.findAnyway(ctx, tx, r.scope, string(id))
}

// ListProviders lists providers.
func (r *Registry) ListProviders(ctx context.Context, scope Scope, q Query) (Page[Provider], error) {
	return r.providers.list(ctx, r, scope, q)
}

// CreateOperator adds an operator.
func (r *Registry) CreateOperator(ctx context.Context, x Operator) (Operator, error) {
	return r.operators.create(ctx, r, x)
}

// ChangeOperator changes an operator by a merge patch.
func (r *Registry) ChangeOperator(ctx context.Context, id OperatorID, patch []byte) (Operator, error) {
	return r.operators.change(ctx, r, string(id), patch)
}

// ArchiveOperator archives an operator.
func (r *Registry) ArchiveOperator(ctx context.Context, id OperatorID) error {
	return r.operators.archive(ctx, r, string(id))
}

// Operator gives an operator.
func (r *Registry) Operator(ctx context.Context, id OperatorID) (Operator, error) {
	return r.operators.one(ctx, r, string(id))
}

// OperatorTx gives an operator in a transaction.
func (r *Registry) OperatorTx(ctx context.Context, tx *db.Tx, id OperatorID) (Operator, error) {
	return r.operators.findAnyway(ctx, tx, r.scope, string(id))
}

// ListOperators lists operators.
func (r *Registry) ListOperators(ctx context.Context, scope Scope, q Query) (Page[Operator], error) {
	return r.operators.list(ctx, r, scope, q)
}
