package simtest

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/db"
	"anling/registry"
)

// plotMore is what befalls a town beside presses and deaths: new plans, consoles that fall silent, a disk that is full.
func (w *world) plotMore() {
	if w.chance(15) {
		w.after(w.upTo(6*time.Minute), "plan", w.newPlan)
	}
	if w.chance(15) {
		w.after(30*time.Second+w.upTo(5*time.Minute), "lid", w.closeLid)
	}
	if w.chance(10) {
		w.after(w.upTo(8*time.Minute), "dark", w.goDark)
	}
	switch {
	case w.chance(6):
		w.after(w.upTo(8*time.Minute), "disk", w.fillDisk)
	case w.chance(8):
		w.after(w.upTo(8*time.Minute), "disk", w.failDisk)
	}
}

// newPlan is a manager who writes a new version of the plan for emergencies while alarms are open.
func (w *world) newPlan() {
	n := w.someNode()
	err := n.call(func(ctx context.Context) error { return savePlan(ctx, n.engine, "emergency") })
	w.tell("a manager writes a new plan at %s%s", n.name, failed(err))
	w.learned = true
}

// savePlan stores the newest text of a plan as one more version.
func savePlan(ctx context.Context, e *alerts.Engine, name string) error {
	docs, err := e.Plans(ctx)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if d.ID == name {
			by := operatorOf(registry.Operator{ID: "m1", Role: "admin"})
			_, err = e.SavePlan(ctx, alerts.PlanDraft{Body: d.Body + "\n# and so on\n", By: by, Scope: registry.ScopeAll()}, nil)
		}
	}
	return err
}

// seats are the consoles of the desk, as the engine of a node hears of them. They are of interest in a story in which one falls silent.
type seats struct{ n *node }

// Manned says that somebody always sits there.
func (s seats) Manned(context.Context, *db.Tx, registry.CentreID) (bool, error) { return true, nil }

// Seats lists all consoles, once one has fallen silent.
func (s seats) Seats(_ context.Context, tx *db.Tx, since time.Time) (out []alerts.Seat, err error) {
	w := s.n.w
	if w == nil || !w.lid {
		return nil, nil
	}
	for _, op := range w.desk {
		seat := alerts.Seat{Operator: string(op.ID), Centre: op.Centre, Free: op.gone.IsZero(), BeatAt: tx.Now(), TurnAt: op.turn}
		if !op.gone.IsZero() {
			seat.BeatAt = op.beat
		}
		if !seat.BeatAt.Before(since) {
			out = append(out, seat)
		}
	}
	return out, nil
}

// TookTurn notes that an alert stands at a seat.
func (s seats) TookTurn(_ context.Context, tx *db.Tx, operator string) error {
	for _, op := range s.n.w.desk {
		if string(op.ID) == operator {
			op.turn = tx.Now()
		}
	}
	return nil
}

// closeLid silences the console of somebody who is at work.
func (w *world) closeLid() {
	op := w.desk[w.rng.IntN(len(w.desk))]
	for _, o := range w.desk {
		if slices.ContainsFunc(w.view.order, func(id alerts.AlertID) bool {
			a := w.view.alerts[id]
			return a.State.Working() && a.AcceptedAt != nil && a.Operator.ID == string(o.ID)
		}) {
			op = o
		}
	}
	w.lid, op.gone, op.beat = true, w.now, w.clock.Now()
	w.tell("the console of %s falls silent", op.ID)
	w.after(w.upTo(5*time.Second), "seats", w.lookAtSeats)
}

// lookAtSeats is what every node does each five seconds while consoles are known.
func (w *world) lookAtSeats() {
	for _, n := range w.nodes {
		err := n.call(func(ctx context.Context) error {
			_, _, err := n.engine.StepSeats(ctx)
			return err
		})
		if err != nil {
			w.tell("%s does not see the seats%s", n.name, failed(err))
		}
		w.check()
	}
	if w.now.Before(w.lidUntil()) {
		w.after(5*time.Second, "seats", w.lookAtSeats)
	}
}

// lidUntil is until when seats are looked at: long enough for a silent one to lose what it had, and for what came meanwhile.
func (w *world) lidUntil() time.Time {
	var last time.Time
	for _, op := range w.desk {
		if op.gone.After(last) {
			last = op.gone
		}
	}
	return last.Add(3 * time.Minute)
}

// fillDisk lets the database's disk be full for a while: whatever needs one more page fails, and the engine of the database takes the whole
// transaction back by itself.
func (w *world) fillDisk() {
	w.full = w.now.Add(w.between(time.Second, 30*time.Second))
	w.tell("the disk is full until %s", w.full.Sub(w.start))
	pages := func(pragma string) int64 { return w.probe.one(`PRAGMA ` + pragma)[0].(int64) }
	size := pages("page_size")
	if free := pages("freelist_count"); free > 0 {
		w.probe.exec(`INSERT INTO sim_filler (body) VALUES (zeroblob(?))`, driver.Value(free*size))
	}
	w.allow(pages("page_count"))
	w.after(w.full.Sub(w.now), "disk again", w.emptyDisk)
}

func (w *world) emptyDisk() {
	w.probe.exec(`DELETE FROM sim_filler`)
	w.allow(1 << 30)
	w.full = time.Time{}
	w.tell("there is room on the disk again")
}

// allow sets how many pages the database may have.
func (tn *town) allow(pages int64) {
	tn.must(tn.db.Update(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages))
		return err
	}))
}

// sendTwice sends one press by two ways, a few seconds apart; now and then something else is pressed meanwhile.
func (w *world) sendTwice(s said) {
	var got []signal
	w.counts["signal"]++
	s.id, s.left, s.at, s.twin = fmt.Sprintf("press-%d", w.counts["signal"]), 40, w.now, true
	other := s
	other.id, other.from, other.heard = s.id+"-sms", devices.Sender{Path: "sms"}, func(x signal) { got = append(got, x); w.two(got) }
	s.heard = func(x signal) { got = append(got, x); w.two(got) }
	w.send(s)
	w.after(w.upTo(8*time.Second), "the other way", func() { w.send(other) })
	if w.chance(30) {
		more := said{kind: "fall", device: s.device, elder: s.elder, from: []devices.Sender{{}, other.from}[w.rng.IntN(2)]}
		if s.kind == "fall" {
			more.kind = "sos"
		}
		w.after(w.upTo(8*time.Second), "something else", func() { w.send(more) })
	}
}

// two notes two acknowledged arrivals that are surely one press.
func (w *world) two(got []signal) {
	// Where our own clock is set by more than a minute between the two, nobody can tell one press from two: it is louder for nothing then, and
	// to swallow the second of two would be worse.
	if len(got) == 2 && got[0].id != got[1].id && w.surelyOne(got[0]) && got[0].wrong == got[1].wrong {
		w.ledger.twice = append(w.ledger.twice, [2]signal{got[0], got[1]})
	}
}
