package alerts

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"anling/registry"
)

func TestASilentConsoleGivesItsAlertsBack(t *testing.T) {
	t.Parallel()
	held := []Held{{Alert: "a1", Operator: "zhou", State: Accepted}, {Alert: "a2", Operator: "lin", State: OnScene},
		{Alert: "a3", Operator: "phone", State: Accepted}, {Alert: "a4", Operator: "lin", State: Accepted, Since: start}}
	seats := []Seat{
		{Operator: "zhou", BeatAt: start.Add(-time.Hour)}, {Operator: "zhou", BeatAt: start.Add(-44 * time.Second)},
		{Operator: "lin", BeatAt: start.Add(-45 * time.Second)},
	}
	got := silent(held, seats, start)
	if len(got) != 1 || got[0].Alert != "a2" {
		t.Errorf("given back: %v, want only one of lin: zhou was heard of 44 s ago, the third has no console, the last was taken by telephone", got)
	}
}

func seat(name string, turned int) Seat {
	s := Seat{Operator: name, Centre: "c1", Free: true, BeatAt: start}
	if turned > 0 {
		s.TurnAt = start.Add(-time.Duration(turned) * time.Minute)
	}
	return s
}

func waits(id AlertID, urgency, minutes int) Waiting {
	return Waiting{Alert: id, Centres: []registry.CentreID{"c1"}, Urgency: urgency, Since: start.Add(-time.Duration(minutes) * time.Minute)}
}

