package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// EraseElderTx erases what the registry knows of an elder: the record becomes a stub of its id, its centre and times, and so do
// contacts and the lines that led to the elder; attachments, classes of caller and moves are deleted; other devices become
// nobody's; helpers no longer hold a key. The caller erases what other rooms keep, in the same transaction, and then the elder's key
// (ShredTx). A second time it changes nothing. Conflict under a legal hold; NotFound outside the scope.
func (r *Registry) EraseElderTx(ctx context.Context, tx *db.Tx, id ElderID, why any) error {
	row, err := r.elders.load(ctx, tx, r.scope, string(id))
	if err != nil {
		return err
	}
	if row.clear.LegalHold {
		return fault.New(fault.Conflict, "the elder is under a legal hold; lift that first")
	}
	if err := r.releaseDevices(ctx, tx, id); err != nil {
		return err
	}
	if err := r.releaseKeys(ctx, tx, id); err != nil {
		return err
	}
	if err := eraseElder(ctx, tx, id); err != nil {
		return err
	}
	r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "elder.erased", Resource: "elder", ID: string(id), Subject: string(id),
		Centre: string(row.Centre), Data: why})
	tx.AfterCommit(func() { r.Forget(string(id)) })
	return nil
}

// ShredTx erases the elder's key: whatever is sealed under it, in tables that are only added to as well, cannot be read any
// more. It stands in the list of erasures, so that a backup that is put back can be erased again.
func (r *Registry) ShredTx(ctx context.Context, tx *db.Tx, id ElderID) error {
	if err := noteErasure(ctx, tx, id); err != nil {
		return err
	}
	return r.vault.Shred(ctx, tx, string(id))
}

