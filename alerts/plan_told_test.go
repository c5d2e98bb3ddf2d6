package alerts

import (
	"slices"
	"strings"
	"testing"
	"time"

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

// TestWhereNobodyHasPressedNoPressIsTold: the clock of a step counts from what really began.
func TestWhereNobodyHasPressedNoPressIsTold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"technical": {"任务开始", "the start of the task"}, "false-alarms": {"任务开始", "the start of the task"},
		"safety": {"每轮照看开始", "the start of the round"}, "outage": {"发现失联", "the moment the outage is found"},
		"hazard": {"信号到达", "the signal"}, "inactivity": {"信号到达", "the signal"},
		"emergency": {"按下", "the press"}, "vip": {"按下", "the press"}, "silent": {"按下", "the press"}, "test": {"按下", "the press"},
	} {
		for i, lang := range []string{"zh", "en"} {
			steps := builtInPlan(t, name).Told(lang).Steps
			first := slices.IndexFunc(steps, func(s StepTold) bool { return s.After == "raised" })
			if first < 0 || steps[first].From != want[i] {
				t.Errorf("%s begins with %+v, want %q", name, steps, want[i])
			}
		}
	}
}

func TestATrialIsToldInLines(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		q := TryQuery{PlanQuery: PlanQuery{Elder: h.elder.ID}, Answers: []TryAnswer{{Who: "operator", What: "accept", AfterS: 20}, {Who: "contact1", What: "coming", AfterS: 40}}}
		r, err := h.engine.Try(t.Context(), q)
		h.ok(err)
		var zh, en []string
		for _, l := range r.Lines {
			zh, en = append(zh, l.Told("zh")), append(en, l.Told("en"))
		}
		for _, want := range []string{"预案开始", "按次序给家人打电话：女儿（电话）", "座席接警"} {
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

// TestAPlanTellsForWhomItIs holds that whoever reads a plan learns all that narrows it down, and which rules it moves.
func TestAPlanTellsForWhomItIs(t *testing.T) {
	t.Parallel()
	p := Plan{ID: "x", For: []string{"door"}, Priority: 2, Ahead: 1, Aim: Span(20 * time.Second), Enough: Enough{Helpers: 2, OrOneWith: []string{"key"}},
		When:   When{Elders: []string{"e1", "e2"}, Callers: []string{"vip"}, Tiers: []string{"one_touch"}, Hours: []Hours{{From: "22:00", To: "06:00"}, {Days: []int{1, 7}, From: "12:00", To: "13:00"}}},
		Limits: Limits{Idle: Span(90 * time.Second), Late: Span(3 * time.Minute)}}
	want := map[string][]string{
		"zh": {"用于：夜间开门。优先级 2（1 生命，2 紧急，3 设备）。", "只用于指定的老人（2 位）。", "只用于这些来电人：贵宾。", "只用于这些等级：一键通。", "只在这些时段：每天 22:00–06:00或周一、周日 12:00–13:00。",
			"前来的人已足够，是指：2 位帮手或一位有钥匙的。", "座席应在 20 秒内接警。", "在同一优先级中提前 1 位。", "本预案改了一条规则的时间：接警后没有动作，再次响铃，1 分钟 30 秒。"},
		"en": {"For: door opened. Priority 2 (1 life, 2 urgent, 3 technical).", "Only for the elders whom it names (2).", "Only for these callers: VIP.", "Only for these tiers: one-touch.",
			"Only at these hours: every day 22:00–06:00 or Mon, Sun 12:00–13:00.", "Enough people are coming means: 2 helpers or one with a key.", "An operator should have accepted within 20 s.",
			"Places ahead within its priority: 1.", "It moves the time of a rule: accepted and nothing done since, it rings again, 1 min 30 s."},
	}
	for lang, facts := range want {
		if got := p.Told(lang).Facts; !slices.Equal(got, facts) {
			t.Errorf("%s:\n%s\nwant\n%s", lang, strings.Join(got, "\n"), strings.Join(facts, "\n"))
		}
	}
	for _, k := range limitTable() {
		if !words.Has("plan.limit." + k.name) {
			t.Errorf("there are no words for the limit %s", k.name)
		}
	}
}
