package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"anling/internal/words"
	"anling/registry"
)

// The bounds of what a plan may want. Beyond them somebody has mistyped.
const (
	longestWait   = 7 * 24 * time.Hour
	longestOfLife = 30 * time.Minute // from the press to a step of a plan on which a life hangs
	shortestRing  = 10 * time.Second // before the next one is called
	longestRing   = 10 * time.Minute
	mostTries     = 10
	mostHelpers   = 50
	mostCalled    = 200 // people of an outage at a time
	loudest       = 3
)

// planCheck looks whether a plan says what it means.
type planCheck struct {
	p *Plan
	*planReader
}

func (c *planCheck) plan() {
	p := c.p
	if p.ID == "" || len(p.ID) > 40 || strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		c.add("plan", "needs a short name of small letters, digits, - and _")
	}
	c.both("name", p.Name)
	if len(p.About) > 0 {
		c.both("about", p.About)
	}
	if len(p.For) == 0 {
		c.add("for", "name at least one kind of signal")
	}
	for i, k := range p.For {
		c.kind(fmt.Sprintf("for[%d]", i+1), k)
	}
	if p.Ahead < 0 || p.Ahead > 3 {
		c.add("ahead", "want 0 to 3, got %d", p.Ahead)
	}
	if p.Priority < 1 || p.Priority > 3 {
		c.add("priority", "must be 1 (life), 2 (urgent) or 3 (technical)")
	}
	if aim := time.Duration(p.Aim); aim != 0 && (aim < shortestRing || aim > longestRing) {
		c.add("aim", "must be from 10s to 10m")
	}
	c.when()
	for i, w := range p.Enough.OrOneWith {
		c.oneOf(fmt.Sprintf("enough.or_one_with[%d]", i+1), w, []string{"key", "trained"})
	}
	if p.Enough.Helpers < 0 || p.Enough.Helpers > mostHelpers {
		c.add("enough.helpers", "must be a number from %d to %d", 0, mostHelpers)
	}
	if p.Repair.PerHour < 0 || p.Repair.PerHour > mostPerHour {
		c.add("repair.per_hour", "must be a number from %d to %d", 1, mostPerHour)
	}
	if len(p.Steps) == 0 {
		c.add("steps", "a plan without steps does nothing")
	}
	c.steps()
	c.sense()
}

func (c *planCheck) when() {
	w := c.p.When
	for i, k := range w.Callers {
		c.oneOf(fmt.Sprintf("when.callers[%d]", i+1), k, []string{registry.ClassVIP, registry.ClassImportant})
	}
	for i, h := range w.Hours {
		at := fmt.Sprintf("when.hours[%d]", i+1)
		if !isClock(h.From) || !isClock(h.To) {
			c.add(at, "must have times like 22:00 in from and to")
		}
		if slices.ContainsFunc(h.Days, func(d int) bool { return d < 1 || d > 7 }) {
			c.add(at+".days", "must be days from 1 (Monday) to 7 (Sunday)")
		}
	}
}

func isClock(s string) bool {
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == len("15:04")
}

func (c *planCheck) steps() {
	seen := map[string]bool{}
	for i := range c.p.Steps {
		s, at := &c.p.Steps[i], fmt.Sprintf("steps[%d]", i+1)
		switch {
		case s.ID == "":
			c.add(at+".step", "has no name (step: …)")
		case strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			c.add(at+".step", "needs a short name of small letters, digits, - and _")
		case seen[s.ID]:
			c.add(at+".step", "another step has this name")
		}
		seen[s.ID] = true
		stepCheck{planCheck: c, s: s, at: at}.step()
	}
}

// both asks for a text in the two languages that people at a centre read.
func (c *planCheck) both(path string, text map[string]string) {
	for _, lang := range []string{words.Zh, words.En} {
		if strings.TrimSpace(text[lang]) == "" {
			c.add(path, "is missing in %s", lang)
		}
	}
	for lang := range text {
		if lang != words.Zh && lang != words.En {
			c.add(join(path, lang), "is no language of the program; there are zh and en")
		}
	}
}

// kind asks for a kind of signal that people have a word for.
func (c *planCheck) kind(path, kind string) {
	if !words.Has("kind." + kind) {
		c.add(path, "is no kind of signal: %s", kind)
	}
}

func (c *planCheck) oneOf(path, got string, want []string) {
	if slices.Contains(want, got) {
		return
	}
	if got == "" {
		c.add(path, "is required; it is one of %s", strings.Join(want, ", "))
		return
	}
	if best := nearest(got, want); best != "" {
		c.add(path, "%s is not known here; %q is probably meant", got, best)
		return
	}
	c.add(path, "%s is not known here; want one of %s", got, strings.Join(want, ", "))
}

