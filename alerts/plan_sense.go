package alerts

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// stepWords are the words of a step.
func stepWords() map[string]int { return fieldsOf(reflect.TypeFor[Step]()) }

// lifeKinds are the kinds of signal on which a life may hang from the first second.
func lifeKinds() []string {
	return []string{"sos", "fall", "silent", "smoke", "gas", "water", "co", "call", "sms"}
}

// How soon a plan on which a life hangs must do what none may leave out.
const (
	soundsWithin    = 60 * time.Second
	handsOnWithin   = 10 * time.Minute // to a plan that does it
	escalatesWithin = 5 * time.Minute
)

// sense looks whether the plan as a whole can save anybody.
func (c *planCheck) sense() {
	for i, k := range c.p.For {
		if c.p.Priority > 1 && slices.Contains(lifeKinds(), k) {
			c.add(fmt.Sprintf("for[%d]", i+1), "a life may hang on %s: the plan needs priority: 1", k)
		}
	}
	c.afterTheEnd()
	if c.p.Priority != 1 {
		return
	}
	for i, s := range c.p.Steps {
		if ofThePress(s) && time.Duration(s.At) > longestOfLife {
			c.add(fmt.Sprintf("steps[%d].at", i+1), "is too late for a life: at most 30m after the press")
		}
	}
	if c.has(handsOnWithin, func(s Step) bool { return s.Do == doContinue }) {
		return // the plan that goes on does the rest
	}
	if !c.has(soundsWithin, func(s Step) bool { return s.Do == doSound && s.Level > 0 }) {
		c.add("steps", "no seat ever hears of it: a plan with priority: 1 needs do: sound within 60s of the press")
	}
	told := func(s Step) bool { return (s.Do == doTell || s.Do == doCall) && s.Who != "elder" }
	if !c.has(soundsWithin, told) {
		c.add("steps", "no contact is ever told: a plan with priority: 1 needs do: tell or do: call within 60s of the press")
	}
	if !c.has(escalatesWithin, func(s Step) bool { return s.Do == doOffer }) {
		c.add("steps", "no helper is ever asked: a plan with priority: 1 needs do: offer within 5m of the press")
	}
	if !c.has(escalatesWithin, func(s Step) bool { return s.Do == doEscalate }) {
		c.add("steps", "nobody above the seats ever hears of it: a plan with priority: 1 needs do: escalate within 5m of the press")
	}
}

// ofThePress reports whether the clock of a step begins with the press, or with the wait for an operator.
func ofThePress(s Step) bool { return s.After == "raised" || s.After == "waiting" }

// has looks for a step that surely comes within a time of the press.
func (c *planCheck) has(within time.Duration, is func(Step) bool) bool {
	return slices.ContainsFunc(c.p.Steps, func(s Step) bool {
		return ofThePress(s) && s.Next == "" && time.Duration(s.At) <= within && len(s.If) == 0 && len(s.Kinds) == 0 && is(s)
	})
}

// afterTheEnd names steps that come after the alert is surely over, or in the hands of another plan.
func (c *planCheck) afterTheEnd() {
	end, by := time.Duration(-1), ""
	for _, s := range c.p.Steps {
		sure := (s.Do == doFinish || s.Do == doContinue) && s.After == "raised" && s.Next == "" && len(s.If)+len(s.Until)+len(s.Kinds) == 0
		if sure && (end < 0 || time.Duration(s.At) < end) {
			end, by = time.Duration(s.At), s.ID
		}
	}
	if end < 0 {
		return
	}
	for i, s := range c.p.Steps {
		if s.After == "raised" && s.Next == "" && time.Duration(s.At) > end {
			c.add(fmt.Sprintf("steps[%d].at", i+1), "this never happens: the step %s ends the plan before", by)
		}
	}
}

// goesOn looks whether the plans that one goes on with exist; it may always begin anew itself.
func (c *planCheck) goesOn(known []string) {
	for i, s := range c.p.Steps {
		if s.Do == doContinue && s.With != "" && s.With != c.p.ID && !slices.Contains(known, s.With) {
			c.add(fmt.Sprintf("steps[%d].with", i+1), "there is no plan of this name: %s", s.With)
		}
	}
}
