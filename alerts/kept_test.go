package alerts

import (
	"testing"
	"time"

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
