package alerts

import (
	"slices"
	"testing"
	"time"

	"anling/internal/db"
	"anling/notify"
)

// events reads the timeline of an alert.
func (h *house) events(id AlertID) (out []Event) {
	h.t.Helper()
	h.ok(h.db.View(h.t.Context(), func(tx *db.Tx) error {
		rows, err := h.engine.store.events(h.t.Context(), tx, `e.alert = ? ORDER BY e.seq`, string(id))
		for _, r := range rows {
			out = append(out, r.Event)
		}
		return err
	}))
	return out
}

func TestTimeNeverGoesBackInAnAlert(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		h.settle()
		op := operator("operator")
		h.clock.Advance(-8 * time.Hour) // the clock had been eight hours ahead
		h.press("sos")
		h.pass(65 * time.Second)
		if n := len(h.carrier.to("s1", "supervisor_call")); n == 0 {
			t.Error("nobody has it for a minute, and the supervisor is not called: the alert waits for the clock")
		}
		h.do(id, Command{Type: CommandAccept, Actor: op})
		h.pass(10 * time.Second)
		h.clock.Advance(-time.Minute) // once more
		h.do(id, Command{Type: CommandNote, Actor: op, Text: "she sounds calm"})
		h.pass(10 * time.Minute)
		if !slices.ContainsFunc(h.events(id), func(e Event) bool { return e.Type == EventReturned }) {
			t.Error("nothing was done for ten minutes, and it was not given back")
		}
		h.clock.Advance(9 * time.Hour) // and now it is right
		h.settle()
		events := h.events(id)
		for i := 1; i < len(events); i++ {
			if events[i].At.Before(events[i-1].At) {
				t.Errorf("event %d (%s) at %s follows one at %s", i+1, events[i].Type, events[i].At, events[i-1].At)
			}
		}
		if last := events[len(events)-1].At; last.After(h.clock.Now()) {
			t.Errorf("the last event is at %s, it is %s", last, h.clock.Now())
		}
		h.verified()
	})
}

func TestAnAlertOfAnEarlierProgramIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t).press()
	w.must(Command{Type: commandPress, signal: &Signal{ID: "s2", Kind: "fall", Path: "http", At: w.now}})
	shown := *w.a
	shown.LastAt, shown.Known = time.Time{}, nil
	if sameState(w.a, &shown) {
		t.Fatal("what an earlier program did not keep makes no difference: this test shows nothing")
	}
	folded := *w.a
	folded.notKept(&shown)
	if !sameState(&folded, &shown) {
		t.Error("the state that an earlier program wrote passes for forged")
	}
}

func TestWhoWasThereAndHasGoneIsThereNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3).press()
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	w.answer("h1", notify.AnswerComing)
	w.answer("h1", notify.AnswerArrived)
	w.pass(10 * time.Second)
	w.answer("h1", notify.AnswerCannot)
	if w.a.State != Accepted || w.a.OnSceneAt != nil {
		t.Fatalf("nobody is there any more, and the alert is %s, somebody there since %v", w.a.State, w.a.OnSceneAt)
	}
	w.pass(2 * time.Minute)
	if w.count(EventReturned, "") == 0 {
		t.Error("nothing was done for two minutes while nobody was there, and it was not given back")
	}
}

func TestABeatFromTheFutureKeepsNobodyAtTheirSeat(t *testing.T) {
	t.Parallel()
	held := []Held{{Alert: "a1", Operator: "gone", State: Accepted}, {Alert: "a2", Operator: "here", State: Accepted}}
	var b beats
	look := func(now time.Time) []Held {
		// The clock was an hour ahead when the console of the first fell silent; the other one is heard of by the clock as it is.
		all := []Seat{{Operator: "gone", BeatAt: start.Add(time.Hour)}, {Operator: "here", BeatAt: start.Add(time.Hour)}, {Operator: "here", BeatAt: now}}
		b.known(all, now)
		return silent(held, all, now)
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {44 * time.Second, 0}, {45 * time.Second, 1}, {-10 * time.Second, 0}, {35 * time.Second, 1}} {
		got := look(start.Add(c.after))
		if len(got) != c.want || c.want == 1 && got[0].Operator != "gone" {
			t.Errorf("%s after the clock was set: given back %v, want %d", c.after, got, c.want)
		}
	}
	for _, after := range []time.Duration{0, 31 * time.Second, 50 * time.Second} { // half a minute ahead: the clock has come to it by the end
		now := start.Add(2*time.Hour + after)
		soon := []Seat{{Operator: "gone", BeatAt: start.Add(2*time.Hour + 30*time.Second)}}
		b.known(soon, now)
		if got := len(silent(held, soon, now)); (got == 1) != (after == 50*time.Second) {
			t.Errorf("%s after a beat that was half a minute ahead: given back %d", after, got)
		}
	}
	here := []Seat{seat("here", 0)}
	here[0].BeatAt = start.Add(time.Second)
	b.known(here, start)
	if len(turns([]Waiting{waits("a", 10, 1)}, nil, here, start)) != 1 {
		t.Error("a clock that differs by a second takes a seat away")
	}
}
