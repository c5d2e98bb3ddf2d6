package address

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"anling/geo"
	"anling/internal/fault"
)

// Row is one row of a list of addresses.
type Row struct {
	Name   string // of a point of interest; empty when the row is a house only
	Street string
	Number string
	Area   string
	Point  orb.Point // WGS-84
}

// RowDefect is a row that was left out, and why.
type RowDefect struct {
	Line   int // in the file, the headings being line 1
	Reason string
}

// columns are the headings that a list of addresses may have, as people write them.
func columns() map[string]string {
	return map[string]string{
		"name": "name", "名称": "name", "street": "street", "addr:street": "street", "街道": "street", "路名": "street", "道路": "street",
		"housenumber": "number", "addr:housenumber": "number", "number": "number", "门牌": "number", "门牌号": "number",
		"area": "area", "city": "area", "区域": "area", "小区": "name", "lat": "lat", "latitude": "lat", "纬度": "lat", "lon": "lon", "lng": "lon", "longitude": "lon", "经度": "lon",
		"system": "system", "坐标系": "system",
	}
}

// ReadAddresses reads a list of addresses: CSV with a row of headings (name or street, housenumber, area, lat, lon, system; Chinese headings
// are understood, too), UTF-8 or GB 18030. Coordinates are of the system that a row says, or else of the one given, and are
// converted here, once. A row that is wrong is told as a defect and hinders no other; only a file that is no list at all is an
// error, of kind Invalid.
func ReadAddresses(data []byte, system geo.System) (rows []Row, bad []RowDefect, err error) {
	if system == "" {
		system = geo.WGS84
	}
	text, err := plainText(data)
	if err != nil {
		return nil, nil, err
	}
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = -1, true, true
	head, err := in.Read()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "the list of addresses is empty")
	}
	l := list{at: map[string]int{}, system: system}
	for i, h := range head {
		if column, known := columns()[strings.ToLower(strings.TrimSpace(h))]; known {
			l.at[column] = i
		}
	}
	if missing := l.missing(); missing != "" {
		return nil, nil, fault.New(fault.Invalid, "the list of addresses has no column %s; it needs lat, lon, and name or street", missing)
	}
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad, nil
		}
		line, _ := in.FieldPos(0)
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			bad = append(bad, RowDefect{broken.Line, "cannot be read: " + broken.Err.Error()})
			continue
		}
		row, problem := l.row(cells)
		if problem != "" {
			bad = append(bad, RowDefect{line, problem})
			continue
		}
		rows = append(rows, row)
	}
}

// plainText gives a file as UTF-8.
func plainText(data []byte) (string, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", fault.New(fault.Invalid, "the list of addresses is neither UTF-8 nor GB 18030 text")
	}
	return string(text), nil
}

// list is a list of addresses whose headings are known.
type list struct {
	at     map[string]int
	system geo.System
}

func (l list) missing() string {
	for _, must := range []string{"lat", "lon"} {
		if _, has := l.at[must]; !has {
			return must
		}
	}
	_, name := l.at["name"]
	_, street := l.at["street"]
	if !name && !street {
		return "name or street"
	}
	return ""
}

func (l list) row(cells []string) (r Row, problem string) {
	cell := func(column string) string {
		if i, has := l.at[column]; has && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	r = Row{Name: cell("name"), Street: cell("street"), Number: cell("number"), Area: cell("area")}
	switch {
	case r.Name == "" && r.Street == "":
		return r, "has neither a name nor a street"
	case r.Name == "" && r.Number == "":
		return r, "has a street, but neither a house number nor a name"
	case r.Number != "" && mainNumber.FindString(Fold(r.Number)) == "":
		return r, fmt.Sprintf("the house number %q does not begin with a number", r.Number)
	}
	lat, errLat := strconv.ParseFloat(cell("lat"), 64)
	lon, errLon := strconv.ParseFloat(cell("lon"), 64)
	if errLat != nil || errLon != nil {
		return r, "lat and lon must be numbers of degrees"
	}
	system := l.system
	if s := cell("system"); s != "" {
		system = geo.System(strings.ToLower(strings.ReplaceAll(s, "-", "")))
	}
	p, err := geo.Convert(orb.Point{lon, lat}, system, geo.WGS84)
	if err != nil {
		return r, err.Error()
	}
	r.Point = p
	return r, ""
}

// readAddresses takes in the addresses of a file.
func (b *building) readAddresses(o Options) error {
	if o.Addresses == "" {
		return nil
	}
	data, err := os.ReadFile(o.Addresses)
	if err != nil {
		return fmt.Errorf("read the addresses: %w", err)
	}
	rows, bad, err := ReadAddresses(data, o.System)
	if err != nil {
		return fmt.Errorf("read the addresses of %s: %w", o.Addresses, err)
	}
	for _, d := range bad {
		b.report.Defects = append(b.report.Defects, Defect{File: o.Addresses, Where: fmt.Sprintf("line %d", d.Line), Reason: d.Reason})
	}
	for _, r := range rows {
		b.report.Rows++
		street := r.Street
		if street == "" && r.Number != "" {
			street = r.Name // 锦绣花园 3号楼
		}
		if street != "" && r.Number != "" {
			b.doors = append(b.doors, doorAt{street: street, number: r.Number, area: r.Area, point: r.Point})
		}
		if r.Name != "" && street != r.Name {
			b.entry = append(b.entry, Entry{Kind: POI, Name: r.Name, Area: r.Area, Point: r.Point})
		}
	}
	b.addHouses()
	return nil
}
