package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
)

// Area is a part of the country as its official code names it. An abolished one stays, because papers and old records
// name it, and says what has come in its place.
type Area struct {
	Code      string        `json:"code"`      // 31, 3101, 310101, 310101002, 310101002009
	Name      string        `json:"name"`      // 南京东路街道
	FullName  string        `json:"full_name"` // 上海市黄浦区南京东路街道
	Parent    string        `json:"parent"`    // empty for a province
	Level     int           `json:"level"`     // 1 province … 5 community
	Pinyin    string        `json:"pinyin"`
	Position  *geo.Position `json:"position"`
	ValidFrom string        `json:"valid_from"` // a day; empty: not known
	ValidTo   string        `json:"valid_to"`   // the day from which there is none any more; empty while there is
	Successor string        `json:"successor"`
	Elders    int           `json:"elders"` // how many live there, when that was asked
	// Approximate and DistanceM are told of areas at a point: whether the area was found by its centre because its edge is not known, and how
	// far that is.
	Approximate bool `json:"approximate"`
	DistanceM   int  `json:"distance_m"`
}

// The levels of areas.
const (
	LevelOfProvince = 1 + iota
	LevelOfCity
	LevelOfDistrict
	LevelOfTown
	LevelOfVillage
)

// codeLengths are how long a code is at each level.
func codeLengths() []int { return []int{0, 2, 4, 6, 9, 12} }

// AreaCode brings an official code into the one form in which it is stored: without the zeros that fill it up to 6, 9 or 12
// digits. It is empty for what is no code.
func AreaCode(s string) string {
	s = strings.TrimSpace(narrow(s))
	lengths := codeLengths()
	if !isDigits(s) || !slices.Contains(lengths, len(s)) || s[0] == '0' {
		return ""
	}
	for level := 1; level < len(lengths); level++ {
		n := lengths[level]
		if len(s) >= n && strings.Trim(s[n:], "0") == "" && (level == LevelOfProvince || strings.Trim(s[lengths[level-1]:n], "0") != "") {
			return s[:n]
		}
	}
	return ""
}

func levelOfCode(code string) int {
	for level, n := range codeLengths() {
		if n == len(code) {
			return level
		}
	}
	return 0
}

// within are the bounds of the codes that lie in an area, itself included.
func areaBounds(code string) (from, before string) {
	n, err := strconv.ParseInt(code, 10, 64)
	if err != nil {
		return code, code
	}
	return code, strconv.FormatInt(n+1, 10)
}

// AreaQuery asks for areas: those below a parent, those that a text names, or one. Without any of it, the provinces.
type AreaQuery struct {
	Code, Parent, Text string
	Abolished          bool // those that there are no more, too
	Count              bool // how many elders of the scope live in each
	Limit              int
}

// maxAreas is more than any area has parts.
const maxAreas = 1000

