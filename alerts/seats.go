package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// How the consoles of the seats 座席 are heard of.
const (
	SeatBeat  = 15 * time.Second // an open console is heard of so often
	SeatStale = 45 * time.Second // one that is not heard of for so long is silent: its alerts go back to the queue
	seatLook  = 5 * time.Second  // between looks at all of them
	turnTime  = 20 * time.Second // how long an alert stands at one seat before the next has its turn
	turnBatch = 200              // waiting alerts that are dealt out in one look
)

// Why an alert went back to the queue, as keys of the message file.
const (
	returnIdle   = "idle"           // accepted, and then nothing was done
	returnSilent = "console_silent" // the console of who had it is not heard of any more
	returnLeft   = "left"           // who had it has gone
)

// Seat is an open console.
type Seat struct {
	Operator string
	Centre   registry.CentreID
	Free     bool      // takes alerts; false while its operator is away for a moment
	BeatAt   time.Time // when it was last heard of
	TurnAt   time.Time // when an alert last stood at it; zero: never

	keep int // so many free seats of its centre are kept for whom no seat is kept back from (Waiting.First)

	ahead time.Time // since when it is known, when it was heard of in the future (beats.go)
}

// Seats tells who sits where. Package web knows it, by who is logged in and whose console is heard of.
type Seats interface {
	// Manned tells whether somebody sits at a centre now.
	Manned(ctx context.Context, tx *db.Tx, centre registry.CentreID) (bool, error)
	// Seats lists the consoles that were heard of since a time.
	Seats(ctx context.Context, tx *db.Tx, since time.Time) ([]Seat, error)
	// TookTurn notes that an alert stands at an operator's seat.
	TookTurn(ctx context.Context, tx *db.Tx, operator string) error
}

// Held is an open alert that an operator has.
type Held struct {
	Alert    AlertID
	Operator string
	State    State
	Since    time.Time // when it was accepted; looked up only for those whose console is silent
}

// Waiting is an open alert that no operator has.
type Waiting struct {
	Alert   AlertID
	Centres []registry.CentreID // whose seats may take it
	Urgency int                 // the less, the sooner
	Since   time.Time           // the press
	Turn    *Turn               // at whose seat it stands; nil: at none
	First   bool                // about a life, or of a VIP or important caller: no seat is kept back from it
}

// Turn says at whose seat an alert stands, and since when.
type Turn struct {
	Operator string    `json:"operator"`
	At       time.Time `json:"at"`
}

// silent lists the alerts whose operator has a console that is not heard of any more. Who never had one – a supervisor by telephone, a
// program – is not judged by it, nor is who took the alert when their console had been silent already: they did so by telephone.
func silent(held []Held, seats []Seat, now time.Time) []Held {
	heard, open := map[string]time.Time{}, map[string]bool{}
	for _, s := range seats {
		heard[s.Operator] = later(heard[s.Operator], s.BeatAt)
		open[s.Operator] = open[s.Operator] || !s.quiet(now)
	}
	var out []Held
	for _, h := range held {
		at, ok := heard[h.Operator]
		if ok && !open[h.Operator] && h.Since.Sub(at) < SeatStale {
			out = append(out, h)
		}
	}
	return out
}

// turns deals waiting alerts out: the most urgent first, each to the free seat whose last turn is longest ago; one that nobody took
// within its time goes to another. A seat at which an alert stands, or which has one that it still works on, gets none. The seats that a
// centre keeps have a turn only with what comes first; one seat of a centre is never kept.
func turns(waiting []Waiting, held []Held, seats []Seat, now time.Time) map[AlertID]string {
	busy := map[string]bool{}
	for _, h := range held {
		busy[h.Operator] = busy[h.Operator] || h.State == Accepted // with somebody on the way they can take the next one
	}
	for _, w := range waiting {
		if w.Turn != nil && now.Sub(w.Turn.At) < turnTime {
			busy[w.Turn.Operator] = true
		}
	}
	free := slices.DeleteFunc(slices.Clone(seats), func(s Seat) bool { return !s.Free || s.quiet(now) })
	slices.SortFunc(free, func(a, b Seat) int {
		return cmp.Or(a.TurnAt.Compare(b.TurnAt), cmp.Compare(a.Operator, b.Operator))
	})
	queue := slices.Clone(waiting)
	slices.SortFunc(queue, func(a, b Waiting) int {
		return cmp.Or(cmp.Compare(a.Urgency, b.Urgency), a.Since.Compare(b.Since), cmp.Compare(a.Alert, b.Alert))
	})
	out, left := map[AlertID]string{}, freeOf(free, busy)
	for _, w := range queue {
		if w.Turn != nil && now.Sub(w.Turn.At) < turnTime {
			continue
		}
		for _, s := range free {
			if busy[s.Operator] || !slices.Contains(w.Centres, s.Centre) || w.Turn != nil && w.Turn.Operator == s.Operator {
				continue
			}
			if !w.First && left[s.Centre] <= s.keep {
				continue
			}
			busy[s.Operator], out[w.Alert] = true, s.Operator
			left[s.Centre]--
			break
		}
	}
	return out
}

