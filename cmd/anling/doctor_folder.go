package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// examineFolder wants what is kept to be its owner's alone: database, keys, and what comes and goes beside them.
func examineFolder(data string) []finding {
	info, err := os.Stat(data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it will be made with the right mode
	case err != nil:
		return []finding{bad("folder", "%s cannot be looked at", filepath.Clean(data))}
	case info.Mode().Perm()&0o077 != 0:
		return []finding{bad("folder", "%s can be entered by others on this machine; chmod 700 it", filepath.Clean(data))}
	}
	return []finding{well("folder", "%s is its owner's alone", filepath.Clean(data))}
}
