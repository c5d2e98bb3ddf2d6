package phonewall

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Behaviour is how a phone, or its line, behaves.
type Behaviour string

// The behaviours.
const (
	Normal         Behaviour = "normal"
	Busy           Behaviour = "busy"
	NoAnswer       Behaviour = "no_answer" // rings, and nobody lifts by himself; for simulated people
	Voicemail      Behaviour = "voicemail" // a machine lifts after some seconds
	Fails          Behaviour = "fails"     // calls and SMS fail
	Slow           Behaviour = "slow"      // SMS arrive and callbacks leave late
	CallbacksLost  Behaviour = "callbacks_lost"
	CallbacksTwice Behaviour = "callbacks_twice"
)

// Behaviours lists all, in the order of a menu.
func Behaviours() []Behaviour {
	return []Behaviour{Normal, Busy, NoAnswer, Voicemail, Fails, Slow, CallbacksLost, CallbacksTwice}
}

const (
	slowCallback = 10 * time.Second
	slowSMS      = 45 * time.Second
	machineAfter = 8 * time.Second // of ringing
	keepEntries  = 120             // of a phone's past
)

// Entry is one thing that a phone has seen or heard.
type Entry struct {
	ID   uint64    `json:"id"`
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // sms_in, sms_out, spoken (by the service), key, voice (by a person), note
	Text string    `json:"text"`
	Lang string    `json:"lang,omitempty"` // of what is spoken
}

