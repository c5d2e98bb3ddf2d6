package seal

import (
	"bytes"
	"crypto/cipher"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"anling/internal/fault"
)

// Ring holds the master keys, and the key of the blind index. It is a file outside the
// database. The newest master key wraps, all unwrap.
type Ring struct {
	path string

	mu      sync.RWMutex
	read    fs.FileInfo // of the file as it was read; nil: not known
	file    ringFile
	masters map[string]cipher.AEAD // by id
}

// ringFile is the file. Secrets are base64 by encoding/json.
type ringFile struct {
	Version int         `json:"version"`
	Blind   []byte      `json:"blind"`
	Keys    []masterKey `json:"keys"` // oldest first
}

type masterKey struct {
	ID       string `json:"id"`
	Secret   []byte `json:"secret"`
	Prepared bool   `json:"prepared,omitempty"` // for the next rotation: it opens and does not wrap
}

const ringVersion = 1

// OpenRing reads the ring, or makes one, readable to us only, when the file is absent. A file that cannot be
// read is an error and is never replaced.
func OpenRing(path string) (*Ring, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createRing(path); err != nil {
			return nil, fmt.Errorf("make the key ring: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key ring: %w", err)
	}
	r := &Ring{path: path}
	if err := r.parse(text); err != nil {
		return nil, fmt.Errorf("read the key ring %s: %w", path, err)
	}
	return r, nil
}

// createRing never overwrites: of two programs that start at once the first wins.
func createRing(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f := ringFile{Version: ringVersion, Blind: newSecret(), Keys: []masterKey{newMaster()}}
	err := writeRing(path, f, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

func newMaster() masterKey {
	secret := newSecret()
	return masterKey{ID: masterID(secret), Secret: secret}
}

func masterID(secret []byte) string { return hex.EncodeToString(mac(secret, "master key id")[:8]) }

// writeRing writes a new file beside the old one and puts it into place when it is on the disk: a crash
// leaves the old one or the new one, whole.
func writeRing(path string, f ringFile, put func(from, to string) error) (err error) {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".ring-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if gone := os.Remove(tmp.Name()); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}()
	_, err = tmp.Write(append(text, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := put(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// parse takes the file's content. Its errors do not quote the text, which is secret.
func (r *Ring) parse(text []byte) error {
	var f ringFile
	if err := json.Unmarshal(text, &f); err != nil {
		return errors.New("it is not the JSON of a key ring")
	}
	if f.Version != ringVersion {
		return fmt.Errorf("it has version %d, this program knows %d", f.Version, ringVersion)
	}
	if len(f.Keys) == 0 || len(f.Blind) != keySize {
		return errors.New("it is incomplete")
	}
	masters := make(map[string]cipher.AEAD, len(f.Keys))
	for _, k := range f.Keys {
		if len(k.Secret) != keySize || k.ID != masterID(k.Secret) {
			return fmt.Errorf("master key %q is damaged", k.ID)
		}
		aead, err := newAEAD(k.Secret)
		if err != nil {
			return err
		}
		masters[k.ID] = aead
	}
	r.file, r.masters = f, masters
	return nil
}

// Rotate adds a new master key, which wraps from now on; or, when Prepare has added one, that one. Vault.Rewrap moves what is
// there.
func (r *Ring) Rotate() error {
	return r.rewrite(func(keys []masterKey) []masterKey {
		if i := slices.IndexFunc(keys, func(k masterKey) bool { return k.Prepared }); i >= 0 {
			next := keys[i]
			next.Prepared = false
			return append(slices.Delete(keys, i, i+1), next)
		}
		return append(keys, newMaster())
	})
}

// Prepare adds a master key that opens and does not wrap yet, so that the file can be copied to every node before Rotate.
func (r *Ring) Prepare() error {
	return r.rewrite(func(keys []masterKey) []masterKey {
		fresh := newMaster()
		fresh.Prepared = true
		return append([]masterKey{fresh}, keys...)
	})
}

// Retire takes a master key off the ring for good. What it still wraps, in this database or in an older backup, can then
// not be opened by anybody. Conflict for the one that wraps; NotFound.
func (r *Ring) Retire(id string) error {
	ids := r.ids()
	switch at := slices.Index(ids, id); at {
	case -1:
		return fault.New(fault.NotFound, "there is no master key %s on the ring", id)
	case len(ids) - 1:
		return fault.New(fault.Conflict, "the newest master key wraps; rotate first")
	}
	return r.rewrite(func(keys []masterKey) []masterKey {
		return slices.DeleteFunc(keys, func(k masterKey) bool { return k.ID == id })
	})
}

// rewrite changes the keys of the file and takes them in.
func (r *Ring) rewrite(change func([]masterKey) []masterKey) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := change(slices.Clone(r.file.Keys))
	next := ringFile{Version: ringVersion, Blind: r.file.Blind, Keys: keys}
	if err := writeRing(r.path, next, os.Rename); err != nil {
		return fmt.Errorf("write the key ring: %w", err)
	}
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("take the new key ring: %w", err)
	}
	return r.parse(text)
}

// Fingerprint names the master keys, newest first, without telling them; a backup carries it.
func (r *Ring) Fingerprint() string {
	ids := r.ids()
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return strings.Join(ids, " ")
}

// Blind gives the 16 bytes under which a value is found again, without telling it. The value must
// be normalized: two spellings of a number have nothing in common here.
func (r *Ring) Blind(kind, normalized string) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return mac(r.file.Blind, kind, normalized)[:16]
}

// Derive gives a secret of 32 bytes for a purpose of its own, the same wherever this ring is: it does not change when a
// master key does.
func (r *Ring) Derive(purpose string) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return mac(r.file.Blind, "derived secret", purpose)
}

func (r *Ring) ids() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	ids := make([]string, len(r.file.Keys))
	for i, k := range r.file.Keys {
		ids[i] = k.ID
	}
	return ids
}

// refresh reads the file again when it has changed: a rotation is seen by the running program. A file that cannot be read
// leaves what is known.
func (r *Ring) refresh() {
	now, err := os.Stat(r.path)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read != nil && os.SameFile(now, r.read) && now.ModTime().Equal(r.read.ModTime()) {
		return
	}
	text, err := os.ReadFile(r.path)
	if err == nil && r.sameBlind(text) && r.parse(text) == nil {
		r.read = now
	}
}

// sameBlind tells whether a file is of this ring: another ring's would make everything unfindable.
func (r *Ring) sameBlind(text []byte) bool {
	var f ringFile
	return json.Unmarshal(text, &f) == nil && bytes.Equal(f.Blind, r.file.Blind)
}

// newest gives the master key that wraps.
func (r *Ring) newest() (string, cipher.AEAD) {
	r.refresh()
	r.mu.RLock()
	defer r.mu.RUnlock()
	id := r.file.Keys[len(r.file.Keys)-1].ID
	return id, r.masters[id]
}

// master gives a master key by id, ErrLocked when it is not on the ring.
func (r *Ring) master(id string) (cipher.AEAD, error) {
	r.mu.RLock()
	aead, ok := r.masters[id]
	r.mu.RUnlock()
	if ok {
		return aead, nil
	}
	r.refresh()
	r.mu.RLock()
	defer r.mu.RUnlock()
	if aead, ok = r.masters[id]; !ok {
		return nil, ErrLocked
	}
	return aead, nil
}
