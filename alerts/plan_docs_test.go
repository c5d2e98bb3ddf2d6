package alerts

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheExamplesOfThePageArePlans takes every plan that docs/plans.md shows, and plays the first one through.
func TestTheExamplesOfThePageArePlans(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/plans.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) == 0 {
		t.Fatal("the page shows no plan")
	}
	for _, x := range examples {
		if _, wrong := CheckPlan(x[1], "emergency"); len(wrong) > 0 {
			t.Errorf("%v in\n%s", wrong, x[1])
		}
	}
	eachHouse(t, func(t *testing.T, h *house) {
		night := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
		r, err := h.engine.Try(t.Context(), TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID, Kind: "door", At: night, Body: string(examples[0][1])}})
		h.ok(err)
		if got := r.at(EventContinued, "on"); !slices.Equal(got, []int{180}) || len(r.at(EventTold, "ask")) != 2 {
			t.Errorf("goes on as an emergency at %v after %d calls, want 180 s and two", got, len(r.at(EventTold, "ask")))
		}
	})
}

// TestThePageHasEveryWord holds that docs/plans.md names every condition and verb that a plan may use.
func TestThePageHasEveryWord(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/plans.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range append(conditionNames(), doSound, doTell, doCall, doOffer, doEscalate, doShare, doPrompt, doContinue, doStandDown, doFinish, doCheck) {
		if !strings.Contains(string(page), word) {
			t.Errorf("the page does not name %s", word)
		}
	}
}
