package alerts

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

// How long a message is worth sending.
const (
	offerLife = 10 * time.Minute
	alarmLife = 30 * time.Minute
	restLife  = 24 * time.Hour
)

// addresses remembers what was looked up of the people of an alert within one transaction.
type addresses struct {
	elder    *registry.Elder
	contacts map[string]registry.Contact
	links    map[string]string
}

// keysOf gives what can be answered to a template, by digit.
func keysOf(template string) map[string]notify.Answer {
	switch template {
	case "family_alarm", "family_call", "helper_offer", "helper_offer_call", "helper_recall", "helper_recall_call":
		return map[string]notify.Answer{"1": notify.AnswerComing, "2": notify.AnswerCannot}
	case "helper_details", "ask_progress", "ask_progress_call":
		return map[string]notify.Answer{"1": notify.AnswerComing, "2": notify.AnswerCannot, "4": notify.AnswerArrived}
	case "supervisor_call", "supervisor_sms":
		return map[string]notify.Answer{"1": notify.AnswerTake}
	case "look_in", "place_moved", "place_moved_call":
		return map[string]notify.Answer{"1": notify.AnswerComing, "2": notify.AnswerCannot}
	case "elder_callback", "elder_check", "outage_call", "outage_sms":
		return map[string]notify.Answer{"1": notify.AnswerWell, "2": notify.AnswerUnwell}
	}
	return nil
}

// compose makes the message of a told event. When it cannot be made, the event is followed by a
// receipt that says so, and the plan goes on to the next person at once.
func (p *progress) compose(ctx context.Context, ev Event) error {
	if p.listed(ev) {
		return p.composeRoll(ctx, ev)
	}
	who := p.a.Person(ev.Data.Person)
	quiet, err := p.hushed(ctx, who)
	if err != nil {
		return err
	}
	if quiet {
		return p.untold(ctx, ev, codeHushed)
	}
	phone, err := p.phoneOf(ctx, who, ev.Data.Repeat)
	if err != nil {
		return err
	}
	if phone == "" {
		return p.untold(ctx, ev, "no_number")
	}
	dial, err := p.dialFor(ctx, ev)
	if err != nil {
		return err
	}
	if dial == "" && ev.Data.Tmpl == "operator_connect" {
		return p.untold(ctx, ev, "no_seat_phone") // nobody to be connected with
	}
	vars, err := p.vars(ctx, who)
	if err != nil {
		return err
	}
	lang := who.Language
	if lang == "" {
		lang = p.a.Language
	}
	lang = words.Lang(lang)
	vars["outcome"] = ""
	switch {
	case p.a.State == Cancelled:
		vars["outcome"] = words.T(lang, "outcome.cancelled", nil)
	case p.a.Outcome != "":
		vars["outcome"] = words.T(lang, "outcome."+string(p.a.Outcome), nil)
	}
	now := p.tx.Now()
	m := notify.Message{
		ID: notify.MessageID(ev.Data.Message), Subject: p.a.Subject, Alert: string(p.a.ID), Code: p.a.Code, Person: who.ID,
		Channel: notify.Channel(ev.Data.Channel), To: phone, Language: lang, Template: ev.Data.Tmpl, Step: ev.Data.Step,
		Text: notify.Render(ev.Data.Tmpl, lang, vars), Keys: keysOf(ev.Data.Tmpl), CreatedAt: now, DueAt: now,
	}
	m.Priority, m.Deadline = urgency(p.a, who, m.Template, now)
	m.Dial = dial
	p.messages = append(p.messages, m)
	return nil
}

// untold records that a message could not be made, as if the carrier had refused it.
func (p *progress) untold(ctx context.Context, told Event, code string) error {
	return p.take(ctx, Event{Type: EventReceipt, At: told.At, Actor: System(), Data: Data{Person: told.Data.Person,
		Message: told.Data.Message, Channel: told.Data.Channel, Status: string(notify.StatusFailed), Code: code}})
}

