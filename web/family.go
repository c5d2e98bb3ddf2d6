package web

import (
	"net/http"
	"strings"

	"anling/alerts"
	"anling/internal/audit"
	"anling/internal/words"
)

// familyPage is what a contact sees. It holds no health and no door code.
type familyPage struct {
	frame
	Head    string
	Hero    hero
	Said    string
	Place   string // where the help goes, in plain words
	Address string // for a contact who goes
	Maps    []link // for a contact who goes where the address does not lead
	Buttons []button
	Steps   []stepLine
	People  []personLine
}

// stepLine is one line of the story; one to come has no time.
type stepLine struct {
	Time, Text string
	Done       bool
}

// personLine says how far we have come with somebody else.
type personLine struct {
	Name, What, State string
}

// showFamily answers GET /f/{token}. It only shows: scanners of messages open links, too.
func (s *Server) showFamily(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visitOf(r, alerts.PartContact)
	if err != nil {
		return excuse(w, r, err)
	}
	events, err := s.engine.Events(r.Context(), v.alert.ID)
	if err != nil {
		return excuse(w, r, err)
	}
	l := s.alertLook(v.alert, nil, viewer{}, "page.seen")
	l.by, l.seen.Note = audit.Actor{Kind: audit.Contact, ID: v.who.ID}, "family"
	s.lookAtAlarm(r.Context(), l)
	return render(w, http.StatusOK, "family", familyOf(v, events))
}

// answerFamily answers POST /f/{token}.
func (s *Server) answerFamily(w http.ResponseWriter, r *http.Request) error {
	return s.answerPage(w, r, alerts.PartContact)
}

func familyOf(v *visit, events []alerts.Event) familyPage {
	p := familyPage{frame: v.frame(), Head: v.t("page.family.head", "name", v.name()), Hero: v.headline(),
		Said: v.said(), Steps: v.story(events)}
	if v.alert.State.Working() {
		p.People = v.others()
		p.Buttons, p.Place = v.buttons(), v.whereTo()
		if v.who.State.Coming() {
			p.Address = v.alert.Where(v.lang)
			if a := v.alert.Place; a != nil && a.Away {
				p.Maps = v.maps()
			}
		}
	}
	return p
}

// whereTo says where the help goes: home, or how far from it; "" when nothing is known.
func (v *visit) whereTo() string {
	p := v.alert.Place
	switch {
	case p == nil || v.alert.Elder == "":
		return ""
	case !p.Away:
		return v.t("page.place.home", "name", v.name())
	case p.HomeM == nil:
		return v.t("page.place.away.plain", "name", v.name())
	}
	return v.t("page.place.away", "name", v.name(), "distance", alerts.DistanceText(v.lang, *p.HomeM))
}

// headline is the one true sentence and the minutes.
func (v *visit) headline() hero {
	a := v.alert
	h := hero{Tone: "searching", Silent: a.Silent && a.State.Working()}
	switch {
	case a.State == alerts.Cancelled:
		return hero{Tone: "over", Sentence: v.t("page.now.cancelled", "name", v.name())}
	case a.State == alerts.Joined:
		return hero{Tone: "over", Sentence: v.t("page.now.joined", "name", v.name())}
	case !a.State.Working() && a.Outcome != "":
		return hero{Tone: "over", Sentence: v.t("page.now.resolved", "name", v.name(), "outcome", v.t("outcome."+string(a.Outcome)))}
	case !a.State.Working():
		return hero{Tone: "over", Sentence: v.t("page.now.resolved.plain", "name", v.name())}
	}
	coming := v.coming()
	switch {
	case len(coming) > 0 && coming[0].State == alerts.PersonArrived:
		h.Tone, h.Sentence = "there", v.t("page.now.there", "who", v.nameOf(coming[0]), "name", v.name())
		if coming[0] == v.who {
			h.Sentence = v.t("page.now.there.you", "name", v.name())
		}
	case a.State == alerts.OnScene:
		h.Tone, h.Sentence = "there", v.t("page.now.there.plain", "name", v.name())
	case len(coming) > 0:
		v.onTheWay(&h, coming)
	case a.Operator != nil && a.Operator.Kind == alerts.ActorOperator:
		h.Sentence = v.t("page.now.accepted", "operator", a.Operator.Name)
	case a.AcceptedAt != nil:
		h.Sentence = v.t("page.now.accepted.plain")
	default:
		h.Sentence = v.t("page.now.searching", "name", v.name())
	}
	return h
}

