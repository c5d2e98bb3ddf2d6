package alerts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/notify"
	"anling/registry"
)

func (h *house) records(where string, args ...any) (out []Record) {
	h.t.Helper()
	h.ok(h.db.View(h.t.Context(), func(tx *db.Tx) error {
		all, err := h.engine.store.records(h.t.Context(), tx, where, args...)
		for _, r := range all {
			out = append(out, *r)
		}
		return err
	}))
	return out
}

// digit answers the newest call to a person by a template.
func (h *house) digit(person, template, digits string) {
	h.t.Helper()
	calls := h.carrier.to(person, template)
	if len(calls) == 0 {
		h.t.Fatalf("%s was not called by %s", person, template)
	}
	_, known, err := h.outbox.TakeDigit(h.t.Context(), notify.Digit{Message: calls[len(calls)-1].ID, Digits: digits, Call: "CA-" + person + digits})
	if !known || err != nil {
		h.t.Fatalf("digit of %s: known %v, %v", person, known, err)
	}
	h.settle()
}

// TestTheRecordIsTheSumOfTheEvents lives through an alert with a yes, a no, a silence, a withdrawal, a recall, an arrival and a
// second round, and makes the records anew.
func TestTheRecordIsTheSumOfTheEvents(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.settle()
		h.do(id, Command{Type: CommandAccept, Actor: op})
		h.pass(10 * time.Second)
		h.digit("h1", "helper_offer_call", "1")
		h.digit("h2", "helper_offer_call", "2")
		h.digit("k1", "family_call", "1")
		h.pass(20 * time.Second)
		h.digit("h1", "helper_offer_call", "2") // withdraws
		h.pass(70 * time.Second)
		h.do(id, Command{Type: CommandAssign, Actor: op, Helper: "h5"})
		h.do(id, Command{Type: CommandDepart, Actor: op, Person: "h5"})
		h.pass(time.Minute)
		h.do(id, Command{Type: CommandArrive, Actor: op, Person: "h5"})
		h.settle()
		h.do(id, Command{Type: CommandResolve, Actor: op, Outcome: OutcomeHelped})
		h.do(id, Command{Type: CommandReopen, Actor: op, Reason: "again"})
		h.settle()
		live := h.records(`alert = ? ORDER BY seq`, string(id))
		h.checkStory(live)
		n, err := h.engine.Remember(t.Context())
		if err != nil || n != len(live) {
			t.Errorf("made %d records anew, %v, want %d", n, err, len(live))
		}
		if diff := gocmp.Diff(live, h.records(`alert = ? ORDER BY seq`, string(id))); diff != "" {
			t.Errorf("the records are not the sum of the events (-live +anew):\n%s", diff)
		}
	})
}

func (h *house) checkStory(live []Record) {
	h.t.Helper()
	first := map[string]Record{}
	for _, r := range slices.Backward(live) {
		first[r.Person] = r
	}
	h1, h2, h3, h5, k1, k2 := first["h1"], first["h2"], first["h3"], first["h5"], first["k1"], first["k2"]
	if d, ok := h1.Delay(); !ok || d != 10*time.Second || h1.Answer != "coming" || h1.AnsweredBy != "voice" || h1.WithdrawnAt == nil {
		h.t.Errorf("h1 said yes after 10 s by voice and withdrew: %+v", h1)
	}
	if h1.Kind != "sos" || h1.Priority != 1 || h1.Phase != "wave-1" || h1.Hour != 16 || !slices.Equal(h1.Channels, []string{"sms", "voice"}) {
		h.t.Errorf("how h1 was asked: %+v", h1)
	}
	if h1.TravelS <= 0 || h1.Metres <= 0 || h1.Mode != "foot" || h1.PositionAgeS == nil || *h1.PositionAgeS != 0 || h1.Others != 0 || h3.Others != 2 {
		h.t.Errorf("from where h1 was asked: %+v; before h3 %d", h1, h3.Others)
	}
	if h2.Answer != "cannot" || h2.WithdrawnAt != nil || h3.Answer != "" || h3.AnsweredAt != nil || h3.StoodDownAt == nil {
		h.t.Errorf("h2 said no, h3 nothing until nobody was needed: %+v %+v", h2, h3)
	}
	if _, own := h5.Delay(); own || h5.AnsweredBy != "operator" || h5.DepartedAt == nil || h5.ArrivedAt == nil || h5.ArrivedAt.Sub(*h5.DepartedAt) != time.Minute {
		h.t.Errorf("h5 was sent by an operator, and was there: %+v", h5)
	}
	if k1.Part != PartContact || k1.Answer != "coming" || k2.Answer != "" || k2.Part != PartContact {
		h.t.Errorf("the family: %+v %+v", k1, k2)
	}
	rounds := 0
	for _, r := range live {
		if r.Person == "k1" {
			rounds++
		}
	}
	if rounds != 2 {
		h.t.Errorf("the daughter was told in %d rounds, want 2", rounds)
	}
}

func TestARecallIsNoOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 2, 3, 4).press()
	w.answer("h1", notify.AnswerComing)
	w.answer("h2", notify.AnswerComing)
	w.answer("h3", notify.AnswerComing)
	w.pass(7 * time.Second)
	w.answer("h1", notify.AnswerCannot)
	all, err := recordsOf(w.events, func(registry.CentreID) (*time.Location, error) { return time.UTC, nil })
	if err != nil {
		t.Fatal(err)
	}
	var theirs []*Record
	for _, r := range all {
		if r.Person == "h3" {
			theirs = append(theirs, r)
		}
	}
	if len(theirs) != 1 || theirs[0].ReservedAt == nil || theirs[0].RecalledAt == nil || theirs[0].RecalledAt.Sub(start) != 7*time.Second {
		t.Errorf("a reserve who was called back: %+v, want one record", theirs)
	}
}

func TestTheBudgetIsKeptFromAlertToAlert(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, err := h.reg.ChangeHelper(ctx, "h1", []byte(`{"version":1,"weekly_offers":1}`))
		h.ok(err)
		op := operator("supervisor")
		for range 2 {
			id := h.press("sos")
			h.settle()
			h.do(id, Command{Type: CommandCancel, Actor: op, Reason: "x", Reached: ReachedElder})
		}
		if n := len(h.records(`person = ?`, "h1")); n != 1 {
			t.Errorf("h1 wants one offer a week and was asked %d times while others were in reach", n)
		}
		got, err := h.engine.Recall(ctx, "h1")
		if err != nil || got.ThisWeek != 1 || got.SevenDay != 1 || *got.Budget != 1 || got.Quiet {
			t.Errorf("what is known of h1: %+v, %v", got, err)
		}
		found, _, err := h.engine.Candidates(ctx, h.press("sos"), 10)
		h.ok(err)
		i := slices.IndexFunc(found, func(c Candidate) bool { return c.Helper == "h1" })
		if i < 0 || found[i].Reasons[0].Code != ReasonOverBudget {
			t.Errorf("h1 does not stand among the candidates with the reason: %v", found)
		}
		h.clock.Advance(7 * 24 * time.Hour)
		if got, err := h.engine.Recall(ctx, "h1"); err != nil || got.ThisWeek != 0 || got.Offers != 1 {
			t.Errorf("a week later: %+v, %v", got, err)
		}
	})
}

func TestWhatIsKnownOfSomebody(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) *time.Time { x := start.Add(d); return &x }
	week := start.Add(-8 * time.Hour) // Monday
	rec := func(ago time.Duration, answer notify.Answer, delay time.Duration) Record {
		r := Record{AskedAt: start.Add(-ago), Answer: string(answer), AnsweredBy: "voice"}
		if answer != "" {
			r.AnsweredAt = at(delay - ago)
		}
		return r
	}
	came, left, let := rec(time.Hour, notify.AnswerComing, 10*time.Second), rec(2*time.Hour, notify.AnswerComing, 20*time.Second), rec(3*24*time.Hour, "", 0)
	came.DepartedAt, came.ArrivedAt, left.WithdrawnAt, let.StoodDownAt = at(0), at(0), at(0), at(0)
	got := know([]Record{came, left, let, rec(10*24*time.Hour, notify.AnswerCannot, 60*time.Second), rec(9*time.Hour, "", 0)}, week, start)
	median, p90 := 20, 60
	want := Known{Offers: 5, Yes: 2, No: 1, Silent: 1, Departed: 1, Arrived: 1, Withdrawn: 1, StoodDown: 1,
		MedianS: &median, P90S: &p90, ThisWeek: 2, SevenDay: 4, LastAt: at(-time.Hour)}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// BenchmarkKnown reads what is known of 24 candidates with a thousand records each.