// freeOf counts the operators at each centre at whose seat nothing stands.
func freeOf(free []Seat, busy map[string]bool) map[registry.CentreID]int {
	left, counted := map[registry.CentreID]int{}, map[string]bool{}
	for _, s := range free {
		if !busy[s.Operator] && !counted[s.Operator] {
			counted[s.Operator] = true
			left[s.Centre]++
		}
	}
	return left
}

// comesFirst reports whether no seat is kept back from the alert.
func (a *Alert) comesFirst() bool {
	return a.urgency() == 0 || a.Priority == 1 || slices.Contains(a.Classes, registry.ClassVIP) || slices.Contains(a.Classes, registry.ClassImportant)
}

// keepSeats notes at each seat how many its centre keeps: as it says, and never all that are open.
func (e *Engine) keepSeats(ctx context.Context, tx *db.Tx, s *snapshot) error {
	open := freeOf(slices.DeleteFunc(slices.Clone(s.seats), func(x Seat) bool { return x.quiet(s.now) }), nil)
	for i := range s.seats {
		c, err := e.centre(ctx, tx, s.seats[i].Centre)
		if err != nil {
			return err
		}
		s.seats[i].keep = max(0, min(c.ReservedSeats, open[s.seats[i].Centre]-1))
	}
	return nil
}

// urgency is the place of an alert in the queue, the less the sooner: a line on which nobody speaks before everything; then by
// priority; then what its plan puts ahead; then who has pressed again. Within the same urgency the oldest comes first.
func (a *Alert) urgency() int {
	if a.NoSpeechAt != nil && a.State.Working() && a.OnSceneAt == nil {
		return 0
	}
	return 10*a.Priority - a.Ahead - min(max(a.Presses-1, 0), 3)
}

// Urgency is the place of an alert in the queue: the less, the sooner.
func (a *Alert) Urgency() int { return a.urgency() }

// giveBack puts an alert back into the queue whose operator is not there any more.
func (d *decision) giveBack() {
	if d.a.State.Working() && d.a.AcceptedAt != nil && d.a.Operator != nil && d.a.Operator.ID == string(d.c.Operator) {
		d.emit(EventReturned, Data{Reason: d.c.Reason, Person: string(d.c.Operator)})
	}
}

// giveTurn lets a waiting alert stand at one seat.
func (d *decision) giveTurn() {
	if d.a.State.Working() && d.a.AcceptedAt == nil {
		d.emit(EventTurn, Data{To: string(d.c.Operator)})
	}
}

// StepSeats looks once at all seats: what silent ones had goes back to the queue, and what waits is dealt out. It tells how many
// alerts it moved, and when to look again; zero when no console is known.
func (e *Engine) StepSeats(ctx context.Context) (did int, next time.Time, err error) {
	if e.seats == nil {
		return 0, next, nil
	}
	var snap snapshot
	err = e.db.View(ctx, func(tx *db.Tx) error {
		snap, err = e.snapshot(ctx, tx)
		return err
	})
	if err != nil {
		return 0, next, fmt.Errorf("look at the seats: %w", err)
	}
	if len(snap.seats) > 0 {
		next = snap.now.Add(seatLook)
	}
	stuck := snap.stuck
	moved := func(err error) {
		if err == nil {
			did++
			return
		}
		stuck = append(stuck, err)
	}
	for _, h := range silent(snap.held, snap.seats, snap.now) {
		moved(e.returned(ctx, h, returnSilent))
	}
	for id, operator := range turns(snap.waiting, snap.held, snap.seats, snap.now) {
		moved(e.turn(ctx, id, operator))
	}
	return did, next, errors.Join(stuck...)
}

// snapshot is everything at one moment that concerns seats.
type snapshot struct {
	now     time.Time
	held    []Held
	waiting []Waiting
	seats   []Seat
	stuck   []error // alerts that cannot be read, which hold up no others
}