func (v *visit) onTheWay(h *hero, coming []*alerts.Person) {
	first := coming[0]
	h.Tone = "coming"
	switch {
	case first == v.who:
		h.Sentence = v.t("page.now.coming.you")
	case len(coming) > 1:
		h.Sentence = v.t("page.now.coming.more", "who", v.nameOf(first), "count", itoa(len(coming)))
	default:
		h.Sentence = v.t("page.now.coming", "who", v.nameOf(first))
	}
	v.eta(h, first)
}

// sayLateAfter is how many minutes somebody is late before a family is told so; the plan asks them by then.
const sayLateAfter = 3

// eta says when somebody will be there; a promise that was not kept is said as it is.
func (v *visit) eta(h *hero, p *alerts.Person) {
	if p.EtaAt == nil {
		return
	}
	minutes, late := minutesUntil(*p.EtaAt, v.now)
	switch {
	case minutes > 0:
		h.Big = v.t("page.minutes", "minutes", itoa(minutes))
		h.Small = v.t("page.at", "time", v.clock(*p.EtaAt))
	case late < sayLateAfter:
		h.Small = v.t("page.soon")
	default:
		h.Late, h.Small = true, v.t("page.late", "minutes", itoa(late))
	}
}

// coming lists who has promised to come: who is there first, then by who will be.
func (v *visit) coming() []*alerts.Person {
	var out []*alerts.Person
	for _, p := range v.alert.People {
		if !p.State.Coming() {
			continue
		}
		i := 0
		for i < len(out) && !before(p, out[i]) {
			i++
		}
		out = append(out[:i], append([]*alerts.Person{p}, out[i:]...)...)
	}
	return out
}

func before(a, b *alerts.Person) bool {
	if (a.State == alerts.PersonArrived) != (b.State == alerts.PersonArrived) {
		return a.State == alerts.PersonArrived
	}
	if a.EtaAt == nil || b.EtaAt == nil {
		return a.EtaAt != nil
	}
	return a.EtaAt.Before(*b.EtaAt)
}

// nameOf is how a page calls somebody.
func (v *visit) nameOf(p *alerts.Person) string {
	if p == v.who {
		return v.t("page.you")
	}
	if p.Name == "" {
		return v.t("page.a_helper")
	}
	return p.Name
}

func (v *visit) said() string {
	switch v.who.State {
	case alerts.PersonComing, alerts.PersonDeparted, alerts.PersonCannot, alerts.PersonArrived, alerts.PersonHeard:
		if v.alert.State.Working() {
			return v.t("page.said." + string(v.who.State))
		}
	}
	return ""
}

// buttons are what somebody can say now.
func (v *visit) buttons() []button {
	b := func(answer, key, tone string) button {
		return button{Answer: answer, Label: v.t("page.button." + key), Tone: tone}
	}
	switch v.who.State {
	case alerts.PersonArrived:
		return nil
	case alerts.PersonDeparted:
		return []button{b("arrived", "arrived", "go"), b("cannot", "cannot.after", "plain")}
	case alerts.PersonComing:
		if v.who.Part == alerts.PartHelper {
			return []button{b("departed", "departed", "go"), b("arrived", "arrived", "second"), b("cannot", "cannot.after", "plain")}
		}
		return []button{b("arrived", "arrived", "go"), b("cannot", "cannot.after", "plain")}
	case alerts.PersonCannot:
		return []button{b("coming", "coming.after", "second")}
	}
	return []button{b("coming", "coming", "go"), b("cannot", "cannot", "plain")}
}

// others lists the other contacts, and the helpers who are coming.
func (v *visit) others() []personLine {
	var out []personLine
	for _, p := range v.alert.People {
		shown := p.Part == alerts.PartContact || p.Part == alerts.PartHelper && p.State.Coming()
		if p == v.who || !shown {
			continue
		}
		name := v.nameOf(p)
		if about := v.about(p); about != "" {
			name += "（" + about + "）"
			if v.lang == words.En {
				name = v.nameOf(p) + " (" + about + ")"
			}
		}
		out = append(out, personLine{Name: name, What: v.t("page.person." + string(p.State)), State: string(p.State)})
	}
	return out
}

