package alerts

import (
	"time"

	"anling/geo"
	"anling/registry"
)

// EventType says what happened; the names are an outer interface.
type EventType string

// The types of events.
const (
	EventRaised       EventType = "raised"
	EventPressedAgain EventType = "pressed_again"
	EventAccepted     EventType = "accepted"
	EventTold         EventType = "told"
	EventReceipt      EventType = "receipt"
	EventAnswered     EventType = "answered"
	EventOffered      EventType = "offered"
	EventAssigned     EventType = "assigned"
	EventDeparted     EventType = "departed"
	EventArrived      EventType = "arrived"
	EventReserved     EventType = "reserved"
	EventStoodDown    EventType = "stood_down"
	EventEscalated    EventType = "escalated"
	EventPrompted     EventType = "prompted"
	EventNote         EventType = "note"
	EventCalled       EventType = "called"
	EventTransferred  EventType = "transferred"
	EventShared       EventType = "shared" // another centre sees it, by an agreement
	EventLinked       EventType = "linked"
	EventJoined       EventType = "joined"
	EventResolved     EventType = "resolved"
	EventFollowedUp   EventType = "followed_up"
	EventClosed       EventType = "closed"
	EventReopened     EventType = "reopened"
	EventCancelled    EventType = "cancelled"
	EventCancelAsked  EventType = "cancel_asked"
	EventStepDue      EventType = "step_due"
	EventReturned     EventType = "returned"  // given back to the queue: idle, console_silent or left
	EventProgress     EventType = "progress"  // how somebody who is coming moves
	EventNoSpeech     EventType = "no_speech" // the line was open and nobody spoke
	EventKept         EventType = "kept"      // a caller whom no seat could answer is called back in turn
	EventTurn         EventType = "turn"      // it stands at one seat, for a moment
	EventLeft         EventType = "left"      // the last one at the door has gone: help is asked for anew
	EventPath         EventType = "path"      // the same press by another way
	EventDegraded     EventType = "degraded"
	EventContinued    EventType = "continued" // it goes on with another plan
	EventRepeated     EventType = "repeated"  // a device says again what is being mended
	EventTrouble      EventType = "trouble"   // a reason comes on the safety plan
	EventMended       EventType = "mended"    // the fault has gone; the key has not been tried yet
	EventProved       EventType = "proved"    // a real press of the device came through
	EventReleased     EventType = "released"  // the device is the elder's no more
	EventGathered     EventType = "gathered"  // people come on the list of an outage
	EventChecked      EventType = "checked"   // how one of them was found
	EventBack         EventType = "back"      // devices of theirs are heard again
	EventLocated      EventType = "located"   // something became known of where the elder is, and what is chosen now
	EventZoneBack     EventType = "zone_back" // the elder is in a safe zone again
)

// ActorKind tells who acted.
type ActorKind string

// The kinds of actors.
const (
	ActorDevice   ActorKind = "device"
	ActorOperator ActorKind = "operator"
	ActorContact  ActorKind = "contact"
	ActorHelper   ActorKind = "helper"
	ActorElder    ActorKind = "elder"
	ActorSystem   ActorKind = "system"
	ActorCarrier  ActorKind = "carrier"
)

// Actor is who did something. Role is an operator's role, "" for everybody else; Rights is what that role lets them do
// at this moment, and is kept nowhere.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"`
	Role string    `json:"role,omitempty"`

	Rights *registry.Rights `json:"-"`
}

// System is the actor of everything that the response plan does by itself.
func System() Actor { return Actor{Kind: ActorSystem, ID: "plan"} }

// supervises reports whether the actor may override a rule by writing why.
func (a Actor) supervises() bool {
	return a.Kind == ActorOperator && a.Rights.May(registry.AlertsOverride)
}

// Event is one thing that happened to an alert. Events are only ever added. Hash covers the event
// and the hash of the one before it (chain.go).
type Event struct {
	Seq    int64     `json:"seq"`
	Global int64     `json:"global"`
	Alert  AlertID   `json:"alert"`
	Type   EventType `json:"type"`
	At     time.Time `json:"at"`
	Actor  Actor     `json:"actor"`
	Data   Data      `json:"data"`
	Hash   string    `json:"hash"` // hexadecimal
}

