package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

// lateAfter is how old a press may be before it is shown as late.
const lateAfter = 60 * time.Second

// Signal is what a device or caller sent, as far as an alert cares.
type Signal struct {
	ID         string // of the stored signal
	Kind       string
	Device     registry.Device    // zero when unknown
	Elder      registry.ElderID   // "" when unknown
	Elders     []registry.ElderID // several behind one line
	Protocol   string
	Path       string // the way by which it came; "" when nobody cares
	Identity   string // as the sender calls itself; the caller's number for a phone call
	At         time.Time
	ReceivedAt time.Time
	Position   *geo.Position
	Known      []geo.Position // what else is known of where the elder is
	Battery    *int
	Silent     bool
	Test       bool
	Where      bool // it tells where somebody is who calls for help: a press only where no alert is open
	Text       string
	By         *Actor               // who raises it, when it is no device
	Tell       []registry.ContactID // who is told at once, whatever the plan says
}

// quietKinds raise nothing by themselves.
func quietKinds() []string {
	return []string{"heartbeat", "position", "battery_ok", "mains_ok", "fault_ok", "cancel"}
}

// Signal takes a signal in the transaction of its caller, who acknowledges it only after the commit. It
// raises an alert, or joins the one that is open for the same elder (or the same unknown sender); "" when
// the kind raises nothing. An alarm is never refused: what is not known is left open and shown so.
func (e *Engine) Signal(ctx context.Context, tx *db.Tx, s Signal) (AlertID, error) {
	id, err := e.raise(ctx, tx, s)
	if err != nil || s.Where {
		return id, err
	}
	return id, e.deviceSaid(ctx, tx, s, id)
}

// raise is Signal without what the signal tells about its device.
func (e *Engine) raise(ctx context.Context, tx *db.Tx, s Signal) (AlertID, error) {
	s.tidy()
	r := &Raise{Kind: s.Kind, Device: s.Device.ID, Language: "zh", Text: s.Text,
		Battery: s.Battery, Test: s.Test || s.Kind == "test", Silent: s.Silent || s.Kind == "silent", Signal: s.ID, Path: s.Path, PressedAt: s.At, tell: s.Tell}
	if s.At.IsZero() {
		r.PressedAt = s.ReceivedAt
	}
	if late := s.ReceivedAt.Sub(r.PressedAt); late > lateAfter {
		r.LateS = int(late.Seconds())
	}
	r.Pressable = s.Device.ID != "" && s.Device.HasKey()
	elders := s.Elders
	if len(elders) == 0 && s.Elder != "" {
		elders = []registry.ElderID{s.Elder}
	}
	if !r.Test {
		r.joinKey = e.keyOf(s, elders, family(r.chosenKind()))
		for _, f := range s.families(r.chosenKind()) {
			id, err := e.rejoin(ctx, tx, s, e.keyOf(s, elders, f))
			if id != "" || err != nil {
				return id, err
			}
		}
	}
	if slices.Contains(quietKinds(), s.Kind) {
		return "", nil
	}
	if err := e.identify(ctx, tx, r, s, elders); err != nil {
		return "", err
	}
	if err := e.plan(ctx, tx, r, s); err != nil {
		return "", err
	}
	var err error
	if r.Number, err = tx.NextSeq(ctx, "alert_number", 1); err != nil {
		return "", err
	}
	a := &Alert{}
	err = e.advance(ctx, tx, a, Command{Type: commandRaise, Actor: raiser(s), raise: r})
	return a.ID, err
}

// families are those of the alerts that a signal may belong to.
func (s Signal) families(kind string) []string {
	if s.Where {
		return followed()
	}
	return families(kind)
}

// keyOf is by what presses about the same thing know each other: one elder and one family of kinds, or one
// unknown sender. A number never stands in it in clear.
func (e *Engine) keyOf(s Signal, elders []registry.ElderID, family string) []byte {
	if deviceTask(s.Kind) && s.Device.ID != "" {
		return taskKey(s.Device.ID, s.Kind)
	}
	if len(elders) > 0 {
		return elderKey(elders[0], family)
	}
	return e.store.vault.Blind("join", s.Protocol+"|"+s.Identity+"|"+family)
}

