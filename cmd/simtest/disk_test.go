package simtest

import (
	"time"

	"github.com/mattn/go-sqlite3"
)

// disk is what goes wrong below the database, for the nodes alone.
type disk struct {
	bad      time.Time // until when it takes no commit
	acting   *node     // whose statements the database carries out; nil: those of the test itself
	refused  bool      // the last commit of the call that runs
	rollback int       // how often one was to be taken back in vain
}

// errDisk is what SQLite says of a disk that does not do what it is told.
func errDisk() error {
	return sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrNoExtended(sqlite3.ErrIoErr | 4<<8)} // SQLITE_IOERR_FSYNC
}

// refuse is asked by the database before every statement, and before it begins, ends and takes back a transaction.
func (tn *town) refuse(statement string) error {
	n := tn.disk.acting
	if n == nil || n.w == nil {
		return nil
	}
	w, bad := n.w, n.w.now.Before(tn.disk.bad)
	switch statement {
	case "COMMIT":
		tn.disk.refused = bad || n.fate == uncommitted
	case "ROLLBACK":
		if tn.disk.rollback++; bad && tn.disk.rollback%2 == 0 {
			w.tell("and what was done for %s cannot be taken back", n.name)
			return errDisk()
		}
		return nil
	}
	if statement == "COMMIT" && tn.disk.refused || n.fate == faulty && n.countdown() {
		w.tell("the disk fails under %s (%.12s)", n.name, statement)
		n.fate = fateless
		return errDisk()
	}
	return nil
}

// countdown tells whether a node has come to the statement at which it meets its fate.
func (n *node) countdown() bool {
	n.statements--
	return n.statements <= 0
}

// failDisk lets the disk take no commit for a while.
func (w *world) failDisk() {
	w.disk.bad = w.now.Add(w.between(time.Second, 20*time.Second))
	w.tell("the disk takes no commit until %s", w.disk.bad.Sub(w.start))
}
