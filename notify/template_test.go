package notify

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"anling/internal/words"
)

var sample = map[string]string{
	"name": "张秀英", "time": "14:32", "kind": "fall", "code": "7F3K", "link": "https://al.example/f/abc",
	"address": "黄陂北路88弄3号502", "area": "人民广场街道", "minutes": "4", "helper": "王建国",
	"age": "82", "operator": "周晓", "access": "钥匙在3号201", "notes": "有狗", "waited": "2", "outcome": "家人已到", "quiet": "请勿按门铃。",
}

func TestEveryTemplateRenders(t *testing.T) {
	t.Parallel()
	for _, key := range notifyKeys(t) {
		for _, lang := range []string{"zh", "en"} {
			full, bare := Render(key, lang, sample), Render(key, lang, nil)
			if full == "" || strings.ContainsAny(full+bare, "{}[]") || strings.Contains(full, "  ") {
				t.Errorf("%s %s: badly rendered: %q, without variables %q", key, lang, full, bare)
			}
		}
	}
}

func notifyKeys(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("../internal/words/notify.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]string
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key := range all {
		if key != "repeat_mark" {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestEssentialOfChineseSMSWithinTheFirstPart(t *testing.T) {
	t.Parallel()
	// A long SMS arrives in parts of 67 UTF-16 units, sometimes only the first (facts D).
	cases := map[string][]string{
		"family_alarm":   {"张秀英", "14:32", "跌倒", "1 7F3K", "2 7F3K"},
		"helper_offer":   {"跌倒", "人民广场街道", "4分钟", "1 7F3K", "2 7F3K"},
		"helper_recall":  {"跌倒", "人民广场街道", "4分钟", "1 7F3K", "2 7F3K"},
		"supervisor_sms": {"张秀英", "14:32", "跌倒", "1 7F3K"},
		"helper_details": {"张秀英", "黄陂北路88弄3号502", "钥匙在3号201"},
		"ask_progress":   {"张秀英", "4 7F3K", "1 7F3K", "2 7F3K"},
	}
	for template, musts := range cases {
		text := Render(template, "zh", sample)
		first := utf16.Encode([]rune(text))
		if len(first) > 67 {
			first = first[:67]
		}
		head := string(utf16.Decode(first))
		for _, must := range musts {
			if !strings.Contains(head, must) {
				t.Errorf("%s: %q is not within the first 67 characters: %q", template, must, head)
			}
		}
	}
}

func TestOfferKeepsTheElderPrivate(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"helper_offer", "helper_offer_call", "helper_recall", "helper_recall_call", "stand_down_arrived", "stand_down_enough"} {
		for _, lang := range []string{"zh", "en"} {
			text := Render(template, lang, sample)
			told := slices.DeleteFunc([]string{"张秀英", "黄陂", "黄陂北路", "钥匙", "82", "有狗"}, func(secret string) bool { return !strings.Contains(text, secret) })
			if len(told) > 0 {
				t.Errorf("%s %s tells %q before acceptance: %q", template, lang, told, text)
			}
		}
	}
}

func TestCallSaysTheFactFirst(t *testing.T) {
	t.Parallel()
	// Mandarin is read at four to five characters a second: the fact is in the first twelve.
	got := []rune(Render("family_call", "zh", sample))[:12]
	if !strings.Contains(string(got), "张秀英跌倒报警") {
		t.Errorf("the first three seconds say %q", string(got))
	}
}

func TestRenderLeavesOutEmptyParts(t *testing.T) {
	t.Parallel()
	got := Render("family_coming", "en", map[string]string{"helper": "Wang", "name": "Zhang", "minutes": "4"})
	if want := "Anling: Wang is on the way to Zhang, about 4 min."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Render("no_such_template", "en", nil); got != "no_such_template" {
		t.Errorf("unknown template: got %q", got)
	}
	got = Render("resolved", "en", map[string]string{"name": "A\nB [[x]] {link}", "outcome": "helped", "link": "L"})
	if !strings.Contains(got, "A B [[x]] {link}") {
		t.Errorf("a value was taken for a template: %q", got)
	}
}

func TestSpeakDigits(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, lang, want string }{
		{"黄陂北路88弄3号502", "zh", "黄陂北路八八弄三号五零二"},
		{"Flat 502, No. 8", "en", "Flat 5 0 2, No. 8"},
		{"１２号", "zh", "一二号"},
		{"", "zh", ""},
	}
	for _, c := range cases {
		if got := SpeakDigits(c.in, c.lang); got != c.want {
			t.Errorf("SpeakDigits(%q, %s): got %q, want %q", c.in, c.lang, got, c.want)
		}
	}
	if got := Render("family_call", "zh", sample); !strings.Contains(got, "八八弄三号五零二") || !strings.Contains(got, "14:32") {
		t.Errorf("spoken address: %q", got)
	}
}

func TestConfirmExistsForEveryAnswer(t *testing.T) {
	t.Parallel()
	for _, a := range []Answer{AnswerComing, AnswerCannot, AnswerHeard, AnswerTake, AnswerWell, AnswerUnwell, AnswerArrived} {
		if !words.Has("confirm_" + string(a)) {
			t.Errorf("no confirmation for %s", a)
		}
	}
	if got := Confirm(AnswerUnclear, "en", nil); !strings.Contains(got, "could not read") {
		t.Errorf("unclear: %q", got)
	}
}

func TestShortCode(t *testing.T) {
	t.Parallel()
	a, b := ShortCode("alert-1"), ShortCode("alert-2")
	if len(a) != 4 || a == b || a != ShortCode("alert-1") {
		t.Errorf("codes %q %q", a, b)
	}
}

func TestStatusOnlyMovesUp(t *testing.T) {
	t.Parallel()
	cases := []struct {
		s, other Status
		want     bool
	}{
		{StatusRinging, StatusSent, true}, {StatusSent, StatusRinging, false}, {StatusSent, StatusSent, false},
		{StatusVoicemail, StatusCompleted, true}, {StatusCompleted, StatusVoicemail, false},
		{StatusDelivered, StatusFailed, true}, {StatusFailed, StatusCompleted, false}, {"nonsense", StatusQueued, false},
	}
	for _, c := range cases {
		if got := c.s.After(c.other); got != c.want {
			t.Errorf("%s after %s: got %v", c.s, c.other, got)
		}
	}
}
