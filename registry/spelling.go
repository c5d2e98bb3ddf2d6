package registry

import (
	"strings"
	"unicode"

	"anling/internal/pinyin"
)

// The bounds of how many ways there are to read a name: a surname can be read in each way that it has, the signs
// behind it in the two most usual.
const (
	mostReadings  = 2
	mostSpellings = 6
)

// speller spells names as they are typed: in pinyin without tones, and by initials.
type speller struct{ pinyin.Reader }

// spell gives all ways to spell a name, in one word, and the initials of each.
func (s *speller) spell(name string) (spelt, initials []string) {
	spelt, initials = []string{""}, []string{""}
	before := ' '
	letters := []rune(fold(name))
	letters = letters[:min(len(letters), maxName)] // a longer one is refused, but looked at before that
	for i, r := range letters {
		var ways []string
		switch {
		case unicode.Is(unicode.Han, r):
			if ways = s.Of(r); i > 0 {
				ways = ways[:min(len(ways), mostReadings)]
			}
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			ways = []string{string(r)}
		}
		begins := unicode.Is(unicode.Han, r) || !unicode.IsLetter(before) || unicode.Is(unicode.Han, before)
		before = r
		if len(ways) == 0 {
			continue
		}
		spelt = times(spelt, ways)
		if begins {
			initials = times(initials, firsts(ways))
		}
	}
	if spelt[0] == "" {
		return nil, nil
	}
	return spelt, tidyList(initials)
}

func firsts(ways []string) (all []string) {
	for _, w := range ways {
		if f := w[:1]; !strings.Contains(strings.Join(all, ""), f) {
			all = append(all, f)
		}
	}
	return all
}

// times appends each way to each beginning, as far as there is room.
func times(begun, ways []string) (all []string) {
	for _, w := range ways {
		for _, b := range begun {
			if len(all) < mostSpellings {
				all = append(all, b+w)
			}
		}
	}
	return all
}
