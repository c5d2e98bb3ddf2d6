package phone

import (
	"context"
	"fmt"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/fault"
	"anling/registry"
)

// SMS is a text message that came in.
type SMS struct {
	ID   string // the carrier's; the same id again is the same message
	From string
	Text string
	At   time.Time
}

// pathAML is the way of such a message, for the record.
const pathAML = "aml"

// Located takes the SMS with which a phone tells where it is while somebody calls for help; taken is false for every other
// message. Where an alert of that number or its elder is open, the place joins it and nothing else happens; where none is, an alert is raised: a phone sends
// this only during an emergency call. It returns when that is durable. No number of card or telephone is kept.
func (l *Line) Located(ctx context.Context, m SMS) (alert alerts.AlertID, taken bool, err error) {
	aml, is := ParseAML(m.Text)
	if !is {
		return "", false, nil
	}
	if m.ID == "" {
		return "", true, fault.InvalidFields("the message is not valid", []fault.Field{{Name: "id", Problem: "is required"}})
	}
	s := devices.Signal{ID: m.ID, Device: Number(m.From), Kind: devices.SOS, Time: m.At, Position: aml.Position, Locates: true,
		Raw: []byte(aml.Text), Remarks: aml.Remarks}
	got, err := l.intake.Take(ctx, devices.Sender{Protocol: registry.ProtocolPhone, Path: pathAML}, s)
	if err != nil {
		return "", true, fmt.Errorf("take where the phone of message %s is: %w", m.ID, err)
	}
	if got.Alert != nil {
		alert = alerts.AlertID(*got.Alert)
	}
	return alert, true, nil
}
