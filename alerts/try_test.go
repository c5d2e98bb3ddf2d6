package alerts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// at lists when lines of an event and step come, in seconds.
func (r TryResult) at(event EventType, step string) (all []int) {
	for _, l := range r.Lines {
		if l.Event == event && l.Step == step {
			all = append(all, l.AfterS)
		}
	}
	return all
}

func TestATrialShowsWhatWouldHappen(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		q := TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID}}
		r, err := h.engine.Try(t.Context(), q)
		h.ok(err)
		if r.Plan != "emergency@1" || r.State != Raised {
			t.Errorf("plan %s, state %s; want the emergency plan, and that nothing but a human moves it", r.Plan, r.State)
		}
		for step, want := range map[string]int{"seats": 0, "seats-loud": 30, "supervisor": 60, "parent": 180} {
			if got := r.at(EventEscalated, step); len(got) == 0 || got[0] != want {
				t.Errorf("%s at %v, want %d s", step, got, want)
			}
		}
		calls := r.at(EventTold, "family-call")
		if !slices.Equal(calls, []int{0, 20, 60, 80, 120, 140}) {
			t.Errorf("contacts called at %v", calls)
		}
		if got := r.at(EventOffered, "wave-1"); len(got) != 3 || got[0] != 0 {
			t.Errorf("helpers asked at %v, want the three nearest of the house at once", got)
		}
		// Nothing of it has happened.
		open, _, err := h.engine.List(t.Context(), registry.ScopeAll(), Filter{State: "all"})
		h.ok(err)
		h.settle()
		if len(open) != 0 || len(h.carrier.sent) != 0 {
			t.Errorf("a trial left %d alerts and sent %d messages", len(open), len(h.carrier.sent))
		}
	})
}

func TestATrialWithAnswers(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var q TryQuery
		q.Elder = h.elder.ID
		for _, text := range []string{"operator=accept@10s", "helper2=coming@25s", "helper2=arrived@5m", "helper9=coming@6m"} {
			an, err := ParseTryAnswer(text)
			h.ok(err)
			q.Answers = append(q.Answers, an)
		}
		r, err := h.engine.Try(t.Context(), q)
		h.ok(err)
		if r.State != OnScene || len(r.at(EventEscalated, "seats-loud")) != 0 || !slices.Equal(r.Silent, []string{"helper9=coming@360s"}) {
			t.Errorf("state %s, loud at %v, unheard %v", r.State, r.at(EventEscalated, "seats-loud"), r.Silent)
		}
		if got := r.at(EventTold, "family-arrived"); len(got) == 0 || got[0] != 300 {
			t.Errorf("the family told at %v, want 300 s", got)
		}

		q = TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID, Kind: "inactivity"}, ForS: 300}
		r, err = h.engine.Try(t.Context(), q)
		h.ok(err)
		if got := r.at(EventContinued, "no-answer"); !slices.Equal(got, []int{120}) {
			t.Errorf("goes on as an emergency at %v, want 120 s", got)
		}
		q.Answers = []TryAnswer{{Who: "elder", What: "well", AfterS: 30}}
		if r, err = h.engine.Try(t.Context(), q); err != nil || r.State != Closed {
			t.Errorf("an elder who is well: %s %v", r.State, err)
		}
	})
}

func TestATrialOfATextNamesItsMistakes(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, err := h.engine.Try(t.Context(), TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID, Body: strings.Replace(goodPlan, "do: sound", "do: souund", 1)}})
		if !fault.Is(err, fault.Invalid) || len(fault.FieldsOf(err)) == 0 || !strings.HasPrefix(fault.FieldsOf(err)[0].Name, "line ") {
			t.Errorf("got %v", err)
		}
		r, err := h.engine.Try(t.Context(), TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID, Body: goodPlan}, ForS: 60})
		if err != nil || r.Plan != "night@0" || len(r.at(EventEscalated, "boss")) != 1 {
			t.Errorf("%+v %v", r, err)
		}
		for _, q := range []TryQuery{{ForS: 1 << 30}, {PlanQuery: PlanQuery{Elder: "nobody"}}, {PlanQuery: PlanQuery{Plan: "none"}}} {
			if _, err := h.engine.Try(t.Context(), q); err == nil {
				t.Errorf("%+v was tried", q)
			}
		}
		if _, err := ParseTryAnswer("contact1=coming"); err == nil {
			t.Error("an answer without a time was taken")
		}
		if an, err := ParseTryAnswer("contact1=coming@90s"); err != nil || an.AfterS != int((90*time.Second).Seconds()) {
			t.Errorf("%+v %v", an, err)
		}
	})
}
