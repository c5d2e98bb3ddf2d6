package address

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
)

// door is the part of an address behind the street, as it was asked for.
type door struct {
	forms []string // from the most to the least telling: 227弄3号, 227弄, 227
	shown string   // as it is written in a label
	room  string   // what is behind the house: 502室
	main  int      // the number with which it begins
}

// houseParts are the parts of a Chinese house number that say which house it is, each with the sign behind it; what else follows – floor,
// unit, room – says where in the house. 号楼, 幢, 栋 and 座 number the buildings of an estate.
var houseParts = regexp.MustCompile(`^\d+[a-z]?(?:[-/]\d+)?(?: ?[a-z]\b)?(?:支弄|弄|巷|号楼|号院|号|幢|栋|座|组)?`)

// mainNumber is the number with which a house number begins.
var mainNumber = regexp.MustCompile(`^\d+`)

// readDoor reads what stands behind a street, folded. It gives false for what does not begin with a number that a house can have.
func readDoor(tail string) (d door, ok bool) {
	digits := mainNumber.FindString(tail)
	if digits == "" || len(digits) > 5 {
		return d, false
	}
	d.main = number(digits)
	rest, taken := tail, ""
	for part := 0; ; part++ {
		found := houseParts.FindString(rest)
		if found == "" || part > 0 && !behindLane(taken) || part > 0 && !strings.ContainsFunc(found, isHan) {
			break
		}
		taken, rest = taken+found, strings.TrimPrefix(rest, found)
		d.forms = append([]string{doorForm(taken)}, d.forms...)
	}
	d.shown, d.room = strings.TrimSpace(taken), strings.TrimSpace(rest)
	return d, true
}

// behindLane tells whether a further number still says which house it is: 227弄3号, 12号院5号楼.
func behindLane(taken string) bool {
	return strings.HasSuffix(taken, "弄") || strings.HasSuffix(taken, "巷") || strings.HasSuffix(taken, "号院") || strings.HasSuffix(taken, "号")
}

// number reads digits; there are five at most.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// doorForm brings a house number into the form in which numbers are compared: 227 for 227号.
func doorForm(folded string) string {
	return strings.TrimSuffix(strings.ReplaceAll(folded, " ", ""), "号")
}

// sortHouses puts the houses of an entry in the order of their numbers.
func sortHouses(all []House) {
	for i := range all {
		folded := Fold(all[i].Number)
		all[i].main, all[i].form = number(mainNumber.FindString(folded)), doorForm(folded)
	}
	slices.SortStableFunc(all, func(a, b House) int {
		return cmp.Or(cmp.Compare(a.main, b.main), cmp.Compare(a.form, b.form), cmp.Compare(estimate(a), estimate(b)))
	})
}

func estimate(h House) int {
	if h.Estimated {
		return 1
	}
	return 0
}

// maxGap is how far apart two houses may be between which a third is put.
const maxGap geo.Metres = 500

// located is where a house is, and how exactly that is known.
type located struct {
	point orb.Point
	exact Exact
	area  string // of the house, where it is another than that of the street
}

// find puts a house number on the map: at the house itself, at another door of the same number, or between the two next on its side of
// the street. Where a street has a number twice, since it goes through two villages, better tells which is meant. It gives false when none of
// this can be said.
func (d door) find(houses []House, better func(a, b House) bool) (located, bool) {
	from, _ := slices.BinarySearchFunc(houses, d.main, func(h House, n int) int { return cmp.Compare(h.main, n) })
	same := houses[from:]
	for i, h := range same {
		if h.main != d.main {
			same = same[:i]
			break
		}
	}
	if len(same) == 0 {
		return d.between(houses, from)
	}
	for i, form := range d.forms {
		if h, ok := best(same, form, better); ok {
			exact := Interpolated
			if i == 0 && !h.Estimated {
				exact = AtHouse
			}
			return located{h.Point, exact, h.Area}, true
		}
	}
	h, _ := best(same, "", better)
	return located{h.Point, Interpolated, h.Area}, true
}

// best gives the best of the houses with a number in its form, or of all when that is empty.
func best(all []House, form string, better func(a, b House) bool) (found House, ok bool) {
	for _, h := range all {
		if form != "" && h.form != form {
			continue
		}
		if !ok || better(h, found) {
			found, ok = h, true
		}
	}
	return found, ok
}

// between puts a house on the straight line between its neighbours with numbers of the same parity.
func (d door) between(houses []House, at int) (located, bool) {
	var low, high *House
	for i := at - 1; i >= 0 && low == nil; i-- {
		if houses[i].main%2 == d.main%2 {
			low = &houses[i]
		}
	}
	for i := at; i < len(houses) && high == nil; i++ {
		if houses[i].main%2 == d.main%2 {
			high = &houses[i]
		}
	}
	if low == nil || high == nil || low.main == 0 || geo.Distance(low.Point, high.Point) > maxGap {
		return located{}, false
	}
	share := float64(d.main-low.main) / float64(high.main-low.main)
	return located{onLine(low.Point, high.Point, share), Interpolated, low.Area}, true
}

// onLine is the point that lies a share of the way from a to b.
func onLine(a, b orb.Point, share float64) orb.Point {
	return orb.Point{a[0] + (b[0]-a[0])*share, a[1] + (b[1]-a[1])*share}
}
