package alerts

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/notify"
)

// TakeReceipts takes what carriers report about the messages of one alert (notify.Listener).
func (e *Engine) TakeReceipts(ctx context.Context, tx *db.Tx, all []notify.Receipt) error {
	if len(all) == 0 || all[0].Alert == "" {
		return nil
	}
	a, err := e.store.load(ctx, tx, AlertID(all[0].Alert))
	if err != nil {
		return err
	}
	commands := make([]Command, 0, len(all))
	if a.Outage != nil {
		if commands, err = e.silentLines(ctx, tx, a, all); err != nil {
			return err
		}
		all = slices.DeleteFunc(slices.Clone(all), func(r notify.Receipt) bool { return a.Person(r.Person) == nil })
	}
	if len(all)+len(commands) == 0 {
		return nil
	}
	for _, r := range all {
		commands = append(commands, Command{Type: commandReceipt, Actor: Actor{Kind: ActorCarrier, ID: r.Provider},
			receipt: &receipt{Person: r.Person, Message: string(r.Message), Status: string(r.Status), Code: r.Code}})
	}
	return e.advance(ctx, tx, a, commands...)
}

// TakeReply takes what a human answered to a message (notify.Listener), and gives the sentence that
// tells the human that it was understood.
func (e *Engine) TakeReply(ctx context.Context, tx *db.Tx, r notify.Reply) (say string, err error) {
	if r.Alert == "" {
		return "", nil
	}
	a, err := e.store.load(ctx, tx, AlertID(r.Alert))
	if err != nil {
		return "", err
	}
	if a, err = e.leading(ctx, tx, a, r.Person); err != nil {
		return "", err
	}
	return e.answer(ctx, tx, a, answer{Person: r.Person, Answer: r.Answer, Text: cut(r.Text), Message: string(r.Message), Via: string(r.Channel)})
}

// leading is the alert in which a person's word counts: the one that theirs has joined, when it is about the same event.
func (e *Engine) leading(ctx context.Context, tx *db.Tx, a *Alert, person string) (*Alert, error) {
	if a.State != Joined || a.JoinedTo == "" {
		return a, nil
	}
	other, err := e.store.load(ctx, tx, a.JoinedTo)
	if err != nil || other.Person(person) == nil {
		return a, err
	}
	return other, nil
}

// Answer takes a human's answer that came by a link.
func (e *Engine) Answer(ctx context.Context, id AlertID, person string, an notify.Answer, via string) (say string, err error) {
	err = e.update(ctx, func(tx *db.Tx) error {
		a, err := e.store.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if a, err = e.leading(ctx, tx, a, person); err != nil {
			return err
		}
		say, err = e.answer(ctx, tx, a, answer{Person: person, Answer: an, Via: via})
		return err
	})
	return say, err
}

func (e *Engine) answer(ctx context.Context, tx *db.Tx, a *Alert, an answer) (string, error) {
	who := a.Person(an.Person)
	if who == nil && a.Outage != nil {
		return e.heardInRoll(ctx, tx, a, an)
	}
	if who == nil {
		return "", fault.New(fault.NotFound, "this person does not belong to the alert")
	}
	working := a.State.Working()
	c := Command{Type: commandAnswer, Actor: Actor{Kind: actorOf(who.Part), ID: who.ID, Name: who.Name}, answer: &an}
	if err := e.advance(ctx, tx, a, c); err != nil {
		return "", err
	}
	return confirmation(a, a.Person(an.Person), an.Answer, working), nil
}

func actorOf(p Part) ActorKind {
	switch p {
	case PartContact:
		return ActorContact
	case PartHelper:
		return ActorHelper
	case PartElder:
		return ActorElder
	}
	return ActorOperator
}

// confirmation is what a person hears or reads after an answer.
func confirmation(a *Alert, who *Person, an notify.Answer, working bool) string {
	lang := words.Lang(who.Language)
	vars := map[string]string{"name": a.name(lang), "area": a.RoughArea(lang), "code": a.Code}
	switch {
	case !working && who.Part != PartElder:
		return notify.Render("no_open_alert", lang, vars)
	case who.State == PersonReserve:
		return notify.Render("confirm_enough", lang, vars)
	case who.Part != PartHelper || who.State.Coming():
		vars["address"] = a.Where(lang)
	}
	if who.TravelS > 0 {
		vars["minutes"] = minutes(travelTime(who))
	}
	return notify.Confirm(an, lang, vars)
}

// cut bounds what a stranger may write into the story.
func cut(s string) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) <= maxText {
		return s
	}
	s = s[:maxText]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}
