package search

import (
	"bytes"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a word is, and so how a term may match it.
type Kind uint8

// The kinds of words.
const (
	Name     Kind = iota + 1 // of a person or a thing
	Spelling                 // of a name in Latin letters, in one word
	Initials                 // of a name; they match from the beginning only
	Code                     // a number or code of our own
	Phone                    // a telephone number: the digits with the country's
	Tail                     // the end of a long number; it matches at its end only
	Address
	Note
	kinds
)

// Kinds is a set of kinds.
type Kinds uint16

// KindsOf makes a set.
func KindsOf(all ...Kind) Kinds {
	var s Kinds
	for _, k := range all {
		s |= 1 << k
	}
	return s
}

// Has tells whether a kind is in the set.
func (s Kinds) Has(k Kind) bool { return s&(1<<k) != 0 }

// Word is a text of a record, folded: in lower case, of narrow signs.
type Word struct {
	Kind Kind
	Text string
}

// Rank says how well a record fits; the smaller the better. That of a record is the sum over the terms.
type Rank uint16

// ranks tells how good a match is by kind and place: of the whole word, at its beginning, at its end, inside.
func ranks(k Kind, p place) Rank {
	row := [kinds][places]Rank{
		//         whole begin end inside
		Name:     {0, 2, 5, 5},
		Spelling: {1, 3, 6, 6},
		Initials: {4, 5, 9, 9},
		Code:     {0, 4, 6, 7},
		Phone:    {0, 7, 5, 8},
		Tail:     {5, 9, 5, 9},
		Address:  {6, 6, 6, 6},
		Note:     {8, 8, 8, 8},
	}
	return row[k][p]
}

type place uint8

const (
	whole place = iota
	begin
	end
	inside
	places
)

// noMatch is a rank that no match has.
const noMatch Rank = math.MaxUint16

// shortest is how many digits of a telephone number, or signs of a tail, must be given: fewer would fit too many.
const shortest = 3

// wholeNumber is how many digits are no longer a piece of a telephone number, but one from its beginning.
const wholeNumber = 7

// term is a piece that must occur.
type term struct {
	text  []byte
	phone []byte // the same as it stands in telephone numbers; empty when it cannot be part of one
	spelt []byte // the same as it stands in spellings

	numeric bool // begins with a digit
	onlyNum bool // is all digits
	runes   int
	loose   bool // one sign beside other terms: it may stand anywhere in an address
}

// Terms splits a folded text: at spaces, and where Latin letters meet Chinese characters, so that zhang富强路 is two.
func Terms(text string) []string {
	var all []string
	for _, f := range strings.Fields(text) {
		all = append(all, splitScripts(f)...)
	}
	return all
}

func splitScripts(f string) []string {
	letters := strings.IndexFunc(f, func(r rune) bool { return r < 'a' || r > 'z' })
	if letters < 2 || letters == len(f) {
		return []string{f}
	}
	if next, _ := utf8.DecodeRuneInString(f[letters:]); !unicode.Is(unicode.Han, next) {
		return []string{f}
	}
	return []string{f[:letters], f[letters:]}
}

func newTerm(s string) term {
	t := term{text: []byte(s), runes: utf8.RuneCountInString(s), numeric: digit(rune(s[0])),
		spelt: []byte(strings.NewReplacer("ü", "v", "lyu", "lv").Replace(s))}
	t.onlyNum = strings.Trim(s, "0123456789") == ""
	if phone := strings.NewReplacer("+", "", "-", "", "(", "", ")", "", ".", "").Replace(s); strings.Trim(phone, "0123456789") == "" {
		if len(phone) >= wholeNumber { // 029… and 0086… are kept as 8629… and 86…
			phone = strings.TrimPrefix(strings.TrimPrefix(phone, "00"), "0")
		}
		t.phone = []byte(phone)
	}
	return t
}

// in gives the text for which a word of a kind is looked through; empty when the term cannot match the kind.
func (t *term) in(k Kind) []byte {
	switch {
	case k == Phone && len(t.phone) >= shortest:
		return t.phone
	case k == Phone && (len(t.phone) > 0 || t.runes < shortest), k == Tail && t.runes < shortest:
		return nil
	case k == Spelling:
		return t.spelt
	}
	return t.text
}

// short tells whether a term is so short that it only matches where something begins.
func (t *term) short() bool { return t.runes == 1 || t.onlyNum && t.runes < shortest }

// match gives the best rank of the term in a word; noMatch when it does not occur as it must.
func (t *term) match(k Kind, word []byte) Rank {
	text := t.in(k)
	if len(text) == 0 {
		return noMatch
	}
	best := noMatch
	for from := 0; from <= len(word)-len(text); {
		at := bytes.Index(word[from:], text)
		if at < 0 {
			break
		}
		at += from
		from = at + 1
		if t.fits(k, word, at, at+len(text)) {
			best = min(best, ranks(k, placeOf(len(word), at, at+len(text))))
		}
	}
	return best
}

// fits says whether a term that occurs in a word from…to occurs there as a term of its kind must.
//
//house:parameters a word of a kind, and a stretch of it
func (t *term) fits(k Kind, word []byte, from, to int) bool {
	afterDigit := from > 0 && digit(rune(word[from-1]))
	switch {
	case k == Initials:
		return from == 0
	case k == Tail:
		return to == len(word)
	case k == Phone:
		return true
	case t.loose && k == Address:
		return true
	case t.short() && !t.onlyNum:
		return from == 0
	case t.numeric && (t.short() || !t.onlyNum):
		return !afterDigit // 3号 is not 13号
	}
	return true
}

func placeOf(length, from, to int) place {
	switch {
	case from == 0 && to == length:
		return whole
	case from == 0:
		return begin
	case to == length:
		return end
	}
	return inside
}

func digit(r rune) bool { return r >= '0' && r <= '9' }
