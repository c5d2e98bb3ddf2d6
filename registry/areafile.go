package registry

import (
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

//go:embed areadata/*.csv
var areaData embed.FS

// AreaReport tells what an import of areas did.
type AreaReport struct {
	Added     int          `json:"added"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"`
	Abolished int          `json:"abolished"` // were there below the areas of the file, and are not in it
	Refused   []RefusedRow `json:"refused"`
}

// ImportAreas takes in a list of areas: the CSV of AreaCity (with headings), of adcode (without), or our own with the
// headings code, name, parent, level, pinyin, valid_from, valid_to, successor. The file is all that there is below its topmost areas, down
// to its lowest level: what is missing there is marked as abolished, with what has the same name now as its successor.
func (r *Registry) ImportAreas(ctx context.Context, data []byte) (AreaReport, error) {
	if !r.scope.All() {
		return AreaReport{}, fault.New(fault.Denied, "areas are the same for all centres; only who sees all of them may change them")
	}
	all, report, err := readAreas(data)
	if err != nil {
		return report, err
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		done := report
		if err := takeAreas(ctx, tx, all, &done); err != nil {
			return err
		}
		report = done
		if r.audit != nil {
			r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "areas.imported", Resource: "area",
				Data: map[string]int{"added": done.Added, "changed": done.Changed, "abolished": done.Abolished}})
		}
		return nil
	})
	return report, err
}

// seedAreas fills an empty list with what the program brings along.
func (c *core) seedAreas(ctx context.Context) error {
	var has bool
	err := c.db.View(ctx, func(tx *db.Tx) (err error) {
		has, err = hasAreas(ctx, tx)
		return err
	})
	if err != nil || has {
		return err
	}
	// The older list first: what the newer one lacks is abolished by it.
	for _, name := range []string{"adcode_xianyang.csv", "areacity_shaanxi.csv", "adcode_huangpu.csv"} {
		text, err := areaData.ReadFile("areadata/" + name)
		if err != nil {
			return fmt.Errorf("read the list of areas %s: %w", name, err)
		}
		all, report, err := readAreas(text)
		if err != nil {
			return fmt.Errorf("read the list of areas %s: %w", name, err)
		}
		err = c.db.Update(ctx, func(tx *db.Tx) error {
			done := report
			return takeAreas(ctx, tx, all, &done)
		})
		if err != nil {
			return fmt.Errorf("store the list of areas %s: %w", name, err)
		}
	}
	return nil
}

// KnownCommunities gives those communities of a district that the program brings along with a point in them.
func KnownCommunities(district string) (all []Area, err error) {
	text, err := areaData.ReadFile("areadata/adcode_huangpu.csv")
	if err != nil {
		return nil, fmt.Errorf("read the list of areas: %w", err)
	}
	found, _, err := readAreas(text)
	for _, code := range slices.Sorted(maps.Keys(found)) {
		if a := found[code]; a.Level == LevelOfVillage && a.Position != nil && strings.HasPrefix(code, district) {
			all = append(all, a)
		}
	}
	return all, err
}

// readAreas reads any of the three forms. Rows that cannot be read are refused by themselves.
func readAreas(data []byte) (map[string]Area, AreaReport, error) {
	report := AreaReport{Refused: []RefusedRow{}}
	text, err := decodeText(data)
	if err != nil {
		return nil, report, err
	}
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	all, read := map[string]Area{}, areaRow(nil)
	for number := 1; ; number++ {
		cells, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			report.Refused = append(report.Refused, RefusedRow{Line: number, Reason: "cannot be read"})
			continue
		}
		if read == nil {
			var headings bool
			if read, headings = areaReader(cells); read == nil {
				return nil, report, fault.New(fault.Invalid, "this is no list of areas: AreaCity, adcode, or a file with the headings code, name, parent and level")
			}
			if headings {
				continue
			}
		}
		a, problem := read(cells)
		if problem != "" {
			report.Refused = append(report.Refused, RefusedRow{Line: number, Field: "code", Reason: problem})
			continue
		}
		if a.Code != "" {
			all[a.Code] = a
		}
	}
	if len(all) == 0 {
		return nil, report, fault.New(fault.Invalid, "the file holds no areas")
	}
	return all, report, nil
}

// areaRow reads one row. An area without a code is left out: the country itself.
type areaRow func(cells []string) (a Area, problem string)

// areaReader finds out in which form a file is from its first row.
func areaReader(first []string) (read areaRow, headings bool) {
	at := map[string]int{}
	for i, h := range first {
		at[fold(h)] = i
	}
	cell := func(cells []string, name string) string {
		if i, ok := at[name]; ok && i < len(cells) {
			return tidy(cells[i])
		}
		return ""
	}
	_, areaCity := at["ext_id"]
	_, own := at["code"]
	switch {
	case areaCity:
		return func(cells []string) (Area, string) {
			return areaOf(Area{Code: cell(cells, "id"), Name: cell(cells, "ext_name"), Pinyin: cell(cells, "pinyin")})
		}, true
	case own:
		return func(cells []string) (Area, string) {
			return areaOf(Area{Code: cell(cells, "code"), Name: cell(cells, "name"), FullName: cell(cells, "full_name"), Pinyin: cell(cells, "pinyin"),
				ValidFrom: cell(cells, "valid_from"), ValidTo: cell(cells, "valid_to"), Successor: AreaCode(cell(cells, "successor"))})
		}, true
	case len(first) >= 19 && isDigits(first[0]) && len(first[0]) == 12:
		return adcodeRow, false
	}
	return nil, false
}

