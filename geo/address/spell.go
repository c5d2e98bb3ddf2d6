package address

import (
	"slices"
	"strings"
	"unicode/utf8"

	"anling/internal/pinyin"
)

// form says what a key is.
type form uint8

const (
	written  form = iota // a name, folded
	spelt                // its pinyin, in one word
	initials             // the first letters of its pinyin
)

// word is a key in the making: a text, and where in it somebody may begin to write.
type word struct {
	form   form
	text   string
	starts []uint8
}

// maxSpellings is how many ways to spell a name are kept, and maxReadings how many of one sign.
const (
	maxSpellings = 8
	maxReadings  = 3
)

// words gives all keys of an entry.
func words(e *Entry, r *pinyin.Reader) []word {
	var all []word
	for _, name := range append([]string{e.Name}, e.Others...) {
		if written := umlauts(name); written != "" {
			all = append(all, writtenWord(Fold(written)))
		}
		folded := Fold(name)
		all = append(all, writtenWord(folded))
		if hasHan(folded) {
			all = append(all, spellings(readingsOf(folded, r))...)
		}
	}
	for _, s := range e.Spelt {
		all = append(all, spellings(syllablesOf(s))...)
	}
	return slices.DeleteFunc(all, func(w word) bool { return w.text == "" })
}

// writtenWord is a name as it is written: one may begin at each word and at each Chinese sign.
func writtenWord(folded string) word {
	w := word{form: written, text: folded}
	before := ' '
	for at, r := range folded {
		if at > 255 {
			w.text = folded[:at]
			break
		}
		if r != ' ' && (before == ' ' || isHan(r) || isHan(before)) {
			w.starts = append(w.starts, uint8(at))
		}
		before = r
	}
	return w
}

// syllable is a stretch of a name with the ways to read it. Digits and Latin letters are read as they are written.
type syllable []string

func readingsOf(folded string, r *pinyin.Reader) (all []syllable) {
	signs := []rune(strings.ReplaceAll(folded, " ", ""))
	for i, ways := range r.OfPlace(signs) {
		switch {
		case len(ways) > 0:
			all = append(all, withU(ways[:min(len(ways), maxReadings)]))
		case signs[i] < utf8.RuneSelf:
			all = append(all, syllable{string(signs[i])})
		}
	}
	return all
}

// withU adds to lv and nv what many type for them.
func withU(ways []string) syllable {
	all := syllable(slices.Clone(ways))
	for _, w := range ways {
		if u := strings.ReplaceAll(w, "v", "u"); u != w && !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// syllablesOf reads pinyin with spaces between the syllables.
func syllablesOf(s string) (all []syllable) {
	for _, part := range strings.Fields(Fold(strings.NewReplacer("ü", "v", "Ü", "v").Replace(s))) {
		if isASCII(part) {
			all = append(all, withU([]string{part}))
		}
	}
	return all
}

// spellings gives the words that syllables make: whole, and by initials. One may begin at each syllable, of initials only at the first.
func spellings(all []syllable) []word {
	whole, short := []word{{form: spelt}}, []word{{form: initials}}
	for _, s := range all {
		whole = times(whole, s)
		var firsts syllable
		for _, way := range s {
			if !slices.Contains(firsts, way[:1]) {
				firsts = append(firsts, way[:1])
			}
		}
		short = times(short, firsts)
	}
	for i := range short {
		short[i].starts = short[i].starts[:min(1, len(short[i].starts))]
	}
	if len(all) < 2 {
		return whole
	}
	return append(whole, short...)
}

// times appends each way to each beginning, as far as there is room.
func times(begun []word, ways syllable) (all []word) {
	for _, way := range ways {
		for _, b := range begun {
			if len(all) == maxSpellings || len(b.text)+len(way) > 255 {
				continue
			}
			all = append(all, word{form: b.form, text: b.text + way, starts: append(slices.Clone(b.starts), uint8(len(b.text)))})
		}
	}
	if len(all) == 0 {
		return begun
	}
	return all
}
