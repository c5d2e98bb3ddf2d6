package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"anling/notify/phonewall"
	"anling/registry"

	"github.com/paulmach/orb"
)

// temper is how a sort of people answers, as the field knows it: many do not, some cannot, and of those
// who promise some never set out (facts of the field: 45 % accept, 24 % arrive).
type temper struct {
	lifts   float64       // answers a ringing telephone
	replies float64       // answers an SMS when nobody has spoken to them
	comes   float64       // of those who answer
	shows   float64       // of those who promise
	lift    time.Duration // median until the telephone is lifted
	reply   time.Duration // median until an SMS is answered
	spread  float64       // of both, as the sigma of a log-normal
}

// temperOf knows every role of the phone book.
func temperOf(role string) temper {
	t := temper{lifts: 0.70, replies: 0.35, comes: 0.65, shows: 0.92, lift: 9 * time.Second, reply: 50 * time.Second, spread: 0.6}
	switch role {
	case registry.KindVolunteer:
		t.lifts, t.replies, t.comes, t.shows = 0.50, 0.30, 0.62, 0.85
	case registry.KindNeighbour:
		t.lifts, t.comes = 0.62, 0.75
	case registry.KindStaff, registry.RoleGuard:
		t.lifts, t.replies, t.comes, t.shows = 0.92, 0.60, 0.85, 0.98
	case registry.KindProvider:
		t.lifts, t.comes = 0.80, 0.50
	case registry.RoleLiaison, registry.RoleSupervisor:
		t.lifts, t.replies, t.comes = 0.88, 0.55, 0.85
	case registry.RoleDoctor:
		t.lifts, t.comes = 0.60, 0.40
	case "elder":
		t.lifts, t.replies, t.comes, t.lift = 0.80, 0.02, 0.90, 15*time.Second
	}
	return t
}

// within draws a delay round a median. Nobody takes less than a second, or more than a hundred medians.
func within(r *rand.Rand, median time.Duration, spread float64) time.Duration {
	d := time.Duration(float64(median) * math.Exp(spread*r.NormFloat64()))
	return min(max(d, time.Second), 100*median)
}

// handset is a telephone in somebody's hand; telephones are all of them. A phonewall.Network has them, and
// so has, over HTTP, a demo that runs elsewhere.
type handset interface {
	Answer() error
	Press(digit string) error
	Reply(text string) error
}

type telephones interface {
	Phones() []phonewall.PhoneView
	Handset(number string) handset
}

// wallPhones are the telephones of a phone wall in the same program.
type wallPhones struct{ *phonewall.Network }

func (w wallPhones) Handset(number string) handset { return w.Phone(number) }

// crowd is people with telephones who answer as people do.
type crowd struct {
	phones  telephones
	walkers *walkers
	rand    *rand.Rand
	people  map[string]*someone // by number
	doors   map[string]orb.Point
	deeds   []deed
	skipped func(number string) bool // whom a human plays; may be nil
}

// someone is what the crowd remembers of one telephone.
type someone struct {
	number  string
	temper  temper
	helper  registry.HelperID // empty for others
	comes   bool              // what was last decided, for minded
	minded  time.Time
	call    time.Time // the beginning of the last call that was thought about
	talking bool      // whose key has been thought about
	read    uint64    // the last entry that was read
	code    string    // what a helper who is on the way will write at the door
}

// deed is something that somebody will do.
type deed struct {
	at time.Time
	do func() error
}

// sameMind is how long somebody sticks to what they have decided.
const sameMind = 15 * time.Minute

// newCrowd gives the people of a world, who do nothing until step is called.
func newCrowd(w *world, ws *walkers, phones telephones, seed uint64) *crowd {
	c := &crowd{phones: phones, walkers: ws, rand: rand.New(rand.NewPCG(seed, 0x11fe)), people: map[string]*someone{}, doors: map[string]orb.Point{}}
	w.phoneBook(func(number, _, role string) {
		if role != "centre" && role != registry.RoleOperator && role != registry.RoleAdmin {
			c.people[number] = &someone{number: number, temper: temperOf(role)}
		}
	})
	for _, h := range w.helpers {
		for _, p := range h.Phones {
			c.people[p].helper = h.ID
		}
	}
	for _, e := range w.elders {
		c.doors[e.Address] = e.Position.Point
	}
	return c
}

// step lets people notice what their telephones do, and do what they have made up their minds to.
func (c *crowd) step(now time.Time) error {
	for _, v := range c.phones.Phones() {
		p := c.people[v.Number]
		if p == nil || c.skipped != nil && c.skipped(v.Number) {
			continue
		}
		c.hear(now, p, v)
		c.readTexts(now, p, v)
	}
	c.watchDoors(now)
	return c.act(now)
}