func areaOf(a Area) (Area, string) {
	code := AreaCode(a.Code)
	if code == "" || a.Name == "" {
		return a, "has no code or no name"
	}
	a.Code, a.Level = code, levelOfCode(code)
	if a.Level > LevelOfProvince {
		a.Parent = code[:codeLengths()[a.Level-1]]
	}
	return a, ""
}

// adcodeRow reads code, parent, name, kind, rank … longitude, latitude (GCJ-02) at 12 and 13.
func adcodeRow(cells []string) (Area, string) {
	if len(cells) < 14 || cells[0] == "100000000000" {
		return Area{}, map[bool]string{true: "has too few columns"}[len(cells) < 14]
	}
	a, problem := areaOf(Area{Code: cells[0], Name: tidy(cells[2])})
	lon, errLon := strconv.ParseFloat(cells[12], 64)
	lat, errLat := strconv.ParseFloat(cells[13], 64)
	if problem != "" || errLon != nil || errLat != nil {
		return a, problem // many have no point
	}
	if p, err := geo.Convert(orb.Point{lon, lat}, geo.GCJ02, geo.WGS84); err == nil {
		a.Position = &geo.Position{Point: p}
	}
	return a, ""
}

// fullName is the name of an area behind that of the one in which it lies.
func fullName(ctx context.Context, tx *db.Tx, a Area) (string, error) {
	up, err := areaBy(ctx, tx, a.Parent)
	switch {
	case fault.Is(err, fault.NotFound):
		return a.Name, nil
	case err != nil:
		return "", fmt.Errorf("look up area %s: %w", a.Parent, err)
	case a.Name == "市辖区" || strings.HasSuffix(up.FullName, a.Name): // 上海市 is province and city
		return up.FullName, nil
	}
	return up.FullName + a.Name, nil
}

// takeAreas writes what is new or different, and marks what is gone.
func takeAreas(ctx context.Context, tx *db.Tx, all map[string]Area, report *AreaReport) error {
	tops, deepest := topsOf(all)
	known := map[string]Area{}
	for _, top := range tops {
		below, err := areasBelow(ctx, tx, top)
		if err != nil {
			return err
		}
		for _, a := range below {
			known[a.Code] = a
		}
	}
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if err := takeArea(ctx, tx, all[code], known, report); err != nil {
			return err
		}
	}
	today := tx.Now().Format("2006-01-02")
	for _, code := range slices.Sorted(maps.Keys(known)) {
		a := known[code]
		if _, there := all[code]; there || a.Level > deepest || a.ValidTo != "" {
			continue
		}
		a.ValidTo, a.Successor = today, successorOf(a, all)
		report.Abolished++
		if err := putArea(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

func takeArea(ctx context.Context, tx *db.Tx, a Area, known map[string]Area, report *AreaReport) error {
	old, was := known[a.Code]
	if a.FullName == "" {
		var err error
		if a.FullName, err = fullName(ctx, tx, a); err != nil {
			return err
		}
	}
	if was {
		a.Pinyin, a.ValidFrom = orDefault(a.Pinyin, old.Pinyin), orDefault(a.ValidFrom, old.ValidFrom)
		if a.Position == nil {
			a.Position = old.Position
		}
	}
	switch {
	case !was:
		report.Added++
	case sameJSON(a, old):
		report.Unchanged++
		return nil
	default:
		report.Changed++
	}
	return putArea(ctx, tx, a)
}

// topsOf gives the areas of a file that lie below no other of it, and its lowest level.
func topsOf(all map[string]Area) (tops []string, deepest int) {
	for code, a := range all {
		if _, has := all[a.Parent]; !has {
			tops = append(tops, code)
		}
		deepest = max(deepest, a.Level)
	}
	return tops, deepest
}

// successorOf finds the one area that has the name of an abolished one, below the same parent or else the one above that.
func successorOf(gone Area, all map[string]Area) string {
	name := plainName(gone.Name)
	for up := gone.Parent; up != ""; up = parentCode(up) {
		var same []string
		for code, a := range all {
			if a.Level == gone.Level && strings.HasPrefix(code, up) && plainName(a.Name) == name {
				same = append(same, code)
			}
		}
		if len(same) == 1 {
			return same[0]
		}
	}
	return ""
}

func parentCode(code string) string {
	level := levelOfCode(code)
	if level <= LevelOfCity {
		return ""
	}
	return code[:codeLengths()[level-1]]
}

// plainName is a name without what says of which kind an area is: those change when a town becomes a street.
func plainName(name string) string {
	for _, end := range []string{"办事处", "街道", "地区", "镇", "乡", "县", "市", "区"} {
		if short := strings.TrimSuffix(name, end); len(short) >= len("咸阳") {
			name = short
		}
	}
	return name
}
