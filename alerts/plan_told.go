package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"anling/internal/words"
)

// PlanTold is a plan in the words of one language, as a nurse reads it.
type PlanTold struct {
	Name  string     `json:"name"`
	About string     `json:"about,omitempty"`
	Facts []string   `json:"facts"` // for what and whom it is, when enough are coming, which numbers of the rules it moves
	Steps []StepTold `json:"steps"` // as they stand in the plan
	Rules string     `json:"rules"` // what holds beside every plan
}

// StepTold is a step in words.
type StepTold struct {
	Step  string   `json:"step"`
	Do    string   `json:"do"`
	After string   `json:"after"`          // from where its clock counts, as the plan writes it
	From  string   `json:"from"`           // the same in words: the press, the start of the task
	At    string   `json:"at"`             // 30 s; at once; the next morning at 09:00
	AtS   int      `json:"at_s"`           // seconds, for the order in time; of the next morning those until then are not known: 0
	When  string   `json:"when"`           // both together: 30 s after the press
	What  string   `json:"what"`           // what happens
	Only  []string `json:"only,omitempty"` // on which conditions
}

// Told is the plan in words.
func (p *Plan) Told(lang string) PlanTold {
	out := PlanTold{Name: inWords(p.Name, lang), About: inWords(p.About, lang), Facts: p.facts(lang), Steps: []StepTold{}, Rules: words.T(lang, "plan.rules", nil)}
	for i := range p.Steps {
		out.Steps = append(out.Steps, p.Steps[i].told(lang, p.begins()))
	}
	return out
}

// Sentences tell a plan as one tells it to a colleague: for what it is, then each step with its time and its conditions.
func (p *Plan) Sentences(lang string) []string {
	t := p.Told(lang)
	out := []string{t.Name}
	if t.About != "" {
		out = append(out, t.About)
	}
	out = append(out, t.Facts...)
	for _, s := range t.Steps {
		out = append(out, s.Sentence(lang))
	}
	return append(out, t.Rules)
}

// Sentence tells a step: "30 s after the press: loudest tone at all seats (until an operator has accepted)".
func (t StepTold) Sentence(lang string) string {
	vars := map[string]string{"when": t.When, "what": t.What, "only": strings.Join(t.Only, words.T(lang, "plan.comma", nil))}
	if len(t.Only) > 0 {
		return words.T(lang, "plan.step_only", vars)
	}
	return words.T(lang, "plan.step", vars)
}

// begins is the key of the words for how an alert of the plan begins: nobody has pressed anything when a device is not heard from, and
// each round of a safety plan has a beginning of its own.
func (p *Plan) begins() string {
	sensed := func(kind string) bool {
		return slices.Contains([]string{"smoke", "gas", "water", "co", "inactivity", "door", "zone"}, kind)
	}
	for _, of := range []struct {
		key  string
		kind func(string) bool
	}{
		{"plan.after.raised.task", deviceTask},
		{"plan.after.raised.round", func(kind string) bool { return kind == KindSafety }},
		{"plan.after.raised.outage", func(kind string) bool { return kind == KindOutage }},
		{"plan.after.raised.signal", sensed},
	} {
		if len(p.For) > 0 && !slices.ContainsFunc(p.For, func(kind string) bool { return !of.kind(kind) }) {
			return of.key
		}
	}
	return "plan.after.raised"
}

// told is the step in words; begins is the key of the words for how an alert of its plan begins.
func (s *Step) told(lang, begins string) StepTold {
	from := "plan.after." + s.After
	if from == "plan.after.raised" {
		from = begins
	}
	out := StepTold{Step: s.ID, Do: s.Do, After: s.After, From: words.T(lang, from, nil), What: inWords(s.What, lang),
		AtS: int(time.Duration(s.At + s.Late).Seconds())}
	out.At, out.When = s.when(lang, out.From)
	add := func(key string, list []string, join string) {
		if len(list) > 0 {
			out.Only = append(out.Only, words.T(lang, key, map[string]string{"list": strings.Join(list, words.T(lang, join, nil))}))
		}
	}
	if len(s.Kinds) > 0 {
		add("plan.only", []string{kindsTold(lang, s.Kinds)}, "plan.comma")
	}
	add("plan.if", conditionsTold(lang, s.If), "plan.and")
	add("plan.until", conditionsTold(lang, s.Until), "plan.or")
	return out
}

