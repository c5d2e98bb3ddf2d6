package words

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/internal/fault"
)

func TestProblemsInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	for english, want := range map[string]string{
		"is required":                             "必填",
		"number 2 lacks its area code":            "第 2 个号码缺少区号，例如 021-",
		"must have at most 300 characters":        "最多 300 个字",
		"must be a list of texts":                 "应为一组文字",
		"the elder is not valid":                  "老人填写有误，请看各项说明",
		"there is no such device":                 "没有这个（位）设备",
		"belongs to another elder already":        "已属于另一位（个）老人",
		"must be one of family, liaison":          "只能填：family, liaison",
		"is something that nobody has translated": "is something that nobody has translated",
	} {
		if got := Sentence("zh-CN", english); got != want {
			t.Errorf("%s: got %s, want %s", english, got, want)
		}
		if got := Sentence("en", english); got != english {
			t.Errorf("%s: in English it is %s", english, got)
		}
	}
}

func TestExplained(t *testing.T) {
	t.Parallel()
	got := Explained(fault.Field{Name: "phones", Problem: "number 2 lacks its area code"})
	want := fault.Field{Name: "phones", Problem: "number 2 lacks its area code", Key: "problem.phone.nth",
		Vars: map[string]string{"n": "2", "problem": "lacks its area code"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEveryProblemFindsItself fails when a sentence is taken for another one.
func TestEveryProblemFindsItself(t *testing.T) {
	t.Parallel()
	for _, p := range patterns() {
		vars := map[string]string{}
		for _, name := range p.places {
			vars[name] = "7"
		}
		sentence := T(En, p.key, vars)
		if key, got, ok := Known(sentence); !ok || key != p.key && T(En, key, got) != sentence {
			t.Errorf("%s: %q is taken for %s", p.key, sentence, key)
		}
	}
}
