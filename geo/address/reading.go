package address

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// reading is one way to understand a query.
type reading struct {
	text string // what the name is to be, folded
	door *door
	hint string // names of areas that were written besides, folded; those who lie there come first
}

// maxForms is how many ways to understand a query are tried.
const maxForms = 16

// readings gives the ways to understand a text, the likelier first: as a name; as a name with a house number behind or before; each of these
// without what stands beside a comma, or before the end of the name of an area (上海市黄浦区|黄陂北路).
func readings(text string) (all []reading) {
	whole := Fold(text)
	all = appendReadings(all, whole, "")
	if parts := commaParts(text); len(parts) > 1 {
		for _, i := range partOrder(parts) {
			all = appendReadings(all, parts[i], strings.Join(slices.Concat(parts[:i], parts[i+1:]), " "))
		}
	}
	for _, at := range areaEnds(whole) {
		all = appendReadings(all, strings.TrimSpace(whole[at:]), whole[:at])
	}
	return all[:min(len(all), maxForms)]
}

func commaParts(text string) (all []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；\n", r) }) {
		if f := Fold(part); f != "" {
			all = append(all, f)
		}
	}
	return all
}

// partOrder says which part between commas is the likelier to be the street: one with a number, then the last in Chinese, where what is large
// comes first, and the first in Latin letters. A part by itself may be a number; that is none.
func partOrder(parts []string) []int {
	order := []int{0, len(parts) - 1}
	if hasHan(parts[0]) {
		slices.Reverse(order)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(numbered(parts[b]), numbered(parts[a])) })
	return order
}

func numbered(part string) int {
	if strings.ContainsFunc(part, isDigit) && strings.ContainsFunc(part, unicode.IsLetter) {
		return 1
	}
	return 0
}

// appendReadings adds a text as a name, and as a name and a number.
func appendReadings(all []reading, text string, hint string) []reading {
	if text == "" {
		return all
	}
	all = append(all, reading{text: text, hint: hint})
	for _, at := range numberStarts(text) {
		name, tail := strings.TrimSpace(text[:at]), text[at:]
		if name == "" {
			first, rest, _ := strings.Cut(tail, " ")
			name, tail = rest, first
		}
		d, ok := readDoor(tail)
		if !ok || name == "" {
			continue
		}
		r := reading{text: name, door: &d, hint: hint}
		if strings.ContainsFunc(d.room, unicode.IsLetter) && !hasHan(d.room) {
			r.hint = strings.TrimSpace(hint + " " + d.room)
		}
		all = append(all, r)
	}
	return all
}

// numberStarts gives where in a text numbers begin, three at most.
func numberStarts(text string) (all []int) {
	before := ' '
	for at, r := range text {
		if isDigit(r) && !isDigit(before) && before != '-' && before != '/' && len(all) < 3 {
			all = append(all, at)
		}
		before = r
	}
	return all
}

// areaEnds gives where in a Chinese text the names of areas end, the last first.
func areaEnds(text string) (all []int) {
	if !hasHan(text) {
		return nil
	}
	for at, r := range text {
		end := at + len(string(r))
		if strings.ContainsRune("省市区县旗州盟镇乡村", r) || strings.HasSuffix(text[:end], "街道") || strings.HasSuffix(text[:end], "新区") {
			if end < len(text) {
				all = append(all, end)
			}
		}
	}
	slices.Reverse(all)
	return all[:min(len(all), 6)]
}
