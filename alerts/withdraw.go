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
		err := p.take(ctx, Event{Type: EventReceipt, At: p.tx.Now(), Actor: System(), Data: Data{Person: m.Person, Message: string(m.ID),
			Channel: string(m.Channel), Status: string(notify.StatusCancelled), Code: "not_needed"}})
		if err != nil {
			return err
		}
	}
	return nil
}
