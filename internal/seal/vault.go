package seal

import (
	"context"
	"crypto/cipher"
	"fmt"
	"sync"

	"anling/internal/db"
	"anling/internal/fault"
)

// Vault gives the keys of subjects. It may be used by many goroutines.
type Vault struct {
	db    *db.DB
	ring  *Ring
	cache *cache
	noted sync.Map // master keys known to stand in master_keys
}

// NewVault gives the vault of a database and a ring.
func NewVault(d *db.DB, r *Ring) *Vault { return &Vault{db: d, ring: r, cache: newCache()} }

// Blind gives the hash by which a value is looked up; see Ring.Blind.
func (v *Vault) Blind(kind, normalized string) []byte { return v.ring.Blind(kind, normalized) }

// Key gives the key of a subject for sealing, and makes one when there is none; it needs an Update. When
// the master key of an existing one is missing it makes a second one: cells sealed
// before stay locked, an alarm can be stored.
func (v *Vault) Key(ctx context.Context, tx *db.Tx, subject string) (Key, error) {
	//house:errors why an old key stays shut does not matter to who gets a new one
	key, _, err := v.load(ctx, tx, subject)
	if err != nil {
		return Key{}, err
	}
	if len(key.keys) > 0 {
		return key, nil
	}
	fresh, err := v.create(ctx, tx, subject)
	if err != nil {
		return Key{}, fmt.Errorf("make the key of %s: %w", subject, err)
	}
	return Key{keys: []dataKey{fresh}}, nil
}

// Living gives the key of a subject for sealing, as Key does, but makes none for a subject that has none: ok is
// false for who was erased.
func (v *Vault) Living(ctx context.Context, tx *db.Tx, subject string) (key Key, ok bool, err error) {
	key, shut, err := v.load(ctx, tx, subject)
	if err != nil || len(key.keys) > 0 {
		return key, err == nil, err
	}
	if shut == nil {
		return Key{}, false, nil
	}
	key, err = v.Key(ctx, tx, subject)
	return key, err == nil, err
}

// Existing gives the key of a subject for reading: NotFound when there is none (erased, or never
// made), ErrLocked when none can be opened. An erasure by another node may take a minute to be seen
// here, so to seal, use Key.
func (v *Vault) Existing(ctx context.Context, tx *db.Tx, subject string) (Key, error) {
	if key, ok := v.cache.get(subject, tx.Now()); ok {
		return key, nil
	}
	epoch := v.cache.now()
	key, shut, err := v.load(ctx, tx, subject)
	switch {
	case err != nil:
		return Key{}, err
	case len(key.keys) > 0:
	case shut != nil:
		return Key{}, shut
	default:
		return Key{}, fault.New(fault.NotFound, "the personal data of %s is erased", subject)
	}
	// Only what is committed may outlive the transaction.
	now := tx.Now()
	tx.AfterCommit(func() { v.cache.put(subject, cached{key: key, at: now}, epoch) })
	return key, nil
}

// load opens what it can of a subject's data keys; shut says why others could not be. A
// damaged or locked key must not keep an alarm from being stored, so that is not an error.
func (v *Vault) load(ctx context.Context, tx *db.Tx, subject string) (key Key, shut, err error) {
	if kept, ok := tx.Kept(loaded{v, subject}).(Key); ok {
		return kept, nil, nil
	}
	rows, err := listKeys(ctx, tx, subject)
	if err != nil {
		return Key{}, nil, fmt.Errorf("read the keys of %s: %w", subject, err)
	}
	for _, row := range rows {
		secret, err := v.unwrap(row)
		if err != nil {
			shut = err
			continue
		}
		k, err := newDataKey(secret)
		if err != nil {
			return Key{}, nil, err
		}
		key.keys = append(key.keys, k)
	}
	if shut == nil && len(key.keys) > 0 {
		tx.Keep(loaded{v, subject}, key)
	}
	return key, shut, nil
}

// loaded is under what a transaction keeps the key of a subject: an alarm needs it half a dozen times.
type loaded struct {
	vault   *Vault
	subject string
}

