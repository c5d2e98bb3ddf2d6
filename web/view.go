package web

import (
	"time"

	"anling/alerts"
	"anling/geo"
	"anling/internal/words"
	"anling/registry"
)

// AlertView is an alert as the API, the stream and the console see it.
type AlertView struct {
	ID           alerts.AlertID       `json:"id"`
	Number       int64                `json:"number"`
	Code         string               `json:"code"`
	State        alerts.State         `json:"state"`
	Kind         string               `json:"kind"`
	Priority     int                  `json:"priority"`
	Level        int                  `json:"level"`
	Elder        *registry.ElderID    `json:"elder"`
	Device       *registry.DeviceID   `json:"device"`
	Centre       registry.CentreID    `json:"centre"`
	CentreName   string               `json:"centre_name"`
	Shared       []registry.CentreID  `json:"shared"` // other centres that see it, too, by an agreement
	Operator     *OperatorRef         `json:"operator"`
	Title        string               `json:"title"`
	Age          int                  `json:"age"`
	Sex          string               `json:"sex"`
	Language     string               `json:"language"`
	Caller       string               `json:"caller"`
	Unidentified bool                 `json:"unidentified"`
	Locked       bool                 `json:"locked"`
	Silent       bool                 `json:"silent"`
	Test         bool                 `json:"test"`
	Presses      int                  `json:"presses"`
	LateS        int                  `json:"late_s"`
	Address      string               `json:"address"`
	Position     *geo.Position        `json:"position"`
	Positions    []geo.Position       `json:"positions"`
	Place        *ChoiceView          `json:"place"` // why the position is the one that it is, and what else is known
	Text         string               `json:"text"`
	Battery      *int                 `json:"battery"`
	RaisedAt     time.Time            `json:"raised_at"`
	WaitingSince *time.Time           `json:"waiting_since"` // for an operator; null once one has taken it
	Turn         *alerts.Turn         `json:"turn"`          // at whose seat it stands while it waits
	Urgency      int                  `json:"urgency"`       // its place in the queue: the less, the sooner
	Returns      int                  `json:"returns"`       // how often it went back to the queue
	ReturnedWhy  string               `json:"returned_why"`  // the last time: idle, console_silent or left
	NoSpeechAt   *time.Time           `json:"no_speech_at"`  // the line was open and nobody spoke
	BackAt       *time.Time           `json:"back_at"`       // who had left their safe zone is in it again since
	Paths        []alerts.PathMark    `json:"paths"`         // by which ways the press came
	AcceptedAt   *time.Time           `json:"accepted_at"`
	HelpingAt    *time.Time           `json:"helping_at"`
	OnSceneAt    *time.Time           `json:"on_scene_at"`
	ResolvedAt   *time.Time           `json:"resolved_at"`
	FollowedUpAt *time.Time           `json:"followed_up_at"`
	ClosedAt     *time.Time           `json:"closed_at"`
	DueAt        *time.Time           `json:"due_at"`
	DoBy         *time.Time           `json:"do_by"`    // until when a task must be done; null for an alarm
	Troubles     []alerts.Trouble     `json:"troubles"` // of a safety plan: why the elder is on it
	PressedAt    time.Time            `json:"pressed_at"`
	Plan         alerts.PlanRef       `json:"plan"`
	Outage       *alerts.Outage       `json:"outage"` // how the check on the people of an outage stands; null for everything else
	Outcome      *alerts.Outcome      `json:"outcome"`
	Satisfaction *alerts.Satisfaction `json:"satisfaction"`
	Reached      *string              `json:"reached"`
	JoinedTo     *alerts.AlertID      `json:"joined_to"`
	Version      int64                `json:"version"`
	Seq          int64                `json:"seq"`
	People       []PersonView         `json:"people"`
	Next         []alerts.Upcoming    `json:"next"`
	Prompts      []PromptView         `json:"prompts"`
}

// OperatorRef names the operator who has an alert.
type OperatorRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PersonView is somebody's part in an alert.
type PersonView struct {
	ID        string             `json:"id"`
	Part      alerts.Part        `json:"part"`
	Name      string             `json:"name"`
	Role      string             `json:"role"`
	Relation  string             `json:"relation"`
	HasKey    bool               `json:"has_key"`
	Trained   bool               `json:"trained"`
	Order     int                `json:"order"`
	State     alerts.PersonState `json:"state"`
	Since     time.Time          `json:"since"`
	SaidAt    *time.Time         `json:"said_at"` // their last own word: an answer, a reply, a key; null when they have said nothing
	EtaAt     *time.Time         `json:"eta_at"`
	TravelS   int                `json:"travel_s"`
	DistanceM int                `json:"distance_m"`
	Mode      geo.Mode           `json:"mode"`
	Position  *geo.Position      `json:"position"`
	Trouble   string             `json:"trouble"` // on the way: still, away, late; empty when they come on
	Reasons   []string           `json:"reasons"`
	Messages  []MessageView      `json:"messages"`
}

// MessageView is one message to a person.
type MessageView struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel"`
	Status  string    `json:"status"`
	At      time.Time `json:"at"`
	Step    string    `json:"step"`
	Repeat  int       `json:"repeat"`
}

// PromptView is what an operator must do by hand, with the words to say.
type PromptView struct {
	Kind  string            `json:"kind"`
	At    time.Time         `json:"at"`
	Words map[string]string `json:"words"`
}

