package alerts

import (
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/notify"
)

// TestWhoWasNotAnsweredIsCalledBackByWhoTakesIt: not before, by machine, until they were reached, and no more than three times.
func TestWhoWasNotAnsweredIsCalledBackByWhoTakesIt(t *testing.T) {
	t.Parallel()
	op := operator("operator")
	kept := func() *world {
		w := newWorld(t).press()
		w.must(Command{Type: commandKeep, Actor: System()})
		w.must(Command{Type: commandKeep, Actor: System()})
		w.pass(30 * time.Second)
		wantTold(t, w, "e1", "elder_callback")
		return w
	}
	w := kept()
	if n := w.count(EventKept, ""); n != 1 {
		t.Errorf("noted %d times, want once", n)
	}
	w.must(Command{Type: CommandAccept, Actor: op})
	w.receipts("e1", notify.Voice, notify.StatusNoAnswer)
	w.pass(61 * time.Second)
	w.receipts("e1", notify.Voice, notify.StatusVoicemail)
	w.pass(5 * time.Minute)
	wantTold(t, w, "e1", "elder_callback", 30, 90, 150)

	w = kept()
	w.must(Command{Type: CommandAccept, Actor: op})
	w.receipts("e1", notify.Voice, notify.StatusAnswered)
	w.receipts("e1", notify.Voice, notify.StatusCompleted)
	w.pass(5 * time.Minute)
	wantTold(t, w, "e1", "elder_callback", 30)

	w = newWorld(t).press()
	w.a.Silent = true
	w.must(Command{Type: commandKeep, Actor: System()})
	w.must(Command{Type: CommandAccept, Actor: op})
	w.pass(time.Minute)
	wantTold(t, w, "e1", "elder_callback")

	w = newWorld(t).press()
	w.must(Command{Type: CommandAccept, Actor: op})
	w.pass(time.Minute)
	wantTold(t, w, "e1", "elder_callback")
}

// stranger calls from a number that nobody knows; no seat could answer.
func (h *house) stranger(number string) AlertID {
	h.t.Helper()
	id := h.signal(Signal{ID: db.NewID(), Kind: "call", Protocol: "phone", Identity: number, At: h.clock.Now(), ReceivedAt: h.clock.Now()})
	h.ok(h.engine.Kept(h.t.Context(), id))
	h.settle()
	return id
}

func TestACallerWhomNobodyKnowsIsCalledBackInTurn(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		const number = "+8619900000777"
		id := h.stranger(number)
		h.pass(10 * time.Second)
		if n := len(h.carrier.to(callerID, "")); n != 0 {
			t.Errorf("called %d times before a seat had taken it", n)
		}
		h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
		h.settle()
		calls := h.carrier.to(callerID, "elder_callback")
		if len(calls) != 1 || calls[0].To != number || calls[0].Dial == "" {
			t.Fatalf("called back by %+v, want once, by their number and connected", calls)
		}
		if strings.Contains(calls[0].Text, "{") || !strings.HasPrefix(calls[0].Text, "您好") {
			t.Errorf("the caller hears %q", calls[0].Text)
		}
		h.do(id, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
		h.verified()
	})
}

// TestAWithheldNumberWaitsInItsTurn: there is nobody to call, and the alert is as loud as the others.
func TestAWithheldNumberWaitsInItsTurn(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.stranger("")
		if a := h.get(id); a.KeptAt == nil || a.Person(callerID) != nil {
			t.Errorf("kept %v, with %+v: want it noted, and nobody to call", a.KeptAt, a.Person(callerID))
		}
		h.do(id, Command{Type: CommandAccept, Actor: operator("operator")})
		h.pass(time.Minute)
		h.verified()
	})
}

// TestNobodyIsToldTheNameOfAKey: what stands for an unknown person is words.
func TestNobodyIsToldTheNameOfAKey(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		if got := (&Alert{}).name(lang); got == "" || strings.Contains(got, ".") {
			t.Errorf("%s: an unknown person is called %q", lang, got)
		}
	}
}
