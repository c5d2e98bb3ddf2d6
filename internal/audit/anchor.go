package audit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"crypto/ed25519"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"anling/internal/db"
	"anling/internal/fault"
)

// Head is how far a chain had come: its length, and the hash of its last link.
type Head struct {
	Chain  string
	Length int64
	Hash   []byte
}

// Chains are hash chains that others keep and that the checkpoints cover too. Their names must not begin with "audit:".
type Chains interface {
	// Moved gives the heads of chains that have grown behind a mark, and the mark to ask with next time; no
	// heads when nothing has moved.
	Moved(ctx context.Context, tx *db.Tx, mark int64, limit int) (heads []Head, next int64, err error)
	// Link gives the length of a chain, 0 when it is not there, and the hash of its link n, nil when that is not there.
	Link(ctx context.Context, tx *db.Tx, chain string, n int64) (length int64, hash []byte, err error)
}

// chainName is what the checkpoints call a chain of this log.
func chainName(id string) string { return "audit:" + id }

// Leaf is what the checkpoints' tree remembers of a chain: how far it had come at a moment. A leaf that says gone is the
// last of its chain, which had been kept long enough and was deleted as a whole.
type Leaf struct {
	N      int64  `json:"n"`
	Chain  string `json:"chain"`
	Length int64  `json:"length"`
	Hash   []byte `json:"hash"`
	At     int64  `json:"at"` // microseconds since 1970
	Gone   bool   `json:"gone,omitempty"`
}

// record is the text of a leaf that the tree is made of.
func (l Leaf) record() []byte {
	state := "kept"
	if l.Gone {
		state = "gone"
	}
	return fmt.Appendf(nil, "%s %d %x %d %s", l.Chain, l.Length, l.Hash, l.At, state)
}

// Checkpoint is the state of the tree at a moment, signed.
type Checkpoint struct {
	Size int64     `json:"size"` // leaves
	Root string    `json:"root"` // base64, as in the note
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

const (
	noteName   = "anling"
	noteOrigin = "anling audit checkpoint"
)

// signer gives what signs the checkpoints, and the key that checks them, from a secret.
func signer(seed []byte) (note.Signer, string, error) {
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(noteName, public)
	if err != nil {
		return nil, "", fmt.Errorf("make the key of checkpoints: %w", err)
	}
	parts := strings.SplitN(vkey, "+", 3) // name, hash, key
	const algEd25519 = 1
	skey := "PRIVATE+KEY+" + parts[0] + "+" + parts[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, seed...))
	s, err := note.NewSigner(skey)
	if err != nil {
		return nil, "", fmt.Errorf("make the signer of checkpoints: %w", err)
	}
	return s, vkey, nil
}

// sign writes the note of a tree.
func (c *Checkpoint) sign(s note.Signer) error {
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", noteOrigin, c.Size, c.Root, c.At.UTC().Format(time.RFC3339Nano))
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err)
	}
	c.Note = string(signed)
	return nil
}

// openNote gives the checkpoint that a note says, when its signature is right.
func openNote(text string, vkey string) (Checkpoint, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Checkpoint{}, fault.Wrap(fault.Invalid, err, "the key of checkpoints cannot be read")
	}
	n, err := note.Open([]byte(text), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fault.Wrap(fault.Denied, err, "the signature is not ours")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != noteOrigin {
		return Checkpoint{}, fault.New(fault.Invalid, "it is not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, fault.Wrap(fault.Invalid, err, "it is not a checkpoint")
	}
	at, err := time.Parse(time.RFC3339Nano, lines[3])
	if err != nil {
		return Checkpoint{}, fault.Wrap(fault.Invalid, err, "it is not a checkpoint")
	}
	return Checkpoint{Size: size, Root: lines[2], At: at, Note: text}, nil
}

// tree adds leaves to the stored tree within a transaction.
type tree struct {
	tx    *db.Tx
	fresh map[int64]tlog.Hash // written in this transaction
}

// add gives the hashes that a leaf adds, by their places.
func (t *tree) add(ctx context.Context, l Leaf) error {
	hashes, err := tlog.StoredHashes(l.N, l.record(), tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) { return t.read(ctx, places) }))
	if err != nil {
		return fmt.Errorf("add to the tree of checkpoints: %w", err)
	}
	first := tlog.StoredHashIndex(0, l.N)
	for i, h := range hashes {
		t.fresh[first+int64(i)] = h
		if err := insertHash(ctx, t.tx, first+int64(i), h[:]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) root(ctx context.Context, size int64) (string, error) {
	h, err := tlog.TreeHash(size, tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) { return t.read(ctx, places) }))
	if err != nil {
		return "", fmt.Errorf("root of the tree of checkpoints: %w", err)
	}
	return h.String(), nil
}

func (t *tree) read(ctx context.Context, places []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(places))
	for i, p := range places {
		if h, ok := t.fresh[p]; ok {
			out[i] = h
			continue
		}
		b, err := findHash(ctx, t.tx, p)
		if err != nil {
			return nil, err
		}
		if len(b) != tlog.HashSize {
			return nil, fault.New(fault.Internal, "a hash of the tree of checkpoints is damaged")
		}
		copy(out[i][:], b)
	}
	return out, nil
}

// frontier computes roots of a growing tree from its leaves alone: the hashes of its complete subtrees, largest first.
type frontier struct {
	size   int64
	hashes []tlog.Hash
}

func (f *frontier) add(record []byte) {
	h := tlog.RecordHash(record)
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.hashes) - 1
		h = tlog.NodeHash(f.hashes[last], h)
		f.hashes = f.hashes[:last]
	}
	f.hashes = append(f.hashes, h)
	f.size++
}

func (f *frontier) root() string {
	if len(f.hashes) == 0 {
		return ""
	}
	h := f.hashes[len(f.hashes)-1]
	for i := len(f.hashes) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.hashes[i], h)
	}
	return h.String()
}
