package alerts

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

func TestFromThePressToTheDoor(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.settle()
		if n := len(h.carrier.to("k1", "family_call")); n != 1 {
			t.Fatalf("first contact was called %d times at once, want 1", n)
		}
		if n := len(h.carrier.to("h1", "helper_offer")); n != 1 {
			t.Fatalf("nearest helper was asked %d times, want 1", n)
		}
		h.pass(10 * time.Second)
		h.do(id, Command{Type: CommandAccept, Actor: op})
		_, known, err := h.outbox.TakeDigit(t.Context(), notify.Digit{Message: h.carrier.to("h1", "helper_offer_call")[0].ID, Digits: "1", Call: "CA1"})
		if !known || err != nil {
			t.Fatalf("digit: known %v, %v", known, err)
		}
		h.settle()
		if a := h.get(id); a.State != Helping || a.Person("h1").State != PersonComing {
			t.Fatalf("state %s, helper %s", a.State, a.Person("h1").State)
		}
		if m := h.carrier.to("h1", "helper_details"); len(m) != 1 || !strings.Contains(m[0].Text, "4471") {
			t.Errorf("who comes was not told how to get in: %d messages", len(m))
		}
		h.do(id, Command{Type: CommandArrive, Actor: op, Person: "h1"})
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		h.do(id, Command{Type: CommandCall, Actor: op, Person: "elder"})
		h.settle()
		if m := h.carrier.to(string(h.elder.ID), "elder_callback"); len(m) != 1 || m[0].Dial == "" {
			t.Error("the elder was not called back with an operator to talk to")
		}
		h.do(id, Command{Type: CommandFollowUp, Actor: op, Satisfaction: Satisfied, Reached: ReachedElder})
		if a := h.do(id, Command{Type: CommandClose, Actor: op}); a.State != Closed || a.DueAt != nil {
			t.Errorf("state %s due %v", a.State, a.DueAt)
		}
		h.verified()
	})
}

func TestBeforeThePromiseAHelperLearnsLittle(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.press("sos")
		h.settle()
		for _, m := range append(h.carrier.to("h1", ""), h.carrier.to("h2", "")...) {
			for _, secret := range []string{"张秀英", "88弄", "502室", "door code", "penicillin"} {
				if strings.Contains(m.Text, secret) {
					t.Errorf("%s tells %q to a helper who has not promised to come", m.Template, secret)
				}
			}
		}
	})
}

func TestPressesJoinAndStrangersRaise(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		first := h.press("sos")
		if again := h.press("fall"); again != first {
			t.Error("a second press raised a second alert")
		}
		if low := h.press("low_battery"); low == first || low == "" {
			t.Error("a flat battery must be its own task")
		}
		if quiet := h.press("heartbeat"); quiet != "" {
			t.Error("a heartbeat raised something")
		}
		stranger := Signal{ID: "s9", Kind: "sos", Protocol: "http", Identity: "nobody-knows-me", At: h.clock.Now(), ReceivedAt: h.clock.Now()}
		a := h.get(h.signal(stranger))
		if !a.Unidentified || a.Centre != "c1" {
			t.Errorf("unidentified %v centre %q", a.Unidentified, a.Centre)
		}
		if again := h.signal(stranger); again != a.ID {
			t.Error("the stranger's second press raised a second alert")
		}
		h.do(first, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
		if after := h.press("sos"); after == first {
			t.Error("a press after the end must raise anew")
		}
		h.verified()
	})
}