// seatMemory is how long a console is remembered that is not heard of any more.
const seatMemory = 24 * time.Hour

func (e *Engine) snapshot(ctx context.Context, tx *db.Tx) (s snapshot, err error) {
	s.now = tx.Now()
	if s.seats, err = e.seats.Seats(ctx, tx, s.now.Add(-seatMemory)); err != nil {
		return s, err
	}
	e.beats.known(s.seats, s.now)
	if s.held, err = e.store.held(ctx, tx); err != nil || len(s.seats) == 0 {
		return s, err
	}
	if err = e.keepSeats(ctx, tx, &s); err != nil {
		return s, err
	}
	e.acceptedAt(ctx, tx, &s)
	ids, err := e.store.waiting(ctx, tx, turnBatch)
	if err != nil {
		return s, err
	}
	for _, id := range ids {
		a, err := e.store.read(ctx, tx, id, "")
		if isLocked(err) {
			continue // shown by every console as it is; nobody can be chosen for it
		}
		if err != nil {
			s.stuck = append(s.stuck, err)
			continue
		}
		s.waiting = append(s.waiting, Waiting{Alert: id, Centres: append([]registry.CentreID{a.Centre}, a.Shared...),
			Urgency: a.urgency(), Since: a.RaisedAt, Turn: a.turnByClock(), First: a.comesFirst()})
	}
	return s, nil
}

// acceptedAt looks up since when alerts are held by those whose consoles are silent. What cannot be read is given back like the
// others.
func (e *Engine) acceptedAt(ctx context.Context, tx *db.Tx, s *snapshot) {
	gone := silent(s.held, s.seats, s.now)
	for i := range s.held {
		if !slices.Contains(gone, s.held[i]) {
			continue
		}
		a, err := e.store.read(ctx, tx, s.held[i].Alert, "")
		switch {
		case err == nil && a.AcceptedAt != nil:
			s.held[i].Since = a.byClock(*a.AcceptedAt)
		case err != nil && !isLocked(err):
			s.stuck = append(s.stuck, err)
		}
	}
}

// Leave gives back at once what an operator had who goes home: every alert of theirs, unless another console of theirs is open.
func (e *Engine) Leave(ctx context.Context, operator registry.OperatorID) error {
	if e.seats == nil {
		return nil
	}
	var mine []Held
	err := e.db.View(ctx, func(tx *db.Tx) error {
		held, err := e.store.held(ctx, tx)
		if err != nil {
			return err
		}
		open, err := e.seats.Seats(ctx, tx, tx.Now().Add(-SeatStale))
		if err != nil || slices.ContainsFunc(open, func(s Seat) bool { return s.Operator == string(operator) }) {
			return err
		}
		mine = slices.DeleteFunc(held, func(h Held) bool { return h.Operator != string(operator) })
		return nil
	})
	if err != nil {
		return fmt.Errorf("find what operator %s leaves behind: %w", operator, err)
	}
	for _, h := range mine {
		if err := e.returned(ctx, h, returnLeft); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) returned(ctx context.Context, h Held, why string) error {
	_, err := e.Do(ctx, h.Alert, Command{Type: commandReturn, Actor: System(), Operator: registry.OperatorID(h.Operator), Reason: why})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("give back alert %s: %w", h.Alert, err)
	}
	e.log.Info("an alert went back to the queue", "alert", string(h.Alert), "operator", h.Operator, "why", why)
	return nil
}

// turn lets an alert stand at a seat. One that was taken meanwhile stays where it is.
func (e *Engine) turn(ctx context.Context, id AlertID, operator string) error {
	err := e.update(ctx, func(tx *db.Tx) error {
		a, err := e.store.load(ctx, tx, id)
		if err != nil {
			return err
		}
		before := a.Seq
		if err := e.advance(ctx, tx, a, Command{Type: commandTurn, Actor: System(), Operator: registry.OperatorID(operator)}); err != nil {
			return err
		}
		if a.Seq == before {
			return nil
		}
		return e.seats.TookTurn(ctx, tx, operator)
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("let alert %s stand at seat %s: %w", id, operator, err)
	}
	return nil
}

// RunSeats looks at the seats until ctx ends.
func (e *Engine) RunSeats(ctx context.Context) error {
	for {
		if _, _, err := e.StepSeats(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("the seats could not be looked at; again in a moment", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.clock.After(seatLook):
		}
	}
}
