package alerts

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

// east is a position so many metres east of the home of these tests.
func east(source string, metres, accuracy float64, at time.Time) geo.Position {
	return geo.Position{Point: orb.Point{121.47 + metres/95_080, 31.23}, AccuracyM: accuracy, At: at, Source: source}
}

// pressFrom is a press of somebody whose home is known, with what else is known of where they are.
func (w *world) pressFrom(known ...geo.Position) *world {
	all := append([]geo.Position{east(geo.SourceHome, 0, 10, time.Time{})}, known...)
	w.do(Command{Type: commandRaise, Actor: Actor{Kind: ActorDevice, ID: "d1"}, raise: &Raise{Kind: "sos", Priority: 1, Plan: "emergency@1",
		Elder: "e1", Subject: "e1", Centre: "c1", Title: "张秀英", Address: "黄陂北路88弄3号502室", Language: "zh", PressedAt: w.now, Positions: all,
		Place: choose(all, geo.Alarm{Since: w.now}, "", w.now), People: []*Person{
			{ID: "e1", Part: PartElder, Numbers: 1, Channels: []string{"voice"}},
			{ID: "k1", Part: PartContact, Name: "女儿", Numbers: 1, Order: 1, Channels: []string{"sms", "voice"}}}}})
	w.follow()
	return w
}

func (w *world) fix(p geo.Position) {
	w.t.Helper()
	w.must(Command{Type: commandLocate, Actor: Actor{Kind: ActorDevice, ID: "d1"}, signal: &Signal{Position: &p}})
}

// last is the newest event of a type.
func (w *world) last(of EventType) Event {
	w.t.Helper()
	for _, e := range slices.Backward(w.events) {
		if e.Type == of {
			return e
		}
	}
	w.t.Fatalf("there is no event %s", of)
	return Event{}
}

// toldTimes is how often somebody was told with a template.
func (w *world) toldTimes(who, template string) (n int) {
	for _, e := range w.events {
		if e.Type == EventTold && e.Data.Person == who && e.Data.Tmpl == template {
			n++
		}
	}
	return n
}

func wantTimes(t *testing.T, w *world, template string, want int) {
	t.Helper()
	if got := w.toldTimes("h1", template); got != want {
		t.Errorf("h1 was told %d times by %s, want %d", got, template, want)
	}
}

func wantPlace(t *testing.T, a *Alert, source string, why geo.Why) {
	t.Helper()
	if a.Place == nil || a.Position == nil || a.Position.Source != source || a.Place.Why != why || *a.Position != a.Place.Position {
		t.Fatalf("position %+v, place %+v; want %s because %s", a.Position, a.Place, source, why)
	}
}

func TestTheRuleDecidesAtThePress(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressFrom(east(geo.SourceDevice, 2300, 12, start))
	wantPlace(t, w.a, geo.SourceDevice, geo.WhyFresh)
	if !w.a.Place.Away || w.a.Place.HomeM == nil || *w.a.Place.HomeM/10 != 230 {
		t.Errorf("place %+v, want 2.3 km from home", w.a.Place)
	}
	if got := w.a.Where("zh"); !strings.Contains(got, "2.3 公里") || !strings.Contains(got, "黄陂北路88弄3号502室") {
		t.Errorf("people are sent to %q", got)
	}
	if got := w.a.RoughArea("en"); strings.Contains(got, "88") || !strings.Contains(got, "2.3 km") {
		t.Errorf("who has not promised reads %q", got)
	}
	w = newWorld(t).pressFrom(east(geo.SourceDevice, 40, 12, start))
	wantPlace(t, w.a, geo.SourceHome, geo.WhyAtHome)
	if got := w.a.Where("zh"); got != "黄陂北路88弄3号502室" {
		t.Errorf("people are sent to %q, want the door", got)
	}
}

func TestAFixDuringTheAlertIsDecidedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressFrom()
	wantPlace(t, w.a, geo.SourceHome, geo.WhyNoFix)
	w.fix(east(geo.SourceDevice, 900, 1000, w.now))
	wantPlace(t, w.a, geo.SourceHome, geo.WhyCoarse)
	w.now = w.now.Add(time.Minute)
	w.fix(east(geo.SourceDevice, 900, 15, w.now))
	wantPlace(t, w.a, geo.SourceDevice, geo.WhyFresh)
	last := w.last(EventLocated)
	if last.Type != EventLocated || last.Data.Code != string(geo.WhyFresh) || last.Data.Moved == nil || *last.Data.Moved/10 != 90 {
		t.Errorf("the timeline ends with %s %+v", last.Type, last.Data)
	}
	n := w.count(EventLocated, "")
	w.now = w.now.Add(10 * time.Second)
	w.fix(east(geo.SourceDevice, 905, 15, w.now))
	if got := w.count(EventLocated, ""); got != n {
		t.Errorf("a fix that says the same leaves %d events", got-n)
	}
	w.now = w.now.Add(5 * time.Minute)
	w.fix(east(geo.SourceDevice, 905, 15, w.now))
	if w.count(EventLocated, "") == n {
		t.Error("that the device is still there is not noted after five minutes")
	}
	if len(w.a.Positions) != 2 {
		t.Errorf("positions %v, want the home and the newest fix", w.a.Positions)
	}
}

