package alerts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"anling/internal/fault"
)

// PlanRef names a response plan and its version, as "emergency@1". An alert keeps the version that it
// began with.
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

// UnmarshalYAML reads a span and refuses what is none.
func (s *Span) UnmarshalYAML(b []byte) error {
	text := strings.Trim(strings.TrimSpace(string(b)), `"'`)
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no length of time; write 20s, 2m or 1h30m", text)
	}
	*s = Span(d)
	return nil
}

// Plan is a response plan: a document that a centre's manager writes and a nurse can read
// (plans/emergency.yaml explains every word).
type Plan struct {
	ID       string            `yaml:"plan"`
	Name     map[string]string `yaml:"name"`
	For      []string          `yaml:"for"`
	Priority int               `yaml:"priority"`
	Enough   Enough            `yaml:"enough"`
	Limits   Limits            `yaml:"limits"` // of the rules that no plan can switch off
	Steps    []Step            `yaml:"steps"`

	policy Policy // by which it asks for help; nil: Phases
}

// Enough says when enough people are coming.
type Enough struct {
	Helpers   int      `yaml:"helpers"`
	OrOneWith []string `yaml:"or_one_with"` // key, trained
}

// Step is one line of a plan.
type Step struct {
	ID      string            `yaml:"step"`
	After   string            `yaml:"after"`
	At      Span              `yaml:"at"`
	Late    Span              `yaml:"late"`
	Do      string            `yaml:"do"`
	Until   []string          `yaml:"until"` // any of them
	Who     string            `yaml:"who"`
	By      []string          `yaml:"by"`
	Say     string            `yaml:"say"`
	Every   Span              `yaml:"every"`
	Tries   int               `yaml:"tries"`
	Helpers int               `yaml:"helpers"`
	Within  Span              `yaml:"within"`
	Level   int               `yaml:"level"`
	To      string            `yaml:"to"`
	Prompt  string            `yaml:"prompt"`
	Outcome string            `yaml:"outcome"`
	What    map[string]string `yaml:"what"`
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

	// Of rules only, not of plans.
	doGiveBack = "give_back" // the alert goes back to the queue
	doLook     = "look"      // where somebody on the way is
	doReserve  = "reserve"   // need not come for now
	doAskElder = "ask_elder" // call the elder by machine
)

// ParsePlan reads a plan and checks it. Every mistake is named with its step; a YAML mistake with its line.
func ParsePlan(body []byte) (*Plan, error) {
	var p Plan
	if err := yaml.UnmarshalWithOptions(body, &p, yaml.Strict()); err != nil {
		return nil, fault.New(fault.Invalid, "plan: %s", yaml.FormatError(err, false, true))
	}
	for i := range p.Steps {
		if p.Steps[i].After == "" {
			p.Steps[i].After = string(Raised)
		}
		if p.Steps[i].Tries == 0 {
			p.Steps[i].Tries = 1
		}
	}
	if fields := append(p.Limits.fill(), p.check()...); len(fields) > 0 {
		return nil, fault.InvalidFields("the plan cannot be used", fields)
	}
	return &p, nil
}

func (p *Plan) check() []fault.Field {
	var wrong []fault.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Problem: fmt.Sprintf(format, args...)})
	}
	if p.ID == "" || strings.ContainsAny(p.ID, "@ /") {
		add("plan", "needs a short name without spaces")
	}
	if len(p.For) == 0 {
		add("for", "name at least one kind of signal")
	}
	if p.Priority < 1 || p.Priority > 3 {
		add("priority", "want 1 (life), 2 (urgent) or 3 (technical), got %d", p.Priority)
	}
	for _, w := range p.Enough.OrOneWith {
		oneOf(add, "enough.or_one_with", w, []string{"key", "trained"})
	}
	seen := map[string]bool{}
	for i, s := range p.Steps {
		name := "step " + s.ID
		if s.ID == "" {
			name = fmt.Sprintf("step number %d", i+1)
			add(name, "has no name (step: …)")
		}
		if strings.Contains(s.ID, "/") || seen[s.ID] {
			add(name, "the name must be unique and have no /")
		}
		seen[s.ID] = true
		s.check(func(format string, args ...any) { add(name, format, args...) })
	}
	return wrong
}

func (s Step) check(add func(string, ...any)) {
	named := func(field, format string, args ...any) { add(field+": "+format, args...) }
	oneOf(named, "after", s.After, []string{"raised", "waiting", "accepted", "helping", "on_scene", "resolved", "coming"})
	oneOf(named, "do", s.Do, []string{doSound, doTell, doCall, doOffer, doEscalate, doPrompt, doStandDown, doFinish, doShare})
	for _, c := range s.Until {
		oneOf(named, "until", c, []string{"accepted", "acted", "contact_coming", "enough", "human", "arrived", "followed_up"})
	}
	if s.What["zh"] == "" || s.What["en"] == "" {
		named("what", "say in Chinese and English what the step does")
	}
	if s.Late > 0 && s.After != "coming" {
		named("late", "only a step after: coming can be late")
	}
	switch s.Do {
	case doTell:
		oneOf(named, "who", s.Who, []string{"contacts", "helpers", "elder", "arrived", "everyone", "that_person"})
		if len(s.By) == 0 {
			named("by", "name sms, voice or push")
		}
	case doCall:
		oneOf(named, "who", s.Who, []string{"contacts"})
		if s.Every <= 0 {
			named("every", "say how long to wait before the next one is called")
		}
	case doOffer:
		if s.Helpers <= 0 || s.Within <= 0 {
			named("helpers", "say how many helpers, and within: how far in minutes")
		}
	case doEscalate:
		oneOf(named, "to", s.To, []string{"supervisor", "parent"})
	case doPrompt:
		oneOf(named, "prompt", s.Prompt, []string{"ambulance", "police", "fire"})
	case doFinish:
		oneOf(named, "outcome", s.Outcome, outcomeNames())
	}
	for _, c := range s.By {
		oneOf(named, "by", c, []string{"sms", "voice", "push"})
	}
	if (s.Do == doTell || s.Do == doCall || s.Do == doStandDown) && s.Say == "" {
		named("say", "name the text to be sent")
	}
}

func oneOf(add func(string, string, ...any), field, got string, want []string) {
	if !slices.Contains(want, got) {
		add(field, "want one of %s, got %q", strings.Join(want, ", "), got)
	}
}

func outcomeNames() []string {
	var names []string
	for _, o := range Outcomes() {
		names = append(names, string(o))
	}
	return names
}
