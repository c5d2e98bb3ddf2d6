package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"anling/alerts"
	"anling/geo"
	"anling/internal/audit"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// helperPage is what a helper sees. Door is nil until they have promised to come, and again when the alert is
// over: nothing of it is even looked up before.
type helperPage struct {
	frame
	Hero   hero
	Tag    string // what kind of help
	Area   string
	Way    string
	Others string
	Note   string
	Said   string
	Door   *door
	First  []button // what comes next; always in reach of the thumb
	Rest   []button
}

// door is what somebody at the door must know.
type door struct {
	Name, Age string
	Address   string
	Rows      []doorRow
	Maps      []link
	Calls     []link
}

// doorRow is one thing to know; Tone "danger" is for what can kill.
type doorRow struct {
	Label, Text, Tone string
}

// showHelper answers GET /h/{token}. It only shows.
func (s *Server) showHelper(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visitOf(r, alerts.PartHelper)
	if err != nil {
		return excuse(w, r, err)
	}
	p := helperOf(v)
	if v.atTheDoor() {
		if p.Door, err = s.doorOf(r, v); err != nil {
			return excuse(w, r, err)
		}
	}
	return render(w, http.StatusOK, "helper", p)
}

// answerHelper answers POST /h/{token}.
func (s *Server) answerHelper(w http.ResponseWriter, r *http.Request) error {
	return s.answerPage(w, r, alerts.PartHelper)
}

// atTheDoor tells whether the helper may know who and where: they have promised to come and are still wanted.
func (v *visit) atTheDoor() bool { return v.alert.State.Working() && v.who.State.Coming() }

func helperOf(v *visit) helperPage {
	a, who := v.alert, v.who
	p := helperPage{frame: v.frame(), Tag: v.kind()}
	p.Hero.Silent = a.Silent && a.State.Working()
	switch {
	case !a.State.Working() && (who.State.Coming()):
		p.Hero = hero{Tone: "over", Sentence: v.t("page.helper.thanks"), Small: v.t("page.helper.thanks.came")}
		return p
	case !a.State.Working() || who.State == alerts.PersonStoodDown:
		p.Hero = hero{Tone: "over", Sentence: v.t("page.helper.thanks"), Small: v.t("page.helper.thanks.next")}
		return p
	case who.State == alerts.PersonReserve:
		p.Hero = hero{Tone: "over", Sentence: v.t("page.helper.reserve"), Small: v.t("page.helper.reserve.next")}
		return p
	}
	p.Said = v.said()
	if all := v.buttons(); len(all) > 0 {
		p.First, p.Rest = all[:1], all[1:]
	}
	if who.State.Coming() {
		v.goingThere(&p)
		return p
	}
	v.asked(&p)
	return p
}

// asked is all that is needed to decide, and no more: what, how far, roughly where.
func (v *visit) asked(p *helperPage) {
	p.Hero.Tone, p.Hero.Sentence = "asked", v.t("page.helper.head")
	if v.who.State == alerts.PersonCannot {
		p.Hero = hero{Tone: "over", Sentence: v.t("page.helper.cannot")}
		return
	}
	if v.who.TravelS > 0 {
		p.Hero.Big = v.t("page.minutes", "minutes", itoa((v.who.TravelS+59)/60))
	}
	p.Way = v.way()
	p.Area = v.t("page.helper.area.none")
	if area := v.alert.RoughArea(v.lang); area != "" {
		p.Area = v.t("page.helper.area", "area", area)
	}
	if n := len(v.coming()); n > 0 {
		p.Others = v.t("page.helper.others", "count", itoa(n))
	}
	p.Note = v.t("page.helper.before")
}

func (v *visit) goingThere(p *helperPage) {
	p.Hero.Tone, p.Hero.Sentence = "coming", v.t("page.helper.go")
	if v.who.State == alerts.PersonArrived {
		p.Hero.Tone, p.Hero.Sentence, p.Hero.Small = "there", v.t("page.helper.there"), v.t("page.helper.there.next")
		return
	}
	v.eta(&p.Hero, v.who)
	p.Way = v.way()
}

// way says how far and by what.
func (v *visit) way() string {
	var parts []string
	switch m := v.who.Metres; {
	case m >= 1000:
		parts = append(parts, v.t("page.kilometres", "kilometres", strconv.FormatFloat(float64(m)/1000, 'f', 1, 64)))
	case m > 0:
		parts = append(parts, v.t("page.metres", "metres", itoa((m+5)/10*10)))
	}
	if key := "page.mode." + string(v.who.Mode); words.Has(key) {
		parts = append(parts, v.t(key))
	}
	return strings.Join(parts, " · ")
}