// stepCheck looks at one step.
type stepCheck struct {
	*planCheck
	s  *Step
	at string
}

// verbs says which words a step with the verb may have, beside those that every step may have.
func verbs() map[string][]string {
	return map[string][]string{
		doSound:     {"level"},
		doTell:      {"who", "roles", "languages", "keys", "by", "say"},
		doCall:      {"who", "roles", "languages", "keys", "say", "every", "tries"},
		doOffer:     {"helpers", "within", "roles", "skills", "languages", "keys", "by"},
		doEscalate:  {"to", "level"},
		doPrompt:    {"prompt", "words"},
		doStandDown: {"say"},
		doFinish:    {"outcome"},
		doShare:     {"level"},
		doContinue:  {"with"},
		doCheck:     {"people", "every", "tries", "by"},
	}
}

func everyStep() []string {
	return []string{"step", "after", "at", "next", "late", "kinds", "if", "do", "until", "what"}
}

func (c stepCheck) step() {
	c.oneOf(c.at+".do", c.s.Do, sorted(verbs()))
	if own, known := verbs()[c.s.Do]; known {
		c.belongs(own)
	}
	c.clock()
	for i, k := range c.s.Kinds {
		if !slices.Contains(c.p.For, k) {
			c.add(fmt.Sprintf("%s.kinds[%d]", c.at, i+1), "this never happens: the plan is not for %s", k)
		}
	}
	c.conditions()
	c.both(c.at+".what", c.s.What)
	c.whom()
	switch c.s.Do {
	case doSound, doShare, doEscalate:
		if c.s.Level < 0 || c.s.Level > loudest {
			c.add(c.at+".level", "must be a number from %d to %d", 0, loudest)
		}
		if c.s.Do == doEscalate {
			c.oneOf(c.at+".to", c.s.To, []string{"supervisor", "parent"})
		}
	case doOffer:
		c.offer()
	case doPrompt:
		c.oneOf(c.at+".prompt", c.s.Prompt, []string{"ambulance", "police", "fire"})
		if len(c.s.Words) > 0 {
			c.both(c.at+".words", c.s.Words)
		}
	case doFinish:
		c.finish()
	case doContinue:
		c.goesOn()
	case doCheck:
		c.rollCall()
	}
}

// belongs names words that mean nothing beside the step's verb: whoever wrote them expects something of them.
func (c stepCheck) belongs(own []string) {
	for path := range c.planReader.at {
		word, ok := strings.CutPrefix(path, c.at+".")
		if !ok || strings.ContainsAny(word, ".[") || slices.Contains(everyStep(), word) || slices.Contains(own, word) {
			continue
		}
		if _, known := stepWords()[word]; known {
			c.add(path, "means nothing with do: %s", c.s.Do)
		}
	}
}

func (c stepCheck) clock() {
	c.oneOf(c.at+".after", c.s.After, []string{"raised", "waiting", "accepted", "helping", "on_scene", "resolved", "coming", "do_by"})
	if time.Duration(c.s.At) > longestWait || time.Duration(c.s.Late) > longestWait {
		c.add(c.at+".at", "waits longer than a week")
	}
	if c.s.Late > 0 && c.s.After != "coming" {
		c.add(c.at+".late", "only a step with after: coming can be late")
	}
	if c.s.Next == "" {
		return
	}
	if c.s.Next != "morning" && !isClock(c.s.Next) {
		c.add(c.at+".next", "must be morning, or a time of the day like 18:00")
	}
	if c.s.At > 0 || c.s.After == "coming" {
		c.add(c.at+".next", "stands in the place of at, and not with after: coming")
	}
}

func (c stepCheck) conditions() {
	for i, word := range c.s.If {
		c.condition(fmt.Sprintf("%s.if[%d]", c.at, i+1), word)
		opposite := notPrefix + word
		if slices.Contains(c.s.If, opposite) {
			c.add(c.at+".if", "this never happens: it asks for %s and for its opposite", word)
		}
		if slices.Contains(c.s.Until, word) {
			c.add(c.at+".until", "this never happens: it is over as soon as %s", word)
		}
	}
	for i, word := range c.s.Until {
		at := fmt.Sprintf("%s.until[%d]", c.at, i+1)
		c.condition(at, word)
		if strings.HasSuffix(word, "night") {
			c.add(at, "night can only stand behind if")
		}
		if over(c.s.After, word) {
			c.add(at, "this never happens: it is over as soon as %s", word)
		}
	}
}

// over reports whether a condition holds whenever a step's clock begins.
func over(after, condition string) bool {
	switch after {
	case "accepted":
		return condition == "accepted" || condition == "human"
	case "helping":
		return condition == "human"
	case "on_scene":
		return condition == "arrived" || condition == "human"
	}
	return false
}

