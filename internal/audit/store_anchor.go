package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"anling/internal/db"
)

// treeHead is how far the tree of checkpoints has come.
type treeHead struct {
	size int64
	mark int64 // how far the chains of others were looked through
	at   time.Time
}

func readTree(ctx context.Context, tx *db.Tx) (treeHead, error) { return treeAt(ctx, tx, "") }

// lockTree keeps other nodes from making a checkpoint at the same time.
func lockTree(ctx context.Context, tx *db.Tx) (treeHead, error) {
	return treeAt(ctx, tx, tx.ForUpdate())
}

func treeAt(ctx context.Context, tx *db.Tx, lock string) (t treeHead, err error) {
	var at int64
	err = tx.QueryRow(ctx, `SELECT size, mark, at FROM audit_tree_head WHERE id = 1`+lock).Scan(&t.size, &t.mark, &at)
	if err != nil {
		return t, fmt.Errorf("read the tree of checkpoints: %w", err)
	}
	t.at = db.Time(at)
	return t, nil
}

func moveTree(ctx context.Context, tx *db.Tx, t treeHead) error {
	_, err := tx.Exec(ctx, `UPDATE audit_tree_head SET size = ?, mark = ?, at = ? WHERE id = 1`, t.size, t.mark, db.Micros(t.at))
	if err != nil {
		return fmt.Errorf("move the tree of checkpoints: %w", err)
	}
	return nil
}

func insertHash(ctx context.Context, tx *db.Tx, place int64, hash []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_tree (place, hash) VALUES (?, ?)`, place, hash)
	return err
}

func findHash(ctx context.Context, tx *db.Tx, place int64) (hash []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT hash FROM audit_tree WHERE place = ?`, place).Scan(&hash)
	return hash, err
}

func insertLeaf(ctx context.Context, tx *db.Tx, l Leaf) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_leaves (n, chain, length, hash, at, gone) VALUES (?, ?, ?, ?, ?, ?)`,
		l.N, l.Chain, l.Length, l.Hash, l.At, l.Gone)
	if err != nil {
		return fmt.Errorf("write a leaf of the checkpoints: %w", err)
	}
	return nil
}

// leavesFrom gives leaves from a number on.
func leavesFrom(ctx context.Context, tx *db.Tx, n int64, limit int) ([]Leaf, error) {
	rows, err := tx.Query(ctx, `SELECT n, chain, length, hash, at, gone FROM audit_leaves WHERE n >= ? ORDER BY n LIMIT ?`, n, limit)
	if err != nil {
		return nil, fmt.Errorf("list leaves of the checkpoints: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (l Leaf, err error) {
		err = scan(&l.N, &l.Chain, &l.Length, &l.Hash, &l.At, &l.Gone)
		return l, err
	})
}

func insertCheckpoint(ctx context.Context, tx *db.Tx, c Checkpoint) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_checkpoints (size, root, at, note) VALUES (?, ?, ?, ?)`, c.Size, c.Root, db.Micros(c.At), c.Note)
	if err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	return nil
}

const checkpointColumns = `size, root, at, note`

func scanCheckpoint(scan func(...any) error) (c Checkpoint, err error) {
	var at int64
	err = scan(&c.Size, &c.Root, &at, &c.Note)
	c.At = db.Time(at)
	return c, err
}

func latestCheckpoint(ctx context.Context, tx *db.Tx) (Checkpoint, error) {
	return scanCheckpoint(tx.QueryRow(ctx, `SELECT `+checkpointColumns+` FROM audit_checkpoints ORDER BY size DESC LIMIT 1`).Scan)
}

// checkpointsAfter gives checkpoints of more than size leaves, smallest first.
func checkpointsAfter(ctx context.Context, tx *db.Tx, size int64, limit int) ([]Checkpoint, error) {
	rows, err := tx.Query(ctx, `SELECT `+checkpointColumns+` FROM audit_checkpoints WHERE size > ? ORDER BY size LIMIT ?`, size, limit)
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	return collect(rows, scanCheckpoint)
}

// writtenTogether is how many checkpoints are written outside in one go; the rest follows.
const writtenTogether = 500

// writtenAfter gives checkpoints with the leaves that each added.
func writtenAfter(ctx context.Context, tx *db.Tx, size int64) ([]Written, error) {
	all, err := checkpointsAfter(ctx, tx, size, writtenTogether)
	if err != nil {
		return nil, err
	}
	out := make([]Written, len(all))
	for i, c := range all {
		leaves, err := leavesFrom(ctx, tx, size, int(c.Size-size))
		if err != nil {
			return nil, err
		}
		out[i] = Written{Checkpoint: c, Leaves: leaves}
		size = c.Size
	}
	return out, nil
}

