package registry

import (
	"database/sql"
	"time"

	"anling/internal/db"
)

// head is what the rows of every noun have in common.
type head struct {
	ID       string
	Centre   CentreID
	Version  int64
	Created  time.Time
	Updated  time.Time
	Archived *time.Time
}

// lookup is a text that leads to a row exactly, through the blind index.
type lookup struct{ kind, text string }

// The kinds of lookup. All but that of a caller lead to one row only.
const (
	callerLookup   = "caller"   // an elder's telephone number → the elder
	numberLookup   = "number"   // centre and the elder's number in it → the elder
	alikeLookup    = "alike"    // what two records of one person have in common → the elders
	paperLookup    = "paper"    // the number of an identity paper → the elder
	deviceLookup   = "device"   // protocol and identity → the device
	operatorLookup = "operator" // log-in name → the operator
	classLookup    = "class"    // a number that is classed → the entry
)

// noSubject stands for a record that is about no person and so is not sealed.
const noSubject = ""

// record is what the nouns can do, so that storing them is written once.
type record[T any] interface {
	*T
	defaults()                        // sets what a field means that was not given
	normalise(c *problems)            // brings the fields into the form in which they are stored
	check(c *problems, now time.Time) // refuses wrong fields, after normalise
	head() head
	setHead(h head)
	subject() string   // whose key seals the record
	values() []any     // of the noun's own clear columns, in the order of its table
	dests() []any      // where to scan them
	adopt(clear *T)    // takes the clear columns of another: they win over the sealed copy
	lock()             // marks that the sealed part could not be read
	lookups() []lookup // what leads to the record
	words() []word     // what a free-text search finds it by
}

// Record is any of the nouns.
type Record interface {
	Elder | Contact | Device | Helper | Centre | Provider | Operator | Role | ServiceType | CallerClass | Agreement
}

// microsInto scans a nullable instant.
type microsInto struct{ to **time.Time }

// Scan implements sql.Scanner.
func (m microsInto) Scan(src any) error {
	var n sql.NullInt64
	if err := n.Scan(src); err != nil {
		return err
	}
	*m.to = db.NullTime(n)
	return nil
}
