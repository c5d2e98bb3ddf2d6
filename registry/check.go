package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"anling/geo"
	"anling/internal/fault"
	"anling/internal/words"
)

// The longest that texts and lists may be, in characters and entries. They keep a record to
// what a person can read in an alarm, and a row to a few kilobytes.
const (
	maxName = 100
	maxLine = 300
	maxText = 4000
	maxList = 100
	maxCode = 64
)

// problems collects every wrong field of a record, so that a person can put all of them right
// at once.
type problems struct {
	fields []fault.Field
	local  []localNumber // telephone numbers that lack the area code of their centre
	// settled names the fields that could not even be read: nothing more is said of them.
	settled []string
}

// settle ends the reading of a record; its checking begins.
func (c *problems) settle() {
	for _, f := range c.fields {
		field, _, _ := strings.Cut(f.Name, ".")
		c.settled = append(c.settled, field)
	}
}

func (c *problems) when(name, problem string) {
	if problem != "" {
		c.add(name, "%s", problem)
	}
}

func (c *problems) add(name, format string, args ...any) {
	if slices.Contains(c.settled, name) {
		return
	}
	c.fields = append(c.fields, fault.Field{Name: name, Problem: fmt.Sprintf(format, args...)})
}

func (c *problems) has(name string) bool {
	return slices.ContainsFunc(c.fields, func(f fault.Field) bool { return f.Name == name }) ||
		slices.ContainsFunc(c.local, func(l localNumber) bool { return l.field == name })
}

// err is nil when nothing was wrong. noun is what was wrong: "elder".
func (c *problems) err(noun string) error {
	for _, l := range c.local {
		c.add(l.field, "number %d lacks its area code", l.nth)
	}
	c.local = nil
	return c.known(noun)
}

// known is err without what may still come right when the centre of the record is known.
func (c *problems) known(noun string) error {
	if len(c.fields) == 0 {
		return nil
	}
	for i, f := range c.fields {
		c.fields[i] = words.Explained(f)
	}
	return fault.InvalidFields("the "+noun+" is not valid", c.fields)
}

func (c *problems) required(field, value string) {
	if value == "" && !c.has(field) {
		c.add(field, "is required")
	}
}

func (c *problems) name(field, value string) {
	c.required(field, value)
	c.text(field, value, maxName)
	if strings.ContainsRune(value, '\n') {
		c.add(field, "must be one line")
	}
}

func (c *problems) text(field, value string, limit int) {
	switch {
	case !utf8.ValidString(value):
		c.add(field, "must be UTF-8 text")
	case utf8.RuneCountInString(value) > limit:
		c.add(field, "must have at most %d characters", limit)
	case strings.ContainsRune(value, unicode.ReplacementChar):
		c.add(field, "contains a character that was lost in an earlier conversion (�)")
	case strings.ContainsFunc(value, isControl):
		c.add(field, "must not contain control characters")
	}
}

// isControl counts the marks that turn the direction of writing too: with them a text can look
// like another one.
func isControl(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func (c *problems) list(field string, values []string) {
	if len(values) > maxList {
		c.add(field, "must have at most %d entries", maxList)
	}
	for _, v := range values {
		c.text(field, v, maxLine)
	}
}

func (c *problems) oneOf(field, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	named := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	if value == "" {
		c.add(field, "is required; it is one of %s", strings.Join(named, ", "))
		return
	}
	c.add(field, "must be one of %s", strings.Join(named, ", "))
}

func (c *problems) eachOf(field string, values []string, allowed ...string) {
	for _, v := range values {
		if !slices.Contains(allowed, v) {
			c.add(field, "must be of %s", strings.Join(allowed, ", "))
			return
		}
	}
}

func (c *problems) between(field string, value, low, high int) {
	if value < low || value > high {
		c.add(field, "must be a number from %d to %d", low, high)
	}
}

// code is a short word of the centre's own vocabulary.
func (c *problems) code(field, value string) {
	if !isCode(value) {
		c.add(field, "must be a short code of letters, digits, - and _")
	}
}

func (c *problems) id(field, value string) {
	if !isCode(value) {
		c.add(field, "must have at most %d letters, digits, dots, colons, - and _", maxCode)
	}
}

func isCode(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxCode &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.:", r)
		})
}

// language takes any language code: an elder may speak wuu or yue, and what is said
// to them is then chosen from what there is.
func (c *problems) language(field, value string) {
	for i, part := range strings.Split(value, "-") {
		short := len(part) < 2 && i == 0
		if short || len(part) == 0 || len(part) > 8 || strings.ContainsFunc(part, notASCIIAlphanumeric) {
			c.add(field, "must be a language code like zh or en")
			return
		}
	}
}

func notASCIIAlphanumeric(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

// oldest is the age beyond which a birth date is a slip of the pen.
const oldest = 130

func (c *problems) birthDate(field, value string, now time.Time) {
	if value == "" {
		return
	}
	born, ok := lastDay(value)
	switch {
	case !ok:
		c.add(field, "must be a date like 1944-03-15, 1944-03 or 1944")
	case born.AddDate(-1, 0, 0).After(now) || len(value) == len("1944-03-15") && born.After(now.AddDate(0, 0, 1)):
		c.add(field, "lies in the future")
	case born.Before(now.AddDate(-oldest, 0, 0)):
		c.add(field, "is more than %d years ago", oldest)
	}
}

// position refuses 0,0 too: nobody lives there, but many a program writes it for "unknown".
func (c *problems) position(field string, p *geo.Position) {
	if p == nil {
		return
	}
	for _, f := range fault.FieldsOf(p.Check()) {
		c.add(field+"."+f.Name, "%s", f.Problem)
	}
	if p.Point.Lat() == 0 && p.Point.Lon() == 0 {
		c.add(field, "is 0, 0, which is how an unknown place is often written; leave it out instead")
	}
}
