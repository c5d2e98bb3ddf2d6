package alerts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// How a trouble of a device stands that is not a task of its own. Those that wait are looked at by the supervision of devices.
const (
	standsTask     = ""
	StandsGathered = "gathered" // fell silent a moment ago; others may have done so with it
	StandsAlone    = "alone"    // waits for its turn to become a task; its elder does not wait
	standsOutage   = "outage"   // is part of one
)

// Waits writes down that something is wrong with a device, before anybody is called: lost ones are gathered, because many may have
// fallen silent together, and everything else waits for its turn. What is known already is not noted again.
func (e *Engine) Waits(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error {
	t := openTrouble{Trouble: Trouble{Device: d.ID, Kind: kind, Since: tx.Now()}, elder: d.Elder, standing: StandsAlone}
	if kind == KindLost {
		t.standing = StandsGathered
	}
	el, err := e.registry.ElderTx(ctx, tx, d.Elder)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("elder of device %s: %w", d.ID, err)
	}
	if err == nil {
		t.fragility, _ = Fragility(el, tx.Now())
	}
	if err := e.store.addWaiting(ctx, tx, t); err != nil || kind == KindLost {
		return err
	}
	return e.AtRisk(ctx, tx, d, kind)
}

// AtRisk puts the elder of a device that is lost, or that nobody has tried, on the safety plan. That has no pace: only the repair task
// waits for its turn. Who is on it already stays so, and a sensor without a key puts nobody on it.
func (e *Engine) AtRisk(ctx context.Context, tx *db.Tx, d registry.Device, kind string) error {
	t := openTrouble{Trouble: Trouble{Device: d.ID, Kind: kind, Since: tx.Now()}}
	if d.HasKey() {
		t.elder = d.Elder
	}
	ours, err := e.store.atRisk(ctx, tx, t)
	if err != nil || !ours {
		return err
	}
	return e.atRisk(ctx, tx, t)
}

// OutageOpen tells whether an outage with this cause is open: what falls silent for the same cause belongs to it.
func (e *Engine) OutageOpen(ctx context.Context, tx *db.Tx, c Cause) (bool, error) {
	id, err := e.store.openByKey(ctx, tx, c.joinKey())
	return id != "", err
}

// Gather makes devices that fell silent together part of the open outage with that cause, or of a new one, and puts their people
// on its list. Losses that had become tasks of their own before it was seen join it. Devices that another node has gathered meanwhile,
// or that have been heard, are passed over; "" when none is left.
func (e *Engine) Gather(ctx context.Context, tx *db.Tx, c Cause, devices []registry.DeviceID) (AlertID, error) {
	a, err := e.openOutage(ctx, tx, c)
	if err != nil {
		return "", err
	}
	lost, err := e.store.gathered(ctx, tx, devices)
	if err != nil {
		return "", err
	}
	lost, tasks, err := e.tasksOf(ctx, tx, lost)
	if err != nil || len(lost) == 0 {
		return "", err
	}
	var commands []Command
	if a == nil {
		r, err := e.raiseOutage(ctx, tx, c)
		if err != nil {
			return "", err
		}
		a, commands = &Alert{}, []Command{{Type: commandRaise, Actor: System(), raise: r}}
	}
	news, err := e.newPeople(ctx, tx, a.ID, lost)
	if err != nil {
		return "", err
	}
	news[0].tasks = tasks
	for _, n := range news {
		commands = append(commands, Command{Type: commandGather, Actor: System(), check: n})
	}
	if err := e.advance(ctx, tx, a, commands...); err != nil {
		return "", fmt.Errorf("outage by %s: %w", c.By, err)
	}
	if err := e.store.listPeople(ctx, tx, a.ID, lost); err != nil {
		return "", err
	}
	if err := e.store.intoOutage(ctx, tx, a.ID, lost); err != nil {
		return "", err
	}
	return a.ID, e.fold(ctx, tx, a.ID, lost, tasks)
}

// openOutage gives the open outage with a cause, locked; nil when there is none.
func (e *Engine) openOutage(ctx context.Context, tx *db.Tx, c Cause) (*Alert, error) {
	id, err := e.store.openByKey(ctx, tx, c.joinKey())
	if id == "" || err != nil {
		return nil, err
	}
	a, err := e.store.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !a.State.Working() {
		return nil, nil // ended at this very moment
	}
	return a, nil
}

