package alerts

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// beside is another node on the same database.
func (h *house) beside(log *slog.Logger) *Engine {
	h.t.Helper()
	e := New(Options{DB: h.db, Vault: h.vault, Registry: h.reg, Outbox: h.outbox, Clock: h.clock, Log: log, PublicURL: "http://anling.test"})
	h.ok(e.Start(h.t.Context()))
	return e
}

// draft is a manager's plan for the centre of the house, made from the good one.
func (h *house) draft(old, now string) PlanDraft {
	always := strings.Replace(goodPlan, "when:\n  hours: [{from: \"22:00\", to: \"06:00\"}]\n", "", 1)
	return PlanDraft{Centre: "c1", Body: strings.Replace(always, old, now, 1), Scope: registry.ScopeAll(),
		By: Actor{Kind: ActorOperator, ID: "o1", Role: "admin", Rights: registry.BuiltInRights("admin")}}
}

func TestAnotherNodeChoosesANewPlanWithinSeconds(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		other := h.beside(slog.New(slog.DiscardHandler))
		doc, err := h.engine.SavePlan(t.Context(), h.draft("for: [sos, fall]", "for: [smoke]"), nil)
		h.ok(err)
		h.clock.Advance(planAge)
		var id AlertID
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) (err error) {
			id, err = other.Signal(t.Context(), tx, Signal{ID: db.NewID(), Kind: "smoke", Device: h.device, Elder: h.elder.ID,
				Protocol: "http", Identity: "pendant-1", At: h.clock.Now(), ReceivedAt: h.clock.Now()})
			return err
		}))
		if got := h.get(id).Plan; got != Ref(doc.ID, 1) {
			t.Errorf("five seconds later a press at the other node has %s, want %s", got, Ref(doc.ID, 1))
		}
		h.ok(h.engine.WithdrawPlan(t.Context(), doc.ID, h.draft("", ""), nil))
		h.clock.Advance(planAge)
		_, _, err = other.Step(t.Context())
		h.ok(err)
		if slices.Contains(other.plans.names(), "night") {
			t.Error("a step later the withdrawn plan is still chosen by the other node")
		}
		all, err := h.engine.PlanVersions(t.Context(), doc.ID)
		h.ok(err)
		if len(all) != 2 || all[0].Body != "" || all[1].Body == "" || all[0].Author != "o1" || all[0].At.IsZero() {
			t.Errorf("the history is %+v, want the plan and its withdrawal", all)
		}
	})
}

func TestWhoMayWithdrawAPlan(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		doc, err := h.engine.SavePlan(t.Context(), h.draft("", ""), nil)
		h.ok(err)
		forAll, helper := h.draft("", ""), h.draft("", "")
		forAll.Centre, helper.By.Rights = "", registry.BuiltInRights("operator")
		for id, tt := range map[string]struct {
			draft PlanDraft
			want  fault.Kind
		}{
			"emergency": {forAll, fault.Invalid}, doc.ID: {helper, fault.Denied}, "none~c1": {h.draft("", ""), fault.NotFound},
		} {
			if err := h.engine.WithdrawPlan(t.Context(), id, tt.draft, nil); !fault.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", id, err, tt.want)
			}
		}
		if _, err := h.engine.PlanVersions(t.Context(), "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the history of no plan: %v", err)
		}
	})
}

func TestAPlanThatCannotBeReadDoesNotStopTheService(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
			for id, body := range map[string]string{"emergency": "- not: [a plan", "other": "42"} {
				if _, err := h.engine.store.addPlan(t.Context(), tx, PlanDoc{ID: id, Body: body, Author: "o1"}); err != nil {
					return err
				}
			}
			return nil
		}))
		var said bytes.Buffer
		other := h.beside(slog.New(slog.NewTextHandler(&said, nil)))
		got, err := other.PlanFor(t.Context(), PlanQuery{Elder: h.elder.ID, At: start.Add(time.Hour)})
		h.ok(err)
		if got.Chosen.ID != "emergency" || got.Chosen.Version != 1 || slices.Contains(other.plans.names(), "other") {
			t.Errorf("chosen %s@%d of %v, want the version that can be read", got.Chosen.ID, got.Chosen.Version, other.plans.names())
		}
		if !strings.Contains(said.String(), "emergency@2") || !strings.Contains(said.String(), "other@1") || strings.Count(said.String(), "level=ERROR") != 2 {
			t.Errorf("the log says %s", said.String())
		}
	})
}

func TestAPlanGoesOnOnlyWithOneThatThereIs(t *testing.T) {
	t.Parallel()
	body := "plan: p\nname: {zh: 预, en: p}\nfor: [door]\npriority: 2\nsteps:\n  - step: a\n    do: continue\n    with: emergencyy\n    what: {zh: 转, en: go on}\n"
	if _, wrong := CheckPlan([]byte(body)); len(wrong) != 0 {
		t.Fatalf("%+v", wrong)
	}
	_, wrong := CheckPlan([]byte(body), "emergency")
	if len(wrong) != 1 || wrong[0].Line != 8 || wrong[0].Path != "steps[1].with" {
		t.Errorf("got %+v, want the mistake at line 8", wrong)
	}
}