// act does the deeds whose time has come. That a call has ended meanwhile is life, not an error.
func (c *crowd) act(now time.Time) error {
	due := c.deeds
	c.deeds = nil
	var errs []error
	for _, d := range due {
		if d.at.After(now) {
			c.deeds = append(c.deeds, d)
			continue
		}
		err := d.do()
		if err != nil && !errors.Is(err, phonewall.ErrNotRinging) && !errors.Is(err, phonewall.ErrNotTalking) {
			errs = append(errs, fmt.Errorf("somebody's telephone: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (c *crowd) later(at time.Time, do func() error) { c.deeds = append(c.deeds, deed{at, do}) }

func (c *crowd) maybe(p float64) bool { return c.rand.Float64() < p }

// hear is what somebody does about a call: lift or not, listen, press a key.
func (c *crowd) hear(now time.Time, p *someone, v phonewall.PhoneView) {
	h := c.phones.Handset(p.number)
	switch {
	case v.State == "ringing" && !v.Since.Equal(p.call):
		p.call, p.talking = v.Since, false
		if c.maybe(p.temper.lifts) {
			c.later(now.Add(within(c.rand, p.temper.lift, p.temper.spread)), h.Answer)
		}
	case v.State == "talking" && !p.talking:
		p.talking = true
		digit := "2"
		if c.mind(now, p) {
			digit = "1"
		}
		listens := 4*time.Second + within(c.rand, 3*time.Second, 0.5)
		c.later(now.Add(listens), func() error { return h.Press(digit) })
	case v.State == "idle":
		p.talking = false
	}
}

// mind is whether somebody comes; it does not change from one message to the next.
func (c *crowd) mind(now time.Time, p *someone) bool {
	if now.Sub(p.minded) > sameMind {
		p.comes = c.maybe(p.temper.comes)
	}
	p.minded = now
	return p.comes
}

// offered finds the replies that an SMS offers: a digit, and the code of the alert where it names one.
var offered = regexp.MustCompile(`(?i)(?:回复|reply|,)\s*([124])(?: ([0-9A-Z]{3,8})\b)?`)

// readTexts is what somebody does about new SMS.
func (c *crowd) readTexts(now time.Time, p *someone, v phonewall.PhoneView) {
	for _, e := range v.Entries {
		if e.ID <= p.read {
			continue
		}
		p.read = e.ID
		if e.Kind == "sms_in" {
			c.readText(now, p, e.Text)
		}
	}
}

func (c *crowd) readText(now time.Time, p *someone, text string) {
	codes := map[string]string{} // by digit; a digit stands before its code: "1 7F3K"
	for _, m := range offered.FindAllStringSubmatch(text, -1) {
		codes[m[1]] = strings.TrimSpace(m[1] + " " + m[2])
	}
	say := func(digit string, after time.Duration) {
		h := c.phones.Handset(p.number)
		c.later(now.Add(after), func() error { return h.Reply(codes[digit]) })
	}
	thinks := within(c.rand, p.temper.reply, p.temper.spread)
	switch {
	case codes["4"] != "" && codes["1"] == "": // where to go
		c.setOut(now, p, text, codes["4"])
	case codes["4"] != "": // are you there yet?
		if c.maybe(0.8) {
			say("1", thinks/2)
		}
	case codes["1"] != "" && c.maybe(p.temper.replies):
		if c.mind(now, p) {
			say("1", thinks)
		} else if codes["2"] != "" {
			say("2", thinks)
		}
	case p.code != "" && len(codes) == 0 && (strings.Contains(text, "不必") || strings.Contains(text, "need not")):
		p.code = ""
		c.walkers.release(p.helper)
	}
}

// setOut sends a helper to the door that an SMS names; some who have promised do not go.
func (c *crowd) setOut(now time.Time, p *someone, text, code string) {
	if p.helper == "" || p.code != "" || !c.maybe(p.temper.shows) {
		return
	}
	for address, door := range c.doors {
		if !strings.Contains(text, address) {
			continue
		}
		p.code = code
		helper, haste := p.helper, 0.8+0.5*c.rand.Float64()
		c.later(now.Add(within(c.rand, 25*time.Second, 0.5)), func() error {
			c.walkers.send(helper, door, haste)
			return nil
		})
		return
	}
}

// watchDoors has those who have arrived say so, and go home after a while.
func (c *crowd) watchDoors(now time.Time) {
	for number, p := range c.people {
		if p.code == "" || !c.walkers.arrived(p.helper) {
			continue
		}
		h, code, helper := c.phones.Handset(number), p.code, p.helper
		p.code = ""
		c.later(now.Add(3*time.Second), func() error { return h.Reply(code) })
		c.later(now.Add(12*time.Minute), func() error {
			c.walkers.release(helper)
			return nil
		})
	}
}

// Live lets the people of a demo answer by themselves until it is told to stop. Those phones for which
// skipped gives true are left to whoever looks at the phone wall.
func (c *city) Live(ctx context.Context, wall *phonewall.Network, seed uint64, skipped func(number string) bool) error {
	people := newCrowd(c.world, c.walkers, wallPhones{wall}, seed)
	people.skipped = skipped
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.clock.After(500 * time.Millisecond):
		}
		if err := people.step(c.clock.Now()); err != nil {
			c.log.Warn("the demo's people stumbled", "err", err)
		}
	}
}
