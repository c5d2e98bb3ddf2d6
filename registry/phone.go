package registry

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"anling/internal/fault"
)

// maxPhones is how many numbers one person may have.
const maxPhones = 10

// homeRegion is the country of numbers that name none.
const homeRegion = "CN"

// NormalizePhone gives a telephone number in the one form in which it is stored, looked up and
// called: E.164. A number without a country is Chinese. What is not for certain a number that
// can be called is Invalid, and the error says why; the number itself is not in it.
func NormalizePhone(raw string) (string, error) {
	if mobile, ok := chineseMobile(raw); ok {
		return "+86" + mobile, nil
	}
	if problem := phoneProblem(raw); problem != "" {
		return "", fault.New(fault.Invalid, "the phone number %s", problem)
	}
	number, problem := parsePhone(raw)
	if problem != "" {
		return "", fault.New(fault.Invalid, "the phone number %s", problem)
	}
	return number, nil
}

// strip takes out what people write between digits.
func strip(raw string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '(', ')', '.', '\t', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u200b',
			'\u202a', '\u202c', '\u2068', '\u2069', '\ufeff':
			return -1
		}
		return r
	}, narrow(raw))
}

// phoneProblem finds what the library would read as something else than was meant: it turns
// letters into digits, swallows an extension into the number, and makes of two numbers one with an extension.
func phoneProblem(raw string) string {
	s := narrow(strings.TrimSpace(raw))
	digits := 0
	for _, r := range strip(s) {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	switch {
	case s == "":
		return "is empty"
	case strings.ContainsAny(s, ";,/、|，；\n"):
		return "holds more than one number; give each its own entry"
	case hasExtension(s):
		return "has an extension, which cannot be called directly"
	case strings.ContainsFunc(strip(s), func(r rune) bool { return r != '+' && (r < '0' || r > '9') }):
		return "contains something that is no digit"
	case strings.LastIndex(strip(s), "+") > 0:
		return "has a + that does not stand at its beginning"
	case isService(strip(s)):
		return "is the number of a service, not of a person"
	case digits < 7:
		return "has too few digits"
	case digits > 17:
		return "has too many digits"
	}
	return ""
}

// hasExtension finds 029-88445566转801, 88445566 ext. 801, 88445566#801 and 029-88445566-801.
func hasExtension(s string) bool {
	if _, mobile := chineseMobile(strip(s)); mobile {
		return false // 1391234-5678 is a way to write one
	}
	front := strings.TrimRight(s, "0123456789")
	extension := len(s) - len(front)
	if extension == 0 {
		return false
	}
	mark := strings.ToLower(strings.TrimRight(front, " .:"))
	for _, m := range []string{"转", "轉", "分机", "ext", "extension", "x", "#"} {
		if strings.HasSuffix(mark, m) {
			return true
		}
	}
	if !strings.HasSuffix(mark, "-") || extension > 6 {
		return false
	}
	number := strings.TrimRight(mark, " -")
	local := len(number) - len(strings.TrimRight(number, "0123456789"))
	return local == 7 || local == 8
}

// parsePhone is quick for a Chinese mobile, the usual case, and asks the library (33 µs and 58
// allocations) for the rest.
func parsePhone(raw string) (number, problem string) {
	s := strip(raw)
	if mobile, ok := chineseMobile(s); ok {
		return "+86" + mobile, ""
	}
	if !strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "0") && (len(s) == 7 || len(s) == 8) {
		return "", "lacks its area code"
	}
	n, err := phonenumbers.Parse(s, homeRegion)
	if err != nil {
		return "", "cannot be read as a telephone number"
	}
	if !phonenumbers.IsValidNumber(n) {
		return "", "is no number in use: too long, too short, or of an unknown area"
	}
	return phonenumbers.Format(n, phonenumbers.E164), ""
}

// chineseMobile takes 1[3-9] and nine more digits, with or without +86 or 0086 in front.
func chineseMobile(s string) (string, bool) {
	if len(s) > 11 {
		for _, country := range []string{"+86", "0086", "86"} {
			if rest, ok := strings.CutPrefix(s, country); ok && len(rest) == 11 {
				s = rest
				break
			}
		}
	}
	if len(s) != 11 || s[0] != '1' || s[1] < '3' || s[1] > '9' {
		return "", false
	}
	return s, isDigits(s)
}

// phone normalises one number; when it cannot, it says so and leaves the number as it was.
func (c *problems) phone(field, raw string) string {
	number, err := NormalizePhone(raw)
	if err != nil {
		c.add(field, "%s", strings.TrimPrefix(fault.MessageOf(err), "the phone number "))
		return raw
	}
	return number
}

// phones normalises a list of numbers, without the empty and the repeated.
func (c *problems) phones(field string, list []string) []string {
	out := make([]string, 0, len(list))
	for i, raw := range list {
		if strings.TrimSpace(raw) == "" {
			continue
		}
		if digits, local := isLocal(raw); local {
			c.local = append(c.local, localNumber{field, i + 1, digits})
			continue
		}
		number, err := NormalizePhone(raw)
		if err != nil {
			c.add(field, "number %d %s", i+1, strings.TrimPrefix(fault.MessageOf(err), "the phone number "))
			continue
		}
		if !slices.Contains(out, number) {
			out = append(out, number)
		}
	}
	if len(out) > maxPhones {
		c.add(field, "must have at most %d numbers", maxPhones)
	}
	return out
}