func TestManyPressesAtOnceAreOneAlert(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		ids := make([]AlertID, 20)
		for i := range ids {
			wg.Go(func() {
				for range 10 { // another node may win; the sender then tries again, as devices do
					err := h.db.Update(t.Context(), func(tx *db.Tx) (err error) {
						ids[i], err = h.engine.Signal(t.Context(), tx, Signal{ID: db.NewID(), Kind: "sos", Device: h.device, Elder: h.elder.ID,
							Protocol: "http", Identity: "pendant-1", At: start, ReceivedAt: start})
						return err
					})
					if err == nil {
						return
					}
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == "" {
				t.Fatalf("presses gave alerts %v", ids)
			}
		}
		if a := h.get(ids[0]); a.Presses != 20 {
			t.Errorf("%d presses counted, want 20", a.Presses)
		}
		h.verified()
	})
}

func TestARepeatedCommandIsDoneOnce(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		c := Command{Type: CommandNote, Actor: operator("operator"), Text: "she sounds calm", Key: "key-1"}
		before := h.do(id, c).Seq
		if after := h.do(id, c).Seq; after != before {
			t.Error("the same Idempotency-Key wrote twice")
		}
		other := h.press("low_battery")
		if _, err := h.engine.Do(t.Context(), other, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("the key of one alert on another: %v, want Conflict", err)
		}
	})
}

func TestOneStuckAlertDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		stranger := func(who string) AlertID {
			return h.signal(Signal{ID: who, Kind: "sos", Protocol: "phone", Identity: who, At: start, ReceivedAt: start})
		}
		stuck, well := stranger("one"), stranger("two")
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE alerts SET snapshot = ? WHERE id = ?`, []byte("not a cell"), string(stuck))
			return err
		}))
		h.engine.store.fresh.take(stuck)
		h.clock.Advance(31 * time.Second) // nobody accepts: both are due
		did, _, err := h.engine.Step(t.Context())
		if did != 1 || err == nil || !strings.Contains(err.Error(), string(stuck)) {
			t.Errorf("did %d, %v; want one moved and the other named", did, err)
		}
		if got := h.get(well).Level; got != 2 {
			t.Errorf("level %d of the other alert, want 2", got)
		}
	})
}

func TestLinksOpenOneAlertUntilItCloses(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		h.settle()
		text := h.carrier.to("k1", "family_alarm")[0].Text
		if code := h.get(id).Code; len(code) != 4 || !strings.Contains(text, code) {
			t.Errorf("code %q is not in the SMS", code)
		}
		_, after, _ := strings.Cut(text, "/f/")
		token := after[:linkLength]
		a, who, err := h.engine.ByLink(t.Context(), token)
		if err != nil || a.ID != id || who.ID != "k1" {
			t.Fatalf("link: %v %v %v", a, who, err)
		}
		if _, err := h.engine.Answer(t.Context(), id, "k1", notify.AnswerComing, "link"); err != nil {
			t.Fatal(err)
		}
		op := operator("operator")
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeFamily})
		h.do(id, Command{Type: CommandFollowUp, Actor: op, Satisfaction: Satisfied, Reached: "k1"})
		h.do(id, Command{Type: CommandClose, Actor: op})
		for _, dead := range []string{token, "wrong", strings.Repeat("A", linkLength)} {
			if _, _, err := h.engine.ByLink(t.Context(), dead); !fault.Is(err, fault.NotFound) {
				t.Errorf("link after close: %v, want NotFound", err)
			}
		}
	})
}

func TestLinkedAlertsBecomeOne(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		first := h.press("sos")
		second := h.signal(Signal{ID: "s2", Kind: "sos", Protocol: "phone", Identity: "withheld", At: start, ReceivedAt: start})
		h.settle()
		a := h.do(second, Command{Type: CommandLink, Actor: operator("operator"), Alert: first})
		if a.State != Joined || a.JoinedTo != first {
			t.Errorf("state %s joined to %s", a.State, a.JoinedTo)
		}
		events, err := h.engine.Events(t.Context(), first)
		if err != nil || events[len(events)-1].Type != EventLinked {
			t.Errorf("the other alert does not tell of it: %v", err)
		}
		h.verified()
	})
}

func TestAnAlteredHistoryShows(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"altered":   `UPDATE events SET type = 'note' WHERE seq = 3`,
		"moved":     `UPDATE events SET at = at + 1 WHERE seq = 2`,
		"missing":   `DELETE FROM events WHERE seq = 4`,
		"tail cut":  `DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events)`,
		"swapped":   `UPDATE events SET hash = prev WHERE seq = 5`,
		"pretended": `UPDATE alerts SET seq = seq + 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := clock.NewManual(start)
			h := newHouse(t, dbtest.Open(t, db.Options{Path: dbtest.Path(t)}, clk), clk)
			h.press("sos")
			h.verified()
			h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), harm); return err }))
			rep, err := h.engine.Verify(t.Context())
			if err != nil || len(rep.Problems) == 0 {
				t.Errorf("not seen: %v %v", rep, err)
			}
		})
	}
}