// HistoryView is an earlier alert of the same elder.
type HistoryView struct {
	ID       alerts.AlertID  `json:"id"`
	Number   int64           `json:"number"`
	Kind     string          `json:"kind"`
	State    alerts.State    `json:"state"`
	RaisedAt time.Time       `json:"raised_at"`
	Outcome  *alerts.Outcome `json:"outcome"`
}

// DetailView is an alert with everything that the screen pop shows.
type DetailView struct {
	AlertView
	Profile  *registry.Elder    `json:"profile"`
	Contacts []registry.Contact `json:"contacts"`
	History  []HistoryView      `json:"history"`

	// Safety is the safety plan that the elder is on because of their devices; null when they are not.
	Safety *alerts.Safety `json:"safety"`

	// Classes are how the caller is classed now. They are marks: none of them changes what is done for them.
	Classes []registry.CallerClass `json:"classes"`
}

// orNull gives nil for a zero value, which JSON writes as null.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// some gives an empty list for none, so that JSON has [] and not null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// viewAlert is the alert with what the plan will do next.
func viewAlert(a *alerts.Alert, next []alerts.Upcoming, now time.Time) AlertView {
	v := AlertView{
		ID: a.ID, Number: a.Number, Code: a.Code, State: a.State, Kind: a.Kind, Priority: a.Priority, Level: a.Level,
		Elder: orNull(a.Elder), Device: orNull(a.Device), Centre: a.Centre, Shared: some(a.Shared),
		Title: a.Title, Age: a.Age, Sex: a.Sex, Language: a.Language, Caller: a.Caller,
		Unidentified: a.Unidentified, Locked: a.Locked, Silent: a.Silent, Test: a.Test, Presses: a.Presses, LateS: a.LateS,
		Address: a.Address, Position: a.Position, Positions: some(a.Positions), Place: viewPlaces(a, now), Text: a.Text, Battery: a.Battery,
		RaisedAt: a.RaisedAt, AcceptedAt: a.AcceptedAt, HelpingAt: a.HelpingAt, OnSceneAt: a.OnSceneAt,
		ResolvedAt: a.ResolvedAt, FollowedUpAt: a.FollowedUpAt, ClosedAt: a.ClosedAt, DueAt: a.DueAt, DoBy: a.DoBy, Troubles: some(a.Troubles), PressedAt: a.PressedAt,
		Plan: a.Plan, Outage: a.Outage, Outcome: orNull(a.Outcome), Satisfaction: orNull(a.Satisfaction), Reached: orNull(a.Reached),
		JoinedTo: orNull(a.JoinedTo), Version: a.Version, Seq: a.Seq,
		WaitingSince: a.WaitingSince, Turn: a.Turn, Urgency: a.Urgency(), Returns: a.Returns, ReturnedWhy: a.ReturnedWhy, NoSpeechAt: a.NoSpeechAt, BackAt: a.BackAt, Paths: some(a.Paths),
		People: []PersonView{}, Next: some(next), Prompts: []PromptView{},
	}
	if a.Operator != nil {
		v.Operator = &OperatorRef{ID: a.Operator.ID, Name: a.Operator.Name}
	}
	for _, p := range a.People {
		v.People = append(v.People, viewPerson(p))
	}
	for _, p := range a.Prompts {
		v.Prompts = append(v.Prompts, PromptView{Kind: p.Kind, At: p.At, Words: promptWords(a, p)})
	}
	return v
}

func viewPerson(p *alerts.Person) PersonView {
	v := PersonView{
		ID: p.ID, Part: p.Part, Trouble: p.Trouble, Name: p.Name, Role: p.Role, Relation: p.Relation, HasKey: p.HasKey, Trained: p.Trained,
		Order: p.Order, State: p.State, Since: p.Since, SaidAt: p.SaidAt, EtaAt: p.EtaAt, TravelS: p.TravelS, DistanceM: p.Metres,
		Mode: p.Mode, Position: p.Position, Reasons: []string{}, Messages: []MessageView{},
	}
	for _, r := range p.Reasons {
		v.Reasons = append(v.Reasons, r.Code)
	}
	for _, m := range p.Messages {
		v.Messages = append(v.Messages, MessageView{ID: m.ID, Channel: m.Channel, Status: m.Status, At: m.At,
			Step: m.Step, Repeat: m.Repeat})
	}
	return v
}

// promptWords are what to say to the ambulance, the police or the fire service, ready to be read aloud.
// The plan's own words come before those of the program.
func promptWords(a *alerts.Alert, p alerts.Prompt) map[string]string {
	out := map[string]string{}
	for _, lang := range []string{words.Zh, words.En} {
		age := ""
		if a.Age > 0 {
			age = words.T(lang, "web.prompt.age", map[string]string{"age": itoa(a.Age)})
		}
		who := a.Title
		if a.Unidentified {
			who = words.T(lang, "web.prompt.unknown", nil)
		}
		text := p.Words[lang]
		if text == "" {
			text = words.Raw(lang, "web.prompt."+p.Kind)
		}
		out[lang] = words.Fill(text, map[string]string{
			"name": who, "age": age, "kind": words.T(lang, "kind."+a.Kind, nil), "address": a.Where(lang)})
	}
	return out
}

func viewHistory(list []*alerts.Alert, but alerts.AlertID) []HistoryView {
	out := []HistoryView{}
	for _, a := range list {
		if a.ID != but {
			out = append(out, HistoryView{ID: a.ID, Number: a.Number, Kind: a.Kind, State: a.State,
				RaisedAt: a.RaisedAt, Outcome: orNull(a.Outcome)})
		}
	}
	return out
}