func TestWhatWaitsIsDealtOutInTurn(t *testing.T) {
	t.Parallel()
	away, silentSeat, other := seat("x-away", 0), seat("x-silent", 0), seat("x-other", 0)
	away.Free, silentSeat.BeatAt, other.Centre = false, start.Add(-time.Minute), "c2"
	none := []Seat{away, silentSeat, other}
	stands := waits("b", 20, 1)
	stands.Turn = &Turn{Operator: "p", At: start.Add(-10 * time.Second)}
	missed := waits("b", 20, 1)
	missed.Turn = &Turn{Operator: "p", At: start.Add(-20 * time.Second)}
	shared := waits("d", 10, 1)
	shared.Centres = append(shared.Centres, "c2")
	for _, c := range []struct {
		name  string
		wait  []Waiting
		held  []Held
		seats []Seat
		want  map[AlertID]string
	}{
		{"nobody is free", []Waiting{waits("a", 10, 1)}, nil, none, nil},
		{"the longest without a turn", []Waiting{waits("a", 10, 1)}, nil, []Seat{seat("p", 1), seat("q", 5)}, map[AlertID]string{"a": "q"}},
		{"never had a turn", []Waiting{waits("a", 10, 1)}, nil, []Seat{seat("p", 0), seat("q", 5)}, map[AlertID]string{"a": "p"}},
		{"the most urgent first", []Waiting{waits("old", 20, 9), waits("life", 10, 1)}, nil, []Seat{seat("p", 1)}, map[AlertID]string{"life": "p"}},
		{"then the oldest", []Waiting{waits("new", 10, 1), waits("old", 10, 9)}, nil, []Seat{seat("p", 1)}, map[AlertID]string{"old": "p"}},
		{"one for each", []Waiting{waits("a", 10, 2), waits("b", 10, 1)}, nil, []Seat{seat("p", 1), seat("q", 5)}, map[AlertID]string{"a": "q", "b": "p"}},
		{"who has one is busy", []Waiting{waits("a", 10, 1)}, []Held{{Alert: "z", Operator: "p", State: Accepted}}, []Seat{seat("p", 1)}, nil},
		{"somebody is on the way to theirs", []Waiting{waits("a", 10, 1)}, []Held{{Alert: "z", Operator: "p", State: Helping}}, []Seat{seat("p", 1)}, map[AlertID]string{"a": "p"}},
		{"it stands at a seat", []Waiting{stands, waits("a", 10, 1)}, nil, []Seat{seat("p", 1)}, nil},
		{"not taken in time: the next seat", []Waiting{missed}, nil, []Seat{seat("p", 9), seat("q", 1)}, map[AlertID]string{"b": "q"}},
		{"a partner's seat", []Waiting{shared}, nil, none, map[AlertID]string{"d": "x-other"}},
	} {
		if got := turns(c.wait, c.held, c.seats, start); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTurnsAreSpreadFairly(t *testing.T) {
	t.Parallel()
	seats := []Seat{seat("p", 0), seat("q", 0), seat("r", 0)}
	count := map[string]int{}
	for i := range 300 {
		now := start.Add(time.Duration(i) * time.Second)
		for j := range seats {
			seats[j].BeatAt = now
		}
		for _, who := range turns([]Waiting{waits(AlertID(fmt.Sprint(i)), 10, 1)}, nil, seats, now) {
			count[who]++
			j := slices.IndexFunc(seats, func(s Seat) bool { return s.Operator == who })
			seats[j].TurnAt = now
		}
	}
	if count["p"] != 100 || count["q"] != 100 || count["r"] != 100 {
		t.Errorf("turns %v, want a hundred each", count)
	}
}

func TestTheQueueIsOrderedByUrgency(t *testing.T) {
	t.Parallel()
	at := start
	for _, c := range []struct {
		name  string
		first Alert
		then  Alert
	}{
		{"a silent line before everything", Alert{State: Raised, Priority: 1, NoSpeechAt: &at}, Alert{State: Raised, Priority: 1, Ahead: 3, Presses: 9}},
		{"life before urgency", Alert{State: Raised, Priority: 1}, Alert{State: Raised, Priority: 2, Ahead: 3, Presses: 9}},
		{"what its plan puts ahead", Alert{State: Raised, Priority: 1, Ahead: 1}, Alert{State: Raised, Priority: 1}},
		{"pressed again", Alert{State: Raised, Priority: 1, Presses: 2}, Alert{State: Raised, Priority: 1, Presses: 1}},
	} {
		if c.first.urgency() >= c.then.urgency() {
			t.Errorf("%s: %d is not before %d", c.name, c.first.urgency(), c.then.urgency())
		}
	}
}

func TestKeptSeatsHaveATurnOnlyWithWhatComesFirst(t *testing.T) {
	t.Parallel()
	keeping := func(n int, names ...string) (out []Seat) {
		for _, name := range names {
			s := seat(name, 0)
			s.keep = n
			out = append(out, s)
		}
		return out
	}
	first := func(id AlertID, urgency int) Waiting {
		w := waits(id, urgency, 1)
		w.First = true
		return w
	}
	two := keeping(1, "p")[0] // a second console of p
	for _, c := range []struct {
		name  string
		wait  []Waiting
		seats []Seat
		want  map[AlertID]string
	}{
		{"two of three are kept", []Waiting{waits("a", 20, 1), waits("b", 20, 2)}, keeping(2, "p", "q", "r"), map[AlertID]string{"b": "p"}},
		{"the kept ones for whom they are", []Waiting{waits("a", 20, 9), first("vip", 20), first("life", 10)}, keeping(2, "p", "q"), map[AlertID]string{"life": "p", "vip": "q"}},
		{"a life takes any seat", []Waiting{first("a", 10), first("b", 10), first("c", 10)}, keeping(2, "p", "q", "r"), map[AlertID]string{"a": "p", "b": "q", "c": "r"}},
		{"two consoles are one seat", []Waiting{waits("a", 20, 1)}, append(keeping(1, "p"), two), nil},
	} {
		if got := turns(c.wait, nil, c.seats, start); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for a, want := range map[*Alert]bool{
		{Priority: 1}: true, {Priority: 2}: false, {Priority: 2, Classes: []string{"vip"}}: true, {Priority: 2, Classes: []string{"important"}}: true,
		{Priority: 2, State: Raised, NoSpeechAt: &start}: true,
	} {
		if got := a.comesFirst(); got != want {
			t.Errorf("priority %d, %v: comes first: %v, want %v", a.Priority, a.Classes, got, want)
		}
	}
}

// TestACentreKeepsSeats: as its manager says, but never all that are open.
func TestACentreKeepsSeats(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, err := h.reg.ChangeCentre(t.Context(), "c1", []byte(`{"version":1,"reserved_seats":100}`))
		if err == nil {
			t.Error("a centre may keep a hundred seats")
		}
		_, err = h.reg.ChangeCentre(t.Context(), "c1", []byte(`{"version":1,"reserved_seats":5}`))
		h.ok(err)
		id := h.press("inactivity")
		at := func(operator string) Seat {
			return Seat{Operator: operator, Centre: "c1", Free: true, BeatAt: h.clock.Now()}
		}
		busy := at("q")
		busy.Free = false
		h.engine.seats = fixedSeats{at("p"), busy}
		if did, _, err := h.engine.StepSeats(t.Context()); err != nil || did != 0 {
			t.Errorf("%d alerts had a turn at the seat that is kept (%v)", did, err)
		}
		h.engine.seats = fixedSeats{at("p")}
		if _, _, err := h.engine.StepSeats(t.Context()); err != nil || h.get(id).Turn == nil || h.get(id).Turn.Operator != "p" {
			t.Errorf("the only seat that is open is kept from it: turn %+v (%v)", h.get(id).Turn, err)
		}
	})
}