// urgency puts the first contact of a life alarm before everybody else, and an alarm before the rest.
func urgency(a *Alert, who *Person, template string, now time.Time) (priority int, deadline time.Time) {
	switch {
	case !a.State.Working():
		return notify.PriorityRest, now.Add(restLife)
	case a.Priority == 1 && who.Part == PartContact && who.Order == 1 && strings.HasPrefix(template, "family_"):
		return notify.PriorityFirst, now.Add(alarmLife)
	case who.Part == PartHelper:
		return notify.PriorityAlarm, now.Add(offerLife)
	}
	return notify.PriorityAlarm, now.Add(alarmLife)
}

// dialFor is whom a call is connected with: the operator who asked for it, else the centre's own phone.
func (p *progress) dialFor(ctx context.Context, ev Event) (string, error) {
	if ev.Data.Tmpl != "elder_callback" && ev.Data.Tmpl != "operator_connect" {
		return "", nil
	}
	by := ev.Actor
	if by.Kind == ActorSystem && p.a.Operator != nil {
		by = *p.a.Operator // whose turn it is
	}
	op, err := p.e.registry.OperatorTx(ctx, p.tx, registry.OperatorID(by.ID))
	if err == nil && op.Phone != "" {
		return op.Phone, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", fmt.Errorf("operator who calls: %w", err)
	}
	return p.centrePhone(ctx)
}

func (p *progress) centrePhone(ctx context.Context) (string, error) {
	c, err := p.e.centre(ctx, p.tx, p.a.Centre)
	return c.Phone, err
}

// phoneOf picks the number for the n-th try: every number of a person has its turn. "" when there is none.
func (p *progress) phoneOf(ctx context.Context, who *Person, n int) (string, error) {
	var phones []string
	switch who.Part {
	case PartHelper:
		if h, ok := p.e.registry.Helpers().Get(registry.HelperID(who.ID)); ok {
			phones = h.Phones
		}
	case PartElder:
		if who.ID == callerID {
			return p.a.Caller, nil // "" where it has come over from another alert, on which it stands
		}
		el, err := p.elder(ctx, registry.ElderID(who.ID))
		if err != nil {
			return "", err
		}
		phones = el.Phones
	case PartContact:
		if err := p.lookUpContacts(ctx); err != nil {
			return "", err
		}
		phones = p.people.contacts[who.ID].Phones
	case PartSupervisor:
		op, err := p.e.registry.OperatorTx(ctx, p.tx, registry.OperatorID(who.ID))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return "", fmt.Errorf("phone of supervisor: %w", err)
		}
		if op.Phone != "" {
			phones = []string{op.Phone}
		}
	}
	if len(phones) == 0 {
		return "", nil
	}
	return phones[n%len(phones)], nil
}

func (p *progress) lookUpContacts(ctx context.Context) error {
	if p.people.contacts != nil {
		return nil
	}
	p.people.contacts = map[string]registry.Contact{}
	for _, who := range p.a.People {
		if who.Part != PartElder {
			continue
		}
		list, err := p.e.registry.ContactsTx(ctx, p.tx, registry.ElderID(who.ID))
		if err != nil {
			return fmt.Errorf("contacts of elder %s: %w", who.ID, err)
		}
		for _, c := range list {
			p.people.contacts[string(c.ID)] = c
		}
	}
	return nil
}

// elder reads the elder of the alert; an empty one when the registry does not know them any more.
func (p *progress) elder(ctx context.Context, id registry.ElderID) (registry.Elder, error) {
	if p.people.elder != nil && p.people.elder.ID == id {
		return *p.people.elder, nil
	}
	if id == "" {
		return registry.Elder{}, nil
	}
	el, err := p.e.registry.ElderTx(ctx, p.tx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return registry.Elder{}, fmt.Errorf("elder %s: %w", id, err)
	}
	p.people.elder = &el
	return el, nil
}

