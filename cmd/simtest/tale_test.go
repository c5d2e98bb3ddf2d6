package simtest

import (
	"fmt"
	"strings"

	"anling/alerts"
)

// eventLine is an event as the story tells it.
func (w *world) eventLine(a *alerts.Alert, e alerts.Event) string {
	d := e.Data
	var b strings.Builder
	fmt.Fprintf(&b, "%s #%d %s", w.alertName(e.Alert), e.Seq, e.Type)
	if e.Actor.Kind != alerts.ActorSystem {
		fmt.Fprintf(&b, " by %s %s", e.Actor.Kind, e.Actor.ID)
	}
	part := func(what, value string) {
		if value != "" {
			fmt.Fprintf(&b, ", %s %s", what, value)
		}
	}
	part("person", d.Person)
	part("step", d.Step)
	if d.Message != "" {
		part("message", w.name("message", d.Message))
	}
	part("by", d.Channel)
	part("text", d.Tmpl)
	part("status", d.Status)
	part("code", d.Code)
	part("answer", d.Answer)
	part("to", d.To)
	part("outcome", d.Outcome)
	part("reached", d.Reached)
	part("reason", d.Reason)
	if d.Other != "" {
		part("other", w.alertName(d.Other))
	}
	if d.Level > 0 {
		fmt.Fprintf(&b, ", level %d", d.Level)
	}
	return b.String()
}
