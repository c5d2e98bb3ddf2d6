package alerts

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

// The bounds of a trial.
const (
	tryFor      = 15 * time.Minute
	longestTry  = 72 * time.Hour
	mostTried   = 2000 // lines
	mostAnswers = 50
)

// TryAnswer is what somebody does in a trial: contact1, helper2, elder or operator; coming, cannot, arrived, well, unwell, accept.
type TryAnswer struct {
	Who    string `json:"who"`
	What   string `json:"what"`
	AfterS int    `json:"after_s"` // after the press
}

// ParseTryAnswer reads contact1=coming@40s.
func ParseTryAnswer(text string) (TryAnswer, error) {
	who, rest, ok := strings.Cut(text, "=")
	what, when, timed := strings.Cut(rest, "@")
	after, err := time.ParseDuration(when)
	if !ok || !timed || err != nil || after < 0 {
		return TryAnswer{}, fault.New(fault.Invalid, "an answer is WHO=WHAT@TIME, like contact1=coming@40s or operator=accept@10s")
	}
	return TryAnswer{Who: who, What: what, AfterS: int(after.Seconds())}, nil
}

// TryLine is one thing that would happen.
type TryLine struct {
	AfterS   int               `json:"after_s"` // after the press
	Event    EventType         `json:"event"`
	Step     string            `json:"step,omitempty"`
	What     map[string]string `json:"what,omitempty"` // of the step
	Person   string            `json:"person,omitempty"`
	Name     string            `json:"name,omitempty"`
	Part     Part              `json:"part,omitempty"`
	Channel  string            `json:"channel,omitempty"`
	Template string            `json:"template,omitempty"`
	To       string            `json:"to,omitempty"`
	Kind     string            `json:"kind,omitempty"` // of a prompt
	Level    int               `json:"level,omitempty"`
	TravelS  int               `json:"travel_s,omitempty"`
	Answer   string            `json:"answer,omitempty"`
	Plan     PlanRef           `json:"plan,omitempty"`
}

// TryResult is a plan played through without anybody being told.
type TryResult struct {
	Plan   PlanRef   `json:"plan"`
	Kind   string    `json:"kind"`
	State  State     `json:"state"` // at the end
	Lines  []TryLine `json:"lines"`
	Silent []string  `json:"silent,omitempty"` // answers that nobody could give: no such person was asked by then
}

// TryQuery is a trial: a plan, an elder, and what people answer. Who does not stand in Answers answers nothing.
type TryQuery struct {
	PlanQuery
	Answers []TryAnswer `json:"answers,omitempty"`
	ForS    int         `json:"for_s,omitempty"` // how long it goes on; 0: 15 minutes
}

// Try plays a plan through on an elder, with the people who could really come, under a clock of its own. Nothing is written, nothing is
// sent. Kinds: Invalid naming every mistake of the text, NotFound for the elder or plan.
func (e *Engine) Try(ctx context.Context, q TryQuery) (out TryResult, err error) {
	if len(q.Answers) > mostAnswers || time.Duration(q.ForS)*time.Second > longestTry || q.ForS < 0 {
		return out, fault.New(fault.Invalid, "a trial takes at most 72 hours and 50 answers")
	}
	t := trial{until: tryFor, answers: slices.Clone(q.Answers)}
	if q.ForS > 0 {
		t.until = time.Duration(q.ForS) * time.Second
	}
	err = e.db.View(ctx, func(tx *db.Tx) error { return e.rehearse(ctx, tx, q.PlanQuery, &t) })
	if err != nil {
		return out, err
	}
	return t.run()
}

