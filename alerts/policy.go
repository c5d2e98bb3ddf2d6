package alerts

import (
	"time"

	"anling/geo"
)

// Policy decides whom to ask to go to somebody, and when. It is the one replaceable rule between a response plan, which says
// that help is wanted and until when, and the people who may be asked (docs/dispatch.md). [Phases] is the rule that stands in
// Options when nothing else does.
//
// A policy is pure: it knows what stands in the Asking, and nothing else – no clock, no database, no chance. The same Asking
// gives the same answer, so that a story can be told again from its events.
type Policy interface {
	// When tells when a phase wants to be looked at: at once (a time that is not after now), later, or not any more as long as
	// nothing happens. It is asked after everything that happens to the alert, and at the time that it named; the candidates
	// have not been looked up yet. A policy that plans anew after each event and every ten seconds answers with the time of the
	// last look while nobody's state has changed since, and ten seconds later otherwise.
	When(Asking) (at time.Time, again bool)
	// Ask tells whom to ask now, whom to call back from the reserve, and when to look again.
	Ask(Asking) Asked
	// Needed tells whether somebody who says yes at this moment is to go, or becomes a reserve, and why.
	Needed(Asking, Party) (needed bool, why []Reason)
}

// Asking is everything that a policy may know: one alert, one phase of its plan, who has a part in it and who could come.
type Asking struct {
	Alert    AlertID
	Kind     string // of the signal: sos, fall, …
	Priority int    // 1 life, 2 urgent, 3 technical
	Language string // of the elder; "" is not known
	Now      time.Time
	Enough   bool // as many are coming as the plan calls enough
	Phase    Phase
	People   []Party     // who has a part in the alert, in the order in which they came into it
	Known    []Candidate // who could come, in no order; nil when When is asked
}

// Phase is one step of a plan that asks for help, and how far it has come.
type Phase struct {
	ID      string
	Helpers int           // how many the plan wants to be asked
	Within  time.Duration // the longest way to the door
	OpensAt time.Time
	// KeysFirst asks whoever holds a key of the home before anybody else, however near: for a home that nobody can open from inside.
	KeysFirst bool
	AskedAt   time.Time // when somebody was last asked, or looked for, in this round; zero: not yet
	Short     bool      // fewer were to be had then
	Again     time.Time // when the policy wanted to look again; zero: it did not
}

func (p Phase) begun() bool { return !p.AskedAt.IsZero() }

// Party is somebody who has a part in the alert, as far as a policy cares.
type Party struct {
	Person     string
	Part       Part
	State      PersonState
	Since      time.Time     // of the state
	Phase      string        // the step in which they were asked
	RecalledBy string        // the step that called them back from the reserve; "" when none did
	AskedAt    time.Time     // zero: nobody has asked them
	PromisedAt time.Time     // zero: they have not said yes
	EtaAt      time.Time     // zero: not known
	Travel     time.Duration // to the door, from where they were when they were asked; 0: not known
	Mode       geo.Mode
	HasKey     bool
	Trained    bool
	Declined   bool   // said no once in this alert
	Household  string // the same for those who live together; "" when nothing is known
}

// live reports whether the person was asked and may still be at the door: gone are those who cannot, were not reached or are
// not needed any more, and whoever was there in an earlier round.
func (p Party) live() bool {
	switch p.State {
	case PersonCannot, PersonUnreached, PersonStoodDown, PersonWaiting:
		return false
	}
	return true
}

// standsBy reports whether somebody can be called back: a reserve, or who said yes and was sent home by somebody who has gone since.
func (p Party) standsBy() bool {
	return p.State == PersonReserve || p.State == PersonWaiting && !p.PromisedAt.IsZero()
}

// Asked is what a policy wants done.
type Asked struct {
	Offer  []Choice  // ask these, in this order
	Recall []Choice  // tell these reserves that they are needed after all
	Not    []Choice  // the nearest who could come and are not asked, each with why
	Short  bool      // fewer were to be had than are wanted
	Again  time.Time // look again then, though nothing happens; zero: not
}

// Choice is one person and the reasons, in figures, for what is done with them.
type Choice struct {
	Person  string   `json:"person"`
	Reasons []Reason `json:"reasons"`
}

// asking describes an alert to a policy.
func asking(a *Alert, enough bool, now time.Time) Asking {
	q := Asking{Alert: a.ID, Kind: a.Kind, Priority: a.Priority, Language: a.Language, Now: now, Enough: enough}
	for _, p := range a.People {
		q.People = append(q.People, partyOf(p))
	}
	return q
}

func partyOf(p *Person) Party {
	instant := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	return Party{Person: p.ID, Part: p.Part, State: p.State, Since: p.Since, Phase: p.Step, RecalledBy: p.RecalledBy,
		AskedAt: instant(p.AskedAt), PromisedAt: instant(p.PromisedAt), EtaAt: instant(p.EtaAt), Travel: travelTime(p), Mode: p.Mode,
		HasKey: p.HasKey, Trained: p.Trained, Declined: p.Declined, Household: p.Household}
}

// party finds somebody in the alert; false when they have no part in it.
func (q Asking) party(person string) (Party, bool) {
	for _, p := range q.People {
		if p.Person == person {
			return p, true
		}
	}
	return Party{}, false
}