func TestAnOlderFixThatComesLaterChangesNothing(t *testing.T) {
	t.Parallel()
	a, b := east(geo.SourceDevice, 900, 15, start.Add(time.Minute)), east(geo.SourceDevice, 300, 15, start)
	first := with(with(nil, a), b)
	if second := with(with(nil, b), a); !slices.Equal(first, second) || first[0] != a {
		t.Errorf("kept %v, in the other order %v", first, second)
	}
	w := newWorld(t).pressFrom(a)
	w.fix(b)
	if n := w.count(EventLocated, ""); n != 0 {
		t.Errorf("an older fix leaves %d events", n)
	}
}

func TestAHumansWordBeatsEveryFix(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressFrom(east(geo.SourceDevice, 2300, 12, start))
	op := operator("operator")
	op.Name = "周敏"
	at := east("", 700, 0, time.Time{})
	w.must(Command{Type: CommandLocate, Actor: op, Position: &at, Text: "公园东门"})
	wantPlace(t, w.a, geo.SourceOperator, geo.WhyByHand)
	if w.a.Place.By != "周敏" || w.last(EventLocated).Data.Text != "公园东门" {
		t.Errorf("place %+v: who said so, and what, is lost", w.a.Place)
	}
	w.now = w.now.Add(3 * time.Minute)
	w.fix(east(geo.SourceDevice, 2400, 5, w.now))
	wantPlace(t, w.a, geo.SourceOperator, geo.WhyByHand)
	if w.a.Place.By != "周敏" {
		t.Errorf("after a fix the place is said to be by %q", w.a.Place.By)
	}
	w.must(Command{Type: CommandLocate, Actor: op, Source: geo.SourceDevice})
	wantPlace(t, w.a, geo.SourceDevice, geo.WhyByHand)
	w.now = w.now.Add(3 * time.Minute)
	w.fix(east(geo.SourceDevice, 2600, 5, w.now))
	wantPlace(t, w.a, geo.SourceDevice, geo.WhyByHand)
	if m := *w.a.Place.HomeM; m < 2590 {
		t.Errorf("the device that was chosen is followed to %d m", m)
	}
}

func TestWhatIsNoPlaceIsRefusedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressFrom()
	nowhere, far := geo.Position{}, geo.Position{Point: orb.Point{200, 95}}
	good := east("", 700, 0, time.Time{})
	for _, c := range []Command{{}, {Position: &nowhere}, {Position: &far}, {Source: geo.SourceDevice}, {Source: geo.SourceHome, Position: &good}} {
		c.Type, c.Actor = CommandLocate, operator("operator")
		if err := w.do(c); !fault.Is(err, fault.Invalid) {
			t.Errorf("locate %+v %q: %v, want Invalid", c.Position, c.Source, err)
		}
	}
	if err := w.do(Command{Type: CommandLocate, Actor: Actor{Kind: ActorHelper, ID: "h1"}, Source: geo.SourceHome}); !fault.Is(err, fault.Denied) {
		t.Errorf("a helper moves the elder: %v", err)
	}
	wantPlace(t, w.a, geo.SourceHome, geo.WhyNoFix)
}

func TestWhoIsOnTheWayIsSentElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3).pressFrom()
	w.answer("h1", notify.AnswerComing)
	w.walk = func(string, time.Duration) (int, bool) { return 300, true }
	w.pass(time.Minute)
	if w.a.Person("h1").Way == nil {
		t.Fatal("nobody looks where the helper is")
	}
	w.fix(east(geo.SourceDevice, 100, 5, w.now))
	wantTimes(t, w, "place_moved", 0)
	w.fix(east(geo.SourceDevice, 400, 5, w.now.Add(time.Second)))
	wantTimes(t, w, "place_moved", 1)
	wantTimes(t, w, "place_moved_call", 0)
	if w.a.Person("h1").Way != nil {
		t.Error("the helper goes the wrong way because the place has moved")
	}
	w.fix(east(geo.SourceDevice, 700, 5, w.now.Add(2*time.Second)))
	wantTimes(t, w, "place_moved", 1)
	at := east("", 1500, 0, time.Time{})
	w.must(Command{Type: CommandLocate, Actor: operator("operator"), Position: &at})
	wantTimes(t, w, "place_moved", 2)
	wantTimes(t, w, "place_moved_call", 1)
	if n := w.toldTimes("h2", "place_moved"); n != 0 {
		t.Errorf("who has not promised to come was told %d times", n)
	}
	w.answer("h1", notify.AnswerArrived)
	w.must(Command{Type: CommandLocate, Actor: operator("operator"), Source: geo.SourceHome})
	wantTimes(t, w, "place_moved", 2)
}

