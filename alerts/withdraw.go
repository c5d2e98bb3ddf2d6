package alerts

import (
	"context"
	"slices"

	"anling/notify"
)

// withdraw takes back what is still to be told to these persons about the alert: what waits in the outbox, and what this very
// transaction was going to tell.
func (p *progress) withdraw(ctx context.Context, persons []string) error {
	if err := p.e.outbox.Cancel(ctx, p.tx, string(p.a.ID), persons); err != nil {
		return err
	}
	var kept, gone []notify.Message
	for _, m := range p.messages {
		if slices.Contains(persons, m.Person) {
			gone = append(gone, m)
		} else {
			kept = append(kept, m)
		}
	}
	p.messages = kept
	for _, m := range gone {
		err := p.take(ctx, Event{Type: EventReceipt, At: p.now, Actor: System(), Data: Data{Person: m.Person, Message: string(m.ID),
			Channel: string(m.Channel), Status: string(notify.StatusCancelled), Code: "not_needed"}})
		if err != nil {
			return err
		}
	}
	return nil
}

// withdrawAll takes back what anybody was still to be told, because the alert has ended. A test ends as it begins: who tries the button
// hears that it works, and nobody else is told anything.
func (p *progress) withdrawAll(ctx context.Context) error {
	if p.a.Test {
		return nil
	}
	var all []string
	for _, who := range p.a.People {
		all = append(all, who.ID)
	}
	if p.a.Outage != nil {
		called, err := p.e.store.calledLately(ctx, p.tx, p.a.ID, p.tx.Now().Add(-askLife))
		if err != nil {
			return err
		}
		all = append(all, called...)
	}
	return p.withdraw(ctx, all)
}
