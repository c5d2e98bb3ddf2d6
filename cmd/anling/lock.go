package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"anling/internal/db"
	"anling/internal/fault"
)

// lock is the right to be the one program that serves a data folder. It ends with the process, however
// that ends.
type lock struct{ file *os.File }

// lockData takes the lock, or says that another program holds it.
func lockData(data string) (*lock, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &lock{file: f}, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fault.New(fault.Conflict, "another anling serves the data folder %s; stop it first, or give this one another --data", filepath.Clean(data))
	}
	return nil, errors.Join(err, f.Close())
}

func (l *lock) release() error { return l.file.Close() }

// nodeID gives the name under which this program takes leases: unique among running programs
// because the data folder is locked, and the same after a restart, so that it finds its own work again.
func nodeID(data string) (string, error) {
	path := filepath.Join(data, "node")
	held, err := os.ReadFile(path)
	if err == nil && strings.TrimSpace(string(held)) != "" {
		return strings.TrimSpace(string(held)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read the name of this node: %w", err)
	}
	id := db.NewID()
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the name of this node: %w", err)
	}
	return id, nil
}
