package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"anling/internal/db"
	"anling/internal/fault"
)

// outside is the file of checkpoints that lies outside the database. It is only added to.
type outside struct {
	path string
	mu   sync.Mutex
	last *Checkpoint // as the file ends; nil: not read yet
}

// Written is one line of the file: a checkpoint, and the leaves since the one before.
type Written struct {
	Checkpoint
	Leaves []Leaf `json:"leaves"`
}

// maxLine bounds a line of the file: some thousand leaves.
const maxLine = 64 << 20

// ReadCheckpoints reads a file of checkpoints and gives each line to take.
func ReadCheckpoints(r io.Reader, take func(Written) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var w Written
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			return fault.Wrap(fault.Invalid, err, "line %d of the checkpoints cannot be read", n)
		}
		if err := take(w); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (o *outside) end() (Checkpoint, error) {
	if o.last != nil {
		return *o.last, nil
	}
	var last Checkpoint
	f, err := os.Open(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("open the file of checkpoints: %w", err)
	}
	err = ReadCheckpoints(f, func(w Written) error {
		last = w.Checkpoint
		return nil
	})
	return last, errors.Join(err, f.Close())
}

// writeOutside brings the file up to the newest checkpoint. It does not when the database no longer holds what the file
// says: then somebody has rewritten history, or put back an old database.
func (n *Notary) writeOutside(ctx context.Context) error {
	if n.file == nil {
		return nil
	}
	n.file.mu.Lock()
	defer n.file.mu.Unlock()
	last, err := n.file.end()
	if err != nil {
		return err
	}
	var fresh []Written
	err = n.log.db.View(ctx, func(tx *db.Tx) error {
		if last.Size > 0 {
			if err := n.stillHolds(ctx, tx, last); err != nil {
				return err
			}
		}
		fresh, err = writtenAfter(ctx, tx, last.Size)
		return err
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	return n.file.append(fresh)
}

func (n *Notary) stillHolds(ctx context.Context, tx *db.Tx, c Checkpoint) error {
	head, err := readTree(ctx, tx)
	if err != nil {
		return err
	}
	if head.size >= c.Size {
		t := tree{tx: tx}
		root, err := t.root(ctx, c.Size)
		if err == nil && root == c.Root {
			return nil
		}
		if err != nil && fault.Is(err, fault.Retry) {
			return err
		}
	}
	return fault.New(fault.Conflict, "the database does not hold what the file of checkpoints says of %s: history was rewritten, or an older database put back; run anling verify --checkpoint",
		c.At.Format("2006-01-02 15:04:05"))
}

func (o *outside) append(all []Written) (err error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	for _, c := range all {
		if err := w.Encode(c); err != nil {
			return fmt.Errorf("write a checkpoint: %w", err)
		}
	}
	f, err := os.OpenFile(o.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the file of checkpoints: %w", err)
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		o.last = nil
		return fmt.Errorf("write the file of checkpoints: %w", err)
	}
	last := all[len(all)-1].Checkpoint
	o.last = &last
	return nil
}
