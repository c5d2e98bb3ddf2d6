package alerts

import (
	"encoding/json"

	"anling/geo"
	"anling/internal/fault"
	"anling/registry"
)

// CommandType is what somebody wants done; those of operators are an outer interface
// (POST /v1/alerts/{id}/COMMAND).
type CommandType string

// The commands. The first group is the operators', the second comes from inside.
const (
	CommandAccept   CommandType = "accept"
	CommandOffer    CommandType = "offer"
	CommandAssign   CommandType = "assign"
	CommandDepart   CommandType = "depart"
	CommandArrive   CommandType = "arrive"
	CommandNote     CommandType = "note"
	CommandCall     CommandType = "call"
	CommandEscalate CommandType = "escalate"
	CommandTransfer CommandType = "transfer"
	CommandLink     CommandType = "link"
	CommandResolve  CommandType = "resolve"
	CommandFollowUp CommandType = "follow-up"
	CommandClose    CommandType = "close"
	CommandReopen   CommandType = "reopen"
	CommandCancel   CommandType = "cancel"
	CommandNoSpeech CommandType = "no-speech" // the line is open and nobody speaks
	CommandCheck    CommandType = "check"     // how one person of an outage was found
	CommandLocate   CommandType = "locate"    // where the elder is, as somebody at the centre knows better

	commandRaise   CommandType = "raise"
	commandPress   CommandType = "press-again"
	commandReceipt CommandType = "receipt"
	commandAnswer  CommandType = "answer"
	commandAct     CommandType = "act" // an action of the response plan
	commandJoin    CommandType = "join"
	commandReturn  CommandType = "return" // to the queue
	commandTurn    CommandType = "turn"   // it stands at one seat
	commandTrouble CommandType = "trouble"
	commandMend    CommandType = "mend"
	commandProve   CommandType = "prove"
	commandRelease CommandType = "release"
	commandGather  CommandType = "gather" // people on the list of an outage
	commandBack    CommandType = "back"   // devices of an outage are heard again
	commandFold    CommandType = "fold"   // the task of a loss joins an outage
	commandKeep    CommandType = "keep"   // a caller whom no seat could answer
	commandSaid    CommandType = "said"   // what somebody of an outage said to the machine
	commandLocate  CommandType = "fix"    // where the elder is, as a device says
	commandZone    CommandType = "zone"   // an elder is back in their safe zone
	commandSilent  CommandType = "silent" // nobody spoke on the line of somebody of an outage
)

// Commands lists the operators' commands.
func Commands() []CommandType {
	return []CommandType{CommandAccept, CommandOffer, CommandAssign, CommandDepart, CommandArrive, CommandNote,
		CommandCall, CommandEscalate, CommandTransfer, CommandLink, CommandResolve, CommandFollowUp, CommandClose,
		CommandReopen, CommandCancel, CommandNoSpeech, CommandCheck, CommandLocate}
}

// Command is a wish to change an alert. The JSON names are those of the API's bodies.
type Command struct {
	Type  CommandType `json:"-"`
	Actor Actor       `json:"-"`
	Key   string      `json:"-"` // Idempotency-Key: the same key from the same actor is carried out once

	Version      int64               `json:"version,omitempty"` // when not zero, refuse if the alert has moved on
	Person       string              `json:"person,omitempty"`
	Helper       string              `json:"helper,omitempty"`
	Helpers      []string            `json:"helpers,omitempty"`
	Text         string              `json:"text,omitempty"`
	Note         string              `json:"note,omitempty"`
	Reason       string              `json:"reason,omitempty"`
	To           string              `json:"to,omitempty"`
	Operator     registry.OperatorID `json:"operator,omitempty"`
	Centre       registry.CentreID   `json:"centre,omitempty"`
	Alert        AlertID             `json:"alert,omitempty"`
	Outcome      Outcome             `json:"outcome,omitempty"`
	Satisfaction Satisfaction        `json:"satisfaction,omitempty"`
	Reached      Reached             `json:"reached,omitempty"`
	Position     *geo.Position       `json:"position,omitempty"` // of locate: where the elder is
	Source       string              `json:"source,omitempty"`   // of locate: which of the known positions it is

	raise      *Raise
	signal     *Signal
	receipt    *receipt
	answer     *answer
	action     *Action
	candidates []Candidate
	asked      *Asked
	people     []*Person
	elsewhere  int64  // number of the open task or outage in which the fault of a repair task is worked on already; 0: none
	kind       string // of the alert that joins: silent when nothing may ring at its elder's side
	overflow   []Share
	plan       *Plan // that the alert is to go on with
	news       *news
	check      *checkNews
	roll       *roll
	back       *ZoneReturn
	newID      func() string
}

// Reached says who was spoken to: "elder" or the id of a person at the door. In JSON true means the
// elder and false means nobody.
type Reached string

// ReachedElder is the best answer there is: the elder.
const ReachedElder Reached = "elder"

// UnmarshalJSON takes a boolean or a name.
func (r *Reached) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*r = ReachedElder
		return nil
	case "false", "null":
		*r = ""
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fault.New(fault.Invalid, "reached: want true, false, \"elder\" or the id of a person")
	}
	*r = Reached(s)
	return nil
}
