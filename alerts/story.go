package alerts

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// EventQuery asks for a part of the story of an alert: at most Limit events, the newest before the event with the number Before.
// Without a limit it is the whole story, with Before 0 its end.
type EventQuery struct {
	Limit  int
	Before int64
}

// Story is a part of the story of an alert, in its order.
type Story struct {
	Events []Event
	Names  [][]string // of each event: the people of an outage of whom it tells, when they are few
	Before int64      // where the part before it is to be asked for; 0 when there is none
}

// namedAtMost is of how many people an event still tells the names; a list of hundreds stands beside the story.
const namedAtMost = 4

// Story reads a part of the story of an alert. Kind: NotFound.
func (e *Engine) Story(ctx context.Context, id AlertID, q EventQuery) (out Story, err error) {
	err = e.db.View(ctx, func(tx *db.Tx) error {
		a, err := e.store.read(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if out.Events, err = e.part(ctx, tx, id, q); err != nil {
			return err
		}
		if n := len(out.Events); q.Limit > 0 && n > q.Limit {
			out.Events = out.Events[n-q.Limit:]
			out.Before = out.Events[0].Seq
		}
		out.Names = make([][]string, len(out.Events))
		if a.Outage == nil {
			return nil
		}
		return e.nameThem(ctx, tx, a, out)
	})
	return out, err
}

// part reads events in their order; with a limit the newest, and one more, which tells that there are others before.
func (e *Engine) part(ctx context.Context, tx *db.Tx, id AlertID, q EventQuery) ([]Event, error) {
	where, args := `e.alert = ?`, []any{string(id)}
	if q.Before > 0 {
		where, args = where+` AND e.seq < ?`, append(args, q.Before)
	}
	if q.Limit > 0 {
		where += ` ORDER BY e.seq DESC LIMIT ` + strconv.Itoa(q.Limit+1)
	} else {
		where += ` ORDER BY e.seq DESC`
	}
	rows, err := e.store.events(ctx, tx, where, args...)
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[len(rows)-1-i] = r.Event
	}
	return out, err
}

// nameThem adds the names of those of whom events of an outage tell. Whose record is not there, or cannot be opened, has none.
func (e *Engine) nameThem(ctx context.Context, tx *db.Tx, a *Alert, s Story) error {
	known := map[registry.ElderID]string{}
	for i, ev := range s.Events {
		ids := ev.Data.Elders
		if ev.Data.Person != "" && a.Person(ev.Data.Person) == nil { // checked on, or called by machine
			ids = []registry.ElderID{registry.ElderID(ev.Data.Person)}
		}
		if len(ids) > namedAtMost {
			continue
		}
		for _, id := range ids {
			if err := e.nameOf(ctx, tx, id, known); err != nil {
				return err
			}
			s.Names[i] = append(s.Names[i], known[id])
		}
		if slices.Contains(s.Names[i], "") {
			s.Names[i] = nil
		}
	}
	return nil
}

// nameOf adds the name of an elder to those that are known.
func (e *Engine) nameOf(ctx context.Context, tx *db.Tx, id registry.ElderID, known map[registry.ElderID]string) error {
	if _, ok := known[id]; ok {
		return nil
	}
	el, err := e.registry.ElderTx(ctx, tx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("name elder %s: %w", id, err)
	}
	known[id] = el.Name
	return nil
}
