package alerts

import (
	"time"

	"anling/geo"
	"anling/registry"
)

// AlertID names an alert; time-ordered text.
type AlertID string

// State is where an alert stands. Allowed moves (decide.go holds the rules, evolve.go makes them):
//
//	raised ──▶ accepted ──▶ helping ──▶ on_scene ──▶ resolved ──▶ closed
//	   └──────────┴────────────┴───────────┴────────────┘ (later stages may be reached directly)
//	raised … on_scene ──▶ cancelled        resolved, closed, cancelled ──▶ (reopen) accepted
//	raised … on_scene ──▶ joined           (linked to another alert about the same event)
type State string

// The states of an alert; the names are an outer interface.
const (
	Raised    State = "raised"
	Accepted  State = "accepted"
	Helping   State = "helping"
	OnScene   State = "on_scene"
	Resolved  State = "resolved"
	Closed    State = "closed"
	Cancelled State = "cancelled"
	Joined    State = "joined"
)

// Working reports whether somebody may still have to come.
func (s State) Working() bool {
	return s == Raised || s == Accepted || s == Helping || s == OnScene
}

// Ended reports whether nothing more is expected of the alert.
func (s State) Ended() bool { return s == Closed || s == Cancelled || s == Joined }

// Outcome is how an alert ended.
type Outcome string

// The outcomes in the order of the console's digit keys 1–6.
const (
	OutcomeHelped     Outcome = "helped"
	OutcomeHospital   Outcome = "hospital"
	OutcomeFamily     Outcome = "family"
	OutcomeFalseAlarm Outcome = "false_alarm"
	OutcomeTest       Outcome = "test"
	OutcomeOther      Outcome = "other"
)

// Outcomes lists every outcome, in the order of the console's keys.
func Outcomes() []Outcome {
	return []Outcome{OutcomeHelped, OutcomeHospital, OutcomeFamily, OutcomeFalseAlarm, OutcomeTest, OutcomeOther}
}

// Satisfaction is what the elder said when called back 回访.
type Satisfaction string

// The answers of a call-back: 满意, 不满意, 无法确认.
const (
	Satisfied    Satisfaction = "satisfied"
	Dissatisfied Satisfaction = "dissatisfied"
	Unconfirmed  Satisfaction = "unconfirmed"
)

// Part is the part that a person plays in an alert.
type Part string

// The parts of people.
const (
	PartContact    Part = "contact"
	PartHelper     Part = "helper"
	PartSupervisor Part = "supervisor"
	PartElder      Part = "elder"
)

// PersonState is how far we have come with one person. Only coming, cannot, heard, departed and
// arrived prove a human being; told, ringing and answered do not.
type PersonState string

// The states of a person.
const (
	PersonWaiting   PersonState = "waiting"
	PersonTold      PersonState = "told"
	PersonRinging   PersonState = "ringing"
	PersonAnswered  PersonState = "answered"
	PersonHeard     PersonState = "heard"
	PersonComing    PersonState = "coming"
	PersonCannot    PersonState = "cannot"
	PersonDeparted  PersonState = "departed"
	PersonArrived   PersonState = "arrived"
	PersonReserve   PersonState = "reserve"
	PersonStoodDown PersonState = "stood_down"
	PersonUnreached PersonState = "unreached"
)

// Coming reports whether the person has promised to be at the door, or is there.
func (s PersonState) Coming() bool {
	return s == PersonComing || s == PersonDeparted || s == PersonArrived
}

// Human reports whether a human being has been proved to have answered.
func (s PersonState) Human() bool {
	return s.Coming() || s == PersonHeard || s == PersonCannot || s == PersonReserve
}

// MessageState is how one message to a person stands.
type MessageState struct {
	ID       string    `json:"id"`
	Channel  string    `json:"channel"`
	Template string    `json:"template"`
	Status   string    `json:"status"`
	At       time.Time `json:"at"`
	ToldAt   time.Time `json:"told_at"`
	Step     string    `json:"step"`
	Repeat   int       `json:"repeat"`
}

