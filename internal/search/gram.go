package search

import "unicode/utf8"

// gram is what the index of a segment knows words by: a kind, how the gram was made, and its signs.
type gram uint64

// The ways in which grams are made.
const (
	pair    = iota // two signs that follow each other, not both digits
	three          // three digits
	first          // the sign with which a word, or a number in it, begins
	firstly        // the two digits with which a number begins
)

// gramBits is how long a gram is: 16 bits for each of two signs, 2 for the way, 4 for the kind.
const gramBits = 38

func makeGram(k Kind, way int, a, b rune) gram {
	return gram(k)<<34 | gram(way)<<32 | gram(a&0xffff)<<16 | gram(b&0xffff)
}

// grams adds the grams of a word to a list. Some signs share a gram: it narrows, it does not decide.
func grams(to []gram, k Kind, word []byte) []gram {
	before, before2 := rune(-1), rune(-1)
	for at := 0; at < len(word); {
		r, size := utf8.DecodeRune(word[at:])
		switch {
		case at == 0:
			to = append(to, makeGram(k, first, r, 0))
		case digit(r) && digit(before) && digit(before2):
			to = append(to, makeGram(k, three, before2<<4^before, r))
		case digit(r) && digit(before):
			to = append(to, makeGram(k, firstly, before, r))
		case digit(r):
			to = append(to, makeGram(k, first, r, 0), makeGram(k, pair, before, r))
		default:
			to = append(to, makeGram(k, pair, before, r))
		}
		before2, before = before, r
		at += size
	}
	return to
}

// gramsOf gives the grams that every word of a kind has which the term matches. There is at least one, or
// the term does not match the kind.
func (t *term) gramsOf(k Kind) []gram {
	text := t.in(k)
	if len(text) == 0 {
		return nil
	}
	all := grams(nil, k, text)
	if t.short() && k != Phone || k == Initials {
		return all
	}
	// Where the term begins, the word need not; nor the number with which the term begins.
	inner := all[:0]
	for i, g := range all {
		way := int(g>>32) & 3
		begins := i == 0 || i == 1 && way == firstly && digit(rune(text[0]))
		if !begins {
			inner = append(inner, g)
		}
	}
	return inner
}
