package alerts

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anling/internal/fault"
	"anling/internal/words"
)

// goodPlan is a plan for a life alarm that nothing is wrong with; tests spoil one line of it.
const goodPlan = `plan: night
name: {zh: 夜间, en: Night}
for: [sos, fall]
when:
  hours: [{from: "22:00", to: "06:00"}]
priority: 1
steps:
  - step: seats
    do: sound
    level: 1
    until: [accepted]
    what: {zh: 响铃, en: Sound}
  - step: family
    do: call
    who: contacts
    every: 20s
    tries: 3
    say: family_call
    until: [contact_coming]
    what: {zh: 打电话, en: Call}
  - step: helpers
    do: offer
    helpers: 3
    within: 8m
    until: [enough]
    what: {zh: 请帮手, en: Ask}
  - step: boss
    at: 60s
    do: escalate
    to: supervisor
    level: 3
    until: [accepted]
    what: {zh: 班长, en: Supervisor}
`

func TestAGoodPlanHasNoMistakes(t *testing.T) {
	t.Parallel()
	p, wrong := CheckPlan([]byte(goodPlan))
	if len(wrong) > 0 {
		t.Fatalf("mistakes in a good plan: %v", wrong)
	}
	if p.Steps[1].Every != Span(20*time.Second) || p.When.Hours[0].To != "06:00" || p.Steps[0].What["zh"] != "响铃" {
		t.Errorf("badly read: %+v", p)
	}
}

