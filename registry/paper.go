package registry

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// The kinds of paper that say who somebody is.
const (
	PaperResident  = "resident"  // 居民身份证
	PaperPassport  = "passport"  // 护照
	PaperHKMacau   = "hk_macau"  // 港澳居民居住证 (81, 82) or 来往内地通行证
	PaperTaiwan    = "taiwan"    // 台湾居民居住证 (83) or 来往大陆通行证
	PaperForeigner = "foreigner" // 外国人永久居留身份证
	PaperOther     = "other"
)

func paperKinds() []string {
	return []string{PaperResident, PaperPassport, PaperHKMacau, PaperTaiwan, PaperForeigner, PaperOther}
}

// residentDigits is how long the number of a resident's identity card is, and of the permits made like it.
const residentDigits = 18

// paperOf brings a kind of paper and its number into the form in which they are stored. A number without a kind is
// of the one that it looks like; a resident's old number of 15 digits gets its century and its check digit.
func paperOf(kind, number string) (string, string) {
	kind = paperKindOf(kind)
	number = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\t\u00a0\u200b\ufeff", r) {
			return -1
		}
		return r
	}, strings.ToUpper(narrow(tidy(number))))
	if number == "" {
		return "", ""
	}
	if kind == "" {
		kind = paperLooksLike(number)
	}
	if kind == PaperResident && len(number) == 15 && isDigits(number) {
		number = number[:6] + "19" + number[6:]
		number += string(checkDigit(number))
	}
	return kind, number
}

func paperKindOf(s string) string {
	switch s = strings.ToLower(narrow(tidy(s))); s {
	case "居民身份证", "身份证", "身份证号", "二代身份证":
		return PaperResident
	case "护照":
		return PaperPassport
	case "港澳居民居住证", "港澳通行证", "港澳居民来往内地通行证", "回乡证":
		return PaperHKMacau
	case "台湾居民居住证", "台胞证", "台湾居民来往大陆通行证":
		return PaperTaiwan
	case "外国人永久居留身份证", "外国人居留证", "永久居留证":
		return PaperForeigner
	case "其他", "其它":
		return PaperOther
	}
	return s
}

func paperLooksLike(number string) string {
	if len(number) == residentDigits {
		switch {
		case strings.HasPrefix(number, "81"), strings.HasPrefix(number, "82"):
			return PaperHKMacau
		case strings.HasPrefix(number, "83"):
			return PaperTaiwan
		case strings.HasPrefix(number, "9"):
			return PaperForeigner
		}
	}
	if isDigits(strings.TrimSuffix(number, "X")) {
		return PaperResident
	}
	return PaperOther
}

// checkDigit is the 18th character that belongs to 17 digits (ISO 7064 MOD 11-2, GB 11643).
func checkDigit(digits string) byte {
	sum := 0
	for _, d := range digits[:residentDigits-1] {
		sum = (sum + int(d-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

// ResidentNumber makes the number of an identity card: the place of its six digits, a birth date, and which of those
// born there that day it is (odd for men).
func ResidentNumber(place string, born time.Time, order int) string {
	digits := fmt.Sprintf("%s%s%03d", place, born.Format("20060102"), order)
	return digits + string(checkDigit(digits))
}

// paper checks the number of an identity paper. The place in it is that of the first registration, often one that no
// longer exists: it says nothing about whether the number is right.
func (c *problems) paper(kind, number string) {
	if number == "" {
		return
	}
	if c.oneOf("id_kind", kind, paperKinds()...); c.has("id_kind") {
		return
	}
	switch {
	case kind == PaperResident, len(number) == residentDigits && (kind == PaperHKMacau || kind == PaperTaiwan || kind == PaperForeigner):
		c.residentNumber(kind, number)
	case kind == PaperHKMacau && !matchesAll(`[HM]\d{8}(\d{2})?`, number):
		c.add("id_number", "must be 18 digits that begin with 81 or 82, or H or M and 8 or 10 digits")
	case kind == PaperTaiwan && !matchesAll(`\d{8}`, number):
		c.add("id_number", "must be 18 digits that begin with 83, or 8 digits")
	case kind == PaperForeigner && !matchesAll(`[A-Z]{3}\d{12}`, number):
		c.add("id_number", "must be 18 digits that begin with 9, or three letters and 12 digits")
	case !matchesAll(`[A-Z0-9]{5,20}`, number):
		c.add("id_number", "must have 5 to 20 letters and digits")
	}
}

func matchesAll(pattern, s string) bool {
	return regexp.MustCompile("^(?:" + pattern + ")$").MatchString(s)
}

func (c *problems) residentNumber(kind, number string) {
	front := number
	if len(number) == residentDigits {
		front = number[:residentDigits-1]
	}
	prefixes := map[string][]string{PaperHKMacau: {"81", "82"}, PaperTaiwan: {"83"}, PaperForeigner: {"9"}}[kind]
	switch {
	case !isDigits(front):
		c.add("id_number", "contains something that is no digit (only the last of the 18 may be X)")
	case len(number) != residentDigits:
		c.add("id_number", "has %d digits; it must have 18 (or 15 on an old card)", len(number))
	case len(prefixes) > 0 && !hasAnyPrefix(number, prefixes):
		c.add("id_number", "must begin with %s on this paper", strings.Join(prefixes, ", "))
	case number[residentDigits-1] != checkDigit(front):
		c.add("id_number", "does not add up: a digit is wrong, or two have changed places. Please compare it with the card")
	case bornByPaper(kind, number) == "":
		c.add("id_number", "holds a birth date that does not exist (digits 7 to 14)")
	}
}

func hasAnyPrefix(s string, all []string) bool {
	for _, p := range all {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// tellsMore tells whether a number holds birth date and sex.
func tellsMore(kind, number string) bool {
	return len(number) == residentDigits && kind != PaperPassport && kind != PaperOther
}

// bornByPaper is the birth date in a number of 18 digits; empty when there is none.
func bornByPaper(kind, number string) string {
	if !tellsMore(kind, number) {
		return ""
	}
	t, err := time.Parse("20060102", number[6:14])
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// sexByPaper is the sex in a number of 18 digits: the 17th is odd for men.
func sexByPaper(kind, number string) string {
	switch {
	case !tellsMore(kind, number):
		return ""
	case (number[16]-'0')%2 == 1:
		return "m"
	}
	return "f"
}