// rehearse gathers everything that a trial needs to know of the outside.
func (e *Engine) rehearse(ctx context.Context, tx *db.Tx, q PlanQuery, t *trial) error {
	if err := e.somePlans(ctx, tx); err != nil {
		return err
	}
	r, err := e.imagine(ctx, tx, q)
	if err != nil {
		return err
	}
	ask, err := e.planAsk(ctx, tx, r, Signal{})
	if err != nil {
		return err
	}
	if !q.At.IsZero() {
		ask.At, r.PressedAt = q.At, q.At
	}
	best, err := e.tried(q, ask)
	if err != nil {
		return err
	}
	r.Plan, r.Priority, r.Pins, r.Zone, r.Classes = best.ref, best.Priority, e.plans.pins(best, ask.Centres), ask.Zone, ask.Classes
	if el := r.known.elder; el != nil {
		r.Alone = livesAlone(el.Living)
	}
	t.raise, t.now, t.began = r, ask.At, ask.At
	t.plans = map[PlanRef]*Plan{best.ref: best.Plan}
	for _, ref := range r.Pins {
		if t.plans[ref] == nil {
			if t.plans[ref], err = e.plans.get(ctx, tx, ref); err != nil {
				return err
			}
		}
	}
	where := &Alert{Elder: r.Elder, Centre: r.Centre, Positions: r.Positions, Language: r.Language, Priority: r.Priority}
	where.place()
	where.settleAt(r.Place)
	if t.known, err = e.reach(ctx, tx, where, findK); err != nil {
		return err
	}
	if err = e.recall(ctx, tx, t.known); err != nil {
		return err
	}
	t.above = map[string][]*Person{}
	for _, to := range []string{"supervisor", "parent"} {
		if t.above[to], err = e.superiors(ctx, tx, where, to); err != nil {
			return err
		}
	}
	return nil
}

// tried is the plan of a trial: a text, one of an id, or the one that would be chosen.
func (e *Engine) tried(q PlanQuery, ask PlanAsk) (parsed, error) {
	if q.Body != "" {
		p, err := ParsePlan([]byte(q.Body), e.plans.names()...)
		if err != nil {
			return parsed{}, err
		}
		p.policy = e.plans.policy
		return parsed{Plan: p, ref: Ref(p.ID, 0)}, nil
	}
	if q.Plan == "" {
		best, _ := e.plans.choose(ask)
		return best, nil
	}
	for _, p := range e.plans.all() {
		if id, _, err := p.ref.Split(); err == nil && id == q.Plan {
			return p, nil
		}
	}
	return parsed{}, fault.New(fault.NotFound, "there is no such plan")
}

// trial runs the pure core alone, under a clock of its own.
type trial struct {
	raise      *Raise
	plans      map[PlanRef]*Plan
	known      []Candidate
	above      map[string][]*Person
	answers    []TryAnswer
	until      time.Duration
	now, began time.Time

	a     *Alert
	plan  *Plan
	ids   int
	lines []TryLine
	out   TryResult
}

func (t *trial) run() (TryResult, error) {
	t.a, t.plan = &Alert{ID: "try"}, t.plans[t.raise.Plan]
	t.out = TryResult{Plan: t.raise.Plan, Kind: t.raise.Kind}
	slices.SortStableFunc(t.answers, func(x, y TryAnswer) int { return x.AfterS - y.AfterS })
	device := Actor{Kind: ActorDevice}
	if err := t.do(Command{Type: commandRaise, Actor: device, raise: t.raise}); err != nil {
		return t.out, err
	}
	for end := t.began.Add(t.until); ; {
		if err := t.follow(); err != nil {
			return t.out, err
		}
		_, next := t.plan.Next(t.a, t.now)
		at := end.Add(1)
		if len(next) > 0 {
			at = next[0].At
		}
		if len(t.answers) > 0 {
			if said := t.began.Add(time.Duration(t.answers[0].AfterS) * time.Second); !said.After(at) && !said.After(end) {
				t.now = said
				t.answer(t.answers[0])
				t.answers = t.answers[1:]
				continue
			}
		}
		if at.After(end) || len(t.lines) > mostTried {
			break
		}
		t.now = at
	}
	t.out.State, t.out.Lines = t.a.State, t.lines
	return t.out, nil
}

// do decides a command and carries its events into the state.
func (t *trial) do(c Command) error {
	c.newID = func() string { t.ids++; return "m" + strconv.Itoa(t.ids) }
	events, err := decide(t.a, t.plan, c, t.now)
	for _, ev := range events {
		ev.Alert, ev.Seq = t.a.ID, t.a.Seq+1
		evolve(t.a, ev)
		t.tell(ev)
		if ev.Type == EventContinued {
			t.plan = t.plans[t.a.Plan]
		}
	}
	return err
}