// doorOf gathers what the helper must know at the door, through the gate.
func (s *Server) doorOf(r *http.Request, v *visit) (*door, error) {
	a := v.alert
	d := &door{Name: v.name(), Address: a.Where(v.lang)}
	if a.Age > 0 {
		d.Age = v.t("page.age", "age", itoa(a.Age))
	}
	if a.Elder != "" {
		elder, err := s.registry.Elder(r.Context(), a.Elder)
		if err != nil && !fault.Is(err, fault.NotFound) && !a.Locked {
			return nil, fmt.Errorf("elder of alert %s: %w", a.ID, err)
		}
		if err == nil {
			who := s.pageViewer(r.Context(), pageHelper).in(registry.AfterAccept)
			l := s.alertLook(a, &elder, who, "elder.seen")
			l.by = audit.Actor{Kind: audit.Helper, ID: string(v.who.ID)}
			s.lookAtAlarm(r.Context(), l)
			v.addElder(d, redact(who, elder).Record)
		}
	}
	d.Rows = append(d.Rows, doorRow{Label: v.t("page.field.key"), Text: v.keys()})
	d.Maps = v.maps()
	if !a.Silent {
		if err := s.addFamilyCall(r, v, d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (v *visit) addElder(d *door, e registry.Elder) {
	add := func(key, text, tone string) {
		if text != "" {
			d.Rows = append(d.Rows, doorRow{Label: v.t("page.field." + key), Text: text, Tone: tone})
		}
	}
	add("allergies", strings.Join(e.Allergies, v.comma()), "danger")
	add("access", e.Access, "")
	add("mobility", v.wordOr("mobility."+e.Mobility, e.Mobility), "")
}

func (v *visit) comma() string {
	if v.lang == words.En {
		return ", "
	}
	return "、"
}

// keys says who can open the door.
func (v *visit) keys() string {
	if v.who.HasKey {
		return v.t("page.key.you")
	}
	var names []string
	for _, p := range v.alert.People {
		if p.HasKey && p.Name != "" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return v.t("page.key.none")
	}
	return v.t("page.key.with", "names", strings.Join(names, v.comma()))
}

// maps leads to the place: by the phone's own map, and by Amap, which counts in GCJ-02.
func (v *visit) maps() []link {
	p := v.alert.Position
	if p == nil || !geo.Valid(p.Point) {
		return nil
	}
	deg := func(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }
	here := deg(p.Point.Lat()) + "," + deg(p.Point.Lon())
	out := []link{{Label: v.t("page.button.navigate"), Href: template.URL("geo:" + here + "?q=" + here)}}
	gcj, err := geo.Convert(p.Point, geo.WGS84, geo.GCJ02)
	if err != nil {
		return out
	}
	amap := "https://uri.amap.com/navigation?to=" + deg(gcj.Lon()) + "," + deg(gcj.Lat()) + "&mode=" + amapMode(v.who.Mode) + "&coordinate=gaode&callnative=1"
	return append(out, link{Label: v.t("page.button.amap"), Href: template.URL(amap)})
}

func amapMode(m geo.Mode) string {
	switch m {
	case geo.Car:
		return "car"
	case geo.Bike:
		return "ride"
	}
	return "walk"
}

// addFamilyCall offers the contact who is told first.
func (s *Server) addFamilyCall(r *http.Request, v *visit, d *door) error {
	if v.alert.Elder == "" {
		return nil
	}
	all, err := s.contactsOf(r.Context(), v.alert.Elder)
	if err != nil {
		return fmt.Errorf("contacts for alert %s: %w", v.alert.ID, err)
	}
	for _, c := range redactAll(s.pageViewer(r.Context(), pageHelper).in(registry.AfterAccept), all) {
		if k := c.Record; len(k.Phones) > 0 && k.Name != "" {
			about := v.about(&alerts.Person{Part: alerts.PartContact, Relation: k.Relation, Role: k.Role})
			d.Calls = append(d.Calls, link{Href: telephone(k.Phones[0]), Label: v.t("page.button.call_family", "name", k.Name, "relation", about)})
			return nil
		}
	}
	return nil
}

// telephone makes a link of a number: digits and a plus are all that may stand in it.
func telephone(number string) template.URL {
	return template.URL("tel:" + strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number))
}
