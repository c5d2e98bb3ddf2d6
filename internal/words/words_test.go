package words

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestEverySentenceInBothLanguages(t *testing.T) {
	t.Parallel()
	for key, e := range table() {
		for _, lang := range []string{Zh, En} {
			if strings.TrimSpace(e[lang]) == "" {
				t.Errorf("%s has no %s", key, lang)
			}
		}
		zh, en := unique(Placeholders(e[Zh])), unique(Placeholders(e[En]))
		if diff := cmp.Diff(zh, en); diff != "" {
			t.Errorf("%s: placeholders differ (-zh +en):\n%s", key, diff)
		}
		if len(e) != 2 {
			t.Errorf("%s has %d languages, want exactly zh and en", key, len(e))
		}
	}
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func TestT(t *testing.T) {
	t.Parallel()
	if got := T("en", "no.such.key", nil); got != "no.such.key" {
		t.Errorf("unknown key: got %q", got)
	}
	if got := T("zh", "kind_fall", nil); got != "跌倒报警" {
		t.Errorf("kind_fall in zh: got %q", got)
	}
	if got := T("en-GB", "kind_fall", nil); got != "fall" {
		t.Errorf("kind_fall in en-GB: got %q", got)
	}
	if Has("no.such.key") || !Has("kind_sos") {
		t.Error("Has does not know what is there")
	}
}

func TestFillReplacesOnce(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"{a} and {b}", "{b} and 2"},
		{"{missing}.", "."},
		{"open {a", "open {a"},
		{"plain", "plain"},
		{"{}", ""},
	}
	for _, c := range cases {
		if got := Fill(c.in, map[string]string{"a": "{b}", "b": "2"}); got != c.want {
			t.Errorf("Fill(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestLang(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": Zh, "zh-CN": Zh, "EN": En, "en-US": En, "吴语": Zh, "de": Zh} {
		if got := Lang(in); got != want {
			t.Errorf("Lang(%q): got %s, want %s", in, got, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, fsys := range map[string]fstest.MapFS{
		"broken":   {"a.json": {Data: []byte("{")}},
		"cut off":  {"a.json": {Data: []byte(`{"k":{"zh":"甲","en":"a"}`)}},
		"trailing": {"a.json": {Data: []byte(`{"k":{"zh":"甲","en":"a"}} {}`)}},
		"twice":    {"a.json": {Data: []byte(`{"k":{"zh":"甲","en":"a"},"k":{"zh":"乙","en":"b"}}`)}},
		"two meanings": {
			"a.json": {Data: []byte(`{"k":{"zh":"甲","en":"a"}}`)},
			"b.json": {Data: []byte(`{"k":{"zh":"乙","en":"b"}}`)},
		},
	} {
		if _, err := load(fsys); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}