// follow does what the plan wants now, until it wants nothing more.
func (t *trial) follow() error {
	for n := 0; ; n++ {
		due, _ := t.plan.Next(t.a, t.now)
		if len(due) == 0 {
			return nil
		}
		if n == runaway {
			return fault.New(fault.Invalid, "the plan goes round in circles at the step %s", due[0].Step)
		}
		before := t.a.Seq
		if err := t.do(t.prepared(&due[0])); err != nil {
			return err
		}
		if t.a.Seq == before {
			evolve(t.a, Event{Alert: t.a.ID, Seq: t.a.Seq + 1, Type: EventStepDue, At: t.now, Actor: System(), Data: Data{Step: due[0].Step}})
		}
	}
}

// prepared is the command of an action, with what it needs to know of the outside.
func (t *trial) prepared(act *Action) Command {
	c := Command{Type: commandAct, Actor: System(), action: act}
	switch act.Do {
	case doOffer:
		c.candidates = act.Line.meant(t.known)
		c.asked = t.plan.choose(t.a, act.Phase, c.candidates, t.now)
	case doEscalate:
		c.people = t.above[act.Line.To]
	case doContinue:
		c.plan = t.plans[t.a.goesOnWith(act.Line.With)]
	}
	return c
}

// answer lets somebody do what they do in this trial.
func (t *trial) answer(an TryAnswer) {
	if an.Who == "operator" {
		me := Actor{Kind: ActorOperator, ID: "try", Role: "operator", Rights: registry.BuiltInRights("operator")}
		if t.do(Command{Type: CommandAccept, Actor: me}) != nil {
			t.unheard(an)
		}
		return
	}
	who := t.person(an.Who)
	if who == nil {
		t.unheard(an)
		return
	}
	c := Command{Type: commandAnswer, Actor: Actor{Kind: actorOf(who.Part), ID: who.ID}, answer: &answer{Person: who.ID, Answer: notify.Answer(an.What), Via: "voice"}}
	if t.do(c) != nil {
		t.unheard(an)
	}
}

func (t *trial) unheard(an TryAnswer) {
	t.out.Silent = append(t.out.Silent, fmt.Sprintf("%s=%s@%ds", an.Who, an.What, an.AfterS))
}

// person finds contact1, helper2 or elder: by the order in which they came into the alert.
func (t *trial) person(name string) *Person {
	part := strings.TrimRight(name, "0123456789")
	n, err := strconv.Atoi(strings.TrimPrefix(name, part))
	if err != nil {
		n = 1
	}
	var found *Person
	t.a.Each(Part(part), func(p *Person) {
		if n--; n == 0 {
			found = p
		}
	})
	return found
}

// tell writes a line about an event that a reader of the trial cares for.
func (t *trial) tell(ev Event) {
	d := ev.Data
	line := TryLine{AfterS: int(ev.At.Sub(t.began).Seconds()), Event: ev.Type, Step: d.Step, Person: d.Person, Channel: d.Channel,
		Template: d.Tmpl, To: d.To, Kind: d.Kind, Level: d.Level, Answer: d.Answer, Plan: d.Plan, What: t.what(d.Step)}
	if ev.Type == EventStepDue || ev.Type == EventProgress {
		return
	}
	if p := t.a.Person(d.Person); p != nil {
		line.Name, line.Part = p.Name, p.Part
	}
	if d.Travel != nil {
		line.TravelS = d.Travel.Seconds
	}
	t.lines = append(t.lines, line)
}

// what tells in both languages what a step does.
func (t *trial) what(step string) map[string]string {
	name, _, _ := strings.Cut(step, "/")
	for i := range t.plan.Steps {
		if t.plan.Steps[i].ID == name {
			return t.plan.Steps[i].What
		}
	}
	if rule, is := strings.CutPrefix(step, rulePrefix); is {
		rule, _, _ = strings.Cut(rule, "/")
		return map[string]string{"zh": words.T("zh", "rule."+rule, nil), "en": words.T("en", "rule."+rule, nil)}
	}
	return nil
}
