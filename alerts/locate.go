package alerts

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"anling/geo"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
)

// How far a place must have moved before anybody is told, and how often at most.
const (
	movedPlace  = 30.0            // metres; closer together is the noise of a fix
	tellMoved   = 150.0           // metres from where somebody on the way was sent
	callMoved   = 500.0           // metres; from here on they are called, too
	movedPause  = 2 * time.Minute // between two messages about it to one person
	stillThere  = 5 * time.Minute // a fix that says the same is noted again after this
	movedPrefix = rulePrefix + "moved"
)

// Place is where to go, as it was decided: the rule is geo.Choose, and its outcome stands in the event, so that a later rule
// changes no story.
type Place struct {
	Position geo.Position `json:"position,omitzero"`
	Why      geo.Why      `json:"why"`
	ByHand   string       `json:"by_hand,omitempty"` // the source that somebody at the centre has chosen
	By       string       `json:"by,omitempty"`      // who that was
	AtHome   bool         `json:"at_home,omitempty"` // the alarm came from what never leaves the home
	HomeM    *int         `json:"home_m,omitempty"`  // metres from the home; nil: it is not known
	Away     bool         `json:"away,omitempty"`    // not at home: the registered address is not the place to go to
}

// atHomeKinds are alarms of what hangs in a home.
func atHomeKinds() []string { return []string{"smoke", "gas", "water", "door", "inactivity"} }

// fixedDevices are the kinds of devices that never leave the home.
func fixedDevices() []string {
	return []string{"landline", "hub", "gateway", "smoke", "gas", "water", "door", "motion"}
}

// fromHome reports whether a signal can only have come from the home.
func (s Signal) fromHome() bool {
	return slices.Contains(atHomeKinds(), s.Kind) || slices.Contains(fixedDevices(), s.Device.Kind)
}

// choose applies the rule; nil when nothing is known.
func choose(known []geo.Position, alarm geo.Alarm, by string, now time.Time) *Place {
	c, ok := geo.Choose(known, alarm, now)
	if !ok {
		return nil
	}
	p := &Place{Position: c.Position, Why: c.Why, ByHand: alarm.ByHand, By: by, AtHome: alarm.AtHome}
	p.Away = c.Position.Source != geo.SourceHome
	if home, known := homeOf(known); known {
		m := int(geo.Distance(home.Point, c.Position.Point))
		p.HomeM, p.Away = &m, p.Away && geo.Outside(home, c.Position)
	}
	return p
}

func homeOf(known []geo.Position) (geo.Position, bool) {
	i := slices.IndexFunc(known, func(p geo.Position) bool { return p.Source == geo.SourceHome && geo.Usable(p) })
	if i < 0 {
		return geo.Position{}, false
	}
	return known[i], true
}

// alarm is what the rule must know of this alarm.
func (a *Alert) alarm() geo.Alarm {
	out := geo.Alarm{Since: a.RaisedAt.Add(-time.Duration(a.LateS) * time.Second)}
	if a.Place != nil {
		out.AtHome, out.ByHand = a.Place.AtHome, a.Place.ByHand
	}
	return out
}

// with is a list of positions and one more: of each source the newest is kept, so that it does not matter which came first.
func with(known []geo.Position, p geo.Position) []geo.Position {
	out := []geo.Position{p}
	for _, q := range known {
		if q.Source != p.Source {
			out = append(out, q)
			continue
		}
		if c := cmp.Or(q.At.Compare(p.At), cmp.Compare(geo.Radius(p), geo.Radius(q)), cmp.Compare(q.Point.Lat(), p.Point.Lat()),
			cmp.Compare(q.Point.Lon(), p.Point.Lon())); c > 0 {
			out[0] = q
		}
	}
	return out
}

// positions are all that a signal tells of where the elder is.
func (s *Signal) positions() []geo.Position {
	var out []geo.Position
	if s.Position != nil {
		out = append(out, *s.Position)
	}
	return append(out, s.Known...)
}

// tidy leaves out of a signal what is no place, and says of its fix that the device found it when nobody else is named.
func (s *Signal) tidy() {
	if s.Position != nil && !geo.Usable(*s.Position) {
		s.Position = nil
	}
	if s.Position != nil && s.Position.Source == "" {
		p := *s.Position
		p.Source = geo.SourceDevice
		s.Position = &p
	}
	s.Known = slices.DeleteFunc(slices.Clone(s.Known), func(p geo.Position) bool { return !geo.Usable(p) })
}