// raiseOutage makes what is known when an outage begins.
func (e *Engine) raiseOutage(ctx context.Context, tx *db.Tx, c Cause) (*Raise, error) {
	now := tx.Now()
	r := &Raise{Kind: KindOutage, Language: "zh", Centre: c.Centre, Title: c.Value, PressedAt: now, joinKey: c.joinKey(),
		Outage: &Outage{By: c.By, Value: c.Value}}
	var err error
	if c.By == ByArea {
		if r.Title, err = e.registry.AreaNameTx(ctx, tx, c.Value); err != nil {
			return nil, err
		}
	}
	if r.Overflow, r.Unmanned, err = e.overflow(ctx, tx, r.Centre, r.Kind); err != nil {
		return nil, err
	}
	if err := e.plan(ctx, tx, r, Signal{Kind: KindOutage}); err != nil {
		return nil, err
	}
	r.Number, err = tx.NextSeq(ctx, "alert_number", 1)
	return r, err
}

// newPeople sorts out whom lost devices bring onto the list: who is new, and who was back. Who was checked stays so.
func (e *Engine) newPeople(ctx context.Context, tx *db.Tx, id AlertID, lost []openTrouble) ([]*checkNews, error) {
	elders := eldersOf(lost)
	known, err := e.store.checkStates(ctx, tx, id, elders)
	if err != nil {
		return nil, err
	}
	fresh, again := &checkNews{}, &checkNews{from: BackAgain}
	for _, el := range elders {
		switch known[el] {
		case "":
			fresh.elders = append(fresh.elders, el)
		case BackAgain:
			again.elders = append(again.elders, el)
		}
	}
	return []*checkNews{fresh, again}, nil
}