// when tells how long a step waits, alone and together with from where that counts.
func (s *Step) when(lang, from string) (at, whole string) {
	key := "plan.at"
	switch {
	case s.Next == "morning":
		key, at = "plan.next", words.T(lang, "plan.morning", nil)
	case s.Next != "":
		key, at = "plan.next", s.Next
	case s.Late > 0:
		key, at = "plan.late", words.T(lang, "plan.later", map[string]string{"at": s.Late.Told(lang)})
	case s.At == 0:
		key, at = "plan.at_once", words.T(lang, "plan.now", nil)
	default:
		at = s.At.Told(lang)
	}
	return at, words.T(lang, key, map[string]string{"after": from, "at": at})
}

// Told says a length of time in words: 1 h 30 min.
func (s Span) Told(lang string) string {
	var parts []string
	for _, unit := range []struct {
		key string
		n   int
	}{{"plan.h", int(time.Duration(s).Hours())}, {"plan.min", int(time.Duration(s).Minutes()) % 60}, {"plan.s", int(time.Duration(s).Seconds()) % 60}} {
		if unit.n > 0 {
			parts = append(parts, words.T(lang, unit.key, map[string]string{"n": fmt.Sprint(unit.n)}))
		}
	}
	return strings.Join(parts, " ")
}

// Told says what would happen in one line, without its time: the step in the plan's own words, then whom it reaches and how.
func (l TryLine) Told(lang string) string {
	if l.Event == EventRaised {
		return words.T(lang, "plan.raised", nil)
	}
	vars := map[string]string{"name": l.Name, "actor": l.Name, "kind": words.T(lang, "kind_"+l.Kind, nil), "channel": l.channel(lang),
		"step": l.Step, "reason": inWords(l.What, lang), "prompt": l.Kind}
	if l.Event == EventAccepted {
		vars["actor"] = words.T(lang, "plan.operator", nil)
	}
	what := inWords(l.What, lang)
	if what == "" {
		what = words.T(lang, "event."+string(l.Event), vars)
	} else if l.Name != "" {
		what = words.T(lang, "plan.to", map[string]string{"what": what, "name": l.Name, "channel": l.channel(lang)})
	}
	switch {
	case l.Answer != "":
		return words.T(lang, "plan.answer", map[string]string{"name": what, "answer": words.T(lang, "plan.said."+l.Answer, nil)})
	case l.TravelS > 0:
		minutes := (l.TravelS + 59) / 60
		return words.T(lang, "plan.away", map[string]string{"what": what, "n": fmt.Sprint(minutes)})
	case l.Event == EventContinued:
		return words.T(lang, "plan.goes_on", map[string]string{"what": what, "plan": string(l.Plan)})
	}
	return what
}

func (l TryLine) channel(lang string) string {
	if l.Channel == "" {
		return words.T(lang, "plan.all_ways", nil)
	}
	return words.T(lang, "channel."+l.Channel, nil)
}

// Told says why a plan was chosen, or why not.
func (c Considered) Told(lang string) string {
	key := "plan.choice.no."
	if c.Chosen {
		key = "plan.choice.yes."
	}
	var all []string
	for _, why := range c.Why {
		all = append(all, words.T(lang, key+why, nil))
	}
	return strings.Join(all, words.T(lang, "plan.comma", nil))
}

func conditionsTold(lang string, all []string) []string {
	var out []string
	for _, c := range all {
		word, not := strings.CutPrefix(c, notPrefix)
		told := words.T(lang, "plan.if."+word, nil)
		if not {
			told = words.T(lang, "plan.not", map[string]string{"word": told})
		}
		out = append(out, told)
	}
	return out
}

func kindsTold(lang string, kinds []string) string {
	told := slices.Clone(kinds)
	for i, k := range kinds {
		told[i] = words.T(lang, "kind_"+k, nil)
	}
	return strings.Join(told, words.T(lang, "plan.comma", nil))
}

// inWords is one of a plan's own texts in a language.
func inWords(text map[string]string, lang string) string { return text[words.Lang(lang)] }
