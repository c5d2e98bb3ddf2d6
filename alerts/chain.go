package alerts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"

	"anling/internal/db"
)

// saltBytes is the length of the random salt before the bytes of an event's data.
const saltBytes = 16

// link is what an event's row carries beside its sealed data: enough to check the chain without any key,
// and even after the data has been made unreadable.
type link struct {
	prev       []byte
	commitment []byte // SHA-256(salt | data as stored)
	hash       []byte
}

// stored makes the bytes of an event's data as they are sealed: a random salt, then JSON. The salt keeps a
// short text from being guessed by its commitment.
func stored(d Data) ([]byte, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode event data: %w", err)
	}
	out := make([]byte, saltBytes, saltBytes+len(body))
	if _, err := rand.Read(out); err != nil {
		return nil, fmt.Errorf("draw a salt: %w", err)
	}
	return append(out, body...), nil
}

func commit(storedBytes []byte) []byte {
	sum := sha256.Sum256(storedBytes)
	return sum[:]
}

// eventHash covers the clear columns of an event, the commitment to its data, and the hash before it,
// each with its length in front.
func eventHash(e Event, prev, commitment []byte) []byte {
	h := sha256.New()
	field(h, []byte("anling v1"))
	field(h, []byte(e.Alert))
	number(h, e.Seq)
	field(h, prev)
	number(h, db.Micros(e.At))
	field(h, []byte(e.Actor.Kind))
	field(h, []byte(e.Actor.ID))
	field(h, []byte(e.Type))
	field(h, commitment)
	return h.Sum(nil)
}

func field(h hash.Hash, b []byte) {
	number(h, int64(len(b)))
	h.Write(b)
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}
