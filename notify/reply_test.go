package notify

import (
	"testing"
	"unicode/utf8"
)

func TestReadReply(t *testing.T) {
	t.Parallel()
	family := map[string]Answer{"1": AnswerComing, "2": AnswerCannot}
	helper := map[string]Answer{"1": AnswerComing, "2": AnswerCannot, "4": AnswerArrived}
	elder := map[string]Answer{"1": AnswerWell, "2": AnswerUnwell}
	codes := []string{"7F3K", "2ACD"}
	cases := []struct {
		text string
		keys map[string]Answer
		want Answer
		code string
	}{
		{"1", family, AnswerComing, ""},
		{"１", family, AnswerComing, ""},
		{"①", family, AnswerComing, ""},
		{" 1。", family, AnswerComing, ""},
		{"1!", family, AnswerComing, ""},
		{"2\n", family, AnswerCannot, ""},
		{"1 7F3K", family, AnswerComing, "7F3K"},
		{"1 7f3k.", family, AnswerComing, "7F3K"},
		{"１７Ｆ３Ｋ", family, AnswerComing, "7F3K"},
		{"17F3K", family, AnswerComing, "7F3K"},
		{"7F3K 2", family, AnswerCannot, "7F3K"},
		{"12ACD", family, AnswerComing, "2ACD"},
		{"来", family, AnswerComing, ""},
		{"我马上来！", family, AnswerComing, ""},
		{"好的", family, AnswerComing, ""},
		{"能去", family, AnswerComing, ""},
		{"是", family, AnswerComing, ""},
		{"不", family, AnswerCannot, ""},
		{"不能", family, AnswerCannot, ""},
		{"我来不了", family, AnswerCannot, ""},
		{"去不了 7F3K", family, AnswerCannot, "7F3K"},
		{"yes", family, AnswerComing, ""},
		{"I'm coming", family, AnswerComing, ""},
		{"No, can't", family, AnswerUnclear, ""},
		{"can't come", family, AnswerCannot, ""},
		{"cannot", family, AnswerCannot, ""},
		{"1 我马上来", family, AnswerComing, ""},
		{"1 来不了", family, AnswerUnclear, ""},
		{"1小时后到", family, AnswerUnclear, ""},
		{"12", family, AnswerUnclear, ""},
		{"3", family, AnswerUnclear, ""},
		{"你是谁", family, AnswerUnclear, ""},
		{"能不能晚点", family, AnswerUnclear, ""},
		{"", family, AnswerUnclear, ""},
		{"1 XXXX", family, AnswerUnclear, ""},
		{"收到", family, AnswerHeard, ""},
		{"到了", helper, AnswerArrived, ""},
		{"到了", family, AnswerUnclear, ""},
		{"4", helper, AnswerArrived, ""},
		{"好", elder, AnswerWell, ""},
		{"不好", elder, AnswerUnwell, ""},
	}
	for _, c := range cases {
		r := read(c.text, codes)
		if got := r.answer(c.keys); got != c.want || r.code != c.code {
			t.Errorf("%q: got %s code %q, want %s code %q", c.text, got, r.code, c.want, c.code)
		}
	}
	for _, stop := range []string{"STOP", "stop.", "退订", "ＴＤ", "t"} {
		if read(stop, nil).said != saidStop {
			t.Errorf("%q is not understood as a stop", stop)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	for _, s := range []string{"1", "１。", "1 7F3K", "17F3K", "我来不了", "\xff\xfe1", "1\u200b", "STOP", "①②", "1 1 1"} {
		f.Add(s)
	}
	keys := map[string]Answer{"1": AnswerComing, "2": AnswerCannot}
	f.Fuzz(func(t *testing.T, text string) {
		r := read(text, []string{"7F3K"})
		if r.code != "" && r.code != "7F3K" {
			t.Fatalf("%q: invented the code %q", text, r.code)
		}
		switch got := r.answer(keys); got {
		case AnswerComing, AnswerCannot, AnswerHeard, AnswerUnclear:
		default:
			t.Fatalf("%q: answer %q was not on offer", text, got)
		}
		if r.digit != "" && (!utf8.ValidString(r.digit) || len(r.digit) != 1) {
			t.Fatalf("%q: digit %q", text, r.digit)
		}
	})
}