// locate takes what comes in while the alert is open. What says nothing new leaves no event, unless somebody has yet to be told of the last
// move.
func (d *decision) locate() {
	known, fresh := learn(d.a.Positions, d.c.signal.positions())
	if len(fresh) == 0 {
		d.redirect(d.a.Place)
		return
	}
	d.settlePlace(fresh, d.choose(known, d.a.alarm()), "")
}

// placeAgain applies the rule after a press: a fix may have come with it, and who pressed at home is at home.
func (d *decision) placeAgain(s *Signal, atHome bool) {
	known := d.a.Positions
	if s.Position != nil {
		known = with(known, *s.Position) // the event of the press itself tells of it
	}
	known, fresh := learn(known, s.Known)
	alarm := d.a.alarm()
	alarm.AtHome = atHome
	to := d.choose(known, alarm)
	if to == nil || len(fresh) == 0 && d.a.Place != nil && samePlace(*to, *d.a.Place) {
		return
	}
	d.settlePlace(fresh, to, "")
}

// learn adds to what is known what is news, and gives both.
func learn(known, told []geo.Position) (all, fresh []geo.Position) {
	for _, p := range told {
		if isNews(known, p) {
			known, fresh = with(known, p), append(fresh, p)
		}
	}
	return known, fresh
}

// isNews reports whether a fix tells anything: its source is new, it has moved, it has become more exact, or the same was said long ago.
func isNews(known []geo.Position, p geo.Position) bool {
	i := slices.IndexFunc(known, func(q geo.Position) bool { return q.Source == p.Source })
	if i < 0 {
		return true
	}
	q := known[i]
	if !p.At.After(q.At) {
		return false
	}
	moved := float64(geo.Distance(p.Point, q.Point)) > max(movedPlace, min(geo.Radius(p), geo.Radius(q)))
	return moved || geo.Radius(p) < geo.Radius(q)/2 || p.At.Sub(q.At) >= stillThere
}

// choose applies the rule in the name of whoever has chosen by hand, if somebody has.
func (d *decision) choose(known []geo.Position, alarm geo.Alarm) *Place {
	by := ""
	switch {
	case d.c.Type == CommandLocate:
		by = d.c.Actor.Name
	case d.a.Place != nil:
		by = d.a.Place.By
	}
	return choose(known, alarm, by, d.now)
}

// settlePlace writes down what became known and what is chosen now, and tells those on the way when it is not where they were sent.
func (d *decision) settlePlace(fresh []geo.Position, to *Place, text string) {
	data := Data{Place: to, Code: string(to.Why), Text: text, Moved: d.a.movedBy(to)}
	for i := range fresh {
		data.Position = &fresh[i]
		d.emit(EventLocated, data)
	}
	if len(fresh) == 0 {
		d.emit(EventLocated, data)
	}
	d.redirect(to)
}

// movedBy is how far the place has moved, in metres; nil when there was none.
func (a *Alert) movedBy(to *Place) *int {
	if a.Position == nil {
		return nil
	}
	m := int(geo.Distance(a.Position.Point, to.Position.Point))
	return &m
}

// samePlace reports whether two decisions send people to the same place for the same reason.
func samePlace(a, b Place) bool {
	return a.Why == b.Why && a.AtHome == b.AtHome && a.Position.Source == b.Position.Source && a.Position.Point == b.Position.Point
}

// redirect tells who is on the way that they were sent elsewhere; nobody while no place was chosen.
func (d *decision) redirect(to *Place) {
	if to == nil {
		return
	}
	for _, who := range d.a.People {
		if !who.State.Coming() || who.State == PersonArrived || who.Part == PartElder || who.Numbers == 0 || who.SentTo == nil {
			continue
		}
		off := float64(geo.Distance(who.SentTo.Point, to.Position.Point))
		if off < tellMoved || d.toldOfMove(who) && d.c.Type != CommandLocate {
			continue
		}
		d.told(who, notify.SMS, "place_moved", movedPrefix)
		if off >= callMoved {
			d.told(who, notify.Voice, "place_moved_call", movedPrefix)
		}
	}
}

func (d *decision) toldOfMove(who *Person) bool {
	return slices.ContainsFunc(who.Messages, func(m *MessageState) bool {
		return m.Step == movedPrefix && d.now.Sub(m.ToldAt) < movedPause
	})
}