// eldersOf lists whose devices they are, each once.
func eldersOf(all []openTrouble) []registry.ElderID {
	var out []registry.ElderID
	for _, t := range all {
		if t.elder != "" {
			out = append(out, t.elder)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// apart deals with those troubles that nobody but an outage has on a list, when their device was heard, or pressed; it gives the
// others: those that are a task, and those because of which somebody is on the safety plan.
func (e *Engine) apart(ctx context.Context, tx *db.Tx, open []openTrouble, pressed bool) (tasks []openTrouble, err error) {
	back := map[AlertID][]openTrouble{}
	for _, t := range open {
		switch {
		case t.standing == standsOutage:
			back[t.Task] = append(back[t.Task], t)
		case t.safety:
			tasks = append(tasks, t)
		case t.Kind == KindLost || pressed:
			if err := e.store.endTrouble(ctx, tx, t); err != nil {
				return nil, err
			}
			if err := e.store.watchAgain(ctx, tx, t.Device); err != nil {
				return nil, err
			}
		}
	}
	for id, all := range back {
		if err := e.heardInOutage(ctx, tx, id, all); err != nil {
			return nil, err
		}
		for _, t := range all {
			if t.safety {
				t.standing, t.Task = standsTask, ""
				tasks = append(tasks, t)
			}
		}
	}
	return tasks, nil
}

// heardInOutage takes that devices of an outage are heard again: whoever of their people is unchecked is back by that.
func (e *Engine) heardInOutage(ctx context.Context, tx *db.Tx, id AlertID, all []openTrouble) error {
	a, err := e.store.load(ctx, tx, id) // first of all: everything below is under its lock
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("outage %s: %w", id, err)
	}
	for _, t := range all {
		leave := e.store.endTrouble
		if t.safety {
			leave = e.store.leaveOutage // the elder is on the safety plan since before the outage, until a real press
		}
		if err := leave(ctx, tx, t); err != nil {
			return err
		}
		if err := e.store.watchAgain(ctx, tx, t.Device); err != nil {
			return err
		}
	}
	if err != nil { // let go by the retention
		return nil
	}
	n := &checkNews{from: Unchecked}
	states, err := e.store.checkStates(ctx, tx, id, eldersOf(all))
	if err != nil {
		return err
	}
	for _, el := range eldersOf(all) {
		if states[el] == Unchecked {
			n.elders = append(n.elders, el)
		}
	}
	if n.over, err = e.store.outageOver(ctx, tx, id); err != nil {
		return err
	}
	if err := e.store.setCheck(ctx, tx, id, n.elders, BackAgain); err != nil {
		return err
	}
	return e.advance(ctx, tx, a, Command{Type: commandBack, Actor: System(), check: n})
}

// checked writes what was found of somebody into the list, and raises the alarm for who needs help.
func (p *progress) checked(ctx context.Context, ev Event) error {
	elder := registry.ElderID(ev.Data.Person)
	switch Outcome(ev.Data.Outcome) {
	case CheckUnreached:
		return p.e.store.triedInVain(ctx, p.tx, p.a.ID, elder)
	case CheckSilent:
		return p.e.store.silentFirst(ctx, p.tx, p.a.ID, elder)
	}
	if err := p.withdraw(ctx, []string{ev.Data.Person}); err != nil { // the machine need not call any more
		return err
	}
	if err := p.e.store.setCheck(ctx, p.tx, p.a.ID, []registry.ElderID{elder}, CheckState(ev.Data.Outcome)); err != nil {
		return err
	}
	if ev.Data.Outcome != string(NeedsHelp) {
		return nil
	}
	now := p.tx.Now()
	by := ev.Actor
	emergency, err := p.e.raise(ctx, p.tx, Signal{Kind: "call", Elder: elder, At: now, ReceivedAt: now, By: &by})
	if err != nil {
		return fmt.Errorf("raise the alarm for who needs help: %w", err)
	}
	return p.e.store.setEmergency(ctx, p.tx, p.a.ID, elder, emergency)
}

// regathered writes that people who were found well are to be checked on again; who is new, Gather writes.
func (p *progress) regathered(ctx context.Context, ev Event) error {
	if CheckState(ev.Data.Code) != CheckedWell {
		return nil
	}
	return p.e.store.setCheck(ctx, p.tx, p.a.ID, ev.Data.Elders, Unchecked)
}

// endedOutage gives every device that is silent when its outage ends to the supervision, which makes a task of its own of it.
func (p *progress) endedOutage(ctx context.Context) error {
	if p.a.Outage == nil {
		return nil
	}
	return p.e.store.outOfOutage(ctx, p.tx, p.a.ID)
}

// OutagePerson is somebody to be checked on in an outage.
type OutagePerson struct {
	Elder     registry.ElderID
	State     CheckState
	At        time.Time // since when
	Tries     int       // in vain
	Asked     int       // by a machine, without an answer yet
	Emergency AlertID   // that was raised for them
	Fragility int       // the more, the sooner
	Record    registry.Elder
}

// PeopleQuery asks for a page of the people of an outage.
type PeopleQuery struct {
	State  CheckState // "" for all
	Cursor string
	Limit  int
}

// peopleCursor is where a page ended.
type peopleCursor struct {
	Fragility int
	Elder     registry.ElderID
}

// OutagePeople lists who is to be checked on, the most fragile first; next is the cursor of the page after it, or nil. Kinds: Invalid
// for a wrong cursor or state.
func (e *Engine) OutagePeople(ctx context.Context, id AlertID, q PeopleQuery) (items []OutagePerson, next *string, err error) {
	after := &peopleCursor{}
	if q.Cursor == "" {
		after = nil
	} else if raw, err := base64.RawURLEncoding.DecodeString(q.Cursor); err != nil || json.Unmarshal(raw, after) != nil {
		return nil, nil, fault.InvalidFields("the request is not valid", []fault.Field{{Name: "cursor", Problem: "is not one of this list"}})
	}
	if (&Outage{}).count(q.State) == nil && q.State != "" {
		return nil, nil, fault.InvalidFields("the request is not valid", []fault.Field{{Name: "state", Problem: "want one of unchecked, well, help, back"}})
	}
	err = e.db.View(ctx, func(tx *db.Tx) (err error) {
		if items, err = e.store.outagePeople(ctx, tx, id, q, after); err != nil {
			return err
		}
		return e.knowWho(ctx, tx, items)
	})
	if err != nil {
		return nil, nil, err
	}
	if len(items) > q.Limit {
		items = items[:q.Limit]
		last := items[q.Limit-1]
		raw, err := json.Marshal(peopleCursor{last.Fragility, last.Elder})
		if err != nil {
			return nil, nil, fmt.Errorf("make a cursor: %w", err)
		}
		cursor := base64.RawURLEncoding.EncodeToString(raw)
		next = &cursor
	}
	return items, next, nil
}

// knowWho adds the records of people; of who is not known any more, an empty one that is locked.
func (e *Engine) knowWho(ctx context.Context, tx *db.Tx, all []OutagePerson) error {
	for i := range all {
		el, err := e.registry.ElderTx(ctx, tx, all[i].Elder)
		if fault.Is(err, fault.NotFound) {
			el, err = registry.Elder{ID: all[i].Elder, Locked: true}, nil
		}
		if err != nil {
			return fmt.Errorf("elder %s: %w", all[i].Elder, err)
		}
		all[i].Record = el
	}
	return nil
}
