package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/db"
)

const areaColumns = `code, name, full_name, parent, level, pinyin, lat, lon, valid_from, valid_to, successor`

func scanArea(scan func(...any) error) (a Area, err error) {
	var lat, lon sql.NullFloat64
	err = db.Fault(scan(&a.Code, &a.Name, &a.FullName, &a.Parent, &a.Level, &a.Pinyin, &lat, &lon, &a.ValidFrom, &a.ValidTo, &a.Successor))
	if lat.Valid && lon.Valid {
		a.Position = &geo.Position{Point: orb.Point{lon.Float64, lat.Float64}}
	}
	return a, err
}

func areaBy(ctx context.Context, tx *db.Tx, code string) (Area, error) {
	return scanArea(tx.QueryRow(ctx, `SELECT `+areaColumns+` FROM areas WHERE code = ?`, code).Scan)
}

func hasAreas(ctx context.Context, tx *db.Tx) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM areas)`).Scan(&has)
	return has, err
}

func putArea(ctx context.Context, tx *db.Tx, a Area) error {
	var lat, lon any
	if a.Position != nil {
		lat, lon = a.Position.Point.Lat(), a.Position.Point.Lon()
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO areas (`+areaColumns+`, search) VALUES (`+db.InList(12)+`)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, full_name = excluded.full_name, parent = excluded.parent,
			level = excluded.level, pinyin = excluded.pinyin, lat = excluded.lat, lon = excluded.lon, valid_from = excluded.valid_from,
			valid_to = excluded.valid_to, successor = excluded.successor, search = excluded.search`,
		a.Code, a.Name, a.FullName, a.Parent, a.Level, a.Pinyin, lat, lon, a.ValidFrom, a.ValidTo, a.Successor, areaSearch(a))
	if err != nil {
		return fmt.Errorf("write area %s: %w", a.Code, err)
	}
	return nil
}

// areaSearch is what a text is looked for in: the full name, the pinyin with and without spaces, the initials.
func areaSearch(a Area) string {
	initials := ""
	for _, s := range strings.Fields(a.Pinyin) {
		initials += s[:1]
	}
	return fold(strings.Join([]string{a.FullName, strings.ReplaceAll(a.Pinyin, " ", ""), initials}, "\n"))
}

// areasBelow gives an area and all that lies in it.
func areasBelow(ctx context.Context, tx *db.Tx, code string) ([]Area, error) {
	from, before := areaBounds(code)
	rows, err := tx.Query(ctx, `SELECT `+areaColumns+` FROM areas WHERE code >= ? AND code < ? ORDER BY code`, from, before)
	if err != nil {
		return nil, fmt.Errorf("list areas of %s: %w", code, err)
	}
	return collect(rows, func() (Area, error) { return scanArea(rows.Scan) })
}

func listAreas(ctx context.Context, tx *db.Tx, q AreaQuery) ([]Area, error) {
	var c condition
	switch {
	case q.Code != "":
		c.equal("code", q.Code)
	case q.Text != "":
		for _, term := range strings.Fields(q.Text) {
			c.and(`search LIKE ? ESCAPE '\'`, "%"+likeText(term)+"%")
		}
		if from, before := areaBounds(q.Parent); q.Parent != "" {
			c.and("code >= ? AND code < ?", from, before)
		}
	default:
		c.equal("parent", q.Parent)
	}
	if !q.Abolished && q.Code == "" {
		c.equal("valid_to", "")
	}
	rows, err := tx.Query(ctx, `SELECT `+areaColumns+` FROM areas WHERE `+strings.Join(c.where, " AND ")+
		` ORDER BY code LIMIT `+strconv.Itoa(q.Limit), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list areas: %w", err)
	}
	return collect(rows, func() (Area, error) { return scanArea(rows.Scan) })
}

func likeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// countElders counts those of a scope who live in an area.
func countElders(ctx context.Context, tx *db.Tx, scope Scope, code string) (n int, err error) {
	var c condition
	from, before := areaBounds(code)
	c.and("area >= ? AND area < ?", from, before)
	c.archived(false)
	if !scope.All() {
		c.and("centre IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
	}
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM elders WHERE `+strings.Join(c.where, " AND "), c.args...).Scan(&n)
	return n, err
}

// areasNear gives the areas of a level within another whose centre lies in a box around a point.
func areasNear(ctx context.Context, tx *db.Tx, q areaNear, most geo.Metres) ([]Area, error) {
	lat := float64(most) / metresPerDegree
	lon := lat / max(0.05, math.Cos(q.point.Lat()*math.Pi/180))
	var c condition
	c.and("level = ?", q.level)
	c.equal("valid_to", "")
	c.and("lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?", q.point.Lat()-lat, q.point.Lat()+lat, q.point.Lon()-lon, q.point.Lon()+lon)
	if q.within != "" {
		from, before := areaBounds(q.within)
		c.and("code >= ? AND code < ?", from, before)
	}
	rows, err := tx.Query(ctx, `SELECT `+areaColumns+` FROM areas WHERE `+strings.Join(c.where, " AND ")+` ORDER BY code`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("look for areas near a point: %w", err)
	}
	return collect(rows, func() (Area, error) { return scanArea(rows.Scan) })
}

// metresPerDegree is the length of a degree of latitude, a little less than it is anywhere, so that a box is never too small.
const metresPerDegree = 110_000

// shapesAround gives the edges whose box is around a point.
func shapesAround(ctx context.Context, tx *db.Tx, p orb.Point) ([]geo.NamedArea, error) {
	rows, err := tx.Query(ctx, `SELECT code, shape FROM area_shapes WHERE min_lat <= ? AND max_lat >= ? AND min_lon <= ? AND max_lon >= ? ORDER BY code`,
		p.Lat(), p.Lat(), p.Lon(), p.Lon())
	if err != nil {
		return nil, fmt.Errorf("look for the edges of areas: %w", err)
	}
	return collect(rows, func() (a geo.NamedArea, err error) {
		var shape string
		if err := rows.Scan(&a.Code, &shape); err != nil {
			return a, db.Fault(err)
		}
		if err := json.Unmarshal([]byte(shape), &a.Shape); err != nil {
			return a, fmt.Errorf("read the edge of area %s: %w", a.Code, err)
		}
		return a, nil
	})
}

// putShape writes the edge of an area. It gives false when it was there as it is.
func putShape(ctx context.Context, tx *db.Tx, a geo.NamedArea) (changed bool, err error) {
	shape, err := json.Marshal(a.Shape)
	if err != nil {
		return false, fmt.Errorf("write the edge of area %s: %w", a.Code, err)
	}
	box := a.Shape.Bound()
	done, err := tx.Exec(ctx, `
		INSERT INTO area_shapes (code, min_lat, max_lat, min_lon, max_lon, shape) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (code) DO UPDATE SET min_lat = excluded.min_lat, max_lat = excluded.max_lat, min_lon = excluded.min_lon,
			max_lon = excluded.max_lon, shape = excluded.shape WHERE area_shapes.shape <> excluded.shape`,
		a.Code, box.Min.Lat(), box.Max.Lat(), box.Min.Lon(), box.Max.Lon(), string(shape))
	if err != nil {
		return false, fmt.Errorf("write the edge of area %s: %w", a.Code, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

func hasShape(ctx context.Context, tx *db.Tx, code string) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM area_shapes WHERE code = ?)`, code).Scan(&has)
	return has, err
}