// PhoneView is a phone as one sees it.
type PhoneView struct {
	Number    string    `json:"number"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Behaviour Behaviour `json:"behaviour"`
	State     string    `json:"state"` // idle, ringing, calling, talking
	Peer      string    `json:"peer"`  // who rings or speaks
	Since     time.Time `json:"since"`
	Activity  time.Time `json:"activity"`
	Entries   []Entry   `json:"entries"`
}

type phone struct {
	number    string
	name      string
	role      string
	behaviour Behaviour
	call      *call // that it rings for or is in
	since     time.Time
	activity  time.Time
	entries   []Entry
}

// Phone is somebody's phone; the zero value is none.
type Phone struct {
	n      *Network
	number string
}

// Errors of people who do what cannot be done just now.
var (
	ErrNotRinging = errors.New("the phone does not ring")
	ErrNotTalking = errors.New("the phone is in no call")
	ErrInCall     = errors.New("the phone is in a call already")
)

// Phone gives the phone of a number, which appears when it is new.
func (n *Network) Phone(number string) Phone {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.phone(number)
	return Phone{n: n, number: number}
}

func (n *Network) phone(number string) *phone {
	p := n.phones[number]
	if p == nil {
		p = &phone{number: number, behaviour: Normal}
		n.phones[number] = p
	}
	return p
}

// SetName puts a label on a number.
func (n *Network) SetName(number, name, role string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.phone(number)
	p.name, p.role = name, role
	n.changed(p)
}

// Phones lists all phones, the latest activity first, those that ring before all others.
func (n *Network) Phones() []PhoneView {
	n.mu.Lock()
	defer n.mu.Unlock()
	views := make([]PhoneView, 0, len(n.phones))
	for _, p := range n.phones {
		views = append(views, p.view())
	}
	slices.SortFunc(views, func(a, b PhoneView) int {
		return cmp.Or(
			cmp.Compare(urgency(b.State), urgency(a.State)),
			b.Activity.Compare(a.Activity),
			cmp.Compare(a.Number, b.Number),
		)
	})
	return views
}

func urgency(state string) int {
	switch state {
	case "ringing":
		return 2
	case "talking", "calling":
		return 1
	}
	return 0
}

func (p *phone) view() PhoneView {
	v := PhoneView{
		Number: p.number, Name: p.name, Role: p.role, Behaviour: p.behaviour, State: "idle",
		Since: p.since, Activity: p.activity, Entries: append([]Entry{}, p.entries...),
	}
	if p.call != nil {
		v.State, v.Peer = p.call.stateFor(p), p.call.peerOf(p)
	}
	return v
}

// note adds an entry to a phone; n.mu is held.
func (n *Network) note(p *phone, kind, text, lang string) {
	n.order++
	now := n.o.Clock.Now()
	p.entries = append(p.entries, Entry{ID: n.order, At: now, Kind: kind, Text: text, Lang: lang})
	if len(p.entries) > keepEntries {
		p.entries = slices.Delete(p.entries, 0, len(p.entries)-keepEntries)
	}
	p.activity = now
	n.changed(p)
}

// changed tells the watchers; n.mu is held.
func (n *Network) changed(p *phone) {
	for w := range n.watchers {
		w.dirty[p.number] = true
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// Watcher tells on which phones something has happened. A slow one misses no phone: it hears of
// several changes as one.
type Watcher struct {
	n     *Network
	dirty map[string]bool
	wake  chan struct{}
}

// Watch begins to watch; Stop ends it.
func (n *Network) Watch() *Watcher {
	w := &Watcher{n: n, dirty: map[string]bool{}, wake: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watchers[w] = true
	return w
}

// Stop ends the watching.
func (w *Watcher) Stop() {
	w.n.mu.Lock()
	defer w.n.mu.Unlock()
	delete(w.n.watchers, w)
}

// Changed is readable when Take has something to give.
func (w *Watcher) Changed() <-chan struct{} { return w.wake }

// Take gives the phones that have changed since it was last called.
func (w *Watcher) Take() []PhoneView {
	w.n.mu.Lock()
	defer w.n.mu.Unlock()
	views := make([]PhoneView, 0, len(w.dirty))
	for number := range w.dirty {
		views = append(views, w.n.phone(number).view())
	}
	clear(w.dirty)
	slices.SortFunc(views, func(a, b PhoneView) int { return cmp.Compare(a.Number, b.Number) })
	return views
}

// View shows the phone.
func (p Phone) View() PhoneView {
	p.n.mu.Lock()
	defer p.n.mu.Unlock()
	return p.n.phone(p.number).view()
}

// Number is the phone's number.
func (p Phone) Number() string { return p.number }

// Texts lists the SMS that the phone has received, oldest first.
func (p Phone) Texts() []string { return p.texts("sms_in") }

// Heard lists the sentences that the service has spoken to the phone, oldest first.
func (p Phone) Heard() []string { return p.texts("spoken") }

func (p Phone) texts(kind string) []string {
	var out []string
	for _, e := range p.View().Entries {
		if e.Kind == kind {
			out = append(out, e.Text)
		}
	}
	return out
}

// Ringing tells whether the phone rings.
func (p Phone) Ringing() bool { return p.View().State == "ringing" }

// Behave changes how the phone or its line behaves from now on.
func (p Phone) Behave(b Behaviour) {
	p.n.mu.Lock()
	defer p.n.mu.Unlock()
	ph := p.n.phone(p.number)
	ph.behaviour = b
	p.n.changed(ph)
}

// Answer lifts the ringing phone.
func (p Phone) Answer() error {
	return p.act(func(n *Network, ph *phone) error {
		c := ph.call
		if c == nil || c.stateFor(ph) != "ringing" {
			return ErrNotRinging
		}
		n.schedule(0, c.key(), func(ctx context.Context) error { return n.lift(ctx, c, "human") })
		return nil
	})
}

// Press presses a key during a call.
func (p Phone) Press(digit string) error {
	return p.act(func(n *Network, ph *phone) error {
		c := ph.call
		if c == nil || c.stateFor(ph) != "talking" {
			return ErrNotTalking
		}
		if len(digit) != 1 || !strings.Contains("0123456789*#", digit) {
			return errors.New("there is no such key")
		}
		n.note(ph, "key", digit, "")
		n.schedule(0, c.key(), func(ctx context.Context) error { return n.pressed(ctx, c, digit) })
		return nil
	})
}

// Hangup ends the call, or refuses the one that rings.
func (p Phone) Hangup() error {
	return p.act(func(n *Network, ph *phone) error {
		c := ph.call
		if c == nil {
			return ErrNotTalking
		}
		n.schedule(0, c.key(), func(ctx context.Context) error { return n.hungUpBy(ctx, c) })
		return nil
	})
}

// Say is what the person says into the phone; who is connected hears it.
func (p Phone) Say(text string) error {
	return p.act(func(n *Network, ph *phone) error {
		c := ph.call
		if c == nil || c.stateFor(ph) != "talking" {
			return ErrNotTalking
		}
		n.note(ph, "voice", "我："+text, "")
		if other := c.otherEnd(); other != nil {
			n.note(other, "voice", "对方："+text, "")
		}
		return nil
	})
}

// Reply sends an SMS to the service.
func (p Phone) Reply(text string) error {
	return p.act(func(n *Network, ph *phone) error {
		if text == "" {
			return errors.New("an SMS needs words")
		}
		n.note(ph, "sms_out", text, "")
		n.textToService(ph, text)
		return nil
	})
}

// Dial calls the service.
func (p Phone) Dial() error {
	return p.act(func(n *Network, ph *phone) error {
		if ph.call != nil {
			return ErrInCall
		}
		n.callService(ph)
		return nil
	})
}

func (p Phone) act(do func(n *Network, ph *phone) error) error {
	p.n.mu.Lock()
	defer p.n.mu.Unlock()
	return do(p.n, p.n.phone(p.number))
}

// hookAddress is where the service takes what people begin.
func (n *Network) hookAddress(path string) string { return n.o.PublicURL + "/hooks/twilio/" + path }

func withParty(from, to string) url.Values { return url.Values{"From": {from}, "To": {to}} }
