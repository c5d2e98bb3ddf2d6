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