// Person is somebody who has a part in the alert, and what has happened with them.
type Person struct {
	ID         string          `json:"id"`
	Part       Part            `json:"part"`
	Name       string          `json:"name"`
	Role       string          `json:"role,omitempty"`
	Relation   string          `json:"relation,omitempty"`
	Language   string          `json:"language,omitempty"`
	Channels   []string        `json:"channels,omitempty"`
	Numbers    int             `json:"numbers"` // how many telephone numbers they have
	HasKey     bool            `json:"has_key"`
	Trained    bool            `json:"trained,omitempty"`
	Order      int             `json:"order"`
	State      PersonState     `json:"state"`
	Since      time.Time       `json:"since"`
	Step       string          `json:"step,omitempty"` // the step that brought a helper in
	AskedAt    *time.Time      `json:"asked_at,omitempty"`
	RecalledBy string          `json:"recalled_by,omitempty"` // the step that called a reserve back
	Declined   bool            `json:"declined,omitempty"`    // said no once in this alert
	Household  string          `json:"household,omitempty"`   // the same for helpers who live together
	SaidAt     *time.Time      `json:"said_at,omitempty"`     // their last own word: an answer, a reply, a key
	Way        *Way            `json:"way,omitempty"`         // how they come nearer
	Trouble    string          `json:"trouble,omitempty"`     // what was wrong on their way when they were asked: still, away or late
	Said       string          `json:"said,omitempty"`        // their last answer
	EtaAt      *time.Time      `json:"eta_at"`
	PromisedAt *time.Time      `json:"promised_at,omitempty"`
	TravelS    int             `json:"travel_s,omitempty"`
	Metres     int             `json:"distance_m,omitempty"`
	Mode       geo.Mode        `json:"mode,omitempty"`
	Position   *geo.Position   `json:"position,omitempty"`
	SentTo     *geo.Position   `json:"sent_to,omitempty"` // where they were told that the elder is
	Reasons    []Reason        `json:"reasons,omitempty"`
	Messages   []*MessageState `json:"messages"`
}

// Reason says why a helper stands where they stand; Code is a key of the message file.
type Reason struct {
	Code  string `json:"code"`
	Value int    `json:"value,omitempty"`
}

// PathMark is one way by which a press came in, and when.
type PathMark struct {
	Path  string    `json:"path"`
	Press int       `json:"press"` // which press it was, from 1
	At    time.Time `json:"at"`
}

// Prompt is something that the operator must do by hand, with the words to say.
type Prompt struct {
	Kind  string            `json:"kind"` // ambulance, police or fire
	At    time.Time         `json:"at"`
	Words map[string]string `json:"words,omitempty"` // the plan's own, by language; none: those of the program
}

// StepMark records that a step of the plan has been carried out.
type StepMark struct {
	At    time.Time  `json:"at"`
	Short bool       `json:"short,omitempty"` // fewer helpers than asked for were to be had
	Again *time.Time `json:"again,omitempty"` // when the policy wants to look again
}