func TestAnErasedElderLeavesAWholeChain(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		id := h.press("sos")
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error { return h.vault.Shred(t.Context(), tx, string(h.elder.ID)) }))
		if _, err := h.engine.Do(t.Context(), id, Command{Type: CommandNote, Actor: operator("operator"), Text: "x"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an alert of an erased elder was written from memory: %v", err)
		}
		rep, err := h.engine.Verify(t.Context())
		if err != nil || len(rep.Problems) > 0 || rep.Unread == 0 {
			t.Errorf("verify after erasure: %+v, %v", rep, err)
		}
	})
}

func TestNothingPersonalInClear(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(start)
	o := db.Options{Path: dbtest.Path(t)}
	h := newHouse(t, dbtest.Open(t, o, clk), clk)
	h.press("sos")
	h.settle()
	for _, secret := range []string{"张秀英", "黄陂北路", "door code 4471", "penicillin", "19900000001", "19900000100"} {
		if where := grep(t, o.Path, secret); where != "" {
			t.Errorf("%q stands in clear in %s", secret, where)
		}
	}
}

func TestPlansAreVersioned(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		old := h.press("sos")
		docs, err := h.engine.Plans(t.Context())
		h.ok(err)
		var body string
		for _, d := range docs {
			if d.ID == "emergency" {
				body = strings.Replace(d.Body, "helpers: 3", "helpers: 1", 1)
			}
		}
		if _, err := h.engine.SavePlan(t.Context(), PlanDraft{By: operator("operator"), Body: body, Scope: registry.ScopeAll()}, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("an operator wrote a plan: %v", err)
		}
		doc, err := h.engine.SavePlan(t.Context(), PlanDraft{By: operator("manager"), Body: body, Scope: registry.ScopeAll()}, nil)
		if err != nil || doc.Version != 2 {
			t.Fatalf("save: %+v %v", doc, err)
		}
		h.ok(h.engine.Start(t.Context())) // a restart does not undo what a manager wrote
		if got := h.get(old).Plan; got != "emergency@1" {
			t.Errorf("open alert moved to plan %s", got)
		}
		h.do(old, Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
		if got := h.get(h.press("sos")).Plan; got != "emergency@2" {
			t.Errorf("new alert follows plan %s", got)
		}
	})
}

func TestStreamHasNoGaps(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		changed := h.engine.Changed()
		h.press("sos")
		select {
		case <-changed:
		default:
			t.Error("nobody was told of the change")
		}
		all, err := h.engine.After(t.Context(), 0, 1000)
		h.ok(err)
		for i, c := range all {
			if c.Event.Global != int64(i+1) {
				t.Fatalf("event %d has global number %d", i, c.Event.Global)
			}
		}
		last, err := h.engine.LastGlobal(t.Context())
		if err != nil || last != int64(len(all)) {
			t.Errorf("last %d of %d, %v", last, len(all), err)
		}
		list, _, err := h.engine.List(t.Context(), registry.ScopeOf("elsewhere"), Filter{})
		if err != nil || len(list) != 0 {
			t.Errorf("another centre sees %d alerts, %v", len(list), err)
		}
		h.signal(Signal{ID: "s9", Kind: "sos", Protocol: "phone", Identity: "withheld", At: start, ReceivedAt: start})
		list, _, err = h.engine.List(t.Context(), registry.ScopeOf("elsewhere"), Filter{})
		if err != nil || len(list) != 1 || !list[0].VisibleTo(registry.ScopeOf("elsewhere")) {
			t.Errorf("an unidentified alert must be seen everywhere: %d, %v", len(list), err)
		}
	})
}

// grep tells in which of a database's files a text stands in clear; "" when in none.
func grep(t *testing.T, path, text string) string {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files at %s: %v", path, err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte(text)) {
			return filepath.Base(f)
		}
	}
	return ""
}