// Areas lists areas in the order of their codes.
func (r *Registry) Areas(ctx context.Context, q AreaQuery) (all []Area, err error) {
	if q.Limit <= 0 || q.Limit > maxAreas {
		q.Limit = maxAreas
	}
	q.Text = fold(q.Text)
	if q.Parent = AreaCode(q.Parent); q.Code != "" {
		q.Code = orDefault(AreaCode(q.Code), "none")
	}
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		if all, err = listAreas(ctx, tx, q); err != nil || !q.Count {
			return err
		}
		for i := range all {
			if all[i].Elders, err = countElders(ctx, tx, r.scope, all[i].Code); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// Area gives the area of a code.
func (r *Registry) Area(ctx context.Context, code string) (a Area, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		a, err = areaBy(ctx, tx, AreaCode(code))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no such area")
	}
	return a, err
}

// AreaNameTx is what people call an area: its full name, or the code of one that is not known.
func (r *Registry) AreaNameTx(ctx context.Context, tx *db.Tx, code string) (string, error) {
	a, err := areaBy(ctx, tx, AreaCode(code))
	if fault.Is(err, fault.NotFound) {
		return code, nil
	}
	if err != nil {
		return "", fmt.Errorf("read area %s: %w", code, err)
	}
	return cmp.Or(a.FullName, a.Name, code), nil
}

// nearestCentre is how near the centre of an area must be, by level, for a point to be taken as in it when no edge is known. Half a county
// across, half a town, a village.
func nearestCentre(level int) geo.Metres {
	return map[int]geo.Metres{LevelOfDistrict: 40_000, LevelOfTown: 8000, LevelOfVillage: 1500}[level]
}

// AreasAt gives the areas in which a point lies, from the province to the community, as far as that is known. An area whose edge is known
// (ImportAreaShapes) and around the point is certain, and so are those above it; below, and where no edge is known, the one whose
// centre is nearest is given as approximate, with the distance. Where even the nearest is far the list ends.
func (r *Registry) AreasAt(ctx context.Context, p orb.Point) (all []Area, err error) {
	if !geo.Valid(p) {
		return nil, fault.New(fault.Invalid, "the coordinates are out of range")
	}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		inside, err := areaAround(ctx, tx, p)
		if err != nil {
			return err
		}
		if all, err = areasAbove(ctx, tx, inside); err != nil {
			return err
		}
		for level := max(LevelOfDistrict, levelOfCode(inside)+1); level <= LevelOfVillage; level++ {
			within := ""
			if len(all) > 0 {
				within = all[len(all)-1].Code
			}
			next, found, err := nearestArea(ctx, tx, areaNear{point: p, level: level, within: within})
			if err != nil || !found {
				return err
			}
			if len(all) == 0 {
				if all, err = areasAbove(ctx, tx, next.Parent); err != nil {
					return err
				}
				for i := range all {
					all[i].Approximate = true
				}
			}
			all = append(all, next)
		}
		return nil
	})
	return all, err
}

// areasAbove gives an area and those above it, the largest first. One that is in no list is left out.
func areasAbove(ctx context.Context, tx *db.Tx, code string) (all []Area, err error) {
	for level := LevelOfProvince; level <= levelOfCode(code); level++ {
		a, err := areaBy(ctx, tx, code[:codeLengths()[level]])
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look up area: %w", err)
		}
		all = append(all, a)
	}
	return all, nil
}

// areaNear asks for the area of a level whose centre is nearest to a point, within another area.
type areaNear struct {
	point  orb.Point
	level  int
	within string
}

// nearestArea finds it, if its centre is near enough.
func nearestArea(ctx context.Context, tx *db.Tx, q areaNear) (best Area, found bool, err error) {
	least := nearestCentre(q.level)
	near, err := areasNear(ctx, tx, q, least)
	for _, a := range near {
		if d := geo.Distance(q.point, a.Position.Point); d <= least {
			best, least, found = a, d, true
		}
	}
	best.Approximate, best.DistanceM = found, int(least)
	return best, found, err
}

// areaAround gives the code of the smallest area whose edge is around a point; empty when there is none.
func areaAround(ctx context.Context, tx *db.Tx, p orb.Point) (code string, err error) {
	shapes, err := shapesAround(ctx, tx, p)
	if err != nil {
		return "", err
	}
	for _, s := range shapes {
		area, err := geo.NewArea(s.Shape)
		if err != nil {
			return "", fmt.Errorf("the edge of area %s: %w", s.Code, err)
		}
		if area.Contains(p) && len(s.Code) > len(code) {
			code = s.Code
		}
	}
	return code, nil
}

// adviseArea tells when an area is not known or is one no more.
func (c *core) adviseArea(ctx context.Context, tx *db.Tx, code string, advice *problems) error {
	if code == "" {
		advice.advise("area", "is not given: who looks after this street will not find the person in a list")
		return nil
	}
	a, err := areaBy(ctx, tx, code)
	switch {
	case fault.Is(err, fault.NotFound):
		advice.advise("area", "is in no list of areas that was imported here; please compare the code")
		return nil
	case err != nil:
		return fmt.Errorf("look up area: %w", err)
	case a.ValidTo == "":
		return nil
	case a.Successor == "":
		advice.advise("area", "was abolished on %s; please choose the one that there is now", a.ValidTo)
		return nil
	}
	next, err := areaBy(ctx, tx, a.Successor)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("look up area: %w", err)
	}
	advice.advise("area", "was abolished on %s; in its place is %s", a.ValidTo, a.Successor+" "+next.FullName)
	return nil
}