// Alert is the state of an alert: the sum of its events. It is a value of the pure core; nothing in
// it knows of databases or telephones.
type Alert struct {
	ID           AlertID             `json:"id"`
	Number       int64               `json:"number"`
	Code         string              `json:"code"` // short code that tells alerts apart in an SMS reply
	State        State               `json:"state"`
	Kind         string              `json:"kind"`
	Priority     int                 `json:"priority"` // 1 life, 2 urgent, 3 technical
	Level        int                 `json:"level"`    // loudness at the seats: 0 silent … 3 everywhere
	Elder        registry.ElderID    `json:"elder,omitempty"`
	Device       registry.DeviceID   `json:"device,omitempty"`
	Centre       registry.CentreID   `json:"centre"`
	Overflow     []Share             `json:"overflow,omitempty"` // who else may come to see it
	Unmanned     bool                `json:"unmanned,omitempty"` // nobody sat at the centre when it was raised
	Shared       []registry.CentreID `json:"shared,omitempty"`   // other centres that see it, while it is open
	Subject      string              `json:"subject"`            // whose key seals it: the elder, else the alert
	Title        string              `json:"title"`
	Age          int                 `json:"age,omitempty"`
	Sex          string              `json:"sex,omitempty"`
	Language     string              `json:"language"`
	Caller       string              `json:"caller,omitempty"` // who an unidentified sender says it is
	Address      string              `json:"address"`
	Position     *geo.Position       `json:"position"`
	Positions    []geo.Position      `json:"positions"`
	Place        *Place              `json:"place,omitempty"` // why Position was chosen; nil: an earlier program raised it
	Text         string              `json:"text,omitempty"`
	Battery      *int                `json:"battery,omitempty"`
	Test         bool                `json:"test"`
	Unidentified bool                `json:"unidentified"`
	Locked       bool                `json:"locked,omitempty"` // the registry could not be opened: key missing
	Silent       bool                `json:"silent"`
	Presses      int                 `json:"presses"`
	LateS        int                 `json:"late_s"` // the press was this much older than its arrival
	RaisedAt     time.Time           `json:"raised_at"`
	BeganAt      time.Time           `json:"began_at"` // of this round: the raising, or the last reopening
	PressedAt    time.Time           `json:"pressed_at"`
	WaitingSince *time.Time          `json:"waiting_since,omitempty"` // for an operator; nil once one has taken it
	Turn         *Turn               `json:"turn,omitempty"`          // at whose seat it stands while it waits
	Ahead        int                 `json:"ahead,omitempty"`         // what its plan puts it ahead within its priority
	Returns      int                 `json:"returns,omitempty"`       // how often it was given back to the queue
	ReturnedWhy  string              `json:"returned_why,omitempty"`  // the last time: idle, console_silent or left
	KeptAt       *time.Time          `json:"kept_at,omitempty"`       // a caller whom no seat could answer waits to be called back
	NoSpeechAt   *time.Time          `json:"no_speech_at,omitempty"`  // the line was open and nobody spoke
	BackAt       *time.Time          `json:"back_at,omitempty"`       // the elder is in their safe zone again since; nil: never left it, or out
	Paths        []PathMark          `json:"paths,omitempty"`         // the ways by which the press came
	AcceptedAt   *time.Time          `json:"accepted_at"`
	HelpingAt    *time.Time          `json:"helping_at"`
	OnSceneAt    *time.Time          `json:"on_scene_at"`
	ResolvedAt   *time.Time          `json:"resolved_at"`
	FollowedUpAt *time.Time          `json:"followed_up_at"`
	ClosedAt     *time.Time          `json:"closed_at"`
	ActedAt      time.Time           `json:"acted_at"` // last deed of a human at the centre
	Operator     *Actor              `json:"operator"`
	Plan         PlanRef             `json:"plan"`
	Pins         map[string]PlanRef  `json:"pins,omitempty"`    // versions of the plans that it may go on with, by name
	Zone         string              `json:"zone,omitempty"`    // time zone of its centre, in which the plan reads the clock
	Alone        bool                `json:"alone,omitempty"`   // the elder lives alone
	Classes      []string            `json:"classes,omitempty"` // of caller: vip, important
	DueAt        *time.Time          `json:"due_at"`
	DoBy         *time.Time          `json:"do_by,omitempty"`     // until when a task must be done
	Pressable    bool                `json:"pressable,omitempty"` // of a repair task: the device has a key, whose press proves it
	Troubles     []Trouble           `json:"troubles,omitempty"`  // of a safety plan: why the elder is on it
	Outage       *Outage             `json:"outage,omitempty"`    // of an outage: how the check on its people stands
	Outcome      Outcome             `json:"outcome,omitempty"`
	Satisfaction Satisfaction        `json:"satisfaction,omitempty"`
	Reached      string              `json:"reached,omitempty"` // who confirmed how the elder is
	JoinedTo     AlertID             `json:"joined_to,omitempty"`
	People       []*Person           `json:"people"`
	Steps        map[string]StepMark `json:"steps"`
	Prompts      []Prompt            `json:"prompts"`
	Seq          int64               `json:"seq"`             // number of its last event
	Global       int64               `json:"global"`          // global number of its last event
	Version      int64               `json:"version"`         // = Seq, under the name that outsiders rely on
	Head         []byte              `json:"head"`            // hash of its last event
	LastAt       time.Time           `json:"last_at"`         // of its last event: the next one is no earlier
	Skew         time.Duration       `json:"skew,omitempty"`  // what its time was ahead of the clock when it was written (moment.go)
	Known        []Press             `json:"known,omitempty"` // its latest presses, by which a further report of one is known

	shown bool // in the hands of a reader: nobody may change this copy any more
}

// VisibleTo reports whether somebody of the scope may see and work the alert. One of whom nobody knows whose it is
// belongs to every centre: it must not lie where nobody is sitting. One that is shared by an agreement belongs to the partner as
// long as it is open.
func (a *Alert) VisibleTo(scope registry.Scope) bool {
	return a.Unidentified || scope.Has(a.Centre) || !a.State.Ended() && a.SharedWith(scope)
}

// holder is the operator who works on the alert; "" when nobody does, or nobody has to any more.
func (a *Alert) holder() string {
	if a.Operator == nil || a.AcceptedAt == nil || !a.State.Working() {
		return ""
	}
	return a.Operator.ID
}

// Person finds somebody in the alert, or nil.
func (a *Alert) Person(id string) *Person {
	for _, p := range a.People {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Each calls f for every person with the part.
func (a *Alert) Each(part Part, f func(*Person)) {
	for _, p := range a.People {
		if p.Part == part {
			f(p)
		}
	}
}

// coming counts the people who have promised to come or are there.
func (a *Alert) coming() int {
	n := 0
	for _, p := range a.People {
		if p.State.Coming() {
			n++
		}
	}
	return n
}