// takeGrown gives a leaf for each chain of this log that has grown since the last checkpoint.
func takeGrown(ctx context.Context, tx *db.Tx, limit int) ([]Leaf, error) {
	rows, err := tx.Query(ctx, `SELECT id, length, head FROM audit_chains WHERE anchored < length AND anchored >= 0 ORDER BY id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list audit chains that have grown: %w", err)
	}
	leaves, err := scanHeads(rows)
	if err != nil {
		return nil, err
	}
	for i, l := range leaves {
		if _, err := tx.Exec(ctx, `UPDATE audit_chains SET anchored = ? WHERE id = ?`, l.Length, l.Chain); err != nil {
			return nil, fmt.Errorf("mark an audit chain: %w", err)
		}
		leaves[i].Chain = chainName(l.Chain)
	}
	return leaves, nil
}

func scanHeads(rows *sql.Rows) ([]Leaf, error) {
	return collect(rows, func(scan func(...any) error) (l Leaf, err error) {
		err = scan(&l.Chain, &l.Length, &l.Hash)
		return l, err
	})
}

func insertGone(ctx context.Context, tx *db.Tx, h Head) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_gone (chain, length, head) VALUES (?, ?, ?)`, h.Chain, h.Length, h.Hash)
	if err != nil {
		return fmt.Errorf("remember the end of a chain: %w", err)
	}
	return nil
}

// takeGone gives a last leaf for each chain that was deleted.
func takeGone(ctx context.Context, tx *db.Tx, limit int) ([]Leaf, error) {
	rows, err := tx.Query(ctx, `SELECT chain, length, head FROM audit_gone ORDER BY chain LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list deleted chains: %w", err)
	}
	leaves, err := scanHeads(rows)
	if err != nil {
		return nil, err
	}
	for i, l := range leaves {
		if _, err := tx.Exec(ctx, `DELETE FROM audit_gone WHERE chain = ?`, l.Chain); err != nil {
			return nil, fmt.Errorf("take a deleted chain into the tree: %w", err)
		}
		leaves[i].Gone = true
	}
	return leaves, nil
}

// isGone tells whether a chain was deleted and waits for the next checkpoint.
func isGone(ctx context.Context, tx *db.Tx, chain string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM audit_gone WHERE chain = ?`, chain).Scan(&n)
	return n > 0, err
}

// linkOf gives the length of a chain by its rows, and the hash of one of them.
func linkOf(ctx context.Context, tx *db.Tx, chain string, n int64) (length int64, hash []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM audit WHERE chain = ?`, chain).Scan(&length)
	if err != nil || length < n {
		return length, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT hash FROM audit WHERE chain = ? AND seq = ?`, chain, n)
	if err != nil {
		return length, nil, err
	}
	all, err := collect(rows, func(scan func(...any) error) (h []byte, err error) {
		err = scan(&h)
		return h, err
	})
	if err != nil || len(all) == 0 {
		return length, nil, err
	}
	return length, all[0], nil
}

// strayChains gives chains that have rows and no row of their own in audit_chains.
func strayChains(ctx context.Context, tx *db.Tx, limit int) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT chain FROM audit
		WHERE NOT EXISTS (SELECT 1 FROM audit_chains WHERE audit_chains.id = audit.chain)
		ORDER BY chain LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("look for rows without a chain: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
}

// expiring stands in anchored of a chain that is being deleted.
const expiring = -1

// findExpiring gives a chain whose deletion has begun; empty: none.
func findExpiring(ctx context.Context, tx *db.Tx) (id string, err error) {
	return oneChain(ctx, tx, `SELECT id FROM audit_chains WHERE anchored < length AND anchored = ? LIMIT 1`, expiring)
}

// findOld gives the head of a chain to which nothing was added since before a time; without a name: there is none.
func findOld(ctx context.Context, tx *db.Tx, before time.Time) (Head, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, length, head FROM audit_chains WHERE last_at < ? AND anchored >= 0
		ORDER BY id LIMIT 1`+tx.ForUpdate(), db.Micros(before))
	if err != nil {
		return Head{}, fmt.Errorf("look for old audit chains: %w", err)
	}
	leaves, err := scanHeads(rows)
	if err != nil || len(leaves) == 0 {
		return Head{}, err
	}
	return Head{leaves[0].Chain, leaves[0].Length, leaves[0].Hash}, nil
}

func oneChain(ctx context.Context, tx *db.Tx, query string, args ...any) (string, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return "", fmt.Errorf("look for an audit chain: %w", err)
	}
	all, err := collect(rows, func(scan func(...any) error) (id string, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

func markExpiring(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE audit_chains SET anchored = ?, ended_at = COALESCE(ended_at, ?) WHERE id = ?`, expiring, db.Micros(tx.Now()), id)
	if err != nil {
		return fmt.Errorf("mark an old audit chain: %w", err)
	}
	return nil
}

func deleteRows(ctx context.Context, tx *db.Tx, chain string, limit int) (int, error) {
	res, err := tx.Exec(ctx, `
		DELETE FROM audit WHERE chain = ? AND seq IN (SELECT seq FROM audit WHERE chain = ? ORDER BY seq LIMIT ?)`, chain, chain, limit)
	if err != nil {
		return 0, fmt.Errorf("delete old audit rows: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func deleteChain(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM audit_chains WHERE id = ?`, id)
	return err
}