// taskKey is by what the repair task of a device is found: two faulty devices are two tasks, with a clock each.
func taskKey(id registry.DeviceID, kind string) []byte {
	return []byte("device/" + string(id) + "/" + kind)
}

func elderKey(id registry.ElderID, plan string) []byte {
	return []byte("elder/" + string(id) + "/" + plan)
}

// rejoin adds a repeated press to the open alert, if there is one.
func (e *Engine) rejoin(ctx context.Context, tx *db.Tx, s Signal, joinKey []byte) (AlertID, error) {
	id, err := e.store.openByKey(ctx, tx, joinKey)
	if id == "" || err != nil {
		return "", err
	}
	if slices.Contains(quietKinds(), s.Kind) && s.Kind != "cancel" {
		return "", nil
	}
	a, err := e.store.load(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if !a.State.Working() {
		return "", nil // ended at this very moment; the press raises a new one
	}
	kind := commandPress
	if s.Where {
		kind = commandLocate
	}
	return id, e.advance(ctx, tx, a, Command{Type: kind, Actor: Actor{Kind: ActorDevice, ID: string(s.Device.ID)}, signal: &s})
}

// identify writes into the raise who it is about, where, and who belongs to it.
func (e *Engine) identify(ctx context.Context, tx *db.Tx, r *Raise, s Signal, elders []registry.ElderID) error {
	r.Positions = s.positions()
	r.Centre = s.Device.Centre
	for _, id := range elders {
		el, err := e.registry.ElderTx(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("elder of the alarm: %w", err)
		}
		if err := e.addElder(ctx, tx, r, el); err != nil {
			return err
		}
	}
	r.Place = choose(r.Positions, geo.Alarm{Since: r.PressedAt, AtHome: s.fromHome()}, "", tx.Now())
	if r.Elder == "" {
		r.Unidentified, r.Caller, r.Title = true, s.Identity, ""
	}
	if r.Centre == "" {
		top, err := e.registry.DefaultCentreTx(ctx, tx)
		if err != nil {
			return fmt.Errorf("centre of the alarm: %w", err)
		}
		r.Centre = top.ID
	}
	if !r.Test {
		var err error
		r.Overflow, r.Unmanned, err = e.overflow(ctx, tx, r.Centre, r.Kind)
		return err
	}
	return nil
}

func (e *Engine) addElder(ctx context.Context, tx *db.Tx, r *Raise, el registry.Elder) error {
	if r.Elder == "" {
		r.Elder, r.Subject, r.Centre = el.ID, string(el.ID), el.Centre
		r.Title, r.Age, r.Sex, r.Address, r.Locked = el.Name, el.Age(tx.Now()), el.Sex, el.Address, el.Locked
		if el.Language != "" {
			r.Language = el.Language
		}
		if el.Position != nil {
			home := *el.Position
			home.Source = geo.SourceHome
			r.Positions = append(r.Positions, home)
		}
	} else {
		r.Title = strings.TrimLeft(r.Title+" / "+el.Name, " /")
	}
	r.People = append(r.People, &Person{ID: string(el.ID), Part: PartElder, Name: el.Name, Language: el.Language,
		Channels: []string{string(notify.Voice), string(notify.SMS)}, Numbers: len(el.Phones)})
	contacts, err := e.registry.ContactsTx(ctx, tx, el.ID)
	if err != nil {
		return fmt.Errorf("contacts of the alarm: %w", err)
	}
	if haveHours(contacts) {
		home, err := e.centre(ctx, tx, el.Centre)
		if err != nil {
			return err
		}
		contacts = inTurn(contacts, tx.Now(), home.loc)
	}
	if r.known.contacts == nil {
		r.known.elder, r.known.contacts = &el, map[string]registry.Contact{}
	}
	for i, c := range contacts {
		r.known.contacts[string(c.ID)] = c
		r.People = append(r.People, &Person{ID: string(c.ID), Part: PartContact, Name: c.Name, Role: c.Role,
			Relation: c.Relation, Language: c.Language, Channels: c.Channels, Numbers: len(c.Phones), HasKey: c.HasKey, Order: i + 1})
	}
	return nil
}
