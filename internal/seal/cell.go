package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"anling/internal/fault"
)

// A cell is  alg(1) | key id(4) | nonce(12) | ciphertext | tag(16).
const (
	algAES256GCM = 1 // the first byte leaves room for SM4-GCM
	keySize      = 32
	idSize       = 4
	headSize     = 1 + idSize
)

type keyID [idSize]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

// dataKey is one opened data key.
type dataKey struct {
	id   keyID
	aead cipher.AEAD
}

// Key seals and opens the cells of one subject. It holds every data key of the subject that
// the ring can open; the first one seals.
type Key struct{ keys []dataKey }

// newAEAD gives AES-256-GCM that draws its own nonces. 2^32 cells per key are safe: no one
// person will ever have that many.
func newAEAD(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("set up the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("set up the cipher: %w", err)
	}
	return aead, nil
}

func newSecret() []byte {
	secret := make([]byte, keySize)
	rand.Read(secret) // never fails: without randomness Go stops the program
	return secret
}

func newDataKey(secret []byte) (dataKey, error) {
	aead, err := newAEAD(secret)
	if err != nil {
		return dataKey{}, err
	}
	return dataKey{id: keyID(mac(secret, "data key id")), aead: aead}, nil
}

// mac gives HMAC-SHA256 of the parts, kept apart by zero bytes.
func mac(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(place(parts...)) // hash.Hash never fails
	return h.Sum(nil)
}

// place is what is authenticated with a cell: the parts, kept apart by zero bytes.
func place(parts ...string) []byte {
	var b bytes.Buffer
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(0)
		}
		b.WriteString(p)
	}
	return b.Bytes()
}

// Seal gives the sealed cell for a place. A cell that moves to another place has to be sealed anew.
func (k Key) Seal(table, column, row string, plain []byte) []byte {
	if len(k.keys) == 0 {
		panic("seal: a Key that did not come from a Vault")
	}
	first := k.keys[0]
	cell := make([]byte, headSize, headSize+len(plain)+first.aead.Overhead())
	cell[0] = algAES256GCM
	copy(cell[1:], first.id[:])
	return first.aead.Seal(cell, nil, plain, place(table, column, row))
}

// Open gives the content of a cell. The error is ErrLocked when the cell was sealed under a key
// that is not at hand, and Internal when the cell is damaged, forged or from another place.
func (k Key) Open(table, column, row string, cell []byte) ([]byte, error) {
	if len(cell) < headSize || cell[0] != algAES256GCM {
		return nil, fmt.Errorf("open %s.%s of %s: not a sealed cell", table, column, row)
	}
	id := keyID(cell[1:headSize])
	for _, key := range k.keys {
		if key.id != id {
			continue
		}
		plain, err := key.aead.Open(nil, nil, cell[headSize:], place(table, column, row))
		if err != nil {
			return nil, fmt.Errorf("open %s.%s of %s: the cell is damaged or does not belong here", table, column, row)
		}
		return plain, nil
	}
	return nil, fmt.Errorf("open %s.%s of %s: %w", table, column, row, ErrLocked)
}

// SealString seals a text.
func (k Key) SealString(table, column, row, plain string) []byte {
	return k.Seal(table, column, row, []byte(plain))
}

// OpenString opens a sealed text.
func (k Key) OpenString(table, column, row string, cell []byte) (string, error) {
	plain, err := k.Open(table, column, row, cell)
	return string(plain), err
}

// SealJSON seals a value as JSON.
func (k Key) SealJSON(table, column, row string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s.%s of %s: %w", table, column, row, err)
	}
	return k.Seal(table, column, row, plain), nil
}

// OpenJSON opens a value sealed by SealJSON into v. The errors of the decoder quote what they read, so they stay here.
//
//house:parameters table, column and row are one place
func (k Key) OpenJSON(table, column, row string, cell []byte, v any) error {
	plain, err := k.Open(table, column, row, cell)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("read %s.%s of %s: the sealed JSON does not fit", table, column, row)
	}
	return nil
}

// ErrLocked says that the ring lacks the master key. What is personal cannot be read; alarms go on.
var ErrLocked = fault.New(fault.Denied, "the registry is locked: its master key is missing")

// errUnwrap says that a wrapped data key is damaged.
var errUnwrap = errors.New("a wrapped data key is damaged")
