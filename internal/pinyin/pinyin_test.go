package pinyin

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOfPlace(t *testing.T) {
	t.Parallel()
	var r Reader
	for name, want := range map[string]string{
		"黄陂北路": "huang pi bei lu", "重庆": "chong qing", "厦门": "xia men", "大厦": "da sha", "M50": "", "上海西藏中路": "shang hai xi zang zhong lu", "莘庄": "xin zhuang",
	} {
		var got []string
		for _, ways := range r.OfPlace([]rune(name)) {
			if len(ways) > 0 {
				got = append(got, ways[0])
			}
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s: got %q, want %q", name, g, want)
		}
	}
	if ways := r.OfPlace([]rune("陂")); len(ways[0]) < 2 {
		t.Errorf("a sign by itself keeps its readings, got %v", ways)
	}
}

// TestPlacesAreWhole holds that each line has a syllable for each sign, and one that the sign can have.
func TestPlacesAreWhole(t *testing.T) {
	t.Parallel()
	var r Reader
	for name, syllables := range places() {
		if n := utf8.RuneCountInString(name); n != len(syllables) || n < 2 || n > longestPlace {
			t.Errorf("%s has %d syllables", name, len(syllables))
			continue
		}
		for i, sign := range []rune(name) {
			if !slices.Contains(r.Of(sign), syllables[i]) && name != "乐亭" { // Laoting is read as no other 乐
				t.Errorf("%s: the dictionary of signs does not know %c as %s, but as %v", name, sign, syllables[i], r.Of(sign))
			}
		}
	}
}
