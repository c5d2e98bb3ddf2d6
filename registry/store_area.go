package registry

import (
	"context"
	"database/sql"
	"fmt"
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
