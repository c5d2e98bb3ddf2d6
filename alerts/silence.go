package alerts

import "context"

// At a silent alarm nothing may ring or buzz at the elder's side, whatever it is about: who pressed has somebody beside them who must not know.
// The plan of the alarm itself tells the elder nothing (act.go, conditions.go); here are the calls of everything else: an earlier alarm,
// the morning's call of the safety plan, the roll call of an outage, an operator's call from another alert.

// silentKind marks an alert, or one that joins another, at whose elder's side nothing may ring.
const silentKind = "silent"

// codeHushed says why a message was not made: the elder has a silent alarm open.
const codeHushed = "silent_alarm"

func (a *Alert) silentKind() string {
	if a.Silent {
		return silentKind
	}
	return ""
}

// hush takes back, at a silent alarm, what is still to be told to its elders because of any other alert. Their phones stop ringing.
func (p *progress) hush(ctx context.Context) error {
	if !p.a.Silent || p.a.Test || !p.a.State.Working() {
		return nil
	}
	var elders []string
	p.a.Each(PartElder, func(e *Person) { elders = append(elders, e.ID) })
	return p.e.outbox.Silence(ctx, p.tx, elders)
}

// hushed reports whether an elder has a silent alarm open beside this alert, so that nothing is told to them. One that cannot be read
// does not count: it is shown by every console as it is, and an elder in need must hear us.
func (p *progress) hushed(ctx context.Context, who *Person) (bool, error) {
	if who == nil || who.Part != PartElder {
		return false, nil
	}
	open, err := p.e.store.openOf(ctx, p.tx, who.ID)
	if err != nil {
		return false, err
	}
	for _, id := range open {
		if id == p.a.ID {
			continue
		}
		a, err := p.e.store.read(ctx, p.tx, id, "")
		if err != nil && !isLocked(err) {
			return false, err
		}
		if err == nil && a.Silent && a.State.Working() {
			return true, nil
		}
	}
	return false, nil
}