// TestEveryMistakeIsNamedAtItsLine spoils the good plan in one place and asks for the line, the path and a word of the hint.
func TestEveryMistakeIsNamedAtItsLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to, want string }{
		{"plan: night", "plan: my plan", "1 plan needs a short name of small letters"},
		{"name: {zh: 夜间, en: Night}", "name: {zh: 夜间}", "2 name is missing in en"},
		{"for: [sos, fall]", "for: [sos, fal]", "3 for[2] is no kind of signal: fal"},
		{"for: [sos, fall]", "for: []", "3 for name at least one kind of signal"},
		{`from: "22:00"`, `from: "ten"`, "5 when.hours[1] must have times like 22:00"},
		{`{from: "22:00",`, `{days: [8], from: "22:00",`, "5 when.hours[1].days must be days"},
		{"  hours:", "  callers: [king]\n  hours:", "5 when.callers[1] king is not known here"},
		{"priority: 1", "priority: 7", "6 priority must be 1"},
		{"priority: 1", "priority: one", "6 priority must be a whole number"},
		{"priority: 1", "priority: 2", "3 for[1] a life may hang on sos"},
		{"priority: 1", "priority: 1\npriority: 2", "7 priority stands twice"},
		{"priority: 1", "priority: 1\naim: 1h", "7 aim must be from 10s to 10m"},
		{"    do: sound", "    do: souund", `9 steps[1].do souund is not known here; "sound" is probably meant`},
		{"    do: sound", "    do: dance", "9 steps[1].do dance is not known here; want one of call,"},
		{"    level: 1", "    level: 9", "10 steps[1].level must be a number from 0 to 3"},
		{"    level: 1", "    level: 1\n    who: contacts", "11 steps[1].who means nothing with do: sound"},
		{"    level: 1", "    level: 1\n    utnil: [accepted]", `11 steps[1].utnil is no word of a plan here; "until" is probably meant`},
		{"    level: 1", "    level: 1\n    colour: red", "11 steps[1].colour is no word of a plan here; there are after,"},
		{"    until: [accepted]\n    what: {zh: 响铃, en: Sound}", "    until: [acepted]\n    what: {zh: 响铃, en: Sound}", `11 steps[1].until[1] acepted is not known here; "accepted"`},
		{"    what: {zh: 响铃, en: Sound}", "    what: Sound", "12 steps[1].what must be said in both languages"},
		{"    what: {zh: 响铃, en: Sound}", "    what: {zh: 响铃, en: Sound, fr: Sonner}", "12 steps[1].what.fr is no language"},
		{"  - step: family", "  - step: seats", "13 steps[2].step another step has this name"},
		{"  - step: family", "  - step: rule/idle", "13 steps[2].step needs a short name"},
		{"    who: contacts", "    who: everybody", "15 steps[2].who everybody is not known here"},
		{"    who: contacts", "    who: contacts\n    roles: [cousin]", "16 steps[2].roles[1] cousin is not known here"},
		{"    who: contacts", "    who: contacts\n    keys: mine", "16 steps[2].keys mine is not known here"},
		{"    every: 20s", "    every: soon", "16 steps[2].every is no length of time"},
		{"    every: 20s", "    every: 1s", "16 steps[2].every say how long to wait"},
		{"    tries: 3", "    tries: 99", "17 steps[2].tries must be a number from 1 to 10"},
		{"    say: family_call", "    say: family_cal", "18 steps[2].say there is no text of this name: family_cal"},
		{"    until: [contact_coming]", "    until: [contact_coming]\n    if: [contact_coming]", "19 steps[2].until this never happens: it is over as soon as contact_coming"},
		{"    until: [contact_coming]", "    if: [alone, not alone]", "19 steps[2].if this never happens: it asks for alone"},
		{"    until: [contact_coming]", "    until: [night]", "19 steps[2].until[1] night can only stand behind if"},
		{"    until: [contact_coming]", "    kinds: [smoke]", "19 steps[2].kinds[1] this never happens: the plan is not for smoke"},
		{"    helpers: 3", "    helpers: 0", "23 steps[3].helpers say how many helpers"},
		{"    within: 8m", "    within: 8h", "24 steps[3].within say within how many minutes"},
		{"    within: 8m", "    within: 8m\n    by: [pigeon]", "25 steps[3].by[1] pigeon is not known here"},
		{"    at: 60s", "    at: 60s\n    next: morning", "29 steps[4].next stands in the place of at"},
		{"    at: 60s", "    next: noon", "28 steps[4].next must be morning"},
		{"    at: 60s", "    at: 300h", "28 steps[4].at waits longer than a week"},
		{"    at: 60s", "    at: 40m", "28 steps[4].at is too late for a life"},
		{"    at: 60s", "    late: 60s", "28 steps[4].late only a step with after: coming"},
		{"    at: 60s", "    after: acceptd", `28 steps[4].after acceptd is not known here; "accepted"`},
		{"    at: 60s", "    after: accepted", "32 steps[4].until[1] this never happens: it is over as soon as accepted"},
		{"    to: supervisor", "    to: mayor", "30 steps[4].to mayor is not known here"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: finish\n    outcome: helped", "29 steps[4].do a plan may end an alert only if"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: continue\n    with: night", "30 steps[4].with a plan begins anew only with next"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: prompt\n    prompt: pizza", "30 steps[4].prompt pizza is not known here"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: prompt\n    prompt: fire\n    words: {zh: 火}", "31 steps[4].words is missing in en"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: tell\n    who: that_person\n    by: [sms]\n    say: arrived", "30 steps[4].who that_person is known only"},
		{"    do: escalate\n    to: supervisor\n    level: 3", "    do: tell\n    who: contacts\n    say: arrived", "27 steps[4].by say by what"},
	} {
		body := strings.Replace(goodPlan, tt.from, tt.to, 1)
		_, wrong := CheckPlan([]byte(body))
		var got []string
		for _, m := range wrong {
			got = append(got, fmt.Sprintf("%d %s %s", m.Line, m.Path, m.Problem))
			if _, _, known := words.Known(m.Problem); !known {
				t.Errorf("nobody has translated %q", m.Problem)
			}
		}
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, tt.want) }) {
			t.Errorf("%q in the place of %q: got\n  %s\nwant %s", tt.to, tt.from, strings.Join(got, "\n  "), tt.want)
		}
	}
}

// TestAPlanThatSavesNobodyIsRefused takes away what a plan for a life alarm may not leave out.
func TestAPlanThatSavesNobodyIsRefused(t *testing.T) {
	t.Parallel()
	for cut, want := range map[string]string{
		"seats": "no seat ever hears of it", "family": "no contact is ever told", "helpers": "no helper is ever asked", "boss": "nobody above the seats",
	} {
		from := strings.Index(goodPlan, "  - step: "+cut)
		to := len(goodPlan)
		if next := strings.Index(goodPlan[from+5:], "  - step: "); next > 0 {
			to = from + 5 + next
		}
		_, wrong := CheckPlan([]byte(goodPlan[:from] + goodPlan[to:]))
		if len(wrong) != 1 || !strings.HasPrefix(wrong[0].Problem, want) || wrong[0].Path != "steps" || wrong[0].Line != 7 {
			t.Errorf("without %s: got %v, want %q at line 7", cut, wrong, want)
		}
	}
	_, wrong := CheckPlan([]byte(strings.Replace(goodPlan, "level: 1\n    until", "level: 1\n    if: [alone]\n    until", 1)))
	if len(wrong) != 1 || !strings.HasPrefix(wrong[0].Problem, "no seat ever") {
		t.Errorf("a plan that sounds only for some was taken: %v", wrong)
	}
}

