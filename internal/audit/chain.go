package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"

	"anling/internal/db"
)

// saltBytes is the length of the random salt before the data of a row. It keeps a short text from being guessed by its
// commitment.
const saltBytes = 16

// version stands first in every hash. docs/audit.md describes it for whoever checks a chain by hand.
const version = "anling v1"

// salted gives the bytes that are sealed, and committed to: a salt, then JSON. Without data there is nothing.
func salted(data any) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	body, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("write the data of an audit row: %w", err)
	}
	out := make([]byte, saltBytes, saltBytes+len(body))
	rand.Read(out) // never fails: without randomness Go stops the program
	return append(out, body...), nil
}

func commit(plain []byte) []byte {
	sum := sha256.Sum256(plain)
	return sum[:]
}

// sum gives the hash of a row: it covers every column but the sealed cell, which its commitment stands for, and the
// hash of the row before.
func (r *Row) sum() []byte { return r.sumAt(r.Seq) }

// sumAt gives the hash that the row would have at another place of its chain.
func (r *Row) sumAt(seq int64) []byte {
	h := sha256.New()
	text(h, version)
	text(h, r.Chain)
	number(h, seq)
	field(h, r.prev)
	number(h, db.Micros(r.At))
	for _, s := range []string{r.Actor.Kind, r.Actor.ID, r.Action, r.Resource, r.ID, r.Subject, r.Centre, r.Alert, r.sealedBy} {
		text(h, s)
	}
	field(h, r.commitment)
	return h.Sum(nil)
}

// text and field write with the length in front, so that no two rows give the same bytes. hash.Hash never fails.
func text(h hash.Hash, s string) { field(h, []byte(s)) }

func field(h hash.Hash, b []byte) {
	number(h, int64(len(b)))
	h.Write(b)
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}