// WithMergedTx gives an elder's id and those of the records that have become part of this one, however far back.
func (r *Registry) WithMergedTx(ctx context.Context, tx *db.Tx, id ElderID) ([]ElderID, error) {
	all := []ElderID{id}
	for i := 0; i < len(all); i++ {
		more, err := mergedInto(ctx, tx, all[i])
		if err != nil {
			return nil, fmt.Errorf("records merged into %s: %w", all[i], err)
		}
		for _, m := range more {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// ErasedTx tells whether an elder was erased.
func (r *Registry) ErasedTx(ctx context.Context, tx *db.Tx, id ElderID) (bool, error) {
	return isErased(ctx, tx, id)
}

// releaseDevices makes an elder's devices nobody's. A telephone or an SMS line is named by the elder's own number: it goes.
func (r *Registry) releaseDevices(ctx context.Context, tx *db.Tx, id ElderID) error {
	var theirs condition
	theirs.equal("elder", id)
	rows, err := r.devices.store.list(ctx, tx, theirs, maxLimit)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.clear.Protocol == ProtocolPhone || row.clear.Protocol == ProtocolSMS || row.Archived != nil {
			err = eraseDevice(ctx, tx, row.ID)
		} else {
			err = r.unbind(ctx, tx, row, r.actor)
		}
		if err != nil {
			return fmt.Errorf("release device %s: %w", row.ID, err)
		}
	}
	return nil
}

// releaseKeys takes the elder out of the lists of those whose keys helpers hold.
func (r *Registry) releaseKeys(ctx context.Context, tx *db.Tx, id ElderID) error {
	for _, h := range r.roster.All() {
		if !slices.Contains(h.KeysFor, id) {
			continue
		}
		old, err := r.helpers.find(ctx, tx, ScopeAll(), string(h.ID))
		if err != nil {
			return fmt.Errorf("helper %s who holds a key: %w", h.ID, err)
		}
		d := draft[Helper]{old: &old, x: old, scope: ScopeAll(), actor: r.actor}
		d.x.KeysFor = slices.DeleteFunc(slices.Clone(old.KeysFor), func(e ElderID) bool { return e == id })
		if _, err := r.helpers.put(ctx, tx, d); err != nil {
			return fmt.Errorf("take the key from helper %s: %w", h.ID, err)
		}
	}
	return nil
}

// HeldElder is what the registry knows of an elder, for the elder.
type HeldElder struct {
	Elder    Elder                  `json:"elder"`
	Contacts []Contact              `json:"contacts"`
	Devices  []Device               `json:"devices"`
	Bindings map[DeviceID][]Binding `json:"bindings"` // whose each device was
	KeysWith []HelperID             `json:"keys_with"`
	Consents []Consent              `json:"consents"`
	Zones    []SafeZone             `json:"zones"`
	Files    []Attachment           `json:"files"` // photographs and documents; their bytes are HeldFileTx's
	Classes  []CallerClass          `json:"caller_classes"`
	Moves    []Move                 `json:"moves"`
}

// HeldTx gives everything that the registry knows of an elder.
func (r *Registry) HeldTx(ctx context.Context, tx *db.Tx, id ElderID) (h HeldElder, err error) {
	if h.Elder, err = r.elders.find(ctx, tx, r.scope, string(id)); err != nil {
		return h, err
	}
	if h.Contacts, err = r.ContactsTx(ctx, tx, id); err != nil {
		return h, err
	}
	var theirs condition
	theirs.equal("elder", id)
	rows, err := r.devices.store.list(ctx, tx, theirs, maxLimit)
	if err != nil {
		return h, err
	}
	if h.Devices, err = r.devices.openAll(ctx, tx, rows); err != nil {
		return h, err
	}
	h.Bindings = map[DeviceID][]Binding{}
	for _, d := range h.Devices {
		all, err := bindingsOf(ctx, tx, d.ID)
		if err != nil {
			return h, err
		}
		h.Bindings[d.ID] = slices.DeleteFunc(all, func(b Binding) bool { return b.Elder != id })
	}
	for _, k := range r.roster.All() {
		if slices.Contains(k.KeysFor, id) {
			h.KeysWith = append(h.KeysWith, k.ID)
		}
	}
	return h, r.hanging(ctx, tx, &h)
}

// hanging adds what hangs on an elder beside people and devices.
func (r *Registry) hanging(ctx context.Context, tx *db.Tx, h *HeldElder) (err error) {
	var elder, owner, moved condition
	elder.equal("elder", h.Elder.ID)
	owner.equal("resource", ElderAttachments)
	owner.equal("owner", h.Elder.ID)
	moved.equal("resource", "elder")
	moved.equal("record_id", h.Elder.ID)
	if h.Consents, err = opened(ctx, tx, r.consents, elder); err != nil {
		return err
	}
	if h.Zones, err = opened(ctx, tx, r.zones, elder); err != nil {
		return err
	}
	if h.Files, err = opened(ctx, tx, r.attachments, owner); err != nil {
		return err
	}
	if h.Classes, err = opened(ctx, tx, r.classes, elder); err != nil {
		return err
	}
	h.Moves, err = opened(ctx, tx, r.moves, moved)
	return err
}

func opened[T any, P record[T]](ctx context.Context, tx *db.Tx, s *shelf[T, P], c condition) ([]T, error) {
	rows, err := s.store.list(ctx, tx, c, maxLimit)
	if err != nil {
		return nil, err
	}
	all, err := s.openAll(ctx, tx, rows)
	return append([]T{}, all...), err
}

// HeldFileTx gives the bytes of a photograph or document, nil when they were deleted.
func (r *Registry) HeldFileTx(ctx context.Context, tx *db.Tx, x Attachment) ([]byte, error) {
	if x.ArchivedAt != nil {
		return nil, nil
	}
	return r.contentOf(ctx, tx, x, false)
}

// ExpirePlacesTx deletes where helpers were last who have not moved since before a time.
func (r *Registry) ExpirePlacesTx(ctx context.Context, tx *db.Tx, before time.Time) (int, error) {
	return expirePlaces(ctx, tx, before)
}
