package alerts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// PlanRef names a response plan and its version, as "emergency@1"; the own plan of a centre is "emergency~c1@1". An
// alert keeps the version that it began with.
type PlanRef string

// Ref makes the reference of a plan's version.
func Ref(id string, version int) PlanRef { return PlanRef(id + "@" + strconv.Itoa(version)) }

// Split takes the reference apart.
func (r PlanRef) Split() (id string, version int, err error) {
	id, v, ok := strings.Cut(string(r), "@")
	if !ok {
		return "", 0, fmt.Errorf("plan reference %q has no version", string(r))
	}
	version, err = strconv.Atoi(v)
	return id, version, err
}

// Span is a length of time as a plan writes it: 20s, 2m, 1h30m.
type Span time.Duration

// readSpan reads a length of time.
func readSpan(text string) (Span, bool) {
	d, err := time.ParseDuration(text)
	return Span(d), err == nil && d >= 0
}

// Plan is a response plan: a document that a centre's manager writes and a nurse can read
// (docs/plans.md explains every word).
type Plan struct {
	ID       string            `yaml:"plan"`
	Name     map[string]string `yaml:"name"`
	About    map[string]string `yaml:"about"`
	For      []string          `yaml:"for"` // kinds of signal
	When     When              `yaml:"when"`
	Priority int               `yaml:"priority"`
	Aim      Span              `yaml:"aim"` // how soon an operator should have accepted
	Enough   Enough            `yaml:"enough"`
	Ahead    int               `yaml:"ahead"`  // places ahead in the queue within its priority, 0 to 3
	Limits   Limits            `yaml:"limits"` // of the rules that no plan can switch off
	Steps    []Step            `yaml:"steps"`
	Repair   Repair            `yaml:"repair"`

	policy Policy // by which it asks for help; nil: Phases
}

// When narrows a plan down: to these elders, classes of caller, tiers and hours. What is empty asks nothing.
type When struct {
	Elders  []string `yaml:"elders"`
	Callers []string `yaml:"callers"` // vip, important
	Tiers   []string `yaml:"tiers"`
	Hours   []Hours  `yaml:"hours"`
}

// Hours is a time of the week at the centre. One that ends before it begins goes on into the next day.
type Hours struct {
	Days []int  `yaml:"days"` // 1 is Monday, 7 is Sunday; none: every day
	From string `yaml:"from"` // 22:00
	To   string `yaml:"to"`
}

func (h Hours) shift() registry.Shift {
	days := h.Days
	if len(days) == 0 {
		days = []int{1, 2, 3, 4, 5, 6, 7}
	}
	return registry.Shift{Days: days, From: h.From, To: h.To}
}

// Enough says when enough people are coming.
type Enough struct {
	Helpers   int      `yaml:"helpers"`
	OrOneWith []string `yaml:"or_one_with"` // key, trained
}

// Step is one line of a plan.
type Step struct {
	ID        string            `yaml:"step"`
	After     string            `yaml:"after"`
	At        Span              `yaml:"at"`
	Next      string            `yaml:"next"` // in the place of at: morning, or a time of the day like 18:00
	Late      Span              `yaml:"late"`
	Kinds     []string          `yaml:"kinds"` // only for these kinds of signal; none: for all of the plan
	If        []string          `yaml:"if"`    // all of them
	Do        string            `yaml:"do"`
	Until     []string          `yaml:"until"` // any of them
	Who       string            `yaml:"who"`
	Roles     []string          `yaml:"roles"`
	Skills    []string          `yaml:"skills"`
	Languages []string          `yaml:"languages"`
	Keys      string            `yaml:"keys"` // first, only
	By        []string          `yaml:"by"`
	Say       string            `yaml:"say"`
	Every     Span              `yaml:"every"`
	Tries     int               `yaml:"tries"`
	Helpers   int               `yaml:"helpers"`
	People    int               `yaml:"people"` // of an outage, so many at a time
	Within    Span              `yaml:"within"`
	Level     int               `yaml:"level"`
	To        string            `yaml:"to"`
	Prompt    string            `yaml:"prompt"`
	Words     map[string]string `yaml:"words"` // to be read aloud by who follows a prompt
	With      string            `yaml:"with"`  // the plan that goes on in this one's place
	Outcome   string            `yaml:"outcome"`
	What      map[string]string `yaml:"what"`
}