func (v *Vault) create(ctx context.Context, tx *db.Tx, subject string) (dataKey, error) {
	secret := newSecret()
	key, err := newDataKey(secret)
	if err != nil {
		return dataKey{}, err
	}
	kek, master := v.ring.newest()
	if err := v.note(ctx, tx, kek); err != nil {
		return dataKey{}, err
	}
	row := wrappedKey{subject: subject, id: key.id.String(), kek: kek}
	row.wrapped = wrap(master, row, secret)
	return key, insertKey(ctx, tx, row)
}

func (v *Vault) note(ctx context.Context, tx *db.Tx, kek string) error {
	if _, known := v.noted.Load(kek); known {
		return nil
	}
	if err := noteMaster(ctx, tx, kek); err != nil {
		return fmt.Errorf("note the master key: %w", err)
	}
	tx.AfterCommit(func() { v.noted.Store(kek, true) })
	return nil
}

// wrap seals a data key together with its place, so that one person's cannot be put into another's row.
func wrap(master cipher.AEAD, row wrappedKey, secret []byte) []byte {
	return master.Seal(nil, nil, secret, place("data_keys", "wrapped", row.subject, row.id))
}

func (v *Vault) unwrap(row wrappedKey) ([]byte, error) {
	master, err := v.ring.master(row.kek)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", row.subject, err)
	}
	secret, err := master.Open(nil, nil, row.wrapped, place("data_keys", "wrapped", row.subject, row.id))
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", row.subject, errUnwrap)
	}
	return secret, nil
}

// Shred erases a subject: none of its cells can be opened any more. Backups made before still
// hold the wrapped key, so a restore has to erase again.
func (v *Vault) Shred(ctx context.Context, tx *db.Tx, subject string) error {
	if err := deleteKeys(ctx, tx, subject); err != nil {
		return fmt.Errorf("erase the key of %s: %w", subject, err)
	}
	tx.Keep(loaded{v, subject}, nil)
	tx.AfterCommit(func() { v.cache.drop(subject) })
	return nil
}

// Rewrap wraps every data key anew that is not under the newest master key of the ring, in batches
// between which others write, and tells how many. Cells stay as they are. Data keys whose master key
// is missing stay as they are, too.
func (v *Vault) Rewrap(ctx context.Context, batch int) (total int, err error) {
	kek, _ := v.ring.newest()
	from := stale{limit: batch}
	for _, id := range v.ring.ids() {
		if id != kek {
			from.keks = append(from.keks, id)
		}
	}
	for {
		var last []wrappedKey
		err := v.db.Update(ctx, func(tx *db.Tx) (err error) {
			last, err = v.rewrapSome(ctx, tx, from)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("wrap keys anew: %w", err)
		}
		total += len(last)
		if len(last) < batch {
			return total, nil
		}
		end := last[len(last)-1]
		from.subject, from.id = end.subject, end.id
	}
}

func (v *Vault) rewrapSome(ctx context.Context, tx *db.Tx, from stale) ([]wrappedKey, error) {
	kek, master := v.ring.newest()
	rows, err := listStale(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	if err := noteMaster(ctx, tx, kek); err != nil {
		return nil, err
	}
	for _, row := range rows {
		secret, err := v.unwrap(row)
		if err != nil {
			return nil, err
		}
		row.kek, row.wrapped = kek, wrap(master, row, secret)
		if err := updateWrapped(ctx, tx, row); err != nil {
			return nil, err
		}
	}
	if len(rows) == from.limit {
		return rows, nil
	}
	return rows, forgetUnusedMasters(ctx, tx)
}

// Check gives ErrLocked when the database has keys under a master key that is not on the ring.
func (v *Vault) Check(ctx context.Context) error {
	return v.db.View(ctx, func(tx *db.Tx) error {
		keks, err := listMasters(ctx, tx)
		if err != nil {
			return err
		}
		for _, kek := range keks {
			if _, err := v.ring.master(kek); err != nil {
				return fmt.Errorf("master key %s: %w", kek, err)
			}
		}
		return nil
	})
}

// Locked tells whether something personal cannot be opened. While the database cannot be
// asked, nothing can be. Check gives the reason.
func (v *Vault) Locked() bool { return v.Check(context.Background()) != nil }

// InUse counts the data keys that each master key wraps.
func (v *Vault) InUse(ctx context.Context) (counts map[string]int64, err error) {
	err = v.db.View(ctx, func(tx *db.Tx) error {
		counts, err = countKeys(ctx, tx)
		return err
	})
	return counts, err
}