// Data is what an event tells beyond its type; each type uses the few fields that it needs.
type Data struct {
	Person  string  `json:"person,omitempty"`
	Step    string  `json:"step,omitempty"`
	Message string  `json:"message,omitempty"`
	Channel string  `json:"channel,omitempty"`
	Tmpl    string  `json:"template,omitempty"`
	Repeat  int     `json:"repeat,omitempty"`
	Status  string  `json:"status,omitempty"`
	Code    string  `json:"code,omitempty"`
	Answer  string  `json:"answer,omitempty"`
	Text    string  `json:"text,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	To      string  `json:"to,omitempty"`
	Level   int     `json:"level,omitempty"`
	Prio    int     `json:"priority,omitempty"`
	Outcome string  `json:"outcome,omitempty"`
	Verdict string  `json:"satisfaction,omitempty"`
	Reached string  `json:"reached,omitempty"`
	Other   AlertID `json:"other,omitempty"`
	Short   bool    `json:"short,omitempty"`
	Late    int     `json:"late_s,omitempty"`
	Press   int     `json:"press,omitempty"` // which press has come by another way; 0: the last one
	Kind    string  `json:"kind,omitempty"`
	Signal  string  `json:"signal,omitempty"`
	Plan    PlanRef `json:"plan,omitempty"` // that it goes on with

	Device registry.DeviceID  `json:"device,omitempty"`
	Elders []registry.ElderID `json:"elders,omitempty"` // of an outage

	Travel  *Travel  `json:"travel,omitempty"`
	Reasons []Reason `json:"reasons,omitempty"`

	NotAsked []Choice   `json:"not_asked,omitempty"` // who could have come and was not asked, and why
	Again    *time.Time `json:"again,omitempty"`     // when the step is looked at again

	// The actor's name and role are personal, so they travel in the sealed part.
	ActorName string `json:"actor_name,omitempty"`
	ActorRole string `json:"actor_role,omitempty"`

	Position *geo.Position `json:"position,omitempty"`
	Place    *Place        `json:"place,omitempty"`   // what is chosen of all that is known
	Moved    *int          `json:"moved_m,omitempty"` // metres from what was chosen before
	Overflow []Share       `json:"overflow,omitempty"`
	Who      *Person       `json:"who,omitempty"`    // a person who joins the alert with this event
	Raised   *Raise        `json:"raised,omitempty"` // everything known at the press
	People   []*Person     `json:"people,omitempty"` // who comes over from a linked alert, or stays on the way when it goes on with another plan

	Words map[string]string `json:"words,omitempty"` // to be read aloud, by language
}

// Travel is how a helper would come.
type Travel struct {
	Mode    geo.Mode `json:"mode"`
	Seconds int      `json:"duration_s"`
	Metres  int      `json:"distance_m"`
	ByRoad  bool     `json:"by_road"`
}

// Raise is what is known when an alert begins: who, where, and who belongs to it. It is copied into the
// first event, so that the story can be told even when the registry has changed.
type Raise struct {
	Number       int64              `json:"number"`
	Code         string             `json:"code"`
	Kind         string             `json:"kind"`
	Priority     int                `json:"priority"`
	Plan         PlanRef            `json:"plan"`
	Pins         map[string]PlanRef `json:"pins,omitempty"`
	Zone         string             `json:"zone,omitempty"`
	Alone        bool               `json:"alone,omitempty"`
	Classes      []string           `json:"classes,omitempty"`
	Elder        registry.ElderID   `json:"elder,omitempty"`
	Device       registry.DeviceID  `json:"device,omitempty"`
	Centre       registry.CentreID  `json:"centre"`
	Subject      string             `json:"subject"`
	Title        string             `json:"title"`
	Age          int                `json:"age,omitempty"`
	Sex          string             `json:"sex,omitempty"`
	Language     string             `json:"language"`
	Caller       string             `json:"caller,omitempty"`
	Address      string             `json:"address"`
	Positions    []geo.Position     `json:"positions,omitempty"`
	Place        *Place             `json:"place,omitempty"`
	Text         string             `json:"text,omitempty"`
	Battery      *int               `json:"battery,omitempty"`
	Test         bool               `json:"test,omitempty"`
	Unidentified bool               `json:"unidentified,omitempty"`
	Locked       bool               `json:"locked,omitempty"`
	Silent       bool               `json:"silent,omitempty"`
	LateS        int                `json:"late_s,omitempty"`
	PressedAt    time.Time          `json:"pressed_at"`
	People       []*Person          `json:"people,omitempty"`
	Signal       string             `json:"signal,omitempty"`
	Ahead        int                `json:"ahead,omitempty"`
	Path         string             `json:"path,omitempty"` // the way by which it came
	Overflow     []Share            `json:"overflow,omitempty"`
	Unmanned     bool               `json:"unmanned,omitempty"` // nobody sat at the centre
	DoBy         *time.Time         `json:"do_by,omitempty"`
	Pressable    bool               `json:"pressable,omitempty"`
	Outage       *Outage            `json:"outage,omitempty"`

	tell    []registry.ContactID // who is told at once, whatever the plan says
	joinKey []byte               // by what later presses find this alert; a column of its own
	known   addresses            // what was read of the registry on the way, so that it is not read twice
}