// vars are the facts that a template may mention, chosen by who reads it: a helper who has not promised to
// come learns neither name nor house number (plans.md; the registry holds where frail people live alone).
func (p *progress) vars(ctx context.Context, who *Person) (map[string]string, error) {
	a, now := p.a, p.now
	link, err := p.linkFor(ctx, who)
	if err != nil {
		return nil, err
	}
	centre, err := p.e.centre(ctx, p.tx, a.Centre)
	if err != nil {
		return nil, err
	}
	v := map[string]string{
		"kind": a.Kind, "code": a.Code, "link": link, "area": a.RoughArea(words.Lang(who.Language)), "time": a.PressedAt.In(centre.loc).Format("15:04"),
		"waited": strconv.Itoa(int(now.Sub(a.RaisedAt).Minutes())),
	}
	if a.Silent {
		v["quiet"] = words.T(words.Lang(who.Language), "quiet", nil)
	}
	first := a.firstComing()
	if first != nil {
		v["helper"] = first.Name
		if first.EtaAt != nil {
			v["minutes"] = minutes(first.EtaAt.Sub(now))
		}
	}
	if who.Part == PartHelper {
		v["minutes"] = minutes(travelTime(who))
		if !who.State.Coming() {
			return v, nil
		}
		el, err := p.elder(ctx, a.Elder)
		if err != nil {
			return nil, err
		}
		v["access"], v["notes"] = el.Access, strings.Join(el.Allergies, "、")
	}
	v["name"], v["address"] = a.name(words.Lang(who.Language)), a.Where(words.Lang(who.Language))
	if who.ID == callerID {
		v["name"] = "" // nobody says to somebody that they are unknown
	}
	if a.Age > 0 {
		v["age"] = strconv.Itoa(a.Age)
	}
	return v, nil
}

// linkFor makes the link of a person, once per transaction.
func (p *progress) linkFor(ctx context.Context, who *Person) (string, error) {
	path := map[Part]string{PartContact: "/f/", PartHelper: "/h/"}[who.Part]
	if path == "" || p.e.public == "" || !p.a.State.Working() && p.a.State != Resolved {
		return "", nil
	}
	if link := p.people.links[who.ID]; link != "" {
		return link, nil
	}
	token, err := p.e.store.addLink(ctx, p.tx, p.a.ID, who.ID)
	if err != nil {
		return "", err
	}
	if p.people.links == nil {
		p.people.links = map[string]string{}
	}
	p.people.links[who.ID] = p.e.public + path + token
	return p.people.links[who.ID], nil
}

// name is what people call the elder, or the words for somebody unknown.
func (a *Alert) name(lang string) string {
	if o := a.Outage; o != nil {
		return words.T(lang, "outage.by."+o.By, map[string]string{"value": a.Title})
	}
	if a.Title != "" {
		return a.Title
	}
	return words.T(lang, "unidentified.name", nil)
}

// firstComing is who is there, or will be there first.
func (a *Alert) firstComing() *Person {
	var best *Person
	for _, p := range a.People {
		if !p.State.Coming() {
			continue
		}
		if best == nil || p.State == PersonArrived && best.State != PersonArrived ||
			p.EtaAt != nil && (best.EtaAt == nil && best.State != PersonArrived || best.EtaAt != nil && p.EtaAt.Before(*best.EtaAt)) {
			best = p
		}
	}
	return best
}

func minutes(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+59*time.Second)/time.Minute)))
}

var houseNumber = regexp.MustCompile(`^\s*[0-9]+[A-Za-z]?[ ,]+|[0-9０-９].*$`)

// roughArea is the street without the house: enough to decide whether to go, not enough to find the door.
func roughArea(address string) string {
	s := houseNumber.ReplaceAllString(address, "")
	if i := strings.IndexAny(s, "0123456789０１２３４５６７８９"); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, " ,，#")
}