func BenchmarkKnown(b *testing.B) {
	clk := clock.NewManual(start)
	h := newBenchHouse(b, dbtest.Open(b, db.Options{Path: dbtest.Path(b)}, clk), clk)
	ctx := context.Background()
	var ids []string
	for p := range 24 {
		id := fmt.Sprintf("p%02d", p)
		ids = append(ids, id)
		var all []*Record
		for n := range 1000 {
			all = append(all, &Record{Alert: AlertID(fmt.Sprintf("x%04d", n)), Person: id, Seq: int64(p), Part: PartHelper, Kind: "sos", Priority: 1, Phase: "wave-1",
				Channels: []string{"sms", "voice"}, AskedAt: start.Add(-time.Duration(n) * time.Hour)})
		}
		h.ok(h.db.Update(ctx, func(tx *db.Tx) error { return h.engine.store.saveRecords(ctx, tx, all) }))
	}
	b.ResetTimer()
	for b.Loop() {
		var found map[string][]Record
		h.ok(h.db.View(ctx, func(tx *db.Tx) (err error) {
			found, err = h.engine.store.lastRecords(ctx, tx, ids)
			return err
		}))
		if len(found) != 24 || len(found["p00"]) != knownOffers {
			b.Fatalf("found %d people, %d of the first", len(found), len(found["p00"]))
		}
		if !slices.IsSortedFunc(found["p00"], func(x, y Record) int { return cmp.Compare(y.AskedAt.UnixNano(), x.AskedAt.UnixNano()) }) {
			b.Fatal("not the newest first")
		}
	}
}

// TestRecordsGoWithTheAlert: what was recorded of an elder's own people goes with the elder, all of it with the alert.
func TestRecordsGoWithTheAlert(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.press("sos")
		h.settle()
		h.do(id, Command{Type: CommandCancel, Actor: operator("supervisor"), Reason: "x", Reached: ReachedElder})
		var held []HeldAlert
		h.ok(h.db.View(ctx, func(tx *db.Tx) (err error) {
			held, err = h.engine.HeldTx(ctx, tx, h.elder.ID)
			return err
		}))
		if len(held) != 1 || len(held[0].Asked) != 5 {
			t.Fatalf("held of the elder: %+v, want one alert in which three helpers and two contacts were asked", held)
		}
		h.ok(h.db.Update(ctx, func(tx *db.Tx) error { return h.engine.ForgetTx(ctx, tx, h.elder.ID) }))
		left := h.records(`alert = ? ORDER BY seq`, string(id))
		if len(left) != 3 || slices.ContainsFunc(left, func(r Record) bool { return r.Part == PartContact }) {
			t.Errorf("after the erasure: %+v, want the helpers'", left)
		}
		n, err := h.engine.Remember(ctx)
		if again := h.records(`alert = ?`, string(id)); err != nil || n != 0 || len(again) != 3 {
			t.Errorf("of a story that cannot be read %d were made anew, %v; %d are left, want 3", n, err, len(again))
		}
		h.clock.Advance(time.Hour)
		h.ok(h.db.Update(ctx, func(tx *db.Tx) error {
			_, _, err := h.engine.ExpireTx(ctx, tx, h.clock.Now(), 10)
			return err
		}))
		if left := h.records(`alert = ?`, string(id)); len(left) != 0 {
			t.Errorf("after the alert has gone: %+v", left)
		}
	})
}

// TestTheAwakeAreFoundBehindThoseWhoSleep: more people than one search looks at live nearer and have their quiet hours.
func TestTheAwakeAreFoundBehindThoseWhoSleep(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		always := []registry.Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "00:00", To: "00:00"}}
		for i := range findK + 2 {
			_, err := h.reg.CreateHelper(t.Context(), registry.Helper{ID: registry.HelperID(fmt.Sprintf("sleeper%d", i)), Centre: "c1", Name: "Helper", OnDuty: true,
				Phones: []string{fmt.Sprintf("+86199000004%02d", i)}, Modes: []geo.Mode{geo.Foot}, QuietHours: always,
				Position: &geo.Position{Point: orb.Point{121.47 + 0.00001*float64(i), 31.23}, At: start}})
			h.ok(err)
		}
		id := h.press("sos")
		h.settle()
		a := h.get(id)
		for _, id := range []string{"h1", "h2", "h3"} {
			if a.Person(id) == nil {
				t.Errorf("%s, who is awake and in reach, was not asked", id)
			}
		}
		if n := len(h.records(`person LIKE 'sleeper%' ORDER BY seq`)); n != 0 {
			t.Errorf("%d were woken though others were in reach", n)
		}
	})
}
