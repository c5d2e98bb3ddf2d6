package alerts

import "time"

// When the last one at the door says that they have gone, and nobody has written how it ended, the elder is alone again: a new round of the
// plan begins, as loud as the first. Whoever is still on the way stays so. Those who had been sent home are asked anew: who had said
// yes before anybody who never did (Phases), and then the next ones, until somebody comes.

// leavesAlone reports whether the elder is alone again when somebody says that they cannot any more.
func (d *decision) leavesAlone(who *Person) bool {
	if who.State != PersonArrived || min(d.p.Priority, d.a.Priority) == 3 || d.a.Test {
		return false
	}
	for _, p := range d.a.People {
		if p.ID != who.ID && p.State == PersonArrived {
			return false
		}
	}
	return true
}

// evolveLeft begins the round. Who said yes and was sent home keeps the time of their promise: they are called back first.
func evolveLeft(a *Alert, e Event) {
	promised := map[string]*time.Time{}
	for _, p := range a.People {
		if p.Part == PartHelper && (p.State == PersonStoodDown || p.State == PersonReserve || p.State == PersonWaiting) {
			promised[p.ID] = p.PromisedAt
		}
	}
	a.again(e.At, func(p *Person) bool { return p.State.Coming() || p.ID == e.Data.Person })
	for _, p := range a.People {
		if at := promised[p.ID]; at != nil {
			p.PromisedAt = at
		}
	}
	if a.AcceptedAt == nil {
		a.WaitingSince, a.Turn = &e.At, nil
	}
	a.Level = max(a.Level, 2)
	a.settle(e.At)
}
