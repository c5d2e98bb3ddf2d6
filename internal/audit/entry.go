package audit

import (
	"encoding/json"
	"time"
)

// The kinds of actor.
const (
	Operator = "operator" // a person at the console
	Token    = "token"    // a machine
	Helper   = "helper"   // through the link in a message
	Contact  = "contact"  // through the link in a message
	Device   = "device"
	System   = "system"  // the program itself: what is due by the clock
	Command  = "command" // who works at the machine with the program's commands; the id is the command
	Nobody   = "nobody"  // before a log-in
)

// Actor is who does something. ID is an id, never a name.
type Actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Link is what chains a row to the one before it.
type Link struct {
	SealedBy               string
	Prev, Commitment, Hash []byte
}

// Link gives what chains the row.
func (r *Row) Link() Link { return Link{r.sealedBy, r.prev, r.commitment, r.hash} }

// Entry is what a row of the log says.
type Entry struct {
	Actor    Actor  // nobody given: the program itself
	Action   string // noun.verb
	Resource string // what kind of thing it was done to
	ID       string // and which
	Subject  string // whose key seals Data; empty: the log's own
	Centre   string // whose concern it is
	Alert    string // the alarm that was the reason, if one was
	Data     any    // anything personal, as JSON; nil: there is nothing to add
}

// Row is an entry as it stands in the log.
type Row struct {
	Chain    string          `json:"chain"`
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	Actor    Actor           `json:"actor"`
	Action   string          `json:"action"`
	Resource string          `json:"resource"`
	ID       string          `json:"id"`
	Subject  string          `json:"subject"`
	Centre   string          `json:"centre"`
	Alert    string          `json:"alert"`
	Data     json.RawMessage `json:"data"`
	// Unread says that the row has data that cannot be opened: it was erased, or its key is missing.
	Unread bool `json:"unread"`

	sealedBy               string
	prev, commitment, hash []byte
	cell                   []byte
	plain                  []byte // salt and data, as they were committed to; nil: none, or unread
	damaged                bool   // the key is there, and does not open the cell
}