func (c stepCheck) condition(path, word string) {
	c.oneOf(path, strings.TrimPrefix(word, notPrefix), conditionNames())
}

// whom looks at the people whom a step speaks to, and with which words.
func (c stepCheck) whom() {
	switch c.s.Do {
	case doTell:
		c.oneOf(c.at+".who", c.s.Who, []string{"contacts", "helpers", "elder", "arrived", "everyone", "that_person"})
		if len(c.s.By) == 0 {
			c.add(c.at+".by", "say by what: sms, voice or push")
		}
		if c.s.Who == "that_person" && c.s.After != "coming" {
			c.add(c.at+".who", "that_person is known only to a step with after: coming")
		}
	case doCall:
		c.oneOf(c.at+".who", c.s.Who, []string{"contacts", "elder"})
		if every := time.Duration(c.s.Every); every < shortestRing || every > longestRing {
			c.add(c.at+".every", "say how long to wait before the next call, from 10s to 10m")
		}
		if c.s.Tries < 1 || c.s.Tries > mostTries {
			c.add(c.at+".tries", "must be a number from %d to %d", 1, mostTries)
		}
	case doStandDown:
	default:
		return
	}
	if c.s.Who == "elder" && slices.Equal(c.p.For, []string{"silent"}) {
		c.add(c.at+".who", "this never happens: nothing rings at the side of a silent alarm")
	}
	c.channels()
	switch {
	case c.s.Say == "":
		c.add(c.at+".say", "name the text to be said")
	case !words.Has(c.s.Say) || strings.ContainsAny(c.s.Say, "."):
		c.add(c.at+".say", "there is no text of this name: %s", c.s.Say)
	}
	c.roles([]string{"family", "liaison", "doctor", "guard", "neighbour", "other"})
}

func (c stepCheck) channels() {
	for i, by := range c.s.By {
		c.oneOf(fmt.Sprintf("%s.by[%d]", c.at, i+1), by, []string{"sms", "voice", "push"})
	}
}

func (c stepCheck) roles(known []string) {
	for i, role := range c.s.Roles {
		c.oneOf(fmt.Sprintf("%s.roles[%d]", c.at, i+1), role, known)
	}
	if c.s.Keys != "" {
		c.oneOf(c.at+".keys", c.s.Keys, []string{"first", "only"})
	}
}

func (c stepCheck) offer() {
	if c.s.Helpers < 1 || c.s.Helpers > mostHelpers {
		c.add(c.at+".helpers", "say how many helpers are asked, from %d to %d", 1, mostHelpers)
	}
	if w := time.Duration(c.s.Within); w <= 0 || w > farthest {
		c.add(c.at+".within", "say within how many minutes they must be able to be there, at most 60m")
	}
	c.channels()
	c.roles([]string{"volunteer", "neighbour", "provider", "staff"})
}

// rollCall is for an outage only: no other alert has a list of people.
func (c stepCheck) rollCall() {
	if !slices.Equal(c.p.For, []string{KindOutage}) {
		c.add(c.at+".do", "only a plan for outage has people to check on")
	}
	if c.s.People < 1 || c.s.People > mostCalled {
		c.add(c.at+".people", "say how many people are called at a time, from %d to %d", 1, mostCalled)
	}
	if every := time.Duration(c.s.Every); every < shortestRing || every > longestRing {
		c.add(c.at+".every", "say how long to wait before the next call, from 10s to 10m")
	}
	if c.s.Tries < 1 || c.s.Tries > mostTries {
		c.add(c.at+".tries", "must be a number from %d to %d", 1, mostTries)
	}
	if len(c.s.By) == 0 {
		c.add(c.at+".by", "say by what: sms, voice or push")
	}
	for i, by := range c.s.By {
		c.oneOf(fmt.Sprintf("%s.by[%d]", c.at, i+1), by, []string{"voice", "sms"})
	}
}

// goesOn lets a plan begin anew only at a time of the day: a step that did it at once would do it for ever.
func (c stepCheck) goesOn() {
	switch {
	case c.s.With == "":
		c.add(c.at+".with", "name the plan that goes on")
	case c.s.With == c.p.ID && (c.s.Next == "" || c.s.Next == "morning"):
		c.add(c.at+".with", "a plan begins anew only with next: and a time of the day")
	}
}

// finish lets a plan end an alert only where a rule that no plan can switch off allows it: the elder has said that all is well, or it
// was a test.
func (c stepCheck) finish() {
	c.oneOf(c.at+".outcome", c.s.Outcome, outcomeNames())
	if !slices.Contains(c.s.If, "elder_well") && !slices.Equal(c.p.For, []string{"test"}) {
		c.add(c.at+".do", "a plan may end an alert only if: [elder_well], or a test; everything else is ended by a person")
	}
}
