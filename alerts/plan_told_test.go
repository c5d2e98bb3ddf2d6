package alerts

import (
	"slices"
	"strings"
	"testing"

	"anling/internal/words"
)

// TestEveryWordOfAPlanCanBeTold holds that no sentence falls back on a word of the program.
func TestEveryWordOfAPlanCanBeTold(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, c := range conditionNames() {
		keys = append(keys, "plan.if."+c)
	}
	for _, why := range []string{whyKind, whyElder, whyCaller, whyTier, whyHours, whyCentre} {
		keys = append(keys, "plan.choice.yes."+why, "plan.choice.no."+why)
	}
	keys = append(keys, "plan.choice.no."+whyShadowed, "plan.choice.no."+whyLessExact, "plan.choice.yes."+whyNothingFits)
	for _, after := range []string{"raised", "waiting", "accepted", "helping", "on_scene", "resolved", "coming", "do_by"} {
		keys = append(keys, "plan.after."+after)
	}
	for _, key := range keys {
		if !words.Has(key) {
			t.Errorf("there are no words for %s", key)
		}
	}
}

func TestAPlanIsToldInSentences(t *testing.T) {
	t.Parallel()
	p := builtInPlan(t, "emergency")
	for lang, want := range map[string][]string{
		"zh": {"开始等待接警后 30 秒：无人接警：全部座席大声响铃（直到有座席接警）", "按下时：给每位家人发短信", "处置完毕后，次日早上 09:00：次日早上再次回访老人（如果并非是误报或测试）"},
		"en": {"30 s after the moment it waits for an operator: Nobody accepted: loudest tone at all seats (until an operator has accepted)",
			"At the press: SMS to every contact", "2 min after the press: Ask 6 more helpers (within 20 min) (until enough people are coming)"},
	} {
		got := p.Sentences(lang)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%q is not among\n%s", w, strings.Join(got, "\n"))
			}
		}
	}
	for name := range map[string]bool{"hazard": true, "inactivity": true, "safety": true, "silent": true, "technical": true, "test": true, "vip": true} {
		for _, sentence := range builtInPlan(t, name).Sentences("en") {
			if strings.Contains(sentence, "plan.") || strings.Contains(sentence, "kind_") {
				t.Errorf("%s: %s", name, sentence)
			}
		}
	}
}

func TestATrialIsToldInLines(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		q := TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID}, Answers: []TryAnswer{{Who: "contact1", What: "coming", AfterS: 40}}}
		r, err := h.engine.Try(t.Context(), q)
		h.ok(err)
		var zh, en []string
		for _, l := range r.Lines {
			zh, en = append(zh, l.Told("zh")), append(en, l.Told("en"))
		}
		for _, want := range []string{"求助信号到达", "按次序给家人打电话：女儿（电话）"} {
			if !slices.Contains(zh, want) {
				t.Errorf("%q is not among\n%s", want, strings.Join(zh, "\n"))
			}
		}
		all := strings.Join(en, "\n")
		if !strings.Contains(all, "“I am coming”") || strings.Contains(all, "plan.") || strings.Contains(all, "event.") || strings.Contains(all, "{") {
			t.Errorf("the trial is told so:\n%s", all)
		}
	})
}
