package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