// The verbs of a step.
const (
	doSound     = "sound"
	doTell      = "tell"
	doCall      = "call"
	doOffer     = "offer"
	doEscalate  = "escalate"
	doPrompt    = "prompt"
	doStandDown = "stand_down"
	doFinish    = "finish"
	doShare     = "share"
	doContinue  = "continue"
	doCheck     = "check" // a machine calls the people of an outage

	// Of rules only, not of plans.
	doGiveBack = "give_back" // the alert goes back to the queue
	doLook     = "look"      // where somebody on the way is
	doReserve  = "reserve"   // need not come for now
	doAskElder = "ask_elder" // call the elder by machine
	doRecheck  = "recheck"   // people of an outage are checked on again
)

// Mistake is something in the text of a plan that cannot be used, and where it stands.
type Mistake struct {
	Line    int    `json:"line"`           // from 1
	Column  int    `json:"column"`         // from 1
	Path    string `json:"path,omitempty"` // steps[3].who; the first step is steps[1]
	Problem string `json:"problem"`        // what is wrong, and what is wanted
}

// field names the mistake as the API does: line 12: steps[3].who.
func (m Mistake) field() fault.Field {
	name := fmt.Sprintf("line %d", m.Line)
	if m.Path != "" {
		name += ": " + m.Path
	}
	return fault.Field{Name: name, Problem: m.Problem}
}

// ParsePlan reads a plan and checks it as CheckPlan does. Every mistake is named with its line, all of them at once (kind Invalid).
func ParsePlan(body []byte, known ...string) (*Plan, error) {
	p, wrong := CheckPlan(body, known...)
	if len(wrong) == 0 {
		return p, nil
	}
	fields := make([]fault.Field, len(wrong))
	for i, m := range wrong {
		fields[i] = m.field()
	}
	return nil, fault.InvalidFields("the plan cannot be used", fields)
}

// CheckPlan reads a plan as far as it can be read, and lists everything that is wrong with it in the order of the lines. Known are
// the names of the plans that there are; without any, nobody asks whether a plan that it goes on with exists.
func CheckPlan(body []byte, known ...string) (*Plan, []Mistake) {
	p, r := readPlan(body)
	if p == nil {
		return nil, r.mistakes()
	}
	c := planCheck{p: p, planReader: r}
	c.plan()
	if len(known) > 0 {
		c.goesOn(known)
	}
	return p, r.mistakes()
}

// storedPlan reads a plan that was checked when it was written, perhaps by an earlier program with other rules: what it
// does not understand any more is passed over, because a plan in use must not be lost to a stricter reader. Only a text that is no
// plan at all is an error.
func storedPlan(body []byte) (*Plan, error) {
	if b, err := readBuiltIn(); err == nil && b.byBody[string(body)] != nil {
		p := *b.byBody[string(body)]
		return &p, nil
	}
	p, r := readPlan(body)
	if p == nil || p.ID == "" {
		return nil, fault.New(fault.Internal, "the text is no plan; %d mistakes", len(r.mistakes()))
	}
	return p, nil
}

// readPlan reads the text; nil when it is no YAML, or no plan at all.
func readPlan(body []byte) (*Plan, *planReader) {
	var p Plan
	r := newPlanReader(body)
	if !r.read(&p) {
		return nil, r
	}
	for _, f := range p.Limits.fill() {
		r.add(f.Name, "%s", f.Problem)
	}
	for i := range p.Steps {
		p.Steps[i].fillIn()
	}
	return &p, r
}

// fillIn sets what a plan need not write.
func (s *Step) fillIn() {
	if s.After == "" {
		s.After = string(Raised)
	}
	if s.Tries == 0 {
		s.Tries = 1
	}
}

func outcomeNames() []string {
	var names []string
	for _, o := range Outcomes() {
		names = append(names, string(o))
	}
	return names
}