func TestAllMistakesAtOnceInTheOrderOfTheLines(t *testing.T) {
	t.Parallel()
	_, err := ParsePlan([]byte("plan: x y\nname: {zh: 预案, en: Plan}\nfor: [sos]\npriority: 1\nsteps:\n  - step: a\n    do: dance\n    what: {zh: 跳, en: dance}\n  - step: a\n    at: soon\n    do: share\n    until: [never]\n    what: {zh: 跳, en: dance}\n"))
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want Invalid", err)
	}
	var got []string
	for _, f := range fault.FieldsOf(err) {
		got = append(got, f.Name)
	}
	want := []string{"line 1: plan", "line 5: steps", "line 5: steps", "line 5: steps", "line 5: steps", "line 7: steps[1].do", "line 9: steps[2].step", "line 10: steps[2].at", "line 12: steps[2].until[1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNoPlanIsRefusedAtItsLine(t *testing.T) {
	t.Parallel()
	for body, line := range map[string]int{
		"": 1, "hello": 1, "- a\n- b\n": 1, "plan: x\nfor: [a\n": 2, "plan: x\n\tfor: y\n": 2, "plan: a\n---\nplan: b\n": 1, "plan: {a: b}\nsteps: 7\n": 1,
		"plan: &a x\nfor: *a\n": 1, "steps:\n  - 7\n": 1,
	} {
		_, wrong := CheckPlan([]byte(body))
		if len(wrong) == 0 || wrong[0].Line != line {
			t.Errorf("%q: got %v, want a mistake at line %d", body, wrong, line)
		}
	}
}

// TestAStoredPlanIsReadWhateverItSays holds that a plan in use is not lost to a program that reads more strictly than the one that
// stored it.
func TestAStoredPlanIsReadWhateverItSays(t *testing.T) {
	t.Parallel()
	old := strings.Replace(strings.Replace(goodPlan, "    at: 60s", "    at: 60s\n    flavour: old", 1), "until: [accepted]", "until: [long_gone, accepted]", 1)
	if _, err := ParsePlan([]byte(old)); err == nil {
		t.Fatal("the old plan would pass for a new one; the test shows nothing")
	}
	p, err := storedPlan([]byte(old))
	if err != nil || len(p.Steps) != 4 {
		t.Errorf("got %v, %v", p, err)
	}
	if _, err := storedPlan([]byte("hello")); err == nil {
		t.Error("a text that is no plan was taken")
	}
}

func TestBuiltInPlansAreGood(t *testing.T) {
	t.Parallel()
	files, err := builtIn.ReadDir("plans")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		body, err := builtIn.ReadFile("plans/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		p, wrong := CheckPlan(body)
		if len(wrong) > 0 || p.ID+".yaml" != f.Name() || p.About["zh"] == "" || p.About["en"] == "" {
			t.Errorf("%s: %v", f.Name(), wrong)
		}
	}
}

func FuzzCheckPlan(f *testing.F) {
	f.Add([]byte(goodPlan))
	f.Add([]byte("plan: &a x\nsteps: [{step: *a}]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, wrong := CheckPlan(body)
		if p == nil && len(wrong) == 0 {
			t.Error("neither a plan nor a mistake")
		}
		for _, m := range wrong {
			if m.Line < 1 || m.Column < 1 || m.Problem == "" {
				t.Errorf("a mistake without a place: %+v", m)
			}
		}
	})
}

func TestRoughAreaHidesTheHouse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"黄陂北路88弄3号502室":          "黄陂北路",
		"12 Main Street, Flat 3": "Main Street, Flat",
		"北京西路２８８弄":               "北京西路",
		"":                       "",
	} {
		if got := roughArea(in); got != want {
			t.Errorf("roughArea(%q) = %q, want %q", in, got, want)
		}
	}
}
