package alerts

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"anling/geo"
	"anling/registry"
)

// Candidate is a helper who could be asked, with the reasons for their place in the order.
type Candidate struct {
	Helper      string
	Name        string
	Kind        string
	Skills      []string
	Language    string
	Numbers     int
	Position    geo.Position
	PositionAge time.Duration
	Mode        geo.Mode
	Duration    time.Duration
	Metres      int
	ByRoad      bool
	Load        int // alerts that they are on the way to now
	HasKey      bool
	Trained     bool
	StandIn     bool        // asked in the place of somebody who is away
	Household   string      // the same for those who live together; "" when nothing is known
	Quiet       bool        // it is one of their quiet hours
	Budget      *int        // offers that they want in a week; nil: any number
	Known       Known       // what they did when they were asked
	State       PersonState // in this alert already; "" when not
	Reasons     []Reason

	score float64
	lot   uint64
}

// The reasons of an order, as keys of the message file.
const (
	ReasonNearest  = "nearest"   // soonest at the door of all
	ReasonKey      = "key"       // holds a key of this home
	ReasonTrained  = "trained"   // nurse, doctor, first aid
	ReasonBusy     = "busy"      // on the way to Value others
	ReasonOldFix   = "old_fix"   // position is Value minutes old
	ReasonByAir    = "by_air"    // travel time is estimated by air
	ReasonLanguage = "language"  // speaks the elder's language
	ReasonByHand   = "by_hand"   // chosen by the operator
	ReasonTravel   = "travel"    // Value seconds to the door
	ReasonStandIn  = "stand_in"  // in the place of somebody who is away
	ReasonNoPhone  = "no_number" // has no telephone number

	ReasonTooFar     = "too_far"     // more than Value seconds away
	ReasonDeclined   = "declined"    // said no in this alert
	ReasonHousehold  = "household"   // somebody who lives with them is asked
	ReasonNotNeeded  = "not_needed"  // Value others were asked first
	ReasonRecalled   = "recalled"    // was a reserve, and is needed after all
	ReasonOverBudget = "over_budget" // was asked Value times this week already, which is as often as they want
	ReasonQuiet      = "quiet_hours" // it is one of their quiet hours
	ReasonEnough     = "enough"      // Value others will be there sooner
)

// trainedSkills are the skills that count as trained help at the door.
func trainedSkills() []string {
	return []string{"first_aid", "nurse", "doctor", "nursing", "medical", "cpr"}
}

// Who may be asked, and in which order: the expected travel time, made shorter for what saves time or
// life at the door. The bonuses are in seconds, so that a reader can weigh them against the way.
const (
	keyBonus      = 120 * time.Second // a door that need not be broken
	trainedBonus  = 90 * time.Second
	languageBonus = 20 * time.Second
	loadPenalty   = 5 * time.Minute // for each alert that they are on the way to
	oldFix        = 15 * time.Minute
	oldFixPenalty = 60 * time.Second
)

// tie is how much sooner somebody must be at the door to be asked first for it: less is within what a traffic light decides.
const tie = 15 * time.Second

// order sorts those who could come by who should be asked first, and says why. Among equals it is the turn of whoever was asked
// least this week, then it is drawn by lot, anew in each alert: it is not always the same who is asked.
func order(q Asking) []Candidate {
	found := slices.Clone(q.Known)
	fastest := time.Duration(math.MaxInt64)
	for _, c := range found {
		fastest = min(fastest, c.Duration)
	}
	for i := range found {
		c := &found[i]
		weigh(q, c, c.Duration == fastest)
	}
	slices.SortFunc(found, func(x, y Candidate) int {
		return cmp.Or(cmp.Compare(math.Floor(x.score/tie.Seconds()), math.Floor(y.score/tie.Seconds())),
			cmp.Compare(x.Known.ThisWeek, y.Known.ThisWeek), cmp.Compare(x.lot, y.lot), cmp.Compare(x.Helper, y.Helper))
	})
	return found
}

// lot draws a number for somebody in one alert: the same each time, another one in another alert.
func lot(id AlertID, helper string) uint64 {
	sum := sha256.Sum256([]byte(string(id) + "/" + helper))
	return binary.BigEndian.Uint64(sum[:])
}

func weigh(q Asking, c *Candidate, nearest bool) {
	score := c.Duration
	c.Reasons = []Reason{travelReason(c.Duration)}
	say := func(code string, value int, change time.Duration) {
		c.Reasons = append(c.Reasons, Reason{Code: code, Value: value})
		score += change
	}
	if nearest {
		say(ReasonNearest, 0, 0)
	}
	if c.HasKey {
		say(ReasonKey, 0, -keyBonus)
	}
	if c.Trained {
		say(ReasonTrained, 0, -trainedBonus)
	}
	if q.Language != "" && q.Language != "zh" && c.Language == q.Language {
		say(ReasonLanguage, 0, -languageBonus)
	}
	if c.StandIn {
		say(ReasonStandIn, 0, 0)
	}
	if c.Load > 0 {
		say(ReasonBusy, c.Load, time.Duration(c.Load)*loadPenalty)
	}
	if c.PositionAge > oldFix {
		minutes := min(c.PositionAge, 365*24*time.Hour) / time.Minute
		say(ReasonOldFix, int(minutes), oldFixPenalty)
	}
	if !c.ByRoad {
		say(ReasonByAir, 0, 0)
	}
	c.score, c.lot = score.Seconds(), lot(q.Alert, c.Helper)
}

// candidateOf describes a helper to the pure part; day is today at the helper's centre.
func candidateOf(h registry.Helper, elder registry.ElderID, day string) Candidate {
	return Candidate{
		Helper: string(h.ID), Name: h.Name, Kind: string(h.Kind), Skills: h.Skills, Language: h.Language,
		Numbers: len(h.Phones), HasKey: elder != "" && slices.Contains(h.KeysFor, elder),
		Trained: h.Can(trainedSkills(), day), Household: h.Household,
	}
}

func (c Candidate) travel() *Travel {
	return &Travel{Mode: c.Mode, Seconds: int(c.Duration.Seconds()), Metres: c.Metres, ByRoad: c.ByRoad}
}

func (c Candidate) person(now time.Time) *Person {
	p := &Person{ID: c.Helper, Part: PartHelper, Name: c.Name, Role: c.Kind, Language: c.Language,
		Channels: []string{"sms", "voice"}, Numbers: c.Numbers, HasKey: c.HasKey, Trained: c.Trained, Household: c.Household, Since: now}
	if geo.Valid(c.Position.Point) {
		at := c.Position
		p.Position = &at
	}
	return p
}

func centreID(s string) registry.CentreID { return registry.CentreID(s) }