// locateByHand is what an operator knows better: a point on the map, or which of the known positions is right.
func (d *decision) locateByHand() error {
	c, alarm := d.c, d.a.alarm()
	switch {
	case c.Position != nil && c.Source == "":
		p := *c.Position
		if !geo.Usable(p) {
			return badPlace("position", "must be a place on earth, and not 0, 0")
		}
		p.Source, p.At, alarm.ByHand = geo.SourceOperator, d.now, geo.SourceOperator
		d.settlePlace([]geo.Position{p}, d.choose(with(d.a.Positions, p), alarm), cut(c.Text))
		return nil
	case c.Position == nil && c.Source != "":
		if !slices.ContainsFunc(d.a.Positions, func(p geo.Position) bool { return p.Source == c.Source && geo.Usable(p) }) {
			return badPlace("source", "no position of this source is known")
		}
		alarm.ByHand = c.Source
		to := d.choose(d.a.Positions, alarm)
		if d.a.Place == nil || !samePlace(*to, *d.a.Place) || d.a.Place.ByHand != to.ByHand {
			d.settlePlace(nil, to, cut(c.Text))
		}
		return nil
	}
	return badPlace("position", "want either a position, or the source of a known one")
}

func badPlace(field, problem string) error {
	return fault.InvalidFields("where is the elder?", []fault.Field{{Name: field, Problem: problem}})
}

// evolveLocated takes what became known of the place, and what was chosen.
func evolveLocated(a *Alert, e Event) {
	d := e.Data
	if d.Position != nil {
		a.Positions = with(a.Positions, *d.Position)
	}
	a.settleAt(d.Place)
	if d.Moved == nil || float64(*d.Moved) <= movedPlace {
		return
	}
	for _, p := range a.People {
		if p.State.Coming() {
			p.Way = nil // the way begins anew: nobody goes wrong because the place has moved
		}
	}
}

// settleAt takes a decision into the state.
func (a *Alert) settleAt(p *Place) {
	if p == nil {
		return
	}
	chosen := *p
	at := chosen.Position
	a.Place, a.Position = &chosen, &at
}

// tellsPlace are the messages from which somebody knows where to go.
func tellsPlace() []string {
	return []string{"family_alarm", "family_call", "helper_details", "helper_details_call", "look_in", "place_moved", "place_moved_call", "supervisor_call"}
}

// sent remembers to which place somebody was sent by a message. A question on the way sends nobody anywhere.
func (a *Alert) sent(who *Person, template string) {
	if a.Place != nil && slices.Contains(tellsPlace(), template) {
		at := a.Place.Position
		who.SentTo = &at
	}
}

// Where is the place to go to in words: the address with its door, or that the elder is not there.
func (a *Alert) Where(lang string) string {
	if a.Place == nil || !a.Place.Away {
		return a.Address
	}
	return words.T(lang, a.awayKey("where.away"), map[string]string{"address": a.Address, "distance": a.fromHome(lang)})
}

// RoughArea is where the alert is, as far as somebody may know who has not promised to come: the street without the house.
func (a *Alert) RoughArea(lang string) string {
	area := roughArea(a.Address)
	if a.Place == nil || !a.Place.Away {
		return area
	}
	return words.T(lang, a.awayKey("where.area.away"), map[string]string{"area": area, "distance": a.fromHome(lang)})
}

// awayKey adds what is known to the key of the sentence that the elder is not at home.
func (a *Alert) awayKey(key string) string {
	if a.Address != "" && a.Place.HomeM != nil {
		return key + ".home"
	}
	return key
}

// fromHome is how far the place is from the home, in words.
func (a *Alert) fromHome(lang string) string {
	if a.Place.HomeM == nil {
		return ""
	}
	return DistanceText(lang, *a.Place.HomeM)
}

// DistanceText is a distance in words: metres to the next ten, from a kilometre on kilometres with one place.
func DistanceText(lang string, metres int) string {
	if metres < 1000 {
		return words.T(lang, "page.metres", map[string]string{"metres": strconv.Itoa((metres + 5) / 10 * 10)})
	}
	return words.T(lang, "page.kilometres", map[string]string{"kilometres": strconv.FormatFloat(float64(metres)/1000, 'f', 1, 64)})
}

// Weighed gives all known positions with what is to be shown of each; the chosen one is the first.
func (a *Alert) Weighed(now time.Time) []geo.Weighed {
	return geo.Weigh(a.Positions, a.Position, a.alarm(), now)
}
