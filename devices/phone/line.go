package phone

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"anling/devices"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// Call is an incoming call as the provider tells of it.
type Call struct {
	ID   string // the provider's; the same id again is the same call
	From string // E.164, or whatever stands there when the number is withheld
	To   string
	At   time.Time
}

// Answer is what to do with the call: say the sentence, then connect.
type Answer struct {
	Signal   string
	Alert    string           // empty only when the engine raised nothing
	Elder    registry.ElderID // empty when unknown, or when several share the line
	Language string           // of the elder; the caller has not said a word yet
	Say      string           // key of the sentence
	Name     string           // of the elder, for the sentence
	Dial     string           // the centre's telephone; empty: there is none to connect with
}

// The sentences: somebody we know, and somebody we do not.
const (
	SayGreeting = "incoming_greeting"
	SayUnknown  = "incoming_unknown"
	SayNoSeat   = "incoming_no_seat" // said in place of connecting when there is nobody to connect with
)

// Options are what a Line works with.
type Options struct {
	DB       *db.DB
	Intake   *devices.Intake
	Registry *registry.Registry
}

// Line is the number that elders call.
type Line struct {
	db       *db.DB
	intake   *devices.Intake
	registry *registry.Registry
}

// New gives a line.
func New(o Options) *Line { return &Line{db: o.DB, intake: o.Intake, registry: o.Registry} }

// Incoming takes a call and returns when its alarm is durable. The same call again gets the same
// answer and raises nothing more. It gives Invalid for a call without an id. When who called cannot be
// found out for the moment, the answer, good enough to go on with, comes together with the error.
func (l *Line) Incoming(ctx context.Context, c Call) (Answer, error) {
	if c.ID == "" {
		return Answer{}, fault.InvalidFields("the call is not valid", []fault.Field{{Name: "id", Problem: "is required"}})
	}
	number := Number(c.From)
	s := devices.Signal{ID: c.ID, Device: number, Kind: devices.SOS, Time: c.At, Raw: fmt.Appendf(nil, "call %s from %s to %s", c.ID, c.From, c.To)}
	taken, err := l.intake.Take(ctx, devices.Sender{Protocol: registry.ProtocolPhone}, s)
	if err != nil {
		return Answer{}, fmt.Errorf("take call %s: %w", c.ID, err)
	}
	a := Answer{Signal: taken.Signal, Language: words.Zh, Say: SayUnknown}
	if taken.Alert != nil {
		a.Alert = *taken.Alert
	}
	// From here on the alarm is safe. An error below still comes with the answer as far as it is known.
	err = l.db.View(ctx, func(tx *db.Tx) error { return l.complete(ctx, tx, number, &a) })
	if err != nil {
		return a, fmt.Errorf("find who called in call %s: %w", c.ID, err)
	}
	return a, nil
}

// complete adds what is to be said and who is to be connected.
func (l *Line) complete(ctx context.Context, tx *db.Tx, number string, a *Answer) error {
	elders, err := l.behind(ctx, tx, number)
	if err != nil {
		return err
	}
	centre, err := l.registry.DefaultCentreTx(ctx, tx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("find the centre: %w", err)
	}
	for i, id := range elders {
		e, err := l.registry.ElderTx(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("find elder %s: %w", id, err)
		}
		if i == 0 {
			a.Say, a.Language = SayGreeting, words.Lang(e.Language)
			if centre, err = l.registry.CentreTx(ctx, tx, e.Centre); err != nil {
				return fmt.Errorf("find centre %s: %w", e.Centre, err)
			}
		}
		if len(elders) == 1 { // of several nobody knows which one it is: no name is said
			a.Elder, a.Name = id, e.Name
		}
	}
	a.Dial = centre.Phone
	return nil
}

// behind lists the elders whose line it is, the device's own first.
func (l *Line) behind(ctx context.Context, tx *db.Tx, number string) ([]registry.ElderID, error) {
	if number == "" {
		return nil, nil
	}
	d, err := l.registry.FindDeviceTx(ctx, tx, registry.ProtocolPhone, number)
	if err == nil && d.Elder != "" {
		return []registry.ElderID{d.Elder}, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("find the caller's device: %w", err)
	}
	elders, err := l.registry.FindCallerTx(ctx, tx, number)
	if err != nil {
		return nil, fmt.Errorf("find the caller: %w", err)
	}
	return elders, nil
}

// Number gives the caller's number, or nothing when it is withheld: providers then send a word, or a
// number that spells one (RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE on a telephone's keys).
func Number(from string) string {
	from = strings.TrimSpace(from)
	spelt := []string{"+7378742833", "+2562533", "+8656696", "+266696687", "+86282452253"}
	if slices.Contains(spelt, from) || !strings.ContainsAny(from, "0123456789") {
		return ""
	}
	return from
}