// TestAMoveWithinThePauseIsToldAfterIt: the place moves on just after somebody was told, and then no fix comes in any more.
func TestAMoveWithinThePauseIsToldAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3).pressFrom()
	w.answer("h1", notify.AnswerComing)
	w.walk = func(string, time.Duration) (int, bool) { return 300, true }
	w.pass(time.Minute)
	w.fix(east(geo.SourceDevice, 400, 5, w.now))
	w.fix(east(geo.SourceDevice, 700, 5, w.now.Add(time.Second)))
	wantTimes(t, w, "place_moved", 1)
	w.pass(movedPause + lookEvery)
	wantTimes(t, w, "place_moved", 2)
	w.pass(3 * movedPause)
	wantTimes(t, w, "place_moved", 2)
}

// TestWhatTellsThePlaceIsKnown holds that every message with an address in it counts as telling where to go, and no other.
func TestWhatTellsThePlaceIsKnown(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../internal/words/notify.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct{ Zh string }
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	var want []string
	for name, text := range all {
		if strings.Contains(text.Zh, "{address}") {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	if got := tellsPlace(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestAFixThatSaysNothingNewStillHasTheLastMoveTold is of relatives alone, whom nobody looks at on their way.
func TestAFixThatSaysNothingNewStillHasTheLastMoveTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, 3).pressFrom()
	w.answer("k1", notify.AnswerComing)
	w.pass(time.Minute)
	w.fix(east(geo.SourceDevice, 400, 5, w.now))
	w.fix(east(geo.SourceDevice, 700, 5, w.now.Add(time.Second)))
	events := len(w.events)
	w.fix(east(geo.SourceDevice, 700, 5, w.now.Add(2*time.Second)))
	if len(w.events) != events {
		t.Errorf("a fix that says nothing new left %d events within the pause", len(w.events)-events)
	}
	w.now = w.now.Add(movedPause)
	w.fix(east(geo.SourceDevice, 700, 5, w.now))
	if n := w.toldTimes("k1", "place_moved"); n != 2 {
		t.Errorf("the daughter was told %d times, want 2", n)
	}
}

func TestWhoPressesAtHomeIsAtHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressFrom(east(geo.SourceDevice, 2300, 12, start))
	w.now = w.now.Add(5 * time.Minute)
	w.must(Command{Type: commandPress, Actor: Actor{Kind: ActorDevice}, signal: &Signal{Kind: "sos", Path: "scaip", At: w.now,
		Device: registry.Device{ID: "d2", Kind: "hub"}}})
	wantPlace(t, w.a, geo.SourceHome, geo.WhyFixed)
	w.now = w.now.Add(5 * time.Minute)
	p := east(geo.SourceDevice, 2350, 12, w.now)
	w.must(Command{Type: commandPress, Actor: Actor{Kind: ActorDevice}, signal: &Signal{Kind: "sos", Path: "watch", At: w.now, Position: &p,
		Device: registry.Device{ID: "d1", Kind: "watch"}}})
	wantPlace(t, w.a, geo.SourceDevice, geo.WhyFresh)
}

// What an earlier program wrote gives the state that it gave: the newest position first, and no reason.
func TestStoriesOfEarlierProgramsAreToldAsTheyWere(t *testing.T) {
	t.Parallel()
	fix := east(geo.SourceDevice, 900, 1000, start)
	var a Alert
	evolve(&a, Event{Alert: "a1", Seq: 1, Type: EventRaised, At: start, Data: Data{Raised: &Raise{Positions: []geo.Position{east(geo.SourceHome, 0, 10, time.Time{})}}}})
	evolve(&a, Event{Alert: "a1", Seq: 2, Type: EventPressedAgain, At: start, Data: Data{Kind: "sos", Position: &fix}})
	if a.Place != nil || a.Position == nil || *a.Position != fix || len(a.Positions) != 2 {
		t.Fatalf("position %+v, place %+v", a.Position, a.Place)
	}
	text, err := json.Marshal(a)
	if err != nil || strings.Contains(string(text), "sent_to") || strings.Contains(string(text), `"place"`) {
		t.Errorf("the state holds what it did not: %s (%v)", text, err)
	}
	w := &world{t: t, a: &a, plan: builtInPlan(t, "emergency"), now: start}
	w.must(Command{Type: commandPress, Actor: Actor{Kind: ActorDevice}, signal: &Signal{Kind: "fall", Path: "watch", At: w.now}})
	wantPlace(t, w.a, geo.SourceHome, geo.WhyCoarse)
}
