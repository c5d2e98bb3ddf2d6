package alerts

import (
	"fmt"
	"testing"
	"time"

	"anling/notify"
	"anling/registry"
)

// world runs the pure core alone: an alert, a plan, a clock that is turned by hand, and helpers who
// stand at known distances. No database, no telephone.
type world struct {
	t       *testing.T
	a       *Alert
	plan    *Plan
	now     time.Time
	helpers []Candidate
	events  []Event
	ids     int
	walk    func(helper string, since time.Duration) (metres int, known bool) // how far helpers are from the elder
}

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func builtInPlan(t *testing.T, name string) *Plan {
	t.Helper()
	body, err := builtIn.ReadFile("plans/" + name + ".yaml")
	if err != nil {
		t.Fatalf("built-in plan: %v", err)
	}
	p, err := ParsePlan(body)
	if err != nil {
		t.Fatalf("parse plan %s: %v", name, err)
	}
	return p
}

// newWorld is the moment before a press: two contacts, and helpers so many minutes away.
func newWorld(t *testing.T, minutesAway ...int) *world {
	t.Helper()
	w := &world{t: t, a: &Alert{ID: "a1"}, plan: builtInPlan(t, "emergency"), now: start}
	for i, m := range minutesAway {
		w.helpers = append(w.helpers, Candidate{Helper: fmt.Sprintf("h%d", i+1), Name: "Helper", Numbers: 1,
			Duration: time.Duration(m) * time.Minute, Mode: "foot"})
	}
	return w
}

func (w *world) press() *world {
	w.do(Command{Type: commandRaise, Actor: Actor{Kind: ActorDevice, ID: "d1"}, raise: &Raise{Kind: "sos", Priority: 1, Plan: "emergency@1",
		Elder: "e1", Subject: "e1", Centre: "c1", Title: "张秀英", Language: "zh", PressedAt: w.now, People: []*Person{
			{ID: "e1", Part: PartElder, Numbers: 1, Channels: []string{"voice"}},
			{ID: "k1", Part: PartContact, Name: "女儿", Numbers: 1, Order: 1, Channels: []string{"sms", "voice"}},
			{ID: "k2", Part: PartContact, Name: "邻居", Numbers: 2, Order: 2, Channels: []string{"sms", "voice"}, HasKey: true},
		}}})
	w.follow()
	return w
}

func (w *world) do(c Command) error {
	w.t.Helper()
	c.newID = func() string { w.ids++; return fmt.Sprintf("m%d", w.ids) }
	evs, err := decide(w.a, w.plan, c, w.now)
	for _, ev := range evs {
		ev.Alert, ev.Seq = w.a.ID, w.a.Seq+1
		ev.Data.ActorName, ev.Data.ActorRole = ev.Actor.Name, ev.Actor.Role
		evolve(w.a, ev)
		w.events = append(w.events, ev)
	}
	return err
}

// must carries out a command that has to succeed, then what the plan wants.
func (w *world) must(c Command) {
	w.t.Helper()
	if err := w.do(c); err != nil {
		w.t.Fatalf("%s: %v", c.Type, err)
	}
	w.follow()
}

// follow does what the plan wants now.
func (w *world) follow() {
	w.t.Helper()
	for n := 0; ; n++ {
		due, _ := w.plan.Next(w.a, w.now)
		if len(due) == 0 {
			return
		}
		if n > 200 {
			w.t.Fatalf("the plan does not come to rest at step %s", due[0].Step)
		}
		c := Command{Type: commandAct, Actor: System(), action: &due[0]}
		if due[0].Do == doOffer {
			c.candidates = due[0].Line.meant(w.helpers)
			c.asked = w.plan.choose(w.a, due[0].Phase, c.candidates, w.now)
		}
		if due[0].Do == doContinue {
			c.plan = builtInPlan(w.t, due[0].Line.With)
		}
		if due[0].Do == doLook {
			c.candidates = w.where(due[0].Person)
		}
		if due[0].Do == doEscalate {
			c.people = []*Person{{ID: "s1", Part: PartSupervisor, Name: "班长", Role: "supervisor", Numbers: 1}}
		}
		if err := w.do(c); err != nil {
			w.t.Fatalf("step %s: %v", due[0].Step, err)
		}
		if due[0].Do == doContinue {
			w.plan = c.plan
		}
	}
}

// where is what the roster would say of a helper now: nothing, unless the test lets them walk.
func (w *world) where(id string) []Candidate {
	if w.walk == nil {
		return nil
	}
	m, ok := w.walk(id, w.now.Sub(start))
	if !ok {
		return nil
	}
	return []Candidate{{Helper: id, Metres: m, Duration: time.Duration(m) * time.Second, Mode: "foot"}}
}

// pass lets time go by, stopping wherever the plan wants to look.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	end := w.now.Add(d)
	for {
		_, next := w.plan.Next(w.a, w.now)
		if len(next) == 0 || next[0].At.After(end) {
			break
		}
		w.now = next[0].At
		w.follow()
	}
	w.now = end
}

func (w *world) answer(person string, an notify.Answer) {
	w.t.Helper()
	w.must(Command{Type: commandAnswer, Actor: Actor{Kind: ActorHelper, ID: person}, answer: &answer{Person: person, Answer: an, Via: "voice"}})
}

// receipts reports a status for every message to a person that is still open.
func (w *world) receipts(person string, ch notify.Channel, s notify.Status) {
	w.t.Helper()
	for _, m := range w.a.Person(person).Messages {
		if m.Channel == string(ch) && notify.Status(s).After(notify.Status(m.Status)) {
			w.must(Command{Type: commandReceipt, Actor: Actor{Kind: ActorCarrier}, receipt: &receipt{Person: person, Message: m.ID, Status: string(s)}})
		}
	}
}

// told lists the times at which a person was told by a template, counted from the press.
func (w *world) told(person, template string) []time.Duration {
	var out []time.Duration
	for _, e := range w.events {
		if e.Type == EventTold && e.Data.Person == person && e.Data.Tmpl == template {
			out = append(out, e.At.Sub(start))
		}
	}
	return out
}

// count counts events of a type, with a step when one is given.
func (w *world) count(t EventType, step string) int {
	n := 0
	for _, e := range w.events {
		if e.Type == t && (step == "" || e.Data.Step == step) {
			n++
		}
	}
	return n
}

func operator(role string) Actor {
	return Actor{Kind: ActorOperator, ID: "op-" + role, Name: "周晓", Role: role, Rights: registry.BuiltInRights(registry.RoleID(role))}
}