// about says who somebody is to the elder, in the reader's language where there is a word for it.
func (v *visit) about(p *alerts.Person) string {
	if p.Part == alerts.PartHelper {
		return v.wordOr("helper."+p.Role, p.Role)
	}
	if p.Relation != "" {
		return v.wordOr("relation."+p.Relation, p.Relation)
	}
	return v.wordOr("role."+p.Role, p.Role)
}

func (v *visit) wordOr(key, otherwise string) string {
	if words.Has(key) {
		return v.t(key)
	}
	return otherwise
}

// story tells what has happened, in the words of a family, and what is still to come. Notes of operators and
// carriers' receipts are not part of it.
func (v *visit) story(events []alerts.Event) []stepLine {
	var out []stepLine
	told, asked := map[string]bool{}, map[string]bool{}
	toldAt, askedAt := -1, -1
	for _, e := range events {
		text := v.line(e)
		switch e.Type {
		case alerts.EventTold:
			if p := v.alert.Person(e.Data.Person); p != nil && p.Part == alerts.PartContact {
				told[p.ID] = true
				v.count(&out, &toldAt, e, v.t("page.step.told", "count", itoa(len(told))))
			}
		case alerts.EventOffered, alerts.EventAssigned:
			asked[e.Data.Person] = true
			v.count(&out, &askedAt, e, v.t("page.step.asked", "count", itoa(len(asked))))
		default:
			if text != "" {
				out = append(out, stepLine{Time: v.clock(e.At), Text: text, Done: true})
			}
		}
	}
	return append(out, v.stillToCome()...)
}

// count keeps one line for what happens many times.
func (v *visit) count(out *[]stepLine, at *int, e alerts.Event, text string) {
	if *at < 0 {
		*at = len(*out)
		*out = append(*out, stepLine{Time: v.clock(e.At), Done: true})
	}
	(*out)[*at].Text = text
}

// line is the sentence for an event, "" for one that a family need not read.
func (v *visit) line(e alerts.Event) string {
	who := ""
	if p := v.alert.Person(e.Data.Person); p != nil {
		who = v.nameOf(p)
	} else if e.Actor.Kind == alerts.ActorOperator {
		who = e.Actor.Name
	}
	who = strings.TrimSpace(who)
	switch e.Type {
	case alerts.EventRaised:
		if v.alert.Kind == "sos" {
			return v.t("page.step.pressed.sos", "name", v.name())
		}
		return v.t("page.step.pressed", "name", v.name(), "kind", v.kind())
	case alerts.EventPressedAgain:
		return v.t("page.step.again", "name", v.name())
	case alerts.EventAccepted, alerts.EventDeparted:
		return v.t("page.step."+string(e.Type), "who", who)
	case alerts.EventAnswered:
		if e.Data.Answer == "coming" && e.Data.Code == "" {
			return v.t("page.step.coming", "who", who)
		}
	case alerts.EventArrived:
		return v.t("page.step.arrived", "who", who, "name", v.name())
	case alerts.EventPrompted:
		return v.t("page.step.services", "service", v.t("page.service."+e.Data.Kind))
	case alerts.EventEscalated:
		if e.Data.To == "supervisor" {
			return v.t("page.step.supervisor")
		}
	case alerts.EventResolved:
		return v.t("page.step.resolved", "outcome", v.t("outcome."+e.Data.Outcome))
	case alerts.EventFollowedUp:
		return v.t("page.step.followed_up", "name", v.name())
	case alerts.EventClosed, alerts.EventReopened, alerts.EventCancelled:
		return v.t("page.step." + string(e.Type))
	}
	return ""
}

func (v *visit) stillToCome() []stepLine {
	var out []stepLine
	switch v.alert.State {
	case alerts.Raised, alerts.Accepted, alerts.Helping:
		out = append(out, stepLine{Text: v.t("page.step.next.arrive")}, stepLine{Text: v.t("page.step.next.resolve")})
	case alerts.OnScene:
		out = append(out, stepLine{Text: v.t("page.step.next.resolve")})
	}
	return out
}
